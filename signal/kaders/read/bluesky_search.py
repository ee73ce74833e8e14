"""Bluesky's search as items, for somebody who has an account there.

Meant for narrow questions that a person has set: the network's makers ask not to use it for anything but
full-text search directed by a human (bluesky-social/atproto, issue 3423). So a visit asks few pages, slowly,
and only for what came since the last one; to follow a subject at large, use the reader jetstream.

The cursor: newest, held, kept, doubt, missed, witness and checked as in read.bluesky; floor and back (since
when and up to when the next visit asks first, as this one could not ask that far).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from kaders.model import Question
from kaders.queries import Search
from kaders.read import posts
from kaders.read.bluesky import due, in_turn, refused
from kaders.read.bluesky_after import after_doubt, ask_after, asked_for, is_after, remembered
from kaders.read.bluesky_posts import hidden, moments_of, post_item, stamp
from kaders.read.items import Asked, Found, found, string
from kaders.read.posts import listed, reply
from kaders.settings import Source

LIMIT = "100"
"""Posts of a page: the most that searchPosts gives."""
FIRST = timedelta(days=1)
"""How far back the first visit asks."""
AGAIN = timedelta(minutes=10)
"""How much is asked twice: the index is filled with some delay, and what is known is known again."""
PAGES = 8
"""Replies of a visit at most: a question that finds more in a few hours is not narrow."""
PAUSE = 3.0
"""Seconds between two questions: a person would not ask faster."""
SECOND = timedelta(seconds=1)
KEY = "bearer"


def first(source: Source, cursor: Mapping[str, str], moment: datetime) -> Question:
    """The newest posts with the words, since the newest one that we have; or what the last visit left."""
    query = source.query
    assert isinstance(query, Search)
    newest, back = cursor.get("newest", ""), cursor.get("back", "")
    since = datetime.fromisoformat(newest) - AGAIN if newest else moment.astimezone(UTC) - FIRST
    pairs = [
        ("q", query.words),
        ("sort", "latest"),
        ("limit", LIMIT),
        ("since", cursor.get("floor", "") if back else stamp(since)),
    ]
    pairs += [("until", back)] if back else []
    pairs += [("lang", query.language)] if query.language else []
    url = source.address.rstrip("/") + "/app.bsky.feed.searchPosts"
    return Question(posts.with_query(url, pairs), key=KEY)


def parse(body: bytes, asked: Asked) -> Found:
    """The posts of app.bsky.feed.searchPosts in the order of the reply, hidden ones left out.

    Once a day the posts of the last days, and in turns older ones, are asked after by their address, as in
    read.bluesky. Raises Quarantine as read.posts.reply does.
    """
    if is_after(asked):
        return after_doubt(body, asked, key=KEY)
    refused(asked)
    answer = reply(body, asked)
    read = listed(answer.get("posts") if isinstance(answer, dict) else None)
    made = found(read, post_item, asked)
    known = [post for post in read if isinstance(post, dict)]
    gone, moments = hidden(known), moments_of(known, asked)
    cursor = remembered(asked.cursor, made.items, moments, gone, asked)
    mark = string(answer.get("cursor"))
    if mark and [mark] != posts.queried(asked_for(asked), "cursor"):
        cursor |= _left(moments, asked)
        question = Question(posts.with_query(asked_for(asked), [("cursor", mark)]), key=KEY)
        return Found(made.items, made.bad, next=question, cursor=cursor, gone=gone, left=True)
    cursor |= {"floor": "", "back": ""}
    if posts.queried(asked_for(asked), "until"):  # that was what an earlier visit left: now the top
        question = first(asked.source, cursor, asked.fetched_at)
        return Found(made.items, made.bad, next=question, cursor=cursor, gone=gone, left=True)
    return _looked_after(made, cursor, gone, asked)


def _left(moments: list[datetime], asked: Asked) -> dict[str, str]:
    """What is left when no page behind this one can be asked for: since when, and what came before when.

    By moment and not by the service's mark, which counts from a top that moves. `until` does not include its
    moment (lexicon searchPosts): a second later, so that the posts of one second are not parted.
    """
    url = asked_for(asked)
    since, before = ("".join(posts.queried(url, name)[:1]) for name in ("since", "until"))
    known = [each for each in map(stamp, moments) if each >= since]  # others are not in their order
    if not known:
        back = asked.cursor.get("back") or stamp(asked.fetched_at)
    else:
        back = stamp(datetime.fromisoformat(known[-1]) + SECOND)
        if before and back >= before:  # a full page within one second: it must go on
            back = stamp(datetime.fromisoformat(before) - SECOND)
    return {"floor": since, "back": back}


def _looked_after(made: Found, cursor: dict[str, str], gone: tuple[str, ...], asked: Asked) -> Found:
    """The last page of a search: once a day the posts that did not come by are asked after."""
    seen, day = {each.guid for each in made.items}, posts.today(asked.fetched_at) if due(asked) else ""
    again = [uri for uri in posts.held(asked.cursor) if uri not in seen] if day else []
    doubts = dict.fromkeys((*posts.names(cursor, "doubt"), *again))
    cursor |= in_turn(cursor, doubts, made.items, asked, day=day)
    question = ask_after(asked.source, cursor, key=KEY)
    return Found(made.items, made.bad, next=question, cursor=cursor, gone=gone)
