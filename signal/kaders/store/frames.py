"""The documented views as pandas frames, read from the published copy with the types of docs/notebook.md."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import pandas as pd

from kaders.errors import KadersError
from kaders.settings import Places
from kaders.store import views
from kaders.store.connection import Connection, reading
from kaders.store.sql import sql

DTYPES = {
    "VARCHAR": "str",
    "INTEGER": "Int64",
    "BIGINT": "Int64",
    "DOUBLE": "Float64",
    "BOOLEAN": "boolean",
    "DATE": "object",
    "TIMESTAMP WITH TIME ZONE": "datetime64[us, UTC]",
}
"""The pandas type of each DuckDB type of the views. Dates are datetime.date; absent is NA, NaT or None."""


@contextmanager
def viewing(places: Places, zone: str, as_of: datetime | None) -> Iterator[Connection]:
    """The published copy with its views, whose days are those of `zone`, as it was known at `as_of` (aware).

    Raises KadersError when nothing was published yet, or by a Kaders with other views.
    """
    with reading(places) as con:
        if not views.up_to_date(con):
            raise KadersError(f"{places.published} was published by an older Kaders: run `kaders load` first")
        con.execute(f"SET TimeZone = '{zone}'")
        if as_of is not None:
            con.execute("SET VARIABLE as_of = $as_of::TIMESTAMPTZ", {"as_of": as_of})
        yield con


def frame(
    con: Connection,
    view: str,
    *,
    conditions: Iterable[str] = (),
    given: Mapping[str, Any] | None = None,
    order: str,
) -> pd.DataFrame:
    """The rows of a view that meet all conditions (SQL over $names in `given`), in a fixed order."""
    where = " AND ".join(conditions) or "true"
    return _frame(con, f"FROM {view} WHERE {where} ORDER BY {order}", dict(given or {}))


def texts(con: Connection, sources: Iterable[str]) -> pd.DataFrame:
    """id and text of the documents of some sources, in the revision that the view documents shows."""
    return _frame(con, sql("full_texts"), {"sources": list(sources)})


def _frame(con: Connection, query: str, given: dict[str, Any]) -> pd.DataFrame:
    result = con.execute(query, given)
    columns = [(str(column[0]), DTYPES[str(column[1])]) for column in result.description or []]
    rows = result.fetchall()
    found = pd.DataFrame(rows, columns=[name for name, _ in columns], dtype=object)
    return found.astype(dict(columns))
