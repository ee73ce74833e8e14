"""The main job: history in bulk through the jobs, then the last mornings, in process or through Airflow."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

from kaders.errors import KadersError
from kaders.jobs.alerts import alerts
from kaders.jobs.collect import collect
from kaders.jobs.detect import detect, signals_path
from kaders.jobs.export import export
from kaders.jobs.load import load
from kaders.jobs.report import report
from kaders.jobs.tag import tag
from kaders.model import Summary
from kaders.processes import supervise
from kaders.settings import Settings

MORNING = time(6, 30)
"""When the morning is judged, on the organisation's own clock; the report is due at 08:00."""
Progress = Callable[[str, int, int], None]
"""Told of every step: what is going on, how many are done, how many there are."""
DAGS = ("collect", "tag_and_load", "morning_signals", "topic_alerts")


@dataclass(frozen=True, slots=True)
class Plan:
    """Which mornings to run: `bulk` are only collected, tagged and loaded; `full` go all the way."""

    bulk: tuple[datetime, ...]
    full: tuple[datetime, ...]
    now: datetime


def morning_of(day: date, settings: Settings) -> datetime:
    """The moment of the morning of a day."""
    return datetime.combine(day, MORNING, tzinfo=settings.organisation.zone)


def history(settings: Settings, plan: Plan, progress: Progress) -> list[Summary]:
    """Collects every bulk morning that is not in the ledger yet, then tags and loads all at once."""
    done = []
    for number, moment in enumerate(plan.bulk):
        progress("collect", number, len(plan.bulk))
        if not _collected(settings, moment):
            done.append(collect(settings, moment, now=plan.now))
    progress("collect", len(plan.bulk), len(plan.bulk))
    if plan.bulk:
        last = plan.bulk[-1]
        done.append(tag(settings, last, progress=lambda n, of: progress("tag", n, of)))
        progress("load", 0, 1)
        done.append(load(settings, last))
        progress("load", 1, 1)
    return done


def _collected(settings: Settings, moment: datetime) -> bool:
    utc = moment.astimezone(UTC)
    folder = settings.places.of("ledger") / utc.date().isoformat()
    return any(folder.glob(f"{utc:%H%M%S}Z-*.jsonl"))


def mornings(settings: Settings, plan: Plan, progress: Progress) -> list[Summary]:
    """Every full morning through the jobs in this process, without Airflow."""
    done = []
    for number, moment in enumerate(plan.full):
        progress("mornings", number, len(plan.full))
        done += [
            collect(settings, moment, now=plan.now),
            tag(settings, moment),
            load(settings, moment),
            detect(settings, moment),
            report(settings, moment),
            alerts(settings, moment),
        ]
        if moment.weekday() == 0:
            done.append(export(settings, moment))
    progress("mornings", len(plan.full), len(plan.full))
    return done


def mornings_through_airflow(settings: Settings, plan: Plan, progress: Progress, *, world: str) -> list[str]:
    """Every full morning as real DAG runs in a child process; returns the names of the runs that failed.

    The child has its own process group, because Airflow's runner does not listen to Ctrl-C.
    """
    root = settings.places.reference.parents[1]
    steps = [(moment, dag) for moment in plan.full for dag in _dags(moment)]
    finished: list[dict[str, Any]] = []

    def on_line(line: str) -> None:
        finished.append(json.loads(line))
        progress("mornings", len(finished), len(steps))

    progress("mornings", 0, len(steps))
    command = [sys.executable, str(root / "scripts" / "run_dags.py"), "--now", plan.now.isoformat()]
    for moment in plan.full:
        command += ["--moment", moment.isoformat()]
    code = supervise(command, env=_environment(settings, root, world), on_line=on_line)
    failed = [f"{run['dag']} of {run['moment']}" for run in finished if run["state"] != "success"]
    if code and not failed:
        raise KadersError(
            f"Airflow stopped with code {code} before the runs were done; "
            f"its log is in {settings.places.data}/airflow/logs"
        )
    return failed


def _dags(moment: datetime) -> tuple[str, ...]:
    return (*DAGS, "weekly_trends") if moment.weekday() == 0 else DAGS


def _environment(settings: Settings, root: Path, world: str) -> dict[str, str]:
    data = settings.places.data.resolve()
    return dict(os.environ) | {
        "KADERS_ORG": str(settings.places.folder.resolve()),
        "KADERS_DATA": str(data),
        "KADERS_WORLD": world,
        "AIRFLOW_HOME": os.environ.get("AIRFLOW_HOME", str(data / "airflow")),
        "AIRFLOW__CORE__DAGS_FOLDER": str(root / "dags"),
    }


def result(settings: Settings, day: date) -> dict[str, Any] | None:
    """The judgement of a morning; None when there is none."""
    path = signals_path(settings, day)
    return dict(json.loads(path.read_text("utf-8"))) if path.is_file() else None


def sizes(settings: Settings) -> dict[str, int]:
    """How much there is: items in landing files, documents and signals in the warehouse."""
    from kaders.store.results import totals

    return totals(settings.places)
