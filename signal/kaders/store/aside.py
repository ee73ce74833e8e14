"""What was put aside instead of removed: a warehouse that could not be read, and what a restore replaced."""

from __future__ import annotations

import os
import re
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

from kaders.settings import Places
from kaders.store.files import room_on_disk
from kaders.store.retention import clock_of_disk

KEPT = timedelta(days=30)
"""How long, and never longer than words of posts are kept: whoever lacks something after a rebuild or a
restore knows it within a month (as for logs, retention.LOGS_KEPT), and people are in it who went since."""
WHEN = "%Y%m%dT%H%M%SZ"
"""How a folder in `aside` says when it was put there (store/backup.py)."""


def unreadable(places: Places) -> Path:
    """Where a warehouse goes that a rebuild could not read."""
    return places.warehouse.with_name(f"{places.warehouse.name}.unreadable")


def put_aside(places: Places) -> Path:
    """Puts the warehouse aside as of now, in the place of one that was; where it is then."""
    path = unreadable(places)
    places.warehouse.replace(path)
    os.utime(path)
    return path


def forget(places: Places, moment: datetime, days: int) -> int:
    """Removes what was put aside more than KEPT ago, or `days` when that is less; how many of them."""
    kept = min(KEPT, timedelta(days=days))
    old = [path for path, when in _folders(places) if moment - when > kept]
    if (path := unreadable(places)).exists() and clock_of_disk(places) - path.stat().st_mtime > (
        kept.total_seconds()
    ):
        old.append(path)
    for path in old:
        with room_on_disk(path):
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    return len(old)


def _folders(places: Places) -> list[tuple[Path, datetime]]:
    """What restores of this organisation put aside, and when."""
    name = re.compile(rf"{re.escape(places.organisation)}-(\d{{8}}T\d{{6}}Z)-[0-9a-f]{{8}}")
    found = [(path, name.fullmatch(path.name)) for path in sorted((places.data / "aside").glob("*"))]
    return [(p, datetime.strptime(named[1], WHEN).replace(tzinfo=UTC)) for p, named in found if named]
