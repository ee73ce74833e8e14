"""Bluesky's search as items, for somebody who has an account there.

Meant for narrow questions that a person has set: the network's makers ask not to use it for anything but
full-text search directed by a human (bluesky-social/atproto, issue 3423). So a visit asks few pages, slowly,
and only for what came since the last one; to follow a subject at large, use the reader jetstream.

The cursor: newest, held, kept, doubt, witness and checked as in read.bluesky.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from kaders.model import Question
from kaders.queries import Search
from kaders.read import posts
from kaders.read.bluesky import (
    after_doubt,
    ask_after,
    asked_for,
    due,
    hidden,
    in_turn,
    is_after,
    moments_of,
    post_item,
    refused,
    remembered,
)
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
KEY = "bearer"


def first(source: Source, cursor: Mapping[str, str], moment: datetime) -> Question:
    """The newest posts with the words, since the newest one that we have."""
    query = source.query
    assert isinstance(query, Search)
    newest = cursor.get("newest", "")
    since = datetime.fromisoformat(newest) - AGAIN if newest else moment.astimezone(UTC) - FIRST
    pairs = [
        ("q", query.words),
        ("sort", "latest"),
        ("limit", LIMIT),
        ("since", f"{since:%Y-%m-%dT%H:%M:%SZ}"),
    ]
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
    gone = hidden(known)
    cursor = remembered(asked.cursor, made.items, moments_of(known, asked), gone, asked)
    if mark := string(answer.get("cursor")):
        question = Question(posts.with_query(asked_for(asked), [("cursor", mark)]), key=KEY)
        return Found(made.items, made.bad, next=question, cursor=cursor, gone=gone)
    seen = {each.guid for each in made.items}
    again = [uri for uri in posts.held(asked.cursor) if uri not in seen] if due(asked) else []
    doubts = dict.fromkeys((*posts.names(cursor, "doubt"), *again))
    cursor |= in_turn(cursor, doubts, made.items, asked)
    question_after = ask_after(asked.source, cursor, key=KEY)
    return Found(made.items, made.bad, next=question_after, cursor=cursor, gone=gone)
