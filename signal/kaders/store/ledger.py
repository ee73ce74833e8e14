"""The run ledger as data: which source answered on which day, and how it stands now."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pandas as pd

from kaders.model import Window
from kaders.store.connection import Connection
from kaders.store.sql import sql

COLUMNS = ("day", "source", "outcome", "last_outcome", "reason", "detail", "until", "entries", "bad_entries")

VOLUMES = (
    "source",
    "day",
    "good",
    "new",
    "since",
    "until",
    "brought",
    "last",
    "outcome",
    "reason",
    "held",
    "least",
    "kept",
    "renewed",
    "turned",
    "heard",
)
"""The columns of volumes().

good                number of good visits
new                 entries that they brought
since, until        seconds since 1970: the good visit before the first of them, and the last of them
brought, last       the last visit that brought something new, and the last of all
outcome, reason     of the last visit
held, least, kept   entries in the last good reply, in the smallest, and the most old ones in any
renewed             entries of the largest good reply, later than the first, in which all were new
turned, heard       the dates of the last good visit, or else of the first, and of the last new entry
"""


@dataclass(frozen=True, slots=True)
class SourceState:
    """How a source stands: its last outcome and why, the visit since which it is so, and the last visit.

    reason  in a sentence when the visit left one, else the code; `code` is always the code
    """

    source: str
    outcome: str
    reason: str
    since: datetime
    last: datetime
    code: str = ""


def coverage(con: Connection, window: Window, zone: str) -> pd.DataFrame:
    """One row per day (of `zone`, from `window.base` on) and source visited by `window.cutoff`.

    outcome: the best of the day, for what was covered. last_outcome, reason, detail and bad_entries: the last
    word of the day, for how the source stands. until: the share of the day that had passed at the last good
    visit, 0 without one. entries: the new ones of all visits.
    """
    given = {"cutoff": window.cutoff, "base": window.base, "zone": zone}
    return pd.DataFrame(con.execute(sql("coverage"), given).fetchall(), columns=list(COLUMNS))


def last_period(moment: datetime, zone: str) -> date:
    """The date of the middle of the 24 hours that end at `moment` (aware), on the clock of `zone`."""
    return (moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None) - timedelta(hours=12)).date()


def volumes(con: Connection, moment: datetime, zone: str, days: int) -> pd.DataFrame:
    """What the visits of so many days up to `moment` (aware) brought, in the columns VOLUMES.

    One row per source and period of 24 hours in which it was visited; periods end at the time of day of
    `moment` on the clock of `zone`, and the last is that of last_period().
    """
    given = {"cutoff": moment, "zone": zone, "days": days}
    return pd.DataFrame(con.execute(sql("volumes"), given).fetchall(), columns=list(VOLUMES))


def source_states(con: Connection, moment: datetime) -> dict[str, SourceState]:
    """How every source that was ever visited stood at `moment` (aware)."""
    rows = con.execute(sql("source_states"), {"moment": moment}).fetchall()
    return {row[0]: SourceState(*row) for row in rows}
