"""Tagged files: documents with their tags, one file for each landing file and tagger version.

One line of JSON a document, flat where it can be, because reading JSON is most of the work of loading:
{"document": {...}, "codes": ["topic:afvalpas", ...], "scores": [1, ...], "questions": [...], "sketch": "...",
"version": "...", "landing": "..."}
codes and scores stand side by side; a sketch is base64 of its numbers, 2 bytes each, the least byte first;
landing is the file it came from, so that the lines of many files can be read as one.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import fields
from datetime import datetime
from pathlib import Path
from struct import pack, unpack
from typing import Any

from kaders.model import Document, Tagged, Tags
from kaders.settings import Places
from kaders.store import files, packed
from kaders.store.packed import SUFFIX, stamp

_DOCUMENT = tuple(field.name for field in fields(Document))
_MOMENTS = ("published", "first_seen")
EMPTIED = {
    "url": "",
    "title": "",
    "text": "",
    "snippet": "",
    "author": None,
    "address_key": None,
    "title_key": None,
    "text_key": None,
    "lead_key": None,
}
"""What is left of the words of a document that was withdrawn."""
_SHARES = {"area": "policy_areas", "frame": "frames"}
_LISTS = {"topic": "topics", "message": "messages", "counter": "counters"}


def path_of(places: Places, version: str, landing: Path) -> Path:
    """Where the tagged file of a landing file lies for one tagger version."""
    name = landing.relative_to(places.of("landing")).as_posix()
    return places.of("tagged") / version / name


def paths(places: Places, version: str, source: str | None = None, day: str | None = None) -> list[Path]:
    """The tagged files of one tagger version, source and day of it, in the order of their paths."""
    found = files.below(places.of("tagged") / version, f"{source or '*'}/{day or '*'}/*{SUFFIX}")
    return sorted(path for path in found if not path.name.startswith("."))


def write(path: Path, tagged: Iterable[Tagged]) -> None:
    """Write a tagged file at once; the same documents give the same bytes.

    Raises files.Unwritable when the disk is full or refuses.
    """
    packed.write(path, _lines(path, tagged))


def write_all(contents: Mapping[Path, Iterable[Tagged]]) -> None:
    """Write tagged files, each as `write` does; in object storage side by side."""
    packed.write_all({path: _lines(path, listed) for path, listed in contents.items()})


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
        emptied = line | {"document": document | EMPTIED, "questions": []}
        return json.dumps(emptied, ensure_ascii=False) + "\n"

    return packed.change(path, new, kind="tagged")


def _lines(path: Path, tagged: Iterable[Tagged]) -> bytes:
    landing = "/".join(path.parts[-3:])
    return "".join(_line(one, landing) for one in tagged).encode()


def _line(tagged: Tagged, landing: str) -> str:
    document = {name: getattr(tagged.document, name) for name in _DOCUMENT}
    document |= {name: stamp(document[name]) for name in _MOMENTS}
    heard = [*_heard(tagged.tags)]
    fields = {
        "document": document,
        "codes": [code for code, _ in heard],
        "scores": [score for _, score in heard],
        "questions": tagged.tags.questions,
        "sketch": b64encode(pack(f"<{len(tagged.tags.sketch)}H", *tagged.tags.sketch)).decode(),
        "version": tagged.tags.version,
        "landing": landing,
    }
    return json.dumps(fields, ensure_ascii=False) + "\n"


def _heard(tags: Tags) -> Iterator[tuple[str, float]]:
    """What the tagger heard, as layer:code and a score, each layer in its own order."""
    for layer, name in _LISTS.items():
        yield from ((f"{layer}:{code}", 1) for code in getattr(tags, name))
    for layer, name in _SHARES.items():
        yield from ((f"{layer}:{code}", score) for code, score in getattr(tags, name).items())


def _tagged(line: dict[str, Any]) -> Tagged:
    document = line["document"] | {name: datetime.fromisoformat(line["document"][name]) for name in _MOMENTS}
    heard: dict[str, dict[str, float]] = {layer: {} for layer in (*_LISTS, *_SHARES)}
    for each, score in zip(line["codes"], line["scores"], strict=True):
        layer, _, code = each.partition(":")
        heard[layer][code] = score
    sketch = b64decode(line["sketch"])
    tags: dict[str, Any] = {name: tuple(heard[layer]) for layer, name in _LISTS.items()}
    tags |= {name: heard[layer] for layer, name in _SHARES.items()}
    numbers = unpack(f"<{len(sketch) // 2}H", sketch)
    return Tagged(
        Document(**document),
        Tags(**tags, questions=tuple(line["questions"]), sketch=numbers, version=line["version"]),
    )
