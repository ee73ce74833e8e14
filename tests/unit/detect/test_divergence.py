"""The two faces of divergence: symmetry, the null, power, and parts that sum."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.distance import jensenshannon

from kaders.detect import divergence
from kaders.detect.divergence import Divergence, compare, contributions, jsd

OURS = np.array([0.5, 0.3, 0.2, 0.0])
shares = st.lists(st.floats(0.001, 1), min_size=4, max_size=4).map(lambda x: np.array(x) / sum(x))


@given(shares, shares)
def test_jsd_equals_scipys_and_is_the_sum_of_its_parts(p: np.ndarray, q: np.ndarray) -> None:
    assert jsd(p, q) == pytest.approx(jensenshannon(p, q, base=2) ** 2, abs=1e-9)
    assert contributions(p, q).sum() == pytest.approx(float(jsd(q, p)))
    assert (contributions(p, q) >= -1e-12).all()


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
    p = [compared([0.4, 0.3, 0.2, 0.1], [0.4, 0.3, 0.2, 0.1], seed).p_further for seed in range(120)]
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
    values = [compared(OURS.tolist(), OURS.tolist(), seed, n=25).value for seed in range(60)]
    assert np.mean(values) < 0.02


def test_too_few_stories_are_not_compared() -> None:
    few, many = np.eye(4)[[0] * (divergence.MIN_STORIES - 1)], np.eye(4)[[0] * 50]
    strata = (np.full(len(few), "nl"), np.full(50, "nl"))
    rng = np.random.default_rng(0)
    assert compare(few, many, OURS, strata, tolerance=0.25, rng=rng) is None
