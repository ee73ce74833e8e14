"""Checksums of landing files: in the name, and beside a file from which words were taken since.

A landing file is named after its moment and the checksum of its lines. When words go from it (its source took
them back, or a person asked) or its pseudonyms get a new key, the name stays, for much refers to it; what the
lines were and will be is noted beside the file before it changes. So damage, a change that was meant and a
change that broke off half-way can be told apart.
"""

from __future__ import annotations

import hashlib
import json
import re
from enum import StrEnum
from pathlib import Path
from typing import Any

from kaders.errors import Quarantine
from kaders.store import files, packed
from kaders.store.packed import SUFFIX

DIGITS = 16
"""Hexadecimal digits, 64 bits: among ten million files a year two differ and agree once in 370,000 years.
Files of before this stood have eight, and stay checkable with those."""
BESIDE = ".changes"
"""Comes after the name of the file, so that what copies files in order copies the note last."""
_NAME = re.compile(rf"\d{{6}}Z-((?:[0-9a-f]{{8}}){{1,2}}){re.escape(SUFFIX)}")


class Standing(StrEnum):
    """How a landing file stands."""

    WHOLE = "whole"
    CHANGED = "changed"
    UNFINISHED = "unfinished"
    DAMAGED = "damaged"


def digest(lines: bytes, digits: int = DIGITS) -> str:
    """The checksum of finished lines."""
    return hashlib.blake2b(lines, digest_size=digits // 2).hexdigest()


def beside(path: Path) -> Path:
    """Where the changes of a landing file are noted."""
    return path.with_name(path.name + BESIDE)


def note(path: Path, before: bytes, after: bytes, why: str) -> None:
    """Note beside a landing file how its lines are about to change; Unwritable when the disk is full."""
    digits = len(_named(path) or "") or DIGITS
    change = {"was": digest(before, digits), "is": digest(after, digits), "why": why}
    changes = _changes(path)
    if changes[-1:] != [change]:
        lines = "".join(json.dumps(one) + "\n" for one in [*changes, change])
        files.write(beside(path), lines.encode())


def standing(path: Path, *, noted: bool = True) -> Standing:
    """How a landing file stands, after reading all of it.

    noted: whether there may be a note beside it; it is looked for in any case when the lines are others.
    CHANGED: words were taken out or pseudonyms renewed, and the lines are those that came of it. UNFINISHED:
    that was begun, and the file is still as it was. DAMAGED: it cannot be unpacked, or nobody noted that its
    lines would be these.
    """
    named, changes = _named(path), _changes(path) if noted else []
    try:
        lines = packed.lines_of(path, kind="landing")
    except Quarantine:
        return Standing.DAMAGED
    if named is None:
        return Standing.DAMAGED
    meant, found = {named}, digest(lines, len(named))
    for change in changes:
        meant |= {change["is"]} if change["was"] in meant else set()
    if found not in meant:
        return Standing.DAMAGED if noted else standing(path)
    if not changes:
        return Standing.WHOLE
    return Standing.CHANGED if found == changes[-1]["is"] else Standing.UNFINISHED


def notes(folder: Path) -> dict[Path, Path]:
    """The notes below a landing folder, by the file that each is about."""
    found = files.below(folder, f"*/*/*{SUFFIX}{BESIDE}")
    return {one.with_name(one.name.removesuffix(BESIDE)): one for one in found}


def left_over(folder: Path) -> list[Path]:
    """The notes below a landing folder whose file is gone, in order."""
    about = notes(folder)
    return sorted(about[gone] for gone in about.keys() - files.there(list(about)))


def _named(path: Path) -> str | None:
    """The checksum in a name; None when there is none."""
    found = _NAME.fullmatch(path.name)
    return found[1] if found else None


def _changes(path: Path) -> list[dict[str, Any]]:
    """The changes that are noted, oldest first; none when the note cannot be read."""
    try:
        read = [json.loads(line) for line in files.read(beside(path)).decode().splitlines()]
        return [{name: str(each[name]) for name in ("was", "is", "why")} for each in read]
    except (OSError, ValueError, TypeError, KeyError):
        return []
