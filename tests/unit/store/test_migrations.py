"""Every earlier warehouse, with rows in it, becomes today's: nothing lost, and no other schema than a fresh one."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from houses import House

from kaders.store import migrate
from kaders.store.connection import Connection, opened, writing
from kaders.store.dictionary import page

PAGE = Path(__file__).parents[3] / "docs" / "data-dictionary.md"
VERSIONS = list(migrate.migrations())
ROWS = 3
START = datetime(2026, 11, 2, 5, 30, tzinfo=UTC)
REALISTIC: dict[str, Callable[[int], Any]] = {
    "source": lambda row: ("bode", "omroep", "gemeente")[row],
    "owner_group": lambda row: ("bode", "omroep", "gemeente")[row],
    "id": lambda row: f"d{row}",
    "content": lambda row: f"c{row}",
    "url": lambda row: f"https://bode.example/{row}",
    "title": lambda row: f"Café 'De Pas' – deel {row}; \"niets\" -- gaat verloren",
    "text": lambda row: f"Bij de container staat een rij.\nEn {row} mensen wachten.",
    "author": lambda row: None if row else "a1b2c3",
    "reason": lambda row: "" if row else "timeout",
    "day": lambda row: date(2026, 11, 2 + row),
    "analysed": lambda row: date(2026, 11, 1 + row),
    "payload": lambda row: json.dumps({"id": f"2026-11-02/{row}", "headline": {"nl": "Één", "en": "One"}}),
}
"""What a column holds, by its name; the others are filled by their type."""
BY_TYPE: dict[str, Callable[[int], Any]] = {
    "VARCHAR": lambda row: f"woord {row}",
    "JSON": lambda row: json.dumps({"row": row}),
    "INTEGER": lambda row: row + 1,
    "BLOB": lambda row: bytes([row]) * 256,
    "UINTEGER": lambda row: row + 2**31,
    "BIGINT": lambda row: row + 2**40,
    "UBIGINT": lambda row: row + 2**63,
    "DOUBLE": lambda row: row / 3,
    "BOOLEAN": lambda row: row == 0,
    "DATE": lambda row: date(2026, 11, 2 + row),
    "TIMESTAMP WITH TIME ZONE": lambda row: START + timedelta(hours=row, microseconds=1),
}
BECAME: dict[tuple[str, str], str] = {
    ("core_document", "address_key"): "a number in place of the address, as the other keys are",
    ("core_document", "text_key"): "made anew from the words, as read/same.py makes it",
    (
        "core_document",
        "sketch",
    ): "bytes in place of a list, which reading and writing took five times as long",
}
"""Columns (table, column) that a migration took away or wrote anew, with the reason; all others must stay as is."""
SCHEMA = {
    "tables": "SELECT table_name, comment FROM duckdb_tables() WHERE {here} AND NOT temporary",
    "columns": "SELECT table_name, column_index, column_name, data_type, is_nullable, column_default, comment "
    "FROM duckdb_columns() WHERE {here} AND NOT internal",
    "constraints": "SELECT table_name, constraint_text FROM duckdb_constraints() WHERE {here}",
    "indexes": "SELECT table_name, index_name, sql, comment FROM duckdb_indexes() WHERE {here}",
    "views": "SELECT view_name, sql, comment FROM duckdb_views() WHERE {here} AND NOT internal",
    "macros": "SELECT function_name, macro_definition, comment FROM duckdb_functions() WHERE {here} AND NOT internal",
    "sequences": "SELECT sequence_name, start_value, increment_by FROM duckdb_sequences() WHERE {here}",
}


@contextmanager
def at_version(path: Path, number: int) -> Iterator[Connection]:
    """A warehouse as the Kaders of that version left it, with a view of its time."""
    with opened(path) as con:
        for each, file in migrate.migrations().items():
            if each <= number:
                con.execute(file.read_text("utf-8"))
                con.execute("INSERT INTO schema_migration VALUES (?, ?)", [each, file.name])
        con.execute("CREATE VIEW documents AS SELECT id, title, url, fate FROM core_document")
        yield con


def tables(con: Connection) -> list[str]:
    found = con.execute(
        "SELECT table_name FROM duckdb_tables() WHERE database_name = current_database() AND NOT temporary"
    )
    return sorted(name for (name,) in found.fetchall() if name != "schema_migration")


def fill(con: Connection) -> dict[str, list[dict[str, Any]]]:
    """Puts rows in every table, whichever columns it has; what then stands in it."""
    for table in tables(con):
        columns = con.execute(
            "SELECT column_name, data_type FROM duckdb_columns() "
            "WHERE database_name = current_database() AND table_name = ? ORDER BY column_index",
            [table],
        ).fetchall()
        allowed = _allowed(con, table)
        marks = ", ".join("?" for _ in columns)
        for row in range(ROWS):
            con.execute(
                f"INSERT INTO {table} VALUES ({marks})",
                [_value(name, kind, allowed.get(name, []), row) for name, kind in columns],
            )
    return {table: rows(con, table) for table in tables(con)}


def _allowed(con: Connection, table: str) -> dict[str, list[str]]:
    """The words that a CHECK (column IN (…)) of a table lets in, by column."""
    found = con.execute(
        "SELECT constraint_text FROM duckdb_constraints() "
        "WHERE database_name = current_database() AND table_name = ? AND constraint_type = 'CHECK'",
        [table],
    ).fetchall()
    words = {}
    for (text,) in found:
        column = re.search(r"\(?\"?(\w+)\"? IN ", text)
        assert column, f"a check of {table} that this test cannot read: {text}"
        words[column.group(1)] = re.findall(r"'([^']*)'", text)
    return words


def _value(name: str, kind: str, allowed: list[str], row: int) -> Any:
    if allowed:
        return allowed[row % len(allowed)]
    if kind.endswith("[]"):
        return [_value("", kind[:-2], [], each) for each in range(row)]
    if name in REALISTIC:
        return REALISTIC[name](row)
    assert kind in BY_TYPE, f"say in BY_TYPE what a {kind} looks like ({name})"
    return BY_TYPE[kind](row)


def rows(con: Connection, table: str) -> list[dict[str, Any]]:
    result = con.execute(f"FROM {table} ORDER BY ALL")
    names = [column[0] for column in result.description or []]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def schema(con: Connection) -> dict[str, list[Any]]:
    here = "database_name = current_database()"
    return {name: con.execute(query.format(here=here)).fetchall() for name, query in SCHEMA.items()}


def sorted_by_key(found: list[dict[str, Any]], names: list[str]) -> list[Any]:
    return sorted(([row[name] for name in names] for row in found), key=repr)


@pytest.mark.parametrize("number", VERSIONS)
def test_rows_of_every_earlier_version_are_still_there_and_right(house: House, number: int) -> None:
    house.places.warehouse.parent.mkdir(parents=True, exist_ok=True)
    with at_version(house.places.warehouse, number) as con:
        before = fill(con)
    assert all(len(found) == ROWS for found in before.values())
    with writing(house.places) as con:
        assert migrate.version(con) == VERSIONS[-1]
        assert con.execute("SELECT number FROM schema_migration ORDER BY number").fetchall() == [
            (each,) for each in VERSIONS
        ]
        now = {table: rows(con, table) for table in before}
    for table, found in before.items():
        names = [name for name in found[0] if (table, name) not in BECAME]
        gone = [name for name in names if name not in now[table][0]]
        assert not gone, f"{table} lost {gone} after version {number}: say in BECAME why"
        assert sorted_by_key(now[table], names) == sorted_by_key(found, names), table


@pytest.mark.parametrize("number", VERSIONS)
def test_a_migrated_warehouse_has_the_schema_of_a_fresh_one(house: House, other: House, number: int) -> None:
    """Columns and their order, types, defaults, constraints, comments, indexes, views, macros."""
    house.places.warehouse.parent.mkdir(parents=True, exist_ok=True)
    with at_version(house.places.warehouse, number) as con:
        fill(con)
    with writing(house.places) as old, writing(other.places) as fresh:
        migrated, new = schema(old), schema(fresh)
        assert page(old) == PAGE.read_text("utf-8"), "and of docs/data-dictionary.md"
    for part, found in new.items():
        assert sorted(migrated[part], key=repr) == sorted(found, key=repr), part
    assert new["tables"] and new["columns"] and new["constraints"] and new["views"]


def test_a_migrated_warehouse_is_read_as_any_other(house: House) -> None:
    """The views over rows of the very first version, as a BI tool would ask them."""
    house.places.warehouse.parent.mkdir(parents=True, exist_ok=True)
    with at_version(house.places.warehouse, VERSIONS[0]) as con:
        fill(con)
    with writing(house.places) as con:
        assert con.execute("SELECT count(*) FROM documents").fetchall() == [(2,)], "kept and duplicate"
        assert con.execute("SELECT count(*) FROM document_history").fetchall() == [(ROWS,)]
        assert con.execute("SELECT count(*) FROM signals").fetchall() == [(ROWS,)]
        assert con.execute("SELECT count(*) FROM sources").fetchall() == [(ROWS,)]


def test_a_migration_that_breaks_off_goes_on_where_it_was(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Stopped after the first step, the rest comes with the next writer, and the views with it."""
    house.places.warehouse.parent.mkdir(parents=True, exist_ok=True)
    with at_version(house.places.warehouse, VERSIONS[0]) as con:
        fill(con)
    whole, done = migrate._apply, list[str]()

    def breaking(con: Connection, text: str) -> None:
        if done:
            raise RuntimeError("stopped")
        whole(con, text)
        done.append(text)

    with monkeypatch.context() as changed:
        changed.setattr(migrate, "_apply", breaking)
        with pytest.raises(RuntimeError, match="stopped"), writing(house.places):
            pass
    with opened(house.places.warehouse) as con:
        assert migrate.version(con) == VERSIONS[1]
        assert con.execute("SELECT count(*) FROM duckdb_views() WHERE NOT internal").fetchall() == [(0,)]
    with writing(house.places) as con:
        assert migrate.version(con) == VERSIONS[-1]
        assert con.execute("SELECT count(*) FROM documents").fetchall() == [(2,)], "kept and duplicate"
