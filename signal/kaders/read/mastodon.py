"""A Mastodon tag timeline as items: public posts only, boosts skipped, nobody by name."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from kaders.errors import Quarantine
from kaders.model import Item
from kaders.read import dates
from kaders.read.items import BROKEN, item, number, string, unique
from kaders.read.people import pseudonym
from kaders.read.text import plain
from kaders.read.url import canonical
from kaders.settings import Source

PUBLIC = ("public", "unlisted")
"""What everyone may read; `private` and `direct` posts are never kept, even when a server leaks them."""


def parse(
    body: bytes,
    *,
    content_type: str,
    source: Source,
    fetched_at: datetime,
    key: bytes | None = None,
) -> tuple[Item, ...]:
    """The posts of /api/v1/timelines/tag/... in the order of the reply, without boosts and non-public ones.

    Raises Quarantine with the reason code empty, html_instead_of_feed or unreadable.
    """
    posts = posts_of(body, content_type=content_type)
    if not isinstance(posts, list):
        raise Quarantine("unreadable")
    return unique(_guarded(post, source, fetched_at, key) for post in posts)


def posts_of(body: bytes, *, content_type: str) -> Any:
    """The JSON of an API reply. Raises Quarantine with a reason code when there is none."""
    if not body.strip():
        raise Quarantine("empty")
    if body.lstrip()[:1] == b"<":
        raise Quarantine("html_instead_of_feed" if "xml" not in content_type else "unreadable")
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise Quarantine("unreadable") from None


def _guarded(post: Any, source: Source, fetched_at: datetime, key: bytes | None) -> Item | None:
    try:
        hidden = post.get("reblog") or post.get("visibility", "public") not in PUBLIC
        return None if hidden else _item(post, source, fetched_at, key)
    except BROKEN:  # one malformed post says nothing about its neighbours
        return None


def _item(post: dict[str, Any], source: Source, fetched_at: datetime, key: bytes | None) -> Item | None:
    replies, boosts, likes = (
        number(post.get(f"{name}_count")) for name in ("replies", "reblogs", "favourites")
    )
    return item(
        source=source,
        fetched_at=fetched_at,
        guid=str(post["id"]),
        url=canonical(string(post.get("url")) or string(post.get("uri"))),
        title=plain(string(post.get("spoiler_text"))),
        text=plain(string(post.get("content"))),
        published=dates.moment(post.get("created_at"), fetched_at=fetched_at),
        language=string(post.get("language")),
        author=pseudonym(_account(post, source), key),
        engagement=replies + boosts + likes,
    )


def _account(post: dict[str, Any], source: Source) -> str:
    """name@host, also for an account of the asked server itself, so that one person is one pseudonym."""
    account = string((post.get("account") or {}).get("acct"))
    host = urlsplit(source.url or "").hostname or ""
    return account if "@" in account or not account else f"{account}@{host}"
