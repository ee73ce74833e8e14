"""Hosts that asked to be left alone (Retry-After), kept from one round to the next."""

from __future__ import annotations

import json
import threading
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from filelock import FileLock

from kaders.settings import Places
from kaders.store import files


class Waits:
    """Until when hosts are to be left alone, by host; threads and processes share it.

    A damaged file is an empty one.
    """

    def __init__(self, places: Places) -> None:
        self._path, self._lock = places.of("state") / "hosts.json", threading.Lock()
        self._until = _read(self._path)

    def until(self, host: str) -> datetime | None:
        """The moment before which a host is not to be asked; None when it said nothing."""
        return self._until.get(host)

    def wait(self, host: str, until: datetime, *, now: datetime) -> None:
        """Leave a host alone until a moment, and remember it; what has passed is forgotten.

        What other processes have written since is kept, and known here from then on.
        """
        with files.room_on_disk(self._path):
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._lock, FileLock(f"{self._path}.lock"):
                told = (_read(self._path), self._until, {host: until})
                self._until = {each: end for each, end in _latest(*told).items() if end > now}
                lines = {each: end.isoformat() for each, end in self._until.items()}
                files.write(self._path, json.dumps(lines, indent=1).encode())


def _read(path: Path) -> dict[str, datetime]:
    with suppress(OSError, ValueError, TypeError, AttributeError):
        kept = json.loads(path.read_text("utf-8"))
        found = {str(host): datetime.fromisoformat(until) for host, until in kept.items()}
        return {host: until for host, until in found.items() if until.tzinfo}
    return {}


def _latest(*told: dict[str, datetime]) -> dict[str, datetime]:
    """Per host the latest moment that anybody was told."""
    found: dict[str, datetime] = {}
    for each in told:
        found |= {host: max(until, found.get(host, until)) for host, until in each.items()}
    return found
