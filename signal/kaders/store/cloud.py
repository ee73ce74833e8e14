"""Files in object storage: what differs from a disk, and its failures as one sentence each.

Paths there are those of universal-pathlib over fsspec (s3fs), which answer to a path's names and parts as
those of a disk do. What they are made to do goes through here. An object is put whole or not at all, so there
is nothing to rename; objects are listed by the thousand and never asked after one by one; many are fetched,
put and removed side by side. Trying again is left to the libraries (docs/growing-out.md says which settings).

Nothing imports this module for an organisation whose files lie on the disk.
"""

from __future__ import annotations

import os
import secrets
import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path, PurePosixPath
from typing import Any, TypeVar, cast

from upath import UPath

from kaders.settings import Places
from kaders.store.cloud_errors import FAILURES, code, sentence
from kaders.store.files import Unreachable

T = TypeVar("T")
U = TypeVar("U")

WORKERS = 10
"""Objects at once: as many connections as botocore keeps open (max_pool_connections)."""
AHEAD = 100
"""Objects that are fetched before they are asked for; landing files are some kilobytes each."""
TRIES = 3
"""Times a conditional put is tried that met another one half-way: AWS asks for it, and then one is there."""

_roots: dict[tuple[int, str], tuple[str, UPath]] = {}
"""By process (a connection does not survive a fork) and address: the setting that names it, and its path."""
_held = threading.local()
"""What this thread fetched ahead, by address."""


def root(url: str, setting: str) -> Path:
    """The folder at an address such as s3://bucket/prefix, which `setting` of organisation.yaml names.

    It is no pathlib.Path, but has the same names and parts; files.py knows the one from the other.
    """
    known = _roots.get((os.getpid(), url))
    if known is None:
        made = UPath(url, use_listings_cache=False)
        with _reached(cast(Path, made), setting):
            _ = made.fs  # made once, here; what is joined to it shares it, whatever the thread
        known = _roots[os.getpid(), url] = setting, made
    return cast(Path, known[1])


def read(path: Path) -> bytes:
    """What is in an object. Raises FileNotFoundError when it is not there and Unreachable."""
    held = getattr(_held, "contents", {})
    return held.pop(str(path), None) or _fetched(path)


def fresh(path: Path) -> bytes:
    """What is in an object now, whatever was fetched ahead. Raises as `read`."""
    getattr(_held, "contents", {}).pop(str(path), None)
    return _fetched(path)


def _fetched(path: Path) -> bytes:
    fs, key = _parts(path)
    with _reached(path):
        return bytes(fs.cat_file(key, max_concurrency=1))  # with more it asks for the size first


def write(path: Path, content: bytes) -> None:
    """Puts an object in the place of what is there. Raises Unreachable."""
    fs, key = _parts(path)
    with _reached(path):
        fs.pipe_file(key, content)


def write_new(path: Path, content: bytes) -> bool:
    """Puts an object unless there is one: the storage itself sees to it (If-None-Match). Whether it did."""
    fs, key = _parts(path)
    with _reached(path):
        for left in reversed(range(TRIES)):
            try:
                fs.pipe_file(key, content, mode="create")
                return True
            except OSError as error:
                if isinstance(error, FileExistsError) or code(error) == "PreconditionFailed":
                    return False
                if code(error) != "ConditionalRequestConflict" or not left:
                    raise
    return False


def write_all(contents: Mapping[Path, bytes]) -> None:
    """Puts objects side by side; when one fails some others may be there, each of them whole."""
    _side_by_side(lambda one: write(*one), contents.items())


def remove(paths: Iterable[Path]) -> None:
    """Removes objects, each by a request of its own: s3fs keeps silent about what a bulk request left."""

    def gone(path: Path) -> None:
        fs, key = _parts(path)
        with suppress(FileNotFoundError), _reached(path):
            fs.rm_file(key)

    _side_by_side(gone, paths)


def there(paths: Collection[Path]) -> set[Path]:
    """Those of some objects that are there. Raises Unreachable also when the bucket is gone."""
    return {path for path, found in zip(paths, _side_by_side(about, paths), strict=True) if found}


def about(path: Path) -> dict[str, Any] | None:
    """What the storage says of an object (size, ETag …); None when it is not there."""
    fs, key = _parts(path)
    with _reached(path):
        try:
            found = dict(fs.info(key))
        except FileNotFoundError as error:
            if error.__cause__ is not None:  # the bucket itself
                raise
            return None
    return found if found["type"] == "file" else None


def below(folder: Path, pattern: str) -> list[Path]:
    """The objects whose path below a folder is as a pattern such as `*/*/*.gz` says, by pages of a thousand.

    A star stands for any name at its place. Only what begins as the pattern does is listed.
    """
    return [path for path, _ in _below(folder, pattern)]


def since(folder: Path, pattern: str, moment: float) -> list[Path]:
    """The same, of those that were written at a moment or later (seconds since 1970, of their own clock)."""
    found = _below(folder, pattern)
    return [path for path, about in found if about["LastModified"].timestamp() >= moment]


