"""Tag what has landed and load it, with the run ledger, into the warehouse and its published copy."""

from __future__ import annotations

from typing import Any

from airflow.sdk import dag, get_current_context, task

from common import DEFAULTS, DOCUMENTS, LANDING, WAREHOUSE, moment, settings


@dag(schedule=[LANDING], tags=["kaders", "load"], doc_md=__doc__, **DEFAULTS)
def tag_and_load() -> None:
    """Landing files to tagged files to the warehouse."""

    @task
    def tag() -> dict[str, Any]:
        from kaders.jobs import tag as job

        return job.tag(settings(), moment(get_current_context())).as_dict()

    @task(pool=WAREHOUSE, outlets=[DOCUMENTS])
    def load() -> dict[str, Any]:
        from kaders.jobs import load as job

        return job.load(settings(), moment(get_current_context())).as_dict()

    tag() >> load()


tag_and_load()
