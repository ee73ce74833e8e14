"""What every reader shares: making an item, telling one entry from another and one revision from the next."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from kaders.model import Item
from kaders.settings import Source

LONGEST_TITLE = 500
"""Characters; longer ones are texts in the wrong field."""
LONGEST_GUID = 500
"""Characters; longer ones are cut and hashed, so that they stay apart."""
BROKEN = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
"""What one malformed entry can raise while it is read; such an entry is left out and the others go on."""


class Reader(Protocol):
    """What a reader looks like: the body of a reply in, items out."""

    def __call__(
        self,
        body: bytes,
        *,
        content_type: str,
        source: Source,
        fetched_at: datetime,
        key: bytes | None = None,
    ) -> tuple[Item, ...]:
        """Items in the order of the reply; Quarantine with a reason code when nothing can be read."""


def item(
    *,
    source: Source,
    fetched_at: datetime,
    guid: str,
    url: str,
    title: str,
    text: str,
    published: datetime | None,
    language: str | None = None,
    author: str | None = None,
    engagement: int = 0,
) -> Item | None:
    """An item from plain texts and a pseudonym; None when there is nothing to know it by."""
    title = title if len(title) <= LONGEST_TITLE else title[: LONGEST_TITLE - 1].rstrip() + "…"
    guid = _guid(tidy_guid(guid) or url or digest(title, text) * bool(title or text))
    if not guid:
        return None
    return Item(
        source=source.id,
        guid=guid,
        url=url,
        title=title,
        text="" if text == title else text,
        published=published,
        fetched_at=fetched_at,
        language=(language or "").strip()[:20] or source.language,
        author=author,
        engagement=max(0, engagement),
    )


def unique(items: Iterable[Item | None]) -> tuple[Item, ...]:
    """The items, each once; entries that share a guid but not an address are told apart by the address."""
    known = [each for each in items if each is not None]
    addresses = {(each.guid, each.url) for each in known}
    shared = {guid for guid, count in Counter(guid for guid, _ in addresses).items() if count > 1}
    apart = (_apart(each) if each.guid in shared else each for each in known)
    first: dict[str, Item] = {}
    for each in apart:
        first.setdefault(each.guid, each)
    return tuple(first.values())


def fingerprint(each: Item) -> str:
    """16 hexadecimal characters that change when an entry does; fetch moment and engagement do not count."""
    published = each.published.isoformat() if each.published else ""
    return digest(
        each.guid,
        each.url,
        each.title,
        each.text,
        published,
        each.language or "",
        each.author or "",
    )


def digest(*parts: str, size: int = 8) -> str:
    """A BLAKE2b hash of texts, `size` bytes as hexadecimal characters."""
    joined = "\0".join(parts).encode("utf-8", "replace")
    return hashlib.blake2b(joined, digest_size=size).hexdigest()


def tidy_guid(guid: str) -> str:
    """A guid on one line; handles stay, as sources build addresses from them."""
    return " ".join(guid.split())


def number(value: object) -> int:
    """A count from JSON; 0 for anything else."""
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def string(value: object) -> str:
    """A text from JSON; '' for anything else."""
    return value if isinstance(value, str) else ""


def _apart(each: Item) -> Item:
    return replace(each, guid=_guid(f"{each.guid} {each.url}"))


def _guid(guid: str) -> str:
    return guid if len(guid) <= LONGEST_GUID else f"{guid[: LONGEST_GUID - 17]} {digest(guid)}"