def _below(folder: Path, pattern: str) -> list[tuple[Path, dict[str, Any]]]:
    parts = PurePosixPath(pattern).parts
    fixed = next((number for number, part in enumerate(parts) if "*" in part), len(parts))
    start = folder.joinpath(*parts[:fixed])
    fs, key = _parts(start)
    with _reached(start):
        found = fs.find(key, detail=True)
    _, top = _parts(folder)
    names = ((PurePosixPath(name).relative_to(top), about) for name, about in found.items())
    fitting = ((n, about) for n, about in names if len(n.parts) == len(parts) and n.match(pattern))
    return [(folder / str(name), about) for name, about in fitting]


def folders(folder: Path) -> list[str]:
    """The names of the folders right below one, in order: one request for a thousand of them."""
    fs, key = _parts(folder)
    with _reached(folder):
        try:
            found = fs.ls(key, detail=True)
        except FileNotFoundError as error:
            if error.__cause__ is not None:
                raise
            return []
    return sorted(PurePosixPath(one["name"]).name for one in found if one["type"] == "directory")


def ahead(paths: Iterable[Path]) -> Iterator[Path]:
    """The same paths, in order; `read` finds what is in them here already, fetched side by side.

    One that cannot be fetched is fetched again when it is read, which then says why.
    """
    listed = list(paths)
    try:
        for start in range(0, len(listed), AHEAD):
            batch = listed[start : start + AHEAD]
            _held.contents = dict(zip(map(str, batch), _side_by_side(_fetched_if_there, batch), strict=True))
            yield from batch
    finally:
        _held.contents = {}


def _fetched_if_there(path: Path) -> bytes | None:
    with suppress(FileNotFoundError):
        return _fetched(path)
    return None


def copy_to(folder: Path, paths: Sequence[Path]) -> list[Path]:
    """Copies of objects as files in a folder on the disk, in the same order; what is not there is left out.

    The copy of an object that is gone is named and not there: who reads it says so.
    """
    copies = [folder / f"{number}.tmp" for number in range(len(paths))]

    def one(pair: tuple[Path, Path]) -> None:
        path, copy = pair
        with suppress(FileNotFoundError):
            copy.write_bytes(_fetched(path))

    _side_by_side(one, zip(paths, copies, strict=True))
    return copies


def problems(places: Places) -> list[str]:
    """A sentence for each room in object storage that cannot be put to, listed, got from or removed from."""
    found = []
    for room in places.storage.rooms():
        try:
            _try_out(places.of(room) / f".check-{secrets.token_hex(4)}")
        except Unreachable as unreachable:
            found.append(str(unreachable))
    return found


def _try_out(path: Path) -> None:
    write_new(path, b"kaders check")
    try:
        fresh(path)
        below(path.parent, path.name)
        if write_new(path, b"kaders check"):
            name, url = _named(path, "")
            raise Unreachable(
                f"The service of {name} ({url}) puts one object over another although it is asked not to "
                "(If-None-Match): name a bucket of a service that knows conditional puts."
            )
    finally:
        remove([path])


def upload(path: Path, to: Path) -> None:
    """Puts a file of the disk in the place of an object, by parts when it is large. Raises Unreachable."""
    fs, key = _parts(to)
    with _reached(to):
        fs.put_file(str(path), key)


def download(path: Path, to: Path) -> None:
    """Writes an object to a file on the disk. Raises FileNotFoundError and Unreachable."""
    fs, key = _parts(path)
    with _reached(path):
        fs.get_file(key, str(to))


def _parts(path: Path) -> tuple[Any, str]:
    """The file system of a path and what it calls the path."""
    there = cast(UPath, path)
    return there.fs, there.path


def _side_by_side(do: Callable[[T], U], items: Iterable[T]) -> list[U]:
    """What `do` gives for each, in order; after the first failure no other is begun."""
    pool = ThreadPoolExecutor(max_workers=WORKERS)
    try:
        return list(pool.map(do, items))
    finally:
        pool.shutdown(cancel_futures=True)


@contextmanager
def _reached(path: Path, setting: str = "") -> Iterator[None]:
    """Turns what storage and network do into one sentence; an object that is not there is no such thing."""
    try:
        yield
    except FileExistsError:
        raise
    except FileNotFoundError as error:
        if code(error) != "NoSuchBucket":
            raise
        name, url = _named(path, setting)
        raise Unreachable(
            f"The bucket of {url} does not exist: make it, or correct {name} in organisation.yaml."
        ) from error
    except FAILURES as error:
        name, url = _named(path, setting)
        raise Unreachable(sentence(name, url, error)) from error


def _named(path: Path, setting: str) -> tuple[str, str]:
    """The setting that a path lies under, and its address."""
    for (_, url), (name, _) in _roots.items():
        if str(path).startswith(url):
            return name, url
    return setting or "storage", str(path)
