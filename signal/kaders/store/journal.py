"""What a round of visits has done so far, so that one that is killed leaves no visit without its line."""

from __future__ import annotations

import json
import secrets
import threading
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from filelock import FileLock, Timeout

from kaders.model import Fetch
from kaders.settings import Places
from kaders.store import files, ledger_files
from kaders.store.files import Unwritable, room_on_disk


class Journal:
    """The lines of one round, each written before the memory of its source is; a context manager.

    When the round ends the lines go to the ledger. When it is killed, `fold` does that at the next round: the
    file is locked for as long as its round lives.
    """

    def __init__(self, places: Places, moment: datetime, shard: str) -> None:
        self._places, self._moment, self._shard = places, moment.astimezone(UTC), shard
        name = f"{self._moment:%Y%m%dT%H%M%SZ}_{shard}_{secrets.token_hex(4)}.jsonl"
        self._path = _folder(places) / name
        self._lock, self._turn = FileLock(_lock_of(self._path)), threading.Lock()
        self._file: IO[bytes] | None = None

    def __enter__(self) -> Self:
        with room_on_disk(self._path):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._lock.acquire(timeout=0)
            self._file = self._path.open("ab", buffering=0)
        return self

    def note(self, line: Fetch) -> None:
        """Write down a visit, in one go; a later line of the same source takes its place."""
        assert self._file is not None
        with self._turn, room_on_disk(self._path):
            self._file.write(ledger_files.text_of(line).encode())

    def close(self) -> str:
        """Hand all lines to the ledger; the path of the ledger file, '' when there are none."""
        lines = _lines(self._path, self._places)
        file = ledger_files.append(self._places, self._moment, self._shard, lines) if lines else ""
        self._path.unlink(missing_ok=True)
        return file

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file:
            self._file.close()
        try:
            with suppress(Unwritable):  # the lines wait in the journal for the next round
                if self._path.exists():
                    self.close()
        finally:
            self._lock.release()
            Path(_lock_of(self._path)).unlink(missing_ok=True)


def fold(places: Places) -> int:
    """Hand what killed rounds have left behind to the ledger; how many visits that were."""
    count = 0
    for path in sorted(_folder(places).glob("*.jsonl")):
        lock = FileLock(_lock_of(path))
        with suppress(Timeout), lock.acquire(timeout=0):  # else its round lives
            count += _fold(path, places)
            Path(_lock_of(path)).unlink(missing_ok=True)
    return count


def unfolded(places: Places) -> Iterator[Fetch]:
    """The visits that stand in journals: of rounds that live, and of those that were killed."""
    for path in sorted(_folder(places).glob("*.jsonl")):
        with suppress(FileNotFoundError):  # its round ended at this very moment
            yield from _lines(path, places)


def _fold(path: Path, places: Places) -> int:
    if not path.exists():  # its round ended at this very moment
        return 0
    stamp, shard, _ = path.stem.split("_", 2)
    lines = _lines(path, places)
    if lines:
        moment = datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        ledger_files.append(places, moment, shard, lines)
    path.unlink(missing_ok=True)
    return len(lines)


def _lines(path: Path, places: Places) -> list[Fetch]:
    """The last line of each source, by its id, without one that was cut and those that never landed."""
    found: dict[str, Fetch] = {}
    for text in path.read_bytes().decode("utf-8", "replace").splitlines():
        with suppress(ValueError, TypeError, KeyError):
            line = ledger_files.line_of(json.loads(text))
            found[line.source] = line
    root = places.of("landing")
    landed = files.there([root / line.landing for line in found.values() if line.landing])
    return [line for _, line in sorted(found.items()) if not line.landing or root / line.landing in landed]


def _folder(places: Places) -> Path:
    return places.of("state") / "journal"


def _lock_of(path: Path) -> str:
    return f"{path}.lock"
