"""One polite, bounded question to one source: the reply, or the reason why there is none."""

from __future__ import annotations

import time
import zlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from urllib.parse import urljoin, urlsplit

import requests
from urllib3.exceptions import HTTPError, ProtocolError

from kaders import __version__
from kaders.collect.session import at_most, hang_up, session
from kaders.errors import KadersError

DEADLINE = 20.0
"""Seconds for the whole exchange, redirects included; the deadline that Miniflux and FreshRSS came to."""
CONNECT = 5.0
"""Seconds to be connected: a host that is up answers within one, the rest is a lost packet or two."""
LARGEST = 15 * 1024 * 1024
"""Bytes, as received and as unpacked; Miniflux's limit, and the largest real feeds are 5 MB."""
REDIRECTS = 5
"""FreshRSS's limit; more is a loop."""
NOW = timedelta(hours=1)
"""Within this distance the reply of now is the reply of the moment; a late run asks nothing special."""
CHUNK = 64 * 1024

_MOVED = (301, 302, 303, 307, 308)
_ACCEPT = "application/rss+xml, application/atom+xml, application/feed+json, application/json, */*;q=0.5"


class FetchFailed(KadersError):
    """A source gave no usable reply: the reason code, a detail for a person and the status, if any."""

    def __init__(self, reason: str, detail: str, *, status: int = 0) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason, self.detail, self.status = reason, detail, status


@dataclass(frozen=True, slots=True)
class Validators:
    """What the source gave with its last reply, to be told when nothing changed since."""

    etag: str = ""
    last_modified: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    """What a source answered. `body` is unpacked; `status` is 200 or another success, or 304 for unchanged.

    of_moment   whether the reply is what the source said at the moment that was asked for
    """

    status: int
    body: bytes
    content_type: str
    validators: Validators
    of_moment: bool


def fetch(
    url: str,
    *,
    validators: Validators,
    moment: datetime,
    now: datetime,
    contact: str,
    http: requests.Session | None = None,
    deadline: float = DEADLINE,
    largest: int = LARGEST,
) -> Reply:
    """Ask a source for what it serves, as it stood at `moment`; one attempt, at most `deadline` seconds.

    When `moment` is further than NOW from `now` the question carries Accept-Datetime (RFC 7089), and only a
    reply with Memento-Datetime is of that moment. Raises FetchFailed with one of the reasons unreachable,
    timeout, tls, too_large, unreadable, http_404, http_410, http_4xx, http_5xx, or no_past for an error that
    is not of that moment.
    """
    end = time.monotonic() + deadline
    past = abs(moment - now) > NOW
    headers = _headers(validators, contact, moment if past else None)
    try:
        response = _follow(http or session(), url, headers, end)
        with response:
            of_moment = not past or "Memento-Datetime" in response.headers
            _check(response, of_moment)
            body = b"" if response.status_code == 304 else _body(response, end, largest)
    except (requests.RequestException, HTTPError, OSError, ValueError) as error:
        raise _failure(error, late=time.monotonic() >= end) from error
    return _reply(response, body, validators, of_moment=of_moment)


def _headers(validators: Validators, contact: str, past: datetime | None) -> dict[str, str]:
    to = " ".join(contact.encode("ascii", "ignore").decode().split())
    headers = {"User-Agent": f"Kaders/{__version__} (+{to})", "Accept": _ACCEPT, "Accept-Encoding": "gzip"}
    if validators.etag:
        headers["If-None-Match"] = validators.etag
    if validators.last_modified:
        headers["If-Modified-Since"] = validators.last_modified
    if past:
        headers["Accept-Datetime"] = format_datetime(past.astimezone(UTC), usegmt=True)
    return headers


