"""A small organisation with real landing files, tagged files made of them, ledger and a filled warehouse."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from houses import TEXT

from kaders.jobs.load import load
from kaders.model import Fetch, Item, Summary, Tagged, Tags
from kaders.read.document import document
from kaders.settings import Settings
from kaders.store import landing, ledger_files, tagged
from kaders.store.connection import writing

START = datetime(2026, 11, 2, 5, 30, tzinfo=UTC)
LATER = START + timedelta(days=3)
SOURCES = """\
sources:
- {id: bode, name: De Bode, kind: news, url: 'https://bode.example/rss', owner_group: bode, expected_per_day: 9, terms: open}
- {id: plein, name: Plein, kind: social, url: 'https://plein.example/rss', owner_group: plein, expected_per_day: 9, terms: open}
"""
Make = Callable[[str], Settings]


def item(number: int, seen: datetime, source: str = "bode", **more: Any) -> Item:
    """One entry with words of its own."""
    fields: dict[str, Any] = {
        "guid": f"g{number}",
        "url": f"https://{source}.example/{number}",
        "title": f"Titel {number}",
        "text": f"{number}: {TEXT}",
        "published": seen - timedelta(hours=1),
        "author": f"a{number % 3}" if source == "plein" else None,
    }
    return Item(source=source, fetched_at=seen, **fields | more)


@dataclass
class Stocked:
    """One organisation on disk, filled by the same functions as the jobs use."""

    settings: Settings

    def land(self, seen: datetime, *items: Item, source: str = "bode") -> Path:
        """A visit that brought something: its ledger line, its landing file and what a tagger made of it."""
        places = self.settings.places
        file = landing.prepared(places, source, seen, items)
        visit = Fetch(source, seen, "OK", entries=len(items), new_entries=len(items), landing=file.name)
        ledger_files.append(places, seen, source, [visit])
        path = places.of("landing") / file.write()
        self.tag(path)
        return path

    def tag(self, path: Path) -> Path:
        """The tagged file of a landing file, without a real tagger."""
        places, found = self.settings.places, list(landing.read(path))
        tags = Tags({"c_a": 1.0}, ("afvalpas",), {}, (), (), ("Waarom?",), (1, 2, 3), "v1")
        made = [Tagged(document(each, self.settings.source(each.source)), tags) for each in found]
        tagged.write(tagged.path_of(places, "v1", path), made)
        return tagged.path_of(places, "v1", path)

    def fill(self, days: int = 3, each: int = 4) -> list[Path]:
        """Some days of visits to two sources; the landing files."""
        paths = []
        for day in range(days):
            seen = START + timedelta(days=day)
            for number, source in enumerate(("bode", "plein")):
                first = (day * 2 + number) * each
                items = [item(n, seen, source) for n in range(first, first + each)]
                paths.append(self.land(seen, *items, source=source))
        return paths

    def load(self, moment: datetime = LATER) -> Summary:
        """What the load job does."""
        return load(self.settings, moment)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """What a query gives in the warehouse."""
        with writing(self.settings.places) as con:
            return con.execute(query).fetchall()

    def do(self, statement: str) -> None:
        """Spoils the warehouse."""
        self.rows(statement)

    def documents(self) -> list[tuple[Any, ...]]:
        """Every revision with its words, in order."""
        return self.rows("SELECT id, content, title, text, fate, landing FROM core_document ORDER BY ALL")


def large(settings: Settings) -> Stocked:
    """A filled warehouse of some megabytes, nearly all of it text that cannot be packed."""
    made, chance = Stocked(settings), random.Random(4)
    words = (" ".join(f"{chance.getrandbits(40):x}" for _ in range(250)) for _ in range(2000))
    made.land(START, *(item(n, START, text=text) for n, text in enumerate(words)))
    made.load()
    return made


def copied(stocked: Stocked, folder: Path) -> Stocked:
    """The same in another folder."""
    shutil.copytree(stocked.settings.places.data, folder)
    places = stocked.settings.places.model_copy(update={"data": folder})
    return Stocked(stocked.settings.model_copy(update={"places": places}))


def spoil(path: Path, at: float = 0.5, size: int = 64) -> None:
    """Turns over some bytes of a file, as a bad disk would."""
    content = bytearray(path.read_bytes())
    start = int(len(content) * at)
    for place in range(start, min(start + size, len(content))):
        content[place] ^= 0xFF
    path.write_bytes(content)
