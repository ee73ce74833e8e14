"""When a source is visited again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from kaders.collect.rhythm import HARD_WAIT, JITTER, SOFT_WAIT, after_failure, after_success, rate

ZONE = ZoneInfo("Europe/Amsterdam")
NOON = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def wait(
    per_day: float = 4, *, asked: int = 0, fixed: int | None = None, held: int = 0, at: datetime = NOON
) -> timedelta:
    given = {"asked_minutes": asked, "fixed_minutes": fixed, "held": held, "zone": ZONE}
    return after_success("a", at, per_day=per_day, **given) - at  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("per_day", "asked", "expected"),
    [
        pytest.param(96, 0, 5 * MINUTE, id="a ticker waits five minutes, never less"),
        pytest.param(12, 0, 30 * MINUTE, id="a quarter of the distance between two entries"),
        pytest.param(2, 0, 3 * HOUR, id="a slow source waits longer"),
        pytest.param(96, 60, HOUR, id="what the source asks for is kept to"),
        pytest.param(2, 60, 3 * HOUR, id="also when we would come more seldom anyway"),
    ],
)
def test_the_distance_follows_the_rhythm_of_the_source(
    per_day: float, asked: int, expected: timedelta
) -> None:
    assert max(5 * MINUTE, expected * (1 - JITTER)) <= wait(per_day, asked=asked) <= expected * (1 + JITTER)


@pytest.mark.parametrize("per_day", [0.0, 0.01, 0.4])
@pytest.mark.parametrize("asked", [0, 60 * 24 * 30])
@pytest.mark.parametrize("day", [23, 25], ids=["a day", "another day"])
def test_every_source_is_heard_before_the_morning(per_day: float, asked: int, day: int) -> None:
    """Also on the days on which the clock changes."""
    for at in (NOON.replace(day=day), datetime(2026, 3, 28, 23, 0, tzinfo=UTC)):
        due = (at + wait(per_day, asked=asked, at=at)).astimezone(ZONE)
        assert due <= datetime(at.year, at.month, at.day, 6, 0, tzinfo=ZONE) + DAY
        assert due - at <= 19 * HOUR + 5 * MINUTE


@pytest.mark.parametrize(
    ("per_day", "held", "expected"),
    [
        pytest.param(60, 10, 2 * HOUR, id="half of the four hours that a list of ten covers"),
        pytest.param(60, 0, 6 * HOUR, id="no list from which anything can fall"),
        pytest.param(4, 100, 6 * HOUR, id="a list that covers weeks is asked as it asks"),
        pytest.param(0.0, 10, 18 * HOUR, id="a source that brings nothing is asked every morning"),
    ],
)
def test_what_a_source_asks_for_makes_us_miss_nothing(per_day: float, held: int, expected: timedelta) -> None:
    asked = 6 * 60 if per_day else 24 * 60
    assert expected * (1 - JITTER) <= wait(per_day, asked=asked, held=held) <= expected * (1 + JITTER)


def test_the_operator_has_the_last_word() -> None:
    assert wait(96, asked=60, fixed=20) == 20 * MINUTE


def test_sources_do_not_all_come_due_together() -> None:
    due = {
        after_success(str(n), NOON, per_day=6, asked_minutes=0, fixed_minutes=None, zone=ZONE)
        for n in range(50)
    }
    assert len(due) == 50
    assert max(due) - min(due) > 6 * MINUTE


def test_the_rate_learns_in_a_week_what_changed() -> None:
    believed = 10.0
    for _ in range(7 * 24):
        believed = rate(believed, 0, HOUR)
    assert believed == pytest.approx(5)
    assert rate(10, 0, timedelta()) == 10
    for _ in range(60):
        believed = rate(believed, 20, DAY)
    assert believed == pytest.approx(20, rel=0.01)


def failing(failures: int, reason: str = "http_404", retry_after: int = 0) -> timedelta:
    return after_failure("a", NOON, failures=failures, reason=reason, retry_after=retry_after) - NOON


def test_a_failing_source_is_asked_ever_more_seldom_and_never_given_up() -> None:
    waits = [failing(n) for n in range(1, 40)]
    assert 13 * MINUTE < waits[0] < 17 * MINUTE
    assert 6.2 * DAY < waits[-1] <= HARD_WAIT
    assert sum(wait < HOUR for wait in waits) < 4


def test_a_fault_that_passes_is_asked_about_every_day() -> None:
    assert failing(39, "http_5xx") <= SOFT_WAIT * (1 + JITTER)


@pytest.mark.parametrize(
    ("asked", "least"),
    [(0, 13 * MINUTE), (7200, 2 * HOUR), (10**9, HARD_WAIT)],
    ids=["nothing", "two hours", "thirty years"],
)
def test_what_retry_after_asks_for_is_granted_up_to_a_week(asked: int, least: timedelta) -> None:
    assert least <= failing(1, "rate_limited", asked) <= max(least, 17 * MINUTE)
