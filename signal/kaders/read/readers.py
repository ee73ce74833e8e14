"""The readers by the name that sources.yaml has for them: how each is asked, and how its reply is read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from kaders.model import Question
from kaders.read import (
    bluesky,
    bluesky_search,
    feed,
    gdelt,
    guardian,
    jetstream,
    json_api,
    mastodon,
    newsapi,
    raadsinformatie,
    reddit,
    rijksoverheid,
    sitemap,
    sru,
    syncfeed,
    tweedekamer,
    youtube,
)
from kaders.read.items import Asked, Found
from kaders.settings import Source

ARCHIVES = 20
"""Archive pages (RFC 5005) of a feed that are read at the first visit: at 50 entries each a thousand, what a
source's memory holds."""


def plainly(source: Source, cursor: Mapping[str, str], moment: datetime) -> Question:
    """The address of the source as it is."""
    return Question(source.address)


@dataclass(frozen=True, slots=True)
class Reader:
    """How a kind of source is asked and read; everything in it is pure.

    parse   the body of a reply in, items out; Quarantine with a reason code when nothing can be read
    first   what a visit asks first: source, what was remembered, the moment (aware)
    pages   replies of one visit at most; `Found.next` asks for them
    soft    statuses that say nothing about the source, as it gives them at random
    closed  statuses of a server that shows nothing to those who have no account there
    pause   seconds between two requests that its terms or its limits ask for
    absent  statuses that are an answer to a later page of a visit: parse gets an empty body and the content
            type "absent/STATUS"
    opening those of `absent` that are an answer to the first page too; a Quarantine of parse is then the
            fault that the status is
    cuts    whether entries that were read before may be cut out of the first page: true of plain feeds, whose
            reader counts nothing and looks for no onward link among them
    whole   whether nothing is new when the first page has not changed, as where the newest come first; else
            it says nothing about the pages behind it
    """

    parse: Callable[[bytes, Asked], Found]
    first: Callable[[Source, Mapping[str, str], datetime], Question] = plainly
    pages: int = 1
    soft: frozenset[int] = frozenset()
    closed: frozenset[int] = frozenset()
    pause: float = 0.0
    absent: frozenset[int] = frozenset()
    opening: frozenset[int] = frozenset()
    cuts: bool = False
    whole: bool = False


def _page(body: bytes, asked: Asked) -> Found:
    """The article of a page; its reader is loaded when the first page is read, as that takes a second."""
    from kaders.read.article import parse_page

    return parse_page(body, asked)


READERS: dict[str, Reader] = {
    "page": Reader(_page),  # not of a source: the pages of entries (jobs/pages.py)
    "feed": Reader(feed.parse, pages=ARCHIVES, cuts=True, whole=True),
    "youtube": Reader(youtube.parse, youtube.first, soft=youtube.SOFT, cuts=True, whole=True),
    "reddit": Reader(reddit.parse, reddit.first, pause=reddit.PAUSE, cuts=True, whole=True),
    "mastodon": Reader(
        mastodon.parse,
        mastodon.first,
        pages=mastodon.PAGES,
        closed=mastodon.CLOSED,
        absent=mastodon.ABSENT,
        opening=mastodon.OPENING,
    ),
    "bluesky": Reader(
        bluesky.parse,
        bluesky.first,
        pages=bluesky.PAGES,
        absent=bluesky.ABSENT,
        opening=bluesky.OPENING,
    ),
    "bluesky_search": Reader(
        bluesky_search.parse,
        bluesky_search.first,
        pages=bluesky_search.PAGES,
        pause=bluesky_search.PAUSE,
        absent=bluesky.ABSENT,
    ),
    "jetstream": Reader(jetstream.parse),
    "rijksoverheid": Reader(rijksoverheid.parse, rijksoverheid.first, pages=20),
    "tweedekamer": Reader(tweedekamer.parse, tweedekamer.first, pages=20),
    "syncfeed": Reader(syncfeed.parse, syncfeed.first, pages=20),
    "sru": Reader(sru.parse, sru.first, pages=20),
    "raadsinformatie": Reader(raadsinformatie.parse, raadsinformatie.first, pages=10),
    "json_api": Reader(json_api.parse, json_api.first, pages=20),
    "sitemap": Reader(sitemap.parse, pages=sitemap.PAGES, absent=sitemap.ABSENT),
    "gdelt": Reader(gdelt.parse, gdelt.first, pages=gdelt.PAGES, pause=gdelt.PAUSE),
    "guardian": Reader(guardian.parse, guardian.first, pages=guardian.PAGES, pause=guardian.PAUSE),
    "newsapi": Reader(
        newsapi.parse, newsapi.first, pages=newsapi.PAGES, pause=newsapi.PAUSE, absent=newsapi.ABSENT
    ),
}
