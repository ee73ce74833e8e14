"""Files that are whole or absent, on the disk or in object storage, and a full disk as one sentence."""

from __future__ import annotations

import errno
import os
import secrets
import tempfile
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from kaders.errors import KadersError

FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
REFUSED = (errno.EROFS, errno.EACCES, errno.EPERM)


BEGUN = "begun"
"""The mark of a folder in object storage whose age is asked for."""


class Unwritable(KadersError):
    """The disk is full or may not be written: nothing that follows can succeed, so the job stops."""


class Unreachable(Unwritable):
    """Object storage cannot be reached or refuses: the job stops, and goes on there when it runs again."""


def away(path: object) -> bool:
    """Whether a path lies in object storage; settings.Places.of says where they come from."""
    return not isinstance(path, Path)


def read(path: Path, *, now: bool = False) -> bytes:
    """What is in a file. Raises FileNotFoundError and other OSErrors, and Unreachable for object storage.

    now: also when it was fetched `ahead`, for who is about to change it.
    """
    if away(path):
        from kaders.store import cloud

        return cloud.fresh(path) if now else cloud.read(path)
    return path.read_bytes()


def write(path: Path, content: bytes, *, before: Path | None = None, lasting: bool = False) -> None:
    """Write a file at once: readers see the old file or the new one, never a part.

    before: where the old file goes; between the two moves only that one is there. lasting: for what nobody
    could give again: it is on the disk before this returns, also when the power fails then. Makes the folders
    on the way. Raises Unwritable when the disk is full or refuses.
    """
    if away(path):
        from kaders.store import cloud

        return cloud.write(path, content)
    with room_on_disk(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
        try:
            with part.open("wb") as file:
                file.write(content)
                if lasting:
                    file.flush()
                    os.fsync(file.fileno())
            if before and path.exists():
                path.replace(before)
            part.replace(path)
            if lasting:
                sync_folder(path.parent)
        except BaseException:
            part.unlink(missing_ok=True)
            raise


def sync_folder(folder: Path) -> None:
    """Has the disk keep the names in a folder."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_new(path: Path, content: bytes) -> bool:
    """Write a file at once unless there is one already; whether it was written. Unwritable as `write`."""
    if away(path):
        from kaders.store import cloud

        return cloud.write_new(path, content)
    with room_on_disk(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
        try:
            part.write_bytes(content)
            path.hardlink_to(part)
        except FileExistsError:
            return False
        finally:
            part.unlink(missing_ok=True)
    return True


def write_all(contents: Mapping[Path, bytes]) -> None:
    """Write files of one room, each as `write` does; in object storage side by side."""
    if any(map(away, contents)):
        from kaders.store import cloud

        return cloud.write_all(contents)
    for path, content in contents.items():
        write(path, content)


def remove(paths: Collection[Path]) -> None:
    """Remove files of one room, whether they are there or not."""
    if any(map(away, paths)):
        from kaders.store import cloud

        return cloud.remove(paths)
    for path in paths:
        path.unlink(missing_ok=True)


def there(paths: Collection[Path]) -> set[Path]:
    """Those of some files of one room that are there."""
    if any(map(away, paths)):
        from kaders.store import cloud

        return cloud.there(paths)
    return {path for path in paths if path.is_file()}


def below(folder: Path, pattern: str) -> list[Path]:
    """The files below a folder whose path in it is as a pattern such as `*/*/*.gz` says, in no order."""
    if away(folder):
        from kaders.store import cloud

        return cloud.below(folder, pattern)
    return list(folder.glob(pattern))


def since(folder: Path, pattern: str, moment: float) -> list[Path]:
    """Those of `below` that got their content at a moment or later (seconds since 1970), in no order.

    On the disk whatever age they were given afterwards, as by what changes a file in place.
    """
    if away(folder):
        from kaders.store import cloud

        return cloud.since(folder, pattern, moment)
    return [path for path in folder.glob(pattern) if _content_since(path) >= moment]


def _content_since(path: Path) -> float:
    """When a file got its content and its name; 0 when it is gone."""
    try:
        stat = path.stat()
    except FileNotFoundError:
        return 0.0
    return max(stat.st_mtime, stat.st_ctime)


def folders(folder: Path) -> list[str]:
    """The names of the folders right below one, in order."""
    if away(folder):
        from kaders.store import cloud

        return cloud.folders(folder)
    return sorted(path.name for path in folder.iterdir() if path.is_dir()) if folder.is_dir() else []


def begin(folder: Path) -> None:
    """Marks in object storage when a folder was begun, once."""
    if away(folder):
        write_new(folder / BEGUN, b"")


def age_of(folder: Path) -> Callable[[Path], int]:
    """What tells when a file below a folder was written, in nanoseconds since 1970.

    Object storage forgets it when words are taken out of an object, so there it is the age of the mark that
    `begin` put in the folder; 0 without one.
    """
    if away(folder):
        from kaders.store import cloud

        mark = cloud.about(folder / BEGUN)
        begun = int(mark["LastModified"].timestamp() * 1e9) if mark else 0
        return lambda _: begun
    return lambda path: path.stat().st_mtime_ns


def ahead(paths: Iterable[Path]) -> Iterator[Path]:
    """The same files of one room, in order, for who reads one after another: fetched before they are read."""
    listed = list(paths)
    if any(map(away, listed[:1])):
        from kaders.store import cloud

        return cloud.ahead(listed)
    return iter(listed)


@contextmanager
def on_disk(paths: Sequence[Path], folder: Path) -> Iterator[list[Path]]:
    """The files of one room as a disk has them, in the same order: themselves, or copies for a while.

    folder: where copies lie meanwhile. Raises Unreachable and Unwritable.
    """
    if not any(map(away, paths)):
        yield list(paths)
        return
    from kaders.store import cloud

    with room_on_disk(folder):
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder) as place:
            yield cloud.copy_to(Path(place), paths)


@contextmanager
def room_on_disk(path: Path) -> Iterator[None]:
    """Turns a full or refusing disk into one sentence that names the place; other errors pass."""
    try:
        yield
    except OSError as error:
        if error.errno in FULL:
            raise Unwritable(
                f"The disk that holds {path.parent} is full: make room and run again."
            ) from error
        if error.errno in REFUSED:
            raise Unwritable(
                f"{path.parent} may not be written: give this user the right to and run again."
            ) from error
        raise
