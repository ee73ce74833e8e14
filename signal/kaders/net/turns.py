"""Whose turn it is: how many requests a host gets side by side, how far apart, and when it wants none.

Waiting for a turn is our choice and no fault of the source, so it does not count against the deadline of the
question. It has a bound of its own, PATIENCE; a turn that is further off is not waited for.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from kaders.net.failures import FetchFailed

PATIENCE = 600.0
"""Seconds that a question waits for its turn at most; the longest pause that a source may be given."""
SLOWEST = 60.0
"""Seconds; a longer Crawl-delay in robots.txt is taken as this, as most crawlers do."""


class _Place:
    """One host: its free seats, and the moment from which the next request may start."""

    def __init__(self, at_once: int) -> None:
        self.seats = threading.Semaphore(at_once)
        self.lock = threading.Lock()
        self.next = 0.0
        self.delay = 0.0

    def start(self, pause: float) -> float:
        """The moment for this request to start; the next one may start a pause later."""
        with self.lock:
            start = max(time.monotonic(), self.next)
            if start <= time.monotonic() + PATIENCE:
                self.next = start + max(pause, self.delay)
            return start


class Turns:
    """The turns of all hosts that one Door asks; threads share it."""

    def __init__(self, pause: float, at_once: int) -> None:
        self._pause, self._at_once = pause, at_once
        self._lock, self._over = threading.Lock(), threading.Event()
        self._places: dict[str, _Place] = {}
        self._closed: dict[str, float] = {}

    @contextmanager
    def turn(self, host: str, *, pause: float = 0.0, again: bool = False) -> Iterator[None]:
        """Wait until `host` may be asked, and hold one of its seats for the length of the block.

        pause: seconds to the next start when it asks for more than ours; again: whether this is one more step
        of a question that had its turn, which need not wait for a pause. Raises FetchFailed rate_limited when
        the turn is too far off, with the seconds in `retry_after`; timeout after `stop`.
        """
        place = self._place(host)
        if not place.seats.acquire(timeout=PATIENCE):
            raise FetchFailed("rate_limited", "others wait for this host too", retry_after=int(PATIENCE))
        try:
            wait = 0.0 if again else place.start(max(pause, self._pause)) - time.monotonic()
            if wait > PATIENCE:
                raise FetchFailed("rate_limited", "others wait for this host too", retry_after=int(wait))
            if self._over.wait(max(0.0, wait)):
                raise FetchFailed("timeout", "Kaders was stopped while this waited for its turn")
            yield
        finally:
            place.seats.release()

    def slow_down(self, host: str, delay: float) -> None:
        """From now on at least `delay` seconds between two starts, as robots.txt asks; SLOWEST at most."""
        place = self._place(host)
        place.delay = max(0.0, min(delay, SLOWEST))

    def shut(self, key: str, seconds: int) -> None:
        """Ask `key`, a host or one address, nothing more for so many seconds."""
        with self._lock:
            self._closed[key] = max(self._closed.get(key, 0.0), time.monotonic() + seconds)

    def stop(self) -> None:
        """Nobody gets a turn any more: who waits for one fails with timeout at once, as after Ctrl-C."""
        self._over.set()

    def check(self, key: str) -> None:
        """FetchFailed rate_limited with the seconds that remain, when `key` asked us to stay away."""
        with self._lock:
            left = self._closed.get(key, 0.0) - time.monotonic()
        if left > 0:
            raise FetchFailed("rate_limited", "the source asked us to wait", retry_after=int(left) + 1)

    def _place(self, host: str) -> _Place:
        with self._lock:
            if host not in self._places:
                self._places[host] = _Place(self._at_once)
            return self._places[host]
