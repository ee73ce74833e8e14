"""How far the public's frames stand from the organisation's stated frames, and whether that is news.

Jensen-Shannon divergence in bits (Gallagher 2021, table 1, for the per-frame parts). Two faces, either
counts: 'further' (the public moved away: stories permuted between now and before within language and
kind of source) and 'apart' (the gap itself lies beyond the topic's tolerance: bootstrap over stories).
Testing two faces is paid for by doubling the smaller p.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from kaders.detect.chance import p_value

RESAMPLES = 999
"""Draws of one batch; where none is as extreme, more batches follow (detect/chance.py)."""
MIN_STORIES = 20
"""Stories with a frame below which shares are noise: bias .2 bits at 20 of 12 frames (research 0.4)."""
MIN_CHANGE, MIN_POINTS = 0.02, 0.10
"""Floors for 'further': bits of change and points that one frame must have moved (R2)."""
LOW, HIGH = 5, 95


@dataclass(frozen=True, slots=True)
class Divergence:
    """All numbers in bits but p; ours, theirs and before are frame shares; parts sum to `value`."""

    value: float
    low: float
    high: float
    usual: float | None
    change: float | None
    change_low: float | None
    change_high: float | None
    p_further: float
    p_apart: float
    tolerance: float
    ours: np.ndarray
    theirs: np.ndarray
    before: np.ndarray | None
    parts: np.ndarray

    @property
    def p(self) -> float:
        """The p-value of both faces together (Bonferroni over two)."""
        return min(1.0, 2 * min(self.p_further, self.p_apart))

    @property
    def further(self) -> bool:
        """Whether the change is large enough to speak of."""
        if self.before is None or self.change is None or self.change_low is None:
            return False
        moved = float(np.abs(self.theirs - self.before).max())
        return self.change >= MIN_CHANGE and self.change_low > 0 and moved >= MIN_POINTS

    @property
    def apart(self) -> bool:
        """Whether even the lower bound of the gap lies beyond the tolerance."""
        return self.low > self.tolerance


def jsd(p: np.ndarray, q: np.ndarray) -> np.ndarray:
    """Jensen-Shannon divergence in bits along the last axis of two arrays of shares."""
    return np.asarray(contributions(p, q).sum(axis=-1))


def contributions(p: np.ndarray, q: np.ndarray) -> np.ndarray:
    """What each frame adds to the divergence; never negative, sums to `jsd`."""
    middle = (p + q) / 2
    # What is equal can come out at -2e-17: rounding, and a square root of it is no number.
    return np.asarray(np.maximum(0.5 * (_term(p, middle) + _term(q, middle)), 0.0))


def _term(p: np.ndarray, middle: np.ndarray) -> np.ndarray:
    safe = np.where(p > 0, p, 1.0)
    return np.asarray(np.where(p > 0, p * np.log2(safe / np.where(middle > 0, middle, 1.0)), 0.0))


def compare(
    now: np.ndarray,
    base: np.ndarray,
    ours: np.ndarray,
    strata: tuple[np.ndarray, np.ndarray],
    *,
    tolerance: float,
    rng: np.random.Generator,
) -> Divergence | None:
    """The divergence of the stories `now` (n x frames, rows sum to 1) from `ours` (frames).

    base: stories of the weeks before (m x frames); strata: a label per row of now and of base.
    None when `now` has fewer than MIN_STORIES stories.
    """
    if len(now) < MIN_STORIES:
        return None
    theirs = now.mean(axis=0)
    plain = float(jsd(theirs, ours))
    reps = jsd(_bootstrap(now, rng), ours)
    bias = float(reps.mean()) - plain
    reps = reps - 2 * bias
    p_apart = p_value(
        reps <= tolerance, lambda: np.asarray(jsd(_bootstrap(now, rng), ours) - 2 * bias <= tolerance)
    )
    low, high = np.percentile(reps, [LOW, HIGH])
    parts = contributions(theirs, ours)
    value = max(plain - bias, 0.0)
    usual, change, bounds, p_further = _moved(now, base, ours, strata, rng)
    return Divergence(
        value=value,
        low=max(float(low), 0.0),
        high=max(float(high), 0.0),
        usual=usual,
        change=change,
        change_low=bounds[0],
        change_high=bounds[1],
        p_further=p_further,
        p_apart=p_apart,
        tolerance=tolerance,
        ours=ours,
        theirs=theirs,
        before=base.mean(axis=0) if len(base) >= MIN_STORIES else None,
        parts=parts * (value / plain if plain else 0.0),
    )


def _moved(
    now: np.ndarray,
    base: np.ndarray,
    ours: np.ndarray,
    strata: tuple[np.ndarray, np.ndarray],
    rng: np.random.Generator,
) -> tuple[float | None, float | None, tuple[float | None, float | None], float]:
    """The usual gap, the change with its interval, and p for 'no further than usual'."""
    if len(base) < MIN_STORIES:
        return None, None, (None, None), 1.0
    seen = float(jsd(now.mean(axis=0), ours) - jsd(base.mean(axis=0), ours))
    pooled, labels = np.vstack([now, base]), np.concatenate(strata)
    null = _permute(pooled, len(now), labels, ours, rng)
    least = seen - 1e-12
    p = p_value(null >= least, lambda: _permute(pooled, len(now), labels, ours, rng) >= least)
    before = jsd(_bootstrap(base, rng), ours)
    reps = jsd(_bootstrap(now, rng), ours) - before
    shift = seen - float(null.mean())
    low, high = np.percentile(reps - reps.mean() + shift, [LOW, HIGH])
    usual = 2 * float(jsd(base.mean(axis=0), ours)) - float(before.mean())
    return max(usual, 0.0), shift, (float(low), float(high)), p


def _bootstrap(stories: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Frame shares of RESAMPLES samples with replacement."""
    n = len(stories)
    times = rng.multinomial(n, np.full(n, 1 / n), size=RESAMPLES)
    return np.asarray(times @ stories / n)


def _permute(
    pooled: np.ndarray, size: int, strata: np.ndarray, ours: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """The change in divergence when stories are dealt anew between now and before, within strata."""
    is_now = np.arange(len(pooled)) < size
    dealt = np.tile(is_now, (RESAMPLES, 1))
    for label in np.unique(strata):
        where = np.flatnonzero(strata == label)
        dealt[:, where] = rng.permuted(dealt[:, where], axis=1)
    now = dealt @ pooled / size
    base = (~dealt) @ pooled / (len(pooled) - size)
    return np.asarray(jsd(now, ours) - jsd(base, ours))
