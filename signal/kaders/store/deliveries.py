"""The delivery ledger: what each subscription was told, so that nothing is told twice or lost."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Literal

import duckdb

from kaders.report.alerts import Told
from kaders.store.connection import transaction

_AGAIN = """
UPDATE out_delivery SET state = 'sending', attempts = attempts + 1, moment = $moment, detail = $key
WHERE subscription = $subscription AND subject = $subject
"""
_FIRST = """
INSERT INTO out_delivery (subscription, subject, moment, state, attempts, detail)
SELECT $subscription, $subject, $moment, 'sending', 1, $key
WHERE NOT EXISTS (FROM out_delivery WHERE subscription = $subscription AND subject = $subject)
"""
_OUTCOME = """
UPDATE out_delivery SET state = $state, detail = $detail
WHERE subscription = $subscription AND subject = $subject
"""
_TOLD = "SELECT subject, state, detail FROM out_delivery WHERE subscription = ? ORDER BY subject"


def told(con: duckdb.DuckDBPyConnection, subscription: str) -> list[Told]:
    """Every line of one subscription, by subject."""
    rows = con.execute(_TOLD, [subscription]).fetchall()
    return [Told(subject, state, detail or "") for subject, state, detail in rows]


def claim(
    con: duckdb.DuckDBPyConnection, subscription: str, subjects: Iterable[str], *, moment: datetime, key: str
) -> None:
    """Note, committed, that these subjects are now being sent in the message with this key."""
    with transaction(con):
        for subject in subjects:
            values = {"subscription": subscription, "subject": subject, "moment": moment, "key": key}
            con.execute(_AGAIN, values)
            con.execute(_FIRST, values)


def record(
    con: duckdb.DuckDBPyConnection,
    subscription: str,
    subjects: Iterable[str],
    *,
    state: Literal["sent", "failed"],
    detail: str,
) -> None:
    """Note, committed, how the sending ended: `detail` is the key when sent, else why not, for a person."""
    with transaction(con):
        for subject in subjects:
            values = {"subscription": subscription, "subject": subject, "state": state, "detail": detail}
            con.execute(_OUTCOME, values)
