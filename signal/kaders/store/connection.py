"""Opens the warehouse for one writer and the published copy for any reader, and says in a sentence why not.

A connection lives in the process that opened it: never fork with one open, never copy the file with one open;
both lose rows without a word (docs/decisions).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
from filelock import FileLock, Timeout

from kaders.errors import Busy, KadersError
from kaders.settings import Places
from kaders.store.blocks import read_before_publishing
from kaders.store.files import Unwritable, room_on_disk
from kaders.store.migrate import migrate, migrations, version
from kaders.store.publish import publish_file
from kaders.store.published import is_there
from kaders.store.sql import quoted

Connection = duckdb.DuckDBPyConnection

PATIENCE = 30.0
"""Seconds to wait for another writer: a load takes a few, a load of a whole demo history some ten."""
OFFLINE: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
}
"""Nothing is ever fetched from DuckDB's site; what Kaders needs is built in."""

MEMORY = 2500
"""Megabytes that DuckDB may use, the rest goes to disk: with 10 million documents a load stays below the 4 GB
that it may take (`make bench`). On a small machine half of what there is, so that others live."""
INTERRUPTED = "Query interrupted"
"""What DuckDB makes of Ctrl-C while it works."""
_FULL = ("No space left", "Disk quota", "database or disk is full", "File too large")
_REFUSED = ("Permission denied", "Read-only file system")
_OTHER_DUCKDB = ("storage version number", "storage version greater")
_DAMAGED = (
    "corrupt",
    "checksum",
    "not a valid DuckDB",
    "Could not read enough bytes",
    "Failed to load metadata",
)
REBUILD = "run `kaders rebuild` to make it anew"
LOAD = "run `kaders load` to make it anew"


class Damaged(KadersError):
    """A file that cannot be read any more, `path`; the sentence says what makes it anew."""

    def __init__(self, path: Path, mend: str) -> None:
        self.path = path
        super().__init__(f"{path} is damaged and cannot be read. Nothing that landed is lost: {mend}")


class OutOfMemory(KadersError):
    """The machine is too small for what was asked, or too much else runs on it: no file is at fault."""


@contextmanager
def writing(places: Places, *, patience: float = PATIENCE, publishing: bool = False) -> Iterator[Connection]:
    """The warehouse, up to date and open for this writer alone.

    patience: seconds to wait for another writer. publishing: afterwards readers get what is in it then, and
    no other writer comes between; nothing is published when the block fails. Raises Busy when another writer
    holds on for longer, KadersError when the file is damaged or the disk full. What stands in no finished
    transaction when the block fails is undone.
    """
    with alone(places, patience=patience):
        _begin(places.warehouse)
        with opened(places.warehouse) as con:
            migrate(con)
            yield con
            con.execute("CHECKPOINT")
            if publishing:
                read_before_publishing(con, places.warehouse)
        if publishing:
            publish_file(places, places.warehouse)


def publish(places: Places) -> None:
    """Gives readers what is in the warehouse now. Raises as `writing` and publish_file."""
    with writing(places, publishing=True):
        pass


def _begin(path: Path) -> None:
    """Makes an empty warehouse when there is none, at once: half a new file would pass for a damaged one."""
    if path.exists():
        return
    part = path.with_name(f".{path.name}.new.tmp")
    with room_on_disk(path):
        try:
            for one in (part, part.with_name(f"{part.name}.wal")):
                one.unlink(missing_ok=True)
            with opened(part) as con:
                migrate(con)
            path.with_name(f"{path.name}.wal").unlink(missing_ok=True)  # of a file that is gone
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)


