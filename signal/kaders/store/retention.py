"""What may not be kept any longer: words older than their source's class, and files that were loaded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from kaders.settings import Places, Retention, Source
from kaders.store import files, landing, rewrite, sums, tagged
from kaders.store.connection import Connection, transaction
from kaders.store.files import room_on_disk
from kaders.store.inventory import loaded_landing, tagger_versions
from kaders.store.sql import sql

STRAY = 24 * 3600
"""Seconds after which a half-written file has no writer any more: no job takes a day."""
WORKING_ROOMS = ("landing", "state", "ledger", "tagged", "out", "near")
LOGS_KEPT = timedelta(days=30)
"""Of Airflow's tasks: they take some megabytes a day, and nobody looks further back for a fault."""


@dataclass(frozen=True, slots=True)
class Words:
    """How many days words are kept.

    others  those of sources that are not there any more: nobody answers for their terms, so few
    days    those of each source by its id; None where they have no end
    """

    others: int
    days: Mapping[str, int | None] = field(default_factory=dict)


def words_of(keep: Retention, sources: Iterable[Source]) -> Words:
    """How long the words of each source are kept, by its class; those of a source that is gone, as posts."""
    return Words(keep.text, {source.id: keep.days_of(source.kept_as) for source in sources})


def forget_words(con: Connection, places: Places, moment: datetime, words: Words) -> int:
    """Empties title, text, snippet and questions of what is older than it may be kept; how many revisions.

    Their tags, sketches and counts stay, so the mornings count as before; what they said is gone. When there
    were some, it owes a rewrite of the file (rewrite.settle), as the words are in it still.
    """
    firsts = [None if days is None else moment - timedelta(days=days) for days in words.days.values()]
    with transaction(con):
        con.execute(
            f"CREATE OR REPLACE TEMP TABLE old_words AS {sql('old_words')}",
            {
                "sources": list(words.days),
                "firsts": firsts,
                "others": moment - timedelta(days=words.others),
            },
        )
        emptied = int(con.execute("SELECT count(*) FROM old_words").fetchall()[0][0])
        if not emptied:
            return 0
        rewrite.owe(places, daily=True)
        con.execute(
            "UPDATE core_document SET title = '', text = '', snippet = '' "
            "WHERE (id, content) IN (SELECT (id, content) FROM old_words)"
        )
        con.execute("DELETE FROM core_question WHERE (id, content) IN (SELECT (id, content) FROM old_words)")
    return emptied


def old_files(con: Connection, places: Places, moment: datetime, days: int) -> list[Path]:
    """Landing files from before `days` ago that were loaded, and what every tagger version made of them."""
    loaded, first = loaded_landing(con), moment.date() - timedelta(days=days)
    rooms = [(places.of("landing"), landing.paths(places))]
    rooms += [(places.of("tagged") / v, tagged.paths(places, v)) for v in tagger_versions(places)]
    return [
        path
        for room, paths in rooms
        for path in paths
        if date.fromisoformat(path.parent.name) < first and path.relative_to(room).as_posix() in loaded
    ]


def stray_files(places: Places, *, older: float = STRAY) -> list[Path]:
    """What was left behind more than a day (`older`, in seconds) ago on the disk's own clock.

    That is half-written files (*.tmp) and notes of landing files that are gone. The age of a left-over is a
    matter of this machine and not of the moment that a run is about.
    """
    folders = [places.of(room) for room in WORKING_ROOMS]  # in object storage nothing is half-written
    rooms = [folder.rglob("*.tmp") for folder in folders if not files.away(folder)]
    rooms += [
        f.parent.glob(f"*{places.organisation}.duckdb*.tmp*") for f in (places.warehouse, places.published)
    ]
    found = [path for room in rooms for path in room if path.is_file()]
    found += sums.left_over(places.of("landing"))
    if not found:
        return []
    now = clock_of_disk(places)
    return sorted(path for path in found if now - path.stat().st_mtime > older)


def old_logs(folder: Path, moment: datetime) -> list[Path]:
    """Log files below a folder that nobody wrote to since LOGS_KEPT before `moment`."""
    files = [path for path in folder.rglob("*.log") if path.is_file()]
    oldest = moment - LOGS_KEPT
    return [path for path in files if datetime.fromtimestamp(path.stat().st_mtime, UTC) < oldest]


def remove(paths: Iterable[Path]) -> int:
    """Removes files, what is noted beside them, and the folders that become empty by it; how many files."""
    listed = list(paths)
    _remove_stored([path for path in listed if files.away(path)])
    for path in (path for path in listed if not files.away(path)):
        path.unlink(missing_ok=True)
        sums.beside(path).unlink(missing_ok=True)
        for folder in _empty(path.parent):
            folder.rmdir()
    return len(listed)


def _remove_stored(paths: list[Path]) -> None:
    """The same in object storage, which has no folders; notes are listed, as nearly no file has one."""
    noted = {
        path: note for room in {path.parents[2] for path in paths} for path, note in sums.notes(room).items()
    }
    files.remove(paths)
    files.remove([noted[path] for path in paths if path in noted])


def _empty(folder: Path) -> Iterator[Path]:
    """The day folder and the source folder above it, as far as nothing is left in them."""
    for one in (folder, folder.parent):
        if not one.is_dir() or any(one.iterdir()):
            return
        yield one


def clock_of_disk(places: Places) -> float:
    """What time the disk has it: the age of a file is a matter of that clock. Raises files.Unwritable."""
    probe = places.warehouse.with_suffix(".clock")
    with room_on_disk(probe):
        probe.parent.mkdir(parents=True, exist_ok=True)
        probe.touch()
    try:
        return probe.stat().st_mtime
    finally:
        probe.unlink()
