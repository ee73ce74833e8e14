"""GDELT DOC 2.0: the question, the reply, and the walk back through full ones."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from reading import KEY, NOW, source

from kaders.errors import Quarantine
from kaders.model import Question
from kaders.read import gdelt
from kaders.read.items import Asked, Found
from kaders.read.slices import ON_THE_WAY


def gdelt_source(**query: Any) -> Any:
    return source(reader="gdelt", url=None, query={"words": "stikstof"} | query)


def parameters(question: Question | None) -> dict[str, str]:
    assert question is not None
    return {name: values[0] for name, values in parse_qs(urlsplit(question.url).query).items()}


def asked(question: Question | None = None, cursor: Mapping[str, str] | None = None) -> Asked:
    return Asked(gdelt_source(), NOW, KEY, question=question, cursor=cursor or {})


def article(number: int, seen: datetime) -> dict[str, str]:
    return {
        "url": f"https://krant.example/{number}",
        "title": f"Bericht {number}",
        "seendate": f"{seen:%Y%m%dT%H%M%SZ}",
        "language": "Dutch",
        "domain": "krant.example",
        "sourcecountry": "Netherlands",
    }


def reply(*articles: dict[str, str]) -> bytes:
    return json.dumps({"articles": articles}).encode()


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({}, "stikstof"),
        ({"words": "stikstof OR ammoniak"}, "(stikstof OR ammoniak)"),
        (
            {"words": '"de brug"', "languages": ["nl"], "country": "NL"},
            '"de brug" sourcelang:dutch sourcecountry:NL',
        ),
        (
            {"languages": ["nl", "en"], "sites": ["a.example", "b.example"]},
            "stikstof (sourcelang:dutch OR sourcelang:english) (domainis:a.example OR domainis:b.example)",
        ),
    ],
)
def test_the_query_in_its_own_language(query: dict[str, Any], words: str) -> None:
    question = gdelt.first(gdelt_source(**query), {}, NOW)
    assert question.url.startswith("https://api.gdeltproject.org/api/v2/doc/doc?")
    given = parameters(question)
    assert given["query"] == words
    assert (given["mode"], given["format"], given["maxrecords"], given["sort"]) == (
        "artlist",
        "json",
        "250",
        "datedesc",
    )
    assert (given["startdatetime"], given["enddatetime"]) == ("20261122080000", "20261123080000")


@pytest.mark.parametrize(
    ("newest", "start"),
    [
        ("2026-11-23T06:00:00+00:00", "20261123050000"),
        ("2026-03-01T00:00:00+00:00", "20260825080000"),
        ("2026-11-24T06:00:00+00:00", "20261122080000"),
        ("kapot", "20261122080000"),
    ],
)
def test_a_visit_begins_a_little_before_the_newest_of_the_last_and_at_most_three_months_ago(
    newest: str, start: str
) -> None:
    assert parameters(gdelt.first(gdelt_source(), {"newest": newest}, NOW))["startdatetime"] == start


def test_an_article_is_of_the_moment_it_was_seen() -> None:
    seen = datetime(2026, 11, 23, 7, 15, tzinfo=UTC)
    found = gdelt.parse(reply(article(1, seen), {"title": "zonder adres"}), asked())
    (one,) = found.items
    assert (one.url, one.title, one.language) == ("https://krant.example/1", "Bericht 1", "nl")
    assert (one.published, one.date_mark, found.bad) == (seen, "", 1)
    assert (found.next, found.cursor) == (None, {"newest": seen.isoformat()} | ON_THE_WAY)


def test_nothing_found_keeps_what_was_remembered() -> None:
    before = {"newest": "2026-11-20T00:00:00+00:00"}
    assert gdelt.parse(b"{}", asked(cursor=before)) == Found((), cursor=before | ON_THE_WAY)


def test_control_characters_and_lone_backslashes_are_mended() -> None:
    body = (
        rb'{"articles": [{"url": "https://krant.example/1", "title": "Brug\d '
        + b"\x02\x0b"
        + rb' open \u00e9", "seendate": "20261123T070000Z"}]}'
    )
    (one,) = gdelt.parse(body, asked()).items
    assert one.title == r"Brug\d open é"


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "empty"),
        (b"<html>Bad gateway</html>", "html_instead_of_feed"),
        (b"Please limit requests to one every 5 seconds or contact us for larger queries.", "rate_limited"),
        (b"The specified phrase is too short.", "service_fault"),
        (b"Timespan is too short.\n", "service_fault"),
        (b'{"articles": [', "unreadable"),
        (b'{"articles": 3}', "unreadable"),
        (b"[" * 100_000, "unreadable"),
    ],
)
def test_what_is_no_list_of_articles_is_refused_with_a_reason(body: bytes, reason: str) -> None:
    with pytest.raises(Quarantine, match=f"^{reason}$"):
        gdelt.parse(body, asked())


def visit(world: list[dict[str, str]], cursor: Mapping[str, str]) -> list[Found]:
    """A visit to a service that gives the newest FULL articles between two moments, both included."""
    pages: list[Found] = []
    question: Question | None = gdelt.first(gdelt_source(), cursor, NOW)
    while question:
        given = parameters(question)
        inside = [
            one
            for one in sorted(world, key=lambda one: one["seendate"], reverse=True)
            if given["startdatetime"] <= one["seendate"].replace("T", "").rstrip("Z") <= given["enddatetime"]
        ]
        pages.append(gdelt.parse(reply(*inside[: gdelt.FULL]), asked(question, cursor)))
        cursor, question = {**cursor, **pages[-1].cursor}, pages[-1].next
        assert len(pages) <= gdelt.PAGES
    return pages


def urls(pages: list[Found]) -> set[str]:
    return {one.url for page in pages for one in page.items}


def test_full_replies_are_walked_back_until_all_is_found() -> None:
    world = [article(n, NOW - timedelta(minutes=n)) for n in range(900)]
    pages = visit(world, {})
    assert len(urls(pages)) == 900
    assert [page.short for page in pages] == [""] * 4
    assert pages[-1].cursor == {"newest": NOW.isoformat()} | ON_THE_WAY
    assert all("newest" not in page.cursor for page in pages[:-1]), "a visit that breaks off is done again"


def test_more_than_a_visit_may_ask_is_said() -> None:
    world = [article(n, NOW - timedelta(seconds=20 * n)) for n in range(4000)]
    pages = visit(world, {})
    assert len(pages) == gdelt.PAGES
    assert (pages[-1].next, pages[-1].short) == (None, "full_page")
    assert pages[-1].cursor == {"newest": NOW.isoformat()} | ON_THE_WAY


def test_a_moment_with_more_than_fits_is_stepped_over_and_said() -> None:
    at = NOW - timedelta(hours=1)
    world = [article(n, at) for n in range(300)] + [article(1000, at - timedelta(hours=2))]
    pages = visit(world, {})
    assert "https://krant.example/1000" in urls(pages)
    assert pages[-1].short == "full_page"
