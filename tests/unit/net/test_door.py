"""What the door gives and what it makes of every status, against a real server."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from kaders.model import Question
from kaders.net.door import Door, Reply, Validators

PAST = datetime(2026, 11, 20, 6, 30, tzinfo=UTC)


def test_a_reply_brings_what_there_is_to_know(raw: Any, door: Door, answer: Any) -> None:
    raw.ways["/f"] = answer(
        b"<rss/>",
        ETag='"1"',
        Last_Modified="Sun, 22 Nov 2026 09:00:00 GMT",
        Content_Type="text/xml",
        Link='<https://a.example/2>; rel="next"',
        Cache_Control="max-age=600",
        Age="60",
    )
    assert door.ask(Question(f"{raw.url}/f#deel")) == Reply(
        200, b"<rss/>", "text/xml", Validators('"1"', "Sun, 22 Nov 2026 09:00:00 GMT"), True,
        url=f"{raw.url}/f", link='<https://a.example/2>; rel="next"', fresh_for=540,
    )  # fmt: skip
    _, headers, _ = raw.asked[0]
    assert headers["user-agent"].startswith("Kaders/") and headers["user-agent"].endswith("(+pers@a.example)")
    assert headers["accept-encoding"] == "gzip, deflate, br, zstd"
    assert not {"cookie", "authorization", "accept-datetime", "if-none-match"} & set(headers)


def test_nothing_changed(raw: Any, door: Door, answer: Any, failed: Any) -> None:
    raw.ways["/f"] = b"HTTP/1.1 304 Same\r\n\r\n"
    known = Validators('"1"', "Sun, 22 Nov 2026 09:00:00 GMT")
    again = door.ask(Question(f"{raw.url}/f"), validators=known)
    assert (again.status, again.body, again.validators) == (304, b"", known)
    assert (raw.asked[0][1]["if-none-match"], raw.asked[0][1]["if-modified-since"]) == (
        known.etag,
        known.last_modified,
    )
    assert failed(door, f"{raw.url}/f").reason == "unreadable"


def test_a_question_with_a_body_is_posted(raw: Any, door: Door) -> None:
    raw.ways["/302"] = b"HTTP/1.1 302 X\r\nLocation: /feed\r\nContent-Length: 0\r\n\r\n"
    door.ask(Question(f"{raw.url}/feed", body='{"q": "é"}', accept="application/json"))
    _, headers, body = raw.asked[0]
    assert (headers["content-type"], headers["accept"], body.decode()) == (
        "application/json",
        "application/json",
        '{"q": "é"}',
    )
    door.ask(Question(f"{raw.url}/302", body="{}"))
    assert [body for _, _, body in raw.asked[1:]] == [b"{}", b""]


def test_a_past_moment_is_asked_for_by_name(raw: Any, door: Door, answer: Any, failed: Any) -> None:
    raw.ways["/m"] = answer(b"x", Memento_Datetime="Fri, 20 Nov 2026 06:30:00 GMT")
    raw.ways["/m404"] = answer(b"x", 404, Memento_Datetime="Fri, 20 Nov 2026 06:30:00 GMT")
    assert door.ask(Question(f"{raw.url}/m"), past=PAST).of_moment
    assert raw.asked[0][1]["accept-datetime"] == "Fri, 20 Nov 2026 06:30:00 GMT"
    assert not door.ask(Question(f"{raw.url}/feed"), past=PAST).of_moment
    assert failed(door, f"{raw.url}/m404", past=PAST).reason == "http_404"
    assert failed(door, f"{raw.url}/niets", past=PAST).reason == "no_past"


def test_connections_are_kept_and_one_that_went_is_opened_anew(raw: Any, door: Door, answer: Any) -> None:
    raw.ways["/last"] = lambda handler: handler.wfile.write(answer(b"x"))  # and then it hangs up, unannounced
    for path in ("/feed", "/feed", "/last", "/feed"):
        assert door.ask(Question(raw.url + path)).status == 200
    assert raw.connections == 2


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (204, "empty"), (206, "truncated"), (300, "unreadable"), (302, "redirects"), (401, "http_4xx"), (403, "http_4xx"),
        (404, "http_404"), (410, "http_410"), (429, "rate_limited"), (451, "http_4xx"), (500, "http_5xx"), (503, "http_5xx"), (999, "http_5xx"),
    ],
)  # fmt: skip
def test_every_status_has_its_reason(
    raw: Any, door: Door, answer: Any, status: int, reason: str, failed: Any
) -> None:
    raw.ways["/s"] = answer(b"", status)
    fault = failed(door, f"{raw.url}/s")
    assert (fault.reason, fault.status, fault.retry_after) == (reason, status, 0)


@pytest.mark.parametrize("status", [429, 503])
def test_who_asks_to_be_left_alone_is_left_alone(
    raw: Any, door: Door, answer: Any, status: int, failed: Any
) -> None:
    raw.ways["/s"] = answer(b"", status, Retry_After="90")
    assert failed(door, f"{raw.url}/s").retry_after == 90
    later = failed(door, f"{raw.url}/s?nog=eens")
    assert (later.reason, 88 <= later.retry_after <= 90) == ("rate_limited", True)
    assert raw.paths == ["/s"]
    assert door.ask(Question(f"{raw.url}/feed")).status == 200, "another source of our own place goes on"
