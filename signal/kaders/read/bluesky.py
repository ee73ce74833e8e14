"""A Bluesky author feed as items: own posts only, reposts skipped, nobody by name.

A visit reads from the newest post back to the last one that is known; where it may not ask on, the next visit
goes on, and then looks at the top again. The first visit of a day reads the last three days again: a changed
record comes as a revision, and a post that does not come by any more is asked after by its address before it
counts as deleted (read.bluesky_after). Older ones are asked after in turns (read.posts), for deletions only.
Posts whose author asks not to be shown to those who are not signed in, or that were hidden, are not kept;
when we have one, it is taken back.

The cursor: newest (moment of the newest post); of a walk that is not done yet known (what `newest` was before
it), until (how far back it reads), at (the mark of the page where it goes on), begun (the moment of the visit
that began it), looked (its day, when it is a long reading) and unmet (those not met yet in that); held (posts
that are met again), kept (posts that are asked after in turns), checked (the day of the last long reading),
refused (days on which the feed was refused, without a good one since); and doubt, missed, waits and witness
as in read.bluesky_after.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from kaders.errors import Quarantine
from kaders.model import Item, Question
from kaders.read import posts
from kaders.read.bluesky_after import TOGETHER, after_doubt, ask_after, asked_for, is_after, remembered
from kaders.read.bluesky_posts import hidden, moments_of, post_item, stamp, uri_of
from kaders.read.items import Asked, Found, found, string
from kaders.read.posts import listed, reply
from kaders.settings import Source

LIMIT = "100"
"""Posts of a page: the most that getAuthorFeed and searchPosts give."""
FILTER = "posts_and_author_threads"
"""Without replies to others: what an account says to one person is no statement to all. Threads stay, as
accounts tell a longer story in replies to themselves."""
PAGES = 15
"""Replies of a visit at most: no organisation writes a thousand posts in three days."""
ABSENT = frozenset({400, 404})
"""Statuses of a service that does not answer questions after posts; nothing counts as deleted then."""
REFUSED = 400
"""What getAuthorFeed answers for an account that is deleted, taken down or put aside, and to a mark that it
does not know any more (bluesky-social/atproto, api/app/bsky/feed/getAuthorFeed)."""
OPENING = frozenset({REFUSED})
PATIENT = 3
"""Days of a refused feed before it is asked whether the posts are still there: a fault of the service takes
hours, and what is withdrawn wrongly is lost."""


def first(source: Source, cursor: Mapping[str, str], moment: datetime) -> Question:
    """The newest page of the feed, or the page where the last visit stopped; without replies to others unless
    the address says what it wants.
    """
    wanted = [] if posts.queried(source.address, "filter") else [("filter", FILTER)]
    mark = [("cursor", cursor["at"])] if cursor.get("at") else []
    return Question(posts.with_query(source.address, [("limit", LIMIT), *wanted, *mark]))


def parse(body: bytes, asked: Asked) -> Found:
    """The posts of app.bsky.feed.getAuthorFeed in the order of the reply; reposts are skipped.

    Also reads the replies to what it asks after that (getPosts). Found.gone holds the posts that the service
    does not know any more, and those that are not for everyone. Raises Quarantine as read.posts.reply does,
    and with the status when the feed is refused and we have nothing of it.
    """
    if is_after(asked):
        return after_doubt(body, asked)
    if posts.absent(asked):
        return _refused(asked)
    answer = reply(body, asked)
    entries = listed(answer.get("feed") if isinstance(answer, dict) else None)
    own = [entry for entry in entries if not _repost(entry)]
    made = found(own, _item, asked)
    return _read_on(made, [_post(entry) for entry in own], string(answer.get("cursor")), asked)


def _read_on(made: Found, read: list[dict[str, Any]], mark: str, asked: Asked) -> Found:
    """A page of the feed: its items, what to ask next and what to remember."""
    before = posts.queried(asked_for(asked), "cursor")
    cursor = dict(asked.cursor) if before else _started(asked)
    if cursor.get("refused"):
        cursor |= {"refused": "", "missed": "", "waits": ""}
    gone, moments = hidden(read), moments_of(read, asked)
    made = _not_forgotten(made, cursor)
    cursor = remembered(cursor, made.items, moments, gone, asked)
    uris = {uri_of(post) for post in read}
    cursor["unmet"] = " ".join(each for each in posts.names(cursor, "unmet") if each not in uris)
    oldest, until = stamp(min(moments, default=asked.fetched_at)), cursor.get("until", "")
    if mark and until and oldest > until and [mark] != before:  # a page of reposts alone says nothing
        cursor["at"] = mark
        question = first(asked.source, cursor, asked.fetched_at)
        unknown = oldest > cursor.get("known", "")
        return Found(made.items, made.bad, next=question, cursor=cursor, gone=gone, left=unknown)
    return _done(made, cursor, gone, asked)


def _not_forgotten(made: Found, cursor: Mapping[str, str]) -> Found:
    """Without the posts from before this walk that are too many to be met again: they would land as new."""
    held, known = posts.held(cursor), cursor.get("known", "")
    if len(held) < posts.MOST_HELD:
        return made
    kept = (each for each in made.items if each.guid in held or _is_since(each, known))
    return replace(made, items=tuple(kept))


def _is_since(each: Item, known: str) -> bool:
    return each.published is None or stamp(each.published) >= known


def _done(made: Found, cursor: dict[str, str], gone: tuple[str, ...], asked: Asked) -> Found:
    """The last page of a walk; one that an earlier visit began is followed by a look at the top."""
    doubts = dict.fromkeys((*posts.names(cursor, "doubt"), *posts.names(cursor, "unmet")))
    cursor |= in_turn(cursor, doubts, made.items, asked, day=cursor.get("looked", ""))
    cursor |= {"unmet": "", "until": "", "known": "", "at": "", "looked": ""}
    again = cursor.get("begun") != stamp(asked.fetched_at)
    top = first(asked.source, cursor, asked.fetched_at)
    question = top if again else ask_after(asked.source, cursor)
    return Found(made.items, made.bad, next=question, cursor=cursor, gone=gone, left=again)


def _started(asked: Asked) -> dict[str, str]:
    """The cursor at the start of a walk: how far back it reads, and which posts it should meet.

    One that could not be ended, as its mark was not known any more, is begun again and reads as far back.
    """
    known, long_reading = asked.cursor.get("known") or asked.cursor.get("newest", ""), due(asked)
    back = stamp(asked.fetched_at - posts.WATCHED) if long_reading else known
    return {
        **asked.cursor,
        "known": known,
        "until": min(back, known) if known else "",
        "unmet": " ".join(posts.held(asked.cursor)) if long_reading else "",
        "looked": posts.today(asked.fetched_at) if long_reading else "",
        "begun": stamp(asked.fetched_at),
    }


def _refused(asked: Asked) -> Found:
    """What to do when a status stands in the place of the feed.

    A mark that is not known any more: begin at the top. An account of which we have posts: on the PATIENT-th
    day running they are asked after, and those that are missing then and again on a later day are gone.
    """
    cursor, today = dict(asked.cursor), posts.today(asked.fetched_at)
    if posts.queried(asked_for(asked), "cursor"):
        cursor["at"] = ""
        return Found((), next=first(asked.source, cursor, asked.fetched_at), cursor=cursor)
    known = list(dict.fromkeys((*posts.held(cursor, "kept"), *posts.held(cursor))))
    if posts.absent(asked) != REFUSED or not known:
        refused(asked)
    days = dict.fromkeys((*posts.names(cursor, "refused"), today))
    cursor["refused"] = " ".join(list(days)[-PATIENT:])
    if len(days) < PATIENT:
        return Found((), cursor=cursor, short="http_4xx")
    if cursor.get("checked") != today:
        doubt = cursor.get("doubt") if cursor.get("missed") else " ".join(known)
        cursor |= {"doubt": doubt or "", "checked": today, "waits": "", "witness": ""}
    return Found((), next=ask_after(asked.source, cursor), cursor=cursor, short="http_4xx")


def due(asked: Asked) -> bool:
    """Whether the posts that we have are looked after in this visit: the first one of a day."""
    return asked.cursor.get("checked") != posts.today(asked.fetched_at)


def in_turn(
    cursor: Mapping[str, str], doubts: Iterable[str], met: Iterable[Item], asked: Asked, *, day: str
) -> dict[str, str]:
    """What changes in the cursor at the end of a reading: the posts in doubt, with those whose turn it is on
    a new day; a post just met as their witness; and that this day is done.

    day: the day whose looking after this was, '' for none.
    """
    doubt = {"doubt": " ".join(doubts)}
    if day and asked.cursor.get("checked", day) != day:
        doubt = posts.in_turn({**cursor, **doubt}, TOGETHER)
    witness = posts.witness({**cursor, **doubt}, (each.guid for each in met))
    return {**doubt, "witness": witness} | ({"checked": day} if day else {})


def refused(asked: Asked) -> None:
    """Quarantine with the status as reason when a status stands in the place of a page of posts."""
    if status := posts.absent(asked):
        raise Quarantine("http_404" if status == 404 else "http_4xx")


def _item(entry: dict[str, Any], asked: Asked) -> Item | None:
    return post_item(entry["post"], asked)


def _repost(entry: Any) -> bool:
    return _reason(entry).endswith("reasonRepost")


def _reason(entry: Any) -> str:
    reason = entry.get("reason") if isinstance(entry, dict) else None
    return string(reason.get("$type")) if isinstance(reason, dict) else ""


def _post(entry: Any) -> dict[str, Any]:
    """The post of an entry, marked when it is pinned: that one stands first however old it is."""
    post = entry.get("post") if isinstance(entry, dict) else None
    pinned = _reason(entry).endswith("reasonPin")
    return {**post, "pinned": pinned} if isinstance(post, dict) else {}
