"""From item to document: what we keep, with its identity, its language and its fate."""

from __future__ import annotations

from kaders.model import Document, Fate, Item, Language
from kaders.read.accounts import neutral
from kaders.read.items import digest
from kaders.read.language import LOOKED_AT, language
from kaders.read.same import keys
from kaders.read.text import snippet, tidy
from kaders.read.url import canonical
from kaders.settings import Source

TITLE_WORDS = 12
"""Words of a text without title that stand in for one: a Dutch headline has 8 to 12."""
ID_BYTES = 12
"""96 bits: no two of a billion documents coincide."""
ERASED = " erased:"
"""Begins what stands for the guid of an entry that was erased, before the id of its document. No reader gives
a guid that begins with a blank, so no source can pretend."""


def document(item: Item, source: Source) -> Document:
    """The document of an item.

    `id` comes from the source and the guid (or the address), so it stays over revisions; `content` is the
    hash of title and text, so the same text gives the same hash in every source. Without a date the document
    is published when it was first seen. The fate `duplicate` is for the loader, who sees more than one. An
    account in an address goes here once more, for what landed before the door took it out. An item that was
    withdrawn gives a revision without a word: from then on the document does not count.
    """
    if item.withdrawn:
        return _withdrawn(item, source)
    title, text = tidy(item.title), tidy(item.text)
    heard = language(f"{title} {text}"[: LOOKED_AT + 1], item.language or source.language)
    url = neutral(canonical(item.url))
    title_shown = title or snippet(text, words=TITLE_WORDS) or item.guid
    known_by = keys(url, item.same_as, title_shown, text)
    return Document(
        id=identity(source.id, item.guid or item.url),
        content=digest(title, text, size=ID_BYTES),
        source=source.id,
        kind=source.kind,
        owner_group=source.owner_group,
        url=url,
        title=title_shown,
        text=text,
        snippet=snippet(text or title),
        language=heard,
        published=item.published or item.fetched_at,
        date_origin="source" if item.published else "first_seen",
        first_seen=item.fetched_at,
        author=item.author,
        engagement=item.engagement,
        fate=_fate(title, text, heard),
        address_key=known_by.address,
        title_key=known_by.title,
        text_key=known_by.text,
        lead_key=known_by.lead,
    )


def identity(source: str, guid: str) -> str:
    """The id of the document of an entry; `guid` is its address when it has no guid of its own."""
    return guid.removeprefix(ERASED) if guid.startswith(ERASED) else digest(source, guid, size=ID_BYTES)


def erased_guid(source: str, guid: str) -> str:
    """What stands for the guid of an entry that was erased: its document is the same, its name is gone."""
    return ERASED + identity(source, guid)


def _withdrawn(item: Item, source: Source) -> Document:
    """Its content is no hash of a text that anybody wrote, so it is a revision of its own."""
    return Document(
        id=identity(source.id, item.guid or item.url),
        content=digest("", "", "withdrawn", size=ID_BYTES),
        source=source.id,
        kind=source.kind,
        owner_group=source.owner_group,
        url="",
        title="",
        text="",
        snippet="",
        language="other",
        published=item.published or item.fetched_at,
        date_origin="source" if item.published else "first_seen",
        first_seen=item.fetched_at,
        author=None,
        engagement=0,
        fate="withdrawn",
    )


def _fate(title: str, text: str, heard: Language) -> Fate:
    if not title and not text:
        return "no_text"
    return "kept" if heard in ("nl", "en") else "other_language"
