"""Tasks that more than one DAG has, and how they follow each other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import chain, get_current_context, task

from common import DOCUMENTS, WAREHOUSE, moment, settings
from failing import told


def tag() -> Any:
    """Landing files to tagged files, a group of partitions per task; one task as long as that is as good."""
    return _tag.expand(only=partitions())


@task
def partitions() -> list[list[str] | None]:
    """The partitions that lack tags, in groups; [None] stands for all there is."""
    from kaders.jobs import tag as job

    return job.groups(settings())


@task(task_id="tag", map_index_template="{{ partitions }}")
def _tag(only: Sequence[str] | None) -> dict[str, Any]:
    """Those that were tagged before are left alone."""
    from kaders.jobs import tag as job

    context = get_current_context()
    context["partitions"] = f"{only[0]} and {len(only) - 1} more" if only else "all"  # names it in the UI
    return told(job.tag(settings(), moment(context), only=only))


@task(pool=WAREHOUSE, outlets=[DOCUMENTS], trigger_rule="all_done")
def load() -> dict[str, Any]:
    """Tagged files, with the run ledger, to the warehouse and its published copy."""
    from kaders.jobs import load as job

    return told(job.load(settings(), moment(get_current_context())))


def in_turn(*steps: Any) -> None:
    """One step after another; the run has succeeded when every one of them has, not only the last."""
    chain(*steps)
    list(steps) >> EmptyOperator(task_id="complete")
