"""The published copy: made beside the old one and put in its place at once."""

from __future__ import annotations

import duckdb

from kaders.settings import Places
from kaders.store.files import room_on_disk


def publish(con: duckdb.DuckDBPyConnection, places: Places) -> None:
    """Copies the warehouse behind `con` to the file that readers open; they see the old or the new one."""
    target = places.published
    fresh = target.with_name(f".{target.name}.tmp")
    with room_on_disk(target):
        target.parent.mkdir(parents=True, exist_ok=True)
        fresh.unlink(missing_ok=True)
    row = con.execute("SELECT current_database()").fetchall()
    con.execute(f"ATTACH '{str(fresh).replace(chr(39), chr(39) * 2)}' AS copy_")
    try:
        con.execute(f'COPY FROM DATABASE "{row[0][0]}" TO copy_')
    finally:
        con.execute("DETACH copy_")
    fresh.replace(target)
