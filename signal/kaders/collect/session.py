"""A requests session in which no server can hold a worker longer than the request may take."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.cookiejar import DefaultCookiePolicy
from threading import Timer
from typing import Any

from requests import PreparedRequest, Session
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.response import BaseHTTPResponse

__all__ = ["Session", "at_most", "hang_up", "session"]


class _Plain(HTTPConnection):
    def getresponse(self) -> Any:
        with _cut_after(self):
            return super().getresponse()


class _Secure(HTTPSConnection):
    def getresponse(self) -> Any:
        with _cut_after(self):
            return super().getresponse()


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _Plain


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _Secure


class _Adapter(HTTPAdapter):
    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {"http": _PlainPool, "https": _SecurePool}


def session() -> Session:
    """A session for one thread, without cookies between sources, passwords from netrc, or retries."""
    made = Session()
    made.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    made.auth = _as_it_is
    for scheme in ("http://", "https://"):
        made.mount(scheme, _Adapter(max_retries=0))
    return made


@contextmanager
def at_most(seconds: float, stop: Callable[[], object]) -> Iterator[None]:
    """Calls `stop` from another thread when the block takes longer than `seconds`."""
    timer = Timer(max(0.0, seconds), stop)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def hang_up(response: BaseHTTPResponse) -> None:
    """Ends the reading of a reply from another thread."""
    with suppress(OSError, ValueError):
        response.shutdown()


def _cut_after(connection: HTTPConnection) -> Any:
    """Bounds the whole head of a reply: a read timeout starts anew with every byte that drips in."""
    return at_most(float(connection.timeout or 0), lambda: _shut(connection.sock))


def _shut(sock: socket.socket | None) -> None:
    with suppress(OSError):
        if sock is not None:
            sock.shutdown(socket.SHUT_RDWR)


def _as_it_is(request: PreparedRequest) -> PreparedRequest:
    """An explicit no to passwords: without it requests looks for one in ~/.netrc."""
    return request
