"""Publishes: a copy of the warehouse takes the place of the one before it, at once, for whoever reads."""

from __future__ import annotations

from pathlib import Path

from kaders.settings import Places
from kaders.store.connection import Connection, writing
from kaders.store.files import room_on_disk
from kaders.store.sql import quoted


def publish(places: Places) -> None:
    """Writes the published copy; who has the old one open keeps it whole.

    Raises Busy when the warehouse is being written, KadersError when the disk is full.
    """
    with writing(places) as con:
        publish_from(con, places)


def publish_from(con: Connection, places: Places) -> None:
    """The same over a connection that is open and in no transaction."""
    target = places.published
    part = target.with_name(f".{target.name}.tmp")
    with room_on_disk(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        _forget(part)
        try:
            _copy(con, part)
            part.replace(target)
        finally:
            _forget(part)


def _copy(con: Connection, path: Path) -> None:
    """DuckDB copies its own tables: the file itself may never be copied while it is open."""
    name = str(con.execute("SELECT current_database()").fetchall()[0][0]).replace('"', '""')
    con.execute(f"ATTACH {quoted(path)} AS publication")
    try:
        con.execute(f'COPY FROM DATABASE "{name}" TO publication')
    finally:
        con.execute("DETACH publication")


def _forget(path: Path) -> None:
    """Removes a file and the log that DuckDB keeps beside it."""
    for one in (path, path.with_name(f"{path.name}.wal")):
        one.unlink(missing_ok=True)
