"""The list of what was erased, as marks, and the erasure that is still to be finished.

The list is in state/<organisation>/erased, which a restore adds to and never replaces. It is written before
anything is taken out, so that nothing comes back meanwhile and whoever comes next can finish by it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from kaders.errors import ConfigurationError
from kaders.model import Item
from kaders.read.document import identity
from kaders.read.erased import KINDS, Marks, forget
from kaders.read.people import current
from kaders.settings import Places
from kaders.store import files, keys

MARKS, OWED = "erased/marks.txt", "erasing.json"
"""The files below the state of an organisation."""
_LINE = re.compile(rf"({'|'.join(KINDS)}) ((?:\d+:)?[0-9a-f]{{16}})( [a-z0-9][a-z0-9._-]*)?")


def marks(places: Places) -> Marks:
    """What was erased; nothing where nobody ever was. Pseudonyms are as the newest key has them.

    Raises ConfigurationError when a line is damaged, and when the key is not the one it was made with: then
    nobody on the list would be known again.
    """
    path = _path(places)
    if not path.exists():
        return Marks()
    found = _read(path.read_text("utf-8"), keys.ring(places), str(path))
    if not found.fits():
        raise ConfigurationError(
            f"{keys.path_of(places)} is not the key with which {path} was made, so who was erased could come "
            "back: put that key back. If it is lost for good, remove the list, and erase again who asks"
        )
    return found


def add(places: Places, lines: Iterable[str]) -> int:
    """Puts lines (read.erased.marks_for) on the list; how many were new. Raises files.Unwritable."""
    path = _path(places)
    known = path.read_text("utf-8").splitlines() if path.exists() else []
    new = sorted(set(lines) - set(known))
    if new:
        files.write(path, "".join(f"{line}\n" for line in [*known, *new]).encode())
    return len(new)


def list_owed(places: Places) -> None:
    """Puts the marks of an erasure that has only just begun on the list; Unwritable."""
    add(places, (owed(places) or {}).get("marks", ()))


def raise_authors(places: Places) -> None:
    """Brings up the authors on the list to the newest key, so that no older one tells who they are."""
    path = _path(places)
    if path.exists():
        ring, lines = keys.ring(places), path.read_text("utf-8").splitlines()
        new = [_raised(line, ring) for line in lines]
        if new != lines:
            files.write(path, "".join(f"{line}\n" for line in dict.fromkeys(new)).encode())


def _raised(line: str, ring: tuple[bytes, ...]) -> str:
    parts = _LINE.fullmatch(line)
    return f"author {_newest(parts, ring)}" if parts and parts[1] == "author" else line


def _newest(author: re.Match[str], ring: tuple[bytes, ...]) -> str:
    """The author of a line as the newest key has them, and in which source if in one alone."""
    return current(author[2], ring) + (author[3] or "")


def sift(places: Places, items: Iterable[Item]) -> tuple[list[Item], int]:
    """Items that may land, in their order, and how many may not, as they are of what was erased."""
    found, given = marks(places), list(items)
    kept = [each for each in given if not found.item(each)] if found else given
    return kept, len(given) - len(kept)


def forgets(places: Places, source: str, items: Iterable[Item], cursor: Mapping[str, str]) -> dict[str, str]:
    """What a reader asks to remember, without what was erased; items: those of the same visit."""
    found = marks(places)
    if not found:
        return dict(cursor)
    seen = {each.guid for each in items if found.item(each)}
    return forget(cursor, lambda guid: guid in seen or found.entry(identity(source, guid)))


def owe(places: Places, told: dict[str, Any]) -> None:
    """Notes that an erasure is under way: its marks, and what its line in the audit log will say."""
    files.write(_owed(places), (json.dumps(told, ensure_ascii=False) + "\n").encode())


def owe_again(state: Path) -> None:
    """The same for a folder of states that comes back from a backup, in which the erased are still there."""
    if (state / MARKS).exists() and not (state / OWED).exists():
        files.write(state / OWED, b'{"note": "again, after a restore"}\n')


def owed(places: Places) -> dict[str, Any] | None:
    """The erasure that is under way; None when there is none. A damaged note is an erasure all the same."""
    if not _owed(places).exists():
        return None
    try:
        told = json.loads(_owed(places).read_bytes())
    except ValueError:
        return {}
    return told if isinstance(told, dict) else {}


def done(places: Places) -> None:
    """The erasure is finished."""
    _owed(places).unlink(missing_ok=True)


@lru_cache(maxsize=4)
def _read(text: str, ring: tuple[bytes, ...], name: str) -> Marks:
    """The list is asked at every visit and seldom changes."""
    found: dict[str, set[str]] = {kind: set() for kind in KINDS}
    for number, line in enumerate(text.splitlines(), start=1):
        parts = _LINE.fullmatch(line)
        if not parts:
            raise ConfigurationError(
                f"Line {number} of {name} is damaged, so somebody who was erased could come back: put the "
                "file back from a backup, or take the line out and erase again whom it may have been about"
            )
        found[parts[1]].add(_newest(parts, ring) if parts[1] == "author" else parts[2])
    sets = (frozenset(found[kind]) for kind in KINDS)
    return Marks(ring[0] if ring else b"", ring, *sets)


def _path(places: Places) -> Path:
    return places.of("state") / MARKS


def _owed(places: Places) -> Path:
    return places.of("state") / OWED
