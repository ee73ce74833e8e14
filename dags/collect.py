"""Visit every source, a shard of them per task; a source or a shard that fails never stops the others.

Every 5 minutes, from 2 past; each source comes when it is due (collect/rhythm.py), between 5 minutes and a
day, and in any case before the morning of 06:30. Topics, frames and subscriptions are not read: a fault in
them must not cost what a short feed soon drops.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from airflow.providers.standard.operators.empty import EmptyOperator
from airflow.sdk import dag, get_current_context, task
from airflow.sdk.exceptions import AirflowSkipException

from common import DEFAULTS, LANDING, every, moment, now, settings
from connections import secret


@dag(schedule=every("2-59/5 * * * *"), tags=["kaders", "collect"], doc_md=__doc__, **DEFAULTS)
def collect() -> None:
    """The sources, in shards, to landing files and ledger lines."""

    @task
    def shards() -> list[list[str]]:
        from kaders.jobs import collect as job

        return job.shards(settings(only_sources=True), moment(get_current_context()))

    @task(map_index_template="{{ sources }}")
    def fetch(only: list[str]) -> dict[str, Any]:
        from kaders.jobs import collect as job

        context = get_current_context()
        rest = f" and {len(only) - 3} more" if len(only) > 3 else ""
        context["sources"] = ", ".join(only[:3]) + rest  # names the task in the UI
        mine = settings(only_sources=True)
        summary = job.collect(mine, moment(context), now=now(), only=only, due=True, secrets=secret)
        return summary.as_dict()

    @task(outlets=[LANDING], trigger_rule="all_done")
    def landed(summaries: Sequence[dict[str, Any]]) -> int:
        """What the shards that came through have landed is loaded, whatever became of the others.

        A round that brought nothing ends here: its ledger lines are loaded with the next one that does.
        """
        if not sum(summary["counts"]["new"] for summary in summaries):
            raise AirflowSkipException("nothing new has landed")
        return len(summaries)

    summaries = fetch.expand(only=shards())
    # `landed` runs in any case, so a shard that broke must show in the state of the run through this leaf.
    [summaries, landed(summaries)] >> EmptyOperator(task_id="complete")


collect()
