"""A feed as its parsers give it to `read.feed`: texts as they stand there, nothing cleaned or judged yet."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RawEntry:
    """One entry: every field '' or empty when the feed does not have it.

    links     addresses of its page, best first, as written
    texts     whatever holds its words
    dates     what may be its moment, first published, then changed
    base      what its links are relative to, when the feed says so with xml:base
    """

    guid: str = ""
    links: tuple[str, ...] = ()
    title: str = ""
    texts: tuple[str, ...] = ()
    dates: tuple[str, ...] = ()
    language: str = ""
    author: str = ""
    base: str = ""


@dataclass(frozen=True, slots=True)
class RawFeed:
    """A feed with its entries in its own order; None stands for one that no parser could read.

    home      the page that it belongs to
    older     the next page of a feed in pages, or the archive before this one (RFC 5005)
    every     minutes between visits that it asks for; 0 when it says nothing
    cut_off   whether it ends before its end
    """

    entries: tuple[RawEntry | None, ...]
    home: str = ""
    language: str = ""
    older: str = ""
    every: int = 0
    cut_off: bool = False
