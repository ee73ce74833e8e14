"""Episodes: one id while mornings follow each other, closed after seven days, and what went quiet."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaders.detect.episodes import CLOSES_AFTER, first_day, history, open_signals, recent

from .town import MONDAY


def past(*back: int, issue: str = "topic:afvalpas", level: str = "signal") -> list[dict[str, Any]]:
    """Signals of an issue so many days before Monday."""
    days = [MONDAY - timedelta(days=n) for n in back]
    first = min(days, default=MONDAY).isoformat()
    return [
        {
            "id": f"{first}/{issue}",
            "issue": issue,
            "name": {"nl": issue, "en": issue},
            "first_day": first,
            "day": day.isoformat(),
            "level": level,
        }
        for day in days
    ]


def back(*days: int) -> list[str]:
    return [(MONDAY - timedelta(days=n)).isoformat() for n in days]


@pytest.mark.parametrize(
    ("earlier", "run"),
    [
        ((), ()),
        ((1, 2, 3), (3, 2, 1)),
        ((7,), (7,)),
        ((8,), ()),
        ((3, 10, 17), (17, 10, 3)),
        ((1, 9), (1,)),
        ((0, 1), (1,)),
        ((-1, 1), (1,)),
    ],
    ids=[
        "never before",
        "three mornings",
        "a week ago",
        "eight days ago",
        "with pauses of a week",
        "a pause of eight days",
        "a rerun of today",
        "a rerun of an earlier day",
    ],
)
def test_the_mornings_of_an_episode(earlier: tuple[int, ...], run: tuple[int, ...]) -> None:
    assert [each["day"] for each in history(past(*earlier), "topic:afvalpas", MONDAY)] == back(*run)


@given(st.sets(st.integers(1, 40)))
def test_no_pause_within_an_episode_is_longer_than_a_week(earlier: set[int]) -> None:
    run = [date.fromisoformat(each["day"]) for each in history(past(*earlier), "topic:afvalpas", MONDAY)]
    pauses = [two - one for one, two in pairwise([*run, MONDAY])]
    assert all(timedelta(0) < pause <= timedelta(days=CLOSES_AFTER) for pause in pauses)


def test_another_issue_is_another_episode() -> None:
    assert history(past(1, issue="topic:brug"), "topic:afvalpas", MONDAY) == []


def test_the_history_holds_the_level_of_each_morning() -> None:
    both = past(2) + past(1, level="high")
    assert [each["level"] for each in history(both, "topic:afvalpas", MONDAY)] == ["signal", "high"]


def test_an_episode_keeps_its_first_day_when_its_first_mornings_are_no_longer_at_hand() -> None:
    remembered = past(*range(1, 41))[:30]
    run = history(remembered, "topic:afvalpas", MONDAY)
    assert len(run) == 30
    assert first_day(remembered, "topic:afvalpas", run, MONDAY) == back(40)[0]


def test_a_new_episode_begins_today() -> None:
    assert first_day(past(8), "topic:afvalpas", [], MONDAY) == MONDAY.isoformat()


@pytest.mark.parametrize(
    ("earlier", "count"), [((), 0), ((1,), 1), ((2,), 1), ((1, 2, 3), 2), ((3,), 0), ((0,), 0)]
)
def test_recent_counts_the_last_two_mornings(earlier: tuple[int, ...], count: int) -> None:
    assert recent(past(*earlier), "topic:afvalpas", MONDAY) == count


def test_a_signal_that_is_gone_is_quiet_for_a_week() -> None:
    assert [each["state"] for each in open_signals(past(7), [], MONDAY)] == ["quiet"]
    assert open_signals(past(8), [], MONDAY) == []


def test_a_quiet_signal_keeps_its_id_and_says_when_it_was_last_seen() -> None:
    quiet = open_signals(past(2, 5), [], MONDAY)[0]
    assert quiet["id"] == f"{back(5)[0]}/topic:afvalpas"
    assert [quiet["first_day"], quiet["last_day"]] == back(5, 2)
    assert all(back(2)[0] in text for text in quiet["note"].values())


def test_a_signal_of_this_morning_is_not_quiet() -> None:
    assert open_signals(past(1), past(0), MONDAY) == []


def test_every_quiet_issue_is_told_once() -> None:
    both = past(1, 2, 3) + past(2, issue="topic:brug")
    assert [each["issue"] for each in open_signals(both, [], MONDAY)] == ["topic:afvalpas", "topic:brug"]
