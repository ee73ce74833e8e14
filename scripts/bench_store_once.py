"""Does one thing with a warehouse in a process of its own, and prints what that took, as a JSON line.

Usage: bench_store_once.py WHAT ORGANISATION DATA [NUMBER]. WHAT is
load      all tagged files into an empty warehouse, from listing them to the committed state
fill      NUMBER documents by SQL: writing their tagged files would take an hour for ten million
day       loads the day that is not loaded yet and publishes; the index of search is kept up by other means
counts    the view attention, whole: documents and items of count per day and issue
morning   the documents of 42 days with their tags, as the report of a morning asks them
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import duckdb
from numpy.random import default_rng

from bench_store_made import A_DAY, A_FILE, APART, NEWEST, lexicon, zipf
from kaders.load import load
from kaders.model import Window
from kaders.settings import Settings
from kaders.store.connection import Connection, reading, transaction, writing
from kaders.store.documents import documents_as_of
from kaders.store.frames import viewing
from kaders.store.inventory import tagged_files
from kaders.store.loader import load_pending

TOGETHER = 500_000
"""Documents that are made by one statement: half a gigabyte while they are put in order."""
PHRASES, PHRASE = 20_000, 5
"""Different phrases, and words of one: DuckDB puts a text together from twelve of them in microseconds."""
MOMENT = NEWEST + timedelta(days=1, hours=5, minutes=30)
DAYS = 42
"""That a morning looks back over."""
Said = dict[str, float]


def empty(settings: Settings, _: int) -> Said:
    """Loads all tagged files into an empty warehouse."""
    places = settings.places
    with writing(places) as con:
        began = time.perf_counter()
        counts, failures = load_pending(con, places, tagged_files(places), MOMENT)
        seconds = time.perf_counter() - began
        _fine(failures)
        rows = con.execute("SELECT count(*) FROM core_document").fetchall()[0][0]
    return {"seconds": seconds, "documents": rows, "files": counts["files"]}


def fill(settings: Settings, number: int) -> Said:
    """Makes so many documents of before the newest day, a part at a time, the oldest first."""
    chance = default_rng(5)
    words, began = lexicon(chance), time.perf_counter()
    phrases = [" ".join(words[zipf(chance, PHRASE)]) for _ in range(PHRASES)]
    with writing(settings.places) as con:
        for first in reversed(range(0, number, TOGETHER)):
            with transaction(con):
                _fill(con, first, min(TOGETHER, number - first), phrases)
    return {"seconds": time.perf_counter() - began, "bytes": settings.places.warehouse.stat().st_size}


def _fill(con: Connection, first: int, count: int, phrases: list[str]) -> None:
    text = Path(__file__).with_name("bench_store_fill.sql").read_text("utf-8")
    given = {"first": first, "count": count, "a_day": A_DAY, "a_file": A_FILE, "apart": APART}
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE made AS {text}", given | {"newest": NEWEST, "phrases": phrases}
    )
    con.execute("INSERT INTO core_document BY NAME SELECT * EXCLUDE (number) FROM made")
    con.execute(
        """
        INSERT INTO core_tag BY NAME
        SELECT id, content, unnest(heard, recursive := true) FROM (
            SELECT id, content, list_concat(
                CASE WHEN number % 10 < 6
                    THEN [{layer: 'topic', code: 't' || hash(number) % 30, score: 1, position: 1}]
                    ELSE [] END,
                [{layer: 'area', code: 'a' || hash(number) % 17, score: .7, position: 2}],
                CASE WHEN number % 2 = 0
                    THEN [{layer: 'area', code: 'a' || (hash(number) + 1) % 17, score: .3, position: 3}]
                    ELSE [] END,
                [{layer: 'frame', code: 'f' || hash(number) % 9, score: .6, position: 4},
                 {layer: 'frame', code: 'f' || (hash(number) + 1) % 9, score: .4, position: 5}]
            ) AS heard FROM made
        )
        """
    )
    con.execute(
        "INSERT INTO core_question BY NAME SELECT id, content, 1 AS position, "
        "'Waarom duurt het zo lang?' AS text FROM made WHERE number % 20 = 0"
    )
    con.execute(
        "INSERT INTO raw_landing BY NAME SELECT landing AS file, min(source) AS source, "
        "min(tagger) AS tagger, count(*)::INTEGER AS rows, $moment::TIMESTAMPTZ AS loaded_at "
        "FROM made GROUP BY landing",
        {"moment": NEWEST},
    )
    con.execute("DROP TABLE made")


def day(settings: Settings, _: int) -> Said:
    """Loads the day and publishes; loaded: seconds until it was committed; bytes: of warehouse and copy."""
    places, began = settings.places, time.perf_counter()
    with writing(places, publishing=True) as con:
        found, failures = load_pending(con, places, tagged_files(places), MOMENT)
        loaded = time.perf_counter() - began
    seconds = time.perf_counter() - began
    _fine(failures)
    sizes = sum(path.stat().st_size for path in (places.warehouse, places.published))
    return {"seconds": seconds, "loaded": loaded, "documents": found["documents"], "bytes": sizes}


def counts(settings: Settings, _: int) -> Said:
    """Every day and issue there is, on the organisation's own clock."""
    with viewing(settings.places, settings.organisation.timezone, None) as con:
        began = time.perf_counter()
        rows = con.execute("SELECT day, issue, documents, items FROM attention").fetchall()
        seconds = time.perf_counter() - began
    return {"seconds": seconds, "rows": len(rows), "items": sum(row[3] for row in rows)}


def morning(settings: Settings, _: int) -> Said:
    """The question of the morning after the newest day; seconds is -1 when memory has no room for it."""
    last = NEWEST.date()
    window = Window(last + timedelta(days=1), last, last, last, last - timedelta(days=DAYS - 1), MOMENT)
    with reading(settings.places) as con:
        began = time.perf_counter()
        try:
            found = documents_as_of(con, window, settings.organisation.timezone)
        except duckdb.OutOfMemoryException:
            return {"seconds": -1.0, "documents": 0}
        return {"seconds": time.perf_counter() - began, "documents": len(found)}


def _fine(failures: tuple[str, ...]) -> None:
    if failures:
        raise SystemExit("\n".join(failures))


TASKS: dict[str, Callable[[Settings, int], Said]] = {
    "load": empty,
    "fill": fill,
    "day": day,
    "counts": counts,
    "morning": morning,
}


def main() -> int:
    """Do what was asked and say what it took."""
    what, organisation, data, *number = sys.argv[1:]
    settings = load(Path(organisation), data=Path(data), only_sources=True)
    print(json.dumps(TASKS[what](settings, int(number[0]) if number else 0)))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
