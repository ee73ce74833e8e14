"""Makes what bench_store.py loads: a day of tagged files with words as in Dutch news, and the same as feeds.

Words are drawn by Zipf's law (the n-th word comes 1/n as often as the first) from a lexicon of made-up ones,
40 to 120 in a document. Of the documents 2 in 100 are copies of another publisher's, with a tail of their
own, and 2 in 100 are revisions of what bench_store_fill.sql put in the warehouse as the day before.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
from numpy.random import Generator, default_rng

from kaders.model import Document, SourceKind, Tagged, Tags
from kaders.read.same import keys
from kaders.settings import Places
from kaders.store import tagged

A_DAY, A_FILE, SOURCES, PUBLISHERS = 100_000, 20, 250, 125
"""Documents of a day (issue 4), of a file (what a visit of a busy feed brings), sources, publishers."""
APART = 17
"""Seconds between two files of a day: 5,000 of them fill it."""
COPIED, REVISED, OUT_OF = 3, 11, 50
"""Which of each fifty documents is a copy, and which a revision of one that the warehouse has."""
WORDS, SHORTEST, LONGEST = 60_000, 40, 120
"""Different words of a day of news; words in a document."""
TOPICS, AREAS, FRAMES = 30, 17, 9
"""As many topics as a large organisation follows; the themes of the TOP-lijst; policy frames."""
NEWEST = datetime(2026, 11, 23, tzinfo=UTC)
"""The day that is loaded; what is in the warehouse lies before it."""
VERSION = "v1"
KINDS: tuple[SourceKind, ...] = ("own", *("social",) * 5, *("rss",) * 5, *("news",) * 14)
"""Of each 25 sources: one channel of our own, five with posts, five feeds, the rest news."""


@dataclass(frozen=True)
class Made:
    """A document with the words it is made of."""

    number: int
    title: str
    text: str
    sketch: tuple[int, ...]


def write(places: Places, feeds: Path, documents: int) -> None:
    """So many documents as tagged files of an organisation, and as feeds in a folder, one for each file."""
    feeds.mkdir(parents=True)
    some: list[Made] = []
    for one in _made(documents):
        some.append(one)
        if len(some) == A_FILE:
            _write_file(places, feeds, some)
            some = []


def _write_file(places: Places, feeds: Path, some: list[Made]) -> None:
    number = some[0].number // A_FILE
    seen = seen_at(some[0].number)
    name = f"s{number % SOURCES}/{seen:%Y-%m-%d}/{seen:%H%M%S}Z-{number:08x}.jsonl.gz"
    documents = [_tagged(one) for one in some]
    tagged.write(tagged.path_of(places, VERSION, places.of("landing") / name), documents)
    (feeds / f"{number}.json").write_text(_feed(number, documents), "utf-8")


def _made(documents: int) -> Iterator[Made]:
    """Title, text and sketch of each document; a copy has the words of one in the file before it."""
    chance = default_rng(4)
    words, before = lexicon(chance), list[Made]()
    for number in range(documents):
        drawn = " ".join(words[zipf(chance, int(chance.integers(SHORTEST, LONGEST + 1)))])
        made = Made(
            number, drawn[:70].rpartition(" ")[0].capitalize(), f"{drawn.capitalize()}.", _sketch(chance)
        )
        if number % OUT_OF == COPIED and number >= A_FILE:
            made = Made(number, made.title, f"{before[0].text} {made.title}.", before[0].sketch)
        before = [*before[-A_FILE + 1 :], made]
        yield made


def lexicon(chance: Generator) -> np.ndarray:
    """Words of one to four syllables, the most used ones short, as in any language."""
    first = ["b", "d", "g", "h", "k", "l", "m", "n", "p", "r", "s", "t", "v", "w", "z", "st", "gr"]
    middle, last = ["a", "e", "i", "o", "u", "aa", "ee", "oo", "ij"], ["", "n", "r", "t", "s"]
    syllables = [a + b + c for a in first for b in middle for c in last]
    drawn = chance.integers(len(syllables), size=(WORDS, 4)).tolist()
    sizes = np.minimum(4, 1 + np.log10(np.arange(1, WORDS + 1)) // 1.3).astype(int).tolist()
    words = ["".join(syllables[n] for n in four[:size]) for four, size in zip(drawn, sizes, strict=True)]
    return np.array(words, dtype=object)


def zipf(chance: Generator, count: int) -> np.ndarray:
    """Places in the lexicon: the logarithm of a rank that is drawn by Zipf's law is as likely everywhere."""
    ranks: np.ndarray = np.exp(np.log(WORDS) * chance.random(count)).astype(int)
    return ranks - 1


def _sketch(chance: Generator) -> tuple[int, ...]:
    return tuple(chance.integers(0, 2**16, 64).tolist())


def seen_at(number: int) -> datetime:
    """The visit that brought a document of the newest day."""
    return NEWEST + timedelta(seconds=number // A_FILE * APART)


def _tagged(made: Made) -> Tagged:
    """The document as the reading room and the tagger would hand it on."""
    number, source = made.number, made.number // A_FILE % SOURCES
    revised = number % OUT_OF == REVISED
    id_ = name_of(f"d{number}" if revised else f"new{number}")
    url = f"https://s{source}.example/{id_}"
    seen = seen_at(number)
    known = keys(url, "", made.title, made.text)
    document = Document(
        id=id_,
        content=name_of(made.text),
        source=f"s{source}",
        kind=KINDS[source % len(KINDS)],
        owner_group=f"g{source % PUBLISHERS}",
        url=url,
        title=made.title,
        text=made.text,
        snippet=made.text[:200],
        language="nl",
        published=seen - timedelta(minutes=30, days=1 if revised else 0),
        date_origin="source",
        first_seen=seen,
        author=f"1:{name_of(str(number % 5000))}" if KINDS[source % len(KINDS)] == "social" else None,
        engagement=number % 40,
        fate="kept",
        **{f"{name}_key": value for name, value in asdict(known).items()},
    )
    return Tagged(document, _tags(number, made.sketch))


def _tags(number: int, sketch: tuple[int, ...]) -> Tags:
    """Six in ten touch a topic, half have a second area, all have two frames: four and a half codes each."""
    drawn = int(name_of(f"tags {number}"), 16)
    areas = {f"a{drawn % AREAS}": 0.7} | ({f"a{(drawn + 1) % AREAS}": 0.3} if drawn % 2 else {})
    return Tags(
        policy_areas=areas,
        topics=(f"t{drawn // 100 % TOPICS}",) if drawn % 10 < 6 else (),
        frames={f"f{drawn % FRAMES}": 0.6, f"f{(drawn + 1) % FRAMES}": 0.4},
        messages=(),
        counters=(),
        questions=("Waarom duurt het zo lang?",) if drawn % 20 == 0 else (),
        sketch=sketch,
        version=VERSION,
    )


def name_of(text: str) -> str:
    """24 hexadecimal digits, as identities have; bench_store_fill.sql makes the same."""
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()[:24]


def _feed(number: int, some: list[Tagged]) -> str:
    """The same entries as a JSON Feed, with everything that we keep of the words."""
    items = [
        {
            "id": one.document.id,
            "title": one.document.title,
            "url": one.document.url,
            "date_published": one.document.published.isoformat(),
            "content_text": one.document.text,
        }
        for one in some
    ]
    head = {"version": "https://jsonfeed.org/version/1.1", "title": f"Bron {number}"}
    return json.dumps(head | {"items": items}, ensure_ascii=False)
