"""Tasks that more than one DAG has."""

from __future__ import annotations

from typing import Any

from airflow.sdk import get_current_context, task

from common import DOCUMENTS, WAREHOUSE, moment, settings


@task
def tag() -> dict[str, Any]:
    """Landing files to tagged files; those that were tagged before are left alone."""
    from kaders.jobs import tag as job

    return job.tag(settings(), moment(get_current_context())).as_dict()


@task(pool=WAREHOUSE, outlets=[DOCUMENTS])
def load() -> dict[str, Any]:
    """Tagged files, with the run ledger, to the warehouse and its published copy."""
    from kaders.jobs import load as job

    return job.load(settings(), moment(get_current_context())).as_dict()
