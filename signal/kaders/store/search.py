"""Finds the documents that answer a question, through the index beside the published copy."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from kaders.ask.tree import Node
from kaders.settings import Places
from kaders.store.connection import Connection, explained, reading
from kaders.store.search_sql import answers
from kaders.store.sql import quoted, sql

MEND = "run `kaders load` and search again"
"""For when a search has made its index anew and it was damaged still: then the published copy is at fault."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A document that was found, in its latest revision.

    published  of its first revision (UTC)
    text       all of it, for finding the place to show; never to be handed out whole
    copy       whether an earlier document of the same owner group had its address or text
    changed    whether its title has changed
    """

    published: datetime
    source: str
    kind: str
    title: str
    text: str
    snippet: str
    url: str
    copy: bool
    changed: bool


@dataclass(frozen=True, slots=True)
class Found:
    """The newest hits, and how many there are of every kind of source, shown or not."""

    hits: tuple[Hit, ...]
    kinds: dict[str, int]

    @property
    def total(self) -> int:
        """All that was found."""
        return sum(self.kinds.values())


def search(
    places: Places,
    node: Node,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    limit: int = 20,
) -> Found:
    """What was published from `since` on and before `until` and answers the question, newest first.

    What lost its words since the index was made is counted until the next update, and not shown. Raises
    KadersError when nothing is published or the index is damaged.
    """
    with asking(places) as con:
        con.execute(
            "CREATE TEMP TABLE hit AS SELECT doc FROM page WHERE ($since IS NULL OR published >= $since) "
            f"AND ($until IS NULL OR published < $until) AND {answers(con, node)}",
            {"since": since, "until": until},
        )
        kinds = con.execute(
            "SELECT kind, count(*) FROM page SEMI JOIN hit USING (doc) GROUP BY kind ORDER BY kind"
        ).fetchall()
        con.execute(f"CREATE TEMP TABLE newest AS {sql('search_newest')}", {"limit": limit})
        con.execute(f"CREATE TEMP TABLE spots AS {sql('search_spots')}")
        rows = con.execute(sql("search_hits")).fetchall()
    return Found(tuple(Hit(*row) for row in rows), dict(kinds))


@contextmanager
def asking(places: Places) -> Iterator[Connection]:
    """The index in use, the published copy beside it."""
    with reading(places) as con, explained(places.search, mend=MEND):
        con.execute(f"ATTACH {quoted(places.search)} AS search (READ_ONLY)")
        con.execute("USE search")
        yield con
