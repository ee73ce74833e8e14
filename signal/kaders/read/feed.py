"""RSS 0.9 to 2.0, RDF, Atom and JSON Feed as items."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from kaders.errors import Quarantine
from kaders.model import Item, Question
from kaders.read import dates, json_text, loose, second, tree
from kaders.read.bluesky_posts import page_of
from kaders.read.charset import text_of
from kaders.read.items import Asked, Found, found, item, string
from kaders.read.mend import allowed, from_root, mended
from kaders.read.people import byline
from kaders.read.raw import RawEntry, RawFeed
from kaders.read.text import plain
from kaders.read.tree import joined
from kaders.read.url import canonical

JSON_TEXTS = ("content_html", "content_text", "summary")
"""The fields of a JSON Feed entry that hold words, fullest first."""

_ROOT = re.compile(r"<(?:\w{1,20}:)?(?:rss|rdf|feed|channel)\b", re.IGNORECASE)
_FEEDLIKE = re.compile(r"<(?:\w{1,20}:)?(?:rss|rdf|feed|channel|item|entry)\b", re.IGNORECASE)
_CLOSING = re.compile(r"</(?:\w{1,20}:)?(?:rss|rdf|feed|channel)\s*>", re.IGNORECASE)
_HTML = re.compile(r"<html\b", re.IGNORECASE)
_PAGE = re.compile(r"<(?:html|head|body|meta|title|script|div)\b", re.IGNORECASE)


def parse(body: bytes, asked: Asked) -> Found:
    """The items of a feed in its own order, with plain text and, given a key, pseudonyms for authors.

    Well-formed markup is read off its tree. Anything else goes to feedparser, and what a second parser finds
    beside that is added; asked again, that one reads it alone. A feed without entries is a feed: it gives no
    items. A broken entry is left out and counted. Raises Quarantine with the reason code empty,
    html_instead_of_feed, too_large, truncated when it breaks off before its first entry, or unreadable.
    """
    text = text_of(body, asked.content_type).strip("\ufeff\0 \t\r\n")
    if not text:
        raise Quarantine("empty")
    if text[0] in "{[":
        return _from_json(text, asked)
    markup = from_root(text)
    feed = second.read(markup) if asked.again else _xml(markup)
    if feed and feed.cut_off and not feed.entries:
        raise Quarantine("truncated")
    if feed is None:
        raise Quarantine("html_instead_of_feed" if _PAGE.match(markup) else "unreadable")
    return _items(feed, asked)


def _xml(markup: str) -> RawFeed | None:
    """The feed in a text that begins with its first element; None when no parser finds one."""
    try:
        feed = tree.read(allowed(markup)) or tree.read(mended(markup))
    except ValueError:  # well-formed, and no feed
        return None
    feed = feed or _broken(markup)
    return replace(feed, cut_off=feed.cut_off and not _ended(markup)) if feed else None


def _broken(markup: str) -> RawFeed | None:
    """The feed in markup that stays broken: what feedparser finds, and what only the other parser does."""
    if not _FEEDLIKE.search(markup) or (_HTML.match(markup) and not _ROOT.search(markup)):
        return None
    feed, other = loose.read(markup), second.read(markup)
    if not feed or not other:
        feed = feed or other
    else:
        feed = replace(feed, entries=tuple(second.together(feed.entries, other.entries)))
    if feed is None:
        return None
    return replace(feed, cut_off=bool(_ROOT.match(markup)))


def _ended(markup: str) -> bool:
    """Whether something of the feed is closed after its last entry; some forget the last tag of all."""
    return bool(_CLOSING.search(markup, max(0, markup.rfind("</item"), markup.rfind("</entry"))))


def _items(feed: RawFeed, asked: Asked) -> Found:
    """The items of a feed, the next page on a first visit, and what the feed says of itself."""
    here = asked.url or asked.source.url or ""
    home = joined(here, feed.home)
    made = found(feed.entries, lambda entry, asked: _item(entry, feed, home, here, asked), asked)
    return replace(
        made,
        next=_older(feed.older, here, asked),
        every=feed.every,
        short="cut_off" if feed.cut_off and made.items else "",
    )


def _older(address: str, here: str, asked: Asked) -> Question | None:
    """The page or the archive before this one: only a first visit goes back (RFC 5005)."""
    url = canonical(address, base=here) if asked.first_visit and address else ""
    return Question(url) if url and url != canonical(here) else None


def _item(entry: RawEntry | None, feed: RawFeed, home: str, here: str, asked: Asked) -> Item:
    if entry is None:
        raise ValueError("no parser could read it")
    published, mark = dates.first_of(entry.dates, fetched_at=asked.fetched_at)
    return item(
        asked,
        guid=entry.guid,
        url=_link(entry, joined(here, entry.base) if entry.base else home),
        title=plain(entry.title),
        text=plain(max(entry.texts, key=len, default="")),
        published=published,
        date_mark=mark,
        language=entry.language or asked.source.language or feed.language,
        author=byline(entry.author, asked.source, asked.key),
    )


def _link(entry: RawEntry, base: str) -> str:
    """The first link that is an address, else a guid that is one.

    A Bluesky feed names the account in its links and tells the nameless address in its guid.
    """
    if entry.guid.startswith("at://did:"):
        return page_of(entry.guid)
    urls = (canonical(each, base="" if each.startswith("http") else base) for each in entry.links if each)
    return next(filter(None, urls), "") or (canonical(entry.guid) if entry.guid.startswith("http") else "")


def _from_json(text: str, asked: Asked) -> Found:
    """The items of a JSON Feed; when it is no sound JSON, of as many entries as can be read one by one."""
    feed, bad, cut_off = _json(text)
    if not isinstance(feed, dict) or not isinstance(feed.get("items"), list):
        raise Quarantine("unreadable")
    if cut_off and not feed["items"]:
        raise Quarantine("truncated")
    shared = RawFeed(
        (*_json_entries(feed["items"], _json_author(feed)), *[None] * bad),
        home=string(feed.get("home_page_url")),
        language=string(feed.get("language")),
        older=string(feed.get("next_url")),
        cut_off=cut_off,
    )
    return _items(shared, asked)


def _json(text: str) -> tuple[Any, int, bool]:
    """The feed, how many of its entries are broken, and whether it ends before its end."""
    try:
        return json_text.value(text), 0, False
    except ValueError:
        pass
    try:
        made = json_text.salvaged(text, "items")
    except ValueError:
        raise Quarantine("unreadable") from None
    return made.answer, made.bad, made.cut_off


def _json_entries(entries: list[Any], by: str) -> Iterable[RawEntry | None]:
    for entry in entries:
        yield _json_entry(entry, by) if isinstance(entry, dict) else None


def _json_entry(entry: dict[str, Any], by: str) -> RawEntry:
    """An entry of version 1 or 1.1; numbers occur as ids, and dates of both versions are the same."""
    guid = entry.get("id")
    stated = (entry.get("date_published"), entry.get("date_modified"))
    return RawEntry(
        guid=str(guid) if isinstance(guid, str | int | float) and guid != "" else "",
        links=(string(entry.get("url")), string(entry.get("external_url"))),
        title=string(entry.get("title")),
        texts=tuple(filter(None, (string(entry.get(field)) for field in JSON_TEXTS)))[:1],
        dates=tuple(str(each) for each in stated if isinstance(each, str | int | float)),
        language=string(entry.get("language")),
        author=_json_author(entry) or by,
    )


def _json_author(holder: dict[str, Any]) -> str:
    """Names of version 1.1 (`authors`) or 1 (`author`)."""
    people = holder.get("authors") or [holder.get("author")]
    people = people if isinstance(people, list) else []
    return ", ".join(filter(None, (string(each.get("name")) for each in people if isinstance(each, dict))))
