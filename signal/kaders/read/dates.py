"""When something was published, from whatever a source wrote: UTC, or None; a date is never invented.

feedparser's own dates are not used: it reads CET and CEST as UTC, takes 02-03-2026 for 2002 and gives no date
when a zone is missing.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

LATEST = timedelta(days=1)
"""How far a date may lie ahead of the fetch: one day covers every wrong zone; more is a wrong date."""
EARLIEST = datetime(1995, 1, 1, tzinfo=UTC)
"""Before the first Dutch news sites; older values are zeroed clocks and default dates."""
HOME = ZoneInfo("Europe/Amsterdam")
"""The zone of a date that names none: the sources are Dutch, and people write local time."""
CENTURY = 69
"""Two-digit years up to 68 are 20xx, as RFC 2822 implementations and POSIX strptime read them."""
RECENT = timedelta(days=2 * 365)
"""A two-digit date is of the last two years: what feeds hold is seldom older. Our guess."""
LONGEST = 100
"""Characters; dates in words, with their zone, take half of it."""
LARGEST_OFFSET = 14
"""Hours; Kiribati keeps the largest offset in use, +14:00."""

_ZONES = {
    "CET": 1,
    "MET": 1,
    "CEST": 2,
    "MEST": 2,
    "WET": 0,
    "WEST": 1,
    "BST": 1,
    "EET": 2,
    "EEST": 3,
}
_ZONES |= {"MSK": 3, "JST": 9, "AEST": 10, "AEDT": 11}
# IST stays unknown: it is the time of India, Ireland and Israel alike.
_ZONES |= {"UT": 0, "UTC": 0, "GMT": 0, "Z": 0}
_ZONES |= {
    "EST": -5,
    "EDT": -4,
    "CST": -6,
    "CDT": -5,
    "MST": -7,
    "MDT": -6,
    "PST": -8,
    "PDT": -7,
}
# The first letters of the month in Dutch, English, German, French, Portuguese, Spanish, Italian, Polish,
# Danish, Norwegian and Swedish.
_MONTHS = {
    1: "jan gen ene sty",
    2: "feb fev fév lut",
    3: "mrt maa mar mär",
    4: "apr avr abr kwi",
    5: "mei may mai maj mag",
    6: "jun juin giu cze",
    7: "jul juil lug lip",
    8: "aug aou aoû ago sie",
    9: "sep set wrz",
    10: "okt oct out ott paź paz",
    11: "nov lis",
    12: "dec dez des déc dic gru",
}
_MONTH = {name: number for number, names in _MONTHS.items() for name in names.split()}

Stated = tuple[datetime, str]
"""A moment and its mark."""

_EPOCH = re.compile(r"\d{9,10}(?:\.\d+)?|\d{12,13}")
_TIME = r"(?P<hour>\d{1,2})[:.h]?(?P<minute>\d{2})(?:[:.]?(?P<second>\d{2})(?:[.,]\d+)?)?"
_ZONE = r"(?:(?:GMT|UTC)(?=[+-]))?(?P<zone>[+-]\d{2}:?\d{2}|[+-]\d{1,2}|[A-Za-z]{1,5})"
_ISO = re.compile(
    rf"(?P<year>\d{{4}})(?:-?(?P<month>\d{{2}})-?(?P<day>\d{{2}})|[-/](?P<m>\d{{1,2}})[-/](?P<d>\d{{1,2}}))(?:(?:T|\s+){_TIME}\s*{_ZONE}?)?$",
    re.IGNORECASE,
)
_COMPACT = re.compile(r"(\d{8})(\d{6})")
_NUMBERS = re.compile(
    rf"(?P<day>\d{{1,2}})[-/.](?P<month>\d{{1,2}})[-/.](?P<year>\d{{4}}|\d{{2}})"
    rf"(?:,?\s+{_TIME}\s*{_ZONE}?)?$",
    re.IGNORECASE,
)
_HALVES = re.compile(r"\b(1[0-2]|0?[1-9])((?::\d{2}){1,2})\s?([ap])\.?m\b\.?", re.IGNORECASE)
_WEEKDAY = re.compile(r"^[^\W\d]+\.?,?\s+")
_DAY_FIRST = re.compile(
    r"(?<![\d:])(?P<day>\d{1,2})(?:e|st|nd|rd|th)?[\s.-]+(?:de\s+)?(?P<name>[^\W\d]{3,})\.?"
)
_MONTH_FIRST = re.compile(r"(?P<name>[^\W\d]{3,})\.?\s+(?P<day>\d{1,2})(?:st|nd|rd|th)?(?=[^\w:]|$)")
_YEAR = re.compile(r"[\s,.-]+(?:de\s+)?(?P<year>\d{4}|\d{2})(?=\s|,|$)")
_CLOCK = re.compile(rf"(?<!\d){_TIME}(?!\d)")
_CLOCK_FIRST = re.compile(
    r"(?<!\d)(?P<hour>\d{1,2})[:.h](?P<minute>\d{2})(?:[:.](?P<second>\d{2})(?:[.,]\d+)?)?(?![\d:.])"
    r"\s*(?:uur\b|h\b)?[\s,]*(?P<zone>[+-]\d{2}:?\d{2}|[A-Z]{2,5}\b)?"
)
_TRAILING_ZONE = re.compile(rf"\s*(?:uur|h)?\s*{_ZONE}?(?:\s*\(.*\))?\s*$")


def moment(raw: object, *, fetched_at: datetime) -> datetime | None:
    """The moment a source states, in UTC; None when there is none or it cannot be true. See `judged`."""
    return judged(raw, fetched_at=fetched_at)[0]


def judged(raw: object, *, fetched_at: datetime) -> tuple[datetime | None, str]:
    """The moment a source states, in UTC, and what to know of it; None when it cannot be true.

    Reads ISO 8601, RFC 822 (also with CET, CEST, two-digit years and month names of many languages), seconds
    or milliseconds since 1970, and day-month-year. The mark is one of those of Item.date_mark: missing;
    unreadable; future, more than LATEST after `fetched_at`; ancient, before EARLIEST; no_time, for a day of
    which the first moment in Amsterdam was taken; no_zone, when the time was taken to be Dutch;
    two_digit_year; '' for a date as it should be.
    """
    text = " ".join(str(raw if raw is not None else "")[:LONGEST].split())
    if not text:
        return None, "missing"
    try:
        text = _HALVES.sub(_of_24, text)
        found = _epoch(text) or _iso(text) or _numbers(text, fetched_at) or _words(text)
        stated = found[0].astimezone(UTC) if found else None
    except (ValueError, OverflowError):
        return None, "unreadable"
    if not found or not stated:
        return None, "unreadable"
    if stated > fetched_at + LATEST:
        return None, "future"
    return (stated, found[1]) if stated >= EARLIEST else (None, "ancient")


def first_of(raw: Iterable[object], *, fetched_at: datetime) -> tuple[datetime | None, str]:
    """The first of several dates that stands, judged; when none does, what is wrong with the first one."""
    verdicts = []
    for each in raw:
        verdict = judged(each, fetched_at=fetched_at)
        if verdict[0]:
            return verdict
        verdicts.append(verdict)
    return next((verdict for verdict in verdicts if verdict[1] != "missing"), (None, "missing"))


def _of_24(time: re.Match[str]) -> str:
    """A time of day with am or pm as the 24 hours have it."""
    return f"{int(time[1]) % 12 + 12 * (time[3] in 'pP'):02}{time[2]}"


def _epoch(text: str) -> Stated | None:
    if not _EPOCH.fullmatch(text):
        return None
    seconds = float(text)
    whole = datetime.fromtimestamp(seconds / 1000 if seconds > 1e11 else seconds, UTC)
    return whole.replace(microsecond=0), ""


def _iso(text: str) -> Stated | None:
    found = _ISO.fullmatch(_COMPACT.sub(r"\1T\2", text))
    return (
        _build(found, found["year"], int(found["month"] or found["m"]), int(found["day"] or found["d"]))
        if found
        else None
    )


def _numbers(text: str, fetched_at: datetime) -> Stated | None:
    found = _NUMBERS.fullmatch(_WEEKDAY.sub("", text))
    if not found:
        return None
    day, month, year = int(found["day"]), int(found["month"]), found["year"]
    if month > 12 and "/" in text:  # only an American date has its day in second place
        day, month = month, day
    if len(year) == 2 and (turned := _year_first(found, fetched_at)):
        return turned
    return _build(found, year, month, day)


def _year_first(found: re.Match[str], fetched_at: datetime) -> Stated | None:
    """A date of three pairs of digits with its year in front, when only that makes it recent; else None.

    26-03-02 is the 2nd of March 2026 rather than the 26th of March 2002: what a source gives is news. The
    mark two_digit_year says that it had to be guessed.
    """
    day_first = _recent(found, found["year"], int(found["month"]), int(found["day"]), fetched_at)
    year_first = _recent(found, found["day"].zfill(2), int(found["month"]), int(found["year"]), fetched_at)
    return year_first if not day_first else None


def _recent(found: re.Match[str], year: str, month: int, day: int, fetched_at: datetime) -> Stated | None:
    """The date when it exists and lies in the last two years; else None."""
    try:
        stated = _build(found, year, month, day)
    except ValueError:
        return None
    return stated if fetched_at - RECENT <= stated[0] <= fetched_at + LATEST else None


def _words(text: str) -> Stated | None:
    """A date with the month in letters, wherever the time and the zone stand."""
    dated = _named(text, _DAY_FIRST) or _named(text, _MONTH_FIRST)
    if not dated:
        return None
    date, month = dated
    rest = text[date.end() :]
    clock = _CLOCK.search(rest)
    year = _YEAR.match(rest) or _YEAR.search(rest[clock.end() :] if clock else rest)
    if not year:
        return None
    # the time stands after the year (RFC 822) or before it (asctime); a year is never read as 20:26 o'clock
    after = rest[year.end() :] if year.string is rest else rest[: clock.end() + year.start()] if clock else ""
    clock = _CLOCK.search(after)
    if not clock:
        before = _CLOCK_FIRST.search(text[: date.start()])
        return _at(year["year"], month, int(date["day"]), before, before["zone"] if before else None)
    zone = _TRAILING_ZONE.match(after[clock.end() :])
    return _at(year["year"], month, int(date["day"]), clock, zone["zone"]) if zone else None


def _named(text: str, pattern: re.Pattern[str]) -> tuple[re.Match[str], int] | None:
    for found in pattern.finditer(text):
        name = unicodedata.normalize("NFC", found["name"]).casefold()
        month = _MONTH.get(name[:4]) or _MONTH.get(name[:3])
        if month:
            return found, month
    return None


def _year(digits: str) -> int:
    year = int(digits)
    return year if len(digits) == 4 else year + (2000 if year < CENTURY else 1900)


def _build(found: re.Match[str], year: str, month: int, day: int) -> Stated:
    clock = found if found["hour"] else None
    return _at(year, month, day, clock, found["zone"])


def _at(year: str, month: int, day: int, clock: re.Match[str] | None, zone: str | None) -> Stated:
    hour, minute, second = (
        (int(clock[part] or 0) for part in ("hour", "minute", "second")) if clock else (0, 0, 0)
    )
    leap = timedelta(hours=24) if (hour, minute, second) == (24, 0, 0) else timedelta()
    hour, second = 0 if leap else hour, min(second, 59)
    found = datetime(_year(year), month, day, hour, minute, second, tzinfo=_offset(zone)) + leap
    return found, "two_digit_year" if len(
        year
    ) == 2 else "no_time" if not clock else "" if zone else "no_zone"


def _offset(zone: str | None) -> timezone | ZoneInfo:
    if not zone:
        return HOME
    if zone[0] not in "+-":
        if zone.upper() not in _ZONES:
            raise ValueError(f"an unknown zone: {zone}")
        return timezone(timedelta(hours=_ZONES[zone.upper()]))
    hours, minutes = int(zone[1:3]), int(zone[-2:]) if len(zone) > 3 else 0
    if hours > LARGEST_OFFSET or minutes > 59:
        raise ValueError(f"an impossible zone: {zone}")
    sign = -1 if zone[0] == "-" else 1
    return timezone(sign * timedelta(hours=hours, minutes=minutes))
