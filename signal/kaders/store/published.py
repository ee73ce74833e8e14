"""The published copy between machines: put in object storage by its writer, fetched by those who read.

Who has the warehouse reads the copy on its own disk, and asks nobody. On other machines the file there is a
cache: each reading asks for the ETag of the object, and fetches it when it is another one. Only a file that
is whole takes the place of the one before it, which whoever has it open keeps.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from kaders.errors import Busy
from kaders.settings import Places
from kaders.store import files
from kaders.store.files import Unreachable, room_on_disk

PATIENCE = 300.0
"""Seconds to wait for another process that fetches it: a gigabyte over a slow line of 30 megabit/s."""
TRIES = 3
"""Times it is fetched while the writer puts another in its place; a load comes every few minutes at most."""


def offer(places: Places) -> None:
    """Puts the published copy in object storage, when readers open it there; Unreachable."""
    if places.offered is not None:
        from kaders.store import cloud

        cloud.upload(places.published, places.offered)
        _remember(places.published, _stamp(places.offered))


def is_there(places: Places) -> bool:
    """Whether anything was published; the copy on the disk is up to date then. Raises as `fetch`."""
    fetch(places)
    return places.published.exists()


def fetch(places: Places) -> None:
    """Brings the copy on the disk up to the one in object storage; nothing to do where the warehouse is.

    Raises Unreachable, Unwritable, and Busy when another process takes all the time to fetch it.
    """
    if places.offered is None or places.warehouse.exists():
        return
    stamp = _stamp(places.offered)
    if stamp and stamp != _known(places):
        with _alone(places.published):
            _fetch(places, places.offered)


def behind(places: Places) -> bool:
    """Whether object storage has another copy than was published here last. Raises Unreachable."""
    return places.offered is not None and _stamp(places.offered) != (_known(places) or "never put there")


def _fetch(places: Places, offered: Path) -> None:
    """What is fetched while the object changes may be half of each: then it is fetched again."""
    from kaders.store import cloud

    target = places.published
    part = target.with_name(f".{target.name}.{secrets.token_hex(4)}.tmp")
    try:
        for _ in range(TRIES):
            before = _stamp(offered)
            if before == _known(places):
                return  # another process was first
            with room_on_disk(target):
                cloud.download(offered, part)
            if before == _stamp(offered):
                with room_on_disk(target):
                    part.replace(target)
                _remember(target, before)
                return
    finally:
        part.unlink(missing_ok=True)
    raise Unreachable(f"{offered} changed each time it was fetched: run again.")


def _stamp(offered: Path) -> str:
    """What tells one object from the next, and its size; empty when there is none."""
    from kaders.store import cloud

    found = cloud.about(offered)
    return f"{found['ETag']} {found['size']}" if found else ""


def _remember(published: Path, stamp: str) -> None:
    files.write(_note(published), f"{stamp}\n{_identity(published)}\n".encode())


def _known(places: Places) -> str:
    """The stamp of the object that the copy on the disk is; empty when it is none, or there is no copy."""
    note = _note(places.published)
    if not (note.exists() and places.published.exists()):
        return ""
    stamp, _, identity = note.read_text("utf-8").partition("\n")
    return stamp if identity.strip() == _identity(places.published) else ""


def _identity(published: Path) -> str:
    """What tells one file on the disk from the next one in its place."""
    found = published.stat()
    return f"{found.st_ino}-{found.st_mtime_ns}-{found.st_size}"


def _note(published: Path) -> Path:
    return published.with_name(f"{published.name}.etag")


@contextmanager
def _alone(published: Path) -> Iterator[None]:
    """The right to fetch, for one process at a time; Busy when it stays taken."""
    with room_on_disk(published):
        published.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(published.with_name(f"{published.name}.fetch.lock"))
        try:
            lock.acquire(timeout=PATIENCE)
        except Timeout as error:
            raise Busy(f"Another process is fetching {published}: run again when it is done") from error
    try:
        yield
    finally:
        lock.release()
