"""Landing: what the sources gave, in immutable files, one for each visit that brought something."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from kaders.errors import Quarantine
from kaders.model import Item
from kaders.settings import Places
from kaders.store import files

SUFFIX = ".jsonl.gz"
COMPRESSION = 6
"""gzip's own default; higher levels cost time and win a few per cent on text."""


def write(places: Places, source: str, moment: datetime, items: Iterable[Item]) -> str:
    """Write items as one landing file; its path relative to the organisation's landing folder.

    The same items at the same moment give the same file. Raises files.Unwritable when the disk is full.
    """
    lines = "".join(_line(item) for item in items).encode()
    utc = moment.astimezone(UTC)
    name = f"{utc:%H%M%S}Z-{hashlib.blake2b(lines, digest_size=4).hexdigest()}{SUFFIX}"
    path = places.of("landing") / source / f"{utc:%Y-%m-%d}" / name
    files.write(path, gzip.compress(lines, COMPRESSION, mtime=0))
    return path.relative_to(places.of("landing")).as_posix()


def paths(places: Places, source: str | None = None) -> list[Path]:
    """The landing files of the organisation or of one source, oldest first."""
    root = places.of("landing")
    found = root.glob(f"{source or '*'}/*/*{SUFFIX}")
    return sorted((path for path in found if not path.name.startswith(".")), key=_moment_and_path)


def read(path: Path) -> Iterator[Item]:
    """The items of one landing file. Raises Quarantine, naming the file, when it is damaged."""
    try:
        with gzip.open(path, "rt", encoding="utf-8", newline="\n") as lines:
            for line in lines:
                yield _item(json.loads(line))
    except (OSError, EOFError, ValueError, TypeError, KeyError) as error:
        raise Quarantine(f"The landing file {path} cannot be read ({type(error).__name__}).") from error


def landed_at(path: Path) -> datetime:
    """The moment in a landing file's path, in UTC."""
    return datetime.strptime(f"{path.parent.name} {path.name[:6]}", "%Y-%m-%d %H%M%S").replace(tzinfo=UTC)


def _moment_and_path(path: Path) -> tuple[str, str, str]:
    return path.parent.name, path.name[:6], path.as_posix()


def _line(item: Item) -> str:
    fields = {name: getattr(item, name) for name in Item.__dataclass_fields__}
    fields |= {"published": _stamp(item.published), "fetched_at": _stamp(item.fetched_at)}
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


def _stamp(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z") if moment else None
