"""A Bluesky author feed as items: own posts only, reposts skipped, nobody by name."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from kaders.errors import Quarantine
from kaders.model import Item
from kaders.read import dates
from kaders.read.items import BROKEN, item, number, string, unique
from kaders.read.mastodon import posts_of
from kaders.read.people import pseudonym
from kaders.read.text import tidy
from kaders.read.url import canonical
from kaders.settings import Source

COUNTS = ("replyCount", "repostCount", "likeCount", "quoteCount")


def parse(
    body: bytes,
    *,
    content_type: str,
    source: Source,
    fetched_at: datetime,
    key: bytes | None = None,
) -> tuple[Item, ...]:
    """The posts of app.bsky.feed.getAuthorFeed in the order of the reply; reposts are skipped.

    Raises Quarantine with the reason code empty, html_instead_of_feed or unreadable.
    """
    reply = posts_of(body, content_type=content_type)
    if not isinstance(reply, dict) or not isinstance(reply.get("feed"), list):
        raise Quarantine("unreadable")
    return unique(_guarded(entry, source, fetched_at, key) for entry in reply["feed"])


def _guarded(entry: Any, source: Source, fetched_at: datetime, key: bytes | None) -> Item | None:
    try:
        return None if _repost(entry) else _item(entry["post"], source, fetched_at, key)
    except BROKEN:  # one malformed post says nothing about its neighbours
        return None


def _repost(entry: dict[str, Any]) -> bool:
    return "reasonRepost" in string((entry.get("reason") or {}).get("$type"))


def _item(post: dict[str, Any], source: Source, fetched_at: datetime, key: bytes | None) -> Item | None:
    record, author = post["record"], post.get("author") or {}
    languages = record.get("langs") or [""]
    return item(
        source=source,
        fetched_at=fetched_at,
        guid=str(post["uri"]),
        url=_address(post["uri"]),
        title="",
        text=tidy(string(record.get("text"))),
        published=_published(post, record, fetched_at),
        language=string(languages[0]),
        author=pseudonym(string(author.get("did")) or string(author.get("handle")), key),
        engagement=sum(number(post.get(name)) for name in COUNTS),
    )


def _address(uri: str) -> str:
    """at://did/app.bsky.feed.post/key as the public page; by DID, which does not show a name."""
    repository, _, record = uri.removeprefix("at://").partition("/")
    return canonical(f"https://bsky.app/profile/{repository}/post/{record.rpartition('/')[2]}")


def _published(post: dict[str, Any], record: dict[str, Any], fetched_at: datetime) -> datetime | None:
    """The earlier of what the author's client and what the network says, as the protocol advises."""
    stated = (
        dates.moment(raw, fetched_at=fetched_at) for raw in (record.get("createdAt"), post.get("indexedAt"))
    )
    return min(filter(None, stated), default=None)
