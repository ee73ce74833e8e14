"""What a source has taken back: its words go from every file, and it cannot come back by itself.

The entry has been withdrawn for good: a line that says so lands like any other, and the loader takes the
words from every revision of the document. Here they go from the landing files and the tagged files as well.
What stays are identity, times and tags. Reports that were sent are not touched: they say what was public.

So that not every file of a source must be opened to find one entry, a list is kept of which entries and
authors, as hashes, stand in which landing file; it is made anew from the files when it is gone.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from kaders.errors import Quarantine
from kaders.model import Item
from kaders.read.document import identity
from kaders.read.items import digest, fingerprint
from kaders.read.people import current
from kaders.settings import Places
from kaders.store import files, forgotten, keys, landing, tagged
from kaders.store.inventory import tagger_versions


@dataclass(frozen=True, slots=True)
class _Listed:
    """One landing file: its path in the landing folder, hashes of the entries with words, and their authors.

    withdrawn  whether lines in it say that an entry was withdrawn
    """

    file: str
    entries: frozenset[str]
    authors: frozenset[str]
    withdrawn: bool


def held(places: Places, source: str, guids: Collection[str]) -> set[str]:
    """Those of the guids that ever landed from a source with their words and were not taken back since."""
    if not guids:
        return set()
    known = {mark for each in _listed(places, source) for mark in each.entries}
    return {guid for guid in guids if digest(guid) in known}


def written_by(places: Places, source: str, authors: Collection[str]) -> list[str]:
    """The guids of what landed from a source by these pseudonyms and was not taken back, in order."""
    found, ring = dict[str, None](), keys.ring(places)
    wanted = {current(author, ring) for author in authors}
    if not wanted:
        return []
    for path in _paths(places, (each for each in _listed(places, source) if each.authors & wanted)):
        with suppress(Quarantine):  # the tag job names a damaged file
            found |= {item.guid: None for item in landing.read(path) if _by(item, ring) in wanted}
    return list(found)


def concerned(
    places: Places, source: str, guids: Collection[str], authors: Collection[str] = ()
) -> list[str]:
    """The guids of what we have of a source, of all that it says is gone; each once, in order.

    For each of them a line lands that says so; then `withdraw` takes the words out.
    """
    ours = held(places, source, guids)
    return list(dict.fromkeys([*(g for g in guids if g in ours), *written_by(places, source, authors)]))


def withdraw(places: Places, source: str, guids: Collection[str], authors: Collection[str] = ()) -> int:
    """Take the words of entries, and of everything by some pseudonyms, out of all files of a source.

    Gives the number of lines that were emptied; doing it again finds nothing to do. The fingerprints are
    remembered first, so that a source that shows the entry once more does not land it. A damaged file is left
    as it is. Raises files.Unwritable when the disk is full.
    """
    if not guids and not authors:
        return 0
    ring = keys.ring(places)
    marks, names, wanted = {digest(guid) for guid in guids}, {current(a, ring) for a in authors}, set(guids)
    listed = [each for each in _listed(places, source) if each.entries & marks or each.authors & names]

    def chosen(item: Item) -> bool:
        return item.guid in wanted or _by(item, ring) in names

    emptied = sum(_empty(places, path, chosen) for path in _paths(places, listed))
    if listed:
        _listed(places, source, again={each.file for each in listed})
    return emptied


def sweep(places: Places) -> int:
    """Take out what came back: by a job that was reading while an entry was withdrawn, or that broke off.

    Gives the number of lines that were emptied.
    """
    return sum(_swept(places, source) for source in files.folders(places.of("landing")))


def _swept(places: Places, source: str) -> int:
    listed = _listed(places, source)
    guids = set[str]()
    for path in _paths(places, (each for each in listed if each.withdrawn)):
        with suppress(Quarantine):
            guids |= {item.guid for item in landing.read(path) if item.withdrawn}
    emptied, ids = withdraw(places, source, guids), {identity(source, guid) for guid in guids}
    marked = _paths(places, (each for each in listed if each.withdrawn))
    return emptied + sum(empty_tagged(places, path, ids) for path in marked)


def _empty(places: Places, path: Path, chosen: Callable[[Item], bool]) -> int:
    """Empties one landing file and what taggers made of it; the landing file last, as it leads to them."""
    with suppress(Quarantine):
        found = [item for item in landing.read(path) if chosen(item) and not item.withdrawn]
        if found:
            source = path.parent.parent.name
            forgotten.remember(places, source, landing.landed_at(path), map(fingerprint, found))
            empty_tagged(places, path, {identity(source, item.guid or item.url) for item in found})
            return landing.empty(path, chosen)
    return 0


def look_again(
    places: Places, source: str, changed: Collection[str], of_author: Callable[[str], bool]
) -> None:
    """Keeps the list of a source true after some of its files changed, and takes authors off it for good.

    changed: paths in the landing folder. of_author: whether a pseudonym must go, also where its file is gone.
    """
    listed = _listed(places, source, again=changed)
    kept = [replace(one, authors=frozenset(a for a in one.authors if not of_author(a))) for one in listed]
    if kept != listed:
        _write_list(places, source, kept)


def empty_tagged(places: Places, path: Path, ids: Collection[str]) -> int:
    """Takes the words of documents out of what taggers made of a landing file; how many lines."""
    made = [tagged.path_of(places, version, path) for version in tagger_versions(places)]
    found, emptied = files.there(made), 0
    for one in made:
        with suppress(Quarantine):
            emptied += tagged.empty(one, ids) if one in found else 0
    return emptied


def _paths(places: Places, listed: Iterable[_Listed]) -> list[Path]:
    """The landing files that are still there."""
    listed_ = [places.of("landing") / each.file for each in listed]
    found = files.there(listed_)
    return [path for path in listed_ if path in found]


def _by(item: Item, ring: Sequence[bytes]) -> str | None:
    """The author of an item as the newest key of pseudonyms has it, whenever it landed."""
    return current(item.author, ring) if item.author else None


def sources(places: Places) -> list[str]:
    """The sources of which there is a list."""
    return sorted(path.stem for path in (places.of("state") / "landed").glob("*.txt"))


def raise_authors(places: Places, source: str) -> None:
    """Brings up the authors on the list of a source to the newest key. Raises files.Unwritable."""
    _listed(places, source)


def _listed(places: Places, source: str, *, again: Collection[str] = ()) -> list[_Listed]:
    """The list of a source with what landed since; `again`: the files to look into once more.

    A file that retention removed stays on the list: its documents may be in the warehouse still.
    """
    path, root = places.of("state") / "landed" / f"{source}.txt", places.of("landing")
    lines, ring = path.read_text("utf-8").splitlines() if path.is_file() else [], keys.ring(places)
    kept = [each for line in lines if (each := _from_line(line)) and each.file not in again]
    known = {each.file: _raised(each, ring) for each in kept}
    there = {one: one.relative_to(root).as_posix() for one in landing.paths(places, source)}
    unread = files.ahead(one for one, file in there.items() if file not in known)
    new = [_raised(made, ring) for one in unread if (made := _look(one, there[one]))]
    found = [*known.values(), *new]
    if new or list(known.values()) != kept:
        _write_list(places, source, found)
    return found


def _write_list(places: Places, source: str, listed: Iterable[_Listed]) -> None:
    path = places.of("state") / "landed" / f"{source}.txt"
    files.write(path, "".join(map(_to_line, listed)).encode())


def _raised(each: _Listed, ring: Sequence[bytes]) -> _Listed:
    """The same with its authors as the newest key has them."""
    if len(ring) < 2:
        return each
    return replace(each, authors=frozenset(current(author, ring) for author in each.authors))


def _look(path: Path, file: str) -> _Listed | None:
    """What stands in a landing file; None when it cannot be read."""
    try:
        items = list(landing.read(path))
    except Quarantine:
        return None
    whole = [item for item in items if not item.withdrawn]
    entries = frozenset(digest(item.guid) for item in whole)
    return _Listed(file, entries, frozenset(i.author for i in whole if i.author), len(whole) < len(items))


def _to_line(each: _Listed) -> str:
    parts = (",".join(sorted(each.entries)), ",".join(sorted(each.authors)), "w" if each.withdrawn else "")
    return " ".join((each.file, *parts)) + "\n"


def _from_line(line: str) -> _Listed | None:
    parts = line.split(" ")
    if len(parts) != 4:
        return None
    entries, authors = (frozenset(filter(None, part.split(","))) for part in parts[1:3])
    return _Listed(parts[0], entries, authors, parts[3] == "w")
