"""Packed bodies in pieces of any size, and bombs that never unfold in memory."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from functools import partial

import brotli
import pytest
import zstandard

from kaders.net.failures import FetchFailed
from kaders.net.unpack import unpacked

gz = partial(gzip.compress, mtime=0)  # workers collect alike only when the same bytes come out


TEXT = bytes(range(256)) * 300 + b"x" * 100_000
PACKED = {
    "gzip": gz(TEXT),
    "deflate": zlib.compress(TEXT),
    "br": brotli.compress(TEXT),
    "zstd": zstandard.compress(TEXT),
}


def pieces(body: bytes, size: int) -> Iterator[bytes]:
    return (body[start : start + size] for start in range(0, len(body), size))


@pytest.mark.parametrize("encoding", PACKED)
@pytest.mark.parametrize("size", [1, 7, 1000, 10**6])
def test_pieces_of_any_size_give_the_same_text(encoding: str, size: int) -> None:
    assert b"".join(unpacked(pieces(PACKED[encoding], size), encoding)) == TEXT


@pytest.mark.parametrize("encoding", PACKED)
def test_wherever_it_breaks_off_it_is_truncated(encoding: str) -> None:
    body = PACKED[encoding]
    for end in (1, 2, 5, len(body) // 2, len(body) - 4, len(body) - 1):
        with pytest.raises(FetchFailed) as caught:
            list(unpacked(pieces(body[:end], 1000), encoding))
        assert caught.value.reason == "truncated"


@pytest.mark.parametrize("encoding", PACKED)
def test_no_bytes_at_all_are_whole(encoding: str) -> None:
    assert list(unpacked(iter([]), encoding)) == []


@pytest.mark.parametrize("encoding", PACKED)
def test_a_bomb_comes_in_pieces(encoding: str) -> None:
    zeros = bytes(40_000_000)
    make = {"gzip": gzip.compress, "deflate": zlib.compress, "br": lambda body: brotli.compress(body, quality=1), "zstd": zstandard.compress}  # fmt: skip
    sizes = [len(piece) for piece in unpacked(pieces(make[encoding](zeros), 65536), encoding)]
    assert sum(sizes) == len(zeros)
    assert max(sizes) <= 4 * 1024 * 1024


def test_frames_and_members_follow_one_another() -> None:
    assert b"".join(unpacked(pieces(zstandard.compress(b"a") + zstandard.compress(b"b"), 1), "zstd")) == b"ab"
    assert b"".join(unpacked(pieces(gz(b"a") + gz(b"b") + b"\0\0", 1), "x-gzip")) == b"ab"
