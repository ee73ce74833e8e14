"""Counts items of count in DuckDB; tests hold the query against a plain-Python twin."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pandas as pd

QUERY = Path(__file__).parent / "queries" / "items_of_count.sql"


def items_of_count(talk: pd.DataFrame) -> pd.DataFrame:
    """One row per issue and day: columns issue, day (datetime.date) and items.

    talk: one row per document and issue with columns issue, day and story.
    """
    with duckdb.connect() as con:
        con.register("talk", talk[["issue", "day", "story"]])
        rows = con.execute(QUERY.read_text("utf-8")).fetchall()
    return pd.DataFrame(rows, columns=["issue", "day", "items"])
