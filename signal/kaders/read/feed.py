"""RSS 0.9 to 2.0, RDF, Atom and JSON Feed as items."""

from __future__ import annotations

import io
import json
import re
from datetime import datetime
from typing import Any
from urllib.parse import urljoin
from xml.sax import SAXException

import feedparser

from kaders.errors import Quarantine
from kaders.model import Item
from kaders.read import dates
from kaders.read.bluesky import page_of
from kaders.read.items import BROKEN, Asked, Found, found, item, string
from kaders.read.known import entries as raw_entries
from kaders.read.people import byline
from kaders.read.text import plain
from kaders.read.url import canonical

LONGEST_AUTHOR = 200
"""Characters; feedparser takes quadratic time over an author field (half a minute for 64 KB)."""
STOPPED = (*BROKEN, AssertionError, RuntimeError, SAXException)
"""What feedparser raises when one entry stops it; see _one_by_one."""
JSON_TEXTS = ("content_html", "content_text", "summary")
"""The fields of a JSON Feed entry that hold words, fullest first."""
TEXTUAL = ("text", "html", "xhtml", "application/xhtml")
"""The types of Atom content that hold words; images and packages are left alone."""

_SURROGATE = re.compile(rb"&#(?:[xX]0*[dD][89a-fA-F][0-9a-fA-F]{2}|0*5(?:529[6-9]|5[3-9]\d\d|[67]\d{3}));")
_AUTHOR = re.compile(
    rb"(<(?:\w+:)?(?:author|creator|managingEditor|webMaster|name|email|publisher)\b[^<>]*>[^<>]{%d})[^<>]*"
    % LONGEST_AUTHOR
)
_PAGE = re.compile(
    rb"\s*(?:<\?xml[^>]*>\s*|<!--(?:(?!-->).)*-->\s*)*<(?:!doctype\s+html|html|head|body)\b",
    re.DOTALL | re.IGNORECASE,
)


def parse(body: bytes, asked: Asked) -> Found:
    """The items of a feed in its own order, with plain text and, given a key, pseudonyms for authors.

    Raises Quarantine with the reason code empty, html_instead_of_feed or unreadable. A feed without entries
    is a feed: it gives no items. A broken entry is left out and counted.
    """
    body = body.removeprefix(b"\xef\xbb\xbf").strip(b"\0 \t\r\n")
    if not body:
        raise Quarantine("empty")
    if body[:1] in (b"{", b"["):
        return found(_json_entries(body), _from_json, asked)
    return found(_xml_entries(body, asked.content_type), _from_xml, asked)


def _xml_entries(body: bytes, content_type: str) -> list[Any]:
    """The entries of RSS, RDF or Atom, also when one of them stops feedparser."""
    tame = _AUTHOR.sub(rb"\1", _SURROGATE.sub(b"", body))
    try:
        feed = _feedparser(tame, content_type)
    except STOPPED:
        return _one_by_one(tame, content_type)
    if not feed.entries and not feed.version:
        raise Quarantine("html_instead_of_feed" if _PAGE.match(body) else "unreadable")
    return _entries(feed)


def _feedparser(body: bytes, content_type: str) -> Any:
    """A BytesIO, as feedparser would fetch or open a text; HTML is cleaned by nh3, so not by feedparser."""
    headers = {"content-type": content_type} if content_type else {}
    return feedparser.parse(
        io.BytesIO(body),
        response_headers=headers,
        sanitize_html=False,
        resolve_relative_uris=False,
    )


def _one_by_one(body: bytes, content_type: str) -> list[Any]:
    """The entries of a feed that stopped feedparser, each read alone; None for one that cannot be read."""
    whole = raw_entries(body)
    if not whole:
        raise Quarantine("unreadable")
    head, foot = body[: whole[0].start()], body[whole[-1].end() :]
    return [entry for each in whole for entry in _alone(head + each.group() + foot, content_type)]


def _alone(body: bytes, content_type: str) -> list[Any]:
    """The one entry within a feed's own head and foot."""
    try:
        return _entries(_feedparser(body, content_type)) or [None]
    except STOPPED:
        return [None]


