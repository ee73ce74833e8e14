"""What is not well-formed, read by feedparser: slower, and forgiving of anything."""

from __future__ import annotations

import io
from typing import Any
from xml.sax import SAXException

import feedparser

from kaders.read.items import BROKEN, string
from kaders.read.known import entries as raw_entries
from kaders.read.mend import tame
from kaders.read.raw import RawEntry, RawFeed
from kaders.read.tree import TEXTUAL, joined, minutes

STOPPED = (*BROKEN, AssertionError, RuntimeError, SAXException)
"""What feedparser raises when one entry stops it."""
AT_ONCE = 500
"""Entries that feedparser gets at once: several thousand take more than their share of time and memory."""
_TYPE = {"content-type": "application/xml; charset=utf-8"}


def read(text: str) -> RawFeed | None:
    """The feed as feedparser reads it; None when that finds neither a kind of feed nor entries.

    Entries that stop it are None among the others. HTML is left as it is: nh3 cleans it later.
    """
    body = tame(text).encode("utf-8", "replace")
    whole = raw_entries(body)
    if len(whole) <= AT_ONCE:
        try:
            return _feed([_feedparser(body)])
        except STOPPED:
            pass
    return _in_parts(body, whole)


def _in_parts(body: bytes, whole: list[Any]) -> RawFeed | None:
    """The feed read some entries at a time, and one at a time where they stop feedparser."""
    if not whole:
        return None
    head, foot = body[: whole[0].start()], body[whole[-1].end() :]
    parts: list[Any] = []
    for first in range(0, len(whole), AT_ONCE):
        some = [each.group() for each in whole[first : first + AT_ONCE]]
        try:
            parts.append(_feedparser(head + b"".join(some) + foot))
        except STOPPED:
            parts += [_alone(head + each + foot) for each in some]
    return _feed(parts)


def _alone(body: bytes) -> Any:
    """The one entry within a feed's own head and foot, None when it stops feedparser."""
    try:
        return _feedparser(body)
    except STOPPED:
        return None


def _feedparser(body: bytes) -> Any:
    """A BytesIO, as feedparser would fetch or open a text."""
    return feedparser.parse(
        io.BytesIO(body), response_headers=_TYPE, sanitize_html=False, resolve_relative_uris=False
    )


def _feed(parts: list[Any]) -> RawFeed | None:
    """One feed from its parts; None in their stead is an entry that could not be read."""
    first = next((part for part in parts if part is not None), None)
    entries = [each for part in parts for each in (part.entries or [None] if part else [None])]
    if first is None or not (first.version or any(entries)):
        return None
    if len(parts) == 1:
        entries = list(first.entries)
    shared = first.feed
    return RawFeed(
        tuple(_entry(each) if each else None for each in entries),
        home=string(shared.get("link")),
        language=string(shared.get("language")),
        older=_older(shared),
        every=minutes(*(string(shared.get(f)) for f in ("ttl", "sy_updateperiod", "sy_updatefrequency"))),
    )


def _older(shared: Any) -> str:
    by_kind = {string(link.get("rel")): string(link.get("href")) for link in shared.get("links", [])}
    return by_kind.get("prev-archive") or by_kind.get("next") or ""


def _entry(entry: Any) -> RawEntry:
    pages = [link for link in entry.get("links", []) if link.get("rel", "alternate") == "alternate"]
    named = [string(entry.get("feedburner_origlink")), string(entry.get("link"))]
    candidates = [*named, *(string(link.get("href")) for link in pages)]
    base = next((string(entry[d].get("base")) for d in ("title_detail", "summary_detail") if d in entry), "")
    contents = [c for c in entry.get("content", []) if str(c.get("type", "text")).startswith(TEXTUAL)]
    return RawEntry(
        guid=string(entry.get("id")),
        links=tuple(joined(base, each) for each in candidates if each),
        title=string(entry.get("title")),
        texts=(string(entry.get("summary")), *(string(each.get("value")) for each in contents)),
        dates=tuple(filter(None, (string(dict.get(entry, f)) for f in ("published", "created", "updated")))),
        language=string(entry.get("language")),
        author=string(entry.get("author")),
        base=base,
    )
