"""Remove at 03:00 what retention says must go: texts, landing files and what was made of them."""

from __future__ import annotations

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

    clean()


housekeeping()
