"""Which sources count and how much of them was collected: a new or lost source is no burst and no calm."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pandas as pd

from kaders.detect.calendar import COMPARE_DAYS
from kaders.model import Window
from kaders.settings import Settings

SETTLED_DAYS = COMPARE_DAYS
"""A source counts once it has been followed for as long as a morning looks back to compare (R2)."""
STARTING_DAYS = 7
"""Sources that are added within a week of the very first one begin together with it."""
ANSWERED = ("OK", "PARTIAL")
LOST_DAYS = 2
"""Mornings of seven without a source that the offset by coverage still carries: one; our choice."""


def began(ledger: pd.DataFrame, settings: Settings) -> dict[str, date]:
    """Per public source that is visited on schedule the day on which it first answered."""
    followed = {s.id for s in settings.sources if s.kind != "own" and s.reader != "import"}
    good = ledger[ledger["outcome"].isin(ANSWERED) & ledger["source"].isin(followed)]
    return {str(source): day for source, day in good.groupby("source")["day"].min().items()}


def members(ledger: pd.DataFrame, settings: Settings, window: Window) -> frozenset[str]:
    """The sources whose documents a morning may count: followed long enough and all week, or own.

    Imported files are members as far as `reaching_back` lets them: they are no visits.
    """
    settled = _settled(began(ledger, settings), window)
    settled -= _lost(ledger, settled, window)
    return frozenset(settled | {s.id for s in settings.sources if s.kind == "own"} | settings.imported)


def _settled(first_days: dict[str, date], window: Window) -> set[str]:
    """The sources that were followed long enough, or since the first week of all."""
    start = min(first_days.values(), default=window.analysed)
    latest = max(window.analysed - timedelta(days=SETTLED_DAYS), start + timedelta(days=STARTING_DAYS))
    return {source for source, day in first_days.items() if day <= latest}


def _lost(ledger: pd.DataFrame, sources: set[str], window: Window) -> set[str]:
    """The sources that answered on fewer mornings of the last seven than the others, by two or more.

    What a lost source brought to each topic nobody knows, so it is left out of the past as well. A day on
    which nothing answered is a matter of coverage.
    """
    recent = ledger["outcome"].isin(ANSWERED) & (ledger["day"] > window.now) & (ledger["day"] <= window.day)
    answered = ledger[recent].groupby("source")["day"].nunique().to_dict()
    most = max((answered.get(source, 0) for source in sources), default=0)
    return {source for source in sources if most - answered.get(source, 0) >= LOST_DAYS}


def reaching_back(documents: pd.DataFrame, settings: Settings, first: date) -> frozenset[str]:
    """The imported sources whose documents begin by `first`, or within a week of it."""
    starts = documents[documents["source"].isin(settings.imported)].groupby("source")["day"].min()
    return frozenset(
        str(source) for source, day in starts.items() if day <= first + timedelta(days=STARTING_DAYS)
    )


def newcomers(ledger: pd.DataFrame, settings: Settings, window: Window) -> dict[str, date]:
    """The sources that do not count yet, with the first morning on which they will."""
    first_days, wait = began(ledger, settings), timedelta(days=SETTLED_DAYS + 1)
    settled = _settled(first_days, window)
    return {source: day + wait for source, day in first_days.items() if source not in settled}


def first_day(ledger: pd.DataFrame, settings: Settings, window: Window) -> date:
    """The first day on which all members were followed, no sooner than the base and no later than `now`."""
    counted = members(ledger, settings, window)
    starts = [day for source, day in began(ledger, settings).items() if source in counted]
    return min(max([window.base, *starts], default=window.analysed), window.now)


def covered(ledger: pd.DataFrame, settings: Settings, window: Window, days: list[date]) -> np.ndarray:
    """Per day the share of the expected items of the members that was collected, 0 to 1.

    Where everything is imported, a day holds what it holds.
    """
    first_days = began(ledger, settings)
    if not first_days:
        return np.full(len(days), float(bool(settings.imported)))
    return _collected(ledger, settings, members(ledger, settings, window) & set(first_days), days)


def answered(ledger: pd.DataFrame, settings: Settings, window: Window) -> float:
    """The share of what all followed sources bring, lost ones included, that was collected of yesterday."""
    return float(_collected(ledger, settings, frozenset(began(ledger, settings)), [window.analysed])[0])


def _collected(
    ledger: pd.DataFrame, settings: Settings, sources: frozenset[str], days: list[date]
) -> np.ndarray:
    """Per day the share of what these sources are expected to bring (`expected_per_day`) that was collected.

    All of a source when it answered on the next day, else the part of the day up to its last good visit.
    """
    expected = {s.id: s.expected_per_day for s in settings.sources if s.id in sources}
    if not expected:
        return np.zeros(len(days))
    good = ledger[ledger["outcome"].isin(ANSWERED)]
    until = dict(zip(zip(good["source"], good["day"], strict=True), good["until"], strict=True))
    one, total = timedelta(days=1), sum(expected.values())

    def seen(source: str, day: date) -> float:
        return 1.0 if (source, day + one) in until else float(until.get((source, day), 0.0))

    return np.array([sum(n * seen(s, day) for s, n in expected.items()) for day in days]) / total
