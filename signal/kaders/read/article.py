"""The page of an article as plain text: without menus, authors and the pages that stand before an article.

trafilatura finds the text; this module decides whether the page is one that may be kept. It takes a third of
a second to import, so nobody but the reader of pages does.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from lxml.html import HtmlElement
from trafilatura import bare_extraction, load_html

from kaders.errors import Quarantine
from kaders.read import dates
from kaders.read.bylines import drop_bylines, without_writers, writers
from kaders.read.charset import text_of
from kaders.read.items import Asked, Found, item
from kaders.read.paywall import SHORT, paywalled
from kaders.read.text import plain, tidy
from kaders.read.told import Told, first, told
from kaders.read.url import canonical

LARGEST = 5 * 1024 * 1024
"""Bytes of a page: news pages have 0.1 to 2 MB, scripts included."""
MOST_TAGS = 15_000
"""Tags of a page that are looked at: live blogs have some thousand; 15,000 paragraphs take two seconds."""
LONGEST_TAG = 2_000
"""Characters; the attributes of a longer tag hold data for scripts. The parser takes quadratic time over
them: three minutes for 100,000."""
BARE = 150
"""Characters: less, on a page that asks for a password, is the form's own explanation."""

_TAG = re.compile(r"""(<[a-zA-Z][\w:-]{0,30}+)(?:[^>=]++|=\s*+(?:"[^"]*+"|'[^']*+')?)*+""")
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
    return Found((replace(made, section=read.section),))


def article(html: bytes, url: str, content_type: str) -> Article:
    """The article of a page that answered at `url`, with the text as read.text.tidy leaves it.

    Raises Quarantine with empty (nothing to read on it), too_large, unreadable (no HTML), consent_wall or
    login_wall: a page that stands before the article.
    """
    tree = _tree(html, content_type)
    said = told(tree)
    about, article = said.about, said.article
    names = writers(said, tree)
    drop_bylines(tree)
    text = _text(tree, names, _titles(said, tree))
    _refuse_walls(
        url,
        about.get("title", ""),
        tidy(" ".join(_visible(tree))),
        text,
        locked=bool(tree.xpath("//input[@type='password']")),
    )
    closed = paywalled(said, tree, text)
    if not text and not closed:
        raise Quarantine("empty")
    return Article(
        title=plain(first(article.get("headline"), about.get("og:title"), about.get("title"))),
        text=text,
        url=_own_address(tree, about, url),
        section=_section(first(article.get("articleSection"), about.get("article:section")), names),
        language=first(tree.get("lang"), article.get("inLanguage"), about.get("og:locale"))[:20],
        published=first(article.get("datePublished"), about.get("article:published_time"), about.get("date")),
        paywalled=closed,
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


def _visible(tree: HtmlElement) -> Iterator[str]:
    """The words that a reader of the page would see."""
    hidden = "ancestor::script or ancestor::style or ancestor::noscript or ancestor::template"
    yield from (str(text) for text in tree.xpath(f"//body//text()[not({hidden})]"))


def _text(tree: HtmlElement, names: Iterable[str], titles: frozenset[str]) -> str:
    """The text of the article; '' when there is none. Comments are left out: they are of other people.

    So are its writers, and a first line that only says the headline again.
    """
    made = bare_extraction(tree, favor_precision=True, include_comments=False, deduplicate=False)
    lines = without_writers((getattr(made, "text", None) or "").split("\n"), names)
    if lines and _letters(lines[0]) in titles:
        del lines[0]
    return tidy("\n".join(lines))


def _titles(said: Told, tree: HtmlElement) -> frozenset[str]:
    """The headline in all the ways that the page writes it, the site's name behind it or not."""
    page = said.about["title"]
    given = [first(said.article.get("headline")), said.about.get("og:title", ""), page]
    given += [part for part in (re.split(r"\s+[|–—-]\s+", page)[0],) if len(part) > len(page) / 3]
    given += [str(each.text_content())[:500] for each in tree.xpath("//h1")[:3]]
    return frozenset(filter(None, map(_letters, given)))


def _letters(words: str) -> str:
    """The letters and digits of a text, to compare headlines by."""
    return re.sub(r"\W+", "", plain(words)).casefold()


def _section(words: str, names: Iterable[str]) -> str:
    """The section of the site; '' when it is called after the writer, as that of a column may be."""
    section = plain(words)[:80]
    return "" if any(name.casefold() in section.casefold() for name in names) else section


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
