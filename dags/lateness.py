"""The promise that the morning report is ready by 08:00, and what is said when it is not."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from airflow.sdk import DeadlineAlert, DeadlineReference, SyncCallback

from common import now, settings

READY_WITHIN = timedelta(minutes=90)
"""From the scheduled 06:30, when the run is queued, to the promised 08:00."""


def deadline() -> DeadlineAlert | None:
    """The alert on a late report; None without a scheduler, where Airflow 3.3 crashes on deadlines.

    It counts from when the run was queued: where the scheduler is started at 14:00 the report of today is
    still to be made, and not late the moment it begins.
    """
    if os.environ.get("KADERS_SCHEDULER") != "1":
        return None
    reference = DeadlineReference.DAGRUN_QUEUED_AT
    return DeadlineAlert(reference=reference, interval=READY_WITHIN, callback=SyncCallback("lateness.late"))


def late(context: Mapping[str, Any], **_: Any) -> None:
    """Say in the log, in data/out/<organisation>/late.log and by mail that a morning's report is not ready.

    context  Airflow's: {"dag_run": {"run_type", "logical_date", ...}, ...}, dates as ISO text

    Only scheduled runs have promised anything: a backfill or a run by hand cannot be late. Topics, frames and
    subscriptions are not read, for a fault in them may be why it is late.
    """
    from kaders.jobs.late import late as job

    run = context["dag_run"]
    if run["run_type"] != "scheduled":
        return
    moment = datetime.fromisoformat(run["logical_date"])
    told = job(settings(only_sources=True), moment, now=now())
    if told.counts["late"]:
        logging.getLogger(__name__).error(
            "\n".join(["the morning report was not ready by 08:00", *told.failures])
        )
