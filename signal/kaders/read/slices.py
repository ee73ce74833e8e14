"""Walking back in time through a service that gives the newest so many articles of a stretch of time.

Such a reply is full at a number of articles. What is missing lies before the oldest of them, so the same
question is asked once more with that as its end, until a reply is not full. What a visit remembers is the
newest moment that it saw and not the moment of the visit: some services show an article hours late.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from kaders.model import Question
from kaders.read.items import Asked, Found

OVERLAP = timedelta(hours=1)
"""How far before the newest article of the last visit the next one begins: a later one may be dated earlier.
An estimate with room: GDELT takes in the news four times an hour."""
ON_THE_WAY = {"ahead": "", "slice": "", "short": ""}
"""What a cursor holds between two pages of one visit, emptied."""
STEP = timedelta(seconds=1)
"""The smallest stretch that the services can be asked for."""


@dataclass(frozen=True, slots=True)
class Slice:
    """One question's stretch of time, both ends included (aware), and which one of the visit it is."""

    start: datetime
    end: datetime
    number: int = 1


def since(cursor: Mapping[str, str], moment: datetime, *, first: timedelta, longest: timedelta) -> Slice:
    """What a visit at `moment` asks first: from a little before the newest of earlier visits up to `moment`.

    Without such a visit, and for a moment before it, it begins `first` ago; never longer ago than `longest`.
    """
    at = remembered(cursor, "newest")
    start = at - OVERLAP if at and at <= moment else moment - first
    return Slice(max(start, moment - longest).astimezone(UTC), moment.astimezone(UTC))


def answered(start: datetime, end: datetime, asked: Asked) -> Slice:
    """The slice that was asked, from the ends in its question: the first of a visit ends with its moment."""
    first = end >= asked.fetched_at - STEP
    return Slice(start, end, 1 if first else _number(asked.cursor) + 1)


def walk(
    found: Found, asked: Asked, stretch: Slice, ask: Callable[[Slice], Question], *, full: bool, most: int
) -> Found:
    """`found` with the question for what lies before it when the reply was full, and with what to remember.

    full  whether the reply held as many entries as a reply can
    most  questions of one visit; after the last one, what is left is said in `short` and let go

    Until the last slice is read, `newest` stays what it was: a visit that breaks off is done again.
    """
    before = dict(asked.cursor) if stretch.number > 1 else {}
    dates = [each.published for each in found.items if each.published]
    known = [remembered(asked.cursor, "newest"), remembered(before, "ahead")]
    ahead = max([at for at in (*dates, *known) if at and at <= asked.fetched_at], default=None)
    short = found.short or before.get("short", "")
    latest = {"newest": ahead.isoformat()} if ahead else {}
    done = replace(found, cursor=latest | ON_THE_WAY, short=short)
    if not full:
        return done
    oldest = min(dates, default=stretch.start)
    stuck = oldest >= stretch.end  # one second holds more than a reply does: step over it, and say so
    rest = Slice(stretch.start, oldest - STEP if stuck else oldest, stretch.number + 1)
    if stretch.number >= most or rest.end < rest.start:
        return replace(done, short="full_page")
    short = "full_page" if stuck else short
    kept = {"ahead": ahead.isoformat() if ahead else "", "slice": str(stretch.number), "short": short}
    return replace(found, next=ask(rest), cursor=kept, short=short)


def remembered(cursor: Mapping[str, str], name: str) -> datetime | None:
    """A moment in a cursor; None when it has none or was damaged."""
    try:
        at = datetime.fromisoformat(cursor.get(name, ""))
    except ValueError:
        return None
    return at if at.tzinfo else None


def _number(cursor: Mapping[str, str]) -> int:
    digits = cursor.get("slice", "")
    return int(digits) if digits.isdecimal() else 1
