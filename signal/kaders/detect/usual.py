"""What a source usually brings: learned per weekday, with how far chance may stray from it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from scipy import stats

DECLARED_COUNTS = 4.0
"""Items that `expected_per_day` is worth as knowledge (the shape of its Gamma prior): a standard deviation of
half of it, so a declaration within a factor of two is believed. Our choice."""
WEEKDAY_COUNTS = 4.0
"""Items that say a weekday is like the others before it may differ: a Gamma prior around the week's mean. Our
choice: a source of five a day has its own Sunday after two of them, one of one a week keeps none."""
SPREAD_DAYS = 7.0
"""Days for which chance is taken to be Poisson's before its spread is learned: one week, our choice."""
LEAST_SPREAD = 0.25
"""The steadiest a source is taken to be: a rota of exactly five a day may still skip one."""
STEADY_FROM = 2.0
"""Items a day from which a source is believed to be steadier than chance: one of exactly one a week takes its
holidays all the same; our choice."""
BURST_RATIO = 4.0
"""Times the mean of the other days from which a day is capped before it teaches: a republished archive is no
habit. The same ratio makes a flood (health.FLOOD_RATIO)."""
BURST_LEAST = 10
"""A day with fewer items than this is never capped, however quiet the source."""


@dataclass(frozen=True, slots=True)
class Usual:
    """A learned volume.

    per_day  items on a mean day of the week
    factors  per kind of day (weekday, Monday 0; a holiday is a Sunday) how many times the rate
    rate     items on a day with factor 1
    spread   variance ÷ mean of a day's count: 1 for a Poisson process, more for a source that goes by bursts
    known    items from which the rate was learned, the prior's included
    """

    per_day: float
    factors: np.ndarray
    rate: float
    spread: float
    known: float

    def expected(self, exposure: np.ndarray) -> float:
        """Items expected in so many days of each kind."""
        return float(self.rate * (exposure @ self.factors).sum())

    def _spread_of(self, expected: float) -> float:
        """Variance ÷ mean of a sum, with what is not known of the rate (Gamma-Poisson: 1 + E / known)."""
        return self.spread * (1 + expected / self.known)

    def none(self, expected: float) -> float:
        """The chance of no item at all where so many are expected."""
        spread = self._spread_of(expected)
        if spread <= 1:
            return math.exp(-expected / spread)
        return math.exp(-expected * math.log(spread) / (spread - 1))

    def at_most(self, seen: int, expected: float) -> float:
        """The chance of `seen` items or fewer."""
        spread = self._spread_of(expected)
        if spread <= 1:
            return float(stats.poisson.cdf(seen / spread, expected / spread))
        return float(stats.nbinom.cdf(seen, expected / (spread - 1), 1 / spread))

    def at_least(self, seen: int, expected: float) -> float:
        """The chance of `seen` items or more."""
        spread = self._spread_of(expected)
        if spread <= 1:
            return float(stats.poisson.sf(seen / spread - 1, expected / spread))
        return float(stats.nbinom.sf(seen - 1, expected / (spread - 1), 1 / spread))


def learn(counts: np.ndarray, exposure: np.ndarray, declared: float) -> Usual:
    """The usual volume from what was collected.

    counts    new items per period
    exposure  per period the days of each of the seven kinds that it covers; periods of nothing teach nothing
    declared  expected_per_day of the source: all there is to go by before anything was collected
    """
    days = exposure.sum(axis=1)
    use = days > 0
    counts, exposure, days = _capped(counts[use], days[use]), exposure[use], days[use]
    known = DECLARED_COUNTS + float(counts.sum())
    prior_days = DECLARED_COUNTS / declared
    flat = known / (prior_days + days.sum())
    per_kind = (counts / days) @ exposure
    factors = (WEEKDAY_COUNTS + per_kind) / (WEEKDAY_COUNTS + flat * exposure.sum(axis=0))
    rate = known / (prior_days + float((exposure @ factors).sum()))
    steadiest = LEAST_SPREAD if rate * factors.mean() >= STEADY_FROM else 1.0
    spread = max(steadiest, _spread(counts, rate * (exposure @ factors)))
    return Usual(rate * float(factors.mean()), factors, rate, spread, known / max(spread, 1.0))


def _capped(counts: np.ndarray, days: np.ndarray) -> np.ndarray:
    """The counts without their bursts; the twentieth part that is highest has no say in what a burst is."""
    if not len(counts):
        return counts.astype(float)
    per_day = np.sort(counts / days)
    mean = per_day[: len(per_day) - math.ceil(len(per_day) / 20)].mean() if len(per_day) > 1 else per_day[0]
    return np.asarray(np.minimum(counts, np.maximum(BURST_LEAST, BURST_RATIO * mean * np.maximum(days, 1))))


def _spread(counts: np.ndarray, mean: np.ndarray) -> float:
    """Pearson's variance ÷ mean, pulled to 1 by SPREAD_DAYS; seven days are spent on the weekday factors."""
    squares = float(((counts - mean) ** 2 / np.maximum(mean, 1e-9)).sum())
    return (SPREAD_DAYS + squares) / (SPREAD_DAYS + max(len(counts) - 7, 0))
