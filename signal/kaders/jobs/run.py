"""The main job: history in bulk through the jobs, then the last mornings, in process or through Airflow."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from kaders.jobs.alerts import alerts
from kaders.jobs.collect import collect
from kaders.jobs.detect import detect
from kaders.jobs.export import export
from kaders.jobs.load import load
from kaders.jobs.report import report
from kaders.jobs.tag import tag
from kaders.model import Summary
from kaders.processes import supervise
from kaders.settings import Settings

Progress = Callable[[str, int, int], None]
"""Told of every step: what is going on, how many are done, how many there are."""
DAGS = ("collect", "tag_and_load", "morning_signals", "topic_alerts")
MONDAY = 0
FULL = 2**20
"""Bytes: with less room than this a disk counts as full."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Which mornings to run: `bulk` are only collected, tagged and loaded; `full` go all the way."""

    bulk: tuple[datetime, ...]
    full: tuple[datetime, ...]
    now: datetime


def morning_of(day: date, settings: Settings) -> datetime:
    """The moment of the morning of a day."""
    return settings.morning_of(day)


def history(settings: Settings, plan: Plan, progress: Progress) -> list[Summary]:
    """Collects every bulk morning that is not in the ledger yet, then tags and loads all at once."""
    done = []
    for number, moment in enumerate(plan.bulk):
        progress("collect", number, len(plan.bulk))
        if not _collected(settings, moment):
            done.append(collect(settings, moment, now=plan.now))
    if plan.bulk:
        progress("collect", len(plan.bulk), len(plan.bulk))
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
        if _closes_a_week(moment, settings):
            done.append(export(settings, moment, now=plan.now))
    progress("mornings", len(plan.full), len(plan.full))
    return done


def mornings_through_airflow(settings: Settings, plan: Plan, progress: Progress, *, world: str) -> list[str]:
    """Every full morning as real DAG runs; returns a sentence for each run that failed or never began."""
    steps = [(moment, dag) for moment in plan.full for dag in _dags(moment, settings)]
    progress("mornings", 0, len(steps))
    command = [option for moment in plan.full for option in ("--moment", moment.isoformat())]
    return _airflow(settings, command, plan.now, len(steps), progress, world=world)


def backfill(settings: Settings, moment: datetime, now: datetime) -> tuple[list[str], list[str]]:
    """One past morning as its own DAG run: what failed, and the files to open."""
    command = ["--moment", moment.isoformat(), "--dags", "morning_signals"]
    failures = _airflow(settings, command, now, 1, lambda *_: None)
    day = moment.astimezone(settings.organisation.zone).date()
    folder = settings.places.reports / day.isoformat()
    return failures, [] if failures else [
        str(folder / f"report.{language}.html") for language in ("nl", "en")
    ]


def _airflow(
    settings: Settings, options: list[str], now: datetime, runs: int, progress: Progress, *, world: str = ""
) -> list[str]:
    """DAG runs in a child process with its own process group: Airflow's runner does not listen to Ctrl-C."""
    root = settings.places.reference.parents[1]
    log = settings.places.data / "airflow" / "run.log"
    log.unlink(missing_ok=True)
    finished: list[dict[str, Any]] = []

    def on_line(line: str) -> None:
        finished.append(json.loads(line))
        progress("mornings", len(finished), runs)

    command = [sys.executable, str(root / "scripts" / "run_dags.py"), "--now", now.isoformat(), *options]
    supervise(command, env=_environment(settings, root, world), on_line=on_line, log=log)
    failed = [_told(run) for run in finished if run["state"] != "success"]
    if len(finished) < runs:
        full = shutil.disk_usage(settings.places.data).free < FULL
        why = "the disk is full: make room and run again" if full else f"see the end of {log}"
        failed.append(f"{runs - len(finished)} of {runs} DAG runs never came to an end: {why}")
    return failed


def _told(run: dict[str, Any]) -> str:
    why = "; ".join(run.get("failures", [])) or "see data/airflow/run.log"
    return f"{run['dag']} of {run['moment']}: {why}"


def _dags(moment: datetime, settings: Settings) -> tuple[str, ...]:
    return (*DAGS, "weekly_trends") if _closes_a_week(moment, settings) else DAGS


def _closes_a_week(moment: datetime, settings: Settings) -> bool:
    """Whether it is Monday on the organisation's own calendar, as the weekly DAG counts."""
    return moment.astimezone(settings.organisation.zone).weekday() == MONDAY


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
    path = settings.places.signals(day)
    return dict(json.loads(path.read_text("utf-8"))) if path.is_file() else None


def sizes(settings: Settings) -> dict[str, int]:
    """How much there is: items in landing files, documents and signals in the warehouse."""
    from kaders.store.results import totals

    return totals(settings.places)
