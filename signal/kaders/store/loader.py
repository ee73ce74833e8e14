"""Loads tagged files and ledger lines: in any order, any number of times, always with the same outcome."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain
from pathlib import Path

import duckdb

from kaders.errors import Quarantine
from kaders.settings import Places
from kaders.store import packed, rewrite, tagged
from kaders.store.connection import Connection, transaction
from kaders.store.files import room_on_disk
from kaders.store.inventory import TaggedFile, pending, pending_ledger
from kaders.store.sql import sql
from kaders.store.stories import by, tell_stories

TOGETHER = 128 * 2**20
"""Bytes of unpacked lines that are read together: some 70,000 documents, half a gigabyte of memory."""
READ_AHEAD, HANDED_OUT = 500, 50
"""Files that are unpacked at a time, so that what waits in memory stays small beside TOGETHER; and those that
a thread takes at once, as handing out one by one takes as long as unpacking."""
ALIKE = 0.1
"""Share of three-word sequences in common below which two texts under one name are two documents. Texts that
have nothing to do with each other have next to none in common (research/detection A3: unrelated texts on one
subject stay below .3); a story that is told anew keeps a fifth or more."""

Progress = Callable[[int, int], None]


@dataclass(slots=True)
class _Unpacked:
    """The lines of some tagged files in one scratch file, and how many documents each file has."""

    rows: dict[TaggedFile, int] = field(default_factory=dict)
    bad: set[Path] = field(default_factory=set)
    size: int = 0


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
    wanted, lines = sorted(pending(con, files), key=_by_moment), pending_ledger(con, places)
    before, bad = _sizes(con), set[Path]()
    try:
        bad = _load(con, places, wanted, lines, moment, progress)
    except duckdb.Error:
        bad = _unreadable(con, wanted, lines.values())
        if not bad:
            raise
        wanted = [file for file in wanted if file.path not in bad]
        lines = {name: path for name, path in lines.items() if path not in bad}
        bad |= _load(con, places, wanted, lines, moment, progress)
    after = _sizes(con)
    counts = {"files": len([file for file in wanted if file.path not in bad])}
    counts |= {name: after[name] - before[name] for name in after}
    return counts, tuple(f"{path} cannot be read and was left out" for path in sorted(bad))


def _by_moment(file: TaggedFile) -> tuple[str, str]:
    """In the order of time, so that what was seen in the same days stands together in the warehouse."""
    source, _, when = file.landing.partition("/")
    return when, source


def _load(
    con: Connection,
    places: Places,
    wanted: Sequence[TaggedFile],
    lines: dict[str, Path],
    moment: datetime,
    progress: Progress | None,
) -> set[Path]:
    """Loads it all or nothing; the tagged files that cannot be unpacked."""
    scratch, bad, done = _scratch(places), set[Path](), 0
    with transaction(con):
        con.execute(
            "CREATE OR REPLACE TEMP TABLE touched (entry VARCHAR, owner_group VARCHAR, "
            "address_key UBIGINT, text_key UBIGINT, lead_key UBIGINT, again BOOLEAN)"
        )
        try:
            for unpacked in _unpacked(scratch, wanted):
                _load_tagged(con, scratch, unpacked.rows, moment)
                bad |= unpacked.bad
                done += len(unpacked.rows) + len(unpacked.bad)
                if progress:
                    progress(done, len(wanted))
        finally:
            scratch.unlink(missing_ok=True)
        if wanted:
            _settle(con, places)
        if lines:
            _load_ledger(con, lines, moment)
    return bad


def _scratch(places: Places) -> Path:
    """Where lines lie unpacked while they are read."""
    return places.warehouse.with_name(f".{places.warehouse.name}.lines.tmp")


def _unpacked(scratch: Path, files: Sequence[TaggedFile]) -> Iterator[_Unpacked]:
    """Unpacks files into the scratch file until it holds TOGETHER, again and again.

    DuckDB takes a third of a millisecond to open a file, more than to read the few documents in one.
    """
    part = _Unpacked()
    with room_on_disk(scratch), ThreadPoolExecutor(os.cpu_count()) as pool, scratch.open("wb") as out:
        for some in by(READ_AHEAD, files):
            handed = [*by(HANDED_OUT, some)]
            for file, lines in zip(some, chain.from_iterable(pool.map(_all_lines, handed)), strict=True):
                if lines is None:
                    part.bad.add(file.path)
                    continue
                part.rows[file] = lines.count(b"\n")
                part.size += out.write(lines)
            if part.size >= TOGETHER:
                out.flush()
                yield part
                part = _Unpacked()
                out.seek(0)
                out.truncate()
        out.flush()
        yield part


def _all_lines(files: Sequence[TaggedFile]) -> list[bytes | None]:
    return [_lines(file) for file in files]


def _lines(file: TaggedFile) -> bytes | None:
    """All lines of a tagged file; None when it is damaged."""
    try:
        return packed.lines_of(file.path, kind="tagged")
    except Quarantine:
        return None


def _load_tagged(con: Connection, lines: Path, rows: dict[TaggedFile, int], moment: datetime) -> None:
    con.execute(
        "CREATE OR REPLACE TEMP TABLE wanted AS SELECT unnest($landings) AS landing, "
        "unnest($sources) AS source, unnest($taggers) AS tagger, unnest($rows)::INTEGER AS rows",
        {
            "landings": [file.landing for file in rows],
            "sources": [file.source for file in rows],
            "taggers": [file.tagger for file in rows],
            "rows": list(rows.values()),
        },
    )
    con.execute(f"CREATE OR REPLACE TEMP TABLE line AS {sql('lines')}", {"files": [str(lines)]})
    for step in ("known", "winners", "leaving"):
        con.execute(f"CREATE OR REPLACE TEMP TABLE {step.removesuffix('s')} AS {sql(step)}")
    con.execute(f"INSERT INTO touched BY NAME {sql('touched')}")
    _make_way(con)
    con.execute(
        "INSERT INTO core_document BY NAME SELECT * EXCLUDE (codes, scores, questions), id AS entry, "
        "id AS story, 1 AS revision, first_seen AS born, published AS dated, "
        "CASE fate WHEN 'withdrawn' THEN 'withdrawal' ELSE 'new' END AS relation "
        "FROM line WHERE rowid IN (SELECT spot FROM winner)"
    )
    con.execute(f"INSERT INTO core_tag BY NAME {sql('tags')}")
    con.execute(f"INSERT INTO core_question BY NAME {sql('questions')}")
    con.execute(
        "INSERT OR REPLACE INTO raw_landing BY NAME "
        "SELECT landing AS file, source, tagger, rows, $moment::TIMESTAMPTZ AS loaded_at FROM wanted",
        {"moment": moment},
    )


def _make_way(con: Connection) -> None:
    """Removes what is loaded anew; a warehouse is not searched for what is not there."""
    if con.execute("SELECT count(*) FROM leaving").fetchall() == [(0,)]:
        return
    for table in ("core_tag", "core_question"):
        con.execute(f"DELETE FROM {table} WHERE (id, content) IN (SELECT (id, content) FROM leaving)")
    con.execute("DELETE FROM core_document WHERE rowid IN (SELECT spot FROM leaving)")


def _settle(con: Connection, places: Places) -> None:
    """What documents are to each other, of all that has to do with what was loaded."""
    _identify(con)
    _take_back(con, places)
    tell_stories(con)
    con.execute(f"CREATE OR REPLACE TEMP TABLE judged AS {sql('judged')}")
    con.execute(
        "UPDATE core_document AS d SET fate = j.fate, relation = j.relation FROM judged AS j "
        "WHERE d.rowid = j.spot AND (d.fate <> j.fate OR d.relation <> j.relation)"
    )


def _identify(con: Connection) -> None:
    """Which revisions are of one document, in which order, and when which of them stood."""
    con.execute("CREATE OR REPLACE TEMP TABLE again AS SELECT DISTINCT entry FROM touched WHERE again")
    con.execute(f"CREATE OR REPLACE TEMP TABLE identified AS {sql('identified')}", {"alike": ALIKE})
    for table in ("core_tag", "core_question"):
        con.execute(
            f"UPDATE {table} AS t SET id = i.id FROM identified AS i "
            "WHERE t.id = i.was AND t.content = i.content AND i.id <> i.was"
        )
    con.execute(
        "UPDATE core_document AS d SET id = i.id, story = CASE WHEN d.id = i.id THEN d.story ELSE i.id END, "
        "revision = i.revision, born = i.born, dated = i.dated, superseded = i.superseded, "
        "relation = i.relation FROM identified AS i WHERE d.rowid = i.spot"
    )


def _take_back(con: Connection, places: Places) -> None:
    """Takes the words from every revision of a document that its source has withdrawn, whenever they came.

    Identities, times and tags stay, so that the mornings of before count as they did. Out of the bytes of the
    file the words go with the next housekeeping (store/rewrite.py).
    """
    con.execute(f"CREATE OR REPLACE TEMP TABLE taken AS {sql('taken_back')}")
    if con.execute("SELECT count(*) FROM taken").fetchall() == [(0,)]:
        return
    rewrite.owe(places, daily=True)
    con.execute("INSERT INTO touched BY NAME SELECT DISTINCT * EXCLUDE (spot, id, content) FROM taken")
    con.execute(
        "UPDATE core_document SET title = '', text = '', snippet = '', url = '', author = NULL, "
        "address_key = NULL, title_key = NULL, text_key = NULL, lead_key = NULL, "
        "relation = CASE WHEN relation = 'retitled' AND revision > 1 THEN 'revision' ELSE relation END, "
        "fate = CASE fate WHEN 'duplicate' THEN 'kept' ELSE fate END "
        "WHERE rowid IN (SELECT spot FROM taken)"
    )
    con.execute("DELETE FROM core_question WHERE (id, content) IN (SELECT (id, content) FROM taken)")


def _load_ledger(con: Connection, lines: dict[str, Path], moment: datetime) -> None:
    paths = [str(path) for path in lines.values()]
    con.execute(f"CREATE OR REPLACE TEMP TABLE visit AS {sql('fetches')}", {"files": paths})
    con.execute(f"CREATE OR REPLACE TEMP TABLE best AS {sql('best_fetches')}")
    con.execute("INSERT OR REPLACE INTO raw_fetch BY NAME FROM best")
    con.execute(
        "INSERT INTO raw_ledger SELECT unnest($files), $moment::TIMESTAMPTZ",
        {"files": list(lines), "moment": moment},
    )


def _unreadable(con: Connection, files: Sequence[TaggedFile], lines: Iterable[Path]) -> set[Path]:
    """The files that cannot be read, found one by one."""
    bad = set()
    for file in files:
        try:
            for _ in tagged.read(file.path):
                pass
        except Quarantine:
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
        "SELECT count(*) FILTER (revision = 1), count(*) FILTER (revision = 1 AND fate = 'duplicate'), "
        "(SELECT count(*) FROM raw_fetch) FROM core_document"
    ).fetchall()[0]
    return dict(zip(("documents", "duplicates", "visits"), row, strict=True))
