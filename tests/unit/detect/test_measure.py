"""What is measured of one issue: against which message, over which stories, carried by whom."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from kaders.detect import frames, measure
from kaders.detect.calendar import day_kinds, days_between, window
from kaders.detect.decide import CounterFrame
from kaders.detect.decide import Tested as Measured
from kaders.detect.measure import Morning
from kaders.settings import Settings

from .judged import LETTERS, STATED, said
from .town import (
    MONDAY,
    YESTERDAY,
    Row,
    changed,
    document,
    moment,
    settings,
    stated,
    talk,
    topic,
    until,
    usual,
)

NOW = until(YESTERDAY, 7)
BEFORE = until(YESTERDAY - timedelta(days=14), 40)
SAFETY = {"health_and_safety": 1.0}


def setting(own: Settings | None = None) -> Morning:
    """Monday's morning after nine weeks in which everything was collected."""
    own = own or settings()
    span = window(moment(MONDAY), own.organisation)
    days = days_between(BEFORE[0], YESTERDAY)
    kinds = np.array(day_kinds(days, own.organisation))
    return Morning(span, days, kinds, np.ones(len(days)), own)


def measured(
    rows: list[Row],
    issue: str = "topic:afvalpas",
    *,
    ours: list[Row] | None = None,
    own: Settings | None = None,
) -> Measured:
    """The measurements of an issue of which these rows are all the talk."""
    morning = setting(own)
    public = said(*rows)
    items = public.drop_duplicates(["story", "day"])["day"].value_counts()
    counts = np.array([float(items.get(day, 0)) for day in morning.days])
    line = measure.series(counts, morning)
    return measure.measure(issue, public, said(*(ours or [])), line, morning)


def week(count: int = 21, **more: Any) -> list[Row]:
    """Stories of the last seven days, alike but for `more`."""
    return [document(f"w{n:02d}", NOW[n % 7], **{"frames": {"economic": 1.0}} | more) for n in range(count)]


# -- against which message -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stands", "judged"),
    [
        ({"valid_from": YESTERDAY}, True),
        ({"valid_from": MONDAY}, False),
        ({"valid_to": YESTERDAY}, True),
        ({"valid_to": YESTERDAY - timedelta(days=1)}, False),
    ],
    ids=["from yesterday", "from today", "until yesterday", "until the day before"],
)
def test_talk_is_judged_by_the_message_that_stood_on_the_analysed_day(
    stands: dict[str, Any], judged: bool
) -> None:
    own = changed(frames=(stated("afvalpas", {"economic": 100}, **stands),))
    assert (measured(week(), own=own).stated is not None) is judged


def test_the_newest_version_of_a_message_counts() -> None:
    versions = [stated("afvalpas", {"economic": 100}, version=n) for n in (1, 3, 2)]
    found = measured(week(), own=changed(frames=tuple(versions))).stated
    assert found is not None
    assert found.version == 3


def test_a_topic_may_have_a_tolerance_of_its_own() -> None:
    own = changed(topics=(topic("afvalpas", "c_afa30a11", tolerance=0.6),))
    gaps = [measured(week(), own=each).divergence for each in (own, settings())]
    assert [gap.tolerance for gap in gaps if gap] == [0.6, 0.25]


def test_a_policy_area_has_no_message() -> None:
    found = measured(week(), "area:c_afa30a11")
    assert (found.stated, found.divergence, found.echo) == (None, None, None)


# -- over which stories --------------------------------------------------------------------------------------


def test_fewer_than_twenty_stories_with_a_frame_are_not_tested() -> None:
    assert measured([*week(19), document("mute", NOW[0])]).not_tested == "few_stories"
    assert measured(week(20)).not_tested == ""


def test_copies_do_not_make_stories() -> None:
    assert measured(week(60, story="w00")).not_tested == "few_stories"


def test_a_story_that_began_weeks_ago_is_talk_of_now_only() -> None:
    old = [document(f"old{n}", BEFORE[-1], story=f"w{n:02d}", frames=SAFETY) for n in range(21)]
    gap = measured(week() + old).divergence
    assert gap is not None
    assert gap.before is None


def test_the_guard_is_neither_now_nor_before() -> None:
    guard = [document(f"g{n}", NOW[0] - timedelta(days=1 + n % 7), frames=SAFETY) for n in range(40)]
    gap = measured(week() + guard).divergence
    assert gap is not None
    assert gap.before is None
    assert gap.theirs[LETTERS.index("health_and_safety")] == 0


def test_echo_is_the_share_of_stories_not_of_documents() -> None:
    heard = [document(f"copy{n}", NOW[0], story="w00", messages=["afvalpas"]) for n in range(30)]
    assert measured(week(20) + heard).echo == pytest.approx(1 / 20)


def test_the_message_of_another_topic_is_no_echo() -> None:
    assert measured(week(messages=["brug"])).echo == 0


