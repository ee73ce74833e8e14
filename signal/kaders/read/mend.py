"""What sloppy markup needs to be well-formed, and what hostile markup must lose before a parser sees it."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from html.entities import html5
from itertools import islice

JUNK = 8192
"""Characters before the markup that are skipped: warnings of a server; fastfeedparser looks as far."""
LONGEST_NAME = 200
"""Characters of an author: feedparser takes quadratic time over one (half a minute for 64 KB)."""
LONGEST_RUN = 200_000
"""Characters of text without markup, or in one CDATA section: twice what is looked at of an entry's text."""
LONGEST_TAG = 8_000
"""Characters of a tag with its attributes: feedparser takes quadratic time over them (25 s for 50,000)."""
MOST_PREFIXES = 100
"""Namespace prefixes that are declared for a feed that forgot to; the largest feeds use twenty."""
MOST_CATEGORIES = 1_000
"""Categories in a feed: feedparser takes quadratic time over those of one entry (40 s for 50,000)."""

NAMESPACES = {
    "atom": "http://www.w3.org/2005/Atom",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
    "feedburner": "http://rssnamespace.org/feedburner/ext/1.0",
    "itunes": "http://www.itunes.com/dtds/podcast-1.0.dtd",
    "media": "http://search.yahoo.com/mrss/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rss": "http://purl.org/rss/1.0/",
    "sy": "http://purl.org/rss/1.0/modules/syndication/",
    "xhtml": "http://www.w3.org/1999/xhtml",
}
"""What the usual prefixes mean where a feed uses them without saying so."""

_ROOT = re.compile(r"<(?:\?xml\b|!DOCTYPE\b|(?:\w{1,20}:)?(?:rss|rdf|feed|channel)\b)", re.IGNORECASE)
_WARNING = re.compile(r"<(?:br|b|p|font|pre|strong|hr)\b", re.IGNORECASE)
"""How the warnings of a server begin that writes them as HTML (PHP's display_errors does)."""
_PROLOG = re.compile(r"<(?:\?|!--|!DOCTYPE\b)", re.IGNORECASE)
_SUBSET = re.compile(r"\]\s*>")
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]+")
_QUOTED = re.compile(r"<!\[CDATA\[|<!--")
_LOOSE = re.compile(r"&(?:#(\d{1,7}|[xX][0-9a-fA-F]{1,6});|(\w{1,31});)?|<(?![\w/!?:])")
_DECLARATION = re.compile(r"<!(?:DOCTYPE|ENTITY)\b[^<>]*>?", re.IGNORECASE)
_PREFIX = re.compile(r"(?:</?|\s)([A-Za-z_][\w.-]{0,40}):[\w.-]+(?=[\s=>/])")
_AUTHOR = re.compile(
    r"(<(?:\w{1,20}:)?(?:author|creator|managingEditor|webMaster|name|email|publisher)\b[^<>]*>"
    rf"(?:<!\[CDATA\[)?[^<>]{{{LONGEST_NAME}}})[^<>]*",
    re.IGNORECASE,
)
_RUN = re.compile(rf"([^<]{{{LONGEST_RUN}}})[^<]+")
_CATEGORY = re.compile(r"<category\b[^<>]*/>|<category\b[^<>]*>[^<]*</category\s*>", re.IGNORECASE)
_TAG = re.compile(rf"(<[\w:.-]{{1,100}}\s[^<>]{{{LONGEST_TAG}}})[^<>]*")


def from_root(text: str) -> str:
    """The text from its first element on: no declaration, no DOCTYPE with its entities, nothing before it."""
    text = text.lstrip("\ufeff\0 \t\r\n")
    if (not text.startswith("<") or _WARNING.match(text)) and (found := _ROOT.search(text, 0, JUNK)):
        text = text[found.start() :]
    at = 0
    while found := _PROLOG.match(text, at):
        at = _past(text, found)
        at += len(text[at : at + JUNK]) - len(text[at : at + JUNK].lstrip())
    return text[at:]


def allowed(text: str) -> str:
    """The text without the characters that XML does not have."""
    return _FORBIDDEN.sub("", text) if _FORBIDDEN.search(text) else text


def mended(text: str) -> str:
    """The text with what is commonly wrong put right.

    Entities of HTML become their characters, unknown ones and loose `&` and `<` are text, references to
    characters that do not exist go, and prefixes that nobody declared are.
    """
    return _with_prefixes(outside(allowed(text), lambda part: _LOOSE.sub(_reference, part)))


def tame(text: str) -> str:
    """The text without what makes feedparser take quadratic time; see its constants. None of it is read."""
    text = outside(text, lambda part: _RUN.sub(r"\1", _DECLARATION.sub("", part)), longest=LONGEST_RUN)
    text = _AUTHOR.sub(r"\1", _TAG.sub(r"\1", text))
    return _CATEGORY.sub("", text) if text.count("<category") > MOST_CATEGORIES else text


def outside(text: str, change: Callable[[str], str], *, longest: int = 0) -> str:
    """The text with `change` made to all but CDATA sections and comments; linear for any text.

    longest: what is kept of a section, when it is not 0
    """
    parts, at = [], 0
    while found := _QUOTED.search(text, at):
        closing = "-->" if found.group() == "<!--" else "]]>"
        end = text.find(closing, found.end())
        if end < 0:
            break
        stop = min(end, found.end() + longest) if longest else end
        parts += [change(text[at : found.start()]), text[found.start() : stop], closing]
        at = end + len(closing)
    return "".join([*parts, change(text[at:])])


def _past(text: str, found: re.Match[str]) -> int:
    """Where an instruction, a comment or a DOCTYPE ends; the end of its `<` when it never does."""
    kind = found.group()
    if kind.startswith("<!D") or kind.startswith("<!d"):
        inner, plain = text.find("[", found.end()), text.find(">", found.end())
        if 0 <= inner < plain and (closed := _SUBSET.search(text, inner)):
            return closed.end()
        return plain + 1 if plain >= 0 else len(text)
    closing = "-->" if kind == "<!--" else ">"
    end = text.find(closing, found.end())
    return end + len(closing) if end >= 0 else len(text)


def _reference(found: re.Match[str]) -> str:
    number, name = found[1], found[2]
    if found.group() == "<":
        return "&lt;"
    if name in ("amp", "lt", "gt", "quot", "apos"):
        return found.group()
    if name and name + ";" in html5:
        return html.escape(html5[name + ";"])
    if number:  # one that exists, as browsers read it; html gives U+FFFD for those that do not
        return html.escape(html.unescape(found.group()).replace("\ufffd", ""))
    return "&amp;" + found.group()[1:]


def _with_prefixes(text: str) -> str:
    """The text with the prefixes declared in its root that it uses and does not declare there."""
    end = text.find(">")
    if end < 0 or text[end - 1 : end] == "/":
        return text
    used = dict.fromkeys(_PREFIX.findall(text))
    missing = (p for p in used if p not in ("xml", "xmlns") and f"xmlns:{p}=" not in text[:end])
    known = (f' xmlns:{p}="{NAMESPACES.get(p, "undeclared:" + p)}"' for p in missing)
    return text[:end] + "".join(islice(known, MOST_PREFIXES)) + text[end:]
