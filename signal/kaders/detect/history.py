"""What the visits to a source brought, as one value per day: the line that health looks along."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from kaders.detect.calendar import day_kinds, days_between
from kaders.detect.usual import Usual, learn
from kaders.settings import Organisation, Source

HISTORY_DAYS = 84
"""Days that are looked at: twelve of every weekday, so that a summer is not held against a winter."""
GOOD_DAYS = 14
"""Days with a good visit before a source is held to what it usually brings: two of every weekday."""
DAY = 86400.0
WEEK = 7
GAP_DAYS = 2.0
"""Days between two good visits from which nobody knows what came in between: feeds forget."""
OURS = 0.5
"""Share of the sources that must fail at once for the fault to be taken as our own: half; our choice."""
OURS_LEAST = 5
"""Sources from which that can be told at all."""


@dataclass(frozen=True, slots=True)
class Line:
    """The history of one source, one value per period, the last one last.

    The numbers are those of store.ledger.VOLUMES; what nobody visited is NaN, or its own day.

    visited   whether anybody came by
    exposure  days of each kind (weekday, Monday 0) that the good visits cover; nothing after a gap
    new, came  entries of those days, and of all, after a gap as well
    """

    days: list[date]
    kinds: np.ndarray
    good: np.ndarray
    new: np.ndarray
    came: np.ndarray
    since: np.ndarray
    until: np.ndarray
    brought: np.ndarray
    last: np.ndarray
    held: np.ndarray
    least: np.ndarray
    kept: np.ndarray
    renewed: np.ndarray
    visited: np.ndarray
    outcome: list[str]
    reason: list[str]
    turned: list[date]
    heard: list[date]
    exposure: np.ndarray

    def between(self, start: int, end: int) -> Line:
        """The periods from `start` up to, and not with, `end`."""
        return Line(*(getattr(self, name)[start:end] for name in Line.__dataclass_fields__))

    def learned(self, source: Source, end: int | None = None) -> Usual:
        """What the source usually brings, by its first `end` periods, or all of them."""
        return learn(self.new[:end], self.exposure[:end], source.expected_per_day)


def lines_of(
    history: pd.DataFrame, day: date, organisation: Organisation, length: int = HISTORY_DAYS
) -> dict[str, Line]:
    """Per source its history of `length` days up to and with `day`, one value per day.

    history: as store.ledger.volumes gives it.
    """
    days = days_between(day - timedelta(days=length - 1), day)
    kinds, place = np.array(day_kinds(days, organisation)), {each: n for n, each in enumerate(days)}
    rows = history[history["day"].isin(place)]
    return {str(name): _line(each, days, kinds, place) for name, each in rows.groupby("source", sort=False)}


def _line(rows: pd.DataFrame, days: list[date], kinds: np.ndarray, place: dict[date, int]) -> Line:
    at = [place[each] for each in rows["day"]]

    def spread(name: str, empty: float = np.nan) -> np.ndarray:
        values = np.full(len(days), empty)
        values[at] = rows[name].to_numpy(dtype=float)
        return values

    def said(name: str) -> list[str]:
        words = dict(zip(at, rows[name], strict=True))
        return [str(words.get(n) or "") for n in range(len(days))]

    def dates(name: str) -> list[date]:
        known = {n: when for n, when in zip(at, rows[name], strict=True) if isinstance(when, date)}
        return [known.get(n, each) for n, each in enumerate(days)]

    names = ("since", "until", "brought", "last", "held", "least", "kept", "renewed")
    numbers = {name: spread(name) for name in names}
    came = spread("new", 0.0)
    exposure = _exposure(numbers["since"], numbers["until"], kinds)
    return Line(
        days=days,
        kinds=kinds,
        good=spread("good", 0.0) > 0,
        new=np.where(exposure.any(axis=1), came, 0.0),
        came=came,
        visited=np.isin(np.arange(len(days)), at),
        outcome=said("outcome"),
        reason=said("reason"),
        turned=dates("turned"),
        heard=dates("heard"),
        exposure=exposure,
        **numbers,
    )


def _exposure(since: np.ndarray, until: np.ndarray, kinds: np.ndarray) -> np.ndarray:
    """Per period the days of each kind between its last good visit and the one before its first.

    A visit that came late covers a part of the day before as well.
    """
    found = np.zeros((len(kinds), 7))
    length = (until - since) / DAY
    for n in np.flatnonzero((length > 0) & (length < GAP_DAYS)):
        earlier = max(0.0, float(length[n]) - 1.0) if n else 0.0
        found[n, kinds[n]] += length[n] - earlier
        found[n, kinds[n - 1]] += earlier
    return found


def last_of(true: np.ndarray) -> int:
    """The last place where it is so; -1 for none."""
    found = np.flatnonzero(true)
    return int(found[-1]) if len(found) else -1


def our_faults(history: pd.DataFrame) -> frozenset[date]:
    """The days on which so many sources failed that it was our own connection: nobody's silence."""
    days = history.assign(answered=history["good"] > 0).groupby("day")["answered"].agg(["size", "mean"])
    return frozenset(days.index[(days["size"] >= OURS_LEAST) & (days["mean"] <= 1 - OURS)])


@dataclass(frozen=True, slots=True)
class Volume:
    """A source's week: expected of seven days like the last, all that came, and whether that is learned."""

    expected: float
    seen: int
    learned: bool


def weeks(
    history: pd.DataFrame, sources: Iterable[Source], day: date, organisation: Organisation
) -> dict[str, Volume]:
    """Per source with a history its usual week and its last; history and day as for health()."""
    lines = lines_of(history, day, organisation)
    return {source.id: _week(source, lines[source.id]) for source in sources if source.id in lines}


def _week(source: Source, line: Line) -> Volume:
    start = len(line.days) - WEEK
    usual = line.learned(source, start)
    learned = int(line.good[:start].sum()) >= GOOD_DAYS
    expected = usual.rate * float(usual.factors[line.kinds[start:]].sum())
    return Volume(expected, int(line.came[start:].sum()), learned)
