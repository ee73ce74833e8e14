"""The run ledger as data: which source answered on which day, and how it stands now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import pandas as pd

from kaders.model import Window
from kaders.store.connection import Connection
from kaders.store.sql import sql

COLUMNS = ("day", "source", "outcome", "reason", "detail", "entries")


@dataclass(frozen=True, slots=True)
class SourceState:
    """How a source stands: its last outcome, the visit since which it is so, and the last visit."""

    source: str
    outcome: str
    reason: str
    since: datetime
    last: datetime


def coverage(con: Connection, window: Window, zone: str) -> pd.DataFrame:
    """One row per day (of `zone`, from `window.base` on) and source visited by `window.cutoff`.

    outcome, reason and detail are the day's last word; entries are the new entries of all its visits.
    """
    given = {"cutoff": window.cutoff, "base": window.base, "zone": zone}
    return pd.DataFrame(con.execute(sql("coverage"), given).fetchall(), columns=list(COLUMNS))


def source_states(con: Connection, moment: datetime) -> dict[str, SourceState]:
    """How every source that was ever visited stood at `moment` (aware)."""
    rows = con.execute(sql("source_states"), {"moment": moment}).fetchall()
    return {row[0]: SourceState(*row) for row in rows}
