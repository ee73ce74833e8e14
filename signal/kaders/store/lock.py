"""One run of an organisation at a time: the second says who is working and stops."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from kaders.errors import Busy, KadersError
from kaders.settings import Places
from kaders.store.files import room_on_disk


@contextmanager
def source_lock(places: Places, source: str, *, patience: float = 0.0) -> Iterator[bool]:
    """Whether a source is ours to visit: not when another run is at it now. Free when its holder ends.

    patience: seconds to wait for that.
    """
    path = places.of("state") / "locks" / f"{source}.lock"
    with room_on_disk(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(path)
        try:
            lock.acquire(timeout=patience)
        except Timeout:
            yield False
            return
    try:
        yield True
    finally:
        lock.release()


def being_restored(places: Places) -> Path:
    """A file that is there while a restore moves folders; after a kill, half of them are of another day."""
    return places.data / f"{places.organisation}.restoring"


@contextmanager
def run_lock(places: Places, *, restoring: bool = False) -> Iterator[None]:
    """The right to run for this organisation; the system takes it back when the process ends, however.

    restoring: this is the restore that goes on where a broken one stopped. Raises Busy at once, with the
    number of the other process, when another run has it, and KadersError when a restore was broken off.
    """
    path = places.data / f"{places.organisation}.run.lock"
    holder = path.with_suffix(".pid")
    with room_on_disk(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(path)
        try:
            lock.acquire(timeout=0)
        except Timeout as error:
            pid = holder.read_text("utf-8").strip() if holder.exists() else "unknown"
            raise Busy(
                f"another run (pid {pid}) is working on {places.organisation}; "
                "wait until it is done, or stop it"
            ) from error
    try:
        if being_restored(places).exists() and not restoring:
            raise KadersError(
                f"a restore of {places.organisation} was broken off: "
                "run it again with `kaders restore FILE --replace`"
            )
        with room_on_disk(path):
            # beside the lock: opening the lock file empties it, also for the one who does not get it
            holder.write_text(f"{os.getpid()}\n", "utf-8")
        yield
    finally:
        holder.unlink(missing_ok=True)
        lock.release()
