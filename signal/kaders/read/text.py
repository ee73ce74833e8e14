"""From HTML to plain text in which nobody is named by handle."""

from __future__ import annotations

import html
import re
import unicodedata

import nh3

from kaders.read.accounts import without_accounts

SNIPPET_WORDS = 30
"""A quotation of this length is a reference and no copy; the commission allows headline, link and snippet."""
LONGEST_HTML = 100_000
"""Characters of HTML that are looked at: long news articles are a fifth of it, markup included."""
MOST_TAGS = 4_000
"""Tags that are looked at: cleaning nested ones takes quadratic time (13 s for 33,000, 0.2 s for 4,000)."""
LONGEST_TEXT = 20_000
"""Characters kept: a long read of 3,000 words."""

_BLOCK = re.compile(
    r"</?(?:p|div|br|hr|li|ul|ol|h[1-6]|tr|t[dh]|table|blockquote|section|article|fig\w+|pre|d[dt])\b",
    re.IGNORECASE,
)
_MARKUP = re.compile(
    r"</?[a-zA-Z][a-zA-Z0-9]*(?:[\s/][^<>]*)?>|&(?:#\d{1,9}|#[xX][0-9a-fA-F]{1,9}|\w{1,40});"
)
_ESCAPED = re.compile(
    r"\s*&lt;(?:!--|(?:p|div|br|ul|ol|table|blockquote|h[1-6]|img|span|a)\b).*?&lt;/[a-z][a-z0-9]{0,9}&gt;",
    re.IGNORECASE | re.DOTALL,
)
_PERSON = re.compile(  # a link to somebody's page, up to its end or the next link
    r"""<a\s[^<>]*?\bhref\s*=\s*["']?[^"'<>\s]*/(?:@|u/|users?/|profile/)[\w.@:-]+/?["'\s>][^<>]*>?"""
    r"[^<]*(?:<(?!/?a\b)[^<]*)*(?:</a>)?",
    re.IGNORECASE,
)
_LINKED = re.compile(r"<a(?=\s)", re.IGNORECASE)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]+")
_INVISIBLE = re.compile(r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\ufff9-\ufffb]+")
_MENTION = re.compile(
    r"(?:(?<![\w.+-])[\w.+-]*|(?<=[.+-]))@\w[\w-]*(?:[.@][\w-]+)*"  # @name, @name@host, name@host
    r"|(?<![\w.@-])[\w-]+(?:\.[\w-]+)*\.bsky\.social\b"  # a Bluesky handle without its @
    r"|(?:(?<![\w/])/?|\breddit\.com/)u(?:ser)?/[A-Za-z0-9_-]{3,20}\b"  # a Reddit account
)
_MARKS = ("@", ".bsky.social", "u/", "user/")


def plain(raw: str) -> str:
    """Plain text of something that may be HTML: tags and entities gone, one space between words, no handles.

    A text without tags or entities is only tidied, so `a < b` survives. HTML that was escaped once too often,
    as in some of Reddit's feeds, is read as HTML: it begins with an escaped tag and closes one.
    """
    raw = html.unescape(raw[:LONGEST_HTML]) if _ESCAPED.match(raw[:LONGEST_HTML]) else raw
    text = "<".join(raw[:LONGEST_HTML].split("<", MOST_TAGS)[:MOST_TAGS])
    markup = _MARKUP.search(text) or ("<!--" in text and "-->" in text)
    found = _strip(text) if markup else text
    return tidy(_strip(html.unescape(found)) if _ESCAPED.match(found) else found)


def tidy(text: str) -> str:
    """Plain text without control characters, handles, links to accounts and needless white space.

    At most LONGEST_TEXT long.
    """
    text = visible(text[:LONGEST_HTML])
    return without_mentions(without_accounts(" ".join(text.split())))[:LONGEST_TEXT].rstrip()


def visible(text: str) -> str:
    """A text as it is seen: composed (NFC), no sign that shows nothing, a blank for control characters."""
    return _CONTROL.sub(" ", _INVISIBLE.sub("", unicodedata.normalize("NFC", text)))


def without_mentions(text: str) -> str:
    """The text with every handle and mail address replaced by `@…`."""
    return _MENTION.sub("@…", text) if any(mark in text for mark in _MARKS) else text


def snippet(text: str, *, words: int = SNIPPET_WORDS) -> str:
    """The first `words` words, with `…` when something was left out."""
    parts = text.split()
    return " ".join(parts[:words]) + ("…" if len(parts) > words else "")


def _strip(markup: str) -> str:
    """Without tags; scripts and styles go with their content, links to a person's page with their name."""
    spaced = _BLOCK.sub(lambda tag: " " + tag.group(), _PERSON.sub(" @… ", markup))
    apart = _LINKED.sub(
        lambda tag: " " * spaced[tag.start() - 1 : tag.start()].isalnum() + tag.group(), spaced
    )
    return html.unescape(nh3.clean(apart, tags=set()))
