"""Visit every source, a shard of them per task; a source or a shard that fails never stops the others.

Every 15 minutes, at 7, 22, 37 and 52 past: the visit before the morning of 06:30 has then landed. Topics,
frames and subscriptions are not read: a fault in them must not cost what a short feed soon drops.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import dag, get_current_context, task

from common import DEFAULTS, LANDING, every, moment, now, settings


@dag(schedule=every("7-59/15 * * * *"), tags=["kaders", "collect"], doc_md=__doc__, **DEFAULTS)
def collect() -> None:
    """The sources, in shards, to landing files and ledger lines."""

    @task
    def shards() -> list[list[str]]:
        from kaders.jobs import collect as job

        return job.shards(settings(only_sources=True))

    @task(map_index_template="{{ sources }}")
    def fetch(only: list[str]) -> dict[str, Any]:
        from kaders.jobs import collect as job

        context = get_current_context()
        context["sources"] = ", ".join(only)  # names the task in the UI
        mine = settings(only_sources=True)
        return job.collect(mine, moment(context), now=now(), only=only).as_dict()

    @task(outlets=[LANDING], trigger_rule="all_done")
    def landed(summaries: Sequence[dict[str, Any]]) -> int:
        """What the shards that came through have landed is loaded, whatever became of the others."""
        return len(summaries)

    summaries = fetch.expand(only=shards())
    # `landed` runs in any case, so a shard that broke must show in the state of the run through this leaf.
    [summaries, landed(summaries)] >> EmptyOperator(task_id="complete")


collect()
