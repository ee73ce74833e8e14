"""Remove at 03:00 what retention says must go: texts, landing files, what was made of them, and old logs."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from airflow.sdk import dag, get_current_context, task

from common import DEFAULTS, WAREHOUSE, every, moment, settings
from failing import told


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

        folder = Path(os.environ["AIRFLOW_HOME"]) / "logs"
        return retention.remove(retention.old_logs(folder, moment(get_current_context())))

    clean() >> logs()


housekeeping()
