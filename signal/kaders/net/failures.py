"""Why a question to a source brought nothing: a reason code and a sentence, never an address or a key."""

from __future__ import annotations

import http.client
import socket
import ssl
from collections.abc import Iterator
from datetime import datetime

import requests
from urllib3.exceptions import HTTPError, InvalidHeader, ProtocolError, TimeoutError

from kaders.errors import KadersError

CERTIFICATE = {
    9: "the certificate is not valid yet",
    10: "the certificate has expired",
    18: "the server signed its certificate itself",
    19: "the certificate leads to an authority that nobody here trusts",
    20: "the certificate comes from an unknown issuer, or the server leaves out a link of the chain",
    21: "the certificate comes from an unknown issuer, or the server leaves out a link of the chain",
    23: "the certificate has been revoked",
    62: "the certificate is for another name",
    64: "the certificate is for another address",
}
"""OpenSSL's verification codes (openssl-verification-options, X509_V_ERR_*) in words for an operator."""
_OUTSIDE = (requests.RequestException, HTTPError, OSError, ValueError)
"""What a request can raise when the other side, or its address, is at fault."""


class FetchFailed(KadersError):
    """A source gave no usable reply: the reason code, a detail for a person, the status if there was one.

    retry_after  seconds that the source asks us to stay away; 0 when it says nothing
    away_until   the moment that it gave instead, when it did not say what time it had itself
    """

    def __init__(
        self,
        reason: str,
        detail: str,
        status: int = 0,
        retry_after: int = 0,
        away_until: datetime | None = None,
    ) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason, self.detail, self.status, self.retry_after = reason, detail, status, retry_after
        self.away_until = away_until


def failure(error: Exception, *, late: bool, reading: bool = False) -> FetchFailed:
    """What went wrong, as a reason and a sentence. The error's own text is never used: it holds addresses.

    late: whether the time was up, which explains anything.  reading: whether the body was being read, so
    that a connection that breaks off leaves a truncated reply. Raises an error that is no outsider's fault.
    """
    if isinstance(error, FetchFailed):
        return error
    if not isinstance(error, _OUTSIDE):
        raise error
    chain = tuple(_chain(error))
    if late or any(isinstance(one, socket.timeout | TimeoutError | requests.Timeout) for one in chain):
        return FetchFailed("timeout", "no complete reply in time")
    if tls := _tls(chain):
        return FetchFailed("tls", tls)
    if any(isinstance(one, requests.exceptions.ProxyError) for one in chain):
        return FetchFailed("unreachable", "the proxy does not let this through")
    if not reading and _improper(chain):
        return FetchFailed("unreadable", "what answers there does not keep to HTTP")
    if any(isinstance(one, requests.ConnectionError | ProtocolError | HTTPError | OSError) for one in chain):
        broken = FetchFailed("truncated", "the reply breaks off before its end")
        return broken if reading else FetchFailed("unreachable", "no connection, or it broke off")
    return FetchFailed("unreachable", f"the request could not be made ({type(error).__name__})")


def _improper(chain: tuple[BaseException, ...]) -> bool:
    """Whether something answered that is no HTTP: no status line, headers without end, two lengths."""
    kept = http.client.RemoteDisconnected | http.client.IncompleteRead
    odd = http.client.HTTPException | InvalidHeader
    return any(isinstance(one, odd) and not isinstance(one, kept) for one in chain)


def _tls(chain: tuple[BaseException, ...]) -> str:
    """What is wrong with certificate or encryption; '' when that is not it."""
    for one in chain:
        if isinstance(one, ssl.SSLCertVerificationError):
            return CERTIFICATE.get(one.verify_code, "the certificate is not in order")
        if isinstance(one, ssl.SSLError) and one.reason in ("WRONG_VERSION_NUMBER", "HTTP_REQUEST"):
            return "the other side does not speak TLS there"
    known = any(isinstance(one, requests.exceptions.SSLError | ssl.SSLError) for one in chain)
    return "the encryption could not be agreed on" if known else ""


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """The error, what it was raised from and what it wraps, as requests and urllib3 wrap each other's."""
    seen: set[int] = set()
    waiting: list[object] = [error]
    while waiting:
        one = waiting.pop(0)
        if isinstance(one, BaseException) and id(one) not in seen:
            seen.add(id(one))
            yield one
            waiting += [one.__cause__, one.__context__, getattr(one, "reason", None), *one.args]
