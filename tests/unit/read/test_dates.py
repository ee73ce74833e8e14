"""Dates as sources write them, in tables."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaders.read.dates import EARLIEST, LATEST, first_of, judged, moment

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("2026-11-23T10:00:00Z", "2026-11-23T10:00"),
        ("2026-11-23T10:00:00.123-0500", "2026-11-23T15:00"),
        ("20260302T100000Z", "2026-03-02T10:00"),
        ("2026-11-22 10:00", "2026-11-22T09:00"),  # no zone: Dutch winter time
        ("2026-07-22 10:00", "2026-07-22T08:00"),  # no zone: Dutch summer time
        ("2026-11-22", "2026-11-21T23:00"),
        ("Mon, 16 Oct 2017 15:10:00 +0000", "2017-10-16T15:10"),
        ("Mon, 16 Oct 2017 15:10:00 +0000 (UTC)", "2017-10-16T15:10"),
        ("Mon, 23 Nov 2026 07:15:00 CET", "2026-11-23T06:15"),
        ("Thu, 16 Jul 2026 15:10:00 CEST", "2026-07-16T13:10"),
        ("Mon, 16 Nov 2026 15:10:00", "2026-11-16T14:10"),
        ("16 Jul 26 15:10 GMT", "2026-07-16T15:10"),
        ("03 Apr 02 1500 GMT", "2002-04-03T15:00"),
        ("Sunday, 06-Nov-22 08:49:37 GMT", "2022-11-06T08:49:37"),
        ("Mon Oct 16 15:10:00 2017", "2017-10-16T13:10"),
        ("Mon Oct 16 15:10:00 +0000 2017", "2017-10-16T15:10"),
        ("November 16, 2026 10:15", "2026-11-16T09:15"),
        ("maandag 16 november 2026, 10.15 uur", "2026-11-16T09:15"),
        ("1 maart 2026 om 10:15", "2026-03-01T09:15"),
        ("16 nov. 2026", "2026-11-15T23:00"),
        ("Seg, 24 Set 2018 19:42:40 -0300", "2018-09-24T22:42:40"),
        ("wo 18-11-2026 10:15", "2026-11-18T09:15"),
        ("02-03-2026", "2026-03-01T23:00"),  # day first: 2 March
        ("12/31/2025 10:00", "2025-12-31T09:00"),  # cannot be day first
        ("1772442000", "2026-03-02T09:00"),
        ("1772442000000", "2026-03-02T09:00"),
        ("2026/11/2 3:00", "2026-11-02T02:00"),
        ("Sun, 22 Nov 2026 10:00:00 GMT+1", "2026-11-22T09:00"),
        ("22 novembre 2026 à 10h15", "2026-11-22T09:15"),
        ("11/22/2026 10:15:00 PM", "2026-11-22T21:15"),
        ("12/22/2025 12:15 a.m.", "2025-12-21T23:15"),
        ("22 listopada 2026 08:00", "2026-11-22T07:00"),
        ("26-03-02", "2026-03-01T23:00"),  # year first: else 24 years ago
        ("26/11/22 10:00 +0100", "2026-11-22T09:00"),
        ("12-03-02", "2002-03-11T23:00"),  # neither reading is recent: day first
        ("25-11-24", "2024-11-24T23:00"),  # both are: day first
        ("March 2nd, 2026", "2026-03-01T23:00"),
        ("Monday, March 2nd 2026 10:00", "2026-03-02T09:00"),
        ("12 des. 2025", "2025-12-11T23:00"),
        ("20260302100000", "2026-03-02T09:00"),
        ("20260302100000Z", "2026-03-02T10:00"),
        ("10:00 2 maart 2026", "2026-03-02T09:00"),
        ("10.15 uur, maandag 2 maart 2026", "2026-03-02T09:15"),
        ("10:00 GMT, March 2, 2026", "2026-03-02T10:00"),
        ("10:00 mar 2, 2026", "2026-03-02T09:00"),
        ("16 Oct 2017 24:00:00 GMT", "2017-10-17T00:00"),
        ("2026-11-24T11:59:00Z", "2026-11-24T11:59"),  # a wrong zone, not a wrong date
    ],
)
def test_a_date_is_read_as_it_is_meant(raw: str, expected: str) -> None:
    assert moment(raw, fetched_at=NOW) == datetime.fromisoformat(expected).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    "raw",
    [
        "",
        None,
        [],
        "onzin",
        "0000-00-00",
        "2026-W12",
        "16 november",
        "12 Nov 10:15",
        "Thu, 32 Jan 2020 10:00:00 GMT",
        "Mon, 16 Oct 2017 15:10:00 +99:99",
        "16 Jul 2026 15:10:00 XYZ",
        "16 Jul 2026 15:10:00 IST",  # of India, Ireland or Israel
        "15:10 IST, 16 Jul 2026",
        "25:10, 16 Jul 2026",
        "20261332100000",
        "2026-11-22T25:00:00",
        "1994-12-31",
        "0",
        "1970-01-01T00:00:00Z",
        "2026-11-24T12:00:01Z",
        "2031-01-01",
        "99999999999999999",
    ],
)
def test_a_date_is_never_invented(raw: object) -> None:
    assert moment(raw, fetched_at=NOW) is None


@given(st.integers(int(EARLIEST.timestamp()), int(NOW.timestamp())), st.integers(-14, 14))
def test_every_iso_moment_comes_back(seconds: int, hours: int) -> None:
    aware = datetime.fromtimestamp(seconds, UTC)
    written = (aware + timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%S") + f"{hours:+03d}:00"
    assert moment(written, fetched_at=NOW) == aware


@given(st.text(max_size=40))
def test_nothing_makes_it_stumble(raw: str) -> None:
    found = moment(raw, fetched_at=NOW)
    assert found is None or EARLIEST <= found <= NOW + LATEST


@pytest.mark.parametrize(
    ("raw", "mark"),
    [
        ("2026-11-22T10:00:00Z", ""),
        ("1772442000", ""),
        ("2026-11-22 10:00", "no_zone"),
        ("2026-11-22", "no_time"),
        ("2 maart 2026", "no_time"),
        ("10:00 2 maart 2026", "no_zone"),
        ("10:00 CET 2 maart 2026", ""),
        ("26-03-02", "two_digit_year"),
        ("22-11-26 10:00 +0100", "two_digit_year"),
        ("2031-01-01", "future"),
        ("0001-01-01T00:00:00Z", "ancient"),
        ("16 Jul 2026 15:10:00 XYZ", "unreadable"),
        ("  ", "missing"),
        (None, "missing"),
    ],
)
def test_a_date_is_judged(raw: object, mark: str) -> None:
    stated, judgement = judged(raw, fetched_at=NOW)
    assert judgement == mark
    assert (stated is None) == (mark in ("future", "ancient", "unreadable", "missing"))


def test_the_first_date_that_stands_is_taken() -> None:
    later = "2026-11-22T10:00:00Z"
    assert first_of(["onzin", later], fetched_at=NOW) == judged(later, fetched_at=NOW)
    assert first_of(["", "2031-01-01", "onzin"], fetched_at=NOW) == (None, "future")
    assert first_of([], fetched_at=NOW) == (None, "missing")
