"""Reads a DuckDB file through: each block carries a checksum that is looked at when the block is read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb

WHOLE = 2 * 2**30
"""Bytes of a warehouse that is read through before each publication: 10 seconds for some 3 million documents
as measured by `make bench`. Of a larger one only what no file could give back; housekeeping reads it all."""
REPLACEABLE = ("core_document", "core_tag", "core_question")
"""What can be made again from landing."""


def tables(con: duckdb.DuckDBPyConnection) -> Iterator[str]:
    """The tables of the database in use, by name."""
    rows = con.execute(
        "SELECT table_name FROM duckdb_tables() "
        "WHERE database_name = current_database() AND NOT temporary ORDER BY ALL"
    ).fetchall()
    yield from (str(name) for (name,) in rows)


def read_through(con: duckdb.DuckDBPyConnection, table: str) -> None:
    """Reads every block of a table. Raises duckdb.Error when one is damaged."""
    con.execute(f"SELECT bit_xor(hash(COLUMNS(*))) FROM {table}").fetchall()


def read_before_publishing(con: duckdb.DuckDBPyConnection, path: Path, *, all_of_it: bool = False) -> None:
    """Reads what is about to be published, so that no damage takes the place of a copy that is whole.

    path: of the database in use; all_of_it: also when it is large. Raises duckdb.Error when it is damaged.
    """
    large = path.stat().st_size > WHOLE and not all_of_it
    for table in tables(con):
        if not (large and table in REPLACEABLE):
            read_through(con, table)
