"""Which days a morning looks at, and what kind of day each of them is."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import holidays as public_holidays

from kaders.model import Window
from kaders.settings import Organisation

NOW_DAYS = 7
"""Days in which talk counts as 'now': one of every weekday (research/detection, rule R2)."""
GUARD_DAYS = 7
"""Days kept out of the base, so that a slowly growing issue does not become its own norm (R1)."""
BASE_DAYS = 182
"""Days of history for the expected volume: half a year holds 26 of every weekday (R1)."""
COMPARE_DAYS = 56
"""Days before the guard against which frames are compared (R2)."""
SUNDAY = 6


def window(moment: datetime, organisation: Organisation) -> Window:
    """The window of the morning of `moment` (aware); days are the organisation's own."""
    day = moment.astimezone(organisation.zone).date()
    analysed = day - timedelta(days=1)
    now = analysed - timedelta(days=NOW_DAYS - 1)
    guard = now - timedelta(days=GUARD_DAYS)
    return Window(day, analysed, now, guard, guard - timedelta(days=BASE_DAYS), moment.astimezone(UTC))


def days_between(first: date, last: date) -> list[date]:
    """All days from `first` to `last`, both included."""
    return [first + timedelta(days=n) for n in range((last - first).days + 1)]


def day_kinds(days: list[date], organisation: Organisation) -> list[int]:
    """Per day its weekday, Monday 0; a public or local holiday counts as a Sunday."""
    years = {day.year for day in days}
    free = set(public_holidays.country_holidays(organisation.holidays.country, years=years))
    free |= set(organisation.holidays.extra)
    return [SUNDAY if day in free else day.weekday() for day in days]
