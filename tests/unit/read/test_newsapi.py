"""NewsAPI: the question, its articles and its faults."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from reading import KEY, NOW, source

from kaders.errors import Quarantine
from kaders.model import Question
from kaders.read import newsapi
from kaders.read.items import Asked
from kaders.read.people import byline
from kaders.read.slices import ON_THE_WAY

SOURCE = source(
    reader="newsapi",
    url=None,
    secret="env:NIEUWS",
    query={"words": "afval", "sites": ["a.example"], "language": "nl"},
)


def article(number: int, at: datetime = NOW, **changes: Any) -> dict[str, Any]:
    fields = {
        "source": {"id": None, "name": "Krant"},
        "author": "Jo Bakker",
        "title": f"Bericht {number}",
        "description": "Kort <b>gezegd</b>.",
        "url": f"https://krant.example/{number}",
        "publishedAt": f"{at:%Y-%m-%dT%H:%M:%SZ}",
        "content": "De eerste regels van een lang bericht over afval… [+1834 chars]",
    }
    return fields | changes


def parse(*articles: dict[str, Any], question: Question | None = None) -> Any:
    body = json.dumps({"status": "ok", "totalResults": len(articles), "articles": articles}).encode()
    return newsapi.parse(body, Asked(SOURCE, NOW, KEY, question=question))


def parameters(question: Question) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(question.url).query).items()}


def test_the_question_and_the_way_its_key_goes_along() -> None:
    question = newsapi.first(SOURCE, {"newest": "2026-11-23T07:00:00+00:00"}, NOW)
    assert question.key == "header:X-Api-Key"
    assert question.url.startswith("https://newsapi.org/v2/everything?")
    assert parameters(question) == {
        "q": "afval",
        "domains": "a.example",
        "language": "nl",
        "from": "2026-11-23T06:00:00",
        "to": "2026-11-23T08:00:00",
        "sortBy": "publishedAt",
        "pageSize": "100",
    }


def test_an_article_without_the_name_of_its_author() -> None:
    found = parse(
        article(1), article(2, title="[Removed]", url="https://removed.example"), {"title": "geen adres"}
    )
    (one,) = found.items
    assert (one.title, one.language, found.bad) == ("Bericht 1", "nl", 1)
    assert one.text == "De eerste regels van een lang bericht over afval"
    assert one.published == NOW
    assert one.author == byline("Jo Bakker", SOURCE, KEY)


def test_a_full_reply_leads_on_to_what_lies_before_it_without_pages() -> None:
    question = newsapi.first(SOURCE, {}, NOW)
    full = parse(*(article(n, NOW - timedelta(minutes=n)) for n in range(100)), question=question)
    assert full.next is not None
    assert parameters(full.next) == parameters(question) | {"to": "2026-11-23T06:21:00"}
    refused = newsapi.parse(b"", Asked(SOURCE, NOW, KEY, "absent/426", full.next, cursor=full.cursor))
    assert (refused.next, refused.short) == (None, "full_page")
    assert refused.cursor == {"newest": datetime(2026, 11, 23, 8, tzinfo=UTC).isoformat()} | ON_THE_WAY


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("apiKeyInvalid", "secret_refused"),
        ("apiKeyDisabled", "secret_refused"),
        ("apiKeyMissing", "no_secret"),
        ("rateLimited", "rate_limited"),
        ("apiKeyExhausted", "rate_limited"),
        ("parametersMissing", "service_fault"),
        (None, "service_fault"),
    ],
)
def test_a_fault_by_its_code(code: str | None, reason: str) -> None:
    body = json.dumps({"status": "error", "code": code, "message": "..."}).encode()
    with pytest.raises(Quarantine, match=f"^{reason}$"):
        newsapi.parse(body, Asked(SOURCE, NOW))


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "empty"),
        (b"<html></html>", "html_instead_of_feed"),
        (b"{}", "unreadable"),
        (b"[]", "unreadable"),
    ],
)
def test_what_is_no_reply_of_the_service(body: bytes, reason: str) -> None:
    with pytest.raises(Quarantine, match=f"^{reason}$"):
        newsapi.parse(body, Asked(SOURCE, NOW))
