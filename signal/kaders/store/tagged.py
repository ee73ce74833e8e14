"""Tagged files: documents with their tags, one file for each landing file and tagger version."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator
from dataclasses import fields
from datetime import datetime
from pathlib import Path
from typing import Any

from kaders.model import Document, Tagged, Tags
from kaders.settings import Places
from kaders.store import packed
from kaders.store.packed import SUFFIX, stamp

_DOCUMENT = tuple(field.name for field in fields(Document))
_TAGS = tuple(field.name for field in fields(Tags))
_MOMENTS = ("published", "first_seen")
EMPTIED = {"url": "", "title": "", "text": "", "snippet": "", "author": None, "same_as": ""}
"""What is left of the words of a document that was withdrawn."""
_TUPLES = ("topics", "messages", "counters", "questions", "sketch")


def path_of(places: Places, version: str, landing: Path) -> Path:
    """Where the tagged file of a landing file lies for one tagger version."""
    return places.of("tagged") / version / landing.relative_to(places.of("landing"))


def paths(places: Places, version: str) -> list[Path]:
    """The tagged files of one tagger version, in the order of their paths."""
    found = (places.of("tagged") / version).glob(f"*/*/*{SUFFIX}")
    return sorted(path for path in found if not path.name.startswith("."))


def write(path: Path, tagged: Iterable[Tagged]) -> None:
    """Write a tagged file at once; the same documents give the same bytes.

    Raises files.Unwritable when the disk is full or refuses.
    """
    packed.write(path, "".join(_line(one) for one in tagged).encode())


def read(path: Path) -> Iterator[Tagged]:
    """The documents of a tagged file. Raises Quarantine, naming the file, when it is damaged."""
    return packed.read(path, _tagged, kind="tagged")


def empty(path: Path, ids: Collection[str]) -> int:
    """Take the words of some documents out of a tagged file; how many lines. The others stay untouched.

    What the tagger heard stays, as the mornings of before counted it. Raises Quarantine when it is damaged.
    """

    def new(line: dict[str, Any]) -> str | None:
        document = line["document"]
        if document["id"] not in ids or all(document.get(name) == left for name, left in EMPTIED.items()):
            return None
        emptied = {"document": document | EMPTIED, "tags": line["tags"] | {"questions": []}}
        return json.dumps(emptied, ensure_ascii=False) + "\n"

    return packed.change(path, new, kind="tagged")


def _line(tagged: Tagged) -> str:
    document = {name: getattr(tagged.document, name) for name in _DOCUMENT}
    document |= {name: stamp(document[name]) for name in _MOMENTS}
    tags = {name: getattr(tagged.tags, name) for name in _TAGS}
    return json.dumps({"document": document, "tags": tags}, ensure_ascii=False) + "\n"


def _tagged(line: dict[str, Any]) -> Tagged:
    document, tags = line["document"], line["tags"]
    document |= {name: datetime.fromisoformat(document[name]) for name in _MOMENTS}
    tags |= {name: tuple(tags[name]) for name in _TUPLES}
    return Tagged(Document(**document), Tags(**tags))
