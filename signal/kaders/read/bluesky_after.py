"""Asking Bluesky after posts by their address: which are not there any more.

What is missing is asked after once more before it counts as gone, beside posts that were there a moment ago:
a service that leaves out some of what it has leaves out one of those too, and is not believed. Where every
post that we know is in doubt, an empty list is the service's own word, twice.

The cursor: doubt (posts to ask after), missed (those of them that were missing once), witness (one that ought
to be there: posts.witness), waits ("yes" when the second question waits for another day).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from urllib.parse import urlsplit

from kaders.model import Item, Question
from kaders.read import posts
from kaders.read.bluesky_posts import hidden, post_item, stamp, uri_of
from kaders.read.items import Asked, Found, found
from kaders.read.posts import listed, reply
from kaders.settings import Source

AFTER = "app.bsky.feed.getPosts"
TOGETHER = 25
"""Posts that getPosts takes in one question."""
AGAIN = TOGETHER // 2
"""Posts of a second question that were missing in the first; the others are their witnesses."""


def asked_for(asked: Asked) -> str:
    """The address that was asked."""
    return asked.question.url if asked.question else asked.source.address


def is_after(asked: Asked) -> bool:
    """Whether a reply is one to a question after posts."""
    return urlsplit(asked_for(asked)).path.endswith(AFTER)


def ask_after(
    source: Source, cursor: Mapping[str, str], *, key: str = "", there: Iterable[str] = ()
) -> Question | None:
    """The question after posts in doubt and their witness; None when there are none to ask after today.

    there: posts that the service had in its last answer, witnesses of the second question.
    """
    missed, witness = posts.names(cursor, "missed"), cursor.get("witness", "")
    doubt = [each for each in posts.names(cursor, "doubt") if each not in set(missed)]
    if doubt:
        together = [*doubt[: TOGETHER - 1], witness]
    elif missed and not cursor.get("waits"):
        witnesses = list(dict.fromkeys((witness, *there)))
        together = [*witnesses[: TOGETHER - AGAIN], *missed[:AGAIN]]
    else:
        return None
    url = posts.beside(source.address, "/app.bsky.", AFTER)
    return Question(posts.with_query(url, [("uris", uri) for uri in together if uri]), key=key)


def after_doubt(body: bytes, asked: Asked, *, key: str = "") -> Found:
    """The reply to a question after posts: Found.gone, and what is there.

    As items come only those that are met again: others were forgotten, and would land as if they were new.
    """
    answer = None if posts.absent(asked) else reply(body, asked)
    shown = listed(answer.get("posts") if isinstance(answer, dict) else None) if answer else []
    named, there = posts.queried(asked_for(asked), "uris"), {uri_of(post) for post in shown}
    doubt = set(posts.names(asked.cursor, "doubt"))
    if not answer or any(uri not in there for uri in named if uri not in doubt):  # a witness is missing
        return Found((), cursor={**asked.cursor, "doubt": "", "missed": ""})
    met = posts.held(asked.cursor)
    made = found([post for post in shown if uri_of(post) in met], post_item, asked)
    once = set(posts.names(asked.cursor, "missed"))
    gone = (*(uri for uri in named if uri in once and uri not in there), *hidden(shown))
    missing = [uri for uri in named if uri in doubt and uri not in there]
    cursor = remembered(_settled(asked, missing, there.union(gone)), made.items, (), gone, asked)
    question = ask_after(asked.source, cursor, key=key, there=[uri for uri in named if uri in there])
    return Found(made.items, made.bad, next=question, cursor=cursor, gone=gone)


def _settled(asked: Asked, missing: Iterable[str], settled: set[str]) -> dict[str, str]:
    """The cursor without the posts of which is known whether they are there, and with those now missing.

    While the feed itself is refused, what is missing is asked after again on another day.
    """
    before = posts.names(asked.cursor, "missed")
    missed = [uri for uri in dict.fromkeys((*before, *missing)) if uri not in settled]
    later = asked.cursor.get("refused") and set(missed) - set(before)
    return {
        **asked.cursor,
        "doubt": " ".join(uri for uri in posts.names(asked.cursor, "doubt") if uri not in settled),
        "missed": " ".join(missed),
        "waits": "yes" if later else asked.cursor.get("waits", ""),
    }


def remembered(
    cursor: Mapping[str, str],
    items: Iterable[Item],
    moments: Iterable[datetime],
    gone: Iterable[str],
    asked: Asked,
) -> dict[str, str]:
    """The cursor with the newest moment and the posts to look after, without those that are gone."""
    seen = {each.guid: (each.published or asked.fetched_at).toordinal() for each in items}
    taken = set(gone)
    left = {uri: day for uri, day in (posts.held(cursor) | seen).items() if uri not in taken}
    latest = stamp(asked.fetched_at)  # a post of tomorrow would hide those of today
    newest = max((cursor.get("newest", ""), *(min(stamp(each), latest) for each in moments)))
    return {
        **cursor,
        "newest": newest,
        "held": posts.packed(left, asked.fetched_at),
        "kept": posts.kept(cursor, seen, taken, asked.fetched_at),
    }
