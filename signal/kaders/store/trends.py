"""Counts two weeks of the published warehouse for the weekly export."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import duckdb
import pandas as pd

from kaders.report.trends import Counted
from kaders.store.sql import sql


def _rows(con: duckdb.DuckDBPyConnection, name: str, given: dict[str, Any]) -> pd.DataFrame:
    """The rows of queries/<name>.sql; dates as datetime.date, absent values as None."""
    result = con.execute(sql(name), given)
    names = [column[0] for column in result.description or []]
    return pd.DataFrame(result.fetchall(), columns=names, dtype=object)


def counted(
    con: duckdb.DuckDBPyConnection, *, first: date, last: date, cutoff: datetime, zone: str
) -> Counted:
    """What happened from `first` up to and including `last` (days in `zone`), as it was known at `cutoff`.

    `con` is a connection of store.connection, whose clock is UTC; `cutoff` an aware moment.
    """
    days = {"first": first, "last": last}
    seen = days | {"cutoff": cutoff, "zone": zone}
    return Counted(
        items=_rows(con, "weekly_trends", seen),
        issues=_rows(con, "weekly_issues", days),
        signals=_rows(con, "weekly_signals", days),
        fetches=_rows(con, "weekly_sources", seen),
    )
