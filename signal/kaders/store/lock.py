"""One run of an organisation at a time: the second says who is working and stops."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

from filelock import FileLock, Timeout

from kaders.errors import Busy
from kaders.settings import Places
from kaders.store.files import room_on_disk


@contextmanager
def source_lock(places: Places, source: str) -> Iterator[bool]:
    """Whether a source is ours to visit: not when another run is at it now. Free when its holder ends."""
    path = places.of("state") / "locks" / f"{source}.lock"
    with room_on_disk(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(path)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            yield False
            return
    try:
        yield True
    finally:
        lock.release()


@contextmanager
def run_lock(places: Places) -> Iterator[None]:
    """The right to run for this organisation; the system takes it back when the process ends, however.

    Raises Busy at once, with the number of the other process, when another run has it.
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
        with room_on_disk(path):
            # beside the lock: opening the lock file empties it, also for the one who does not get it
            holder.write_text(f"{os.getpid()}\n", "utf-8")
        yield
    finally:
        holder.unlink(missing_ok=True)
        lock.release()
