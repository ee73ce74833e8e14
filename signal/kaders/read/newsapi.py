"""NewsAPI's `everything`: articles of the world's news sites by words, site and language.

Its free plan is for development only, shows articles a day late and gives a hundred a question; whoever uses
it for work needs a paid plan. Pages beyond the first are refused on that plan, so the next hundred are asked
for as an earlier stretch of time, which every plan allows. That the refusal is status 426 is not verified
from a first source.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from kaders.errors import Quarantine
from kaders.model import Item, Question
from kaders.queries import NewsApi
from kaders.read import dates
from kaders.read.items import Asked, Found, found, item, string
from kaders.read.people import byline
from kaders.read.posts import absent, listed, reply
from kaders.read.slices import Slice, answered, since, walk
from kaders.read.text import plain
from kaders.read.url import canonical
from kaders.settings import Source

FULL = 100
"""Articles in a full reply; more cannot be asked for."""
PAGES = 5
"""Questions of one visit: the free plan allows a hundred a day."""
PAUSE = 1.0
"""Seconds between two requests; the service states no figure, and one a second asks little of anybody."""
FIRST = timedelta(days=2)
"""How far back the first visit looks: the free plan shows nothing of the last day."""
ABSENT = frozenset({426})
"""The status with which a plan refuses a further question (not verified from a first source)."""
LONGEST = timedelta(days=29)
"""How far back the free plan looks is a month."""
KEY = "header:X-Api-Key"
FAULTS = {
    "apiKeyDisabled": "secret_refused",
    "apiKeyInvalid": "secret_refused",
    "apiKeyMissing": "no_secret",
    "apiKeyExhausted": "rate_limited",
    "rateLimited": "rate_limited",
}
"""The codes of its error replies that have a reason of their own; the others are a service_fault."""
REMOVED = "[Removed]"
"""The title of an article that its publisher took back: neither its address nor its words are left."""

_CLOCK = "%Y-%m-%dT%H:%M:%S"
_CUT = re.compile(r"\s*(?:…|\.\.\.)?\s*\[\+\d+ chars\]\s*$")


def first(source: Source, cursor: Mapping[str, str], moment: datetime) -> Question:
    """The newest articles on the query of the source, from the last visit (or FIRST ago) up to the moment."""
    return _ask(source, since(cursor, moment, first=FIRST, longest=LONGEST))


def parse(body: bytes, asked: Asked) -> Found:
    """The articles of a reply, newest first; a full one leads on to what lies before it.

    Raises Quarantine as read.posts.reply does, or secret_refused, no_secret, rate_limited, service_fault.
    """
    ask = partial(_ask, asked.source)
    if absent(asked):  # the plan allows no further question
        return replace(walk(Found(()), asked, _slice(asked), ask, full=False, most=PAGES), short="full_page")
    told = reply(body, asked)
    if not isinstance(told, dict):
        raise Quarantine("unreadable")
    if told.get("status") == "error":
        raise Quarantine(FAULTS.get(string(told.get("code")), "service_fault"))
    articles = listed(told.get("articles"))
    items, full = found(articles, _item, asked), len(articles) >= FULL
    return walk(items, asked, _slice(asked), ask, full=full, most=PAGES)


def _ask(source: Source, stretch: Slice) -> Question:
    query = source.query
    assert isinstance(query, NewsApi)
    parameters = {
        "q": query.words,
        "domains": ",".join(query.sites),
        "language": query.language or "",
        "from": stretch.start.strftime(_CLOCK),
        "to": stretch.end.strftime(_CLOCK),
        "sortBy": "publishedAt",
        "pageSize": str(FULL),
    }
    asking = urlencode({name: value for name, value in parameters.items() if value})
    return Question(f"{source.address}?{asking}", key=KEY, accept="application/json")


def _slice(asked: Asked) -> Slice:
    """The stretch of time that was asked for; that of a first visit when the question is not known."""
    given = parse_qs(urlsplit(asked.question.url).query) if asked.question else {}
    try:
        start, end = (datetime.fromisoformat(f"{given[name][0]}+00:00") for name in ("from", "to"))
    except (KeyError, ValueError):
        return since(asked.cursor, asked.fetched_at, first=FIRST, longest=LONGEST)
    return answered(start, end, asked)


def _item(article: dict[str, Any], asked: Asked) -> Item | None:
    if article.get("title") == REMOVED:
        return None
    address = canonical(string(article["url"]))
    if not address:
        raise ValueError("an article without an address")
    query = asked.source.query
    published, mark = dates.judged(article.get("publishedAt"), fetched_at=asked.fetched_at)
    return item(
        asked,
        guid=address,
        url=address,
        title=plain(string(article.get("title"))),
        text=_text(article),
        published=published,
        date_mark=mark,
        language=query.language if isinstance(query, NewsApi) else None,
        author=byline(string(article.get("author")), asked.source, asked.key),
    )


def _text(article: dict[str, Any]) -> str:
    """The longer of the description and the first lines, without the note on how much was cut off."""
    texts = [plain(_CUT.sub("", string(article.get(name)))) for name in ("description", "content")]
    return max(texts, key=len)
