"""Publishes: a copy of the warehouse takes the place of the one before it, at once, for whoever reads."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path

from kaders.errors import KadersError
from kaders.settings import Places
from kaders.store.files import room_on_disk, sync_folder
from kaders.store.published import offer

_AT_ONCE = 2**30
"""Bytes that the system is asked to copy at a time."""
_UNABLE = (errno.EXDEV, errno.ENOSYS, errno.EOPNOTSUPP, errno.EINVAL)
"""What a system answers that cannot copy between these two places by itself."""


def publish_file(places: Places, source: Path) -> None:
    """Makes a copy of a warehouse what readers open; who has the old one open keeps it whole.

    source: a file that nobody has open and that nobody else may open meanwhile (connection.alone): a copy of
    one that is open may lack rows, and says nothing of it. Copying the bytes is an order of magnitude faster
    than DuckDB's COPY FROM DATABASE, and the blocks carry checksums. Raises KadersError when the file has a
    log that was not worked in, files.Unwritable when the disk is full, Unreachable for object storage.
    """
    log = source.with_name(f"{source.name}.wal")
    if log.exists():
        raise KadersError(f"{log} was not worked into {source} and nothing was published: run this again")
    target = places.published
    part = target.with_name(f".{target.name}.tmp")
    with room_on_disk(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            _copy(source, part)
            part.replace(target)
            sync_folder(target.parent)
        finally:
            part.unlink(missing_ok=True)
    offer(places)


def _copy(source: Path, part: Path) -> None:
    """All bytes, by the system itself: Btrfs and XFS then share them between both until one changes."""
    left = source.stat().st_size
    with source.open("rb") as old, part.open("wb") as new:
        try:
            while left > 0 and (done := os.copy_file_range(old.fileno(), new.fileno(), min(left, _AT_ONCE))):
                left -= done
        except OSError as error:
            if error.errno not in _UNABLE:
                raise
            shutil.copyfileobj(old, new)
        os.fsync(new.fileno())  # else a power cut may leave the new name without the bytes
