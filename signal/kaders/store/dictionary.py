"""The data dictionary: every table, view and column of the warehouse with its meaning, from the schema."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb

from kaders.store.connection import Connection, opened
from kaders.store.migrate import migrate

HEAD = """\
# Data dictionary

Made from the schema by `make dictionary`; do not edit it by hand. What stands here is what the migrations and
views under `signal/kaders/store` say of themselves (`COMMENT ON`), so any tool that shows descriptions shows
the same.

Read the **views**: they stay as they are when the program changes; the tables behind them are its own.
Moments are `TIMESTAMP WITH TIME ZONE`. Days that a view derives from a moment are days of the session's time
zone (`SET TimeZone`), which [`kaders.open()`](notebook.md) sets to that of the organisation; mornings are
days of the organisation's calendar. All but `out_` can be made anew from landing with `kaders rebuild`, less
what was lawfully removed.
"""
LAYERS = {
    "Views": "What analysts, notebooks and BI tools read; none shows a full text or an author.",
    "raw_": "What the files brought: which were loaded, and the run ledger as it was written.",
    "core_": "Documents in all their revisions, and what the tagger heard in them.",
    "out_": "What the mornings decided and what was sent; a morning replaces its own rows.",
    "Other": "What the warehouse needs to know of itself.",
}
"""The parts of the dictionary in their order, each in a sentence; those with a _ are prefixes of tables."""

_ENTRIES = """
SELECT view_name AS name, comment, true AS is_view FROM duckdb_views() WHERE {here} AND NOT internal
UNION ALL
SELECT table_name, comment, false FROM duckdb_tables() WHERE {here} AND NOT temporary
ORDER BY name
"""
_COLUMNS = """
SELECT column_name, data_type, is_nullable, comment FROM duckdb_columns()
WHERE {here} AND table_name = $table
ORDER BY column_index
"""
_KEYS = """
SELECT unnest(constraint_column_names) FROM duckdb_constraints()
WHERE {here} AND table_name = $table AND constraint_type = 'PRIMARY KEY'
"""
_HERE = "database_name = current_database()"


def dictionary() -> str:
    """The whole page, in Markdown, for the newest schema."""
    with opened(None) as con:
        migrate(con)
        return page(con)


def page(con: duckdb.DuckDBPyConnection) -> str:
    """The page for the database that is open: the views first, then the tables by their prefix."""
    parts: dict[str, list[str]] = {layer: [] for layer in LAYERS}
    for name, comment, is_view in con.execute(_ENTRIES.format(here=_HERE)).fetchall():
        told = "\n".join(_entry(con, name, comment, is_view=is_view))
        parts["Views" if is_view else _layer(name)].append(told)
    shown = [_part(layer, entries) for layer, entries in parts.items() if entries]
    return "\n".join([HEAD, *shown])


def _layer(table: str) -> str:
    return next((layer for layer in LAYERS if layer.endswith("_") and table.startswith(layer)), "Other")


def _part(layer: str, entries: list[str]) -> str:
    title = f"Tables `{layer}`" if layer.endswith("_") else layer if layer == "Views" else "Other tables"
    return "\n".join([f"## {title}", "", LAYERS[layer], "", *entries])


def _entry(con: Connection, name: str, comment: str | None, *, is_view: bool) -> Iterator[str]:
    """A heading, what a row is, and a line for each column."""
    given = {"table": name}
    keys = {key for (key,) in con.execute(_KEYS.format(here=_HERE), given).fetchall()}
    yield from (f"### {name}", "", _plain(comment), "", "| column | type | meaning |", "|---|---|---|")
    for column, kind, nullable, meaning in con.execute(_COLUMNS.format(here=_HERE), given).fetchall():
        note = ", key" if column in keys else "" if nullable or is_view else ", never NULL"
        yield f"| `{column}` | {kind}{note} | {_plain(meaning)} |"
    yield ""


def _plain(text: str | None) -> str:
    """A comment as Markdown that shows it as it is."""
    return (text or "").replace("|", "\\|").replace("<", "\\<").replace("*", "\\*")
