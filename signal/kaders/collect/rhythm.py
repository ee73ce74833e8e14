"""When a source is visited again: often enough to hear it, seldom enough to be welcome; pure."""

from __future__ import annotations

import hashlib
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

SHORTEST = timedelta(minutes=5)
"""Between two visits of one source; what the fastest news tickers are read at, and the DAG's own beat."""
LONGEST = timedelta(days=1)
"""A morning has seen every source that answers: no rhythm is slower than a day."""
QUARTER = 4
"""Visits in the mean distance between two new entries: an entry then waits an eighth of it, on average."""
MEMORY = timedelta(days=7)
"""Half-life of the observed rate: one week has every weekday once."""
JITTER = 0.1
"""Share by which a distance is stretched or shortened, so that sources do not all come due together."""
MORNING = (time(5, 0), timedelta(hours=1))
"""From when on (local), and within what time, everything comes due once more, each source at its own minute:
the report of 06:30 reads what was there."""
FIRST_WAIT = timedelta(minutes=15)
"""After one failure; it doubles with each further one. rss-fetcher waits alike."""
SOFT_WAIT = timedelta(days=1)
"""The longest wait after faults that pass: no answer, too slow, a fault on their side."""
HARD_WAIT = timedelta(days=7)
"""The longest wait after faults that somebody must mend. Users of Miniflux ask for it (miniflux#3334)."""
SOFT = frozenset({"unreachable", "dns", "timeout", "http_5xx", "truncated", "rate_limited", "service_fault"})
"""Reasons that pass by themselves, as a rule."""
LONGEST_HINT = timedelta(days=1)
"""What a source may ask for by ttl, update period or Cache-Control; more would leave a morning without it."""

SPAN = 0.5
"""Share of the time that a list covers after which it is asked again, whatever it asks for itself: half, as a
busy day brings twice as much as a mean one."""


def rate(before: float, new: int, passed: timedelta) -> float:
    """New entries a day, smoothed: what was believed, and what the time since the last visit brought."""
    days = passed / timedelta(days=1)
    if days <= 0:
        return before
    kept = float(0.5 ** (passed / MEMORY))
    return before * kept + new / days * (1 - kept)


def after_success(
    source: str,
    at: datetime,
    *,
    per_day: float,
    asked_minutes: int,
    fixed_minutes: int | None,
    zone: ZoneInfo,
    held: int = 0,
) -> datetime:
    """The next visit of a source that answered.

    per_day        its observed rate
    asked_minutes  what the source asks for (ttl, update period, Cache-Control); it is kept to, up to a day
                   and up to SPAN of the time that its list covers: later, entries would pass by unseen
    fixed_minutes  what the operator wants instead of all that
    held           entries in its list; 0 when it gives none, or when all that came since can be asked for
    """
    if fixed_minutes:
        return at + timedelta(minutes=fixed_minutes)
    own = timedelta(days=1) / (QUARTER * max(per_day, 1e-6))
    asked = min(timedelta(minutes=asked_minutes), LONGEST_HINT, _passes_by(held, per_day))
    distance = min(max(own, asked, SHORTEST), LONGEST) * _stretch(source, at)
    return min(at + max(distance, SHORTEST), _next_morning(source, at, zone))


def _passes_by(held: int, per_day: float) -> timedelta:
    """The longest wait in which a list of so many entries does not lose any; LONGEST_HINT without a list."""
    days = SPAN * held / max(per_day, 1e-6) if held else 1.0
    return min(timedelta(days=1) * min(days, 1.0), LONGEST_HINT)


def after_failure(source: str, at: datetime, *, failures: int, reason: str, retry_after: int) -> datetime:
    """The next visit of a source that did not answer, for the `failures`-th time in a row.

    retry_after: seconds that it asked for; at most HARD_WAIT is granted, as a source is never given up.
    """
    longest = SOFT_WAIT if reason in SOFT else HARD_WAIT
    doubled = FIRST_WAIT * (1 << min(failures - 1, 12))
    wait = min(doubled, longest) * _stretch(source, at)
    return at + max(min(wait, HARD_WAIT), min(timedelta(seconds=retry_after), HARD_WAIT))


def _stretch(source: str, at: datetime) -> float:
    """A number around 1 that a source and a moment always give alike."""
    return 1 - JITTER + 2 * JITTER * _share(f"{source} {at.isoformat()}")


def _next_morning(source: str, at: datetime, zone: ZoneInfo) -> datetime:
    start, within = MORNING
    local = at.astimezone(zone)
    own = within * _share(source)
    today = datetime.combine(local.date(), start, zone) + own
    tomorrow = datetime.combine(local.date() + timedelta(days=1), start, zone) + own
    return (today if today > local else tomorrow).astimezone(at.tzinfo)


def _share(mark: str) -> float:
    """A number from 0 to 1 that a text always gives alike."""
    return int.from_bytes(hashlib.blake2b(mark.encode(), digest_size=4).digest()) / 0xFFFFFFFF
