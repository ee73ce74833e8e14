"""Takes what was erased out of landing files, tagged files, lists and the warehouse, by its marks alone.

Every step can be done again, and finds what the one before it left: a line of which the words are gone says
by its name (read.document.ERASED) which document it was of.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from kaders.errors import Quarantine
from kaders.model import Item, SourceKind, Tagged, Tags
from kaders.read.document import ERASED, document, identity
from kaders.read.erased import Marks, forget, form, holds, phrase, shapes, spelled
from kaders.settings import Places, Settings, Source
from kaders.store import files, landing, packed, pages, state, tagged, withdrawn
from kaders.store.connection import Connection, transaction
from kaders.store.erasable import AT_ONCE, landed
from kaders.store.inventory import TaggedFile, tagger_versions
from kaders.store.lock import source_lock
from kaders.store.sql import sql

PATIENCE = 300.0
"""Seconds to wait for a source that is being visited: more than a round of visits may take (jobs/collect)."""
GROWS = 8
"""Times as many rows are asked when none of the last had the words: five steps to 30 million."""
_ID = re.compile(rb'"id": ?"([0-9a-f]{24})"')

Progress = Callable[[int, int], None]


@dataclass
class Found:
    """What is erased: documents by source, and their words, by which what was made of them is recognised.

    words     titles and texts, of every revision
    shapes    addresses as they are compared (read.erased.form)
    damaged   landing files that cannot be read, so that nobody knows what is in them
    waiting   sources that were being visited all the time
    files     how many landing files lost words, with what was made of them
    """

    documents: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    words: set[tuple[str, str]] = field(default_factory=set)
    shapes: set[str] = field(default_factory=set)
    damaged: list[Path] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)
    files: int = 0

    @property
    def ids(self) -> set[str]:
        """All documents."""
        return {each for ids in self.documents.values() for each in ids}


def own_words(places: Places, con: Connection | None, sought: Iterable[str], found: Found) -> set[str]:
    """Those of some words and sentences that the erased said and nobody else, as far as words are kept."""
    said = f" {' '.join(f'{phrase(title)} {phrase(text)}' for title, text in found.words)} "
    theirs = {each: words for each in sought if (words := phrase(each)) and f" {words} " in said}
    others = _said_by_others(places, con, set(theirs.values()), found.ids) if theirs else set()
    return {each for each, words in theirs.items() if words not in others}


def _said_by_others(places: Places, con: Connection | None, sought: set[str], ids: set[str]) -> set[str]:
    """From the warehouse; without one, from what landed."""
    if con is not None:
        return _said_in_rows(con, sought, ids)
    others = (i for i in landed(places, []) if identity(i.source, i.guid or i.url) not in ids)
    return {words for each in others for words in sought if holds(f"{each.title} {each.text}", words)}


def _said_in_rows(con: Connection, sought: set[str], ids: set[str]) -> set[str]:
    """Words that many say are met in the first rows and then no longer looked for, which leaves few rows."""
    left, most = set(sought), AT_ONCE
    while left:
        given = {"spelled": spelled(left), "ids": sorted(ids), "most": most}
        rows = con.execute(sql("said_by_others"), given).fetchall()
        texts = {f" {phrase(f'{title} {text}')} " for title, text in rows}
        met = {words for words in left if any(f" {words} " in text for text in texts)}
        left -= met
        if len(rows) < most:
            break
        most *= 1 if met else GROWS
    return sought - left


def marked(places: Places, con: Connection | None, marks: Marks) -> Found:
    """All that is marked and still has something, or is already without words, with the words that it has."""
    found = Found()
    for each in landed(places, found.damaged, all_of_it=True):
        if each.guid.startswith(ERASED) or marks.item(each):
            found.documents[each.source].add(identity(each.source, each.guid or each.url))
            found.words.add((each.title, each.text))
            found.shapes |= shapes(each)
    if con is not None:
        _marked_rows(con, marks, found)
    found.words.discard(("", ""))
    return found


def _marked_rows(con: Connection, marks: Marks, found: Found) -> None:
    con.execute("CREATE OR REPLACE TEMP TABLE doomed (entry VARCHAR)")
    rows = con.execute(sql("erasable"))
    ids = set[str]()
    while some := rows.fetchmany(10_000):
        for source, id_, url, author in some:
            if marks.author(author, source) or marks.address(form(url)) or marks.entry(id_):
                found.documents[source].add(id_)
                ids.add(id_)
    con.execute("INSERT INTO doomed SELECT unnest($ids::VARCHAR[])", {"ids": sorted(ids)})
    for title, text, brief, url in con.execute(
        "SELECT title, text, snippet, url FROM core_document SEMI JOIN doomed USING (entry)"
    ).fetchall():
        found.words |= {(title, text), (title, brief)}
        found.shapes |= {form(url)} - {""}
    con.execute("DROP TABLE doomed")


def empty_files(places: Places, marks: Marks, found: Found, progress: Progress | None = None) -> None:
    """Takes the words out of every file of every source, and notes in `found` what was met on the way.

    A source is left alone while it is visited; one that is visited for too long is noted as waiting.
    """
    visited = files.folders(places.of("landing"))
    sources = sorted({*visited, *withdrawn.sources(places), *pages.sources(places)})
    for number, source in enumerate(sources, start=1):
        with source_lock(places, source, patience=PATIENCE) as ours:
            if ours:
                _empty_source(places, source, marks, found)
            else:
                found.waiting.append(source)
        if progress:
            progress(number, len(sources))


def _empty_source(places: Places, source: str, marks: Marks, found: Found) -> None:
    changed = set[str]()
    for path in files.ahead(landing.paths(places, source)):
        with suppress(Quarantine):  # noted before, as damaged
            gone = [i for i in landing.read(path) if i.guid.startswith(ERASED) or marks.item(i)]
            ids = {identity(source, each.guid or each.url) for each in gone}
            found.documents[source] |= ids
            if ids:
                lines = withdrawn.empty_tagged(places, path, ids) + landing.erase(path, marks.item)
                found.files += bool(lines)
                changed.add(path.relative_to(places.of("landing")).as_posix())
    withdrawn.look_again(places, source, changed, lambda author: marks.author(author, source))
    _empty_memory(places, source, marks)
    queued = [one.entry.guid for one in pages.waiting(places, source) if marks.item(one.entry)]
    pages.done(places, source, queued)


def _empty_memory(places: Places, source: str, marks: Marks) -> None:
    """Takes posts that name an account out of what is remembered of a source, and of what was before that."""
    known = state.load(places, source)
    if known is None:
        return
    cursor = forget(known.cursor, lambda guid: marks.entry(identity(source, guid)))
    for _ in range(2) if cursor != known.cursor else ():  # the second time over what was kept beside it
        state.save(places, source, replace(known, cursor=cursor))


def empty_pending(marks: Marks, pending: Iterable[TaggedFile]) -> int:
    """Takes out of tagged files what a tagger had in hand while it was erased; how many lines.

    Looked for by the ids alone, as reading all lines would take as long as loading them.
    """
    emptied = 0
    for file in pending if marks else ():
        with suppress(Quarantine):  # the loader names it
            lines = packed.lines_of(file.path, kind="tagged")
            ids = {found for found in map(bytes.decode, _ID.findall(lines)) if marks.entry(found)}
            emptied += tagged.empty(file.path, ids) if ids else 0
    return emptied


def land_tombstones(settings: Settings, con: Connection | None, found: Found, moment: datetime) -> int:
    """A line for every document that says from now on it is withdrawn, landed and tagged; how many.

    Not for one that has such a line already; where a run broke off before it tagged those, that is done. A
    source that is in neither sources.yaml nor the warehouse is passed by: nothing was ever loaded of it.
    """
    places, told, count = settings.places, _withdrawn(con), 0
    sources = stand_ins(con) | {source.id: source for source in settings.sources}
    for path, items in _lines_of_erasures(places):
        told |= {identity(each.source, each.guid) for each in items}
        if items[0].source in sources:
            _tag(places, path, items, sources[items[0].source])
    for source, ids in sorted(found.documents.items()):
        new = sorted(ids - told)
        if new and source in sources:
            items = [Item(source, ERASED + each, "", "", "", None, moment, withdrawn=True) for each in new]
            path = places.of("landing") / landing.write(places, source, moment, items)
            _tag(places, path, items, sources[source])
            count += len(new)
    return count


def _tag(places: Places, path: Path, items: list[Item], source: Source) -> None:
    """What any tagger makes of documents without words, for each tagger that has not made it yet."""
    versions = {tagged.path_of(places, version, path): version for version in tagger_versions(places)}
    for made in versions.keys() - files.there(versions):
        tags = Tags({}, (), {}, (), (), (), (), versions[made])
        tagged.write(made, [Tagged(document(each, source), tags) for each in items])


def _withdrawn(con: Connection | None) -> set[str]:
    """The documents of which the warehouse says that they are withdrawn."""
    if con is None:
        return set()
    rows = con.execute("SELECT DISTINCT entry FROM core_document WHERE fate = 'withdrawn'").fetchall()
    return {id_ for (id_,) in rows}


def _lines_of_erasures(places: Places) -> Iterator[tuple[Path, list[Item]]]:
    """The landing files of erasures, each with its lines."""
    for path in landing.paths(places):
        with suppress(Quarantine):
            lines = list(landing.read(path))
            if _of_an_erasure(lines):
                yield path, lines


def of_an_erasure(path: Path) -> bool:
    """Whether a landing file holds such lines alone, so that no visit brought it; Quarantine if damaged."""
    return _of_an_erasure(list(landing.read(path)))


def _of_an_erasure(lines: list[Item]) -> bool:
    return bool(lines) and all(each.guid.startswith(ERASED) for each in lines)


def stand_ins(con: Connection | None) -> dict[str, Source]:
    """The sources that the warehouse knows, as far as it does."""
    if con is None:
        return {}
    query = "SELECT DISTINCT source, kind, owner_group FROM core_document ORDER BY ALL"
    return {source: stand_in(source, kind, group) for source, kind, group in con.execute(query).fetchall()}


def stand_in(source: str, kind: SourceKind, owner_group: str) -> Source:
    """A source that is no longer in sources.yaml, with what its documents say of it."""
    return Source(id=source, name=source, kind=kind, owner_group=owner_group, expected_per_day=1, terms="")


def empty_rows(con: Connection, ids: Iterable[str]) -> None:
    """Takes what is left of the words of documents out of the warehouse.

    After the loader has read that they are withdrawn, which is why their identities, times and tags stay;
    this is for what no landing file says any more.
    """
    columns = ", ".join(f"{name} = ${name}" for name in tagged.EMPTIED)
    left = " OR ".join(f"{name} IS DISTINCT FROM ${name}" for name in tagged.EMPTIED)
    with transaction(con):
        con.execute(
            "CREATE OR REPLACE TEMP TABLE doomed AS SELECT unnest($ids::VARCHAR[]) AS entry",
            {"ids": sorted(ids)},
        )
        con.execute(
            f"UPDATE core_document SET {columns} WHERE entry IN (SELECT entry FROM doomed) AND ({left})",
            tagged.EMPTIED,
        )
        con.execute(
            "DELETE FROM core_question WHERE (id, content) IN "
            "(SELECT (id, content) FROM core_document SEMI JOIN doomed USING (entry))"
        )
        con.execute("DROP TABLE doomed")
