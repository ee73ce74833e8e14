"""Find the signals of yesterday at 06:30 and write the morning report, which must be ready by 08:00."""

from __future__ import annotations

import os
from datetime import timedelta
from typing import Any

from airflow.sdk import DeadlineAlert, DeadlineReference, SyncCallback, dag, get_current_context, task

from common import DEFAULTS, SIGNALS, WAREHOUSE, every, moment, settings

READY_WITHIN = timedelta(minutes=90)
"""From the scheduled 06:30 to the promised 08:00."""


def deadline() -> DeadlineAlert | None:
    """The alert on a late report; None without a scheduler, where Airflow 3.3 crashes on deadlines."""
    if os.environ.get("KADERS_SCHEDULER") != "1":
        return None
    reference = DeadlineReference.DAGRUN_LOGICAL_DATE
    return DeadlineAlert(reference=reference, interval=READY_WITHIN, callback=SyncCallback("common.late"))


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
