"""Finds the documents that somebody asks to have erased, in what landed and in the warehouse."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path

from kaders.errors import Quarantine
from kaders.model import Item
from kaders.read.document import ERASED, identity
from kaders.read.erased import Asked, Entry, form, shapes, spelled
from kaders.read.text import snippet
from kaders.settings import Places
from kaders.store import files, landing
from kaders.store.connection import Connection
from kaders.store.sql import sql

SHOWN = 12
"""Words of a post that stand for a title where a person has to recognise it."""
AT_ONCE = 1_000
"""Revisions that are read from the warehouse at a time: some megabytes of text."""


def entries(places: Places, con: Connection | None, asked: Asked) -> tuple[list[Entry], list[Path]]:
    """The documents that a request is about, oldest first, and landing files that cannot be read.

    An address is among those of an entry when nobody else's entry has it, or when it was asked for.
    """
    known: dict[str, Entry] = {}
    damaged: list[Path] = []
    for each in landed(places, damaged):
        if asked.wants(each):
            _join(known, _of_item(each), shapes(each))
    for source, id_, day, title, text, url in rows(con, asked):
        _join(known, Entry(source, id_, day, _headline(title, text)), {form(url)} - {""})
    _leave_to_others(places, con, known, asked)
    return sorted(known.values(), key=lambda entry: (entry.day, entry.source, entry.id)), damaged


def mentions(places: Places, con: Connection | None, phrases: Iterable[str], besides: set[str]) -> int:
    """How many documents hold one of these phrases and are not among those that are erased."""
    asked = Asked(phrases=tuple(phrases))
    found = {identity(i.source, i.guid or i.url) for i in landed(places, []) if asked.wants(i)}
    found |= {row[1] for row in rows(con, asked)}
    return len(found - besides)


def landed(places: Places, damaged: list[Path], *, all_of_it: bool = False) -> Iterator[Item]:
    """Every item that landed and has not been erased, or `all_of_it`; what cannot be read is noted."""
    for path in files.ahead(landing.paths(places)):
        try:
            items = list(landing.read(path))
        except Quarantine:
            damaged.append(path)
            continue
        yield from (each for each in items if all_of_it or not each.guid.startswith(ERASED))


def rows(con: Connection | None, asked: Asked) -> Iterator[tuple[str, str, date, str, str, str]]:
    """Source, id, day, title, text and address of every revision in the warehouse that is asked for.

    By words the warehouse finds more than holds them, as it folds letters in its own way.
    """
    if con is None:
        return
    found = con.execute(
        sql("to_be_erased"),
        {
            "authors": sorted(asked.authors),
            "source": asked.source,
            "shapes": sorted(asked.addresses),
            "spelled": spelled(asked.phrases),
        },
    )
    while some := found.fetchmany(AT_ONCE):
        yield from (row[:-1] for row in some if row[-1] or asked.says(f"{row[3]} {row[4]}"))


def _leave_to_others(places: Places, con: Connection | None, known: dict[str, Entry], asked: Asked) -> None:
    """Takes an address off an entry when documents that stay have it too and nobody asked for it."""
    wanted = {shape for entry in known.values() for shape in entry.addresses} - asked.addresses
    if not wanted:
        return
    shared = set[str]()
    for each in landed(places, []):
        if identity(each.source, each.guid or each.url) not in known:
            shared |= shapes(each) & wanted
    for _, id_, _, _, _, url in rows(con, Asked(addresses=frozenset(wanted))):
        if id_ not in known:
            shared.add(form(url))
    for entry in known.values():
        entry.addresses -= shared - asked.addresses


def _join(known: dict[str, Entry], entry: Entry, addresses: set[str]) -> None:
    one = known.setdefault(entry.id, entry)
    one.title = one.title or entry.title
    one.addresses |= addresses


def _of_item(each: Item) -> Entry:
    id_, day = identity(each.source, each.guid or each.url), (each.published or each.fetched_at).date()
    return Entry(each.source, id_, day, _headline(each.title, each.text))


def _headline(title: str, text: str) -> str:
    return title or snippet(text, words=SHOWN)
