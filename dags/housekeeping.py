"""Remove at 03:00 what retention says must go: texts, landing files, what was made of them, and old logs."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from airflow.sdk import dag, get_current_context, task

from common import DEFAULTS, WAREHOUSE, every, moment, settings
from failing import told

LOGS_KEPT = timedelta(days=30)
"""Of Airflow's tasks: they take some megabytes a day, and nobody looks further back for a fault."""


@dag(schedule=every("0 3 * * *"), tags=["kaders", "housekeeping"], doc_md=__doc__, **DEFAULTS)
def housekeeping() -> None:
    """Retention, in the files and in the warehouse."""

    @task(pool=WAREHOUSE)
    def clean() -> dict[str, Any]:
        from kaders.jobs import housekeeping as job

        return told(job.housekeeping(settings(), moment(get_current_context())))

    @task
    def logs() -> int:
        """Airflow's own logs of longer ago; how many files went."""
        from kaders.store import retention

        oldest = moment(get_current_context()) - LOGS_KEPT
        files = [
            path for path in (Path(os.environ["AIRFLOW_HOME"]) / "logs").rglob("*.log") if path.is_file()
        ]
        return retention.remove(
            path for path in files if datetime.fromtimestamp(path.stat().st_mtime, UTC) < oldest
        )

    clean() >> logs()


housekeeping()
