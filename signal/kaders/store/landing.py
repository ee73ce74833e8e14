"""Landing: what the sources gave, in immutable files, one for each visit that brought something."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from kaders.model import Item
from kaders.read.document import ERASED, erased_guid
from kaders.read.people import current
from kaders.settings import Places
from kaders.store import files, keys, packed, sums
from kaders.store.packed import SUFFIX, stamp

_HALF = re.compile("[\ud800-\udfff]")
"""Half a pair of surrogates: no text, and UTF-8 has no bytes for it."""


@dataclass(frozen=True, slots=True)
class Unwritten:
    """A landing file before it is written; `name` is its path below the organisation's landing folder."""

    name: str
    _path: Path
    _lines: bytes

    def write(self) -> str:
        """Write the file; its name. Raises files.Unwritable when the disk is full."""
        packed.land(self._path, self._lines)
        return self.name


def prepared(places: Places, source: str, moment: datetime, items: Iterable[Item]) -> Unwritten:
    """Items as one landing file, not written yet: the same items at the same moment give the same file.

    Their authors are brought up to the newest key of pseudonyms. Raises ConfigurationError when the keys are
    damaged.
    """
    ring = keys.ring(places)
    lines = "".join(_line(renewed(item, ring)) for item in items).encode()
    utc = moment.astimezone(UTC)
    name = f"{utc:%H%M%S}Z-{sums.digest(lines)}{SUFFIX}"
    path = places.of("landing") / source / f"{utc:%Y-%m-%d}" / name
    return Unwritten(path.relative_to(places.of("landing")).as_posix(), path, lines)


def write(places: Places, source: str, moment: datetime, items: Iterable[Item]) -> str:
    """Write items as one landing file; its name. Raises files.Unwritable when the disk is full."""
    return prepared(places, source, moment, items).write()


def paths(places: Places, source: str | None = None, day: str | None = None) -> list[Path]:
    """The landing files of the organisation, of one source, or of one day (YYYY-MM-DD), oldest first."""
    found = files.below(places.of("landing"), f"{source or '*'}/{day or '*'}/*{SUFFIX}")
    return sorted((path for path in found if not path.name.startswith(".")), key=_moment_and_path)


def read(path: Path) -> Iterator[Item]:
    """The items of one landing file. Raises Quarantine, naming the file, when it is damaged."""
    return packed.read(path, _item, kind="landing")


def empty(path: Path, chosen: Callable[[Item], bool], *, why: str = "withdrawn") -> int:
    """Take the words out of the items of a landing file that are chosen; how many. The others stay untouched.

    What is left of such an item is its identity, its times, and that it was withdrawn. Why that is, is noted
    beside the file, with its new checksum. Raises Quarantine when the file is damaged.
    """

    def new(fields: dict[str, Any]) -> str | None:
        one = _item(fields)
        return _line(without_words(one)) if not one.withdrawn and chosen(one) else None

    return packed.change(
        path, new, kind="landing", first=lambda was, will_be: sums.note(path, was, will_be, why)
    )


def erase(path: Path, chosen: Callable[[Item], bool]) -> int:
    """As `empty`, and the guid goes too, as one may name somebody; also of what was withdrawn before."""

    def new(fields: dict[str, Any]) -> str | None:
        one = _item(fields)
        if one.guid.startswith(ERASED) or not chosen(one):
            return None
        guid = erased_guid(one.source, one.guid or one.url)
        return _line(replace(without_words(one), guid=guid))

    return packed.change(
        path, new, kind="landing", first=lambda was, will_be: sums.note(path, was, will_be, "erased")
    )


def without_words(item: Item) -> Item:
    """What is left of an item when its source has withdrawn it."""
    return Item(
        item.source,
        item.guid,
        "",
        "",
        "",
        item.published,
        item.fetched_at,
        date_mark=item.date_mark,
        withdrawn=True,
    )


def renewed(item: Item, ring: Sequence[bytes]) -> Item:
    """The item with its author as the newest key has it."""
    return replace(item, author=current(item.author, ring)) if item.author and len(ring) > 1 else item


def partition_of(path: Path) -> str:
    """The partition of a landing file: what one source gave on one day (UTC), as `source/2026-11-20`."""
    return f"{path.parent.parent.name}/{path.parent.name}"


def landed_at(path: Path) -> datetime:
    """The moment in a landing file's path, in UTC."""
    return datetime.strptime(f"{path.parent.name} {path.name[:6]}", "%Y-%m-%d %H%M%S").replace(tzinfo=UTC)


def _moment_and_path(path: Path) -> tuple[str, str, str]:
    return path.parent.name, path.name[:6], path.as_posix()


def _line(item: Item) -> str:
    """An item as a line of JSON that can be written whatever a reader left in it."""
    fields = {name: getattr(item, name) for name in Item.__dataclass_fields__}
    published = stamp(item.published) if item.published else None
    fields |= {"published": published, "fetched_at": stamp(item.fetched_at)}
    return _HALF.sub("\ufffd", json.dumps(fields, ensure_ascii=False, sort_keys=True)) + "\n"


def _item(fields: dict[str, Any]) -> Item:
    published = fields["published"]
    return Item(
        **fields
        | {
            "published": datetime.fromisoformat(published) if published else None,
            "fetched_at": datetime.fromisoformat(fields["fetched_at"]),
        }
    )