@contextmanager
def reading(places: Places) -> Iterator[Connection]:
    """The published copy, read-only; a later publication does not change it under the reader's hands.

    Attached to an empty database, because within one process DuckDB hands out an open file again by its name,
    even after another file took that name. Raises KadersError when nothing was published yet or by a Kaders
    of another schema, and files.Unreachable when it is in object storage that cannot be reached.
    """
    path = places.published
    if not is_there(places):
        raise KadersError(f"Nothing has been loaded for {places.organisation} yet: run `kaders run` first")
    with opened(None) as con, explained(path, mend=mend_of_copy(places)):
        con.execute(f"ATTACH {quoted(path)} AS published (READ_ONLY)")
        con.execute("USE published")
        known, ours = version(con), max(migrations())
        if known < ours:
            raise KadersError(f"{path} was published by an older Kaders: run `kaders load` first")
        if known > ours:
            raise KadersError(
                f"{path} was published by a newer Kaders (schema {known}, this one knows {ours}): "
                "update Kaders"
            )
        yield con


def mend_of_copy(places: Places) -> str:
    """What makes a damaged published copy anew: of the warehouse it is made of, when that is here."""
    if places.warehouse.exists():
        return LOAD
    return REBUILD if places.offered is None else "remove this copy, and it is fetched anew"


@contextmanager
def alone(places: Places, *, patience: float = PATIENCE) -> Iterator[None]:
    """The right to write the warehouse, for one process at a time; Busy when it stays taken."""
    path = places.warehouse.with_suffix(".lock")
    with room_on_disk(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(path)
        try:
            lock.acquire(timeout=patience)
        except Timeout as error:
            raise _busy(path, f"and did not let go in {patience:.0f} seconds") from error
    try:
        yield
    finally:
        lock.release()


@contextmanager
def opened(path: Path | None) -> Iterator[Connection]:
    """A connection to a file (made when absent) or, without one, to an empty database; times are in UTC."""
    place = path or Path(":memory:")
    with explained(place):
        try:
            con = duckdb.connect(str(place), config=OFFLINE | {"memory_limit": f"{_memory()}MB"})
        except duckdb.Error as error:
            raise _unopened(place, error) from error
        try:
            con.execute("SET TimeZone = 'UTC'")
            yield con
        finally:
            con.close()


def _memory() -> int:
    """Megabytes that DuckDB may use on this machine."""
    there = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
    return min(MEMORY, there // 2)


@contextmanager
def transaction(con: Connection) -> Iterator[None]:
    """All of the block or nothing of it."""
    con.begin()
    try:
        yield
    except BaseException:
        con.rollback()
        raise
    con.commit()


@contextmanager
def explained(path: Path, *, mend: str = REBUILD) -> Iterator[None]:
    """Turns what the disk does to DuckDB into a sentence, which ends in `mend` when the file is damaged.

    Errors of ours pass as they are.
    """
    try:
        with room_on_disk(path):
            yield
    except duckdb.Error as error:
        known = _sentence(path, error, mend)
        if known is None:
            raise
        raise known from error
    except RuntimeError as error:
        if INTERRUPTED not in str(error):
            raise
        raise KeyboardInterrupt from error


def _sentence(path: Path, error: duckdb.Error, mend: str = REBUILD) -> KadersError | None:
    said = str(error)
    if any(sign in said for sign in _FULL):
        return Unwritable(f"The disk that holds {path.parent} is full: make room and run again.")
    if any(sign in said for sign in _REFUSED):
        return Unwritable(f"{path} may not be read or written: give this user the right to and run again.")
    if isinstance(error, duckdb.OutOfMemoryException):
        return OutOfMemory(
            f"There was too little memory to work with {path}: end other programs or use a larger machine"
        )
    if any(sign in said for sign in _OTHER_DUCKDB):
        return KadersError(f"{path} was written by another version of DuckDB: update Kaders and run again")
    if isinstance(error, duckdb.FatalException) or any(sign in said for sign in _DAMAGED):
        return Damaged(path, mend)
    return None


def _unopened(path: Path, error: duckdb.Error) -> KadersError:
    """Why a file did not open: in use, no room, no right, no memory, a newer DuckDB, or else damaged."""
    if "Could not set lock" in str(error):
        return _busy(path, "open for itself")
    return _sentence(path, error) or Damaged(path, REBUILD)


def _busy(path: Path, how: str) -> Busy:
    return Busy(f"Another process holds {path} {how}: run this again when it is done")
