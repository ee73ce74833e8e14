"""Loads tagged files and ledger lines: in any order, any number of times, always with the same outcome."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from pathlib import Path

import duckdb

from kaders.settings import Places
from kaders.store.connection import Connection, transaction
from kaders.store.inventory import TaggedFile, pending, pending_ledger
from kaders.store.sql import sql

AT_ONCE = 2000
"""Files that are read together: some 10,000 documents of a municipality, some hundred megabytes of memory."""
LONG_ENOUGH = 100
"""Characters from which an equal text makes a copy whatever its title; feeds' read-on lines are shorter."""

Progress = Callable[[int, int], None]


def load_pending(
    con: Connection,
    places: Places,
    files: list[TaggedFile],
    moment: datetime,
    *,
    progress: Progress | None = None,
) -> tuple[dict[str, int], tuple[str, ...]]:
    """Loads what the warehouse lacks of `files` and of the ledger, in one transaction; counts and failures.

    A file that cannot be read is left out, named, and tried again the next time.
    """
    wanted, lines = pending(con, files), pending_ledger(con, places)
    before, bad = _sizes(con), set[Path]()
    try:
        _load(con, wanted, lines, moment, progress)
    except duckdb.Error:
        bad = _unreadable(con, wanted, lines.values())
        if not bad:
            raise
        wanted = [file for file in wanted if file.path not in bad]
        _load(con, wanted, {name: path for name, path in lines.items() if path not in bad}, moment, progress)
    after = _sizes(con)
    counts = {"files": len(wanted)} | {name: after[name] - before[name] for name in after}
    return counts, tuple(f"{path} cannot be read and was left out" for path in sorted(bad))


def _load(
    con: Connection,
    wanted: Sequence[TaggedFile],
    lines: dict[str, Path],
    moment: datetime,
    progress: Progress | None,
) -> None:
    with transaction(con):
        con.execute(
            "CREATE OR REPLACE TEMP TABLE touched "
            "(owner_group VARCHAR, address_key VARCHAR, text_key UBIGINT)"
        )
        for start in range(0, len(wanted), AT_ONCE):
            _load_tagged(con, wanted[start : start + AT_ONCE], moment)
            if progress:
                progress(min(start + AT_ONCE, len(wanted)), len(wanted))
        if wanted:
            _take_back(con)
            _judge_fates(con)
        if lines:
            _load_ledger(con, lines, moment)


def _load_tagged(con: Connection, files: Sequence[TaggedFile], moment: datetime) -> None:
    _read(con, files)
    con.execute(f"CREATE OR REPLACE TEMP TABLE winner AS {sql('winners')}")
    con.execute(f"CREATE OR REPLACE TEMP TABLE leaving AS {sql('leaving')}")
    con.execute(f"INSERT INTO touched {sql('touched')}")
    for table in ("core_tag", "core_question", "core_document"):
        con.execute(f"DELETE FROM {table} WHERE (id, content) IN (SELECT (id, content) FROM leaving)")
    con.execute(
        "INSERT INTO core_document BY NAME "
        "SELECT * EXCLUDE (tags), tags.sketch AS sketch, tags.version AS tagger "
        "FROM winner ORDER BY first_seen, id"
    )
    con.execute(f"INSERT INTO touched {sql('touched')}")
    con.execute(f"INSERT INTO core_tag {sql('tags')}")
    con.execute(f"INSERT INTO core_question {sql('questions')}")
    con.execute(f"INSERT OR REPLACE INTO raw_landing BY NAME {sql('landed')}", {"moment": moment})


def _read(con: Connection, files: Sequence[TaggedFile]) -> None:
    """Puts tagged files in `wanted`, their lines in `line` and the documents in those in `arrived`."""
    paths = [str(file.path) for file in files]
    con.execute(
        "CREATE OR REPLACE TEMP TABLE wanted AS SELECT unnest($paths) AS path, unnest($landings) AS landing, "
        "unnest($sources) AS source, unnest($taggers) AS tagger",
        {
            "paths": paths,
            "landings": [file.landing for file in files],
            "sources": [file.source for file in files],
            "taggers": [file.tagger for file in files],
        },
    )
    con.execute(f"CREATE OR REPLACE TEMP TABLE line AS {sql('lines')}", {"files": paths})
    con.execute(f"CREATE OR REPLACE TEMP TABLE arrived AS {sql('arrived')}", {"long_enough": LONG_ENOUGH})


def _take_back(con: Connection) -> None:
    """Takes the words from every revision of a document that its source has withdrawn, whenever they came.

    Identities, times and tags stay, so that the mornings of before count as they did.
    """
    con.execute(f"CREATE OR REPLACE TEMP TABLE taken AS {sql('taken_back')}")
    con.execute("INSERT INTO touched SELECT DISTINCT owner_group, address_key, text_key FROM taken")
    con.execute(
        "UPDATE core_document SET title = '', text = '', snippet = '', url = '', author = NULL, "
        "address_key = NULL, text_key = NULL, fate = CASE fate WHEN 'duplicate' THEN 'kept' ELSE fate END "
        "WHERE (id, content) IN (SELECT (id, content) FROM taken)"
    )
    con.execute("DELETE FROM core_question WHERE (id, content) IN (SELECT (id, content) FROM taken)")


def _judge_fates(con: Connection) -> None:
    con.execute(f"CREATE OR REPLACE TEMP TABLE judged AS {sql('fates')}")
    con.execute(
        "UPDATE core_document AS d SET fate = j.fate FROM judged AS j "
        "WHERE d.id = j.id AND d.content = j.content AND d.fate <> j.fate"
    )


def _load_ledger(con: Connection, lines: dict[str, Path], moment: datetime) -> None:
    paths = [str(path) for path in lines.values()]
    con.execute(f"CREATE OR REPLACE TEMP TABLE visit AS {sql('fetches')}", {"files": paths})
    con.execute(f"CREATE OR REPLACE TEMP TABLE best AS {sql('best_fetches')}")
    con.execute("INSERT OR REPLACE INTO raw_fetch BY NAME FROM best")
    con.execute(
        "INSERT INTO raw_ledger SELECT unnest($files), $moment::TIMESTAMPTZ",
        {"files": list(lines), "moment": moment},
    )


def _unreadable(con: Connection, files: Sequence[TaggedFile], lines: Collection[Path]) -> set[Path]:
    """The files that DuckDB cannot read, found one by one."""
    bad = set()
    for file in files:
        try:
            _read(con, [file])
        except (duckdb.DataError, duckdb.InvalidInputException, duckdb.IOException):
            bad.add(file.path)
    for path in lines:
        try:
            con.execute(f"CREATE OR REPLACE TEMP TABLE visit AS {sql('fetches')}", {"files": [str(path)]})
        except (duckdb.DataError, duckdb.InvalidInputException, duckdb.IOException):
            bad.add(path)
    return bad


def _sizes(con: Connection) -> dict[str, int]:
    """How many documents, copies among them, and visits there are."""
    row = con.execute(
        "SELECT count(DISTINCT id), count(DISTINCT id) FILTER (WHERE fate = 'duplicate'), "
        "(SELECT count(*) FROM raw_fetch) FROM core_document"
    ).fetchall()[0]
    return dict(zip(("documents", "duplicates", "visits"), row, strict=True))
