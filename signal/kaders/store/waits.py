"""Hosts that asked to be left alone (Retry-After), kept from one round to the next."""

from __future__ import annotations

import json
import threading
from contextlib import suppress
from datetime import datetime

from kaders.settings import Places
from kaders.store import files


class Waits:
    """Until when hosts are to be left alone, by host; threads share it. A damaged file is an empty one."""

    def __init__(self, places: Places) -> None:
        self._path, self._lock = places.of("state") / "hosts.json", threading.Lock()
        self._until: dict[str, datetime] = {}
        with suppress(OSError, ValueError, TypeError, AttributeError):
            kept = json.loads(self._path.read_text("utf-8"))
            found = {str(host): datetime.fromisoformat(until) for host, until in kept.items()}
            self._until = {host: until for host, until in found.items() if until.tzinfo}

    def until(self, host: str) -> datetime | None:
        """The moment before which a host is not to be asked; None when it said nothing."""
        return self._until.get(host)

    def wait(self, host: str, until: datetime, *, now: datetime) -> None:
        """Leave a host alone until a moment, and remember it; what has passed is forgotten."""
        with self._lock:
            later = max(until, self._until.get(host, until))
            self._until = {h: u for h, u in (self._until | {host: later}).items() if u > now}
            lines = {h: u.isoformat() for h, u in self._until.items()}
            files.write(self._path, json.dumps(lines, indent=1).encode())
