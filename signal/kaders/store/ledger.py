"""The run ledger as data: which source answered on which day, and how it stands now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import pandas as pd

from kaders.model import Window
from kaders.store.connection import Connection
from kaders.store.sql import sql

COLUMNS = ("day", "source", "outcome", "last_outcome", "reason", "detail", "until", "entries", "bad_entries")


@dataclass(frozen=True, slots=True)
class SourceState:
    """How a source stands: its last outcome and why, the visit since which it is so, and the last visit."""

    source: str
    outcome: str
    reason: str
    since: datetime
    last: datetime


def coverage(con: Connection, window: Window, zone: str) -> pd.DataFrame:
    """One row per day (of `zone`, from `window.base` on) and source visited by `window.cutoff`.

    outcome: the best of the day, for what was covered. last_outcome, reason, detail and bad_entries: the last
    word of the day, for how the source stands. until: the share of the day that had passed at the last good
    visit, 0 without one. entries: the new ones of all visits.
    """
    given = {"cutoff": window.cutoff, "base": window.base, "zone": zone}
    return pd.DataFrame(con.execute(sql("coverage"), given).fetchall(), columns=list(COLUMNS))


def source_states(con: Connection, moment: datetime) -> dict[str, SourceState]:
    """How every source that was ever visited stood at `moment` (aware)."""
    rows = con.execute(sql("source_states"), {"moment": moment}).fetchall()
    return {row[0]: SourceState(*row) for row in rows}
