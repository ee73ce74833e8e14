"""Find the signals of yesterday at 06:30 and write the morning report, which must be ready by 08:00.

What has landed is tagged and loaded first, so that a morning never depends on whether another DAG came
through in time: run again later, it sees the same documents.
"""

from __future__ import annotations

from typing import Any

from airflow.sdk import dag, get_current_context, task

from common import DEFAULTS, SIGNALS, WAREHOUSE, every, moment, settings
from lateness import deadline
from steps import load, tag


@dag(
    schedule=every("30 6 * * *"), deadline=deadline(), tags=["kaders", "morning"], doc_md=__doc__, **DEFAULTS
)
def morning_signals() -> None:
    """What landed to documents to signals to the morning report."""

    @task(pool=WAREHOUSE)
    def detect() -> dict[str, Any]:
        from kaders.jobs import detect as job

        return job.detect(settings(), moment(get_current_context())).as_dict()

    @task(outlets=[SIGNALS])
    def report() -> dict[str, Any]:
        from kaders.jobs import report as job

        return job.report(settings(), moment(get_current_context())).as_dict()

    tag() >> load() >> detect() >> report()


morning_signals()
