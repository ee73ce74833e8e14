"""Find the signals of yesterday at 06:30 and write the morning report, which must be ready by 08:00.

What has landed is tagged and loaded first, so that a morning never depends on whether another DAG came
through in time: run again later, it sees the same documents.
"""

from __future__ import annotations

from typing import Any

from airflow.sdk import dag, get_current_context, task

from common import DEFAULTS, SIGNALS, WAREHOUSE, every, moment, settings
from failing import told
from lateness import deadline
from steps import in_turn, load, tag


@dag(
    schedule=every("30 6 * * *"), deadline=deadline(), tags=["kaders", "morning"], doc_md=__doc__, **DEFAULTS
)
def morning_signals() -> None:
    """What landed to documents to signals to the morning report."""

    @task(pool=WAREHOUSE, trigger_rule="all_done")
    def detect() -> dict[str, Any]:
        from kaders.jobs import detect as job

        return told(job.detect(settings(), moment(get_current_context())))

    @task(outlets=[SIGNALS])
    def report() -> dict[str, Any]:
        from kaders.jobs import report as job

        return told(job.report(settings(), moment(get_current_context())))

    in_turn(tag(), load(), detect(), report())


morning_signals()
