"""Find the signals of yesterday at 06:30 and write the morning report, which must be ready by 08:00."""

from __future__ import annotations

from typing import Any

from airflow.sdk import dag, get_current_context, task

from common import DEFAULTS, SIGNALS, WAREHOUSE, every, moment, settings
from lateness import deadline


@dag(
    schedule=every("30 6 * * *"), deadline=deadline(), tags=["kaders", "morning"], doc_md=__doc__, **DEFAULTS
)
def morning_signals() -> None:
    """Documents to signals to the morning report."""

    @task(pool=WAREHOUSE)
    def detect() -> dict[str, Any]:
        from kaders.jobs import detect as job

        return job.detect(settings(), moment(get_current_context())).as_dict()

    @task(outlets=[SIGNALS])
    def report() -> dict[str, Any]:
        from kaders.jobs import report as job

        return job.report(settings(), moment(get_current_context())).as_dict()

    detect() >> report()


morning_signals()
