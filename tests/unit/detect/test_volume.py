"""The weekday baseline: what is expected, what is too much, and what is never guessed."""

from __future__ import annotations

import numpy as np

from kaders.detect import volume

DAYS = 100
KINDS = np.arange(DAYS) % 7
FIT = np.arange(DAYS) < DAYS - 14
NOW = slice(DAYS - 7, DAYS)
ALL = np.ones(DAYS)


def rhythm(rng: np.random.Generator) -> np.ndarray:
    """Ten a day, four in the weekend, negative binomial with variance 1.5 times the mean."""
    mean = np.where(KINDS < 5, 10.0, 4.0)
    return rng.negative_binomial(mean / 0.5, 1 / 1.5).astype(float)


def judged(counts: np.ndarray, coverage: np.ndarray = ALL) -> volume.Volume:
    """The test of the last week against the days before."""
    expectation = volume.expect(counts, KINDS, coverage, FIT)
    assert expectation is not None
    return volume.test(expectation, counts, coverage, NOW)


def test_the_expectation_follows_the_weekday() -> None:
    expectation = volume.expect(rhythm(np.random.default_rng(1)), KINDS, ALL, FIT)
    assert expectation is not None
    assert 8 < expectation.mean[KINDS == 2].mean() < 12
    assert 2.5 < expectation.mean[KINDS == 6].mean() < 5.5


def test_an_ordinary_week_is_rarely_called_a_burst() -> None:
    p = [judged(rhythm(np.random.default_rng(seed))).p for seed in range(300)]
    assert np.mean(np.array(p) <= 0.05) <= 0.08


def test_three_times_as_much_is_found_and_big_enough() -> None:
    counts = rhythm(np.random.default_rng(2))
    counts[-3:] *= 3
    found = judged(counts)
    assert found.p < 0.001
    assert found.big_enough
    assert found.low < found.expected < found.high < found.seen


def test_a_past_burst_does_not_hide_a_new_one() -> None:
    counts = rhythm(np.random.default_rng(3))
    counts[30:34] += 40
    counts[-2:] += 25
    assert judged(counts).p < 0.01


def test_days_that_were_not_collected_are_missing_not_zero() -> None:
    counts, coverage = rhythm(np.random.default_rng(4)), ALL.copy()
    counts[40:60], coverage[40:60] = 0, 0
    expectation = volume.expect(counts, KINDS, coverage, FIT)
    assert expectation is not None
    assert expectation.mean[KINDS == 2].mean() > 8


def test_too_short_a_history_is_not_tested() -> None:
    assert volume.expect(rhythm(np.random.default_rng(5)), KINDS, ALL, np.arange(DAYS) < 20) is None


def test_a_silent_issue_with_one_item_is_no_signal() -> None:
    counts = np.zeros(DAYS)
    counts[-1] = 1
    assert not judged(counts).big_enough
