"""The Guardian: the question, its pages and its faults."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from reading import KEY, NOW, source

from kaders.errors import Quarantine
from kaders.model import Question
from kaders.read import guardian
from kaders.read.items import Asked, Found
from kaders.read.people import byline

SOURCE = source(
    reader="guardian",
    url=None,
    secret="env:KRANT",
    query={"words": "nitrogen AND farmers", "sections": ["environment", "world"]},
)


def article(number: int, at: str = "2026-11-23T06:30:00Z") -> dict[str, Any]:
    return {
        "id": f"environment/2026/nov/23/story-{number}",
        "sectionName": "Environment",
        "webPublicationDate": at,
        "webTitle": f"Story {number}",
        "webUrl": f"https://paper.example/environment/2026/nov/23/story-{number}",
        "fields": {"trailText": "Farmers <strong>protest</strong> again", "byline": "Sam Writer"},
    }


def page(number: int, pages: int, *articles: dict[str, Any]) -> bytes:
    answer = {"status": "ok", "total": 9, "currentPage": number, "pages": pages, "results": articles}
    return json.dumps({"response": answer}).encode()


def parse(body: bytes, question: Question | None = None, **cursor: str) -> Found:
    return guardian.parse(body, Asked(SOURCE, NOW, KEY, question=question, cursor=cursor))


def parameters(question: Question | None) -> dict[str, str]:
    assert question
    return {name: values[0] for name, values in parse_qs(urlsplit(question.url).query).items()}


def test_the_question_and_the_way_its_key_goes_along() -> None:
    question = guardian.first(SOURCE, {"newest": "2026-11-20T00:10:00+00:00"}, NOW)
    assert question.key == "query:api-key"
    assert question.url.startswith("https://content.guardianapis.com/search?")
    given = parameters(question)
    assert (given["q"], given["section"]) == ("nitrogen AND farmers", "environment|world")
    assert (given["from-date"], given["to-date"]) == ("2026-11-19", "2026-11-23")
    assert (given["order-by"], given["page"], given["show-fields"]) == ("newest", "1", "trailText,byline")
    assert "tag" not in given


def test_an_article_without_the_name_of_its_author() -> None:
    found = parse(page(1, 1, article(1), {"id": "x"}))
    (one,) = found.items
    assert (one.guid, one.title, one.language) == ("environment/2026/nov/23/story-1", "Story 1", "en")
    assert one.text == "Farmers protest again"
    assert one.published == datetime(2026, 11, 23, 6, 30, tzinfo=UTC)
    assert (one.author, found.bad) == (byline("Sam Writer", SOURCE, KEY), 1)


def test_pages_are_asked_one_after_another_and_the_newest_is_remembered_at_the_end() -> None:
    question = guardian.first(SOURCE, {}, NOW)
    first = parse(page(1, 2, article(1)), question)
    assert parameters(first.next) == parameters(question) | {"page": "2"}
    assert first.next and first.next.key == question.key
    last = parse(page(2, 2, article(2, "2026-11-22T06:30:00Z")), first.next, **first.cursor)
    assert (last.next, last.cursor) == (None, {"newest": "2026-11-23T06:30:00+00:00", "ahead": ""})
    assert "newest" not in first.cursor, "a visit that breaks off is done again"


def test_more_pages_than_a_visit_may_ask_is_said() -> None:
    found = parse(page(guardian.PAGES, 40, article(1)), guardian.first(SOURCE, {}, NOW))
    assert (found.next, found.short) == (None, "full_page")


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "empty"),
        (b"<html></html>", "html_instead_of_feed"),
        (b"{}", "unreadable"),
        (b"[]", "unreadable"),
        (b'{"message": "Invalid authentication credentials"}', "secret_refused"),
        (b'{"message": "API rate limit exceeded"}', "rate_limited"),
        (
            b'{"response": {"status": "error", "message": "requested page is beyond the number"}}',
            "service_fault",
        ),
        (b'{"response": {"status": "ok", "results": 3}}', "unreadable"),
    ],
)
def test_a_fault_by_its_words(body: bytes, reason: str) -> None:
    with pytest.raises(Quarantine, match=f"^{reason}$"):
        parse(body)
