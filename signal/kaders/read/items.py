"""What every reader shares: making an item, telling one entry from another and one revision from the next."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Protocol

from kaders.model import Item, Question
from kaders.read.accounts import is_page, neutral
from kaders.read.people import sealed
from kaders.read.text import without_mentions
from kaders.read.url import canonical
from kaders.settings import Source

LONGEST_TITLE = 500
"""Characters; longer ones are texts in the wrong field."""
LONGEST_GUID = 500
"""Characters; longer ones are cut and hashed, so that they stay apart."""
BROKEN = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)
"""What one malformed entry can raise while it is read; such an entry is counted and the others go on."""
_UNWRITABLE = re.compile("[\x00-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
"""Characters that JSON can smuggle into a text and no file or database takes: half a pair, a NUL."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Where a reply comes from: the source, the moment it was asked, the key of pseudonyms, its type.

    question     what was asked, None when that is the address of the source
    url          the address that answered, after redirects; '' when it is not known
    link         the reply's Link header
    cursor       what the reader asked to remember at the last visit
    first_visit  whether nothing is remembered of the source
    again        whether reading the reply has ended a process before: the simplest way is the best
    """

    source: Source
    fetched_at: datetime
    key: bytes | None = None
    content_type: str = ""
    question: Question | None = None
    url: str = ""
    link: str = ""
    cursor: Mapping[str, str] = field(default_factory=dict)
    first_visit: bool = False
    again: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """What a reader made of a reply: the items in its order, and how many entries could not be read.

    next     the next page of the same answer, to be asked in this visit; None on the last one
    cursor   what to remember for the next visit's first question, once everything has landed
    gone     guids that the source says are deleted
    gone_authors  pseudonyms of accounts that are deleted
    every    minutes between visits that the source itself asks for; 0 when it says nothing
    short    reason code when the reply is known to hold less than there is: cut_off, full_page
    left     whether `next` asks for entries, and the cursor brings the next visit there if this one may not
    """

    items: tuple[Item, ...]
    bad: int = 0
    next: Question | None = None
    cursor: Mapping[str, str] = field(default_factory=dict)
    gone: tuple[str, ...] = ()
    gone_authors: tuple[str, ...] = ()
    every: int = 0
    short: str = ""
    left: bool = False


class Reader(Protocol):
    """What a reader looks like: the body of a reply in, items out."""

    def __call__(self, body: bytes, asked: Asked) -> Found:
        """Items in the order of the reply; Quarantine with a reason code when nothing can be read."""


def found(entries: Iterable[Any], make: Callable[[Any, Asked], Item | None], asked: Asked) -> Found:
    """The items that `make` gives for the entries, each once, and how many entries it could not read.

    make: gives None for an entry that is left out on purpose and raises one of BROKEN for a malformed one,
    which says nothing about its neighbours.
    """
    bad = 0

    def made() -> Iterator[Item | None]:
        nonlocal bad
        for entry in entries:
            try:
                yield make(entry, asked)
            except BROKEN:
                bad += 1

    return Found(unique(made()), bad)


def item(
    asked: Asked,
    *,
    guid: str,
    url: str,
    title: str,
    text: str,
    published: datetime | None,
    language: str | None = None,
    author: str | None = None,
    engagement: int = 0,
    same_as: str = "",
    date_mark: str = "",
) -> Item:
    """An item from plain texts and a pseudonym. ValueError when it has no words, no address and no name.

    What names an account does not pass: the address becomes a nameless one and the guid a keyed hash. Such an
    item is known again by `same_as`, the keyed hash of what its address was, unless one is given.
    """
    if not (title or text or url or guid.strip()):
        raise ValueError("nothing to read, nothing to open and nothing to know it by")
    title = title if len(title) <= LONGEST_TITLE else title[: LONGEST_TITLE - 1].rstrip() + "…"
    page = neutral(url)
    named = page != url
    return Item(
        source=asked.source.id,
        guid=_guid(
            _nameless(guid, asked.key) or (sealed(url, asked.key) if named else url) or digest(title, text)
        ),
        url=page,
        title=title,
        text="" if text == title else text,
        published=published,
        fetched_at=asked.fetched_at,
        language=_UNWRITABLE.sub("", language or "").strip()[:20] or asked.source.language,
        author=author,
        engagement=max(0, engagement),
        same_as=same_as or (known_as(url, asked.key) if named else ""),
        date_mark=date_mark,
    )


def known_as(address: str, key: bytes | None) -> str:
    """The keyed hash by which one post is known, whatever server or feed shows it.

    The addresses that Mastodon has for a post (`/@name/1` and `/users/name/statuses/1`) give the same one.
    """
    page = neutral(canonical(address))
    return sealed(page if is_page(page) else address, key)


def unique(items: Iterable[Item | None]) -> tuple[Item, ...]:
    """The items, each once; entries that share a guid but not an address are told apart by the address."""
    known = [each for each in items if each is not None]
    addresses = {(each.guid, _address(each)) for each in known}
    shared = {guid for guid, count in Counter(guid for guid, _ in addresses).items() if count > 1}
    apart = (_apart(each) if each.guid in shared else each for each in known)
    first: dict[str, Item] = {}
    for each in apart:
        first.setdefault(each.guid, each)
    return tuple(first.values())


def fingerprint(each: Item) -> str:
    """16 hexadecimal characters that change when an entry does; fetch moment and engagement do not count.

    Nor does the author, whose pseudonym changes with the key that it was made with.
    """
    return _fingerprint(each, "")


def is_known(each: Item, marks: AbstractSet[str]) -> bool:
    """Whether an entry, as its reader gave it, is among fingerprints.

    In those of before keys could be replaced the author counts. They are of the first key, as what readers
    give is.
    """
    return not marks.isdisjoint((fingerprint(each), _fingerprint(each, each.author or "")))


def _fingerprint(each: Item, author: str) -> str:
    published = each.published.isoformat() if each.published else ""
    return digest(each.guid, each.url, each.title, each.text, published, each.language or "", author)


def digest(*parts: str, size: int = 8) -> str:
    """A BLAKE2b hash of texts, `size` bytes as hexadecimal characters."""
    joined = "\0".join(parts).encode("utf-8", "replace")
    return hashlib.blake2b(joined, digest_size=size).hexdigest()


def number(value: object) -> int:
    """A count from JSON; 0 for anything else."""
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def string(value: object) -> str:
    """A text from JSON; '' for anything else."""
    return value if isinstance(value, str) else ""


def _address(each: Item) -> str:
    return each.same_as or each.url


def _apart(each: Item) -> Item:
    return replace(each, guid=_guid(f"{each.guid} {_address(each)}"))


def _nameless(guid: str, key: bytes | None) -> str:
    """A guid on one line; one in which an account is named, as many are built from addresses, as a hash.

    What cannot be written down in it is spelled out, so that two such guids stay apart.
    """
    tidy = _UNWRITABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", " ".join(guid.split()))
    return tidy if neutral(tidy) == tidy and without_mentions(tidy) == tidy else sealed(tidy, key)


def _guid(guid: str) -> str:
    return guid if len(guid) <= LONGEST_GUID else f"{guid[: LONGEST_GUID - 17]} {digest(guid)}"
