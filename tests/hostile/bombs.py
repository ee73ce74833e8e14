"""Replies that are small on the line and large in memory, and packed replies with a fault."""

from __future__ import annotations

import functools
import gzip
import zlib
from collections.abc import Callable, Iterable, Iterator

import brotli
import zstandard

from hostile.case import RSS, Answer, Call, Case, Part, says
from hostile.feeds import GOOD

MEGABYTE = b"<!--" + b" " * (1024 * 1024 - 4)
GIGABYTE = 1024
"""Megabytes."""


def _gzip(megabytes: int, wbits: int = 31) -> Iterator[bytes]:
    """That many megabytes as gzip (wbits 31), zlib (15) or bare deflate (-15); made as it is sent."""
    pack = zlib.compressobj(9, wbits=wbits)
    for _ in range(megabytes):
        yield pack.compress(MEGABYTE)
    yield pack.flush()


def _brotli(megabytes: int) -> Iterator[bytes]:
    pack = brotli.Compressor(quality=1)
    for _ in range(megabytes):
        yield pack.process(MEGABYTE)
    yield pack.finish()


def _zstd(megabytes: int) -> Iterator[bytes]:
    pack = zstandard.ZstdCompressor(level=1).compressobj()
    for _ in range(megabytes):
        yield pack.compress(MEGABYTE)
    yield pack.flush()


def _head(encoding: str) -> bytes:
    return f"HTTP/1.1 200 OK\r\nContent-Type: {RSS}\r\nContent-Encoding: {encoding}\r\nConnection: close\r\n\r\n".encode()


def _streamed(encoding: str, make: Callable[[], Iterator[bytes]]) -> Answer:
    def answer(call: Call) -> Iterable[Part]:
        yield _head(encoding)
        yield from make()

    return answer


def _bomb(encoding: str, make: Callable[[], Iterator[bytes]]) -> Case:
    """Refused as too large, or, by a door that did not ask for this packing, as something it cannot read."""
    return Case(_streamed(encoding, make), "FAILED", ("too_large",), seconds=20)


@functools.cache
def _twice() -> bytes:
    """Gzip within gzip: 64 MB, then packed again."""
    return gzip.compress(b"".join(_gzip(64)))


def _packed(encoding: str, body: bytes) -> Answer:
    return says(body, headers={"Content-Encoding": encoding})


def _spoilt(encoding: str, body: bytes) -> Case:
    return Case(_packed(encoding, body), "FAILED", ("truncated", "unreadable"))


_GZIP = gzip.compress(GOOD, mtime=0)
_BROTLI = brotli.compress(GOOD)
_ZSTD = zstandard.compress(GOOD)
_DEFLATE = zlib.compress(GOOD)

CASES = {
    "bomb-gzip": _bomb("gzip", lambda: _gzip(GIGABYTE)),
    "bomb-zlib": _bomb("deflate", lambda: _gzip(100, 15)),
    "bomb-deflate": _bomb("deflate", lambda: _gzip(100, -15)),
    "bomb-brotli": _bomb("br", lambda: _brotli(200)),
    "bomb-zstd": _bomb("zstd", lambda: _zstd(200)),
    "bomb-many-members": _bomb("gzip", lambda: iter([gzip.compress(b" " * 100_000) * 400])),
    "bomb-gzip-twice": Case(
        lambda call: [_head("gzip, gzip"), _twice()], "FAILED", ("too_large", "unreadable"), seconds=20
    ),
    "bomb-window": Case(
        _packed("zstd", b"\x28\xb5\x2f\xfd\x04\xf8" + b"\0" * 40), "FAILED", ("unreadable", "too_large", "truncated")
    ),
    "gzip": Case(_packed("gzip", _GZIP), entries=3),
    "x-gzip": Case(_packed("x-gzip", _GZIP), entries=3),
    "gzip-members": Case(_packed("gzip", gzip.compress(GOOD[:200]) + gzip.compress(GOOD[200:])), entries=3),
    "deflate": Case(_packed("deflate", _DEFLATE), entries=3),
    "deflate-bare": Case(_packed("deflate", _DEFLATE[2:-4]), entries=3),
    "brotli": Case(_packed("br", _BROTLI), entries=3),
    "zstd": Case(_packed("zstd", _ZSTD), entries=3),
    "identity": Case(_packed("identity", GOOD), entries=3),
    "gzip-cut": _spoilt("gzip", _GZIP[:-40]),
    "gzip-bad-sum": _spoilt("gzip", _GZIP[:-8] + b"12345678"),
    "gzip-is-none": _spoilt("gzip", GOOD),
    "deflate-cut": _spoilt("deflate", _DEFLATE[:-30]),
    "brotli-cut": _spoilt("br", _BROTLI[:-20]),
    "brotli-is-none": _spoilt("br", GOOD),
    "zstd-cut": _spoilt("zstd", _ZSTD[:-20]),
    "zstd-is-none": _spoilt("zstd", GOOD),
    "unknown-packing": _spoilt("compress", GOOD),
    "packed-and-empty": Case(_packed("gzip", b""), "FAILED", ("empty", "truncated", "unreadable")),
    "gzip-file-as-feed": Case(says(_GZIP, kind="application/gzip"), entries=3),
    "large-plain": Case(says(b"<rss>" + b" " * 16_000_000), "FAILED", ("too_large",)),
}  # fmt: skip
