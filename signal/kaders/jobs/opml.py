"""Feeds from and for other readers: OPML becomes entries of sources.yaml, and the sources become OPML."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from email.utils import format_datetime
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import ValidationError

from kaders.errors import ConfigurationError, Quarantine
from kaders.jobs.entry import entry_text
from kaders.jobs.look import Look
from kaders.jobs.source_add import group_of
from kaders.jobs.source_find import asleep
from kaders.model import SourceKind
from kaders.read import discover, opml
from kaders.read.discover import Refused
from kaders.read.guessed import free_id, heard, same, slug, volume
from kaders.read.opml import Outline
from kaders.remarks import KEY_SEEN, KEYED, NO_KEY, TO_FILL_IN
from kaders.settings import Settings, Source

KINDS: dict[str, SourceKind] = {
    "news": "news",
    "nieuws": "news",
    "rss": "rss",
    "social": "social",
    "own": "own",
}
"""The kind that a folder of a list stands for, by its name."""

NO_LIST = {
    "too_large": f"is larger than {opml.LARGEST // 1024 // 1024} MB. Split it, a part of its feeds in each",
    "empty": "is empty. Export it once more from the other reader",
    "no_feeds": "is an OPML list, and there is not one feed in it. Choose the feeds, and export it once more",
}
NO_OPML = "is no OPML list of feeds that can be read safely. Export it from the other reader, as OPML"
"""What is wrong with a file that gives no feeds at all, by the code of opml.outlines, and its mend."""

Visit = Callable[[Source], Look]
"""One look at a source; given when the feeds are to be visited before they are proposed."""


@dataclass(frozen=True, slots=True)
class Import:
    """What a list of feeds comes to.

    entries     each proposed source with its text
    duplicates  titles of feeds that are sources already
    faults      a sentence about every line that became no entry
    """

    entries: tuple[tuple[Source, str], ...]
    duplicates: tuple[str, ...]
    faults: tuple[str, ...]

    @property
    def text(self) -> str:
        """All entries, for source_add.add."""
        return "\n".join(text for _, text in self.entries)


@dataclass(frozen=True, slots=True)
class Export:
    """The sources as OPML, how many, and the names of those that no other reader can ask."""

    text: str
    feeds: int
    left_out: tuple[str, ...]


def import_opml(settings: Settings, path: Path, moment: datetime, *, visit: Visit | None = None) -> Import:
    """Proposes an entry for every feed of the file that is not yet a source; writes nothing.

    visit: look at each feed first; one that cannot be read becomes a fault, the others get their language
    and volume from their entries. Raises ConfigurationError when the file is no list of feeds.
    """
    listed = _listed(path)
    known = _known(settings)
    taken = {source.id for source in settings.sources}
    entries: list[tuple[Source, str]] = []
    duplicates, faults = [], list(listed.faults)
    for feed in listed.feeds:
        if same(feed.url) in known:
            duplicates.append(f"{feed.title or feed.url} (is '{known[same(feed.url)]}')")
            continue
        try:
            source, text = _entry(settings, feed, path.name, moment, visit, taken)
        except ConfigurationError as wrong:
            faults.append(f"{f'line {feed.line}: ' if feed.line else ''}'{feed.title}': {wrong}")
            continue
        if same(source.url or "") in known:
            duplicates.append(
                f"{feed.title or feed.url} (is '{known[same(source.url or '')]}', by a new address)"
            )
            continue
        entries.append((source, text))
        known |= {same(feed.url): source.id, same(source.url or ""): source.id}
        taken.add(source.id)
    return Import(tuple(entries), tuple(duplicates), tuple(sorted(faults, key=_line)))


def _line(fault: str) -> int:
    """The line that a fault begins with, so that faults stand in the order of the file; 0 without one."""
    found = re.match(r"line (\d+):", fault)
    return int(found[1]) if found else 0


def export_opml(settings: Settings, moment: datetime) -> Export:
    """The feeds among the sources as an OPML 2.0 document, in their order; never a secret.

    A source that is asked through an API, needs a secret, or seems to hold a key in its address stays out
    and is named.
    """
    rows = [(source, _as_feed(source)) for source in settings.sources]
    feeds = [_exported(source, url) for source, url in rows if url]
    name = settings.organisation.name.in_("nl")
    text = opml.write(f"Kaders: {name}", feeds, made=format_datetime(moment))
    return Export(text, len(feeds), tuple(source.name for source, url in rows if not url))


def _known(settings: Settings) -> dict[str, str]:
    """The addresses that are sources already, also as export_opml writes them, with their ids."""
    told = [(source, url) for source in settings.sources for url in (source.url, _as_feed(source)) if url]
    return {same(url): source.id for source, url in told}


def _listed(path: Path) -> opml.Outlines:
    try:
        with path.open("rb") as file:
            return opml.outlines(file.read(opml.LARGEST + 1))
    except FileNotFoundError:
        raise ConfigurationError(f"{path} does not exist. Look at its name and its folder") from None
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be read ({error.strerror}). Give this user access") from None
    except Quarantine as unreadable:
        raise ConfigurationError(f"{path} {NO_LIST.get(str(unreadable), NO_OPML)}") from None


def _entry(
    settings: Settings, feed: Outline, file: str, moment: datetime, visit: Visit | None, taken: set[str]
) -> tuple[Source, str]:
    """The entry of one feed; ConfigurationError when a visit shows that it cannot be read."""
    source = _source(settings, feed, taken)
    day = moment.astimezone(settings.organisation.zone).date()
    if visit is None:
        return source, entry_text(source, f"From {file} on {day}; not visited, so the volume is a guess.")
    seen = visit(source)
    if not seen.readable:
        raise ConfigurationError(seen.why)
    if seen.moved_to:
        source = _source(settings, replace(feed, url=seen.moved_to), taken)
    rate, days = volume(seen.items, moment)
    update = {"expected_per_day": rate, "language": heard(seen.items), "known_to_work": day}
    rests = f"the volume rests on {days} days" if days else "without dates, so the volume is a guess"
    source = source.model_copy(update=update)
    told = f"{len(seen.items)} entries, {rests}" if seen.items else "it has no entries now"
    told += f", the newest of {seen.newest:%Y-%m-%d}" if asleep(seen, moment) else ""
    return source, entry_text(source, f"From {file} on {day}; {told}.")


def _source(settings: Settings, feed: Outline, taken: set[str]) -> Source:
    site, place = urlsplit(feed.url).netloc, discover.known_place(feed.url)
    if isinstance(place, Refused):
        raise ConfigurationError(place.why)
    if KEYED.search(feed.url):
        raise ConfigurationError(f"{KEY_SEEN}. {NO_KEY.removesuffix('.')}")
    reader = place.reader if place and place.reader in ("youtube", "reddit") else "feed"
    folders = feed.folder.lower().split("/")
    kind: SourceKind = next((KINDS[folder] for folder in folders if folder in KINDS), "rss")
    try:
        return Source(
            id=free_id(slug(feed.title or site), taken),
            name=(feed.title or site)[:80],
            kind="social" if reader != "feed" else "rss" if kind == "own" else kind,
            reader=reader,
            url=feed.url,
            owner_group=group_of(settings, feed.url),
            expected_per_day=1,
            terms=f"{TO_FILL_IN}: read the terms of {site} and say what they allow.",
        )
    except ValidationError as error:
        raise ConfigurationError(str(error.errors()[0]["msg"])) from None


def _as_feed(source: Source) -> str:
    """The address at which another reader can follow a source; '' when there is none that may be given."""
    url = source.url or ""
    if source.secret or KEYED.search(url) or "${" in url:
        return ""
    if source.reader == "mastodon":
        return re.sub(r"/api/v1/timelines/tag/(\w+)$", r"/tags/\1.rss", url) if "/tag/" in url else ""
    return url if source.reader in ("feed", "youtube", "reddit") else ""


def _exported(source: Source, url: str) -> Outline:
    site = urlsplit(url)
    return Outline(source.name, url, f"{site.scheme}://{site.netloc}/", f"{source.kind}/{source.owner_group}")
