"""The index that search asks: which word stands where in which document, in a DuckDB file of its own.

Made from the published copy and never changed in place: a new file takes its place, so that readers keep the
one they opened and no word of a document that had to go is left in a corner of the file. Tables:

page(doc, id, content, source, kind, language, published, size)  one row per document
word(word, number)                                               one row per folded word
posting(number, doc, place)                                      one row per word in a document
about(format, stamp, ordered)                                    one row: what it was made from

Postings are ordered by word, so that a word is read from a few blocks of the file. What a load adds stands
behind them in its own order; when that is a quarter of the rest, all are put in order again.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import duckdb
from filelock import FileLock, Timeout

from kaders.ask.words import TOKEN
from kaders.errors import Busy, KadersError
from kaders.settings import Places
from kaders.store.connection import Connection, explained, mend_of_copy, opened
from kaders.store.files import Unwritable, room_on_disk
from kaders.store.published import is_there
from kaders.store.sql import quoted, sql

FORMAT = 1
"""Of the tables and of what a word is: an index of another format is made anew."""
AT_ONCE = 20_000
"""Documents whose words are taken apart together: some 4 million words, half a gigabyte of memory."""
MEMORY = "2GB"
"""That DuckDB may use while it sorts, the rest goes to disk: half of what the whole may take (issue 4)."""
LOOSE = 4
"""One posting in so many may be out of order; then all are put in order, so each is moved a few times."""
PATIENCE = 30.0
"""Seconds to wait for another process that writes the index, as for the warehouse."""

Progress = Callable[[int, int], None]
_TABLES = (
    "page (doc INTEGER, id VARCHAR, content VARCHAR, source VARCHAR, kind VARCHAR, language VARCHAR, "
    "published TIMESTAMPTZ, size BIGINT)",
    "word (word VARCHAR, number INTEGER)",
    "posting (number INTEGER, doc INTEGER, place INTEGER)",
    "about (format INTEGER, stamp VARCHAR, ordered BIGINT)",
)


def update(places: Places, *, anew: bool = False, progress: Progress | None = None) -> dict[str, int]:
    """Brings the index up to what is published; counts: added, removed (documents), words (postings).

    anew: whatever the index holds now. Nothing is done when nothing was published since. Raises Busy when
    another process is at it, KadersError when nothing is published or the disk is full. Stopped half-way,
    the old index stands.
    """
    if not is_there(places):
        raise KadersError(f"Nothing has been loaded for {places.organisation} yet: run `kaders run` first")
    with alone(places):
        if not anew and current(places):
            return {"added": 0, "removed": 0, "words": 0}
        part = places.search.with_name(f".{places.search.name}.tmp")
        with room_on_disk(part):
            try:
                counts = _made(places, part, None if anew else _usable(places), progress)
                part.replace(places.search)
            finally:
                _forget(part)
        return counts


def keep_up(places: Places, *, anew: bool = False) -> None:
    """Updates the index after a publication; when another process is at it, the next search does."""
    with suppress(Busy):
        update(places, anew=anew)


def _made(places: Places, part: Path, old: Path | None, progress: Progress | None) -> dict[str, int]:
    """Writes the part on what there is; from nothing when that turns out to be damaged."""
    _forget(part)
    try:
        return _written(places, part, old, progress)
    except (Busy, Unwritable):
        raise
    except (KadersError, duckdb.Error):
        if old is None:
            raise
        return _made(places, part, None, progress)


def current(places: Places) -> bool:
    """Whether the index was made from what is published now."""
    return _about(places) == (FORMAT, _stamp(places))


def _about(places: Places) -> tuple[int, str] | None:
    """Format and stamp of the index; None when there is none or it cannot be read."""
    if not places.search.exists():
        return None
    with suppress(KadersError, duckdb.Error), opened(None) as con:
        con.execute(f"ATTACH {quoted(places.search)} AS old (READ_ONLY)")
        format_, stamp = con.execute("SELECT format, stamp FROM old.about").fetchall()[0]
        return int(format_), str(stamp)
    return None


def _usable(places: Places) -> Path | None:
    """The index as it is, when it can be built on; a damaged or older one is left alone and made anew."""
    about = _about(places)
    return places.search if about and about[0] == FORMAT else None


def _stamp(places: Places) -> str:
    """What tells one published copy from the next: a new file has another number, moment or size."""
    found = places.published.stat()
    return f"{found.st_ino}-{found.st_mtime_ns}-{found.st_size}"


def _written(places: Places, part: Path, old: Path | None, progress: Progress | None) -> dict[str, int]:
    """Writes the new index to `part`; its counts."""
    stamp = _stamp(places)
    with opened(None) as con, explained(places.published, mend=mend_of_copy(places)):
        con.execute(f"SET memory_limit = '{MEMORY}'")
        con.execute(f"SET temp_directory = {quoted(_scratch(part))}")
        con.execute(f"ATTACH {quoted(places.published)} AS published (READ_ONLY)")
        con.execute(f"CREATE TEMP TABLE searchable AS {sql('searchable')}")
        added, removed, disorder = _compared(con, old)
        if old and not removed and not disorder:
            shutil.copyfile(old, part)  # it is detached, and no process ever writes it
        _open_part(con, part, old)
        words = _take_apart(con, progress)
        if disorder:
            _in_order(con)
        elif removed:
            _without_what_went(con)
        else:
            _behind(con)
        ordered = "(SELECT count(*) FROM posting)" if disorder else "(SELECT ordered FROM old.about)"
        con.execute("DELETE FROM about WHERE true")
        con.execute(f"INSERT INTO about SELECT {FORMAT}, $stamp, {ordered}", {"stamp": stamp})
        con.execute("CHECKPOINT part")
    return {"added": added, "removed": removed, "words": words}


def _compared(con: Connection, old: Path | None) -> tuple[int, int, bool]:
    """How many documents the old index lacks, how many it has to lose, and whether it wants ordering.

    `gone`: its pages that are no longer so; `fresh`: those it lacks, numbered on. Detaches it again.
    """
    if old:
        con.execute(f"ATTACH {quoted(old)} AS old (READ_ONLY)")
    else:
        con.execute("ATTACH ':memory:' AS old")
        for table in _TABLES:
            con.execute(f"CREATE TABLE old.{table}")
    columns = "id, content, source, kind, language, published, size"
    con.execute(f"CREATE TEMP TABLE gone AS SELECT doc FROM old.page ANTI JOIN searchable USING ({columns})")
    con.execute(
        "CREATE TEMP TABLE fresh AS SELECT ((SELECT coalesce(max(doc), 0) FROM old.page) "
        "+ row_number() OVER (ORDER BY published, id))::INTEGER AS doc, * "
        f"FROM searchable ANTI JOIN old.page USING ({columns})"
    )
    added, removed, postings, ordered = con.execute(
        "SELECT (SELECT count(*) FROM fresh), (SELECT count(*) FROM gone), "
        "(SELECT count(*) FROM old.posting), (SELECT max(ordered) FROM old.about)"
    ).fetchall()[0]
    if old:
        con.execute("DETACH old")
    return int(added), int(removed), old is None or (postings - ordered) * LOOSE > postings


def _open_part(con: Connection, part: Path, old: Path | None) -> None:
    """The part with its tables in use, the old index beside it, and the words known so far."""
    con.execute(f"ATTACH {quoted(part)} AS part")
    con.execute("USE part")
    for table in _TABLES:
        con.execute(f"CREATE TABLE IF NOT EXISTS {table}")
    if old:
        con.execute(f"ATTACH {quoted(old)} AS old (READ_ONLY)")
    con.execute("CREATE TEMP TABLE lexicon AS SELECT word, number FROM old.word")
    con.execute("CREATE TEMP TABLE loose (number INTEGER, doc INTEGER, place INTEGER)")


def _take_apart(con: Connection, progress: Progress | None) -> int:
    """Puts the words of the fresh documents in `loose` and new ones in `lexicon`; how many words."""
    first, last = con.execute("SELECT coalesce(min(doc), 1), coalesce(max(doc), 0) FROM fresh").fetchall()[0]
    for start in range(first, last + 1, AT_ONCE):
        con.execute(
            f"CREATE OR REPLACE TEMP TABLE token AS {sql('search_tokens')}",
            {"first": start, "last": start + AT_ONCE - 1, "token": TOKEN},
        )
        # Folding is slow, so each spelling is folded once. The same fold as in ask/words.py.
        con.execute(
            "CREATE OR REPLACE TEMP TABLE spelling AS SELECT spelled, "
            "replace(lower(strip_accents(spelled)), 'ς', 'σ') AS word "
            "FROM (SELECT DISTINCT spelled FROM token)"
        )
        con.execute(
            "INSERT INTO lexicon SELECT word, ((SELECT coalesce(max(number), 0) FROM lexicon) "
            "+ row_number() OVER (ORDER BY word))::INTEGER "
            "FROM (SELECT DISTINCT word FROM spelling ANTI JOIN lexicon USING (word))"
        )
        con.execute(
            "INSERT INTO loose SELECT number, doc, place "
            "FROM token JOIN spelling USING (spelled) JOIN lexicon USING (word)"
        )
        if progress:
            progress(min(start + AT_ONCE, last + 1) - first, last + 1 - first)
    con.execute("DROP TABLE IF EXISTS token")
    return int(con.execute("SELECT count(*) FROM loose").fetchall()[0][0])


def _in_order(con: Connection) -> None:
    """Everything in the order of the words, which get numbers by the alphabet: a stem is one stretch."""
    con.execute("INSERT INTO loose SELECT number, doc, place FROM old.posting ANTI JOIN gone USING (doc)")
    con.execute(
        "CREATE TEMP TABLE rank AS SELECT word, number, (row_number() OVER (ORDER BY word))::INTEGER AS rank "
        "FROM lexicon SEMI JOIN (SELECT DISTINCT number FROM loose) USING (number)"
    )
    con.execute("INSERT INTO word SELECT word, rank FROM temp.rank ORDER BY word")
    con.execute(
        "INSERT INTO posting SELECT r.rank, l.doc, l.place "
        "FROM loose AS l JOIN temp.rank AS r USING (number) ORDER BY ALL"
    )
    _pages(con)


def _without_what_went(con: Connection) -> None:
    """The old postings in their order, without those of documents that went and words nobody says now."""
    con.execute("INSERT INTO posting SELECT number, doc, place FROM old.posting ANTI JOIN gone USING (doc)")
    con.execute("INSERT INTO posting FROM loose ORDER BY ALL")
    con.execute(
        "INSERT INTO word SELECT word, number FROM lexicon "
        "SEMI JOIN (SELECT DISTINCT number FROM posting) USING (number) ORDER BY number"
    )
    _pages(con)


def _behind(con: Connection) -> None:
    """What is new behind what is there already."""
    con.execute("INSERT INTO posting FROM loose ORDER BY ALL")
    con.execute("INSERT INTO word FROM lexicon ANTI JOIN word USING (word) ORDER BY number")
    con.execute("INSERT INTO page BY NAME FROM fresh ORDER BY doc")


def _pages(con: Connection) -> None:
    con.execute("INSERT INTO page FROM old.page ANTI JOIN gone USING (doc)")
    con.execute("INSERT INTO page BY NAME FROM fresh ORDER BY doc")


@contextmanager
def alone(places: Places) -> Iterator[None]:
    """The right to write the index, for one process at a time; Busy when it stays taken."""
    path = places.search.with_suffix(".lock")
    with room_on_disk(path):
        lock = FileLock(path)
        try:
            lock.acquire(timeout=PATIENCE)
        except Timeout as error:
            raise Busy(f"Another process is writing {places.search}: run again when it is done") from error
    try:
        yield
    finally:
        lock.release()


def _scratch(part: Path) -> Path:
    """Where DuckDB puts what does not fit in memory."""
    return part.with_name(f"{part.name}.d")


def _forget(part: Path) -> None:
    """Removes a part, the log that DuckDB keeps beside it, and what a run that was stopped left there."""
    for one in (part, part.with_name(f"{part.name}.wal")):
        one.unlink(missing_ok=True)
    shutil.rmtree(_scratch(part), ignore_errors=True)
