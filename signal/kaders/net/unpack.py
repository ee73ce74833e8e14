"""Unpacks a reply piece by piece, so that a small packed body never unfolds beyond what is asked for.

Every layer takes pieces from the one before and gives pieces on; what is held in memory at any moment is one
piece per layer. A packed stream that stops before its end is truncated, never half believed.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator

import brotli
import zstandard

from kaders.net.failures import FetchFailed

PIECE = 64 * 1024
"""Bytes that one layer gives on at a time."""
SPOON = 128
"""Bytes that zstd gets at a time. It cannot be told when to stop; the smallest block that unfolds to the
largest (RFC 8878: 128 KiB) takes four bytes, so a spoonful gives 4 MiB at most."""
WINDOW = 8 * 1024 * 1024
"""Bytes that a zstd stream may look back: what RFC 9659 allows on the web."""
MOST_LAYERS = 3
"""Encodings on top of one another; two occur by mistake, more is an attempt to keep us busy."""

Pieces = Iterator[bytes]


def unpacked(pieces: Pieces, encoding: str) -> Pieces:
    """The body of a reply from its pieces as they were received. `encoding` is its Content-Encoding.

    Raises FetchFailed: unreadable for an unknown, a damaged or a too often packed body, truncated for one
    that breaks off.
    """
    names = [name for part in encoding.lower().split(",") if (name := part.strip()) not in ("", "identity")]
    if len(names) > MOST_LAYERS:
        raise FetchFailed("unreadable", f"the reply is packed {len(names)} times over")
    for name in reversed(names):
        if name not in _LAYERS:
            raise FetchFailed("unreadable", "the reply is packed in a way that was not asked for")
        pieces = _checked(_LAYERS[name](_some(pieces)))
    return pieces


def _some(pieces: Pieces) -> Pieces:
    return (piece for piece in pieces if piece)


def _checked(pieces: Pieces) -> Pieces:
    """The pieces of a layer; a fault of its library becomes a FetchFailed."""
    try:
        yield from pieces
    except (zlib.error, brotli.error, zstandard.ZstdError):
        raise FetchFailed("unreadable", "the packed reply is damaged") from None


def _whole(begun: bool, ended: bool) -> None:
    """A body of no bytes at all is whole: servers give one with an encoding to a question for nothing."""
    if begun and not ended:
        raise FetchFailed("truncated", "the packed reply breaks off before its end")


def _gzip(pieces: Pieces) -> Pieces:
    """One gzip member after another; zeros or rubbish after the last are no part of it (as gzip has it)."""
    unpack, begun = zlib.decompressobj(wbits=31), False
    for piece in pieces:
        begun = True
        while piece:
            if unpack.eof:
                piece = piece.lstrip(b"\0")
                if not piece or not piece.startswith(b"\x1f\x8b"[: len(piece)]):
                    break
                unpack = zlib.decompressobj(wbits=31)
            yield from _inflated(unpack, piece)
            piece = unpack.unused_data
    _whole(begun, unpack.eof)


def _deflate(pieces: Pieces) -> Pieces:
    """zlib as the standard has it, or the bare stream that some servers send under that name."""
    unpack = None
    for piece in pieces:
        if unpack is None:
            wrapped = piece[0] & 0x0F == 8 and (len(piece) < 2 or int.from_bytes(piece[:2], "big") % 31 == 0)
            unpack = zlib.decompressobj(wbits=15 if wrapped else -15)
        if not unpack.eof:
            yield from _inflated(unpack, piece)
    _whole(unpack is not None, unpack is not None and unpack.eof)


def _inflated(unpack: zlib._Decompress, piece: bytes) -> Pieces:
    """All that one piece unfolds to, PIECE bytes at a time."""
    while True:
        out = unpack.decompress(piece, PIECE)
        if out:
            yield out
        piece = unpack.unconsumed_tail
        if unpack.eof or (not piece and len(out) < PIECE):
            return


def _brotli(pieces: Pieces) -> Pieces:
    unpack, begun = brotli.Decompressor(), False
    for piece in pieces:
        begun = True
        if unpack.is_finished():
            continue
        out = unpack.process(piece, output_buffer_limit=PIECE)
        while out or not unpack.can_accept_more_data():
            yield out
            out = unpack.process(b"", output_buffer_limit=PIECE)
    _whole(begun, unpack.is_finished())


def _zstd(pieces: Pieces) -> Pieces:
    """One zstd frame after another, in spoonfuls."""
    unpack, begun = zstandard.ZstdDecompressor(max_window_size=WINDOW).decompressobj(), False
    for piece in pieces:
        for start in range(0, len(piece), SPOON):
            spoon = piece[start : start + SPOON]
            while spoon:
                if unpack.eof:
                    unpack = zstandard.ZstdDecompressor(max_window_size=WINDOW).decompressobj()
                begun = True
                yield unpack.decompress(spoon)
                spoon = unpack.unused_data if unpack.eof else b""
    _whole(begun, unpack.eof)


_LAYERS: dict[str, Callable[[Pieces], Pieces]] = {
    "gzip": _gzip,
    "x-gzip": _gzip,
    "deflate": _deflate,
    "br": _brotli,
    "zstd": _zstd,
}
