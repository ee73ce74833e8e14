"""Lists of feeds as other readers keep them: OPML in, with every bad line named, and OPML out."""

from __future__ import annotations

import re
import xml.sax.handler
from collections.abc import Iterable
from dataclasses import dataclass
from xml.sax.saxutils import quoteattr
from xml.sax.xmlreader import AttributesImpl, Locator

import defusedxml.sax
import listparser
from defusedxml.common import DefusedXmlException

from kaders.errors import Quarantine
from kaders.read.accounts import is_account
from kaders.read.guessed import as_http
from kaders.read.text import plain
from kaders.read.url import canonical

LARGEST = 4 * 1024 * 1024
"""Bytes: 10,000 feeds with all their attributes, twice what a ministry follows."""
MOST = 10_000
"""Feeds of one list."""
DEEPEST = 30
"""Folders within folders: people make three or four, and each feed is kept with all it lies in."""

_TAG = re.compile(rb"""</outline|<outline\b(?:[^"'<>]|"[^"<]*"|'[^'<]*')*+>?""", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Outline:
    """One feed of a list: what it is called, its address, that of its site, and the folder it lies in."""

    title: str
    url: str
    site: str = ""
    folder: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Outlines:
    """What a list holds: its feeds, each once, and a sentence about every line that is none."""

    feeds: tuple[Outline, ...]
    faults: tuple[str, ...]


class _Lines(xml.sax.handler.ContentHandler):
    """On which line each outline stands, and which of them promise a feed without an address."""

    def __init__(self) -> None:
        super().__init__()
        self.at: dict[str, int] = {}
        self.missing: list[tuple[int, str]] = []
        self.locator: Locator | None = None

    def setDocumentLocator(self, locator: Locator) -> None:
        self.locator = locator

    def startElement(self, name: str, attrs: AttributesImpl) -> None:
        if name.lower() != "outline":
            return
        given = {key.lower(): value for key, value in attrs.items()}
        line = (self.locator.getLineNumber() if self.locator else 0) or 0
        if url := given.get("xmlurl", "").strip():
            self.at.setdefault(url, line)
        elif "xmlurl" in given or given.get("type", "").lower() in ("rss", "atom"):
            self.missing.append((line, given.get("text") or given.get("title") or ""))


def outlines(body: bytes) -> Outlines:
    """The feeds of an OPML file, with the folders they lie in, and what is wrong with the other lines.

    A file that is not well formed is read as far as it goes, and that is one of the faults. Raises
    Quarantine with the reason code too_large, empty, no_feeds, or unreadable (no list, or XML that attacks).
    """
    if len(body) > LARGEST:
        raise Quarantine("too_large")
    if not body.strip():
        raise Quarantine("empty")
    if _depth(body) > DEEPEST:
        raise Quarantine("unreadable")
    lines, faults = _lines(body)
    harvest = listparser.parse(body)
    listed = [_outline(feed, lines.at) for feed in harvest["feeds"][:MOST]]
    if not harvest["version"]:
        raise Quarantine("unreadable")
    if not (listed or faults):
        raise Quarantine("no_feeds")
    wrong = {each.url: _wrong(each) for each in listed}
    faults += [f"{_where(each)}: {wrong[each.url]}" for each in listed if wrong[each.url]]
    if len(harvest["feeds"]) > MOST:
        faults.append(f"only the first {MOST} feeds were read")
    return Outlines(tuple(each for each in listed if not wrong[each.url]), tuple(faults))


def write(title: str, feeds: Iterable[Outline], *, made: str) -> str:
    """An OPML 2.0 document of these feeds. `made`: the moment it is made, as RFC 822 has it."""
    rows = "\n".join(_row(each) for each in feeds)
    head = f"    <title>{_escaped(title)}</title>\n    <dateCreated>{_escaped(made)}</dateCreated>"
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<opml version="2.0">\n'
        f"  <head>\n{head}\n  </head>\n  <body>\n{rows}\n  </body>\n</opml>\n"
    )


def _depth(body: bytes) -> int:
    """How deep outlines lie within outlines, whether the rest of the file is sound or not."""
    depth = deepest = 0
    for tag in _TAG.finditer(body):
        closing = tag[0].startswith(b"</")
        depth = max(0, depth - 1) if closing else depth + (not tag[0].endswith(b"/>"))
        deepest = max(deepest, depth)
    return deepest


def _lines(body: bytes) -> tuple[_Lines, list[str]]:
    """The lines as a parser without entities sees them, and what it stumbled over."""
    handler, faults = _Lines(), []
    try:
        defusedxml.sax.parseString(body, handler, forbid_dtd=True)
    except DefusedXmlException:
        raise Quarantine("unreadable") from None
    except xml.sax.SAXParseException as broken:
        line = broken.getLineNumber()
        faults.append(f"line {line}: the file is not well formed there; what could be read was read")
    except (LookupError, ValueError):
        faults.append("the file is in an encoding that is not known; what could be read was read")
    faults += [f"line {line}: '{_short(title)}' has no address (xmlUrl)" for line, title in handler.missing]
    return handler, faults


def _outline(feed: dict[str, object], at: dict[str, int]) -> Outline:
    stated, folders = str(feed.get("url", "")), feed.get("categories")
    url = as_http(stated)
    folder = folders[0] if isinstance(folders, list) and folders else []
    path = "/".join(_short(str(part)) for part in folder if part)
    title = plain(str(feed.get("title") or ""))[:120]
    return Outline(title, url, folder=path, line=at.get(stated, 0))


def _wrong(each: Outline) -> str:
    """Why a feed of the list cannot become a source; '' when it can."""
    if re.match(r"\w+://[^/?#]*@", each.url):
        return "a name or password stands in the address; name a 'secret:' in an entry instead"
    if not re.match(r"https?://", each.url) or not canonical(each.url):
        return "its address does not start with http:// or https://"
    if is_account(each.url):
        return "its address is that of an account, and persons are never followed"
    return ""


def _where(each: Outline) -> str:
    line = f"line {each.line}: " if each.line else ""
    return f"{line}'{_short(each.title) or 'a feed without a title'}'"


def _row(each: Outline) -> str:
    attributes = {
        "type": "rss",
        "text": each.title,
        "title": each.title,
        "xmlUrl": each.url,
        "htmlUrl": each.site,
        "category": f"/{each.folder}" if each.folder else "",
    }
    kept = " ".join(f"{name}={quoteattr(value)}" for name, value in attributes.items() if value)
    return f"    <outline {kept}/>"


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _short(text: str) -> str:
    return " ".join(plain(text).split())[:80]
