"""The page of an article as plain text: without menus, authors and the pages that stand before an article.

trafilatura finds the text; this module decides whether the page is one that may be kept. It takes a third of
a second to import, so nobody but the reader of pages does.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from lxml.html import HtmlElement
from trafilatura import bare_extraction, load_html

from kaders.errors import Quarantine
from kaders.read import dates
from kaders.read.charset import text_of
from kaders.read.items import Asked, Found, item
from kaders.read.text import plain, tidy
from kaders.read.url import canonical

LARGEST = 5 * 1024 * 1024
"""Bytes of a page: news pages have 0.1 to 2 MB, scripts included."""
MOST_TAGS = 15_000
"""Tags of a page that are looked at: live blogs have some thousand; 15,000 paragraphs take two seconds."""
LONGEST_TAG = 2_000
"""Characters; the attributes of a longer tag hold data for scripts. The parser takes quadratic time over
them: three minutes for 100,000."""
SHORT = 500
"""Characters, eighty words: a shorter text beside words of a paywall or a wall is the teaser of one."""
BARE = 150
"""Characters: less, on a page that asks for a password, is the form's own explanation."""
TEASER = 1.2
"""A text at most so many times as long as the page's own description is that description."""
LONGEST_BYLINE = 300
"""Characters: what is called an author's and is longer is more than a byline, so it stays."""
ARTICLES = ("article", "newsarticle", "reportagenewsarticle", "blogposting", "liveblogposting", "report")
"""The schema.org types that tell of one article, in small letters."""

