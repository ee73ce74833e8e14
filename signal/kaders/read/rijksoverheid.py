"""News of the Dutch central government: the feed that rijksoverheid.nl makes of a query, period by period.

Known from public clients of the site (June to October 2026): a reply holds 20 items at most, chosen by
relevance and not by date, and there are no pages. So a period that comes back full is asked again in smaller
pieces. Dates are days of Amsterdam: documents are stamped at local midnight, news at the minute, and both are
kept as they are. Several topics or kinds in one query are joined by "any", which no client shows; one is not.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from kaders.model import Question
from kaders.queries import Rijksoverheid
from kaders.read import feed
from kaders.read.dates import HOME
from kaders.read.items import Asked, Found
from kaders.read.services import asked_at, parameters, with_parameters
from kaders.settings import Source

FULL = 20
"""Items that the site gives at most, whatever is asked."""
FIRST_DAYS = 7
"""Days that a first visit looks back: a week of news, some 60 items without a filter, a dozen questions."""
DAY = timedelta(days=1)
OVERLAP, WIDE = DAY, 7 * DAY
"""Asked again at every visit, and at the first one of a day: a document bears the day on which it was signed
and appears days later. How many is not known; a week is our guess."""
_ITEM = re.compile(rb"<item[\s>]")
_STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


def first(source: Source, cursor: Mapping[str, str], moment: datetime) -> Question:
    """The whole period since the last day that was read to its end; at a first visit FIRST_DAYS."""
    today = moment.astimezone(HOME).date()
    done = _day(cursor.get("done", ""))
    again = OVERLAP if cursor.get("wide") == today.isoformat() else WIDE
    start = min(done, today) - again if done else today - timedelta(days=FIRST_DAYS - 1)
    return _question(source, start, today)


def parse(body: bytes, asked: Asked) -> Found:
    """The items of one period, the question for the next one, and as cursor the last day that is complete.

    A full reply is asked again by halves, oldest first. A single day that is full cannot be asked any
    smaller: it is left with `short` full_page. Raises Quarantine as read.feed.parse does.
    """
    found = replace(feed.parse(body, asked), next=None)
    period = _period(asked_at(asked))
    if not period:
        return found
    start, end = period
    days, full = (end - start).days + 1, len(_ITEM.findall(body)) >= FULL
    if full and days > 1:
        return replace(found, next=_question(asked.source, start, start + (days // 2 - 1) * DAY))
    onward = _onward(asked, end, days)
    cursor = {"done": end.isoformat()} if onward else {"done": end.isoformat(), "wide": end.isoformat()}
    return replace(found, next=onward, cursor=cursor, short="full_page" if full else found.short)


def _onward(asked: Asked, end: date, days: int) -> Question | None:
    """The next period, as long as the last one that was not full; None when that one reached today."""
    today = asked.fetched_at.astimezone(HOME).date()
    if end >= today:
        return None
    return _question(asked.source, end + DAY, min(end + days * DAY, today))


def _question(source: Source, start: date, end: date) -> Question:
    """The site's own query, as JSON in its address. A day without a time makes the site answer HTTP 500."""
    query = source.query
    assert isinstance(query, Rijksoverheid)
    period = {"from": _midnight(start), "to": _midnight(end + DAY, less=1), "name": "specificPeriod"}
    filters = [_filter("content_type", query.types), _filter("topic", query.topics)]
    asks = {
        "filters": [*filter(None, filters), {"field": "sort_date", "type": "all", "values": [period]}],
        "resultSearchTerm": query.words,
        "pageTitle": "Nieuws" if query.types == ("pro:newsDocument",) else "Zoeken",
    }
    written = json.dumps(asks, ensure_ascii=False, separators=(",", ":"))
    return Question(with_parameters(source.address, {"query": written}))


def _filter(field: str, values: tuple[str, ...]) -> dict[str, object] | None:
    kind = "all" if len(values) == 1 else "any"
    return {"field": field, "values": list(values), "type": kind} if values else None


def _midnight(day: date, *, less: int = 0) -> str:
    """Midnight in Amsterdam, `less` milliseconds earlier, in UTC and as the site's own pages write it."""
    at = datetime.combine(day, time(), HOME).astimezone(UTC) - timedelta(milliseconds=less)
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z"


def _period(address: str) -> tuple[date, date] | None:
    """The first and the last day that an address asks for; None when it is not one of ours."""
    stamps = _STAMP.findall(parameters(address).get("query", ""))
    if len(stamps) != 2:
        return None
    start, end = (datetime.fromisoformat(each).astimezone(HOME).date() for each in stamps)
    return (start, end) if start <= end else None


def _day(kept: str) -> date | None:
    try:
        return date.fromisoformat(kept)
    except ValueError:
        return None
