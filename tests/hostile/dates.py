"""Dates as sources write them; none of them may cost an entry, and none is invented."""

from __future__ import annotations

from datetime import UTC, datetime

from hostile.case import ATOM, JSON, Case, says
from hostile.feeds import ATOM_THREE, THREE, atom, entry, json_feed, rss

TEN = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
NINE = TEN.replace(hour=9)
WRITTEN: dict[str, tuple[str, datetime | None]] = {
    "rfc-822": ("Sun, 22 Nov 2026 10:00:00 +0000", TEN),
    "rfc-822-gmt": ("Sun, 22 Nov 2026 10:00:00 GMT", TEN),
    "cet": ("Sun, 22 Nov 2026 10:00:00 CET", NINE),
    "cest": ("Sun, 19 Jul 2026 12:00:00 CEST", datetime(2026, 7, 19, 10, 0, tzinfo=UTC)),
    "no-weekday": ("22 Nov 2026 10:00:00 +0000", TEN),
    "wrong-weekday": ("Mon, 22 Nov 2026 10:00:00 +0000", TEN),
    "iso": ("2026-11-22T10:00:00Z", TEN),
    "iso-offset": ("2026-11-22T11:00:00+01:00", TEN),
    "iso-fraction": ("2026-11-22T10:00:00.123456789Z", TEN),
    "dutch-month": ("zo, 22 november 2026 10:00:00 +0000", TEN),
    "dutch-short-month": ("22 mrt 2026 10:00:00 +0000", TEN.replace(month=3)),
    "german-month": ("So, 22 März 2026 10:00:00 +0000", TEN.replace(month=3)),
    "french-month": ("22 février 2026 10:00:00 +0000", TEN.replace(month=2)),
    "no-zone": ("Sun, 22 Nov 2026 10:00:00", NINE),
    "day-first": ("02-03-2026 10:00:00 +0000", TEN.replace(month=3, day=2)),
    "wide-digits": ("２０２６-１１-２２T１０:００:００Z", TEN),
    "two-digit-year": ("Sun, 22 Nov 26 10:00:00 +0000", TEN),
    "epoch": (str(int(TEN.timestamp())), TEN),
    "epoch-thousandths": (str(int(TEN.timestamp()) * 1000), TEN),
}
"""As it is written, and the moment that it says; a moment without a zone is of the source's country."""
UNTOLD = {
    "missing": "",
    "blank": "   ",
    "words": "gisteren",
    "zero": "0",
    "zero-date": "0000-00-00 00:00:00",
    "month-13": "2026-13-45T10:00:00Z",
    "february-30": "30 Feb 2026 10:00:00 +0000",
    "hour-25": "Sun, 22 Nov 2026 25:00:00 +0000",
    "offset-99": "Sun, 22 Nov 2026 10:00:00 +99:99",
    "far-future": "Sun, 22 Nov 2099 10:00:00 +0000",
    "next-week": "Mon, 30 Nov 2026 10:00:00 +0000",
    "ancient": "Sun, 22 Nov 1500 10:00:00 +0000",
    "epoch-year-0": "Thu, 01 Jan 1970 00:00:00 +0000",
    "year-99999": "99999-01-01T00:00:00Z",
    "long": "2" * 100_000,
    "template": "{{ now() }}",
    "script": "&lt;script&gt;alert(1)&lt;/script&gt;",
}
"""What says no moment that can be believed: the entry stays, without a date of its own."""


def _one(date: str) -> Case:
    body = rss(entry(1, date=date), *THREE[1:])
    return Case(says(body.encode()), "READ", entries=3)


CASES = (
    {f"date-{name}": _one(date) for name, (date, _) in WRITTEN.items()}
    | {f"undated-{name}": _one(date) for name, date in UNTOLD.items()}
    | {
        "undated-json-number": Case(
            says(json_feed([{"id": "a", "title": "Dijk", "date_published": 17}]), kind=JSON), "READ", entries=1
        ),
        "undated-json-list": Case(
            says(json_feed([{"id": "a", "title": "Dijk", "date_published": ["x"]}]), kind=JSON), "READ"
        ),
        "undated-atom": Case(
            says(atom(*ATOM_THREE).replace("2026-11-22T10:00:0", "2026-11-22T99:00:0").encode(), kind=ATOM), "READ", entries=3
        ),
    }
)  # fmt: skip
