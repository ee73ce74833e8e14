"""Status codes, rightly and wrongly used, and what a source says about coming back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from hostile.case import Call, Case, Part, in_turn, reply, says
from hostile.feeds import GOOD, THREE, page, rss

_GONE = page("<h1>Fout</h1>")


def _status(
    status: str, *reasons: str, headers: Mapping[str, str] | None = None, body: bytes = _GONE
) -> Case:
    return Case(says(body, status=status, headers=headers), "FAILED", reasons)


def _again(status: str, name: str, wait: str) -> tuple[str, Case]:
    reasons = ("rate_limited",) if status.startswith("429") else ("http_5xx", "rate_limited")
    return name, _status(status, *reasons, headers={"Retry-After": wait})


def _honest(call: Call) -> Iterable[Part]:
    """A 304 to whoever has it already."""
    if call.headers.get("if-none-match") == '"a"':
        return [reply(b"", status="304 Not Modified", headers={"ETag": '"a"'})]
    return [reply(GOOD, headers={"ETag": '"a"', "Last-Modified": "Sun, 22 Nov 2026 09:00:00 GMT"})]


def _two(first: bytes, second: bytes, **headers: str) -> Case:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Case(in_turn(says(first, headers=named), says(second, headers=named)), entries=3, visits=2)


def _etag(value: str) -> Case:
    return Case(says(GOOD, headers={"ETag": value}), entries=3, visits=2)


_WAITS = {
    "seconds": "120",
    "date": "Mon, 23 Nov 2026 07:30:00 GMT",
    "past": "Sun, 22 Nov 2020 07:30:00 GMT",
    "words": "straks",
    "negative": "-5",
    "huge": "99999999999999999999",
    "century": "Sun, 22 Nov 2126 07:30:00 GMT",
    "fraction": "1.5",
    "empty": "",
}
_ONE = rss(THREE[0]).encode()

CASES = (
    dict(_again("429 Too Many Requests", f"429-{name}", wait) for name, wait in _WAITS.items())
    | dict(_again("503 Service Unavailable", f"503-{name}", wait) for name, wait in _WAITS.items())
    | {
        "304-unasked": Case(says(b"", status="304 Not Modified"), "ANY", ("empty", "unreadable", "http_4xx", "unreachable", "service_fault")),
        "304-honest": Case(_honest, entries=3, visits=2),
        "304-then-new": Case(in_turn(says(GOOD, headers={"ETag": '"a"'}), says(b"", status="304 Not Modified"), says(GOOD)), entries=3, visits=3),
        "etag-lies": _two(_ONE, GOOD, ETag='"altijd"'),
        "last-modified-lies": _two(_ONE, GOOD, Last_Modified="Sun, 22 Nov 2020 09:00:00 GMT"),
        "etag-weak": _etag('W/"x"'),
        "etag-unquoted": _etag("x-1"),
        "etag-long": _etag('"' + "e" * 20_000 + '"'),
        "etag-with-accents": _etag('"\xe9\xff"'),
        "last-modified-nonsense": _two(GOOD, GOOD, Last_Modified="gisteren"),
        "200-with-nothing": Case(says(b""), "FAILED", ("empty",)),
        "201": Case(says(GOOD, status="201 Created"), "READ", entries=3),
        "202-wait": Case(says(b"", status="202 Accepted"), "FAILED", ("empty",)),
        "203": Case(says(GOOD, status="203 Non-Authoritative Information"), "READ", entries=3),
        "204": Case(says(b"", status="204 No Content"), "ANY", ("empty",)),
        "206-unasked": Case(
            says(GOOD[:600], status="206 Partial Content", headers={"Content-Range": f"bytes 0-599/{len(GOOD)}"}),
            "ANY", ("truncated", "cut_off", "partly_unreadable", "unreadable"),
        ),
        "226-delta": Case(says(GOOD, status="226 IM Used"), "READ", entries=3),
        "400": _status("400 Bad Request", "http_4xx"),
        "401": _status("401 Unauthorized", "http_4xx", "login_wall", "no_secret", "secret_refused", headers={"WWW-Authenticate": "Basic realm=krant"}),
        "402": _status("402 Payment Required", "http_4xx", "login_wall"),
        "403": _status("403 Forbidden", "http_4xx", "login_wall", "robots", "secret_refused"),
        "404": _status("404 Not Found", "http_404"),
        "404-with-feed": _status("404 Not Found", "http_404", body=GOOD),
        "406": _status("406 Not Acceptable", "http_4xx"),
        "407": _status("407 Proxy Authentication Required", "http_4xx"),
        "408": _status("408 Request Timeout", "http_4xx", "timeout"),
        "410": _status("410 Gone", "http_410"),
        "418": _status("418 I'm a teapot", "http_4xx"),
        "421": _status("421 Misdirected Request", "http_4xx"),
        "425": _status("425 Too Early", "http_4xx", "rate_limited"),
        "429": _status("429 Too Many Requests", "rate_limited"),
        "451": _status("451 Unavailable For Legal Reasons", "http_4xx"),
        "499": _status("499 Odd", "http_4xx"),
        "500": _status("500 Internal Server Error", "http_5xx"),
        "500-with-feed": _status("500 Internal Server Error", "http_5xx", body=GOOD),
        "502": _status("502 Bad Gateway", "http_5xx"),
        "503": _status("503 Service Unavailable", "http_5xx", "rate_limited"),
        "504": _status("504 Gateway Timeout", "http_5xx", "timeout"),
        "520": _status("520 Web Server Returned an Unknown Error", "http_5xx"),
        "599": _status("599 Odd", "http_5xx"),
        "999": _status("999 Request denied", "http_5xx", "http_4xx", "unreachable", "rate_limited", "unreadable"),
        "600": _status("600 Odd", "http_5xx", "http_4xx", "unreachable", "unreadable"),
        "comes-back-after-500": Case(in_turn(says(b"", status="500 Oops"), says(GOOD)), entries=3, visits=2),
        "status-without-words": Case(lambda call: [reply(GOOD, status="200")], entries=3),
        "status-with-markup": _status("404 <script>alert(1)</script>", "http_404"),
        "max-age-huge": Case(says(GOOD, headers={"Cache-Control": "max-age=99999999999999"}), entries=3),
        "cache-control-nonsense": Case(says(GOOD, headers={"Cache-Control": "max-age=-1, max-age=x,,;"}), entries=3),
        "link-header-nonsense": Case(says(GOOD, headers={"Link": "<<<;rel=next,,<javascript:x>; rel=next"}), entries=3),
        "refresh-header": Case(says(GOOD, headers={"Refresh": "0; url=http://127.0.0.1:22/"}), entries=3),
    }
)  # fmt: skip
