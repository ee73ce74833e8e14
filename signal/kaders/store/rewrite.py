"""Writes the warehouse anew, as DuckDB leaves what was deleted or changed in the free blocks of its file.

Who takes something out of it for good says so first (`owe`), takes it out, and has it written anew
(`rewrite`). When that breaks off, the next load or housekeeping does it (`settle`). What a load takes out
because its source withdrew it waits for housekeeping: a load comes every few minutes, and to write ten
million documents takes longer than to load what is new.
"""

from __future__ import annotations

from pathlib import Path

from kaders.settings import Places
from kaders.store import files
from kaders.store.connection import alone, opened
from kaders.store.files import room_on_disk
from kaders.store.migrate import migrate
from kaders.store.publish import publish_file
from kaders.store.sql import quoted


def owe(places: Places, *, daily: bool = False) -> None:
    """Notes that the warehouse must be written anew; daily: by housekeeping. Raises files.Unwritable."""
    files.write(_note(places, daily=daily), b"")


def owed(places: Places, *, daily: bool = False) -> bool:
    """Whether the warehouse must be written anew; daily: also what may wait for housekeeping."""
    return _note(places).exists() or (daily and _note(places, daily=True).exists())


def settle(places: Places, *, daily: bool = False) -> bool:
    """Writes the warehouse anew and publishes it when that is owed; whether it was. Raises as `rewrite`."""
    if not owed(places, daily=daily):
        return False
    rewrite(places)
    return True


def settled(places: Places) -> None:
    """Forgets what was owed, for who has just put a file written anew in the place of the warehouse."""
    for daily in (False, True):
        _note(places, daily=daily).unlink(missing_ok=True)


def rewrite(places: Places) -> None:
    """After it no byte of the warehouse or its published copy is of what was taken out; all else is there.

    Both are whole at every moment; killed half-way, the old one stands and the note that it is owed too. Call
    it without a connection of your own. Raises Busy when another process writes the warehouse, KadersError
    when it is damaged, files.Unwritable when the disk is full.
    """
    path = places.warehouse
    with alone(places), room_on_disk(path):
        if path.exists():
            write_anew(path)
            publish_file(places, path)
        settled(places)


def write_anew(path: Path) -> None:
    """Puts a copy that DuckDB makes of the tables in the place of a file that nobody else has open."""
    part = path.with_name(f".{path.name}.anew.tmp")
    _forget(part)
    try:
        with opened(path) as con:
            migrate(con)
            con.execute("CHECKPOINT")
            name = str(con.execute("SELECT current_database()").fetchall()[0][0]).replace('"', '""')
            con.execute(f"ATTACH {quoted(part)} AS anew")
            con.execute(f'COPY FROM DATABASE "{name}" TO anew')
            con.execute("DETACH anew")
        # the log of the old file would be played into the new one
        path.with_name(f"{path.name}.wal").unlink(missing_ok=True)
        part.replace(path)
    finally:
        _forget(part)


def _note(places: Places, *, daily: bool = False) -> Path:
    return places.warehouse.with_suffix(".rewrite-daily" if daily else ".rewrite")


def _forget(path: Path) -> None:
    for one in (path, path.with_name(f"{path.name}.wal")):
        one.unlink(missing_ok=True)
