"""One thread's way out: a request in, a bounded and unpacked answer out."""

from __future__ import annotations

import functools
import logging
import re
import socket
import ssl
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

import certifi
from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter
from requests.structures import CaseInsensitiveDict
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.util import create_urllib3_context

from kaders.errors import ConfigurationError
from kaders.net.addresses import Resolve, connect
from kaders.net.bounds import Bounded, Bounds, Head
from kaders.net.failures import FetchFailed, failure
from kaders.net.unpack import PIECE, Pieces, unpacked

HOSTS = 16
"""Hosts of which one thread keeps a connection open, the longest unused one goes first."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: the body unpacked, and empty unless the status is a success."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class _Way:
    """What both kinds of connection share: a checked address, and a reply within bounds."""

    debuglevel = 0  # http.client would print headers, and so keys, when somebody turned it on for all

    def _go(self, way: Way, host: str, port: int, *, trusted: bool) -> socket.socket:
        way.bounds.dialled = True
        return connect(
            host,
            port,
            timeout=way.bounds.left(),
            allow=way.allow,
            resolve=way.resolve,
            trusted=trusted,
        )


class _Plain(_Way, HTTPConnection):
    def __init__(self, *args: Any, way: Way, **options: Any) -> None:
        super().__init__(*args, **options)
        self._way = way
        self.response_class = way.head  # type: ignore[assignment]

    def _new_conn(self) -> socket.socket:
        return self._go(self._way, self._dns_host, self.port, trusted=self.proxy is not None)


class _Secure(_Way, HTTPSConnection):
    def __init__(self, *args: Any, way: Way, **options: Any) -> None:
        super().__init__(*args, **options)
        self._way = way
        self.response_class = way.head  # type: ignore[assignment]

    def _new_conn(self) -> socket.socket:
        return self._go(self._way, self._dns_host, self.port, trusted=self.proxy is not None)


class _PlainPool(HTTPConnectionPool):
    ConnectionCls = _Plain


class _SecurePool(HTTPSConnectionPool):
    ConnectionCls = _Secure


class Way(HTTPAdapter):
    """requests' adapter over connections that are checked and bounded; for one thread.

    Without a Session there are no cookies, no passwords from ~/.netrc and no proxies from the environment.
    """

    def __init__(
        self, *, allow: Collection[str], resolve: Resolve, trust: ssl.SSLContext, proxy: str | None
    ) -> None:
        self.allow, self.resolve, self.trust = allow, resolve, trust
        self.proxies = {"http": proxy, "https": proxy} if proxy else {}
        self.bounds = Bounds()
        super().__init__(pool_connections=HOSTS, pool_maxsize=1, max_retries=0)

    def head(self, sock: socket.socket, *args: Any, **options: Any) -> Head:
        """What reads a reply from a connection."""
        return Head(Bounded(sock, self.bounds), *args, **options)  # type: ignore[arg-type]

    def init_poolmanager(self, *args: Any, **options: Any) -> None:
        """requests calls this to make its pools."""
        super().init_poolmanager(*args, **options, ssl_context=self.trust)
        self.poolmanager.pool_classes_by_scheme = self._pools()

    def proxy_manager_for(self, proxy: str, **options: Any) -> Any:
        """requests calls this to make its pools when there is a proxy."""
        manager = super().proxy_manager_for(proxy, **options, ssl_context=self.trust)
        manager.pool_classes_by_scheme = self._pools()
        return manager

    def _pools(self) -> dict[str, Any]:
        def plain(*args: Any, **options: Any) -> _PlainPool:
            return _PlainPool(*args, **options, way=self)

        def secure(*args: Any, **options: Any) -> _SecurePool:
            return _SecurePool(*args, **options, way=self)

        return {"http": plain, "https": secure}

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        """Nothing more: the certificates to trust were read once, into `trust`."""

    def build_response(self, req: PreparedRequest, resp: Any) -> Response:
        """The reply without a cookie jar."""
        made = Response()
        made.status_code, made.raw, made.request = resp.status, resp, req
        made.headers = CaseInsensitiveDict(resp.headers)
        return made

    def exchange(
        self,
        request: PreparedRequest,
        *,
        end: float,
        largest: int,
        direct: bool,
        cut: bool = False,
        read: bool = True,
    ) -> Answer:
        """Send one request and read what comes back, until `end` on the monotonic clock.

        largest: bytes of the body, as received and as unpacked; direct: past the proxy; cut: a longer body
        is cut off there instead of refused; read: whether the body is of interest. Raises FetchFailed
        unreachable, dns, timeout, tls, refused_address, too_large, truncated or unreadable.
        """
        reading, failed = False, None
        try:
            with self._sent(request, end, direct=direct) as response:
                status, reading = response.status_code, True
                wanted = read and (200 <= status < 300 or status == 304)
                body = self._body(response, largest, cut=cut) if wanted else b""
        except Exception as error:
            failed = failure(error, late=time.monotonic() >= end, reading=reading)
        if failed:  # raised here, so that what it came from, with its addresses, does not go along
            raise failed
        return Answer(status, response.headers, body)

    def _sent(self, request: PreparedRequest, end: float, *, direct: bool) -> Response:
        """The head of the reply. A kept connection that proves to be gone is no fault: it is asked anew."""
        proxies: dict[str, str] = {} if direct else self.proxies
        self.bounds.begin(end)
        try:
            return self._once(request, proxies)
        except (OSError, ValueError):
            if self.bounds.dialled or request.body or time.monotonic() >= end:
                raise
        self.bounds.begin(end)
        return self._once(request, proxies)

    def _once(self, request: PreparedRequest, proxies: dict[str, str]) -> Response:
        left = self.bounds.left()
        return self.send(request, stream=True, timeout=(left, left), proxies=proxies)

    def _body(self, response: Response, largest: int, *, cut: bool) -> bytes:
        """The whole body, unpacked; never more than `largest` and one piece in memory."""
        self.bounds.body(largest)
        parts, size = [], 0
        received = _up_to(response.raw.stream(PIECE, decode_content=False), largest, cut=cut)
        for piece in unpacked(received, response.headers.get("Content-Encoding", "")):
            parts.append(piece)
            size += len(piece)
            if size > largest:
                if not cut:
                    raise FetchFailed("too_large", f"more than {largest} bytes", response.status_code)
                break
        self.bounds.left()
        return b"".join(parts)[:largest]


def _up_to(pieces: Pieces, largest: int, *, cut: bool) -> Pieces:
    """The pieces as received, refused when they are together longer than `largest`."""
    size = 0
    for piece in pieces:
        size += len(piece)
        if size > largest and not cut:
            raise FetchFailed("too_large", f"more than {largest} bytes")
        yield piece


@functools.cache
def trust(authorities: str | None = None) -> ssl.SSLContext:
    """The certificates that are trusted: those of requests, or a file with others. Read once, in 30 ms.

    ConfigurationError when the file of an organisation is not there or holds no certificates.
    """
    context = create_urllib3_context()
    try:
        context.load_verify_locations(authorities or certifi.where())
    except (OSError, ValueError) as error:
        if authorities is None:
            raise
        raise ConfigurationError(_untrusted(authorities, error)) from error
    return context


def _untrusted(authorities: str, error: Exception) -> str:
    """What is wrong with the file of authorities, and where it is named."""
    why = "holds no certificates in the form of PEM"
    if isinstance(error, OSError) and not isinstance(error, ssl.SSLError):
        why = f"cannot be read ({error.strerror})"
    return (
        f"{authorities}: this file with authorities {why}. "
        "Mend 'network: {authorities: …}' in organisation.yaml, or take it out"
    )


class _Addressless(logging.Filter):
    """Leaves only the host of addresses in urllib3's own debug lines: keys stand in query and path."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(_hostly(arg) if isinstance(arg, str) else arg for arg in record.args)
        return True


def _hostly(text: str) -> str:
    """An address, whole or from its path on, without what follows the host; other words as they are."""
    return re.sub(r"\A(\w+://[^/?#]*)?[/?].*|\?.*", r"\1/…", text, flags=re.DOTALL)


logging.getLogger("urllib3.connectionpool").addFilter(_Addressless())
