"""Brings a warehouse up to date: numbered SQL files, each applied once, in order and whole; then views."""

from __future__ import annotations

from pathlib import Path

import duckdb

from kaders.errors import KadersError
from kaders.store import views
from kaders.store.sql import quoted

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
    """Applies what is missing; how many migrations that were. KadersError when the file is of a newer Kaders.

    The views are made anew with the last of them, or by themselves when only one of their files has changed.

    Ends with a checkpoint: a log with table changes in it is what DuckDB recovers least well after a crash.
    """
    done, known = version(con), migrations()
    if done > max(known):
        raise KadersError(
            f"The warehouse was written by a newer Kaders (schema {done}, this one knows {max(known)}): "
            "update Kaders, or run `kaders rebuild` to make it anew with this one"
        )
    steps = [_text(number, path) for number, path in known.items() if number > done]
    if not steps and views.up_to_date(con):
        return 0
    # The views go before the first step, which may change what they read, and come back with the last.
    texts = steps or [""]
    texts[0] = views.dropping(con) + texts[0]
    texts[-1] += views.making()
    for text in texts:
        _apply(con, text)
    con.execute("CHECKPOINT")
    return len(steps)


def _text(number: int, path: Path) -> str:
    """A migration with the line that says it was applied."""
    name = quoted(path.name)
    return f"{path.read_text('utf-8')}\n;INSERT INTO schema_migration VALUES ({number}, {name});\n"


def _apply(con: duckdb.DuckDBPyConnection, text: str) -> None:
    con.begin()
    try:
        con.execute(text)
    except BaseException:
        con.rollback()
        raise
    con.commit()
