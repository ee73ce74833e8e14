"""The decision rule: both questions, the floors, one false discovery rate a family, kinds and levels."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kaders.detect import decide
from kaders.detect.decide import CounterFrame, adjust

from .judged import carriers, finding, gap, mixed, near, novelty, unframed, volume

chances = st.floats(0.0001, 1)


# -- several publishers, none dominating -----------------------------------------------------------------


@pytest.mark.parametrize(
    ("groups", "diverse"),
    [
        ({"a": 5, "b": 5, "c": 5}, True),
        ({"a": 8, "b": 4, "c": 3, "d": 2}, True),
        ({"a": 9, "b": 9}, False),
        ({"a": 40, "b": 1, "c": 1, "d": 1}, False),
        ({"a": 13, "b": 2, "c": 2, "d": 1, "e": 1, "f": 1}, False),
        ({"a": 20, "b": 19, "c": 1}, False),
        ({}, False),
    ],
    ids=["three", "four", "two", "one shouts", "two thirds", "two and a bit", "nobody"],
)
def test_growth_is_carried_by_several_publishers(groups: dict[str, int], diverse: bool) -> None:
    assert decide.Carriers(groups, {}, 0.01).diverse is diverse


def test_growth_that_goes_when_the_largest_publisher_goes_is_not_diverse() -> None:
    assert carriers(p_without_largest=0.05).diverse
    assert not carriers(p_without_largest=0.06).diverse


def test_nobody_is_the_largest_of_all() -> None:
    assert decide.Carriers({}, {}, 1.0).largest_share == 1.0


# -- both questions must say yes ---------------------------------------------------------------------------

LACKING = {
    "it did not grow enough": {"volume": volume(big_enough=False)},
    "nothing was counted": {"volume": None},
    "one publisher carries it": {"carriers": carriers({"a": 30})},
    "it fits our message": {"divergence": near()},
    "too few stories have a frame": {"divergence": None},
    "it may be chance": {"q": 0.11},
}


def test_growth_and_departure_together_are_a_signal() -> None:
    assert finding().is_signal
    assert not finding().is_watch


@pytest.mark.parametrize("changes", LACKING.values(), ids=LACKING)
def test_it_is_no_signal_when(changes: dict[str, Any]) -> None:
    assert not finding(**changes).is_signal


@pytest.mark.parametrize(
    "face", [gap(low=0.0), gap(change_low=-0.1)], ids=["further than usual", "materially apart"]
)
def test_either_face_of_divergence_is_enough(face: Any) -> None:
    assert finding(divergence=face).is_signal


@pytest.mark.parametrize(
    "changes",
    [
        {"change": 0.019},
        {"change_low": 0.0},
        {"before": mixed(economic=0.39, health_and_safety=0.61)},
        {"before": None},
    ],
    ids=["less than the floor", "maybe nothing", "no frame moved ten points", "nothing to compare with"],
)
def test_it_has_not_moved_when(changes: dict[str, Any]) -> None:
    assert not gap(**changes).further


def test_a_gap_is_apart_only_when_its_lower_bound_is_beyond_the_tolerance() -> None:
    assert gap(low=0.26, tolerance=0.25).apart
    assert not gap(value=0.9, low=0.25, tolerance=0.25).apart


def test_the_larger_of_the_two_ps_counts_and_two_faces_are_paid_for() -> None:
    both = finding(volume=volume(p=0.001), divergence=gap(p_further=0.02, p_apart=0.3))
    assert both.p == pytest.approx(0.04)
    assert finding(volume=volume(p=0.2)).p == pytest.approx(0.2)
    assert gap(p_further=0.8, p_apart=0.9).p == 1.0


def test_without_a_message_growth_needs_new_words() -> None:
    assert unframed().is_signal
    assert not unframed(novelty=novelty(p=0.002)).is_signal
    assert not unframed(novelty=None).is_signal
    assert unframed(novelty=novelty("scheuren", p=0.03)).p == pytest.approx(0.03)


# -- watched, and standing gaps ----------------------------------------------------------------------------


def test_growth_that_fits_is_watched() -> None:
    assert finding(divergence=near(), q=1.0).is_watch


def test_movement_without_growth_is_watched() -> None:
    assert finding(volume=volume(big_enough=False), q=1.0, q_volume=1.0).is_watch


@pytest.mark.parametrize(
    "changes",
    [
        {"divergence": near(), "q_volume": 0.11},
        {"divergence": near(), "carriers": carriers({"a": 30})},
        {"volume": volume(big_enough=False), "q_divergence": 0.11},
        {"volume": volume(big_enough=False), "divergence": gap(change_low=-0.1)},
    ],
    ids=["growth by chance", "growth of one publisher", "movement by chance", "a gap that always was"],
)
def test_it_is_not_even_watched(changes: dict[str, Any]) -> None:
    assert not finding(**{"q": 1.0} | changes).is_watch


def test_a_gap_without_growth_stands_and_one_that_is_a_signal_does_not() -> None:
    assert finding(volume=volume(big_enough=False)).standing_gap
    assert not finding().standing_gap
    assert not finding(divergence=near(), q=1.0).standing_gap


# -- one false discovery rate a family ---------------------------------------------------------------------


def raw(issue: str, p: float, **changes: Any) -> decide.Tested:
    """An issue of which both questions gave `p`, before the others are looked at."""
    given = {"volume": volume(p=p), "divergence": gap(p_further=p / 2, p_apart=1.0)}
    return finding(issue, **given | {"q": 1.0, "q_volume": 1.0, "q_divergence": 1.0} | changes)


def adjusted(*issues: decide.Tested) -> dict[str, float]:
    return {each.issue: each.q for each in adjust(list(issues))}


@settings(max_examples=20)
@given(st.lists(chances, min_size=1, max_size=30))
def test_q_is_never_below_p_and_keeps_the_order_of_the_ps(ps: list[float]) -> None:
    issues = sorted(adjust([raw(f"topic:t{n}", p) for n, p in enumerate(ps)]), key=lambda each: each.p)
    assert all(each.p <= each.q + 1e-12 and each.q <= 1 for each in issues)
    assert [each.q for each in issues] == sorted(each.q for each in issues)


@settings(max_examples=20)
@given(st.lists(chances, min_size=2, max_size=12), st.integers(0, 11), st.floats(0.0, 1.0))
def test_a_smaller_p_makes_no_q_larger(ps: list[float], which: int, factor: float) -> None:
    which %= len(ps)
    smaller = [max(p * factor, 1e-6) if n == which else p for n, p in enumerate(ps)]
    before = adjusted(*(raw(f"topic:t{n}", p) for n, p in enumerate(ps)))
    after = adjusted(*(raw(f"topic:t{n}", p) for n, p in enumerate(smaller)))
    assert all(after[name] <= before[name] + 1e-12 for name in before)


def test_many_dull_policy_areas_do_not_cost_a_topic_its_signal() -> None:
    alone = adjusted(raw("topic:a", 0.03))
    crowded = adjusted(raw("topic:a", 0.03), *(raw(f"area:{n}", 0.9) for n in range(16)))
    assert crowded["topic:a"] == alone["topic:a"]


def test_many_dull_topics_do() -> None:
    assert adjusted(raw("topic:a", 0.03), *(raw(f"topic:{n}", 0.9) for n in range(16)))["topic:a"] > decide.Q


def test_what_was_not_tested_neither_counts_nor_gets_a_q() -> None:
    untested = [raw(f"topic:{n}", 0.0001, not_tested="short_history", volume=None) for n in range(9)]
    found = adjusted(raw("topic:a", 0.03), *untested)
    assert found["topic:a"] == pytest.approx(0.03)
    assert {q for name, q in found.items() if name != "topic:a"} == {1.0}


def test_growth_and_movement_are_adjusted_apart() -> None:
    grew = raw("topic:a", 0.01, divergence=near())
    found = adjust([grew, raw("topic:b", 0.5)])[0]
    assert found.q_volume == pytest.approx(0.02)
    assert found.q_divergence == found.q == 1.0


def test_the_issues_keep_their_order() -> None:
    names = ["topic:b", "area:z", "topic:a", "area:c"]
    assert list(adjusted(*(raw(name, 0.5) for name in names))) == names


def test_a_morning_without_issues_is_no_fault() -> None:
    assert adjust([]) == []


# -- kinds -------------------------------------------------------------------------------------------------

OPPOSED = {
    "counters": {"afvalpas/dubbel": CounterFrame(40, 100, 10, 200)},
    "divergence": gap(theirs=mixed(economic=0.3, morality=0.3, dubbel=0.4)),
}
ALWAYS_FAR = gap(usual=0.5, change_low=-0.1)
UNHEARD: dict[str, Any] = {"echo": 0.24}

KINDS = [
    ("talk that left us is reframed", {}, "reframed"),
    ("talk that was never near us is absent", UNHEARD | {"divergence": ALWAYS_FAR}, "absent"),
    (
        "talk that was far and went further is absent",
        UNHEARD | {"divergence": gap(usual=0.3)},
        "absent",
    ),
    (
        "talk without a past to compare with is absent",
        UNHEARD | {"divergence": gap(usual=None, before=None)},
        "absent",
    ),
    (
        "far talk in which our message is heard is reframed",
        {"divergence": ALWAYS_FAR, "echo": 0.25},
        "reframed",
    ),
    ("talk that nobody could hear us in is absent", {"divergence": ALWAYS_FAR, "echo": None}, "absent"),
    ("a counter-frame that grew contests", OPPOSED, "contested"),
    (
        "one that hardly grew does not",
        OPPOSED | {"counters": {"afvalpas/dubbel": CounterFrame(4, 100, 0, 200)}},
        "reframed",
    ),
    (
        "an old counter-frame does not",
        OPPOSED | {"counters": {"afvalpas/dubbel": CounterFrame(4, 10, 62, 200)}},
        "reframed",
    ),
    (
        "one that grew by chance does not",
        OPPOSED | {"counters": {"afvalpas/dubbel": CounterFrame(3, 20, 2, 40)}},
        "reframed",
    ),
    (
        "one beside a frame that grew more does not",
        OPPOSED | {"counters": {"afvalpas/dubbel": CounterFrame(40, 100, 10, 200, outgrown=True)}},
        "reframed",
    ),
    (
        "one without a past does not",
        OPPOSED | {"counters": {"afvalpas/dubbel": CounterFrame(40, 100, 0, 0)}},
        "reframed",
    ),
]


@pytest.mark.parametrize(("changes", "kind"), [case[1:] for case in KINDS], ids=[case[0] for case in KINDS])
def test_kind(changes: dict[str, Any], kind: str) -> None:
    assert decide.kind(finding(**changes)) == kind


def test_what_has_no_message_is_unframed() -> None:
    assert decide.kind(unframed()) == "unframed"


# -- levels ------------------------------------------------------------------------------------------------

SURE = {"q": 0.005}
LEVELS = [
    ("no signal at all", {"divergence": near(), "q": 1.0}, 2, "watch"),
    ("the first morning", {}, 0, "signal"),
    ("sure, large and broad at once", SURE, 0, "elevated"),
    (
        "sure and large, but in few groups",
        SURE | {"carriers": carriers(dict.fromkeys("abcd", 8))},
        0,
        "signal",
    ),
    ("sure and broad, but small", SURE | {"volume": volume(seen=19)}, 0, "signal"),
    ("the second morning, still small", {"volume": volume(seen=19)}, 1, "elevated"),
    ("the second morning, sure and three times as much", SURE, 1, "high"),
    ("the second morning, not so sure", {}, 1, "elevated"),
    (
        "the third morning, sure and with new words",
        SURE | {"volume": volume(seen=19), "novelty": novelty("pas")},
        2,
        "high",
    ),
    ("the second morning, the gap within what we allow", SURE | {"divergence": gap(low=0.04)}, 1, "elevated"),
]


@pytest.mark.parametrize(
    ("changes", "recent", "level"), [case[1:] for case in LEVELS], ids=[case[0] for case in LEVELS]
)
def test_level(changes: dict[str, Any], recent: int, level: str) -> None:
    assert decide.level(finding(**changes), recent) == level


def test_an_unframed_issue_rises_too() -> None:
    levels = [decide.level(unframed(q=0.005), recent) for recent in (0, 1)]
    assert levels == ["elevated", "high"]


# -- an episode's kind -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("measured", "before", "told"),
    [
        ("reframed", {}, "reframed"),
        ("reframed", {"kind": "reframed", "measured_kind": "reframed"}, "reframed"),
        ("contested", {"kind": "reframed", "measured_kind": "reframed"}, "reframed"),
        ("contested", {"kind": "reframed", "measured_kind": "contested"}, "contested"),
    ],
    ids=["first morning", "the same", "new today", "new for two mornings"],
)
def test_advice_does_not_flip_from_day_to_day(measured: Any, before: dict[str, Any], told: str) -> None:
    assert decide.settled(measured, before) == told


def test_a_lone_signal_among_a_hundred_topics_is_found() -> None:
    """The finest p-value of the resampling survives the adjustment."""
    quiet = [raw(f"topic:t{n}", 1.0) for n in range(99)]
    lone = raw("topic:lone", 2 / 9991)
    assert adjusted(lone, *quiet)["topic:lone"] <= decide.Q