def _follow(http: requests.Session, url: str, headers: dict[str, str], end: float) -> requests.Response:
    """The first reply that is no redirect. By hand, as requests reads the whole body of a redirect."""
    for _ in range(REDIRECTS + 1):
        if urlsplit(url).scheme not in ("http", "https"):
            raise FetchFailed("unreachable", "the address is not http or https")
        left = end - time.monotonic()
        if left <= 0:
            raise requests.Timeout
        timeout = (min(CONNECT, left), left)
        response = http.get(url, headers=headers, timeout=timeout, stream=True, allow_redirects=False)
        target = response.headers.get("Location")
        if response.status_code not in _MOVED or not target:
            return response
        response.close()
        url = urljoin(url, target)
    raise FetchFailed("unreachable", f"more than {REDIRECTS} redirects")


def _check(response: requests.Response, of_moment: bool) -> None:
    status = response.status_code
    if 200 <= status < 300 or status == 304:
        return
    if not of_moment:
        raise FetchFailed("no_past", "the source does not keep its past", status=status)
    exact = {404: "http_404", 410: "http_410"}
    reason = exact.get(
        status, "http_5xx" if status >= 500 else "http_4xx" if status >= 400 else "unreachable"
    )
    raise FetchFailed(reason, f"status {status}", status=status)


def _body(response: requests.Response, end: float, largest: int) -> bytes:
    """The body, unpacked here: urllib3 has no limit on what a small packed body unfolds to."""
    parts, size = [], 0
    with at_most(end - time.monotonic(), lambda: hang_up(response.raw)):
        for part in response.raw.stream(CHUNK, decode_content=False):
            parts.append(part)
            size += len(part)
            if size > largest:
                raise FetchFailed("too_large", f"more than {largest} bytes", status=response.status_code)
    if time.monotonic() >= end:
        raise requests.Timeout
    return _unpacked(b"".join(parts), response.headers.get("Content-Encoding", ""), largest)


def _unpacked(body: bytes, encoding: str, largest: int) -> bytes:
    """A gzip or deflate body in full; a packed body that breaks off is refused, not half believed."""
    if encoding.strip().lower() in ("", "identity") or not body:
        return body
    if encoding.strip().lower() not in ("gzip", "x-gzip", "deflate"):
        raise FetchFailed("unreadable", f"the content encoding '{encoding[:20]}' was not asked for")
    found, rest = b"", body
    while rest:
        unpack = zlib.decompressobj(wbits=47)  # 32 + 15: a gzip or a zlib header, whichever stands there
        try:
            found += unpack.decompress(rest, largest - len(found) + 1)
        except zlib.error as error:
            raise FetchFailed("unreadable", "the packed reply is damaged") from error
        if len(found) > largest:
            raise FetchFailed("too_large", f"more than {largest} bytes when unpacked")
        if not unpack.eof:
            raise FetchFailed("unreadable", "the packed reply breaks off")
        rest = unpack.unused_data.lstrip(b"\0")
    return found


def _reply(response: requests.Response, body: bytes, asked: Validators, *, of_moment: bool) -> Reply:
    given = Validators(response.headers.get("ETag", ""), response.headers.get("Last-Modified", ""))
    unchanged = response.status_code == 304
    return Reply(
        status=response.status_code,
        body=body,
        content_type=response.headers.get("Content-Type", ""),
        validators=asked if unchanged else given,
        of_moment=of_moment,
    )


def _failure(error: Exception, *, late: bool) -> FetchFailed:
    """What went wrong in a word, without the address: it may hold a password."""
    if isinstance(error, FetchFailed):
        return error
    if isinstance(error, requests.exceptions.SSLError):
        return FetchFailed("tls", "the certificate or the encryption is not in order")
    if late or isinstance(error, requests.Timeout):
        return FetchFailed("timeout", "no complete reply in time")
    if isinstance(error, requests.ConnectionError | ProtocolError | HTTPError):
        return FetchFailed("unreachable", "no connection, or it broke off")
    return FetchFailed("unreachable", f"the request could not be made ({type(error).__name__})")
