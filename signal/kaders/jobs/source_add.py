"""From the address of a site to an entry of sources.yaml: found, looked at, proposed, added on request."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from pydantic import ValidationError

from kaders.errors import ConfigurationError
from kaders.jobs.entry import entry_text
from kaders.jobs.look import Asking, Read, look
from kaders.jobs.source_find import Offer, address_of, asleep, find
from kaders.load import load
from kaders.model import Item
from kaders.read.discover import Candidate
from kaders.read.guessed import domain_of, free_id, heard, kind_of, same, slug, volume
from kaders.remarks import KEY_SEEN, KEYED, NO_KEY, TO_FILL_IN
from kaders.settings import Settings, Source
from kaders.store import files

SHOWN = 5
"""Entries in the preview."""
MOST_SISTERS = 5
"""Sources of the same site that are asked again to see whether they lead to the same feed."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """An entry of sources.yaml to say yes or no to.

    offers   what was found, best first; the entry is for the first
    preview  its newest entries
    source   the entry as an object
    entry    the entry as text, with its comment
    notes    what a person should know or do
    """

    offers: tuple[Offer, ...]
    preview: tuple[Item, ...]
    source: Source
    entry: str
    notes: tuple[str, ...]


def propose(
    settings: Settings, url: str, moment: datetime, *, door: Asking, read: Read, own: bool = False
) -> Proposal:
    """Finds the feed of a site or the place of a platform, looks at it and proposes its entry.

    own: the channel belongs to the organisation itself; without it an account is refused.
    Raises ConfigurationError, in words, for an address that cannot be one, holds a key, is not followed, is a
    source already, or at which nothing readable was found.
    """
    address = address_of(url)
    known_already(settings, [address])
    best, *others = find(address, moment, door=door, read=read, own=own)
    known_already(settings, [best.candidate.url, best.seen.url, best.seen.moved_to])
    _refuse_sisters(settings, best, moment, door, read)
    if best.seen.moved_to:  # from here on it is known by where it lives now
        best = replace(best, candidate=replace(best.candidate, url=best.seen.moved_to))
    if KEYED.search(best.candidate.url):
        raise ConfigurationError(f"the feed of {address} is no good: {KEY_SEEN}. {NO_KEY.removesuffix('.')}")
    return _proposal(settings, (best, *others), address, moment)


def add(settings: Settings, entry: str) -> Path:
    """Appends an entry's text to sources.yaml, below what is there, with every comment kept.

    The file is then loaded; when that fails it is put back as it was, and ConfigurationError says why.
    """
    path = settings.places.folder / "sources.yaml"
    before = path.read_bytes().decode("utf-8")  # as it is: read_text would turn its line ends into ours
    files.write(path, appended(before, entry).encode())
    try:
        after = load(settings.places.folder, data=settings.places.data)
        missing = {source.id for source in settings.sources} - {source.id for source in after.sources}
        if missing or len(after.sources) <= len(settings.sources):
            raise ConfigurationError("the entry does not stand in the list of sources")
    except ConfigurationError as wrong:
        files.write(path, before.encode())
        raise ConfigurationError(
            f"{path} is as it was: with the new entry it could not be read. {wrong}"
        ) from None
    return path


def appended(text: str, entry: str) -> str:
    """The text of a sources.yaml with an entry after its last one, with its indentation and line ends."""
    found, end = re.search(r"^( *)- +id:", text, re.MULTILINE), "\r\n" if "\r\n" in text else "\n"
    indent = found[1] if found else "  "
    body = "".join(f"{indent}{line}{end}" if line else end for line in entry.rstrip("\n").split("\n"))
    text = re.sub(r"^sources:[ ]*\[[ ]*\](?=[ ]*(?:\r?$|#))", "sources:", text, flags=re.MULTILINE)
    return text.rstrip("\r\n") + end * 2 + body


def known_already(settings: Settings, addresses: Iterable[str]) -> None:
    """ConfigurationError when one of the addresses is that of a source; its id is named."""
    wanted = {same(address) for address in addresses if address}
    for source in settings.sources:
        if source.url and same(source.url) in wanted:
            raise ConfigurationError(f"{source.url} is already the source '{source.id}'; nothing was added")


def group_of(settings: Settings, url: str) -> str:
    """The owner group of a site: that of a source on the same domain, else the domain's own name."""
    domain = domain_of(url)
    for source in settings.sources:
        if source.url and domain_of(source.url) == domain and source.kind != "social":
            return source.owner_group
    return slug(domain if domain.replace("-", "").replace(".", "").isdigit() else domain.split(".")[0])


