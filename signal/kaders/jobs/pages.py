"""Pages: ask the pages of new entries, politely, and give their articles as revisions of the entries.

For sources with `pages: true`. The corridor calls `queue` after entries landed, `read_pages`, lands what it
gives, and then `done`: a run that is killed anywhere in between reads some pages twice and loses none.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from kaders.errors import Quarantine
from kaders.model import Item, Question
from kaders.net.door import Door, FetchFailed
from kaders.read.items import Asked, Found
from kaders.settings import Places, Settings, Source
from kaders.store import keys, pages
from kaders.store.pages import Waiting, done, queue

__all__ = ["PagesDone", "done", "queue", "read_pages"]

TRIES = 5
"""How often a page is asked for in vain: with a visit an hour that is a working morning."""
LONGEST_WAIT = timedelta(days=3)
"""After which a page is not asked for any more: the morning that it was news is past, and the words of an
entry may not lie about outside landing."""
WALLS = 3
"""Walls one after another at which a visit stops: the site shows them to every visitor."""
DOWN = 3
"""Pages one after another that cannot be had for now, at which a visit stops: the site is down, and each of
its pages has few tries."""
REFUSED = 3
"""Pages that failed for good, from which on a visit may be called refused: one may be a slip of the site."""
AFTER = timedelta(seconds=1)
"""A page is seen after its entry, also within one visit: of one moment none is the newest."""
DEADLINE = 20.0
"""Seconds for one page, as for one feed, beside the waiting for the site's turn."""
LARGEST = 5 * 1024 * 1024
"""Bytes of one page: those of news sites have 0.1 to 2 MB."""

LATER = frozenset({"timeout", "unreachable", "dns", "tls", "rate_limited", "http_5xx", "truncated"})
LATER |= {"parser_stopped", "turn"}
"""Reasons that may have passed by the next visit; after any other a page is not asked for again. They are
the page's, or those for which the site's robots.txt could not be read."""
STOP = frozenset({"rate_limited", "turn", "unreachable", "dns", "tls"})
"""Reasons that are the whole site's: the other pages are left for the next visit."""
WALL = frozenset({"consent_wall", "login_wall"})
BARRED = WALL | {"robots", "paywall"}
"""Reasons by which a site shows that it does not want its pages read, or not for nothing."""


@dataclass(frozen=True, slots=True)
class PagesDone:
    """What reading pages brought.

    items        the entries again, each with the whole article: to be landed, and then said to `done`
    left         pages that still wait, those of `items` not counted
    failures     pages that gave no article by reason: the reason codes of visits, and `paywall`, `too_late`
    same         pages that say no more than the entry did
    retry_after  seconds that the site asks to be left alone; 0 when it does not
    """

    items: tuple[Item, ...] = ()
    left: int = 0
    failures: Mapping[str, int] = field(default_factory=dict)
    same: int = 0
    retry_after: int = 0

    @property
    def refused(self) -> bool:
        """Whether most of the pages that were asked failed for good, so that asking on brings little.

        That is more than half of them: REFUSED or more, or all of them barred by the site (BARRED). Pages
        that may still come count as asked, those that waited too long do not.
        """
        asked = {reason: count for reason, count in self.failures.items() if reason != "too_late"}
        lost = {reason: count for reason, count in asked.items() if reason not in LATER}
        most = 2 * sum(lost.values()) > len(self.items) + self.same + sum(asked.values())
        barred = set(asked) <= BARRED and not self.items and not self.same
        return most and (sum(lost.values()) >= REFUSED or barred)


@dataclass(slots=True)
class _Round:
    """What one call has met so far; `down` pages in a row could not be had for now."""

    items: list[Item] = field(default_factory=list)
    failures: Counter[str] = field(default_factory=Counter)
    walls: int = 0
    down: int = 0
    same: int = 0
    retry_after: int = 0
    stopped: bool = False


