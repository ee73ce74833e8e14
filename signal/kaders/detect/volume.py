"""Is there more talk than we would expect? A weekday baseline with a negative-binomial tail.

Source of the method: the quasi-Poisson regression of Farrington Flexible (Noufaily 2013), made daily,
with weekday levels instead of seasons and a ridge that pulls sparse weekdays to the overall level.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import stats

MIN_BASE_DAYS = 28
"""Four of every weekday; below that a weekday level is a guess and the issue is not tested."""
MIN_COVERAGE = 0.7
"""Share of the expected collection below which a day is missing (research/detection, missing day)."""
OUTLIER = 2.58
"""Standardised Anscombe residuals beyond this are past outbreaks, down-weighted (Noufaily 2013)."""
RIDGE = 2.0
"""Pseudo-items that pull each weekday to the level; on the demo world 1-4 gave the same signals."""
ROUNDS = 12
MIN_RATIO, MIN_EXTRA, MIN_ITEMS = 1.5, 3, 5
"""Floors on effect size: times expected, items above expected, items in seven days (R1)."""
SPANS = {1: MIN_ITEMS, 3: MIN_EXTRA, 7: MIN_EXTRA}
"""Last days that are tested together, and how many items above expected they must bring. A week alone dilutes
what began three days ago in a busy policy area; three spans are paid for by tripling the smallest p."""


@dataclass(frozen=True, slots=True)
class Expectation:
    """A fitted baseline: expected items and standard error of the log per day, and overdispersion."""

    mean: np.ndarray
    log_variance: np.ndarray
    phi: float


@dataclass(frozen=True, slots=True)
class Volume:
    """The test of one issue on one day; seen and expected are sums over the days that were collected."""

    seen: int
    expected: float
    low: float
    high: float
    day_seen: int | None
    day_expected: float
    p: float
    big_enough: bool

    @property
    def ratio(self) -> float:
        """Times as many as expected; expected counts as at least a tenth of an item."""
        return self.seen / max(self.expected, 0.1)


def expect(
    counts: np.ndarray, kinds: np.ndarray, coverage: np.ndarray, fit: np.ndarray
) -> Expectation | None:
    """The baseline fitted on the days where `fit` is true; None when these are too few.

    counts, kinds (weekday 0-6), coverage (0-1): one value per day. Days below MIN_COVERAGE are missing.
    """
    use = fit & (coverage >= MIN_COVERAGE)
    if use.sum() < MIN_BASE_DAYS:
        return None
    design = np.column_stack([np.ones(len(kinds)), *(kinds == k for k in range(7))]).astype(float)
    offset = np.log(np.clip(coverage, MIN_COVERAGE, 1.0))
    weights = np.ones(int(use.sum()))
    for _ in range(3):
        beta, cov = _fit(design[use], counts[use], offset[use], weights)
        mean = np.exp(design @ beta + offset)
        phi, weights = _spread(counts[use], mean[use], weights)
    log_variance = phi * np.einsum("ij,jk,ik->i", design, cov, design)
    return Expectation(mean, log_variance, phi)


def test(expectation: Expectation, counts: np.ndarray, coverage: np.ndarray, now: slice) -> Volume:
    """The excess of the last day, the last three and the whole window `now`; thrice the smallest p of these.

    Days below MIN_COVERAGE are missing, in the counts and in what was expected.
    """
    there = coverage[now] >= MIN_COVERAGE
    seen, mean = counts[now] * there, expectation.mean[now] * there
    variance = expectation.log_variance[now]
    last = bool(there[-1])
    phi = expectation.phi
    tails = {
        days: _tail(seen[-days:].sum(), mean[-days:].sum(), phi, _spread_of_sum(mean, variance, days))
        for days in SPANS
        if there[-days:].any()
    }
    large = {days for days in tails if _large(seen, mean, days)}
    # a span that is too small to matter cannot lend its p to one that is large enough
    chances = [p for days, p in tails.items() if days in large or not large]
    low, high = interval(mean.sum(), phi, _spread_of_sum(mean, variance, len(mean)))
    return Volume(
        seen=int(seen.sum()),
        expected=float(mean.sum()),
        low=low,
        high=high,
        day_seen=int(seen[-1]) if last else None,
        day_expected=float(expectation.mean[now][-1]),
        p=min(1.0, len(SPANS) * min(chances, default=1.0)),
        big_enough=bool(large),
    )


def interval(mean: float, phi: float, mean_variance: float) -> tuple[float, float]:
    """The 90 % prediction interval of a count."""
    size, chance = _negative_binomial(mean, phi, mean_variance)
    return float(stats.nbinom.ppf(0.05, size, chance)), float(stats.nbinom.ppf(0.95, size, chance))


def _spread_of_sum(mean: np.ndarray, log_variance: np.ndarray, days: int) -> float:
    """Variance of the expectation of the last `days`: these share one level, so their errors add linearly."""
    return float((mean * np.sqrt(log_variance))[-days:].sum() ** 2)


def _large(seen: np.ndarray, mean: np.ndarray, days: int) -> bool:
    """Whether the last days rise clearly above what was expected, in a week that has items enough."""
    count, expected = seen[-days:].sum(), mean[-days:].sum()
    enough = seen.sum() >= MIN_ITEMS and count - expected >= SPANS[days]
    return bool(enough and count >= MIN_RATIO * expected)


def _fit(x: np.ndarray, y: np.ndarray, offset: np.ndarray, w: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Penalised Poisson regression by iteratively reweighted least squares."""
    penalty = np.diag([1e-6] + [RIDGE] * 7)
    beta = np.zeros(8)
    beta[0] = np.log((w @ y + 0.1) / (w @ np.exp(offset)))
    for _ in range(ROUNDS):
        mean = np.exp(np.clip(x @ beta + offset, -12, 12))
        weight = w * mean
        target = x @ beta + (y - mean) / mean
        inverse = np.linalg.inv((x.T * weight) @ x + penalty)
        beta = inverse @ (x.T @ (weight * target))
    return beta, inverse


def _spread(y: np.ndarray, mean: np.ndarray, w: np.ndarray) -> tuple[float, np.ndarray]:
    """Pearson overdispersion (at least 1) and new weights from Anscombe residuals (Noufaily 2013)."""
    phi = max(1.0, float((w * (y - mean) ** 2 / mean).sum() / max(len(y) - 7, 1)))
    residual = 1.5 * (y ** (2 / 3) - mean ** (2 / 3)) / (mean ** (1 / 6) * np.sqrt(phi))
    weights = np.where(residual > OUTLIER, np.maximum(residual, OUTLIER) ** -2.0, 1.0)
    return phi, weights * len(y) / weights.sum()


def _negative_binomial(mean: float, phi: float, mean_variance: float) -> tuple[float, float]:
    mean = max(mean, 1e-6)
    variance = max(phi * mean + mean_variance, mean * 1.0001)
    size = mean**2 / (variance - mean)
    return size, size / (size + mean)


def _tail(seen: float, mean: float, phi: float, mean_variance: float) -> float:
    """P(count >= seen) of a negative binomial whose variance includes the error of the estimate."""
    if seen <= 0:
        return 1.0
    size, chance = _negative_binomial(mean, phi, mean_variance)
    return float(stats.nbinom.sf(seen - 1, size, chance))
