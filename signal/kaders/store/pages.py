"""The queue of article pages that wait to be read: one file of lines for each source."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

from kaders.errors import Busy
from kaders.model import Item
from kaders.read.accounts import is_page
from kaders.settings import Places
from kaders.store import files, keys
from kaders.store.landing import renewed
from kaders.store.packed import stamp

MOST = 500
"""Pages of a source that wait at most: at one a second a visit of ten minutes reads them all."""
PATIENCE = 10.0
"""Seconds to wait for another task that has the queue of the same source open; it needs some milliseconds."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """An entry whose page is still to be read.

    entry   as it landed, but without its text: that lies in landing already
    length  characters of that text, as a page that gives no more is not worth a revision
    tries   how often the page was asked for in vain
    """

    entry: Item
    length: int = 0
    tries: int = 0


def queue(places: Places, source: str, items: Iterable[Item]) -> int:
    """Puts the pages of entries that have landed in the queue; how many old ones had to make way for them.

    An entry that stands there already is asked in its newest form; one that was withdrawn leaves, and one
    whose address names no page, or had to be made nameless, never enters. Raises files.Unwritable, and Busy
    when the queue stays locked.
    """
    given = list(items)
    new = {each.guid: Waiting(replace(each, text=""), len(each.text)) for each in given if _to_be_read(each)}
    dropped = 0

    def changed(known: list[Waiting]) -> list[Waiting]:
        nonlocal dropped
        gone = {each.guid for each in given if each.withdrawn}
        kept = [one for one in known if one.entry.guid not in new and one.entry.guid not in gone]
        every = [*kept, *new.values()]
        dropped = max(0, len(every) - MOST)
        return every[dropped:]

    _change(places, source, changed)
    return dropped


def waiting(places: Places, source: str) -> list[Waiting]:
    """The pages of a source that wait, the longest waiting first; a line that is damaged is left out.

    Such a line costs one page: the entry itself lies in landing.
    """
    try:
        lines = _path(places, source).read_text(encoding="utf-8", errors="replace").splitlines()
    except FileNotFoundError:
        return []
    return [one for line in lines if (one := _read(line))]


def tried(places: Places, source: str, guid: str) -> None:
    """Counts one more try in vain for the page of an entry."""

    def changed(known: list[Waiting]) -> list[Waiting]:
        return [replace(one, tries=one.tries + 1) if one.entry.guid == guid else one for one in known]

    _change(places, source, changed)


def done(places: Places, source: str, guids: Iterable[str]) -> None:
    """Takes the pages of these entries out of the queue: they were read and landed, or never will be."""
    over = set(guids)
    if over:
        _change(places, source, lambda known: [one for one in known if one.entry.guid not in over])


def sources(places: Places) -> list[str]:
    """The sources that have or had a queue."""
    return sorted(path.stem for path in (places.of("state") / "pages").glob("*.jsonl"))


def raise_authors(places: Places, source: str) -> None:
    """Brings up the authors in the queue of a source to the newest key. Raises as `queue`."""
    if _path(places, source).exists():
        _change(places, source, lambda known: known)


def _to_be_read(each: Item) -> bool:
    return not each.withdrawn and not each.same_as and is_page(each.url)


def _change(places: Places, source: str, changed: Callable[[list[Waiting]], list[Waiting]]) -> None:
    """Reads, changes and writes the queue while nobody else does; nothing is written when nothing changed.

    What is written has its authors as the newest key of pseudonyms has them.
    """
    with _locked(places, source):
        known, ring = waiting(places, source), keys.ring(places)
        new = [replace(one, entry=renewed(one.entry, ring)) for one in changed(known)]
        if new != known:
            files.write(_path(places, source), "".join(map(_line, new)).encode())


@contextmanager
def _locked(places: Places, source: str) -> Iterator[None]:
    path = _path(places, source).with_suffix(".lock")
    with files.room_on_disk(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(path)
        try:
            lock.acquire(timeout=PATIENCE)
        except Timeout:
            raise Busy(
                f"the queue of pages of {source} is held by another run; wait until it is done"
            ) from None
    try:
        yield
    finally:
        lock.release()


def _path(places: Places, source: str) -> Path:
    return places.of("state") / "pages" / f"{source}.jsonl"


def _line(one: Waiting) -> str:
    entry = {name: getattr(one.entry, name) for name in Item.__dataclass_fields__}
    published = stamp(one.entry.published) if one.entry.published else None
    entry |= {"published": published, "fetched_at": stamp(one.entry.fetched_at)}
    fields = {"entry": entry, "length": one.length, "tries": one.tries}
    return json.dumps(fields, ensure_ascii=False, sort_keys=True) + "\n"


def _read(line: str) -> Waiting | None:
    try:
        fields: dict[str, Any] = json.loads(line)
        entry = fields["entry"]
        published = entry["published"]
        moments = {
            "published": datetime.fromisoformat(published) if published else None,
            "fetched_at": datetime.fromisoformat(entry["fetched_at"]),
        }
        return Waiting(Item(**entry | moments), int(fields["length"]), int(fields["tries"]))
    except (ValueError, TypeError, KeyError, AttributeError):
        return None
