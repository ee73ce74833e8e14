"""Well-formed RSS, RDF and Atom, read off their tree: nearly all feeds, and fast."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import lru_cache
from urllib.parse import urljoin
from xml.etree import ElementTree
from xml.etree.ElementTree import Element
from xml.parsers import expat

from kaders.read.raw import RawEntry, RawFeed

ROOTS = ("rss", "feed", "rdf:rdf", "rdf", "channel")
"""Elements that make a document a feed, even one without entries."""
ENTRIES = ("item", "entry")
TEXTUAL = ("text", "html", "xhtml", "application/xhtml")
"""The types of Atom content that hold words; images and packages are left alone."""
MOST_AUTHORS = 5
"""Names of one entry that are looked at."""

_FAMILIES = {
    "purl.org/dc/elements": "dc:",
    "purl.org/dc/terms": "dcterms:",
    "purl.org/rss/1.0/modules/content": "content:",
    "purl.org/rss/1.0/modules/syndication": "sy:",
    "search.yahoo.com/mrss": "media:",
    "www.itunes.com/dtds": "itunes:",
    "rssnamespace.org/feedburner": "feedburner:",
    "www.w3.org/1999/02/22-rdf-syntax-ns": "rdf:",
    "www.w3.org/1999/xhtml": "xhtml:",
}
_CORE = (
    "www.w3.org/2005/atom",
    "purl.org/atom/ns",
    "purl.org/rss/1.0",
    "purl.org/net/rss1.1",
    "my.netscape.com/",
    "channel.netscape.com/",
    "backend.userland.com/",
    "blogs.law.harvard.edu/",
    "cyber.law.harvard.edu/",
    "cyber.harvard.edu/",
    "undeclared:rss",
    "undeclared:atom",
)
"""Where the namespaces of RSS and Atom in all their versions begin, without http:// and in small letters."""
_JUNK = expat.errors.codes[expat.errors.XML_ERROR_JUNK_AFTER_DOC_ELEMENT]
_OPENING = re.compile(r"<(?:\w{1,20}:)?(?:item|entry)[\s>]", re.IGNORECASE)
_HALF_ADDRESS = re.compile(r"<(?:\w{1,20}:)?(?:guid|id|link)\b[^<>]*>[^<]*(?:</[\w:]*\s*)?\Z", re.IGNORECASE)
_LOCAL = re.compile(r"(?:^|\})(?:item|entry)$", re.IGNORECASE)
_BASE = "{http://www.w3.org/XML/1998/namespace}base"
_LANGUAGE = "{http://www.w3.org/XML/1998/namespace}lang"
_ABOUT = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about"

_TITLES = ("title", "dc:title", "media:title")
_TEXTS = (
    "description",
    "summary",
    "content",
    "content:encoded",
    "abstract",
    "dc:description",
    "itunes:summary",
    "media:description",
    "xhtml:body",
    "fullitem",
)
_DATES = (
    "pubdate",
    "published",
    "issued",
    "dcterms:issued",
    "dcterms:created",
    "created",
    "dc:date",
    "updated",
    "modified",
    "dcterms:modified",
    "date",
)
_MINUTES = {"hourly": 60, "daily": 1440, "weekly": 10_080, "monthly": 43_200, "yearly": 525_600}

Fields = dict[str, list[Element]]


def read(text: str) -> RawFeed | None:
    """The feed in a text that begins with its first element; None when that is not well-formed.

    Text that only breaks off is read as far as it goes, but for half a guid or link, by which an entry would
    be taken for another. Text after the end is left out. Raises ValueError for a well-formed document that is
    no feed. feedparser takes fifteen times as long for the same (measured on twenty real feeds).
    """
    builder = ElementTree.TreeBuilder()
    parser = ElementTree.XMLParser(target=builder)
    cut_off = junk = False
    try:
        parser.feed(text)
    except ElementTree.ParseError as error:
        if error.code != _JUNK:
            return None
        junk = True
    try:
        parser.close()
    except ElementTree.ParseError:
        cut_off = not junk
        if cut_off and not _HALF_ADDRESS.search(text, max(0, len(text) - 3000)):
            with suppress(IndexError):  # where it breaks off within its first tag
                builder.end("")  # hands over the words in which it breaks off
    root = builder.close()
    feed = _feed(root, cut_off) if isinstance(root, Element) else None
    return None if junk and feed and len(_OPENING.findall(text)) > len(feed.entries) else feed


def _feed(root: Element, cut_off: bool) -> RawFeed:
    top = _top(root)
    channel = next((child for child in top if _key(child.tag) == "channel"), top)
    fields, shared = _fields(channel), _fields(top)
    base = ""
    for each in (root, top, channel):
        base = joined(base, each.get(_BASE, ""))
    entries = tuple(_entry(each, base) for each in _entries(top))
    return RawFeed(
        entries,
        home=next(iter(_pages(fields, base)), ""),
        language=_one(fields, ("language", "dc:language"))
        or channel.get(_LANGUAGE, "")
        or top.get(_LANGUAGE, ""),
        older=_older(fields.get("link", []) + shared.get("link", []), base),
        every=_every(fields),
        cut_off=cut_off,
    )


