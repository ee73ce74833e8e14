"""Tasks that more than one DAG has, and how they follow each other."""

from __future__ import annotations

from typing import Any

from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import chain, get_current_context, task

from common import DOCUMENTS, WAREHOUSE, moment, settings
from failing import told


@task
def tag() -> dict[str, Any]:
    """Landing files to tagged files; those that were tagged before are left alone."""
    from kaders.jobs import tag as job

    return told(job.tag(settings(), moment(get_current_context())))


@task(pool=WAREHOUSE, outlets=[DOCUMENTS], trigger_rule="all_done")
def load() -> dict[str, Any]:
    """Tagged files, with the run ledger, to the warehouse and its published copy."""
    from kaders.jobs import load as job

    return told(job.load(settings(), moment(get_current_context())))


def in_turn(*steps: Any) -> None:
    """One step after another; the run has succeeded when every one of them has, not only the last."""
    chain(*steps)
    list(steps) >> EmptyOperator(task_id="complete")
