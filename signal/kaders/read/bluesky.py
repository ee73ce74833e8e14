"""A Bluesky author feed as items: own posts only, reposts skipped, nobody by name."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from kaders.model import Item
from kaders.read import dates
from kaders.read.items import Asked, Found, found, item, number, string
from kaders.read.people import pseudonym
from kaders.read.posts import listed, reply
from kaders.read.text import tidy
from kaders.read.url import canonical

COUNTS = ("replyCount", "repostCount", "likeCount", "quoteCount")


def parse(body: bytes, asked: Asked) -> Found:
    """The posts of app.bsky.feed.getAuthorFeed in the order of the reply; reposts are skipped.

    Raises Quarantine as read.posts.reply does.
    """
    answer = reply(body, asked)
    return found(listed(answer.get("feed") if isinstance(answer, dict) else None), _item, asked)


def page_of(uri: str) -> str:
    """at://did/app.bsky.feed.post/key as the public page; by DID, which does not show a name."""
    repository, _, record = uri.removeprefix("at://").partition("/")
    return canonical(f"https://bsky.app/profile/{repository}/post/{record.rpartition('/')[2]}")


def _item(entry: dict[str, Any], asked: Asked) -> Item | None:
    if _repost(entry):
        return None
    post = entry["post"]
    record, author = post["record"], post.get("author") or {}
    languages = record.get("langs") or [""]
    return item(
        asked,
        guid=str(post["uri"]),
        url=page_of(post["uri"]),
        title="",
        text=tidy(string(record.get("text"))),
        published=_published(post, record, asked.fetched_at),
        language=string(languages[0]),
        author=pseudonym(string(author.get("did")) or string(author.get("handle")), asked.key),
        engagement=sum(number(post.get(name)) for name in COUNTS),
    )


def _repost(entry: dict[str, Any]) -> bool:
    return "reasonRepost" in string((entry.get("reason") or {}).get("$type"))


def _published(post: dict[str, Any], record: dict[str, Any], fetched_at: datetime) -> datetime | None:
    """The earlier of what the author's client and what the network says, as the protocol advises."""
    stated = (
        dates.moment(raw, fetched_at=fetched_at) for raw in (record.get("createdAt"), post.get("indexedAt"))
    )
    return min(filter(None, stated), default=None)