def test_a_counter_frame_has_a_share_now_and_before() -> None:
    opposed: Row = {"counters": ["afvalpas/dubbel"]}
    before = [document(f"b{n}", BEFORE[n], **opposed if n < 4 else {"frames": SAFETY}) for n in range(40)]
    now = week(10) + [document(f"n{n}", NOW[0], **opposed) for n in range(10)]
    assert measured(now + before).counters == {"afvalpas/dubbel": CounterFrame(10, 20, 4, 40)}


def test_new_words_are_sought_only_where_talk_grows() -> None:
    calm = talk("markt", BEFORE + NOW, 3)
    assert measured(calm, "topic:markt").novelty is None
    assert measured(calm + talk("markt", NOW, 9, label="more"), "topic:markt").novelty is not None


def test_copies_cannot_make_a_word_new() -> None:
    places = ("krant", "bode", "radio", "fedi")
    wire = [document(f"s{n}", NOW[6], places[n % 4], story="s0", snippet="Scheuren") for n in range(40)]
    calm = [row for row in usual() if "markt" in row["topics"]]
    found = measured(calm + talk("markt", NOW, 9, label="more") + wire, "topic:markt").novelty
    assert found is not None
    assert "scheuren" not in [term.term for term in found.terms]


# -- carried by whom -----------------------------------------------------------------------------------------


def test_carriers_count_a_story_once_a_day_for_who_had_it_first() -> None:
    copies = [
        document(f"x{n}", NOW[0], place, story="x0") for n, place in enumerate(("radio", "krant", "fedi"))
    ]
    other = [document("y", NOW[0], "bode"), document("z", NOW[1], "fedi")]
    found = measured(copies + other).carriers
    assert found.groups == {"radio": 1, "bode": 1, "fedi": 1}
    assert found.kinds == {"news": 2, "social": 1}


def test_growth_of_one_publisher_is_gone_without_it_and_growth_of_all_is_not() -> None:
    calm = talk("afvalpas", BEFORE + NOW, 3)
    one = talk("afvalpas", NOW, 6, places=["krant"], label="one")
    everyone = talk("afvalpas", NOW, 6, label="all")
    assert measured(calm + one).carriers.p_without_largest > 0.05
    assert measured(calm + everyone).carriers.p_without_largest < 0.01


# -- our own frames ------------------------------------------------------------------------------------------


def our_shares(*published: Row) -> dict[str, float]:
    shares = frames.stated_shares(STATED, said(*published), LETTERS, YESTERDAY)
    assert shares.sum() == pytest.approx(1)
    return dict(zip(LETTERS, shares, strict=True))


def own(days_ago: int, count: int = 5) -> list[Row]:
    """Publications of our own about health and safety."""
    day = YESTERDAY - timedelta(days=days_ago)
    return [document(f"own{n}", day, "gemeente", frames=SAFETY) for n in range(count)]


def test_without_publications_our_frames_are_the_declared_weights() -> None:
    found = our_shares()
    assert found["economic"] == pytest.approx(0.6)
    assert found["morality"] == pytest.approx(0.4)


def test_what_we_publish_moves_our_frames_and_less_so_the_longer_ago() -> None:
    moved = [our_shares(*own(age))["health_and_safety"] for age in (0, 30, 90, 91)]
    assert moved == [pytest.approx(5 / 25), pytest.approx(2.5 / 22.5), pytest.approx(0.625 / 20.625), 0]


def test_what_we_publish_after_the_analysed_day_does_not_count() -> None:
    assert our_shares(*own(-1))["health_and_safety"] == 0


def test_our_publications_bring_our_frames_nearer_to_the_talk() -> None:
    rows = week(frames=SAFETY)
    gaps = [measured(rows, ours=published).divergence for published in ([], own(0, 40))]
    alone, beside = (gap.value for gap in gaps if gap)
    assert beside < alone / 2


def test_a_registered_counter_frame_takes_all_of_a_document() -> None:
    place = {letter: n for n, letter in enumerate(LETTERS)}
    row = frames.shares({"economic": 1.0}, ["afvalpas/dubbel", "brug/other"], place)
    assert row is not None
    assert row[place["afvalpas/dubbel"]] == 1
    assert frames.shares({}, ["brug/other"], place) is None


def test_a_story_has_the_mean_of_its_documents() -> None:
    one = document("a", NOW[0], frames={"economic": 1.0})
    two = document("b", NOW[0], frames={"morality": 1.0}, story="a")
    mute = document("c", NOW[0], story="a")
    rows = frames.stories(said(one, two, mute), LETTERS)
    assert len(rows) == 1
    assert dict(zip(LETTERS, rows["shares"][0], strict=True))["economic"] == 0.5


# -- chance --------------------------------------------------------------------------------------------------


def test_the_dice_depend_on_the_day_the_issue_and_the_settings_alone() -> None:
    other = changed(organisation=settings().organisation.model_copy(update={"tolerance": 0.3}))
    rolls = [
        setting().rng("topic:brug").random(),
        setting().rng("topic:brug").random(),
        setting().rng("topic:afvalpas").random(),
        setting(other).rng("topic:brug").random(),
    ]
    assert rolls[0] == rolls[1]
    assert len(set(rolls)) == 3
