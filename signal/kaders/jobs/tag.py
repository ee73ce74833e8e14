"""Tags every landing file that has no tagged file of this tagger version yet, or those of some partitions."""

from __future__ import annotations

import heapq
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from kaders.errors import ConfigurationError, Quarantine
from kaders.jobs.remembered import remembered
from kaders.model import Document, Summary, Tagged
from kaders.read.document import document
from kaders.settings import Settings, Source
from kaders.store import files, landing, tagged
from kaders.tag.pipeline import Tagger, tagger_version

Progress = Callable[[int, int], None]
"""Told how many landing files are done and how many there are."""
BATCH = 2000
"""Documents tagged together, from as many files as it takes: landing files are small and each call of the
pipeline costs; a few tens of megabytes."""
GROUPS = 16
"""Tasks of one run at most, as for collecting: under a scheduler each costs a second or two."""
WORTH = 2000
"""Landing files that make a further task worth its cost, which is some four seconds with the start of spaCy:
at a few documents a file and some thousand documents a second that is ten seconds of work."""
FEW = 20
"""Partitions that are listed one by one; with more, one list of everything is sooner there."""
_PARTITION = re.compile(r"([a-z0-9][a-z0-9._-]*)/(\d{4}-\d\d-\d\d)")


@dataclass(slots=True)
class _Tally:
    """What one run has met so far."""

    counts: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)


def groups(settings: Settings, *, most: int = GROUPS) -> list[list[str] | None]:
    """The partitions that lack tags, in at most `most` lists of about as many files, for side by side tasks.

    [None], which stands for all there is, when one task is as good.
    """
    lacking = Counter(map(landing.partition_of, _todo(settings, tagger_version(settings), None)))
    count = min(most, len(lacking), -(-lacking.total() // WORTH))
    if count < 2:
        return [None]
    piles: list[tuple[int, int, list[str]]] = [(0, number, []) for number in range(count)]
    for partition, size in sorted(lacking.items(), key=lambda each: (-each[1], each[0])):
        held, number, pile = heapq.heappop(piles)
        heapq.heappush(piles, (held + size, number, [*pile, partition]))
    return [sorted(pile) for _, _, pile in sorted(piles, key=lambda each: each[1])]


@remembered("tag")
def tag(
    settings: Settings,
    moment: datetime,
    progress: Progress | None = None,
    *,
    only: Sequence[str] | None = None,
) -> Summary:
    """Tagged files for all landing files that lack one; a second run finds nothing to do.

    only: those of these partitions, each as `source/2026-11-20`; tagged beside others or alone, a file comes
    out the same to the byte.

    Items of a source that is no longer in sources.yaml are skipped and counted; their file waits until the
    source is back. A damaged landing file is one failure that names it. Raises ConfigurationError for a
    phrase that cannot be looked for and for what is no partition, and Unwritable when the disk is full.
    """
    version = tagger_version(settings)
    todo = _todo(settings, version, only)
    tally = _Tally(Counter(files=0, documents=0, unknown_source=0, unreadable=0))
    if todo:
        files.begin(settings.places.of("tagged") / version)
        _tag_all(settings, _tagger(settings, version), todo, tally, progress)
    folder = settings.places.of("tagged") / version
    return Summary("tag", moment, dict(tally.counts), tuple(tally.failures), (str(folder),))


def _todo(settings: Settings, version: str, only: Sequence[str] | None) -> list[Path]:
    """The landing files that lack a tagged file of a tagger version, oldest first."""
    places, found, done = settings.places, list[Path](), set[str]()
    for source, day in _chosen(only):
        found += landing.paths(places, source, day)
        done |= {_name(path) for path in tagged.paths(places, version, source, day)}
    wanted = None if only is None else set(only)
    return [
        path
        for path in found
        if _name(path) not in done and (wanted is None or landing.partition_of(path) in wanted)
    ]


def _chosen(only: Sequence[str] | None) -> list[tuple[str | None, str | None]]:
    """What to list: everything, or a few partitions; ConfigurationError for what is none."""
    for each in only or ():
        if not _PARTITION.fullmatch(each):
            raise ConfigurationError(f"'{each}' is no partition: write it as source/2026-11-20")
    if only is None or len(only) > FEW:
        return [(None, None)]
    return [(source, day) for source, day in (each.split("/") for each in dict.fromkeys(only))]


def _name(path: Path) -> str:
    """A landing file and what was made of it have the same source, day and name."""
    return "/".join(path.parts[-3:])


_made: dict[str, Tagger] = {}


def _tagger(settings: Settings, version: str) -> Tagger:
    """The tagger of this process: making one takes longer than a quiet day's documents.

    Its version is a hash over everything that decides a tag, so the same version is the same tagger.
    """
    if version not in _made:
        _made.clear()
        _made[version] = Tagger(settings)
    return _made[version]


def _tag_all(
    settings: Settings, tagger: Tagger, todo: list[Path], tally: _Tally, progress: Progress | None
) -> None:
    for done, batch in _batches(settings, todo, tally):
        _write(settings, tagger, batch, tally)
        if progress:
            progress(done, len(todo))


def _target(settings: Settings, version: str, path: Path) -> Path:
    return tagged.path_of(settings.places, version, path)


Batch = dict[Path, list[Document]]
"""The documents of each landing file."""


def _batches(settings: Settings, todo: list[Path], tally: _Tally) -> Iterator[tuple[int, Batch]]:
    """Groups of files that together hold about BATCH documents, each with how many files were seen."""
    sources = {source.id: source for source in settings.sources}
    batch: Batch = {}
    held = 0
    for seen, path in enumerate(files.ahead(todo), start=1):
        documents = _documents(path, sources, tally)
        if documents is not None:
            batch[path] = documents
            held += len(documents)
        if held >= BATCH or seen == len(todo):
            yield seen, batch
            batch, held = {}, 0


def _documents(path: Path, sources: dict[str, Source], tally: _Tally) -> list[Document] | None:
    """The documents of a landing file; None when it is damaged or all its items are of unknown sources."""
    try:
        items = list(landing.read(path))
    except Quarantine as broken:
        tally.failures.append(str(broken))
        tally.counts["unreadable"] += 1
        return None
    known = [item for item in items if item.source in sources]
    tally.counts["unknown_source"] += len(items) - len(known)
    return [document(item, sources[item.source]) for item in known] if known or not items else None


def _write(settings: Settings, tagger: Tagger, batch: Batch, tally: _Tally) -> None:
    """Tag a group of files in one go and write each one's share."""
    results: Iterator[Tagged] = tagger.tag(doc for documents in batch.values() for doc in documents)
    made = {
        _target(settings, tagger.version, path): [next(results) for _ in documents]
        for path, documents in batch.items()
    }
    tagged.write_all(made)
    tally.counts["files"] += len(made)
    tally.counts["documents"] += sum(map(len, made.values()))
