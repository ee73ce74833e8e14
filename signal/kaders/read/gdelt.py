"""GDELT DOC 2.0: which articles in the world's news match words, by title and address.

Its form comes from its makers' announcement and from two clients, not from a first source: at most 250
articles a reply, one request each five seconds, three months back, faults in plain words (often with status
200) and control characters in its JSON.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from kaders.errors import Quarantine
from kaders.model import Item, Question
from kaders.queries import Gdelt
from kaders.read import dates
from kaders.read.items import Asked, Found, found, item, string
from kaders.read.slices import Slice, answered, since, walk
from kaders.read.text import plain
from kaders.read.url import canonical
from kaders.settings import Source

FULL = 250
"""Articles in a full reply; more cannot be asked for."""
PAGES = 8
"""Questions of one visit: 2,000 articles. A query that finds more between two visits is too wide."""
PAUSE = 5.0
"""Seconds between two requests; what the service itself asks for when one comes too soon."""
FIRST = timedelta(days=1)
"""How far back the first visit looks."""
LONGEST = timedelta(days=90)
"""How far back the service looks: three months."""
LANGUAGES = {"nl": "dutch", "en": "english"}
"""Its names of the languages that can be asked for."""
CODES = {name: code for code, name in LANGUAGES.items()} | {
    "german": "de",
    "french": "fr",
    "spanish": "es",
    "turkish": "tr",
    "arabic": "ar",
    "polish": "pl",
}
"""The codes of the languages that it names; others keep their name and are no Dutch or English."""

_CLOCK = "%Y%m%d%H%M%S"
_CONTROL = re.compile(rb"[\x00-\x1f\x7f]+")
_LONE_BACKSLASH = re.compile(r'\\(?!["\\/bfnrt]|u[0-9a-fA-F]{4})')
_TOO_FAST = re.compile(r"limit requests|too many requests|one every \d+ seconds|rate limit", re.IGNORECASE)


def first(source: Source, cursor: Mapping[str, str], moment: datetime) -> Question:
    """The newest articles on the words of the source, from the last visit (or FIRST ago) up to the moment."""
    return _ask(source, since(cursor, moment, first=FIRST, longest=LONGEST))


def parse(body: bytes, asked: Asked) -> Found:
    """The articles of a reply, newest first; a full one leads on to what lies before it.

    `published` is the moment that GDELT saw the article (seendate). It takes in the news every quarter of an
    hour, so that is the day of the article in all but a few cases; without it, an article that is found weeks
    later would be counted on the day of our visit.

    Raises Quarantine empty, html_instead_of_feed, rate_limited, service_fault or unreadable.
    """
    reply = _reply(body)
    articles = reply.get("articles", []) if isinstance(reply, dict) else None
    if not isinstance(articles, list):
        raise Quarantine("unreadable")
    items, full = found(articles, _item, asked), len(articles) >= FULL
    return walk(items, asked, _slice(asked), partial(_ask, asked.source), full=full, most=PAGES)


def _ask(source: Source, stretch: Slice) -> Question:
    query = source.query
    assert isinstance(query, Gdelt)
    parameters = {
        "query": _words(query),
        "mode": "artlist",
        "format": "json",
        "maxrecords": str(FULL),
        "sort": "datedesc",
        "startdatetime": stretch.start.strftime(_CLOCK),
        "enddatetime": stretch.end.strftime(_CLOCK),
    }
    return Question(f"{source.address}?{urlencode(parameters)}", accept="application/json")


def _words(query: Gdelt) -> str:
    """The query in GDELT's language, in which alternatives stand between brackets."""
    words = query.words.strip()
    bare = re.search(r"\bOR\b", words) and not (words.startswith("(") and words.endswith(")"))
    parts = [f"({words})" if bare else words]
    parts.append(_either("sourcelang", [LANGUAGES[code] for code in query.languages]))
    parts.append(f"sourcecountry:{query.country}" if query.country else "")
    parts.append(_either("domainis", query.sites))
    return " ".join(filter(None, parts))


def _either(name: str, values: Sequence[str]) -> str:
    terms = [f"{name}:{value}" for value in values]
    return f"({' OR '.join(terms)})" if len(terms) > 1 else "".join(terms)


def _slice(asked: Asked) -> Slice:
    """The stretch of time that was asked for; that of a first visit when the question is not known."""
    given = parse_qs(urlsplit(asked.question.url).query) if asked.question else {}
    try:
        start, end = (
            datetime.strptime(given[name][0], _CLOCK).replace(tzinfo=UTC)
            for name in ("startdatetime", "enddatetime")
        )
    except (KeyError, ValueError):
        return since(asked.cursor, asked.fetched_at, first=FIRST, longest=LONGEST)
    return answered(start, end, asked)


def _reply(body: bytes) -> Any:
    """The JSON of a reply, also with control characters or lone backslashes in its titles."""
    text = _CONTROL.sub(b" ", body).strip()
    if not text:
        raise Quarantine("empty")
    if text[:1] == b"<":
        raise Quarantine("html_instead_of_feed")
    said = text.removeprefix(b"\xef\xbb\xbf").decode("utf-8", "replace")
    if said[:1] not in ("{", "["):
        raise Quarantine("rate_limited" if _TOO_FAST.search(said[:1000]) else "service_fault")
    try:
        return _json(said)
    except (ValueError, RecursionError):
        raise Quarantine("unreadable") from None


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return json.loads(_LONE_BACKSLASH.sub(r"\\\\", text))


def _item(article: dict[str, Any], asked: Asked) -> Item:
    address = canonical(string(article["url"]))
    if not address:
        raise ValueError("an article without an address")
    language = string(article.get("language")).lower()
    published, mark = dates.judged(article.get("seendate"), fetched_at=asked.fetched_at)
    return item(
        asked,
        guid=address,
        url=address,
        title=plain(string(article.get("title"))),
        text="",
        published=published,
        date_mark=mark,
        language=CODES.get(language, language),
    )
