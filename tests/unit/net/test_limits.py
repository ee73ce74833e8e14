"""Replies that are packed, damaged, cut off, endless or slow: each ends within its limits."""

from __future__ import annotations

import gzip
import socket
import time
import zlib
from functools import partial
from typing import Any

import brotli
import pytest
import zstandard

from kaders.model import Question
from kaders.net.door import Door

gz = partial(gzip.compress, mtime=0)  # workers collect alike only when the same bytes come out


FEED = b"<rss>" + bytes(range(256)) * 40 + b"</rss>"


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("gzip", gz(FEED)), ("x-gzip", gz(FEED)), ("deflate", zlib.compress(FEED)),
        ("deflate", zlib.compress(FEED)[2:-4]), ("br", brotli.compress(FEED)), ("zstd", zstandard.compress(FEED)),
        ("gzip, br", brotli.compress(gz(FEED))), ("identity", FEED), ("br, identity, gzip, zstd", zstandard.compress(gz(brotli.compress(FEED)))),
        ("gzip", gz(FEED[:99]) + gz(FEED[99:]) + b"\0\0 rommel"),
    ],
)  # fmt: skip
def test_a_packed_reply_is_unpacked(raw: Any, door: Door, answer: Any, encoding: str, body: bytes) -> None:
    raw.ways["/p"] = answer(body, Content_Encoding=encoding)
    assert door.ask(Question(f"{raw.url}/p")).body == FEED


@pytest.mark.parametrize(
    ("encoding", "body", "reason"),
    [
        ("gzip", gz(FEED)[:-20], "truncated"), ("deflate", zlib.compress(FEED)[:-20], "truncated"),
        ("br", brotli.compress(FEED)[:-20], "truncated"), ("zstd", zstandard.compress(FEED)[:-20], "truncated"),
        ("gzip", b"geen gzip", "unreadable"), ("br", b"geen br", "unreadable"), ("zstd", b"geen zstd", "unreadable"),
        ("compress", b"x", "unreadable"), ("gzip, gzip, gzip, gzip", FEED, "unreadable"),
        ("gzip", gz(b"\0" * 5_000_000), "too_large"), ("deflate", zlib.compress(b"\0" * 5_000_000), "too_large"),
        ("br", brotli.compress(b"\0" * 5_000_000), "too_large"), ("zstd", zstandard.compress(b"\0" * 5_000_000), "too_large"),
        ("gzip, gzip", gz(gz(b"\0" * 5_000_000)), "too_large"), ("", b"x" * 1_000_001, "too_large"),
    ],
)  # fmt: skip
def test_half_damaged_and_giant_replies_are_refused(
    raw: Any, door: Door, answer: Any, encoding: str, body: bytes, reason: str, failed: Any
) -> None:
    raw.ways["/p"] = answer(body, Content_Encoding=encoding)
    assert failed(door, f"{raw.url}/p", largest=1_000_000).reason == reason


OK = b"HTTP/1.1 200 OK\r\n"


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (OK + b"Content-Length: 100\r\n\r\n<rss>", "truncated"),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n5\r\n<rss>\r\n", "truncated"),
        (OK + b"Transfer-Encoding: chunked\r\n\r\n50\r\n<rss>", "truncated"),
        (OK + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n<rss>", "truncated"),
        (OK + b"Content-Length: 5\r\nContent-Length: 9\r\n\r\n<rss>", "unreadable"),
        (b"<rss/>", "unreadable"),
        (b"HTTP/1.1 abc\r\n\r\n", "unreadable"),
        (OK + b"Content-Ty", "unreachable"),
        (b"", "unreachable"),
        (OK + b"X: y\r\n" * 200 + b"\r\n", "unreadable"),
        (OK + b"X: " + b"y" * 100_000, "unreadable"),
        (b"HTTP/1.1 100 Continue\r\n\r\n" * 20_000, "too_large"),
    ],
    ids=["short", "cut chunk", "cut in a chunk", "no chunk", "two lengths", "no head", "no status", "cut head", "nothing", "headers", "header", "100"],
)  # fmt: skip
def test_what_is_no_whole_reply(raw: Any, door: Door, said: bytes, reason: str, failed: Any) -> None:
    raw.ways["/r"] = lambda handler: handler.wfile.write(said)
    assert failed(door, f"{raw.url}/r").reason == reason