def _top(root: Element) -> Element:
    """The element of the feed: the root, or what a page of HTML is wrapped around."""
    if _key(root.tag) in ROOTS:
        return root
    inner = next((each for each in root.iter() if _key(each.tag) in ROOTS[:3]), None)
    if inner is not None:
        return inner
    page = _key(root.tag) in ("html", "xhtml:html")  # the items of its menu are no news
    if not page and any(_key(each.tag) in ENTRIES for each in root.iter()):
        return root
    raise ValueError("no feed")


def _entries(top: Element) -> list[Element]:
    """Every item or entry; those of other vocabularies only when there are no others."""
    named = [each for each in top.iter() if isinstance(each.tag, str) and _LOCAL.search(each.tag)]
    return [each for each in named if _key(each.tag) in ENTRIES] or named


@lru_cache(maxsize=4096)
def _key(tag: object) -> str:
    """The name of an element as it is known here: `title`, `dc:creator`; '' for what is no element."""
    if not isinstance(tag, str):
        return ""
    namespace, _, name = tag.rpartition("}")
    namespace = re.sub(r"^\{(?:https?://)?", "", namespace).casefold()
    if not namespace or (namespace.startswith(_CORE) and "/modules/" not in namespace):
        return name.casefold()
    known = (prefix for start, prefix in _FAMILIES.items() if namespace.startswith(start))
    return next(known, "other:") + name.casefold()


def _fields(element: Element) -> Fields:
    """The children of an element by name, with those of a media:group among them."""
    fields: Fields = {}
    for child in element:
        key = _key(child.tag)
        if key in ("media:group", "media:content"):
            for part in child:
                fields.setdefault(_key(part.tag), []).append(part)
        fields.setdefault(key, []).append(child)
    return fields


def _entry(element: Element, outer: str) -> RawEntry:
    fields = _fields(element)
    base = joined(outer, element.get(_BASE, ""))
    return RawEntry(
        guid=_one(fields, ("guid", "id")) or element.get(_ABOUT, ""),
        links=(*_texts(fields, ("feedburner:origlink",)), *_pages(fields, base)),
        title=next(_texts(fields, _TITLES), ""),
        texts=tuple(_texts(fields, _TEXTS)),
        dates=tuple(_texts(fields, _DATES)),
        language=element.get(_LANGUAGE) or _one(fields, ("dc:language",)),
        author=_author(fields),
        base=base,
    )


def joined(base: str, address: str) -> str:
    """An address seen from a base; as it is when one of them cannot be read."""
    try:
        return urljoin(base, address) if base else address
    except ValueError:
        return address


def _one(fields: Fields, names: Iterable[str]) -> str:
    found = (each.text.strip() for name in names for each in fields.get(name, ()) if each.text)
    return next(filter(None, found), "")


def _texts(fields: Fields, names: Iterable[str]) -> Iterator[str]:
    """The texts of these fields that are not empty; markup in them as HTML."""
    for name in names:
        for element in fields.get(name, ()):
            if name != "content" or element.get("type", "text").strip().startswith(TEXTUAL):
                text = (_markup(element) if len(element) else element.text or "").strip()
                if text:
                    yield text


def _markup(element: Element) -> str:
    """What stands in an element as HTML; beyond Python's limit of recursion only its words."""
    for each in element.iter():
        if isinstance(each.tag, str):
            each.tag = each.tag.rpartition("}")[2]
    element.tag = "div"
    try:
        return ElementTree.tostring(element, encoding="unicode", method="html")
    except RecursionError:
        return " ".join(element.itertext())


def _pages(fields: Fields, base: str) -> list[str]:
    """The addresses of the page of an entry or a feed, those that say to be HTML first."""
    pages: list[tuple[bool, str]] = []
    for link in fields.get("link", ()):
        href = (link.get("href") or link.text or "").strip()
        if href and (link.get("rel") or "alternate").strip().casefold() == "alternate":
            other = link.get("type", "text/html").strip() not in ("text/html", "application/xhtml+xml")
            pages.append((other, joined(joined(base, link.get(_BASE, "")), href)))
    return [href for _, href in sorted(pages, key=lambda page: page[0])]


def _older(links: list[Element], base: str) -> str:
    """The archive before this one, else the next page."""
    by_kind = {(link.get("rel") or "").strip().casefold(): link.get("href", "") for link in links}
    href = (by_kind.get("prev-archive") or by_kind.get("next") or "").strip()
    return joined(base, href) if href else ""


def _author(fields: Fields) -> str:
    names = [_one(_fields(each), ("name",)) or (each.text or "").strip() for each in fields.get("author", ())]
    names += list(_texts(fields, ("dc:creator",))) or list(_texts(fields, ("itunes:author",)))
    return ", ".join(dict.fromkeys(filter(None, names[:MOST_AUTHORS])))


def _every(fields: Fields) -> int:
    return minutes(*(_one(fields, (name,)) for name in ("ttl", "sy:updateperiod", "sy:updatefrequency")))


def minutes(ttl: str, period: str, frequency: str) -> int:
    """Minutes between visits from ttl, else from the syndication module's period and frequency, else 0.

    The module's own default, a day, is not taken: a feed that says nothing is visited by its rhythm.
    """
    if re.fullmatch(r"[0-9]{1,6}", ttl):
        return int(ttl)
    times = int(frequency) if re.fullmatch(r"[0-9]{1,6}", frequency) else 1
    return _MINUTES.get(period.casefold(), 0) // max(1, times)
