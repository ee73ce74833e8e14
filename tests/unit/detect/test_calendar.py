"""Which days a morning looks at: whole weeks, a guard, and the organisation's own clock and holidays."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaders.detect.calendar import BASE_DAYS, GUARD_DAYS, NOW_DAYS, SUNDAY, day_kinds, days_between, window

from .town import MONDAY, moment, organisation

TOWN = organisation()
START = datetime(2020, 1, 1, tzinfo=UTC)
moments = st.integers(0, 10 * 365 * 24 * 60).map(lambda minutes: START + timedelta(minutes=minutes))


@given(moments)
def test_the_days_follow_each_other_without_a_hole_on_any_day_of_any_year(when: datetime) -> None:
    span = window(when, TOWN)
    now, guard = days_between(span.now, span.analysed), days_between(span.guard, span.now)[:-1]
    base = days_between(span.base, span.guard)[:-1]
    assert [len(now), len(guard), len(base)] == [NOW_DAYS, GUARD_DAYS, BASE_DAYS]
    assert span.analysed == span.day - timedelta(days=1)


def test_the_last_seven_days_hold_every_weekday_once() -> None:
    span = window(moment(MONDAY), TOWN)
    assert {day.weekday() for day in days_between(span.now, span.analysed)} == set(range(7))


@pytest.mark.parametrize(
    ("utc", "day"),
    [
        ("2026-11-22T22:59", date(2026, 11, 22)),
        ("2026-11-22T23:01", date(2026, 11, 23)),
        ("2026-07-14T21:59", date(2026, 7, 14)),
        ("2026-07-14T22:01", date(2026, 7, 15)),
    ],
    ids=["before midnight", "after midnight", "before midnight in summer", "after midnight in summer"],
)
def test_a_day_turns_at_midnight_on_the_towns_own_clock(utc: str, day: date) -> None:
    assert window(datetime.fromisoformat(utc).replace(tzinfo=UTC), TOWN).day == day


@pytest.mark.parametrize(
    ("day", "cutoff"),
    [
        (date(2026, 3, 28), "2026-03-28T05:30"),
        (date(2026, 3, 29), "2026-03-29T04:30"),
        (date(2026, 10, 24), "2026-10-24T04:30"),
        (date(2026, 10, 25), "2026-10-25T05:30"),
    ],
    ids=["before the clock goes forward", "after", "before the clock goes back", "afterwards"],
)
def test_half_past_six_is_half_past_six_when_the_clock_changes(day: date, cutoff: str) -> None:
    span = window(moment(day), TOWN)
    assert span.day == day
    assert span.cutoff == datetime.fromisoformat(cutoff).replace(tzinfo=UTC)


@pytest.mark.parametrize("clock", ["2026-10-25T02:30+02:00", "2026-10-25T02:30+01:00"])
def test_both_hours_of_the_long_night_belong_to_one_day(clock: str) -> None:
    when = datetime.fromisoformat(clock).astimezone(ZoneInfo("Europe/Amsterdam"))
    assert window(when, TOWN).day == date(2026, 10, 25)


@pytest.mark.parametrize("sunday", [date(2026, 3, 29), date(2026, 10, 25)])
def test_a_week_in_which_the_clock_changes_has_seven_days(sunday: date) -> None:
    days = days_between(sunday - timedelta(days=3), sunday + timedelta(days=3))
    assert len(set(days)) == 7
    assert day_kinds(days, TOWN) == [3, 4, 5, 6, 0, 1, 2]


@pytest.mark.parametrize(
    "day",
    [date(2026, 4, 27), date(2026, 5, 25), date(2026, 12, 25), date(2027, 1, 1), date(2026, 10, 8)],
    ids=["King's Day", "Whit Monday", "Christmas", "New Year of the next year", "the town's own day"],
)
def test_a_holiday_is_a_sunday(day: date) -> None:
    before, kind = day_kinds([day - timedelta(days=14), day], TOWN)
    assert kind == SUNDAY
    assert before == day.weekday()


def test_a_holiday_of_another_country_is_an_ordinary_day() -> None:
    assert day_kinds([date(2026, 7, 14)], TOWN) == [1]


def test_one_day_is_a_list_of_one_and_a_reversed_stretch_is_empty() -> None:
    assert days_between(MONDAY, MONDAY) == [MONDAY]
    assert days_between(MONDAY, MONDAY - timedelta(days=1)) == []
