"""Run the project's real DAGs, without a scheduler, for one moment after another in one process.

Prints for every DAG run one line `@@{"dag": ..., "moment": ..., "state": ..., "seconds": ...}`, with
"failures" when tasks failed, so that a parent can draw progress; everything else is log. Exit code 0
when every run succeeded, 1 when one failed, 2 on wrong use.
Airflow's in-process runner swallows SIGINT and SIGTERM: start this through kaders.processes.supervise.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
import warnings
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import airflow_home

if TYPE_CHECKING:
    from airflow.dag_processing.dagbag import DagBag

ZONE = ZoneInfo("Europe/Amsterdam")
DAYTIME = ("collect", "tag_and_load", "morning_signals", "topic_alerts", "weekly_trends")
MONDAY = 0
QUICK_RETRY_SECONDS = "1"
"""Nobody waits half a minute before a rehearsal tries again."""


def arguments() -> argparse.Namespace:
    """The command line: moments and DAGs, both in the order in which they are to run."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--moment", action="append", required=True, type=_moment, help="ISO time; repeat it")
    parser.add_argument("--dags", default=",".join(DAYTIME), help="with commas; weekly_trends: Mondays only")
    parser.add_argument("--now", help="ISO time that the runs take for the clock; default the clock")
    return parser.parse_args()


def _moment(text: str) -> datetime:
    parsed = datetime.fromisoformat(text)
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=ZONE)


def migrate() -> None:
    """Make or renew Airflow's own database and the pool, unless this version has done so before."""
    from airflow import __version__
    from airflow.models.pool import Pool
    from airflow.utils.db import initdb

    stamp = Path(os.environ["AIRFLOW_HOME"]) / "migrated"
    if stamp.exists() and stamp.read_text(encoding="utf-8") == __version__:
        return
    initdb()
    Pool.create_or_update_pool(name="warehouse", slots=1, description="one writer", include_deferred=False)
    stamp.write_text(__version__, encoding="utf-8")


def dag_bag() -> DagBag:
    """The project's DAGs; SystemExit with the errors when a file does not load."""
    from airflow.dag_processing.dagbag import DagBag

    bag = DagBag(os.environ["AIRFLOW__CORE__DAGS_FOLDER"])
    if bag.import_errors:
        sys.exit("\n".join(f"{path}: {error}" for path, error in bag.import_errors.items()))
    return bag


def failures(dag: Any) -> list[str]:
    """A list that fills, while the DAG runs, with one sentence per task that failed for good."""
    told: list[str] = []

    def remember(context: Any) -> None:
        told.append(f"{context['ti'].task_id}: {context.get('exception')}")

    for task in dag.tasks:
        task.on_failure_callback = [remember]
    return told


def run(dag: Any, moment: datetime) -> bool:
    """Run one DAG for one moment, tell of it in one line, and say whether it succeeded."""
    began = time.monotonic()
    failed = failures(dag)
    run_conf = {"moment": moment.isoformat()}
    state = dag.test(run_after=moment, logical_date=moment, run_conf=run_conf).state
    seconds = round(time.monotonic() - began, 2)
    told: dict[str, Any] = {
        "dag": dag.dag_id,
        "moment": moment.isoformat(),
        "state": str(state),
        "seconds": seconds,
    }
    told |= {"failures": failed} if failed else {}
    print("@@" + json.dumps(told), flush=True)
    return str(state) == "success"


def main() -> int:
    """Run what the command line asks; the exit code."""
    asked = arguments()
    if asked.now:
        os.environ["KADERS_NOW"] = asked.now
    os.environ.setdefault("KADERS_RETRY_SECONDS", QUICK_RETRY_SECONDS)
    airflow_home.enter(airflow_home.HOME)
    migrate()
    # after airflow's own filters: its reading of .airflowignore warns on every run of a DAG
    warnings.simplefilter("ignore")
    bag = dag_bag()
    names = asked.dags.split(",")
    if unknown := [name for name in names if name not in bag.dags]:
        print(f"no such DAG: {', '.join(unknown)}; there are: {', '.join(sorted(bag.dags))}", file=sys.stderr)
        return 2
    due = [
        (bag.dags[name], moment)
        for moment in asked.moment
        for name in names
        if name != "weekly_trends" or moment.astimezone(ZONE).weekday() == MONDAY
    ]
    failed = [dag for dag, moment in due if not run(dag, moment)]
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
