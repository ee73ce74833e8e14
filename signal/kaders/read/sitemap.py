"""Google News sitemaps and their indexes: what a news site published in the last two days.

Only entries with news tags are items. A sitemap without them is the inventory of a whole site: tens of
thousands of addresses without a headline or a day on which they were published.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from kaders.errors import Quarantine
from kaders.model import Item, Question
from kaders.read import dates
from kaders.read.charset import GZIP, text_of
from kaders.read.items import Asked, Found, digest, found, item
from kaders.read.text import plain
from kaders.read.url import canonical

LARGEST = 15 * 1024 * 1024
"""Bytes of a sitemap when unpacked: the limit of the fetching door. One of 1,000 pages is half a MB."""
MOST = 10
"""Sitemaps of one index that a visit asks: a site splits its news over some days or sections."""
PAGES = MOST + 1
"""Replies of one visit: the index and its sitemaps."""
FRESH = timedelta(days=3)
"""A news sitemap tells of the last two days (Google's rule); one day more for zones and late writers."""
REMEMBERED = 200
"""Sitemaps of which the last change is remembered; those of three days are a tenth of it."""

ABSENT = frozenset({400, 401, 403, 404, 410, 500, 502, 503, 504})
"""Statuses of one sitemap of an index that say nothing about the others: it is counted and passed over."""
MOST_TAGS = 1_000_000
"""Tags of a sitemap: the fullest that the protocol allows, of 50,000 addresses, has half of them."""
MOST_MENDED = 200_000
"""Ampersands of a broken sitemap: four for each of 50,000 entries; 14 million took 4 GB."""

_NEWS = re.compile(r"news|nieuws|actueel", re.IGNORECASE)
_TIMED = re.compile(r"\d[T ]\d")
_ENTITY = re.compile(r"<!ENTITY", re.IGNORECASE)
_PAGE = re.compile(
    r"(?:<\?xml[^>]*>\s*)?(?:<!--(?:(?!-->).)*-->\s*)*<(?:!doctype\s+html|html|head|body)\b",
    re.DOTALL | re.IGNORECASE,
)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_AMPERSAND = re.compile(r"&(?!(?:amp|lt|gt|quot|apos|#\d{1,7}|#[xX][0-9a-fA-F]{1,6});)")
_HEAD = re.compile(r"<(?:[\w.-]{1,40}:)?(urlset|sitemapindex)\b[^<>]*>", re.IGNORECASE)
_PREFIX = re.compile(r"<(/?)[\w.-]{1,40}:(?=[\w.-])")
_ENTRY = re.compile(r"<(url|sitemap)\s*>(?:(?!<\1\s*>).)*?</\1\s*>", re.DOTALL)


@dataclass(frozen=True, slots=True)
class _Listed:
    """One sitemap of an index: where it is, and when it last changed as the index states it."""

    url: str
    stated: str = ""

    @property
    def mark(self) -> str:
        """What its last change is remembered under."""
        return digest(self.url, size=6)


def parse(body: bytes, asked: Asked) -> Found:
    """The news of a sitemap; of an index, the question for the first of its sitemaps that may hold news.

    The sitemaps of an index are read one after another in the same visit, newest first, MOST at most; those
    that did not change since they were read, by the time that the index states, are left alone. What waits
    travels in the cursor as `rest`. One that holds no news is passed over there, and one that cannot be read
    is counted.

    Raises Quarantine with empty, too_large, truncated (a packed sitemap that breaks off),
    html_instead_of_feed, or unreadable: no sitemap, one with entities of its own, or one without any news.
    """
    waiting = _waiting(asked.cursor)
    if not waiting or asked.question is None or asked.question.url != waiting[0].url:
        return _first(body, asked)
    try:
        root, bad = _read(body, asked.content_type)
        entries = found(_news(root), _item, asked)
        entries = replace(entries, bad=entries.bad + bad + (_name(root) == "sitemapindex"))
    except Quarantine:
        entries = Found((), bad=1)
    return _onward(entries, waiting[1:], _marks(asked.cursor) | {waiting[0].mark: waiting[0].stated})


def _first(body: bytes, asked: Asked) -> Found:
    """What the address of the source itself gave: news, or an index."""
    root, bad = _read(body, asked.content_type)
    if _name(root) == "sitemapindex":
        return replace(_index(root, asked), bad=bad)
    entries = list(_news(root))
    if not entries and len(root):
        raise Quarantine("unreadable")
    items = found(entries, _item, asked)
    return replace(items, bad=items.bad + bad)


def _index(root: Element, asked: Asked) -> Found:
    listed = [one for each in root if _name(each) == "sitemap" and (one := _listed(each, asked))]
    known = _marks(asked.cursor)
    fresh = sorted(
        (one for one in listed if _may_be_new(one, known, asked)), key=lambda one: _order(one, asked)
    )
    marks = {one.mark for one in listed}
    short = "full_page" if any(one.stated for one in fresh[MOST:]) else ""
    kept = {mark: stated for mark, stated in known.items() if mark in marks}
    return replace(_onward(Found(()), fresh[:MOST], kept), short=short)


def _onward(entries: Found, waiting: list[_Listed], marks: dict[str, str]) -> Found:
    """The entries with the question for the sitemap that is next, if any, and what to remember."""
    recent = list(marks.items())[-REMEMBERED:]
    cursor = {"read": _lines(recent), "rest": _lines((one.url, one.stated) for one in waiting)}
    return replace(entries, next=Question(waiting[0].url) if waiting else None, cursor=cursor)


def _lines(pairs: Iterable[tuple[str, str]]) -> str:
    return "\n".join(" ".join(pair) for pair in pairs)


def _pairs(cursor: Mapping[str, str], name: str) -> list[tuple[str, str]]:
    lines = (line.partition(" ") for line in cursor.get(name, "").split("\n"))
    return [(first, rest) for first, _, rest in lines if first]


def _waiting(cursor: Mapping[str, str]) -> list[_Listed]:
    return [_Listed(url, stated) for url, stated in _pairs(cursor, "rest")]


def _marks(cursor: Mapping[str, str]) -> dict[str, str]:
    """The sitemaps that were read, with what the index then said of their last change."""
    return dict(_pairs(cursor, "read"))


def _listed(entry: Element, asked: Asked) -> _Listed | None:
    url = canonical(_text(entry, "loc"), base=asked.url or asked.source.address)
    return _Listed(url, " ".join(_text(entry, "lastmod").split())[:40]) if url else None


def _changed(one: _Listed, asked: Asked) -> datetime | None:
    return dates.moment(one.stated, fetched_at=asked.fetched_at) if one.stated else None


def _may_be_new(one: _Listed, known: Mapping[str, str], asked: Asked) -> bool:
    """Whether a sitemap may hold news that we have not read; a day without a time may still bring more."""
    changed = _changed(one, asked)
    read = bool(_TIMED.search(one.stated)) and known.get(one.mark) == one.stated
    return not read and (changed is None or changed >= asked.fetched_at - FRESH)


def _order(one: _Listed, asked: Asked) -> tuple[bool, float]:
    """Those that call themselves news first, then the newest."""
    changed = _changed(one, asked)
    return not _NEWS.search(one.url), -(changed.timestamp() if changed else 0)


def _news(root: Element) -> Iterator[tuple[Element, Element]]:
    """The entries that have news tags, each with these."""
    for url in root:
        news = _child(url, "news")
        if news is not None:
            yield url, news


def _item(entry: tuple[Element, Element], asked: Asked) -> Item:
    url, news = entry
    address, title = canonical(_text(url, "loc")), plain(_text(news, "title"))
    if not address or not title:
        raise ValueError("news without an address or a headline")
    publication = _child(news, "publication")
    published, mark = dates.judged(_text(news, "publication_date"), fetched_at=asked.fetched_at)
    return item(
        asked,
        guid=address,
        url=address,
        title=title,
        text="",
        published=published,
        date_mark=mark,
        language=_text(publication, "language") if publication is not None else "",
    )


def _name(element: Element) -> str:
    """The name of an element without its namespace: sites write these with any prefix, and misspell them."""
    return element.tag.rpartition("}")[2].lower() if isinstance(element.tag, str) else ""


def _child(element: Element, name: str) -> Element | None:
    return next((each for each in element if _name(each) == name), None)


def _text(element: Element, name: str) -> str:
    child = _child(element, name)
    return "".join(child.itertext()).strip() if child is not None else ""


def _read(body: bytes, content_type: str) -> tuple[Element, int]:
    """The root of a sitemap, and how many of its entries had to be left out; Quarantine as parse says."""
    content = _unpacked(body)
    if content[:2] == GZIP:  # packed twice: nobody means that
        raise Quarantine("unreadable")
    text = text_of(content, content_type).strip("\ufeff\0 \t\r\n")
    if not text:
        raise Quarantine("empty")
    if _PAGE.match(text):
        raise Quarantine("html_instead_of_feed")
    if text.count("<") > MOST_TAGS:
        raise Quarantine("too_large")
    root, bad = _parsed(text)
    if _name(root) not in ("urlset", "sitemapindex"):
        raise Quarantine("unreadable")
    return root, bad


def _parsed(text: str) -> tuple[Element, int]:
    try:
        return _xml(text), 0
    except ParseError:
        return _mended(text)
    except (DefusedXmlException, ValueError):  # entities of its own
        raise Quarantine("unreadable") from None


def _mended(text: str) -> tuple[Element, int]:
    """A sitemap that is no XML, as far as its entries are: with a bare &, an unknown prefix, cut off."""
    head = _HEAD.search(text)
    if not head or _ENTITY.search(text) or text.count("&") > MOST_MENDED:
        raise Quarantine("unreadable")
    tame = _AMPERSAND.sub("&amp;", _CONTROL.sub(" ", text[head.end() :]))
    tame = _PREFIX.sub(r"<\1", tame)
    root = Element(head[1].lower())
    root.extend([made for each in _ENTRY.finditer(tame) if (made := _alone(each.group())) is not None])
    openings = len(re.findall(r"<(?:url|sitemap)\s*>", tame))
    return root, openings - len(root)


def _alone(entry: str) -> Element | None:
    """One entry, or None when it is no XML by itself either."""
    try:
        return _xml(entry)
    except (ParseError, DefusedXmlException, ValueError):
        return None


def _xml(text: str) -> Element:
    """The root of an XML text; a charset that it still declares does not count in a text."""
    root: Element = fromstring(text)
    return root


def _unpacked(body: bytes) -> bytes:
    """A sitemap as .gz unpacked, LARGEST at most; any other body as it is."""
    found = b""
    rest = body
    while rest[:2] == b"\x1f\x8b":
        unpack = zlib.decompressobj(wbits=31)
        try:
            found += unpack.decompress(rest, LARGEST + 1 - len(found))
        except zlib.error:
            raise Quarantine("unreadable") from None
        if len(found) > LARGEST:
            raise Quarantine("too_large")
        if not unpack.eof:
            raise Quarantine("truncated")
        rest = unpack.unused_data
    return found if rest is not body else body
