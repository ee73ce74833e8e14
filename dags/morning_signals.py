"""Find the signals of yesterday at 06:30 and write the morning report, which must be ready by 08:00.

What has landed is tagged and loaded first, so that a morning never depends on whether another DAG came
through in time: run again later, it sees the same documents. The signals are announced by a step of its own:
what else fails, such as an old morning that the report cannot read, holds no alert of today back.
"""

from __future__ import annotations

from typing import Any

from airflow.sdk import dag, get_current_context, task
from airflow.sdk.exceptions import AirflowSkipException

from common import DEFAULTS, SIGNALS, WAREHOUSE, every, moment, settings
from failing import told
from lateness import deadline
from steps import in_turn, load, tag


@dag(
    schedule=every("30 6 * * *"), deadline=deadline(), tags=["kaders", "morning"], doc_md=__doc__, **DEFAULTS
)
def morning_signals() -> None:
    """What landed to documents to signals to the morning report."""

    @task(pool=WAREHOUSE, trigger_rule="all_done")
    def detect() -> dict[str, Any]:
        from kaders.jobs import detect as job

        return told(job.detect(settings(), moment(get_current_context())))

    @task
    def report() -> dict[str, Any]:
        from kaders.jobs import report as job

        return told(job.report(settings(), moment(get_current_context())))

    @task(outlets=[SIGNALS], trigger_rule="all_done")
    def announce() -> str:
        """The signals of this morning, when there are any; after the report, which people then open."""
        from kaders.jobs import alerts as job

        found = job.judged(settings(), moment(get_current_context()))
        if found is None:
            raise AirflowSkipException("there are no signals of this morning to tell of")
        return str(found)

    in_turn(tag(), load(), detect(), report(), announce())


morning_signals()
