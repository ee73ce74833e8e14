"""The two faces of divergence: symmetry, the null, power, and parts that sum."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import rel_entr

from kaders.detect import divergence
from kaders.detect.divergence import Divergence, compare, contributions, jsd

OURS = np.array([0.5, 0.3, 0.2, 0.0])
shares = st.lists(st.floats(0.001, 1), min_size=4, max_size=4).map(lambda x: np.array(x) / sum(x))


@given(shares, shares)
def test_jsd_equals_scipys_and_is_the_sum_of_its_parts(p: np.ndarray, q: np.ndarray) -> None:
    middle = (p + q) / 2
    nats = (rel_entr(p, middle) + rel_entr(q, middle)).sum() / 2
    assert float(jsd(p, q)) == pytest.approx(nats / np.log(2), abs=1e-12)
    assert contributions(p, q).sum() == pytest.approx(float(jsd(q, p)))
    assert (contributions(p, q) >= 0).all()


def test_what_is_equal_is_at_no_distance_and_never_at_less() -> None:
    same = np.full(4, 0.25)
    assert float(jsd(same, np.nextafter(same, 1))) >= 0
    assert float(jsd(same, same)) == 0


@given(shares, shares)
def test_jsd_lies_between_none_and_one_and_looks_the_same_from_both_sides(
    p: np.ndarray, q: np.ndarray
) -> None:
    assert 0 <= float(jsd(p, q)) <= 1 + 1e-12
    assert float(jsd(p, q)) == pytest.approx(float(jsd(q, p)))
    assert float(jsd(p, p)) == pytest.approx(0)


def test_nothing_in_common_is_one_bit() -> None:
    assert float(jsd(np.array([0.5, 0.5, 0, 0]), np.array([0, 0, 0.1, 0.9]))) == pytest.approx(1)


def stories(mix: list[float], n: int, rng: np.random.Generator) -> np.ndarray:
    """One frame a story, drawn from a mix."""
    return np.eye(4)[rng.choice(4, size=n, p=mix)]


def compared(now: list[float], base: list[float], seed: int, n: int = 80) -> Divergence:
    """Eighty stories now against 300 before, in two languages."""
    rng = np.random.default_rng(seed)
    one, two = stories(now, n, rng), stories(base, 300, rng)
    strata = (rng.choice(["nl", "en"], n), rng.choice(["nl", "en"], 300))
    found = compare(one, two, OURS, strata, tolerance=0.25, rng=rng)
    assert found is not None
    return found


def test_talk_as_usual_is_not_further_than_usual() -> None:
    p = [compared([0.4, 0.3, 0.2, 0.1], [0.4, 0.3, 0.2, 0.1], seed).p_further for seed in range(60)]
    assert np.mean(np.array(p) <= 0.05) <= 0.10


def test_talk_that_leaves_is_further_and_the_moved_frame_is_named() -> None:
    found = compared([0.1, 0.1, 0.1, 0.7], [0.4, 0.3, 0.2, 0.1], 1)
    assert found.p_further <= 0.01
    assert found.further
    assert int(np.argmax(found.theirs - found.ours)) == 3
    assert found.parts.sum() == pytest.approx(found.value)
    assert found.low <= found.value <= found.high


def test_a_gap_that_was_always_there_is_apart_but_not_further() -> None:
    found = compared([0.0, 0.05, 0.05, 0.9], [0.0, 0.05, 0.05, 0.9], 2)
    assert found.apart
    assert not found.further
    assert found.usual is not None
    assert found.usual > found.tolerance


def test_the_gap_is_not_inflated_by_few_stories() -> None:
    values = [compared(OURS.tolist(), OURS.tolist(), seed, n=25).value for seed in range(30)]
    assert np.mean(values) < 0.02


def test_too_few_stories_are_not_compared() -> None:
    few, many = np.eye(4)[[0] * (divergence.MIN_STORIES - 1)], np.eye(4)[[0] * 50]
    strata = (np.full(len(few), "nl"), np.full(50, "nl"))
    rng = np.random.default_rng(0)
    assert compare(few, many, OURS, strata, tolerance=0.25, rng=rng) is None


@settings(max_examples=15)
@given(shares, shares, st.integers(0, 60), st.integers(20, 60))
def test_every_comparison_has_sound_numbers(p: np.ndarray, q: np.ndarray, before: int, now: int) -> None:
    rng = np.random.default_rng(now)
    one, two = stories(p.tolist(), now, rng), stories(q.tolist(), before, rng)
    labels = (np.full(now, "nl"), np.full(before, "nl"))
    found = compare(one, two, OURS, labels, tolerance=0.25, rng=rng)
    assert found is not None
    assert all(0 < p <= 1 for p in (found.p_further, found.p_apart, found.p))
    assert found.low >= 0
    assert 0 <= found.value <= 1
    assert found.parts.sum() == pytest.approx(found.value)
    assert found.theirs.sum() == pytest.approx(1)


def test_with_too_few_stories_before_only_the_gap_itself_is_judged() -> None:
    rng = np.random.default_rng(0)
    now, before = np.eye(4)[[3] * 40], np.eye(4)[[0] * (divergence.MIN_STORIES - 1)]
    labels = (np.full(40, "nl"), np.full(len(before), "nl"))
    found = compare(now, before, OURS, labels, tolerance=0.25, rng=rng)
    assert found is not None
    assert (found.before, found.usual, found.change, found.p_further) == (None, None, None, 1.0)
    assert found.apart
    assert found.p < 0.01


def test_another_mix_of_languages_is_no_departure() -> None:
    """Each language talks as it always did; only how much of each there is has changed."""
    dutch, english = np.eye(4)[[0] * 50], np.eye(4)[[3] * 50]
    now, before = np.vstack([dutch[:10], english]), np.vstack([dutch, english[:10]])
    labels = (np.repeat(["nl", "en"], [10, 50]), np.repeat(["nl", "en"], [50, 10]))
    found = compare(now, before, OURS, labels, tolerance=0.25, rng=np.random.default_rng(0))
    assert found is not None
    assert found.p_further > 0.9
    assert not found.further


def test_talk_exactly_as_ours_over_many_frames_has_an_interval_around_its_value() -> None:
    even = np.eye(14)[[*range(14)] * 3]
    labels = (np.full(42, "nl"), np.full(42, "nl"))
    found = compare(even, even, np.full(14, 1 / 14), labels, tolerance=0.25, rng=np.random.default_rng(0))
    assert found is not None
    assert found.low <= found.value <= found.high
