"""What retention removed from landing, as fingerprints: enough to know it again, too little to read it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from kaders.settings import Places
from kaders.store.files import room_on_disk


def remember(places: Places, source: str, landed: datetime, marks: Iterable[str]) -> None:
    """Keeps the fingerprints of entries that landed at a moment (UTC); Unwritable when the disk is full."""
    path = _path(places, source)
    lines = "".join(f"{landed.isoformat()} {mark}\n" for mark in marks)
    with room_on_disk(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as file:
            file.write(lines)


def known(places: Places, source: str, moment: datetime | None = None) -> set[str]:
    """The fingerprints of a source, up to and with `moment` when one is given."""
    path = _path(places, source)
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    pairs = [line.split() for line in lines if line.count(" ") == 1]
    return {mark for at, mark in pairs if moment is None or datetime.fromisoformat(at) <= moment}


def moments(places: Places, source: str) -> set[datetime]:
    """The moments (UTC) at which entries of a source landed that were removed since, or emptied."""
    path = _path(places, source)
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    return {datetime.fromisoformat(at) for at in {line.split()[0] for line in lines if line.count(" ") == 1}}


def _path(places: Places, source: str) -> Path:
    return places.of("state") / "forgotten" / f"{source}.txt"