def test_what_is_said_before_a_reply_is_passed_over(raw: Any, door: Door, answer: Any) -> None:
    early = b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n"
    raw.ways["/r"] = lambda handler: handler.wfile.write(early + answer(b"<rss/>"))
    assert door.ask(Question(f"{raw.url}/r")).body == b"<rss/>"


ENDLESS: dict[str, tuple[bytes, bytes, float]] = {
    "nothing": (b"", b"", 0.1),
    "no body": (OK + b"Content-Length: 100\r\n\r\n", b"", 0.1),
    "a byte at a time": (OK + b"Content-Length: 100000\r\n\r\n", b"x", 0.05),
    "a chunk at a time": (OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n", 0.05),
    "a header at a time": (OK, b"X: y\r\n", 0.1),
    "half a header": (OK + b"X: ", b"y", 0.05),
    "continue": (b"", b"HTTP/1.1 100 Continue\r\n\r\n", 0.05),
    "early hints": (b"", b"HTTP/1.1 103 Early Hints\r\n\r\n", 0.05),
    "trailers": (OK + b"Transfer-Encoding: chunked\r\n\r\n0\r\n", b"X: y\r\n", 0.05),
    "gzip": (OK + b"Content-Encoding: gzip\r\n\r\n", gz(b"x"), 0.05),
}


@pytest.mark.parametrize("way", ENDLESS)
def test_nobody_holds_us_longer_than_the_deadline(raw: Any, door: Door, way: str, failed: Any) -> None:
    head, drop, apart = ENDLESS[way]
    raw.ways["/e"] = lambda handler: handler.pour(head, drop, seconds=apart)
    started = time.monotonic()
    assert failed(door, f"{raw.url}/e", deadline=0.2).reason == "timeout"
    assert time.monotonic() - started < 0.8


@pytest.mark.parametrize("way", ["a fast body", "fast chunks", "fast trailers", "fast headers"])
def test_a_flood_ends_at_the_limit(raw: Any, door: Door, way: str, failed: Any) -> None:
    chunked = OK + b"Transfer-Encoding: chunked\r\n\r\n"
    floods = {"a fast body": (OK + b"\r\n", b"x" * 65536), "fast chunks": (chunked, b"4\r\nabcd\r\n" * 5000), "fast trailers": (chunked + b"0\r\n", b"X: y\r\n" * 5000), "fast headers": (OK, b"X: y\r\n" * 5000)}  # fmt: skip
    raw.ways["/e"] = lambda handler: handler.pour(*floods[way])
    assert failed(door, f"{raw.url}/e", largest=300_000).reason in {"too_large", "unreadable"}


def test_the_deadline_counts_all_steps_together(raw: Any, door: Door, hop: Any, failed: Any) -> None:
    def slow(handler: Any) -> None:
        time.sleep(0.15)
        handler.wfile.write(hop("/slow"))

    raw.ways["/slow"] = slow
    assert failed(door, f"{raw.url}/slow", deadline=0.4).reason == "timeout"


def test_nobody_there(raw: Any, failed: Any) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        at = f"127.0.0.1:{unused.getsockname()[1]}"
        assert failed(Door(allow=(at,)), f"http://{at}/").reason == "unreachable"


def test_a_host_that_takes_no_connection(failed: Any) -> None:
    with socket.socket() as mute, socket.socket() as before:
        mute.bind(("127.0.0.1", 0))
        mute.listen(0)
        before.connect(mute.getsockname())
        at = f"127.0.0.1:{mute.getsockname()[1]}"
        assert failed(Door(allow=(at,)), f"http://{at}/", deadline=0.2).reason == "timeout"
