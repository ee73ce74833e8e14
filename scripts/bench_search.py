"""Measures full-text search: a million documents of realistic length are indexed and asked.

Words are drawn by Zipf's law (the n-th word comes 1/n as often as the first), 60 to 300 in a document. Of
each question the slowest of three tellings counts, each in a connection of its own as `kaders search` has it.
"""

from __future__ import annotations

import argparse
import resource
import shutil
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from kaders.ask.question import question
from kaders.settings import Places
from kaders.store.connection import writing
from kaders.store.search import search
from kaders.store.search_index import update

DOCUMENTS, WORDS, SHORTEST, LONGEST = 1_000_000, 300_000, 60, 300
"""How many documents; different words in all of them, as in a year of Dutch news; words in a document."""
ASKED = 1.0
"""Seconds that a boolean question over a million documents may take (issue 4)."""
NEWEST = datetime(2026, 11, 23, 5, 30, tzinfo=UTC)
# wN is the N-th most used word: w10 stands in nearly every document, w20000 in some hundreds.
QUESTIONS = {
    "AND of rare words": "w2000a AND (w3000a OR w5000a)",
    "AND, OR, NOT of common words": "w30a AND (w40a OR w50a) AND NOT w60a",
    "the commonest words": "w1a AND w2a",
    "a pattern of some words": "w1500* AND w100a",
    "a pattern of many words": "w12* AND NOT w20a",
    "a phrase of common words": '"w10a w20a"',
    "a phrase of the commonest": '"w1a w2a w3a"',
    "near each other": '"w200a w300a"~5',
    "in the title, of one source": "title:w100a AND source:s7",
}


@dataclass(frozen=True)
class Told:
    """One line: what was asked, how many answered, the slowest of the tellings in seconds."""

    name: str
    hits: int
    seconds: float


def places_in(home: Path) -> Places:
    """An organisation whose files all lie in one folder."""
    return Places(folder=home, data=home, reference=home, patterns=home, organisation="meting")


def slowest(home: Path, documents: int) -> Told:
    """The question that took longest over so many documents."""
    places = places_in(home)
    fill(places, documents)
    update(places)
    return max(asked(places), key=lambda told: told.seconds)


def fill(places: Places, documents: int) -> None:
    """A warehouse with so many documents of such words, published. DuckDB draws them by hashes: no luck."""
    with writing(places, publishing=True) as con:
        word = f"'w' || (exp(ln({WORDS}) * ((hash(n, k) % 1000003) / 1000003.0)))::INTEGER || 'a'"
        length = f"({SHORTEST} + hash(n) % {LONGEST - SHORTEST})::BIGINT"
        con.execute(
            f"""
            INSERT INTO core_document BY NAME
            SELECT
                'd' || n AS id, 'c' || n AS content, 's' || n % 50 AS source,
                ['news', 'rss', 'social', 'own'][1 + n % 4] AS kind, 'g' || n % 20 AS owner_group,
                'https://bode.example/' || n AS url,
                array_to_string([{word} FOR k IN range(10)], ' ') AS title,
                array_to_string([{word} FOR k IN range(10, {length})], ', ') AS text,
                'Een stuk' AS snippet, 'nl' AS language, $newest - to_minutes(n) AS published,
                'source' AS date_origin, $newest - to_minutes(n) AS first_seen, 0 AS engagement,
                'kept' AS fate, 'd' || n AS entry, 'd' || n AS story, 'new' AS relation, 1 AS revision,
                $newest - to_minutes(n) AS born, $newest - to_minutes(n) AS dated
            FROM (SELECT unnest(range($documents)) AS n)
            """,
            {"newest": NEWEST, "documents": documents},
        )


def asked(places: Places) -> Iterator[Told]:
    """Every question three times."""
    for name, text in QUESTIONS.items():
        node, slowest, hits = question(text), 0.0, 0
        for _ in range(3):
            start = time.perf_counter()
            hits = search(places, node).total
            slowest = max(slowest, time.perf_counter() - start)
        yield Told(name, hits, slowest)
    start = time.perf_counter()
    hits = search(places, question("w30a OR w40a"), since=NEWEST - timedelta(days=7)).total
    yield Told("OR of common words in the last week", hits, time.perf_counter() - start)


def measured(home: Path, documents: int) -> Iterator[str]:
    """Lines about filling, indexing, adding and asking; raises SystemExit 1 when a question is too slow."""
    places = places_in(home)
    start = time.perf_counter()
    fill(places, documents)
    yield f"{documents:,} documents made in {time.perf_counter() - start:.0f} s"
    start = time.perf_counter()
    counts = update(places)
    spent, size = time.perf_counter() - start, places.search.stat().st_size / 1e6
    yield (
        f"index of {counts['words']:,} words made in {spent:.0f} s ({documents / spent:,.0f} documents/s), "
        f"{size:.0f} MB; published copy {places.published.stat().st_size / 1e6:.0f} MB; "
        f"memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3:.0f} MB"
    )
    slow = []
    for told in asked(places):
        yield f"{told.name:38} {told.hits:>9,} hits  {told.seconds:.2f} s"
        slow += [told.name] if told.seconds >= ASKED else []
    yield from changed(places)
    if slow:
        raise SystemExit(f"slower than {ASKED:.0f} s: {'; '.join(slow)}")


CHANGES = {
    "one in 2,000 added": "INSERT INTO core_document BY NAME "
    "SELECT * REPLACE ('n' || id AS id, 'n' || id AS entry) FROM core_document WHERE hash(id) % 2000 = 0",
    "one withdrawn": "UPDATE core_document SET title = '', text = '', fate = 'withdrawn' WHERE id = 'd5'",
}


def changed(places: Places) -> Iterator[str]:
    """The index after a load of some documents, and after one has lost its words."""
    for name, change in CHANGES.items():
        with writing(places, publishing=True) as con:
            con.execute(change)
            start = time.perf_counter()
        counts = update(places)
        spent = time.perf_counter() - start
        yield f"update, {name}: {spent:.1f} s, {counts['added']:,} added, {counts['removed']:,} removed"


def main() -> int:
    """Prints the lines; exit code 1 when a question takes too long."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--documents", type=int, default=DOCUMENTS)
    parser.add_argument("--keep", type=Path, help="a folder to make the files in, and to leave them")
    given = parser.parse_args()
    home = given.keep or Path(tempfile.mkdtemp(prefix="kaders-search-"))
    try:
        for line in measured(home, given.documents):
            print(line, flush=True)
    finally:
        if not given.keep:
            shutil.rmtree(home)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
