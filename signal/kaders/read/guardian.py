"""The Guardian's Open Platform: its articles by words, section and tag.

Its terms: the developer key is for non-commercial use. How many questions a day it allows differs from source
to source (500 or 5,000), so 500 and one a second are assumed. The list of fields is not verified from a first
source: `trailText` and `byline` are the two that are asked for.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from kaders.errors import Quarantine
from kaders.model import Item, Question
from kaders.queries import Guardian
from kaders.read import dates
from kaders.read.items import Asked, Found, found, item, number, string
from kaders.read.people import byline
from kaders.read.posts import listed, reply
from kaders.read.slices import remembered, since
from kaders.read.text import plain
from kaders.read.url import canonical
from kaders.settings import Source

PER_PAGE = 100
"""Articles of a page; 200 is the most that can be asked for."""
PAGES = 5
"""Pages of one visit: 500 articles, more than the paper publishes in a day."""
PAUSE = 1.0
"""Seconds between two requests; the module's first lines say why."""
FIRST = timedelta(days=1)
"""How far back the first visit looks."""
LONGEST = timedelta(days=90)
"""How far back a visit after a long absence looks."""
KEY = "query:api-key"
TITLE, TEXT = "webTitle", "trailText"

_KEY_FAULT = re.compile(r"api[- ]?key|authenticat|unauthori[sz]ed|forbidden", re.IGNORECASE)
_TOO_FAST = re.compile(r"rate limit|too many|quota", re.IGNORECASE)


def first(source: Source, cursor: Mapping[str, str], moment: datetime) -> Question:
    """The first page of the newest articles, from the day of the last visit (or FIRST ago) on.

    The service is asked by whole days.
    """
    query = source.query
    assert isinstance(query, Guardian)
    stretch = since(cursor, moment, first=FIRST, longest=LONGEST)
    parameters = {
        "q": query.words,
        "section": "|".join(query.sections),
        "tag": "|".join(query.tags),
        "from-date": f"{stretch.start:%Y-%m-%d}",
        "to-date": f"{stretch.end:%Y-%m-%d}",
        "use-date": "published",
        "order-by": "newest",
        "show-fields": f"{TEXT},byline",
        "page-size": str(PER_PAGE),
        "page": "1",
    }
    asking = urlencode({name: value for name, value in parameters.items() if value})
    return Question(f"{source.address}?{asking}", key=KEY, accept="application/json")


def parse(body: bytes, asked: Asked) -> Found:
    """The articles of a page in its order, and the question for the next page.

    Raises Quarantine as read.posts.reply does, or secret_refused, rate_limited, service_fault.
    """
    told = reply(body, asked)
    answer = told.get("response") if isinstance(told, dict) else None
    if not isinstance(answer, dict) or answer.get("status") != "ok":
        raise Quarantine(_fault(answer or told))
    page = max(1, number(answer.get("currentPage")))
    articles = found(listed(answer.get("results")), _item, asked)
    more = page < number(answer.get("pages"))
    onward = _page(asked.question, page + 1) if more and page < PAGES else None
    short = "full_page" if more and not onward else ""
    return Found(
        articles.items,
        articles.bad,
        next=onward,
        cursor=_cursor(articles, asked, page, last=not onward),
        short=short,
    )


def _page(question: Question | None, page: int) -> Question | None:
    """The same question for another page; None when the question is not known."""
    if question is None:
        return None
    parts = urlsplit(question.url)
    parameters = dict(parse_qsl(parts.query)) | {"page": str(page)}
    url = parts._replace(query=urlencode(parameters)).geturl()
    return Question(url, key=question.key, accept=question.accept)


def _cursor(articles: Found, asked: Asked, page: int, *, last: bool) -> dict[str, str]:
    """The newest date so far: as `newest` once the last page is read, and as `ahead` on the way there."""
    known = [remembered(asked.cursor, "newest"), remembered(asked.cursor, "ahead") if page > 1 else None]
    stated = [*(each.published for each in articles.items), *known]
    ahead = max([at for at in stated if at and at <= asked.fetched_at], default=None)
    at = ahead.astimezone(UTC).isoformat() if ahead else ""
    return {"ahead": "", "newest": at} if last else {"ahead": at}


def _fault(told: Any) -> str:
    """The reason in a reply that is no answer, by its own words; they are not repeated."""
    if not isinstance(told, dict) or not told.get("message"):
        return "unreadable"
    said = str(told["message"])[:500]
    if _KEY_FAULT.search(said):
        return "secret_refused"
    return "rate_limited" if _TOO_FAST.search(said) else "service_fault"


def _item(article: dict[str, Any], asked: Asked) -> Item:
    fields = article.get("fields") or {}
    published, mark = dates.judged(article.get("webPublicationDate"), fetched_at=asked.fetched_at)
    return item(
        asked,
        guid=string(article["id"]),
        url=canonical(string(article["webUrl"])),
        title=plain(string(article.get(TITLE))),
        text=plain(string(fields.get(TEXT))),
        published=published,
        date_mark=mark,
        language=asked.source.language or "en",
        author=byline(string(fields.get("byline")), asked.source, asked.key),
    )
