"""A warehouse of one organisation whose tagged files and ledger lines are written by hand, by the contract."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd

from kaders.model import Document, Fetch, Tagged, Tags, Window
from kaders.read.same import keys
from kaders.settings import Places
from kaders.store.connection import reading, writing
from kaders.store.documents import documents_as_of
from kaders.store.inventory import tagged_files
from kaders.store.loader import load_pending
from kaders.store.tagged import write

START = datetime(2026, 11, 2, 5, 30, tzinfo=UTC)
TABLES = (
    "raw_landing",
    "raw_fetch",
    "core_document",
    "core_tag",
    "core_question",
    "out_signal",
    "out_issue_day",
)
TEXT = "Bij de container staat weer een rij, want de pas weigert en niemand neemt de telefoon op. " * 2


def tagged(number: int | str, seen: datetime = START, **more: Any) -> Tagged:
    """A document with its tags; `more` overrules fields of either."""
    fields: dict[str, Any] = {
        "id": f"d{number}",
        "content": f"c{number}",
        "source": "bode",
        "kind": "news",
        "owner_group": "bode",
        "url": f"https://bode.example/{number}",
        "title": f"Titel {number}",
        "text": f"{number}: {TEXT}",
        "snippet": "Bij de container",
        "language": "nl",
        "published": seen - timedelta(hours=2),
        "date_origin": "source",
        "first_seen": seen,
        "author": None,
        "engagement": 3,
        "fate": "kept",
    }
    tags: dict[str, Any] = {
        "policy_areas": {"c_b": 0.7, "c_a": 0.3},
        "topics": ("afvalpas",),
        "frames": {"morality": 0.25, "economic": 0.75},
        "messages": (),
        "counters": ("afvalpas/werkt-niet",),
        "questions": ("Waarom weigert hij?",),
        "sketch": (65535, 7),
        "version": "v1",
    }
    tags |= {name: more.pop(name) for name in tuple(more) if name in tags}
    fields |= more
    known = keys(fields["url"], fields.pop("same_as", ""), fields["title"], fields["text"])
    fields = {f"{name}_key": value for name, value in asdict(known).items()} | fields
    return Tagged(Document(**fields), Tags(**tags))


def iso(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return value


def line(record: Any) -> str:
    return json.dumps(asdict(record), default=iso, ensure_ascii=False) + "\n"


@dataclass
class House:
    """One organisation on disk."""

    places: Places
    files: int = field(default=0)

    def tag(self, *documents: Tagged, source: str = "bode", landing: str = "") -> str:
        """Writes a tagged file (and an empty landing file) for documents seen together; its landing path."""
        first = documents[0] if documents else tagged(0)
        seen, self.files = first.document.first_seen, self.files + 1
        landing = landing or f"{source}/{seen:%Y-%m-%d}/{seen:%H%M%S}Z-{self.files:08x}.jsonl.gz"
        for path in (
            self.places.of("tagged") / first.tags.version / landing,
            self.places.of("landing") / landing,
        ):
            path.parent.mkdir(parents=True, exist_ok=True)
        write(self.places.of("tagged") / first.tags.version / landing, documents)
        (self.places.of("landing") / landing).write_bytes(gzip.compress(b"", mtime=0))
        return landing

    def visit(self, *fetches: Fetch, name: str = "a") -> Path:
        """Writes a ledger file."""
        moment = fetches[0].moment
        path = self.places.of("ledger") / f"{moment:%Y-%m-%d}" / f"{moment:%H%M%S}Z-{name}.jsonl"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("".join(line(fetch) for fetch in fetches), "utf-8")
        return path

    def load(
        self, *, only: Iterable[str] | None = None, current: str = ""
    ) -> tuple[dict[str, int], tuple[str, ...]]:
        """Loads all tagged files, or those of some landing files; counts and failures."""
        wanted = set(only) if only is not None else None
        files = [
            f for f in tagged_files(self.places, current=current) if wanted is None or f.landing in wanted
        ]
        with writing(self.places) as con:
            return load_pending(con, self.places, files, START)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """What a query gives in the warehouse."""
        with writing(self.places) as con:
            return con.execute(query).fetchall()

    def everything(self) -> dict[str, list[tuple[Any, ...]]]:
        """All rows of all tables, sorted."""
        with writing(self.places) as con:
            return {table: con.execute(f"FROM {table} ORDER BY ALL").fetchall() for table in TABLES}

    def fates(self) -> dict[str, str]:
        """The fate of every document by id (of one revision each)."""
        return dict(self.rows("SELECT id, fate FROM core_document ORDER BY first_seen"))

    def documents(
        self, cutoff: datetime, *, base: date = date(2026, 1, 1), published: bool = False
    ) -> pd.DataFrame:
        """The documents as they were known at a moment."""
        window = Window(cutoff.date(), cutoff.date(), cutoff.date(), cutoff.date(), base, cutoff)
        with reading(self.places) if published else writing(self.places) as con:
            return documents_as_of(con, window, "Europe/Amsterdam")


def places(folder: Path) -> Places:
    return Places(folder=folder, data=folder, reference=folder, patterns=folder, organisation="waterdam")
