"""Looks for something in every file below a folder, however it is packed."""

from __future__ import annotations

import gzip
import io
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from email import message_from_bytes, policy
from pathlib import Path

import duckdb
import zstandard

ZSTD = b"\x28\xb5\x2f\xfd"
STEP = 4096
"""Bytes that are unpacked at a time: of a frame that is cut off, all but the last of these can be read."""


def traces(folder: Path, *sought: str) -> list[str]:
    """The places where one of these stands, whatever the capitals: path, and what it is in there."""
    wanted = [each.lower().encode() for each in sought]
    return sorted(
        {
            f"{path.relative_to(folder)} {part}".strip()
            for path in folder.rglob("*")
            if path.is_file()
            for part, content in _parts(path)
            if any(each in content.lower() for each in wanted) or any(s.lower() in path.name for s in sought)
        }
    )


def _parts(path: Path) -> Iterator[tuple[str, bytes]]:
    content = path.read_bytes()
    yield "", content
    yield from (("packed", packed) for packed in _frames(content))
    if content[:2] == b"\x1f\x8b":
        yield "unpacked", gzip.decompress(content)
    if zipfile.is_zipfile(io.BytesIO(content)):
        with zipfile.ZipFile(path) as packed:
            yield from ((name, packed.read(name)) for name in packed.namelist())
    if path.suffix == ".eml":
        for part in message_from_bytes(content, policy=policy.default).walk():
            if part.get_content_maintype() == "text":
                yield "text", part.get_content().encode()
    if content[8:12] == b"DUCK":
        yield from _columns(path)


def _frames(content: bytes) -> Iterator[bytes]:
    """What zstd has packed anywhere in a file: archives, and words in blocks that a database left or uses."""
    at = -1
    while (at := content.find(ZSTD, at + 1)) >= 0:
        unpacker, unpacked = zstandard.ZstdDecompressor().decompressobj(), b""
        with suppress(zstandard.ZstdError):  # the magic number by chance, or a frame that goes on elsewhere
            for start in range(at, len(content), STEP):
                if unpacker.eof:
                    break
                unpacked += unpacker.decompress(content[start : start + STEP])
        yield unpacked


def _columns(path: Path) -> Iterator[tuple[str, bytes]]:
    """Every column of every table and view definition, from a copy: the file may be open elsewhere."""
    with tempfile.TemporaryDirectory() as place:
        copy = shutil.copy(path, Path(place) / "copy.duckdb")
        with duckdb.connect(str(copy), read_only=True) as con:
            query = "SELECT table_name, column_name FROM duckdb_columns() WHERE NOT internal"
            tables = {name for (name,) in con.execute("SELECT table_name FROM duckdb_tables()").fetchall()}
            for table, column in con.execute(query).fetchall():
                if table in tables:
                    rows = con.execute(f'SELECT DISTINCT "{column}"::VARCHAR FROM "{table}"').fetchall()
                    yield f"{table}.{column}", "\n".join(str(row[0]) for row in rows).encode()