def _refuse_sisters(settings: Settings, best: Offer, moment: datetime, door: Asking, read: Read) -> None:
    """ConfigurationError when a source of the same site leads to the same feed, by another address."""
    domain = domain_of(best.candidate.url)
    sisters = [
        source
        for source in settings.visited
        if source.url and domain_of(source.url) == domain and source.reader == best.candidate.reader
    ]
    for source in sisters[:MOST_SISTERS]:
        seen = look(source, moment, door=door, read=read)
        if seen.readable and (same(seen.url) == same(best.seen.url) or seen.body == best.seen.body):
            raise ConfigurationError(
                f"{best.candidate.url} is the same feed as the source '{source.id}'; nothing was added"
            )


def _proposal(settings: Settings, offers: tuple[Offer, ...], address: str, moment: datetime) -> Proposal:
    best = offers[0]
    items = sorted(
        best.seen.items, key=lambda item: item.published.timestamp() if item.published else 0, reverse=True
    )
    rate, days = volume(items, moment)
    day = moment.astimezone(settings.organisation.zone).date()
    source = _source(settings, best, rate, heard(items), day)
    notes = tuple(_notes(source, best, address, days, moment))
    rests = f"{len(items)} entries over {days} days" if days else f"{len(items)} entries without dates"
    rests = rests if items else "no entries at all"
    comment = f"Proposed by `kaders source add` on {day}; the volume rests on {rests}."
    return Proposal(offers, tuple(items[:SHOWN]), source, entry_text(source, comment), notes)


def _source(settings: Settings, best: Offer, rate: float, spoken: str | None, day: date) -> Source:
    candidate, site = best.candidate, urlsplit(best.candidate.url).netloc
    kind = kind_of(candidate, best.title, rate)
    group, wanted = _named(settings, candidate, best.title)
    fields = {
        "id": free_id(wanted, (source.id for source in settings.sources)),
        "name": best.title[:80],
        "kind": kind,
        "reader": candidate.reader,
        "url": candidate.url,
        "owner_group": group,
        "language": spoken if kind != "social" else None,
        "expected_per_day": rate,
        "terms": f"{TO_FILL_IN}: read the terms of {site} and say what they allow.",
        "known_to_work": day,
    }
    if kind == "own":
        fields |= {"permission": "own", "terms": "Your own channel."}
    try:
        return Source.model_validate(fields)
    except ValidationError as error:
        raise ConfigurationError(
            f"{candidate.url} makes no valid entry: {error.errors()[0]['msg']}"
        ) from None


def _named(settings: Settings, candidate: Candidate, title: str) -> tuple[str, str]:
    """Owner group and id: of the organisation itself, of a subject on a platform, or of a site."""
    if candidate.own:
        ours = next((source.owner_group for source in settings.sources if source.kind == "own"), "eigen")
        return ours, f"{ours}-{slug(title)}"[:40]
    if candidate.reader in ("mastodon", "reddit", "youtube"):
        name = f"{candidate.reader}-{slug(title.removeprefix('Mastodon').removeprefix('r/'))}"
        return name, name
    group = group_of(settings, candidate.url)
    return group, group if group not in {source.id for source in settings.sources} else slug(title)


def _notes(source: Source, best: Offer, address: str, days: int, moment: datetime) -> Iterator[str]:
    entries, url = len(best.seen.items), source.url or address
    if source.kind != "own":
        root = urljoin(address if domain_of(address) == domain_of(url) else url, "/")
        yield f"Read the terms of {root} (and {root}robots.txt), then fill in 'terms' and add 'permission'."
    if not entries:
        yield "It has no entries now: nothing shows that it is still filled, and the volume is a guess."
    elif not days:
        yield "No entry has a date: 'expected_per_day: 1' is a guess; correct it."
    elif days < 3:
        yield f"The feed reaches back {days} day(s) only: 'expected_per_day' is a first guess."
    if best.seen.newest and asleep(best.seen, moment):
        yield f"Its newest entry is of {best.seen.newest:%Y-%m-%d}: see whether its publisher still fills it."
    if source.language is None and source.kind != "social" and entries:
        yield "Its language is neither Dutch nor English, or could not be heard: it will not be tagged."
    if source.kind == "social":
        yield "Only subjects are followed, never a person; authors become pseudonyms."
    if best.seen.moved_to:
        yield f"The address has moved for good; the entry has the new one ({best.seen.moved_to})."
