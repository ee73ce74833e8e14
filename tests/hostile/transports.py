"""Servers that talk too slowly, too long, too little or nonsense."""

from __future__ import annotations

from collections.abc import Iterator

from hostile.case import RSS, Answer, Call, Case, Part, after, dripping, endless, in_turn, raw, reply, says
from hostile.feeds import GOOD

_HEAD = f"HTTP/1.1 200 OK\r\nContent-Type: {RSS}\r\n".encode()
_CLOSE = b"Connection: close\r\n\r\n"
_WHOLE = len(GOOD)
_CHUNKED = _HEAD + b"Transfer-Encoding: chunked\r\n" + _CLOSE
_SLOW = 12.0
"""Seconds for a visit to one that never ends: the deadline of a visit, and a queue before the door."""
_CUT = ("truncated", "unreachable", "unreadable")
_NONSENSE = ("unreachable", "unreadable", "truncated")


def _chunks(*parts: bytes) -> bytes:
    return b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in parts)


def _stuck(answer: Answer) -> Case:
    return Case(answer, "FAILED", ("timeout",), seconds=_SLOW)


def _fails(answer: Answer, *reasons: str, seconds: float = _SLOW) -> Case:
    return Case(answer, "FAILED", reasons, seconds=seconds)


def _half_then_silence(call: Call) -> Iterator[Part]:
    yield _HEAD + b"Content-Length: %d\r\n" % _WHOLE + _CLOSE + GOOD[: _WHOLE // 2]
    call.rest(60)


def _in_pieces(call: Call) -> Iterator[Part]:
    yield _HEAD + b"Content-Length: %d\r\n" % _WHOLE + _CLOSE
    for at in range(0, _WHOLE, 200):
        call.rest(0.02)
        yield GOOD[at : at + 200]


SLOW = {
    "never-answers": _stuck(after(60, b"")),
    "one-byte-a-second": _stuck(dripping(_HEAD + b"Content-Length: 100000\r\n" + _CLOSE, b"x", 1.0)),
    "slow-body": _stuck(dripping(_HEAD + b"Content-Length: 100000\r\n" + _CLOSE, b"x")),
    "slow-chunks": _stuck(dripping(_CHUNKED, b"1\r\nx\r\n")),
    "slow-status-line": _stuck(dripping(b"HTTP/1.1 2", b"0")),
    "slow-headers": _stuck(dripping(_HEAD, b"X-A: b\r\n", 0.2)),
    "slow-header-line": _stuck(dripping(_HEAD + b"X-Long: ", b"x")),
    "slow-chunk-size": _stuck(dripping(_CHUNKED, b"0")),
    "slow-trailers": _fails(dripping(_CHUNKED + _chunks(GOOD) + b"0\r\n", b"X-A: b\r\n", 0.2), "timeout", *_NONSENSE),
    "half-then-silence": _stuck(_half_then_silence),
    "slow-redirects": _stuck(
        lambda call: after(1.0, reply(b"", status="302 Found", headers={"Location": f"/slow-redirects/{call.number}"}))(call)
        if call.path.count("/") < 2 else raw(b"")(call)
    ),
    "slow-redirect-body": Case(
        lambda call: [reply(GOOD)] if "/" in call.path else dripping(
            b"HTTP/1.1 302 Found\r\nLocation: /slow-redirect-body/x\r\nContent-Length: 9999\r\n\r\n", b"x"
        )(call),
        entries=3,
    ),
    "slow-but-whole": Case(_in_pieces, entries=3),
    "answers-after-a-second": Case(after(1.0, reply(GOOD)), entries=3),
}  # fmt: skip
"""Within the deadline of one visit all of these are over."""
ENDLESS = {
    "endless-continue": _fails(dripping(b"", b"HTTP/1.1 100 Continue\r\n\r\n"), "timeout", "unreachable"),
    "flood-continue": _fails(endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 50), "too_large", "timeout", "unreachable"),
    "endless-headers": _fails(endless(_HEAD, b"X-A: b\r\n" * 500), "timeout", "too_large", *_NONSENSE),
    "endless-header-line": _fails(endless(_HEAD + b"X-A: ", b"x" * 9000), "timeout", "too_large", *_NONSENSE),
    "endless-status-line": _fails(endless(b"HTTP/1.1 200 ", b"x" * 9000), "timeout", "too_large", *_NONSENSE),
    "endless-body": _fails(endless(_HEAD + _CLOSE, b"x" * 65536), "too_large", "timeout"),
    "endless-feed": _fails(
        endless(_HEAD + _CLOSE + b"<rss version='2.0'><channel>", b"<item><title>a</title></item>" * 2000),
        "too_large", "timeout",
    ),
    "endless-chunks": _fails(endless(_CHUNKED, _chunks(b"x" * 60_000)), "too_large", "timeout"),
    "endless-small-chunks": _fails(endless(_CHUNKED, _chunks(b"x") * 5000), "too_large", "timeout"),
    "huge-content-length": _fails(endless(_HEAD + b"Content-Length: 99999999999\r\n" + _CLOSE, b"x" * 65536), "too_large", "timeout"),
}  # fmt: skip
"""What is never over by itself."""
BROKEN = {
    "reset-at-once": _fails(raw("reset"), "unreachable", "truncated"),
    "reset-after-head": _fails(raw(_HEAD + b"Content-Length: 500\r\n" + _CLOSE, "reset"), *_CUT),
    "reset-halfway": _fails(
        raw(_HEAD + b"Content-Length: %d\r\n" % _WHOLE + _CLOSE + GOOD[:300], "reset"), *_CUT
    ),
    "closes-at-once": _fails(raw(b""), "unreachable", "truncated"),
    "closes-in-head": _fails(raw(b"HTTP/1.1 200 OK\r\nContent-Ty"), "unreachable", "truncated", "empty", "unreadable"),
    "short-content-length": _fails(raw(reply(GOOD, length=_WHOLE + 500)), *_CUT),
    "cut-chunked": _fails(raw(_CHUNKED + _chunks(GOOD[:300])), *_CUT),
    "cut-inside-a-chunk": _fails(raw(_CHUNKED + b"fff\r\n" + GOOD[:200]), *_CUT),
    "chunk-size-lies": _fails(raw(_CHUNKED + b"5\r\n" + GOOD), *_CUT),
    "chunk-size-nonsense": _fails(raw(_CHUNKED + b"zz\r\n" + GOOD), *_CUT),
    "chunk-size-negative": _fails(raw(_CHUNKED + b"-5\r\n" + GOOD), *_CUT),
    "chunk-size-huge": _fails(raw(_CHUNKED + b"ffffffffffffffffff\r\n" + GOOD), "too_large", *_CUT),
    "two-content-lengths": _fails(
        raw(_HEAD + b"Content-Length: 5\r\nContent-Length: %d\r\n" % _WHOLE + _CLOSE + GOOD), *_NONSENSE
    ),
    "negative-content-length": Case(
        raw(_HEAD + b"Content-Length: -1\r\n" + _CLOSE + GOOD), entries=3
    ),
    "nonsense-content-length": Case(raw(_HEAD + b"Content-Length: veel\r\n" + _CLOSE + GOOD), entries=3),
    "no-content-length": Case(raw(_HEAD + _CLOSE + GOOD), entries=3),
    "http-1.0": Case(raw(b"HTTP/1.0 200 OK\r\n\r\n" + GOOD), entries=3),
    "http-0.9": _fails(raw(GOOD), *_NONSENSE),
    "bad-status-line": _fails(raw(b"HTTP/1.1 hallo\r\n\r\n" + GOOD), *_NONSENSE),
    "negative-status": _fails(raw(b"HTTP/1.1 -1 X\r\n\r\n" + GOOD), *_NONSENSE),
    "other-protocol": _fails(raw(b"SSH-2.0-OpenSSH_9.6\r\n"), *_NONSENSE),
    "header-without-colon": Case(raw(_HEAD + b"wat is dit\r\n" + b"Content-Length: %d\r\n" % _WHOLE + _CLOSE + GOOD), entries=3),
    "header-with-nul": Case(raw(_HEAD + b"X-A: a\0b\r\nContent-Length: %d\r\n" % _WHOLE + _CLOSE + GOOD), entries=3),
    "hundred-headers-more": _fails(raw(_HEAD + b"X-A: b\r\n" * 300 + _CLOSE + GOOD), *_NONSENSE, "too_large"),
    "one-continue-first": Case(raw(b"HTTP/1.1 100 Continue\r\n\r\n" + reply(GOOD)), entries=3),
    "upgrade-offered": _fails(
        raw(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: upgrade\r\n\r\n"),
        *_NONSENSE, "http_4xx", "empty", "timeout",
    ),
    "two-replies": Case(raw(reply(GOOD) + reply(b"<rss/>")), entries=3),
    "body-beyond-length": Case(raw(reply(GOOD, length=_WHOLE) + b"x" * 5000), entries=3),
    "unknown-transfer-encoding": _fails(
        raw(_HEAD + b"Transfer-Encoding: gzip\r\n" + _CLOSE + b"\x1f\x8bx"), *_NONSENSE, "empty"
    ),
    "set-cookies": Case(says(GOOD, headers={"Set-Cookie": "volg=1; Domain=.example"}), entries=3),
    "dies-and-comes-back": Case(in_turn(raw("reset"), says(GOOD)), entries=3, visits=2),
}  # fmt: skip
"""What ends too early, too late, or was no HTTP in the first place."""
CASES = SLOW | ENDLESS | BROKEN
