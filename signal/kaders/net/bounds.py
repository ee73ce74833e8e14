"""What one exchange may cost in seconds and bytes; no server holds us beyond it.

Every byte that comes in passes one place (`_Received`), where what is left of the time becomes the time-out
of the next read and where the bytes are counted: whether a server drips, repeats `100 Continue`, sends
headers without end or nothing at all, the exchange ends by its deadline.
"""

from __future__ import annotations

import http.client
import io
import socket
import time
from typing import Any

from kaders.net.failures import FetchFailed

HEAD = 256 * 1024
"""Bytes of everything before the body; real heads have a few thousand."""


class Bounds:
    """What is left of the exchange under way, in seconds and in bytes; one thread uses it at a time."""

    def __init__(self) -> None:
        self._end, self._bytes, self.dialled = 0.0, 0, False

    def begin(self, end: float) -> None:
        """A new exchange, until `end` on the monotonic clock."""
        self._end, self._bytes, self.dialled = end, HEAD, False

    def left(self) -> float:
        """Seconds that are left; TimeoutError when none are."""
        left = self._end - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left

    def body(self, largest: int) -> None:
        """From here on the body is read: as long as it may be, and a quarter more for how it is cut up."""
        self._bytes += largest + largest // 4

    def took(self, count: int) -> None:
        """Count bytes that came in; FetchFailed too_large when there are more than any honest reply has."""
        self._bytes -= count
        if self._bytes < 0:
            raise FetchFailed("too_large", "the reply goes on without an end")


class _Received(io.RawIOBase):
    """The bytes of one reply, as they come in, within its bounds."""

    def __init__(self, sock: socket.socket, bounds: Bounds) -> None:
        self._sock, self._bounds = sock, bounds
        self._raw, self.ended = sock.makefile("rb", buffering=0), False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._sock.settimeout(self._bounds.left())
        count = self._raw.readinto(buffer) or 0
        self._bounds.took(count)
        self.ended = count == 0
        return count

    def close(self) -> None:
        self._raw.close()
        super().close()


class Bounded:
    """A socket as http.client wants one to read from."""

    def __init__(self, sock: socket.socket, bounds: Bounds) -> None:
        self._sock, self._bounds = sock, bounds

    def makefile(self, mode: str) -> io.BufferedReader:
        """The reply as a file; `mode` is always rb."""
        return io.BufferedReader(_Received(self._sock, self._bounds))


class Head(http.client.HTTPResponse):
    """Reads the head of a reply; what a server says before it (102, 103) is passed over.

    A head in which the connection ends is none, though http.client would take what there is.
    """

    def begin(self) -> None:
        """http.client calls this for a new reply; IncompleteRead when its head breaks off."""
        super().begin()
        if self.fp is not None and self.fp.raw.ended:  # type: ignore[attr-defined]
            raise http.client.IncompleteRead(b"")

    def _read_status(self) -> tuple[str, int, str]:
        read = super()._read_status  # type: ignore[misc]
        said: tuple[str, int, str] = read()
        while 101 < said[1] < 200:
            http.client.parse_headers(self.fp)
            said = read()
        return said
