"""Whose turn it is: how many requests a host gets side by side, how far apart, and when it wants none.

Waiting for a turn is our choice and no fault of the source, so it does not count against the deadline of the
question. It has a bound of its own, the patience; a turn that is further off is not waited for at all.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from kaders.net.failures import FetchFailed

PATIENCE = 600.0
"""Seconds that a question waits for its turn at most; the longest pause that a source may be given."""
SLOWEST = 60.0
"""Seconds; a longer Crawl-delay in robots.txt is taken as this, as most crawlers do."""
SEAT = 60.0
"""Seconds after which to come again when all seats stay taken: the longest that one is held, by a stream."""


class _Place:
    """One host: its free seats, the moment from which the next request may start, and who waits before it."""

    def __init__(self, at_once: int) -> None:
        self.seats = threading.Semaphore(at_once)
        self.lock = threading.Lock()
        self.next = 0.0
        self.delay = 0.0
        self.queued = 0.0

    def line_up(self, pause: float, patience: float) -> None:
        """Wait for a seat behind those who do already; FetchFailed turn when that takes too long by far."""
        with self.lock:
            wait = max(0.0, self.next - time.monotonic()) + self.queued
            if wait > patience:
                raise _not_yet(wait)
            self.queued += pause

    def give_up(self, pause: float) -> None:
        """Wait for a seat no longer."""
        with self.lock:
            self.queued -= pause

    def start(self, pause: float) -> float:
        """The moment for a request that has its seat now; the next one may start a pause later."""
        with self.lock:
            self.queued -= pause
            start = max(time.monotonic(), self.next)
            self.next = start + pause
            return start


class Turns:
    """The turns of all hosts that one Door asks; threads share it.

    patience  seconds that a question waits for its turn at most
    """

    def __init__(self, pause: float, at_once: int, patience: float = PATIENCE) -> None:
        self._pause, self._at_once, self._patience = pause, at_once, patience
        self._lock, self._over = threading.Lock(), threading.Event()
        self._places: dict[str, _Place] = {}
        self._closed: dict[str, float] = {}

    @contextmanager
    def turn(self, host: str, *, pause: float = 0.0, again: bool = False) -> Iterator[None]:
        """Wait until `host` may be asked, and hold one of its seats for the length of the block.

        pause: seconds to the next start when it asks for more than ours; again: whether this is one more step
        of a question that had its turn, which need not wait for a pause. Raises FetchFailed turn when the
        turn is too far off, at once and with the seconds until then in `retry_after`; timeout after `stop`.
        """
        place = self._place(host)
        start = self._seated(place, 0.0 if again else max(pause, self._pause, place.delay), again=again)
        try:
            if self._over.wait(max(0.0, start - time.monotonic())):
                raise FetchFailed("timeout", "Kaders was stopped while this waited for its turn")
            yield
        finally:
            place.seats.release()

    def _seated(self, place: _Place, pause: float, *, again: bool) -> float:
        """Take a seat; the moment at which to start. FetchFailed turn when none comes free in time."""
        if not again:
            place.line_up(pause, self._patience)
        if not place.seats.acquire(timeout=self._patience):
            place.give_up(pause)
            raise _not_yet(SEAT)
        return time.monotonic() if again else place.start(pause)

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


def _not_yet(seconds: float) -> FetchFailed:
    return FetchFailed("turn", "others go first at this host", retry_after=math.ceil(seconds))
