"""The replication feed of the Dutch House of Representatives: each change and deletion of one category.

Each entry holds the whole of what changed, and a link `next` whose skiptoken resumes the feed right after it;
a deletion is an empty element with the attribute `verwijderd`. So say the service's documentation and public
clients (June to September 2026). Nothing here was tried on the live service.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from xml.etree.ElementTree import Element

from kaders.errors import Quarantine
from kaders.model import Item, Question
from kaders.queries import SyncFeed
from kaders.read.items import Asked, Found, found
from kaders.read.markup import name, named, tree, words
from kaders.read.services import asked_at, parameters, with_parameters
from kaders.read.tweedekamer import made
from kaders.settings import Source

START = "26500000"
"""Where a first visit begins, rather than in 2008: the tokens of all categories are one sequence, which stood
near 26.7 million in September 2026 by a public project's count. A `skiptoken` in the source's own address
takes its place."""
_NUMBER = re.compile(r"[0-9]{1,18}")


def first(source: Source, cursor: Mapping[str, str], moment: datetime) -> Question:
    """What came after the last entry that we have, with its content in the feed itself."""
    begin = cursor.get("skiptoken") or parameters(source.address).get("skiptoken") or START
    return _question(source, begin)


def parse(body: bytes, asked: Asked) -> Found:
    """The entries of one page, what is deleted, the next page, and as cursor the last skiptoken.

    Entries without one of the words that are asked for are left out. An empty page is the end of the feed. A
    visit that runs out of pages leaves a token from which the next one goes on. From entries that name no
    token nothing leads on: `short` is then cut_off, and the same place is asked again.
    Raises Quarantine as read.markup.tree does, and unreadable for anything but an Atom feed.
    """
    root = tree(body, asked.content_type)
    if name(root) != "feed":
        raise Quarantine("unreadable", f"an Atom feed was expected, not <{name(root)[:30]}>")
    entries = [entry for entry in root if name(entry) == "entry"]
    read = found([entry for entry in entries if not _deleted(entry)], _item, asked)
    token = _token(root if entries else None, asked)
    moved = token != _asked_token(asked)
    return replace(
        read,
        next=_question(asked.source, token) if moved else None,
        cursor={"skiptoken": token} if token else {},
        gone=tuple(filter(None, (_id(entry) for entry in entries if _deleted(entry)))),
        short="cut_off" if entries and not _tokens(root) else "",
    )


def _question(source: Source, token: str) -> Question:
    query = source.query
    assert isinstance(query, SyncFeed)
    asks = {"category": query.category, "content": "internal", "skiptoken": token}
    return Question(with_parameters(source.address, asks), accept="application/atom+xml")


def _item(entry: Element, asked: Asked) -> Item | None:
    query = asked.source.query
    assert isinstance(query, SyncFeed)
    thing = _thing(entry)
    if thing is None:
        raise ValueError("an entry without content")
    fields = {name(child)[:1].upper() + name(child)[1:]: "".join(child.itertext()).strip() for child in thing}
    row = {"GewijzigdOp": words(entry, "updated"), **fields, "Id": _id(entry)}
    each = made(query.category, row, asked)
    return each if _heard(query.words, f"{each.title} {each.text}") else None


def _heard(wanted: tuple[str, ...], text: str) -> bool:
    """Whether a text holds one of the words, wherever in it, as the OData service would; yes without any."""
    return not wanted or any(word.casefold() in text.casefold() for word in wanted)


def _thing(entry: Element) -> Element | None:
    """What the entry is about: the one element within its content."""
    content = next(named(entry, "content"), None)
    return next(iter(content), None) if content is not None else None


def _attribute(thing: Element | None, wanted: str) -> str:
    attributes = thing.attrib.items() if thing is not None else ()
    return next((value for key, value in attributes if key.rpartition("}")[2] == wanted), "")


def _deleted(entry: Element) -> bool:
    return _attribute(_thing(entry), "verwijderd").strip().casefold() == "true"


def _id(entry: Element) -> str:
    """The identifier of the thing itself, the same as in the OData service."""
    return _attribute(_thing(entry), "id") or words(entry, "title")


def _asked_token(asked: Asked) -> str:
    return parameters(asked_at(asked)).get("skiptoken", "")


def _token(page: Element | None, asked: Asked) -> str:
    """The furthest skiptoken of a page, or the one that was asked when there is none further."""
    tokens = _tokens(page) if page is not None else []
    known = _asked_token(asked) or asked.cursor.get("skiptoken", "")
    return max(filter(_NUMBER.fullmatch, (*tokens, known)), key=int, default="")


def _tokens(page: Element) -> list[str]:
    """The skiptokens of the links `next` of a page and its entries, as far as they are numbers."""
    links = (link for link in named(page, "link") if link.get("rel") == "next")
    tokens = (parameters(link.get("href", "")).get("skiptoken", "") for link in links)
    return [token for token in tokens if _NUMBER.fullmatch(token)]
