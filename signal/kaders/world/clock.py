"""When things appear: times of day as local people keep them, in the world's own zone."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import accumulate
from random import Random
from zoneinfo import ZoneInfo

# Relative volume of each hour, 0 to 23. Estimates of the author: newsrooms peak at breakfast, noon and
# the end of the afternoon; posts at breakfast, noon and in the evening; press offices keep office hours.
HOURS = {
    "news": (1, 1, 0, 0, 1, 3, 9, 10, 9, 8, 7, 7, 8, 6, 6, 7, 8, 8, 6, 5, 4, 3, 3, 2),
    "social": (2, 1, 1, 0, 0, 1, 3, 7, 8, 6, 5, 5, 7, 6, 5, 5, 6, 7, 8, 10, 11, 10, 8, 5),
    "own": (0, 0, 0, 0, 0, 0, 0, 1, 4, 9, 10, 8, 3, 6, 8, 8, 5, 2, 1, 0, 0, 0, 0, 0),
}
CUMULATIVE = {kind: tuple(accumulate(hours)) for kind, hours in HOURS.items()}


def moment_of(rng: Random, day: date, kind: str, zone: ZoneInfo, *, rising: bool = False) -> datetime:
    """A moment (UTC) on a local day; `rising` for the first day of something that is just breaking."""
    profile = CUMULATIVE.get(kind, CUMULATIVE["news"])
    hours = rng.choices(range(24), cum_weights=profile, k=2)
    hour = max(hours) if rising else hours[0]
    return at(day, time(hour, rng.randrange(60), rng.randrange(60)), zone)


def at(day: date, clock: time, zone: ZoneInfo) -> datetime:
    """A local wall-clock time as a moment (UTC)."""
    return datetime.combine(day, clock, tzinfo=zone).astimezone(UTC)


def start_of(day: date, zone: ZoneInfo) -> datetime:
    """Local midnight at the start of a day (UTC)."""
    return at(day, time(0), zone)


def end_of(day: date, zone: ZoneInfo) -> datetime:
    """The last second of a local day (UTC)."""
    return start_of(day + timedelta(days=1), zone) - timedelta(seconds=1)


def stamp(moment: datetime) -> str:
    """ISO 8601 in UTC with a Z, to the second."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
