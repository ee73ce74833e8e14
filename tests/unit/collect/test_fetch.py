"""One question to one source, against a real server that misbehaves in every way we know."""

from __future__ import annotations

import socketserver
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from kaders.collect.fetch import FetchFailed, Reply, Validators, fetch

NOW = datetime(2026, 11, 23, 6, 30, tzinfo=UTC)


def ask(url: str, **changes: Any) -> Reply:
    options: dict[str, Any] = {
        "validators": Validators(),
        "moment": NOW,
        "now": NOW,
        "contact": "pers@a.example",
    }
    return fetch(url, **options | changes)


def reason(url: str, **changes: Any) -> tuple[str, int]:
    with pytest.raises(FetchFailed) as failed:
        ask(url, **changes)
    return failed.value.reason, failed.value.status


def test_a_reply_brings_its_validators(web: Any) -> None:
    reply = ask(f"{web.url}/feed")
    assert (reply.status, reply.body, reply.of_moment) == (200, web.feed, True)
    again = ask(f"{web.url}/feed", validators=reply.validators)
    assert (again.status, again.body, again.validators) == (304, b"", reply.validators)
    assert web.asked[1]["if-modified-since"] == "Sun, 22 Nov 2026 09:00:00 GMT"


def test_we_say_who_we_are(web: Any) -> None:
    ask(f"{web.url}/feed", contact="pers@a.example\r\nX-Evil: é")
    assert web.asked[0]["user-agent"].startswith("Kaders/")
    assert web.asked[0]["user-agent"].endswith("(+pers@a.example X-Evil:)")
    assert "accept-datetime" not in web.asked[0]


def test_a_past_moment_is_asked_for_by_name(web: Any) -> None:
    past = NOW - timedelta(days=3)
    assert ask(f"{web.url}/memento", moment=past).of_moment
    assert web.asked[0]["accept-datetime"] == "Fri, 20 Nov 2026 06:30:00 GMT"
    assert not ask(f"{web.url}/feed", moment=past).of_moment
    assert ask(f"{web.url}/feed", moment=NOW - timedelta(minutes=59)).of_moment


def test_an_error_of_now_says_nothing_of_the_past(web: Any) -> None:
    past = NOW - timedelta(days=3)
    assert reason(f"{web.url}/status/404", moment=past) == ("no_past", 404)
    assert reason(f"{web.url}/memento-gone", moment=past) == ("http_404", 404)


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (404, "http_404"),
        (410, "http_410"),
        (403, "http_4xx"),
        (429, "http_4xx"),
        (500, "http_5xx"),
        (503, "http_5xx"),
    ],
)
def test_every_status_has_its_reason(web: Any, status: int, expected: str) -> None:
    assert reason(f"{web.url}/status/{status}") == (expected, status)


def test_five_redirects_are_followed_and_a_sixth_is_not(web: Any) -> None:
    assert ask(f"{web.url}/hop/5").body == web.feed
    assert reason(f"{web.url}/hop/6")[0] == "unreachable"


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "ftp://a.example/", "http://", "http://[::1", "http://a..b/"]
)
def test_only_http_is_spoken(url: str) -> None:
    assert reason(url)[0] == "unreachable"


def test_a_redirect_to_a_file_is_not_followed(web: Any) -> None:
    assert reason(f"{web.url}/to-file")[0] == "unreachable"


def test_nobody_there(refused: str) -> None:
    assert reason(refused)[0] == "unreachable"


def test_no_tls_where_it_was_promised(web: Any) -> None:
    assert reason(web.url.replace("http:", "https:") + "/feed")[0] == "tls"


def test_a_packed_reply_is_unpacked(web: Any) -> None:
    assert ask(f"{web.url}/gzip").body == web.feed


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("cut-gzip", "unreadable"),
        ("bad-gzip", "unreadable"),
        ("brotli", "unreadable"),
        ("bomb", "too_large"),
        ("endless", "too_large"),
        ("cut", "unreachable"),
    ],
)
def test_half_and_giant_replies_are_refused(web: Any, path: str, expected: str) -> None:
    assert reason(f"{web.url}/{path}")[0] == expected


@pytest.mark.parametrize("path", ["silent", "drip", "drip-head", "continue", "endless"])
def test_nobody_holds_us_longer_than_the_deadline(web: Any, path: str) -> None:
    started = time.monotonic()
    assert reason(f"{web.url}/{path}", deadline=0.5, largest=10**12)[0] == "timeout"
    assert time.monotonic() - started < 3


def test_a_host_that_takes_no_connection() -> None:
    with socketserver.TCPServer(
        ("127.0.0.1", 0), socketserver.BaseRequestHandler, bind_and_activate=False
    ) as mute:
        mute.server_bind()
        mute.socket.listen(0)
        url = f"http://127.0.0.1:{mute.server_address[1]}/"
        assert reason(url, deadline=0.5)[0] == "timeout"
