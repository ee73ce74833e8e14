"""Landing: what the sources gave, in immutable files, one for each visit that brought something."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from kaders.model import Item
from kaders.settings import Places
from kaders.store import packed
from kaders.store.packed import SUFFIX, stamp


def write(places: Places, source: str, moment: datetime, items: Iterable[Item]) -> str:
    """Write items as one landing file; its path relative to the organisation's landing folder.

    The same items at the same moment give the same file. Raises files.Unwritable when the disk is full.
    """
    lines = _lines(items)
    path = _named(places, source, moment, lines)
    packed.write(path, lines)
    return path.relative_to(places.of("landing")).as_posix()


def named(places: Places, source: str, moment: datetime, items: Iterable[Item]) -> str:
    """The path that `write` will give to these items; '' for none."""
    lines = _lines(items)
    path = _named(places, source, moment, lines)
    return path.relative_to(places.of("landing")).as_posix() if lines else ""


def _lines(items: Iterable[Item]) -> bytes:
    return "".join(_line(item) for item in items).encode()


def _named(places: Places, source: str, moment: datetime, lines: bytes) -> Path:
    utc = moment.astimezone(UTC)
    name = f"{utc:%H%M%S}Z-{hashlib.blake2b(lines, digest_size=4).hexdigest()}{SUFFIX}"
    return places.of("landing") / source / f"{utc:%Y-%m-%d}" / name


def paths(places: Places, source: str | None = None) -> list[Path]:
    """The landing files of the organisation or of one source, oldest first."""
    root = places.of("landing")
    found = root.glob(f"{source or '*'}/*/*{SUFFIX}")
    return sorted((path for path in found if not path.name.startswith(".")), key=_moment_and_path)


def read(path: Path) -> Iterator[Item]:
    """The items of one landing file. Raises Quarantine, naming the file, when it is damaged."""
    return packed.read(path, _item, kind="landing")


def empty(path: Path, chosen: Callable[[Item], bool]) -> int:
    """Take the words out of the items of a landing file that are chosen; how many. The others stay untouched.

    What is left of such an item is its identity, its times, and that it was withdrawn. Raises Quarantine when
    the file is damaged.
    """

    def new(fields: dict[str, Any]) -> str | None:
        one = _item(fields)
        return _line(without_words(one)) if not one.withdrawn and chosen(one) else None

    return packed.change(path, new, kind="landing")


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


def landed_at(path: Path) -> datetime:
    """The moment in a landing file's path, in UTC."""
    return datetime.strptime(f"{path.parent.name} {path.name[:6]}", "%Y-%m-%d %H%M%S").replace(tzinfo=UTC)


def _moment_and_path(path: Path) -> tuple[str, str, str]:
    return path.parent.name, path.name[:6], path.as_posix()


def _line(item: Item) -> str:
    fields = {name: getattr(item, name) for name in Item.__dataclass_fields__}
    published = stamp(item.published) if item.published else None
    fields |= {"published": published, "fetched_at": stamp(item.fetched_at)}
    return json.dumps(fields, ensure_ascii=False, sort_keys=True) + "\n"


def _item(fields: dict[str, Any]) -> Item:
    published = fields["published"]
    return Item(
        **fields
        | {
            "published": datetime.fromisoformat(published) if published else None,
            "fetched_at": datetime.fromisoformat(fields["fetched_at"]),
        }
    )