_TAG = re.compile(r"""(<[a-zA-Z][\w:-]{0,30}+)(?:[^>=]++|=\s*+(?:"[^"]*+"|'[^']*+')?)*+""")
_AUTHORS = (
    "//*[@rel='author' or @itemprop='author' or contains(@class, 'byline') or contains(@class, 'author')"
    " or contains(@class, 'auteur') or contains(@data-testid, 'byline')]"
)
_BY = re.compile(r"^(?:door|by|van onze|tekst|auteur)[: ]+[^.!?]{0,120}$", re.IGNORECASE)
_PAYWALL = re.compile(
    r"lees (?:dit (?:artikel|verhaal) )?verder (?:met|als|voor)|alleen (?:toegankelijk )?voor abonnees"
    r"|exclusief voor abonnees|word (?:nu )?(?:abonnee|lid) (?:om|en)|(?:al|ben je|bent u) abonnee\?"
    r"|verder lezen\?|dit is een (?:premium|plus)[- ]?artikel"
    r"|subscribe to (?:read|continue|keep reading)|for subscribers only|already a subscriber"
    r"|this article is for (?:our )?(?:subscribers|members)|subscription to (?:read|continue)",
    re.IGNORECASE,
)
_CONSENT = re.compile(
    r"privacy gate|cookie ?muur|voordat je (?:verder|door)gaat|before you continue"
    r"|(?:wij|we|our partners|onze partners)\b.{0,80}\bcookies\b"
    r".{0,400}\b(?:akkoord|accepteren|accept|agree)",
    re.IGNORECASE | re.DOTALL,
)
_CONSENT_HOST = re.compile(r"^(?:consent|cookies?|myprivacy|privacy-?gate|cmp)[.-]|\.privacymanager\.")
_CONSENT_PATH = re.compile(r"/(?:cookie-?wall|privacy-?(?:gate|wall)|consent|cookiemuur)\b", re.IGNORECASE)
_LOGIN = re.compile(r"/(?:log-?in|sign-?in|inloggen|aanmelden|account/login|sso)(?:[/.?]|$)", re.IGNORECASE)
_LOGIN_TITLE = re.compile(r"^\W*(?:inloggen|aanmelden|log ?in|sign ?in)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Article:
    """What a page says of its article; who wrote it is not among it.

    url        the address that the page itself calls its own, '' when it names none on the same site
    published  as the page states it, unread
    paywalled  whether the text is only the beginning of what subscribers get
    """

    title: str
    text: str
    url: str
    section: str
    language: str
    published: str
    paywalled: bool


def parse_page(body: bytes, asked: Asked) -> Found:
    """The article of a page as the one item that it holds; its guid is the address that was asked.

    Raises Quarantine as `article` does, and with paywall when the page shows only the beginning.
    """
    address = asked.question.url if asked.question else asked.url
    read = article(body, asked.url or address, asked.content_type)
    if read.paywalled:
        raise Quarantine("paywall")
    published, mark = dates.judged(read.published, fetched_at=asked.fetched_at)
    made = item(
        asked,
        guid=address,
        url=read.url or canonical(address),
        title=read.title,
        text=read.text,
        published=published,
        date_mark=mark,
        language=read.language,
    )
    return Found((made,))


def article(html: bytes, url: str, content_type: str) -> Article:
    """The article of a page that answered at `url`, with the text as read.text.tidy leaves it.

    Raises Quarantine with empty (nothing to read on it), too_large, unreadable (no HTML), consent_wall or
    login_wall: a page that stands before the article.
    """
    tree = _tree(html, content_type)
    told, about = _told(tree), _about(tree)
    _without_authors(tree)
    seen = tidy(" ".join(_visible(tree)))
    text = _text(tree)
    _refuse_walls(
        url, about.get("title", ""), seen, text, locked=bool(tree.xpath("//input[@type='password']"))
    )
    paywalled = _paywalled(told, about, seen, text)
    if not text and not paywalled:
        raise Quarantine("empty")
    return Article(
        title=plain(_first(told.get("headline"), about.get("og:title"), about.get("title"))),
        text=text,
        url=_own_address(tree, about, url),
        section=plain(_first(told.get("articleSection"), about.get("article:section")))[:80],
        language=_first(tree.get("lang"), told.get("inLanguage"), about.get("og:locale"))[:20],
        published=_first(told.get("datePublished"), about.get("article:published_time"), about.get("date")),
        paywalled=paywalled,
    )


def _tree(html: bytes, content_type: str) -> HtmlElement:
    if len(html) > LARGEST:
        raise Quarantine("too_large")
    if not html.strip(b"\0 \t\r\n"):
        raise Quarantine("empty")
    if html.startswith(b"%PDF") or content_type.startswith(("image/", "audio/", "video/", "application/pdf")):
        raise Quarantine("unreadable")
    markup = text_of(html, content_type).replace("\0", "")
    markup = _TAG.sub(_tame, "<".join(markup.split("<", MOST_TAGS)[:MOST_TAGS]))
    tree = load_html(markup)
    if tree is None:
        raise Quarantine("unreadable")
    return tree


def _tame(tag: re.Match[str]) -> str:
    """A tag as it is, or only its name when it is too long."""
    return tag[0] if len(tag[0]) <= LONGEST_TAG else tag[1]


def _told(tree: HtmlElement) -> dict[str, Any]:
    """What the page says of its article in JSON-LD; {} when it says nothing or in no JSON."""
    for script in tree.xpath("//script[@type='application/ld+json']/text()")[:20]:
        try:
            parts = list(_nodes(json.loads(str(script), strict=False)))
        except (ValueError, RecursionError):
            continue
        for part in parts:
            if any(kind in ARTICLES for kind in _kinds(part)):
                return part
    return {}


def _nodes(value: Any) -> Iterator[dict[str, Any]]:
    for one in (value if isinstance(value, list) else [value])[:100]:
        if isinstance(one, dict):
            yield one
            graph = one.get("@graph")
            yield from (
                node for node in (graph if isinstance(graph, list) else [])[:100] if isinstance(node, dict)
            )


def _kinds(node: dict[str, Any]) -> list[str]:
    given = node.get("@type")
    return [str(kind).lower() for kind in (given if isinstance(given, list) else [given])]


def _about(tree: HtmlElement) -> dict[str, str]:
    """The first value of each of the page's meta elements by its name, and its title."""
    about = {"title": str(tree.findtext(".//title") or "")}
    for meta in tree.xpath("//meta[@content]")[:300]:
        name = str(meta.get("property") or meta.get("name") or meta.get("itemprop") or "").lower()
        about.setdefault(name, str(meta.get("content")))
    return about


def _without_authors(tree: HtmlElement) -> None:
    """Takes the bylines out of the page."""
    for element in tree.xpath(_AUTHORS)[:200]:
        if element.getparent() is not None and len(element.text_content()) <= LONGEST_BYLINE:
            element.drop_tree()


def _visible(tree: HtmlElement) -> Iterator[str]:
    """The words that a reader of the page would see."""
    hidden = "ancestor::script or ancestor::style or ancestor::noscript or ancestor::template"
    yield from (str(text) for text in tree.xpath(f"//body//text()[not({hidden})]"))


def _text(tree: HtmlElement) -> str:
    """The text of the article; '' when there is none. Comments are left out: they are of other people."""
    made = bare_extraction(tree, favor_precision=True, include_comments=False, deduplicate=False)
    text = getattr(made, "text", None) or ""
    lines = [line for line in text.split("\n") if not _BY.match(line.strip())]
    return tidy("\n".join(lines))


def _refuse_walls(url: str, title: str, seen: str, text: str, *, locked: bool) -> None:
    """Raises Quarantine when the page asks for consent or a name before it shows anything."""
    if len(text) > SHORT:
        return
    parts = urlsplit(url)
    host, path = parts.hostname or "", parts.path
    # of a short article only its own words count: a cookie banner or a login box may stand beside it
    words = f"{title} {text or seen[:3000]}"
    if _CONSENT_HOST.search(host) or _CONSENT_PATH.search(path) or _CONSENT.search(words):
        raise Quarantine("consent_wall")
    bare = len(text) < BARE
    if _LOGIN.search(path) or _LOGIN_TITLE.match(title) or (locked and bare):
        raise Quarantine("login_wall")


def _paywalled(told: dict[str, Any], about: dict[str, str], seen: str, text: str) -> bool:
    """By what the page says of itself, else by a short text beside the words of a paywall or of a teaser."""
    if str(told.get("isAccessibleForFree", "")).lower() == "false":
        return True
    if about.get("article:content_tier", "").lower() == "locked":
        return True
    described = tidy(about.get("og:description") or about.get("description") or "")
    teaser = 0 < len(text) <= TEASER * len(described)
    return len(text) <= SHORT and (teaser or bool(_PAYWALL.search(seen)))


def _own_address(tree: HtmlElement, about: dict[str, str], url: str) -> str:
    """The canonical address of the page on its own site; '' when it names none or another site's."""
    links = [str(link) for link in tree.xpath("//link[@rel='canonical']/@href")[:3]]
    for raw in filter(None, [*links, about.get("og:url", "")]):
        found = canonical(raw, base=url)
        if found and _site(found) == _site(url) and urlsplit(found).path.strip("/"):
            return found
    return ""


def _site(url: str) -> str:
    host = (urlsplit(url).hostname or "").lower()
    return re.sub(r"^(?:www|m|amp|mobiel|mobile)\.", "", host)


def _first(*values: object) -> str:
    """The first of the values that is a text with something in it; of a list its first."""
    given = (value[0] if isinstance(value, list) and value else value for value in values)
    return next((value.strip() for value in given if isinstance(value, str) and value.strip()), "")
