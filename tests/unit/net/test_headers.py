"""What headers say about time."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from kaders.net.headers import (
    LONGEST_AWAY,
    Validators,
    away_until,
    fresh_for,
    given,
    retry_after,
    user_agent,
)

NOW = "Mon, 23 Nov 2026 06:30:00 GMT"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, 0),
        ({"Retry-After": "120"}, 120),
        ({"Retry-After": " 120 "}, 120),
        ({"Retry-After": "-5"}, 0),
        ({"Retry-After": "1.5"}, 0),
        ({"Retry-After": "straks"}, 0),
        ({"Retry-After": "٣"}, 0),
        ({"Retry-After": "9" * 500}, 0),
        ({"Retry-After": "999999999999"}, LONGEST_AWAY),
        ({"Retry-After": "Mon, 23 Nov 2026 06:45:00 GMT", "Date": NOW}, 900),
        ({"Retry-After": "Mon, 23 Nov 2026 07:45:00 +0100", "Date": NOW}, 900),
        ({"Retry-After": "Mon, 23 Nov 2026 06:00:00 GMT", "Date": NOW}, 0),
        ({"Retry-After": "Mon, 23 Nov 2026 06:45:00 GMT"}, 0),
        ({"Retry-After": "Mon, 23 Nov 2099 06:45:00 GMT", "Date": NOW}, LONGEST_AWAY),
        ({"Retry-After": "Mon, 99 Nov 2026 06:45:00 GMT", "Date": NOW}, 0),
        ({"X-RateLimit-Reset": "2026-11-23T06:35:00.500Z", "Date": NOW}, 301),
        ({"RateLimit-Reset": "1795415700", "Date": NOW}, 300),
        ({"RateLimit-Reset": "30", "Date": NOW}, 30),
    ],
)
def test_how_long_to_stay_away(headers: dict[str, str], seconds: int) -> None:
    assert retry_after(headers) == seconds


def test_a_moment_to_come_back_at_counts_without_the_time_of_the_server() -> None:
    until = {"Retry-After": "Mon, 23 Nov 2026 06:45:00 GMT"}
    assert away_until(until) == datetime(2026, 11, 23, 6, 45, tzinfo=UTC)
    assert away_until(until | {"Date": "gisteren"}) == datetime(2026, 11, 23, 6, 45, tzinfo=UTC)
    assert away_until(until | {"Date": NOW}) is None, "counted from its own time"
    assert away_until({"Retry-After": "120"}) is None
    assert away_until({"Retry-After": "straks"}) is None


def test_a_rate_limit_that_stands_on_every_reply_keeps_us_away_from_nothing() -> None:
    headers = {"X-RateLimit-Reset": "300"}
    assert (retry_after(headers), retry_after(headers, limits=False)) == (300, 0)
    assert retry_after(headers | {"Retry-After": "60"}, limits=False) == 60


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, 0),
        ({"Cache-Control": "public, MAX-AGE=600"}, 600),
        ({"Cache-Control": 'max-age="600"', "Age": "100"}, 500),
        ({"Cache-Control": "max-age=600", "Age": "1000"}, 0),
        ({"Cache-Control": "max-age=600, no-cache"}, 0),
        ({"Cache-Control": "s-maxage=900"}, 0),
        ({"Cache-Control": "s-maxage=900, max-age=60"}, 60),
        ({"Expires": "Mon, 23 Nov 2026 07:30:00 GMT", "Date": NOW}, 3600),
        ({"Expires": "0", "Date": NOW}, 0),
        ({"Expires": "Thu, 01 Jan 1970 00:00:00 GMT", "Date": NOW}, 0),
        ({"Cache-Control": "max-age=99999999999"}, LONGEST_AWAY),
    ],
)
def test_how_long_a_reply_stays_good(headers: dict[str, str], seconds: int) -> None:
    assert fresh_for(headers) == seconds


def test_a_validator_that_is_too_long_is_not_kept() -> None:
    assert given({"ETag": '"x"', "Last-Modified": NOW}) == Validators('"x"', NOW)
    assert given({"ETag": "x" * 10_000, "Last-Modified": NOW}) == Validators("", NOW)


def test_who_we_say_we_are() -> None:
    assert user_agent("pers@a.example\r\nX-Evil: é").endswith("(+pers@a.example X-Evil:)")
    assert "(" not in user_agent("")
