"""One Bluesky post as an item: what it says, when, by whom under a pseudonym, whether it is for everyone."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from kaders.model import Item
from kaders.read import dates
from kaders.read.items import BROKEN, Asked, item, number, string
from kaders.read.people import pseudonym
from kaders.read.text import tidy
from kaders.read.url import canonical

COUNTS = ("replyCount", "repostCount", "likeCount", "quoteCount")
HIDDEN = frozenset({"!hide", "!no-unauthenticated", "!takedown"})
"""Labels (com.atproto.label.defs) of what is not for everyone."""


def hidden(read: Iterable[Any]) -> tuple[str, ...]:
    """The addresses of posts that are not for everyone, by a label on the post or on its account."""
    return tuple(uri_of(post) for post in read if uri_of(post) and _is_hidden(post))


def page_of(uri: str) -> str:
    """at://did/app.bsky.feed.post/key as the public page; by DID, which does not show a name."""
    repository, _, record = uri.removeprefix("at://").partition("/")
    return canonical(f"https://bsky.app/profile/{repository}/post/{record.rpartition('/')[2]}")


def post_item(post: dict[str, Any], asked: Asked) -> Item | None:
    """The item of one post as the API shows it (app.bsky.feed.defs#postView); None when it is hidden."""
    record, author = post["record"], post.get("author") or {}
    if _is_hidden(post):
        return None
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


def uri_of(post: Any) -> str:
    return string(post.get("uri")) if isinstance(post, dict) else ""


def _is_hidden(post: dict[str, Any]) -> bool:
    """Whether a label hides a post: the service sets them on posts and accounts, an author in the record."""
    author, record = post.get("author") or {}, post.get("record") or {}
    own = record.get("labels") if isinstance(record, dict) else None
    lists = [post.get("labels"), author.get("labels") if isinstance(author, dict) else None]
    lists.append(own.get("values") if isinstance(own, dict) else None)
    labels = (label for each in lists if isinstance(each, list) for label in each if isinstance(label, dict))
    return any(label.get("val") in HIDDEN and not label.get("neg") for label in labels)


def moments_of(read: list[dict[str, Any]], asked: Asked) -> list[datetime]:
    """The moments by which the service orders its posts, without those that are pinned to the top."""
    dated = (_when(post, asked) for post in read if not post.get("pinned"))
    return [each for each in dated if each]


def _when(post: dict[str, Any], asked: Asked) -> datetime | None:
    """The moment of a post; None for one that cannot be read."""
    try:
        return _published(post, post["record"], asked.fetched_at)
    except BROKEN:
        return None


def _published(post: dict[str, Any], record: dict[str, Any], fetched_at: datetime) -> datetime | None:
    """The earlier of what the author's client and what the network says, as the protocol advises."""
    stated = (
        dates.moment(raw, fetched_at=fetched_at) for raw in (record.get("createdAt"), post.get("indexedAt"))
    )
    return min(filter(None, stated), default=None)


def stamp(moment: datetime) -> str:
    """A moment (UTC) as text that sorts."""
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"