def _entries(parsed: Any) -> list[Any]:
    """feedparser's entries as plain dicts, with what they inherit from their feed."""
    shared = {"home": string(parsed.feed.get("link")), "language": string(parsed.feed.get("language"))}
    return [{**entry, "feed": shared} for entry in parsed.entries]


def _from_xml(entry: dict[str, Any], asked: Asked) -> Item:
    source, shared = asked.source, entry["feed"]
    return item(
        asked,
        guid=string(entry.get("id")),
        url=_link(entry, urljoin(source.url or "", shared["home"])),
        title=plain(string(entry.get("title"))),
        text=plain(_longest(entry)),
        published=_date(entry, asked.fetched_at),
        language=string(entry.get("language")) or source.language or shared["language"],
        author=byline(string(entry.get("author")), source, asked.key),
    )


def _link(entry: dict[str, Any], base: str) -> str:
    """The article behind FeedBurner first, then the entry's link, then any link to a page, then its guid.

    A Bluesky feed names the account in its links and tells the nameless address in its guid.
    """
    guid = string(entry.get("id"))
    if guid.startswith("at://did:"):
        return page_of(guid)
    pages = [link for link in entry.get("links", []) if link.get("rel", "alternate") == "alternate"]
    named = [string(entry.get("feedburner_origlink")), string(entry.get("link"))]
    candidates = [*named, *(string(link.get("href")) for link in pages)]
    urls = (canonical(each, base=base) for each in candidates if each)
    return next(filter(None, urls), "") or (canonical(guid) if guid.startswith("http") else "")


def _longest(entry: dict[str, Any]) -> str:
    """The longer of summary and content: some feeds fill only one, some cut the other."""
    contents = (c for c in entry.get("content", []) if str(c.get("type", "text")).startswith(TEXTUAL))
    return max(
        [string(entry.get("summary")), *(string(c.get("value")) for c in contents)],
        key=len,
    )


def _date(entry: dict[str, Any], fetched_at: datetime) -> datetime | None:
    raw = (entry.get(field) for field in ("published", "created", "updated"))
    found = (dates.moment(each, fetched_at=fetched_at) for each in raw if each)
    return next(filter(None, found), None)


def _json_entries(body: bytes) -> list[Any]:
    try:
        feed = json.loads(body)
    except (ValueError, RecursionError):
        raise Quarantine("unreadable") from None
    if not isinstance(feed, dict) or not isinstance(feed.get("items"), list):
        raise Quarantine("unreadable")
    shared = {
        "language": feed.get("language"),
        "home": feed.get("home_page_url"),
        "by": _json_author(feed),
    }
    return [{**entry, "feed": shared} if isinstance(entry, dict) else None for entry in feed["items"]]


def _from_json(entry: dict[str, Any], asked: Asked) -> Item:
    source, feed = asked.source, entry["feed"]
    guid = str(entry.get("id") or "")
    raw = entry.get("date_published") or entry.get("date_modified")
    return item(
        asked,
        guid=guid,
        url=_json_link(entry, guid, string(feed["home"]) or source.url or ""),
        title=plain(string(entry.get("title"))),
        text=plain(next(filter(None, (string(entry.get(field)) for field in JSON_TEXTS)), "")),
        published=dates.moment(raw, fetched_at=asked.fetched_at),
        language=string(entry.get("language")) or source.language or string(feed["language"]),
        author=byline(_json_author(entry) or feed["by"], source, asked.key),
    )


def _json_link(entry: dict[str, Any], guid: str, base: str) -> str:
    permalink = guid if guid.startswith("http") else ""
    candidates = [
        string(entry.get("url")),
        string(entry.get("external_url")),
        permalink,
    ]
    return next(filter(None, (canonical(each, base=base) for each in candidates if each)), "")


def _json_author(holder: dict[str, Any]) -> str:
    """Names of version 1.1 (`authors`) or 1 (`author`)."""
    people = holder.get("authors") or [holder.get("author")]
    people = people if isinstance(people, list) else []
    return ", ".join(string(each.get("name")) for each in people if isinstance(each, dict))
