"""Brings every stored pseudonym up to the newest key, wherever it stands; can break off anywhere and go on.

A pseudonym says itself of how many keys it is (read/people.py), so nothing is brought up twice, and what one
run left half-way the next finishes. What lands is brought up at the door (landing.py, pages.py); what a
job had in hand meanwhile is found by the next housekeeping, as its file was written since.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from kaders.errors import Quarantine
from kaders.read.people import current
from kaders.settings import Places
from kaders.store import erased, files, keys, packed, pages, rewrite, sums, withdrawn
from kaders.store.connection import Connection, transaction
from kaders.store.inventory import tagger_versions
from kaders.store.lock import source_lock
from kaders.store.packed import SUFFIX
from kaders.store.retention import clock_of_disk
from kaders.store.sql import sql

WHY = "pseudonyms of a new key"
AT_ONCE = 100_000
"""Pseudonyms that are handed to DuckDB together: some ten megabytes."""
MARGIN = 3600.0
"""Seconds by which the clock of object storage may differ from ours: the files of so much longer are looked
at again, which costs less than a second."""
FILES = f"*/*/[!.]*{SUFFIX}"
_AUTHOR = re.compile(rb'"author": ?"(?:([1-9]\d*):)?')

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Raised:
    """What became of the files.

    files    how many were changed
    waiting  the sources that were being visited: the next housekeeping does theirs
    """

    files: int = 0
    waiting: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Done:
    """Up to which key all files are, but for those that were written since `since` (of the disk's clock)."""

    keys: int = 1
    since: float = 0.0


def unfinished(places: Places) -> bool:
    """Whether a key was added and not everything is known to be brought up to it."""
    return _done(places).keys < len(keys.ring(places))


def too_old(places: Places) -> str:
    """A sentence when the ring is one of before a later key was added; '' when it is not."""
    known, path = len(keys.ring(places)), keys.path_of(places)
    if _done(places).keys <= max(known, 1):
        return ""
    return (
        f"{path} has {known} of the {_done(places).keys} keys that pseudonyms were made with: put the newest "
        "copy of it back, or known authors get second ones"
    )


def raise_files(places: Places, *, patience: float = 0.0, progress: Progress | None = None) -> Raised:
    """Brings up landing files, tagged files, lists and queues: all after a key was added, else the new ones.

    patience: seconds to wait for a source that is being visited. progress: told how many sources are done of
    how many. A file that is damaged stays as it is; `kaders verify` names it. Raises ConfigurationError when
    the ring is damaged, files.Unwritable.
    """
    ring, done = keys.ring(places), _done(places)
    if len(ring) < 2 or done.keys > len(ring):
        return Raised()
    begun = clock_of_disk(places)
    found = _written(places, done.since - MARGIN if done.keys == len(ring) else 0.0)
    changed, waiting = 0, []
    for number, (source, rooms) in enumerate(sorted(found.items()), start=1):
        with source_lock(places, source, patience=patience) as ours:
            if ours:
                changed += _raise_source(places, source, rooms, ring)
            else:
                waiting.append(source)
        if progress:
            progress(number, len(found))
    erased.raise_authors(places)
    if not waiting:
        _note(places, _Done(len(ring), begun))
    return Raised(changed, tuple(waiting))


def raise_rows(con: Connection, places: Places) -> int:
    """Brings up the authors of the documents in the warehouse, all or none; how many pseudonyms.

    When there were some, it owes a rewrite of the file (rewrite.settle), as the old ones are in it still.
    """
    ring = keys.ring(places)
    if len(ring) < 2:
        return 0
    old = [row[0] for row in con.execute(sql("authors"), {"newest": f"{len(ring)}:"}).fetchall()]
    pairs = [(was, new) for was in old if (new := current(was, ring)) != was]
    if pairs:
        rewrite.owe(places)
        with transaction(con):
            _rename(con, pairs)
    return len(pairs)


def _rename(con: Connection, pairs: Sequence[tuple[str, str]]) -> None:
    con.execute("CREATE OR REPLACE TEMP TABLE renamed (was VARCHAR, new VARCHAR)")
    for start in range(0, len(pairs), AT_ONCE):
        was, new = zip(*pairs[start : start + AT_ONCE], strict=True)
        con.execute("INSERT INTO renamed SELECT unnest($was), unnest($new)", {"was": was, "new": new})
    con.execute("UPDATE core_document AS d SET author = r.new FROM renamed AS r WHERE d.author = r.was")
    con.execute("DROP TABLE renamed")


@dataclass(slots=True)
class _Rooms:
    """The files of one source."""

    landing: list[Path] = field(default_factory=list)
    tagged: list[Path] = field(default_factory=list)


def _written(places: Places, moment: float) -> dict[str, _Rooms]:
    """The landing and tagged files written since a moment, by source.

    Every source of which there is a list or a queue is among them.
    """
    found: dict[str, _Rooms] = defaultdict(_Rooms)
    for path in files.since(places.of("landing"), FILES, moment):
        found[path.parent.parent.name].landing.append(path)
    for version in tagger_versions(places):
        for path in files.since(places.of("tagged") / version, FILES, moment):
            found[path.parent.parent.name].tagged.append(path)
    for source in (*withdrawn.sources(places), *pages.sources(places)):
        found[source].landing += []
    return found


def _raise_source(places: Places, source: str, rooms: _Rooms, ring: Sequence[bytes]) -> int:
    """Brings up the files of one source, landing first, as the others are made of it; how many changed."""
    changed = sum(_raise_file(path, "landing", ring) for path in files.ahead(sorted(rooms.landing)))
    changed += sum(_raise_file(path, "tagged", ring) for path in files.ahead(sorted(rooms.tagged)))
    withdrawn.raise_authors(places, source)
    pages.raise_authors(places, source)
    return changed


def _raise_file(path: Path, kind: str, ring: Sequence[bytes]) -> bool:
    """Brings up one landing or tagged file; whether there was anything to do."""
    try:
        if not _has_older(packed.lines_of(path, kind=kind), len(ring)):
            return False
        first = partial(sums.note, path, why=WHY) if kind == "landing" else None
        return packed.change(path, partial(_newer, ring=ring), kind=kind, first=first) > 0
    except Quarantine:
        return False


def _has_older(lines: bytes, newest: int) -> bool:
    """Whether a pseudonym of an older key stands in the lines, found without reading them as JSON."""
    return any(int(found[1] or 1) < newest for found in _AUTHOR.finditer(lines))


def _newer(fields: dict[str, Any], *, ring: Sequence[bytes]) -> str | None:
    """The line with its author brought up; None when that changes nothing."""
    holder = fields.get("document", fields)
    author = holder["author"]
    if not author or current(author, ring) == author:
        return None
    holder["author"] = current(author, ring)
    return json.dumps(fields, ensure_ascii=False) + "\n"


def _done(places: Places) -> _Done:
    """What is noted; all is to be looked at again when the note is gone or damaged."""
    try:
        fields = json.loads(_path(places).read_bytes())
        return _Done(int(fields["keys"]), float(fields["since"]))
    except (OSError, ValueError, TypeError, KeyError):
        return _Done()


def _note(places: Places, done: _Done) -> None:
    content = json.dumps({"keys": done.keys, "since": done.since}) + "\n"
    files.write(_path(places), content.encode())


def _path(places: Places) -> Path:
    return places.of("state") / "pseudonyms" / "done.json"
