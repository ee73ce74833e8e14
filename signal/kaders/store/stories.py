"""Which story a document belongs to, of all that a load has to do with."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TypeVar

from kaders.read.same import Sight, stories
from kaders.store.connection import Connection
from kaders.store.sql import sql

STORIES_AT_ONCE = 50_000
"""Documents whose stories are told apart together: some ten megabytes."""

T = TypeVar("T")


def tell_stories(con: Connection) -> None:
    """Gives every document that a load touched the story it belongs to; `restoried` are those it changed."""
    con.execute("CREATE OR REPLACE TEMP TABLE told (id VARCHAR, story VARCHAR)")
    for some in by(STORIES_AT_ONCE, stories(_sights(con))):
        con.execute(
            "INSERT INTO told SELECT unnest($ids), unnest($stories)",
            {"ids": [id_ for id_, _ in some], "stories": [story for _, story in some]},
        )
    con.execute(
        "CREATE OR REPLACE TEMP TABLE restoried AS SELECT d.rowid AS spot, d.id, t.story "
        "FROM core_document AS d JOIN told AS t ON d.id = t.id WHERE d.story <> t.story"
    )
    con.execute("UPDATE core_document AS d SET story = r.story FROM restoried AS r WHERE d.rowid = r.spot")


def _sights(con: Connection) -> Iterator[Sight]:
    """The documents that may share a story, read bit by bit."""
    con.execute(f"CREATE OR REPLACE TEMP TABLE sharing AS {sql('sharing')}")
    count = con.execute("SELECT count(*) FROM sharing").fetchall()[0][0]
    for start in range(1, count + 1, STORIES_AT_ONCE):
        rows = con.execute(
            "SELECT id, lead_key, dated FROM sharing WHERE place BETWEEN $start AND $stop ORDER BY place",
            {"start": start, "stop": start + STORIES_AT_ONCE - 1},
        ).fetchall()
        yield from (Sight(*row) for row in rows)


def by(number: int, all_of_them: Iterable[T]) -> Iterator[list[T]]:
    """Lists of so many at a time, the last one shorter."""
    rest = iter(all_of_them)
    while some := list(islice(rest, number)):
        yield some
