"""A connection for what is no HTTP: straight on, or through a proxy (RFC 9110, section 9.3.6)."""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Collection

from kaders.net.addresses import Resolve, connect, place
from kaders.net.failures import FetchFailed
from kaders.net.journey import Target, target

HEAD = 16 * 1024
"""Bytes of what the proxy says before it lets us through; common servers take as much in a request."""
_THROUGH = re.compile(rb"HTTP/1\.[01] 2[0-9][0-9][ \r]")


def line(
    at: Target, seconds: float, *, proxy: str | None, allow: Collection[str], resolve: Resolve, agent: str
) -> socket.socket:
    """A connection to `at` within so many seconds; straight on, its address is judged (addresses.connect).

    Raises FetchFailed refused_address, dns, timeout or unreachable.
    """
    if proxy is None:
        return connect(at.host, at.port, timeout=seconds, allow=allow, resolve=resolve)
    return _tunnel(proxy, at, seconds, resolve, agent)


def _tunnel(proxy: str, at: Target, seconds: float, resolve: Resolve, agent: str) -> socket.socket:
    """A connection through a proxy at http://host:port, which is trusted and looks up the name."""
    end, own = time.monotonic() + seconds, target(proxy)
    if own.scheme != "http":
        detail = "a stream goes only through a proxy whose address starts with http://"
        raise FetchFailed("unreachable", detail)
    opened = connect(own.host, own.port, timeout=seconds, resolve=resolve, trusted=True)
    there = place(at.host, at.port)
    try:
        opened.sendall(f"CONNECT {there} HTTP/1.1\r\nHost: {there}\r\nUser-Agent: {agent}\r\n\r\n".encode())
        if not _THROUGH.match(_head(opened, end)):
            raise FetchFailed("unreachable", "the proxy does not let this through")
        opened.settimeout(max(0.001, end - time.monotonic()))
    except TimeoutError:
        opened.close()
        raise FetchFailed("timeout", "the proxy does not answer in time") from None
    except OSError:
        opened.close()
        raise FetchFailed("unreachable", "the proxy broke off the connection") from None
    except BaseException:
        opened.close()
        raise
    return opened


def _head(opened: socket.socket, end: float) -> bytes:
    """What the proxy says, up to the empty line, and not one byte of what comes after it."""
    head = bytearray()
    while not head.endswith(b"\r\n\r\n"):
        left = end - time.monotonic()
        if left <= 0:
            raise TimeoutError
        opened.settimeout(left)
        one = opened.recv(1)
        if not one or len(head) >= HEAD:
            raise FetchFailed("unreachable", "the proxy does not keep to HTTP")
        head += one
    return bytes(head)
