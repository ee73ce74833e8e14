"""What the DAG files share about failing: when a task is tried again, and how a job says what failed."""

from __future__ import annotations

import os
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from airflow.sdk import ExceptionRetryPolicy, RetryAction, RetryRule

if TYPE_CHECKING:
    from kaders.model import Summary

RETRY_SECONDS = float(os.environ.get("KADERS_RETRY_SECONDS", "30"))
WRONG_SETTINGS = RetryRule(
    exception="kaders.errors.ConfigurationError",
    action=RetryAction.FAIL,
    reason="somebody must mend a file first; trying again does not help",
)
UNFINISHED = RetryRule(
    exception="kaders.errors.Unfinished",
    action=RetryAction.FAIL,
    reason="all that could be done was done; the text names what failed",
)
RETRIES: dict[str, Any] = {
    "retries": 2,
    "retry_delay": timedelta(seconds=RETRY_SECONDS),
    "retry_exponential_backoff": 2.0,
    "max_retry_delay": timedelta(minutes=10),
    "retry_policy": ExceptionRetryPolicy(rules=[WRONG_SETTINGS, UNFINISHED]),
}


def told(summary: Summary, *, again: bool = False) -> dict[str, Any]:
    """The summary of a job as data for the log; an error that names them when it had failures.

    The job has then done all the rest, so steps that follow go on (`trigger_rule="all_done"`).
    again: whether trying again may help, as with a mail server that is away.
    """
    from kaders.errors import Retry, Unfinished

    if summary.failures:
        raise (Retry if again else Unfinished)("; ".join(summary.failures))
    return summary.as_dict()
