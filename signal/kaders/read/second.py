"""The second parser: what fastfeedparser finds in a feed that feedparser cannot read whole."""

from __future__ import annotations

import re
from typing import Any

from kaders.read.items import BROKEN, string
from kaders.read.known import entries as raw_entries
from kaders.read.mend import tame
from kaders.read.raw import RawEntry, RawFeed

_DATE = re.compile(
    rb"<(?:\w{1,20}:)?(?:pubDate|published|issued|date|created|updated|modified)\b[^<>]*>"
    rb"\s*(?:<!\[CDATA\[)?([^<>\]]{1,100})",
    re.IGNORECASE,
)


def read(text: str) -> RawFeed | None:
    """The feed as fastfeedparser reads it; None when that finds no feed.

    It gives dates only as it understands them, so they are taken from the entries as they stand there, as
    long as both agree on how many entries there are.
    """
    import fastfeedparser  # type: ignore[import-untyped]  # brings lxml along; few feeds need it

    body = tame(text).encode("utf-8", "replace")
    try:
        feed = fastfeedparser.parse(body, include_tags=False, include_media=False)
    except BROKEN:
        return None
    written = [_DATE.findall(each.group()) for each in raw_entries(body)]
    aligned = written if len(written) == len(feed["entries"]) else [[] for _ in feed["entries"]]
    shared = feed.get("feed") or {}
    return RawFeed(
        tuple(_entry(*pair) for pair in zip(feed["entries"], aligned, strict=True)),
        home=string(shared.get("link")),
        language=string(shared.get("language")),
    )


def together(
    first: tuple[RawEntry | None, ...], others: tuple[RawEntry | None, ...]
) -> list[RawEntry | None]:
    """The entries of the first parser and those that only the other one found, none twice.

    Two entries are the same when they share the guid; without one on either side the link; with neither the
    title.
    """
    known = {key for each in first if each for key in _keys(each)}
    guided = {link for each in first if each and each.guid for link in each.links}
    more: list[RawEntry | None] = []
    for each in others:
        if each is None or not (keys := _keys(each)):
            continue
        strongest = keys[0]
        apart = strongest[0] == "guid" and strongest not in known and guided >= set(each.links)
        if apart or not any(key in known for key in keys):
            more.append(each)
            known.update(keys)
    read = [each for each in first if each]
    lost = len(first) - len(read) - len(more)
    return [*read, *more, *([None] * max(0, lost))]


def _keys(entry: RawEntry) -> list[tuple[str, str]]:
    """By what an entry is known, strongest first; the title only when there is nothing better."""
    links = [("page", each.strip()) for each in entry.links if each.strip()]
    guid = " ".join(entry.guid.split())
    if guid.startswith("http"):
        links.append(("page", guid))
    keys = [("guid", guid)] * bool(guid) + links
    return keys or [("title", " ".join(entry.title.split()))] * bool(entry.title.strip())


def _entry(entry: dict[str, Any], written: list[bytes]) -> RawEntry:
    pages = [link for link in entry.get("links") or [] if (link.get("rel") or "alternate") == "alternate"]
    candidates = [string(entry.get("link")), *(string(link.get("href")) for link in pages)]
    dates = [each.decode("utf-8", "replace") for each in written]
    understood = [string(entry.get(field)) for field in ("published", "updated")]
    return RawEntry(
        guid=string(entry.get("id")),
        links=tuple(filter(None, candidates)),
        title=string(entry.get("title")),
        texts=(
            string(entry.get("description")),
            *(string(each.get("value")) for each in entry.get("content") or []),
        ),
        dates=tuple(filter(None, dates or understood)),
        author=string(entry.get("author")),
    )
