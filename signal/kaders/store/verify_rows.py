"""Looks whether the warehouse is whole, has what was loaded, and whether readers have the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from kaders.errors import Busy
from kaders.report.source_message import RECEIVER
from kaders.settings import Places
from kaders.store import files as store_files
from kaders.store import tagged
from kaders.store.blocks import read_through, tables
from kaders.store.connection import Connection, opened
from kaders.store.findings import Finding
from kaders.store.migrate import migrations, version
from kaders.store.published import behind
from kaders.store.sql import quoted, sql
from kaders.store.verify_files import RESTORE, Files, Gone

AT_ONCE = 2000
"""Files read together: some tens of thousands of documents, of which only the identities are read."""
NAMED = 3
"""Damaged tables that are named; the rest is counted: the mend is the same."""
REBUILD = "Run `kaders rebuild`"
LOAD = "Run `kaders load`"
KEYS = {
    "core_document": ["entry", "content"],
    "core_tag": ["id", "content", "layer", "code"],
    "core_question": ["id", "content", "position"],
}
"""What stands once in the tables that have no key of their own, which would slow down loading."""
JUDGE = (
    "The morning was judged anew since; `kaders backfill --day` does it again, and what was told stays told"
)
_MENDS = {"deliveries of signals that are not there": JUDGE}


@dataclass
class Rows:
    """What was found of the warehouse and its published copy."""

    counts: Counter[str] = field(default_factory=Counter)
    findings: list[Finding] = field(default_factory=list)


def verify_rows(places: Places, files: Files, gone: Gone) -> Rows:
    """Reads every block of the warehouse and of the published copy, and holds the rows against the files.

    Opens both for reading only and writes nothing. Raises Busy when another process writes the warehouse.
    """
    found = Rows()
    with opened(None) as con:
        found.findings += _all(con, places, files, gone, found.counts)
    return found


def _all(
    con: Connection, places: Places, files: Files, gone: Gone, counts: Counter[str]
) -> Iterator[Finding]:
    path = places.warehouse
    if not path.exists():
        counts.update(waiting=len(files.landing))
        if places.published.exists():
            yield Finding("warehouse", f"{path} is gone", REBUILD)
        return
    damage = list(_damage(con, path, "warehouse", REBUILD))
    yield from damage
    if not damage:
        con.execute("USE warehouse")
        yield from _rows(con, places, files, gone, counts)
    yield from _published(con, places, whole=not damage)


def _rows(
    con: Connection, places: Places, files: Files, gone: Gone, counts: Counter[str]
) -> Iterator[Finding]:
    counts.update(documents=con.execute("SELECT count(DISTINCT id) FROM core_document").fetchall()[0][0])
    yield from _doubles(con)
    for kind, many, first in con.execute(sql("orphans"), {"receiver": RECEIVER}).fetchall():
        if many:
            yield Finding(kind, f"{many} {kind}, the first of them {first}", _MENDS.get(kind, REBUILD))
    loaded = con.execute(sql("loaded")).fetchall()
    counts.update(waiting=len(files.landing - {row[0] for row in loaded}))
    root = places.of("landing")
    missing = {name: root / name for name, *_ in loaded if name not in files.landing and not gone(name)}
    since = store_files.there(list(missing.values()))  # it may have landed since
    for name, _, _, documents in loaded:
        if name in missing and missing[name] not in since:
            what = f"{name} is gone from landing, and {documents} documents in the warehouse came from it"
            yield Finding("documents without landing", what, RESTORE)
    for (name,) in con.execute("SELECT file FROM raw_ledger ORDER BY file").fetchall():
        if name not in files.ledger and not (places.of("ledger") / name).exists():
            what = f"{name} was loaded and is gone from the ledger folder"
            yield Finding("ledger files that are gone", what, RESTORE)
    yield from _lacking(con, places, {name: (tagger, rows) for name, tagger, rows, _ in loaded if tagger})


def _doubles(con: Connection) -> Iterator[Finding]:
    """What is there twice under one key: an index that is damaged no longer sees to it."""
    keys = con.execute(
        "SELECT table_name, constraint_column_names FROM duckdb_constraints() "
        "WHERE constraint_type = 'PRIMARY KEY' AND database_name = current_database() ORDER BY ALL"
    ).fetchall()
    for table, columns in [*keys, *KEYS.items()]:
        query = f"SELECT {', '.join(columns)} FROM {table} GROUP BY ALL HAVING count(*) > 1"
        for row in con.execute(query).fetchall():
            yield Finding(f"doubles in {table}", f"{table} has {' '.join(map(str, row))} twice", REBUILD)


def _lacking(con: Connection, places: Places, loaded: dict[str, tuple[str, int]]) -> Iterator[Finding]:
    """Documents of files that were loaded and that the warehouse does not have."""
    made = {places.of("tagged") / tagger / name: rows for name, (tagger, rows) in loaded.items()}
    found = {
        path for tagger in {tagger for tagger, _ in loaded.values()} for path in tagged.paths(places, tagger)
    }
    there = [path for path in made if path in found]
    for start in range(0, len(there), AT_ONCE):
        batch = there[start : start + AT_ONCE]
        with store_files.on_disk(batch, places.of("near")) as copies:
            original = {str(copy): path for copy, path in zip(copies, batch, strict=True)}
            rows = _compared(con, copies)
        for copy, lines, lacking in rows:
            path = original[copy]
            if lacking:
                what = f"{lacking} documents of {path} are not in the warehouse"
                yield Finding("documents that are lost", what, REBUILD)
            elif lines != made[path]:
                what = f"{path} has {lines} documents, and {made[path]} when it was loaded"
                yield Finding("tagged files that changed", what, REBUILD)


def _compared(con: Connection, paths: Sequence[Path]) -> list[tuple[str, int, int]]:
    """The lines of each tagged file and how many the warehouse lacks; not of one that cannot be read."""
    try:
        return con.execute(sql("lacking"), {"files": [str(path) for path in paths]}).fetchall()
    except duckdb.Error:
        if len(paths) == 1:
            return []  # verify_files names it
        middle = len(paths) // 2
        return _compared(con, paths[:middle]) + _compared(con, paths[middle:])


def _published(con: Connection, places: Places, *, whole: bool) -> Iterator[Finding]:
    path = places.published
    if not path.exists():
        if whole and con.execute("SELECT count(*) FROM raw_landing").fetchall() != [(0,)]:
            yield Finding("published copy", f"{path} is gone", LOAD)
        return
    damage = list(_damage(con, path, "published", LOAD))
    yield from damage
    if whole and not damage and _newer(con):
        yield Finding("published copy", f"{path} is older than the warehouse", LOAD)
    if whole and not damage and behind(places):
        yield Finding("published copy", f"{places.offered} is not the copy that was published last", LOAD)


def _newer(con: Connection) -> bool:
    """Whether the warehouse has loaded something that the published copy has not."""
    parts = ("file, tagger FROM {}.raw_landing", "file FROM {}.raw_ledger")
    pairs = [(part.format("warehouse"), part.format("published")) for part in parts]
    return any(con.execute(f"SELECT {ours} EXCEPT SELECT {its} LIMIT 1").fetchall() for ours, its in pairs)


def _damage(con: Connection, path: Path, name: str, mend: str) -> Iterator[Finding]:
    """Opens a file under a name and has DuckDB read every block of every column, which checks each."""
    try:
        con.execute(f"ATTACH {quoted(path)} AS {name} (READ_ONLY)")
        con.execute(f"USE {name}")
        known, ours = version(con), max(migrations())
    except duckdb.Error as error:
        if "Could not set lock" in str(error):
            raise Busy(f"Another process writes {path}: run this again when it is done") from error
        yield Finding(name, f"{path} is damaged and cannot be opened", mend)
        return
    if known != ours:
        older = known < ours
        what = f"{path} is of {'an older' if older else 'a newer'} Kaders (schema {known}, this one {ours})"
        yield Finding(name, what, LOAD if older else "Update Kaders")
        return
    every = list(tables(con))
    if bad := [table for table in every if not _whole(con, f"{name}.{table}")]:
        said = ", ".join(bad[:NAMED]) + (", ..." if len(bad) > NAMED else "")
        yield Finding(name, f"{path} is damaged in {len(bad)} of {len(every)} tables ({said})", mend)
    with suppress(duckdb.Error):
        con.execute("USE memory")


def _whole(con: Connection, table: str) -> bool:
    """Whether every block of a table can be read."""
    try:
        read_through(con, table)
    except duckdb.Error:
        return False
    return True
