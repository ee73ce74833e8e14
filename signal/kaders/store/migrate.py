"""Brings a warehouse up to date: numbered SQL files, each applied once, in order, in one transaction."""

from __future__ import annotations

from pathlib import Path

import duckdb

from kaders.errors import KadersError

FOLDER = Path(__file__).parent / "migrations"


def migrations() -> dict[int, Path]:
    """The migrations by number, in order; the number is what the file name starts with."""
    return {int(path.name.partition("_")[0]): path for path in sorted(FOLDER.glob("[0-9]*_*.sql"))}


def version(con: duckdb.DuckDBPyConnection) -> int:
    """The number of the last migration that was applied; 0 for an empty file."""
    known = con.execute(
        "SELECT 1 FROM duckdb_tables() "
        "WHERE database_name = current_database() AND table_name = 'schema_migration'"
    ).fetchall()
    if not known:
        return 0
    return int(con.execute("SELECT coalesce(max(number), 0) FROM schema_migration").fetchall()[0][0])


def migrate(con: duckdb.DuckDBPyConnection) -> int:
    """Applies what is missing; how many that were. KadersError when the file is of a newer Kaders.

    Ends with a checkpoint: a log with table changes in it is what DuckDB recovers least well after a crash.
    """
    done, known = version(con), migrations()
    if done > max(known):
        raise KadersError(
            f"The warehouse was written by a newer Kaders (schema {done}, this one knows {max(known)}): "
            "update Kaders, or run `kaders rebuild` to make it anew with this one"
        )
    missing = {number: path for number, path in known.items() if number > done}
    for number, path in missing.items():
        _apply(con, number, path)
    if missing:
        con.execute("CHECKPOINT")
    return len(missing)


def _apply(con: duckdb.DuckDBPyConnection, number: int, path: Path) -> None:
    con.begin()
    try:
        con.execute(path.read_text("utf-8"))
        con.execute("INSERT INTO schema_migration VALUES (?, ?)", [number, path.name])
    except BaseException:
        con.rollback()
        raise
    con.commit()