def read_pages(
    settings: Settings,
    source: Source,
    moment: datetime,
    *,
    door: Door,
    read: Callable[[bytes, Asked], Found],
    budget_seconds: float,
    most: int,
) -> PagesDone:
    """Ask at most `most` waiting pages of a source, for about `budget_seconds`, newest entries first.

    read  the reader of pages (read.article.parse_page), in the sandbox

    A page that can never be read leaves the queue, one that may be read later stays for TRIES tries. A limit
    of the site, WALLS walls in a row or DOWN failures that may pass, end the call without counting against
    the pages that were not asked. Raises what the queue raises: files.Unwritable and Busy.
    """
    end, key = time.monotonic() + budget_seconds, keys.key(settings.places)
    met = _Round()
    for one in _in_order(settings.places, source.id, moment, met)[:most]:
        left = end - time.monotonic()
        if left <= 0 or met.stopped:
            break
        asked = Asked(source, moment, key, question=Question(one.entry.url))
        _one(settings.places, one, asked, door, read, min(DEADLINE, left), met)
    waiting = len(pages.waiting(settings.places, source.id)) - len(met.items)
    return PagesDone(tuple(met.items), max(0, waiting), dict(met.failures), met.same, met.retry_after)


def _in_order(places: Places, source: str, moment: datetime, met: _Round) -> list[Waiting]:
    """What waits, without what waited too long: untried before tried, then the newest first."""
    known = pages.waiting(places, source)
    late = {one.entry.guid for one in known if one.entry.fetched_at < moment - LONGEST_WAIT}
    if late:
        pages.done(places, source, late)
        met.failures["too_late"] += len(late)
    rest = [one for one in known if one.entry.guid not in late]
    return sorted(rest, key=lambda one: (one.tries, -one.entry.fetched_at.timestamp()))


def _one(
    places: Places,
    one: Waiting,
    asked: Asked,
    door: Door,
    read: Callable[[bytes, Asked], Found],
    deadline: float,
    met: _Round,
) -> None:
    """One page: an item, or a reason."""
    try:
        page = _page(asked, door, read, deadline)
    except FetchFailed as failed:
        met.retry_after = max(met.retry_after, failed.retry_after)
        _failed(places, one, asked.source.id, failed.reason, met)
    except Quarantine as unreadable:
        _failed(places, one, asked.source.id, str(unreadable), met)
    else:
        met.walls = met.down = 0
        if len(page.text) > one.length:
            met.items.append(_revised(one.entry, page))
        else:
            met.same += 1
            pages.done(places, asked.source.id, [one.entry.guid])


def _page(asked: Asked, door: Door, read: Callable[[bytes, Asked], Found], deadline: float) -> Item:
    assert asked.question is not None
    reply = door.ask(
        asked.question,
        deadline=deadline,
        largest=LARGEST,
        page=True,
        pause=asked.source.pause_seconds,
        inside=door.is_inside(asked.source.address),
    )
    found = read(reply.body, replace(asked, content_type=reply.content_type, url=reply.url))
    if not found.items:
        raise Quarantine("empty")
    return found.items[0]


def _failed(places: Places, one: Waiting, source: str, reason: str, met: _Round) -> None:
    met.failures[reason] += 1
    met.walls = met.walls + 1 if reason in WALL else 0
    met.down = met.down + 1 if reason in LATER else 0
    met.stopped = reason in STOP or met.walls >= WALLS or met.down >= DOWN or met.retry_after > 0
    if reason in ("rate_limited", "turn"):
        return  # asked too fast, or we wait for ourselves: no fault of the page
    if reason in LATER and one.tries + 1 < TRIES:
        pages.tried(places, source, one.entry.guid)
    else:
        pages.done(places, source, [one.entry.guid])


def _revised(entry: Item, page: Item) -> Item:
    """The entry with the words of its page; what the feed said of itself stays, and its guid above all."""
    dated = entry.published or page.published
    return replace(
        entry,
        url=page.url or entry.url,
        title=entry.title or page.title,
        text=page.text,
        published=dated,
        date_mark=entry.date_mark if entry.published or not dated else page.date_mark,
        language=entry.language or page.language,
        section=page.section,
        fetched_at=max(page.fetched_at, entry.fetched_at + AFTER),
    )
