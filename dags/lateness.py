"""The promise that the morning report is ready by 08:00, and what is said when it is not."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from airflow.sdk import DeadlineAlert, DeadlineReference, SyncCallback

from common import ZONE, now, settings

READY_WITHIN = timedelta(minutes=90)
"""From the scheduled 06:30 to the promised 08:00."""


def deadline() -> DeadlineAlert | None:
    """The alert on a late report; None without a scheduler, where Airflow 3.3 crashes on deadlines."""
    if os.environ.get("KADERS_SCHEDULER") != "1":
        return None
    reference = DeadlineReference.DAGRUN_LOGICAL_DATE
    return DeadlineAlert(reference=reference, interval=READY_WITHIN, callback=SyncCallback("lateness.late"))


def late(context: Mapping[str, Any], **_: Any) -> None:
    """Say in the log and in data/out/<organisation>/late.log that a morning's report is not ready.

    context  Airflow's: {"dag_run": {"run_type", "logical_date", ...}, ...}, dates as ISO text

    Only scheduled runs have promised anything: a backfill or a run by hand cannot be late.
    """
    run = context["dag_run"]
    if run["run_type"] != "scheduled":
        return
    day = datetime.fromisoformat(run["logical_date"]).astimezone(ZoneInfo(ZONE)).date()
    line = f"{now():%Y-%m-%dT%H:%M:%SZ} the morning report of {day} was not ready by 08:00"
    logging.getLogger(__name__).error(line)
    path = settings().places.of("out") / "late.log"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as log:
        log.write(line + "\n")
