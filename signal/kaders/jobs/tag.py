"""Tags every landing file that has no tagged file of this tagger version yet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from kaders.errors import Quarantine
from kaders.jobs.remembered import remembered
from kaders.model import Document, Summary, Tagged
from kaders.read.document import document
from kaders.settings import Settings, Source
from kaders.store import landing, tagged
from kaders.tag.pipeline import Tagger, tagger_version

Progress = Callable[[int, int], None]
"""Told how many landing files are done and how many there are."""
BATCH = 2000
"""Documents tagged together, from as many files as it takes: landing files are small and each call of the
pipeline costs; a few tens of megabytes."""


@dataclass(slots=True)
class _Tally:
    """What one run has met so far."""

    counts: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)


@remembered("tag")
def tag(settings: Settings, moment: datetime, progress: Progress | None = None) -> Summary:
    """Tagged files for all landing files that lack one; a second run finds nothing to do.

    Items of a source that is no longer in sources.yaml are skipped and counted; their file waits until the
    source is back. A damaged landing file is one failure that names it. Raises ConfigurationError for a
    phrase that cannot be looked for and Unwritable when the disk is full.
    """
    version = tagger_version(settings)
    todo = [path for path in landing.paths(settings.places) if not _target(settings, version, path).exists()]
    tally = _Tally(Counter(files=0, documents=0, unknown_source=0, unreadable=0))
    if todo:
        _tag_all(settings, _tagger(settings, version), todo, tally, progress)
    folder = settings.places.of("tagged") / version
    return Summary("tag", moment, dict(tally.counts), tuple(tally.failures), (str(folder),))


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
    for seen, path in enumerate(todo, start=1):
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
    for path, documents in batch.items():
        tagged.write(_target(settings, tagger.version, path), [next(results) for _ in documents])
        tally.counts["files"] += 1
        tally.counts["documents"] += len(documents)
