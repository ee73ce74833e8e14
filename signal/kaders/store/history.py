"""What became of documents: their revisions, and who else carried their story."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kaders.settings import Places
from kaders.store.connection import Connection
from kaders.store.frames import viewing
from kaders.store.sql import sql


@dataclass(frozen=True, slots=True)
class Revision:
    """One revision of a document as the view document_history has it; seen is in UTC.

    title_before  of the revision before; None where it cannot be told any more
    """

    id: str
    seen: datetime
    source: str
    relation: str
    change: str
    title: str
    title_before: str | None
    url: str


@dataclass(frozen=True, slots=True)
class Carrier:
    """A document of the same story; seen is in UTC."""

    document: str
    id: str
    seen: datetime
    source: str
    relation: str
    title: str
    url: str


def histories(
    places: Places, zone: str, moment: datetime, addresses: Sequence[str]
) -> tuple[list[Revision], list[Carrier]]:
    """The revisions of documents that ever had one of some addresses (or ids), and the rest of their stories.

    As they were known at `moment`, in the order they were seen. KadersError when nothing was published.
    """
    with viewing(places, zone, moment) as con:
        asked = {"asked": list(addresses)}
        revisions = [Revision(*row) for row in _rows(con, "revisions_of", asked)]
        return revisions, [Carrier(*row) for row in _rows(con, "carriers_of", asked)]


def _rows(con: Connection, query: str, given: dict[str, list[str]]) -> Iterator[tuple[Any, ...]]:
    yield from con.execute(sql(query), given).fetchall()
