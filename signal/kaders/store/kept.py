"""What a restore keeps of now: lists that only grow, the audit log, and keys that were added since."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path

from kaders.errors import ConfigurationError
from kaders.settings import Places
from kaders.store import erased, keys

JOINED = ("erased", "forgotten")
"""Folders in `state` of lists that only grow: who was erased, and what is not to land again. Of these the
lines of now stay when an older backup is restored."""
PASSING = (".tmp", ".lock", ".pid", ".clock")
"""How files end that are of a run alone: of no backup, and of no restore."""


def join(now: Places, staging: Path) -> int:
    """Adds the lists of a data folder to those that come back; how many marks of the erased it had."""
    state, audit = now.of("state"), now.of("audit")
    for folder in (*(state / each for each in JOINED), audit):
        _join(folder, staging / folder.relative_to(now.data))
    begun = (erased.owed(now) or {}).get("marks", ())
    then = now.model_copy(update={"data": staging})
    erased.add(then, begun)
    return len({*_lines(state / erased.MARKS), *begun})


def key_comes_back(places: Places, staging: Path, also: Places | None = None) -> bool:
    """Whether the ring in `staging` is to be the one; that of `also` is put there when it knows more.

    A ring of now that is that of the backup with keys added since stays, and so does one where the backup
    has none.
    """
    then = staging / keys.path_of(places).relative_to(places.data)
    if also and not keys.path_of(places).exists() and _knows_more(also, then):
        then.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(keys.path_of(also), then)
    return then.exists() and not _knows_more(places, then)


def _knows_more(places: Places, then: Path) -> bool:
    """Whether the ring of a data folder is the other with keys added, or the only one."""
    old = tuple(each.secret for each in keys.read(then)) if then.exists() else ()
    try:
        now = keys.ring(places)
    except ConfigurationError:
        return False  # it is damaged, and the backup mends it
    return len(now) > len(old) and now[: len(old)] == old


def _join(now: Path, then: Path) -> None:
    """Adds to the lists of a backup the lines that were written since."""
    for path in sorted(one for one in now.rglob("*") if one.is_file() and one.suffix not in PASSING):
        other = then / path.relative_to(now)
        old = _lines(other)
        _write(other, [*old, *(line for line in _lines(path) if line not in set(old))])


def _lines(path: Path) -> list[bytes]:
    return path.read_bytes().splitlines() if path.exists() else []


def _write(path: Path, lines: Iterable[bytes]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"".join(line + b"\n" for line in lines))
