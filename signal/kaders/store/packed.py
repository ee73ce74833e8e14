"""Files of one JSON object a line, packed: whole or absent, and named when they are damaged."""

from __future__ import annotations

import gzip
import json
import os
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any, TypeVar

from kaders.errors import Quarantine
from kaders.store import files

T = TypeVar("T")

SUFFIX = ".jsonl.gz"
COMPRESSION = 6
"""gzip's own default; higher levels cost time and win a few per cent on text."""


def write(path: Path, lines: bytes) -> None:
    """Write finished lines at once; the same lines give the same bytes.

    Raises files.Unwritable when the disk is full or refuses.
    """
    files.write(path, _packed(lines))


def write_all(contents: Mapping[Path, bytes]) -> None:
    """Write files of one room, each as `write` does; in object storage side by side."""
    files.write_all({path: _packed(lines) for path, lines in contents.items()})


def land(path: Path, lines: bytes) -> None:
    """Write a file that is named after its lines, lasting: sources do not give them again.

    In object storage never over one that is there: it has the same lines, or those that were left of them
    when another machine took words out.
    """
    if files.away(path):
        files.write_new(path, _packed(lines))
    else:
        files.write(path, _packed(lines), lasting=True)


def _packed(lines: bytes) -> bytes:
    return gzip.compress(lines, COMPRESSION, mtime=0)


def read(path: Path, make: Callable[[dict[str, Any]], T], *, kind: str) -> Iterator[T]:
    """What `make` gives for each line. Raises Quarantine, naming the kind of file, when it is damaged."""
    try:
        content = BytesIO(files.read(path)) if files.away(path) else path
        with gzip.open(content, "rt", encoding="utf-8", newline="\n") as lines:
            for line in lines:
                yield make(json.loads(line))
    except (OSError, EOFError, ValueError, TypeError, KeyError, zlib.error) as error:
        raise Quarantine(f"The {kind} file {path} cannot be read ({type(error).__name__}).") from error


def lines_of(path: Path, *, kind: str, now: bool = False) -> bytes:
    """All lines of a file as they were written. Raises Quarantine, naming the file, when it is damaged.

    now: as in files.read.

    gzip keeps a checksum of its own, so that a flipped byte or a missing end is damage here already.
    """
    try:
        return gzip.decompress(files.read(path, now=now))
    except (OSError, EOFError, ValueError, zlib.error) as error:
        raise Quarantine(f"The {kind} file {path} cannot be read ({type(error).__name__}).") from error


def change(
    path: Path,
    new: Callable[[dict[str, Any]], str | None],
    *,
    kind: str,
    first: Callable[[bytes, bytes], None] | None = None,
) -> int:
    """Give some lines of a file another content; how many. Every other line stays as it is, byte for byte.

    new: the new line for the fields of one, ended by a newline, or None to leave it. first: told the lines as
    they were and as they will be, before the file changes. The file keeps its name, on the disk its age too,
    and is whole at every moment. Raises Quarantine when it is damaged and files.Unwritable.
    """
    content = lines_of(path, kind=kind, now=True)
    try:
        lines = content.splitlines(keepends=True)
        changed = {number: text for number, line in enumerate(lines) if (text := new(json.loads(line)))}
        age = None if files.away(path) else path.stat()
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise Quarantine(f"The {kind} file {path} cannot be read ({type(error).__name__}).") from error
    if changed:
        after = b"".join(changed[n].encode() if n in changed else line for n, line in enumerate(lines))
        if first:
            first(content, after)
        write(path, after)
        if age:
            with suppress(FileNotFoundError):  # retention took it meanwhile
                os.utime(path, ns=(age.st_atime_ns, age.st_mtime_ns))
    return len(changed)


def stamp(moment: datetime) -> str:
    """A moment as ISO text in UTC with a Z."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
