"""Files that are whole or absent, and a full disk as one sentence."""

from __future__ import annotations

import errno
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kaders.errors import KadersError

FULL = (errno.ENOSPC, errno.EDQUOT)
REFUSED = (errno.EROFS, errno.EACCES, errno.EPERM)


class Unwritable(KadersError):
    """The disk is full or may not be written: nothing that follows can succeed, so the job stops."""


def write(path: Path, content: bytes, *, before: Path | None = None) -> None:
    """Write a file at once: readers see the old file or the new one, never a part.

    before: where the old file goes; between the two moves only that one is there. Makes the folders on the
    way. Raises Unwritable when the disk is full or refuses.
    """
    with room_on_disk(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
        try:
            part.write_bytes(content)
            if before and path.exists():
                path.replace(before)
            part.replace(path)
        except BaseException:
            part.unlink(missing_ok=True)
            raise


def write_new(path: Path, content: bytes) -> bool:
    """Write a file at once unless there is one already; whether it was written. Unwritable as `write`."""
    with room_on_disk(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
        try:
            part.write_bytes(content)
            path.hardlink_to(part)
        except FileExistsError:
            return False
        finally:
            part.unlink(missing_ok=True)
    return True


@contextmanager
def room_on_disk(path: Path) -> Iterator[None]:
    """Turns a full or refusing disk into one sentence that names the place; other errors pass."""
    try:
        yield
    except OSError as error:
        if error.errno in FULL:
            raise Unwritable(
                f"The disk that holds {path.parent} is full: make room and run again."
            ) from error
        if error.errno in REFUSED:
            raise Unwritable(
                f"{path.parent} may not be written: give this user the right to and run again."
            ) from error
        raise
