"""Tell every subscription that is due about the signals of the morning, once."""

from __future__ import annotations

from typing import Any

from airflow.sdk import dag, get_current_context, task

from common import DEFAULTS, SIGNALS, WAREHOUSE, moment, settings
from failing import told


@dag(schedule=[SIGNALS], tags=["kaders", "alerts"], doc_md=__doc__, **DEFAULTS)
def topic_alerts() -> None:
    """Signals to mail and webhooks."""

    @task(pool=WAREHOUSE)
    def alerts() -> dict[str, Any]:
        from kaders.jobs import alerts as job

        return told(job.alerts(settings(), moment(get_current_context())), again=True)

    alerts()


topic_alerts()
