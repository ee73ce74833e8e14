"""Archives: a tar packed with zstd, whose last member says what is in it, with a checksum for each.

`tar --zstd -xf` unpacks one too. As the list comes last, an archive that was cut off is known by its absence.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import tarfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import IO, Any

import zstandard

from kaders.errors import KadersError
from kaders.store.files import room_on_disk

LIST = "manifest.json"
FORMAT = 1
LEVEL = 3
"""zstd's own default. Most of what goes in is packed already; higher levels cost time and win nothing."""
CHUNK = 1 << 20
"""Bytes read at once."""


class _Summed:
    """A file that is summed while it is read."""

    def __init__(self, content: IO[bytes]) -> None:
        self._content, self.sum = content, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        part = self._content.read(size)
        self.sum.update(part)
        return part


def write(target: Path, head: dict[str, Any], members: Iterable[tuple[str, Path]]) -> dict[str, str]:
    """Write an archive, for this user's eyes alone; the SHA-256 of each member, by its name.

    head: what the list says of the whole. A file that went meanwhile is left out. The archive is there whole
    or not at all, and never in the place of another. Raises Unwritable when the disk is full or refuses.
    """
    if target.exists():
        raise KadersError(f"{target} is there already: name another file, or remove that one first")
    part = target.with_name(f".{target.name}.{secrets.token_hex(4)}.tmp")
    with room_on_disk(target):
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            with os.fdopen(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as raw:
                packer = zstandard.ZstdCompressor(level=LEVEL, write_checksum=True)
                with packer.stream_writer(raw, closefd=False) as packed:
                    sums = _fill(packed, head, members)
                raw.flush()
                os.fsync(raw.fileno())
            part.replace(target)
        finally:
            part.unlink(missing_ok=True)
    return sums


def _fill(packed: Any, head: dict[str, Any], members: Iterable[tuple[str, Path]]) -> dict[str, str]:
    sums: dict[str, str] = {}
    with tarfile.open(mode="w|", fileobj=packed, format=tarfile.PAX_FORMAT) as tar:
        for name, path in members:
            try:
                content = path.open("rb")
            except FileNotFoundError:
                continue
            with content:
                summed = _Summed(content)
                about = tar.gettarinfo(arcname=name, fileobj=content)
                about.uid = about.gid = 0
                about.uname = about.gname = ""
                tar.addfile(about, summed)
                sums[name] = summed.sum.hexdigest()
        text = json.dumps(head | {"format": FORMAT, "files": sums}, indent=1).encode()
        about = tarfile.TarInfo(LIST)
        about.size = len(text)
        tar.addfile(about, BytesIO(text))
    return sums


def unpack(archive: Path, folder: Path, *, rooms: Iterable[str]) -> dict[str, Any]:
    """Unpack an archive into an empty folder and hold each file against the list; what the list says.

    rooms: the paths that members may be or lie below. Raises KadersError when the archive is damaged, cut off
    or of another make; what was unpacked is then not to be used. Raises Unwritable when the disk is full.
    """
    allowed = tuple(map(PurePosixPath, rooms))
    try:
        told, sums = _unpacked(archive, folder, allowed)
        files = dict(told["files"])
        fits = told["format"] == FORMAT
    except (tarfile.TarError, zstandard.ZstdError, EOFError, ValueError, TypeError, KeyError) as error:
        raise _damaged(archive, "cut off, damaged, or no backup of Kaders") from error
    if not fits:
        raise KadersError(f"{archive} was made by a newer Kaders: update Kaders and restore again")
    wrong = sorted(name for name in files.keys() | sums.keys() if files.get(name) != sums.get(name))
    if wrong:
        raise _damaged(archive, f"{len(wrong)} files in it are not as they were, as {wrong[0]}")
    return told


def _unpacked(
    archive: Path, folder: Path, allowed: tuple[PurePosixPath, ...]
) -> tuple[dict[str, Any], dict[str, str]]:
    listed, sums = b"", dict[str, str]()
    with _tar(archive) as tar:
        for member in tar:
            content = tar.extractfile(member)
            if content is None:
                raise ValueError(f"{member.name} is no file")
            if member.name == LIST:
                listed = content.read()
                continue
            if not _within(PurePosixPath(member.name), allowed):
                raise ValueError(f"{member.name} does not belong in a backup")
            sums[member.name] = _put(folder / member.name, content, member)
    return json.loads(listed), sums


@contextmanager
def _tar(archive: Path) -> Iterator[tarfile.TarFile]:
    with (
        archive.open("rb") as raw,
        zstandard.ZstdDecompressor().stream_reader(raw) as packed,
        tarfile.open(mode="r|", fileobj=packed) as tar,
    ):
        yield tar


def _within(name: PurePosixPath, allowed: tuple[PurePosixPath, ...]) -> bool:
    return ".." not in name.parts and any(name.is_relative_to(room) for room in allowed)


def _put(path: Path, content: IO[bytes], member: tarfile.TarInfo) -> str:
    """Write one file with the age and the rights it had; its SHA-256."""
    summed = _Summed(content)
    with room_on_disk(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        with os.fdopen(
            os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, member.mode & 0o777), "wb"
        ) as file:
            while part := summed.read(CHUNK):
                file.write(part)
        os.utime(path, (member.mtime, member.mtime))
    return summed.sum.hexdigest()


def _damaged(archive: Path, how: str) -> KadersError:
    return KadersError(f"{archive} cannot be restored: {how}. Nothing was changed; take another backup")
