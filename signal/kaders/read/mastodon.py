"""A Mastodon tag timeline as items: public posts only, boosts skipped, nobody by name."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urlsplit

from kaders.model import Item
from kaders.read import dates
from kaders.read.items import Asked, Found, found, item, known_as, number, string
from kaders.read.people import pseudonym
from kaders.read.posts import listed, reply
from kaders.read.text import plain
from kaders.read.url import canonical
from kaders.settings import Source

PUBLIC = ("public", "unlisted")
"""What everyone may read; `private` and `direct` posts are never kept, even when a server leaks them."""
COUNTS = ("replies_count", "reblogs_count", "favourites_count")


def parse(body: bytes, asked: Asked) -> Found:
    """The posts of /api/v1/timelines/tag/... in the order of the reply, without boosts and non-public ones.

    Raises Quarantine as read.posts.reply does.
    """
    return found(listed(reply(body, asked)), _item, asked)


def _item(post: dict[str, Any], asked: Asked) -> Item | None:
    if post.get("reblog") or post.get("visibility", "public") not in PUBLIC:
        return None
    return item(
        asked,
        guid=str(post["id"]),
        url=_page(post, asked.source),
        title=plain(string(post.get("spoiler_text"))),
        text=plain(string(post.get("content"))),
        published=dates.moment(post.get("created_at"), fetched_at=asked.fetched_at),
        language=string(post.get("language")),
        author=pseudonym(_account(post, asked.source), asked.key),
        engagement=sum(number(post.get(name)) for name in COUNTS),
        same_as=known_as(_own_address(post), asked.key) if _own_address(post) else "",
    )


def _page(post: dict[str, Any], source: Source) -> str:
    """The page of a post on the instance that was asked, by its id there: its own address names the account.

    read.accounts.PAGES says where Mastodon promises this address. The web pages of an instance may have
    another host than its API; a post of its own people says which.
    """
    home = urlsplit(string(post.get("url"))) if "@" not in _handle(post) else None
    site = home if home and home.hostname else urlsplit(source.url or "")
    number = str(post["id"])
    path = f"statuses/{number}" if re.fullmatch(r"[\w-]+", number) else ""
    return canonical(f"{site.scheme}://{site.netloc}/{path}")


def _own_address(post: dict[str, Any]) -> str:
    """What names the post on every server: its identifier, else its address."""
    return string(post.get("uri")) or string(post.get("url"))


def _handle(post: dict[str, Any]) -> str:
    return string((post.get("account") or {}).get("acct"))


def _account(post: dict[str, Any], source: Source) -> str:
    """name@host, also for an account of the asked server itself, so that one person is one pseudonym."""
    handle, host = _handle(post), urlsplit(source.url or "").hostname or ""
    return handle if "@" in handle or not handle else f"{handle}@{host}"
