"""Write the trends of the week that has ended, on Monday at 07:00, as a workbook and as CSV."""

from __future__ import annotations

from typing import Any

from airflow.sdk import dag, get_current_context, task

from common import DEFAULTS, clock, every, moment, settings
from failing import told


@dag(schedule=every("0 7 * * 1"), tags=["kaders", "export"], doc_md=__doc__, **DEFAULTS)
def weekly_trends() -> None:
    """The warehouse's published copy to the weekly export."""

    @task
    def export() -> dict[str, Any]:
        from kaders.jobs import export as job

        return told(job.export(settings(), moment(get_current_context()), now=clock()))

    export()


weekly_trends()
