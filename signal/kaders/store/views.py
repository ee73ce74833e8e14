"""The documented views of the warehouse, for BI tools and notebooks: a file each, made anew when it changes.

A view holds no rows, so it needs no numbered migration. What the views of a warehouse were made from stands
in it, as a fingerprint, so that looking whether they are up to date costs a millisecond.
"""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

import duckdb

from kaders.store.sql import quoted

FOLDER = Path(__file__).parent / "views"
MARK = "views_made_from"
"""The macro that gives the fingerprint; it goes along into the published copy."""


@cache
def views() -> dict[str, str]:
    """The text of each view by its name, in the order of the names: a view may build on one before it."""
    return {path.stem: path.read_text("utf-8") for path in sorted(FOLDER.glob("*.sql"))}


def up_to_date(con: duckdb.DuckDBPyConnection) -> bool:
    """Whether the views of the current database were made from the files as they are now."""
    try:
        made_from = con.execute(f"SELECT {MARK}()").fetchall()
    except duckdb.CatalogException:
        return False
    return made_from == [(_fingerprint(),)]


def dropping(con: duckdb.DuckDBPyConnection) -> str:
    """The statements that take away every view of the current database, of files that are gone as well."""
    names = con.execute(
        "SELECT view_name FROM duckdb_views() "
        "WHERE database_name = current_database() AND NOT internal AND NOT temporary"
    ).fetchall()
    lines = [f'DROP VIEW "{name}";\n' for (name,) in names]
    return "".join([*lines, f"DROP MACRO IF EXISTS {MARK};\n"])


def making() -> str:
    """The statements that make the views, and the mark that says what they were made from."""
    mark = f"CREATE MACRO {MARK}() AS {quoted(_fingerprint())};\n"
    meaning = "fingerprint of the files in store/views that the views were made from"
    return "\n".join([*views().values(), mark, f"COMMENT ON MACRO {MARK} IS {quoted(meaning)};\n"])


@cache
def _fingerprint() -> str:
    text = "\n".join(views().values())
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()
