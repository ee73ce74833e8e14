"""Everything of an organisation in one archive, and back again: whole or not at all."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from kaders import __version__
from kaders.errors import ConfigurationError, KadersError
from kaders.settings import Places
from kaders.store import archive, erased, kept, keys, sums
from kaders.store.connection import alone, explained, opened
from kaders.store.files import away, room_on_disk
from kaders.store.kept import PASSING
from kaders.store.lock import being_restored
from kaders.store.migrate import migrations, version
from kaders.store.sql import quoted

COPIED = ("audit", "state", "ledger", "landing", "out")
"""In this order, after the warehouse: each names what stands in a later one, which is written first."""
MADE_ANEW = ("tagged",)
"""Not in an archive: `kaders tag` makes it from landing. What is there belongs to the landing of now."""
WORDING = "organisation"
"""The room of the organisation's own YAML, which decided past mornings. A restore puts it in the data folder
and leaves the folder of now alone: which of both is right, people say."""

Progress = Callable[[int, int], None]


def name_of(places: Places, moment: datetime) -> str:
    """What an archive is called when only its folder is given."""
    return f"kaders-{places.organisation}-{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}.tar.zst"


def back_up(
    places: Places,
    target: Path,
    moment: datetime,
    *,
    with_key: bool = False,
    progress: Progress | None = None,
) -> dict[str, int]:
    """Writes one archive of landing, state, ledger, out, warehouse and YAML; how many files and bytes.

    What is in object storage stays there and is in no archive (docs/growing-out.md).
    with_key: the key of the pseudonyms as well. The warehouse is copied by DuckDB, alone; visits may go on
    meanwhile: what lands later is missing in all of it, or in its landing folder one file too many.
    Raises Busy when another process writes the warehouse, KadersError when that is damaged or the target is
    there, Unwritable when the disk is full.
    """
    snapshot = target.with_name(f".{target.name}.{secrets.token_hex(4)}.duckdb.tmp")
    try:
        _snapshot(places, snapshot)
        head = {"organisation": places.organisation, "moment": moment.isoformat(), "kaders": __version__}
        has_key = with_key and keys.path_of(places).exists()
        members = partial(_members, places, snapshot, with_key=has_key)
        written = archive.write(target, head | {"key": has_key}, _watched(members, progress))
    finally:
        _forget(snapshot)
    return {"files": len(written), "bytes": target.stat().st_size}


def _snapshot(places: Places, path: Path) -> None:
    """DuckDB copies its own tables: the file itself may never be copied while it can be open."""
    if not places.warehouse.exists():
        return
    with room_on_disk(path):
        path.parent.mkdir(parents=True, exist_ok=True)
    with alone(places), opened(places.warehouse) as con, explained(places.warehouse):
        name = str(con.execute("SELECT current_database()").fetchall()[0][0]).replace('"', '""')
        con.execute(f"ATTACH {quoted(path)} AS backup")
        con.execute(f'COPY FROM DATABASE "{name}" TO backup')
        con.execute("DETACH backup")


def _members(places: Places, snapshot: Path, *, with_key: bool) -> Iterator[tuple[str, Path]]:
    """The files by their path in the data folder; those of a room are listed when its turn comes.

    What is noted beside a landing file comes after it, also when it was only noted by then.
    """
    if snapshot.exists():
        yield _name(places, places.warehouse), snapshot
    if with_key:
        yield _name(places, keys.path_of(places)), keys.path_of(places)
    for path in sorted(places.folder.glob("*.yaml")):
        yield f"{_name(places, places.of(WORDING))}/{path.name}", path
    for room in _here(places, COPIED):
        for path in sorted(places.of(room).rglob("*")):
            if path.is_file() and path.suffix not in (*PASSING, sums.BESIDE):
                yield _name(places, path), path
                if sums.beside(path).exists():
                    yield _name(places, sums.beside(path)), sums.beside(path)


def _watched(
    members: Callable[[], Iterator[tuple[str, Path]]], progress: Progress | None
) -> Iterator[tuple[str, Path]]:
    """The members, while `progress` is told how many are done of how many there were at first."""
    total = sum(1 for _ in members()) if progress else 0
    for number, member in enumerate(members(), start=1):
        yield member
        if progress:
            progress(number, max(number, total))


def restore(
    source: Path, places: Places, moment: datetime, *, replace: bool = False, also: Places | None = None
) -> dict[str, Any]:
    """Puts an archive in the place of what is there; what its list says, `aside` and `marks`.

    Everything is unpacked beside it and checked first. replace: something may be there; it is moved aside,
    never removed. Lists of who was erased and what is not to land again keep the lines of now, and the ring
    of pseudonyms the keys that were added since; also: of another data folder as well. aside: where the old
    lies now. marks: how many of the erased there were in those folders.

    Raises ConfigurationError when something is there and `replace` is not given, or when the archive is of
    another organisation; KadersError when it is damaged; Unwritable when the disk is full. Then all stands as
    it was.
    """
    if not source.is_file():
        raise ConfigurationError(f"{source} is not there: name the file that `kaders backup` wrote")
    rooms = _rooms(places)
    there = [path for path in rooms.values() if _filled(path)]
    if there and not replace:
        raise ConfigurationError(
            f"{there[0]} is there already. Say --replace to move what is there aside, or --into a new folder"
        )
    mark = f"{places.organisation}-{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(4)}"
    staging, aside = places.data / f".restore-{mark}.tmp", places.data / "aside" / mark
    try:
        with room_on_disk(staging):
            staging.mkdir(parents=True)
        told = archive.unpack(source, staging, rooms=rooms)
        _fits(told, places, staging)
        marks = sum(kept.join(each, staging) for each in (places, also) if each)
        erased.owe_again(staging / "state" / places.organisation)
        key = kept.key_comes_back(places, staging, also)
        with alone(places), room_on_disk(places.data):
            _swap(rooms, staging, aside, places, key=key)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return told | {"aside": str(aside) if aside.exists() else "", "marks": marks}


def _rooms(places: Places) -> dict[str, Path]:
    """What a restore replaces, by its path in the data folder."""
    paths = [places.of(room) for room in (*_here(places, (*COPIED, *MADE_ANEW)), WORDING)]
    paths += [places.warehouse, places.published, places.search, keys.path_of(places)]
    return {_name(places, path): path for path in paths}


def _here(places: Places, rooms: tuple[str, ...]) -> list[str]:
    """The rooms that are on the disk: object storage has means of its own, and outlives this machine."""
    return [room for room in rooms if not away(places.of(room))]


def _name(places: Places, path: Path) -> str:
    return path.relative_to(places.data).as_posix()


def _filled(path: Path) -> bool:
    """Whether something is there that was made by more than asking: locks alone are nothing."""
    if not path.is_dir():
        return path.exists() and path.suffix != ".key"
    return any(one.is_file() and one.suffix not in PASSING for one in path.rglob("*"))


def _fits(told: dict[str, Any], places: Places, staging: Path) -> None:
    if told["organisation"] != places.organisation:
        raise ConfigurationError(f"the backup is of {told['organisation']}, not of {places.organisation}")
    path = staging / _name(places, places.warehouse)
    if not path.exists():
        return
    with opened(None) as con, explained(path):
        con.execute(f"ATTACH {quoted(path)} AS backup (READ_ONLY)")
        con.execute("USE backup")
        if version(con) > max(migrations()):
            raise KadersError("The backup is of a newer Kaders: update Kaders and restore again")


def _swap(rooms: dict[str, Path], staging: Path, aside: Path, places: Places, *, key: bool) -> None:
    """Moves the old aside and the new in its place; back again when a move fails."""
    done: list[tuple[Path, Path]] = []

    def move(path: Path, to: Path) -> None:
        to.parent.mkdir(parents=True, exist_ok=True)
        path.rename(to)
        done.append((path, to))

    being_restored(places).touch()
    try:
        for name, path in rooms.items():
            if path == keys.path_of(places) and not key:
                continue  # the one that is there stays
            for one in (path, path.with_name(f"{path.name}.wal")):
                if one.exists():
                    move(one, aside / _name(places, one))
            if (staging / name).exists():
                move(staging / name, path)
    except BaseException:
        for path, to in reversed(done):
            to.rename(path)
        being_restored(places).unlink()
        raise
    being_restored(places).unlink()


def _forget(path: Path) -> None:
    for one in (path, path.with_name(f"{path.name}.wal")):
        one.unlink(missing_ok=True)
