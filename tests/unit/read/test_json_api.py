"""Any JSON API that is described in YAML."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from reading import KEY, NOW, source
from walking import served, walk

from kaders.errors import Quarantine
from kaders.model import Question
from kaders.read.items import Asked, Found
from kaders.read.json_api import first, parse, reached
from kaders.read.people import pseudonym
from kaders.settings import Source

FIELDS = {
    "items": "data.items",
    "id": "id",
    "url": "link",
    "title": "title",
    "text": ["lead"],
    "published": "at",
}
ENTRY = {
    "id": 1,
    "link": "/nieuws/1",
    "title": "Brug open",
    "lead": "<p>De brug is open.</p>",
    "at": "2026-11-22T10:00:00Z",
}


def api(url: str = "https://api.example/v1/news", **query: Any) -> Source:
    return source(reader="json_api", url=url, query=FIELDS | query)


def read(answer: Any, asks: Source | None = None, question: Question | None = None, **of: Any) -> Found:
    by = asks or api()
    body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
    return parse(body, Asked(by, NOW, KEY, question=question or first(by, {}, NOW), **of))


def data(*entries: Any, **more: Any) -> dict[str, Any]:
    return {"data": {"items": list(entries)}, **more}


def test_an_entry_is_read_by_its_paths() -> None:
    (only,) = read(data(ENTRY)).items
    assert (only.guid, only.url) == ("1", "https://api.example/nieuws/1"), "a relative address is resolved"
    assert (only.title, only.text) == ("Brug open", "De brug is open.")
    assert only.published == datetime(2026, 11, 22, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("title", ["Kop"]),
        ("author.name", ["Bo"]),
        ("links[1].href", ["/b"]),
        ("links[9].href", []),
        ("links.href", ["/a", "/b"]),
        ("tags[*]", ["afval", "brug"]),
        ("tags.name", []),
        ("title.name", []),
        ("author.missing.deeper", []),
        ("$.title", ["Kop"]),
    ],
)
def test_paths(path: str, found: list[str]) -> None:
    value = {
        "title": "Kop",
        "author": {"name": "Bo"},
        "links": [{"href": "/a"}, {"href": "/b"}],
        "tags": ["afval", "brug"],
    }
    assert reached(value, path) == found


def test_several_texts_lists_and_an_author_by_pseudonym() -> None:
    asks = api(text=["lead", "body", "tags", "parts.html"], author="by.name")
    entry = {
        **ENTRY,
        "body": "Meer.",
        "tags": ["brug", "haven"],
        "parts": [{"html": "<b>Een</b>"}, {"html": "Twee"}],
        "by": {"name": "Bo"},
    }
    (only,) = read(data(entry), asks).items
    assert only.text == "De brug is open. Meer. brug, haven Een, Twee"
    assert only.author == pseudonym("bron: Bo", KEY), "nobody by name"


def test_of_several_addresses_the_first_is_opened() -> None:
    (only,) = read(data(ENTRY | {"link": ["/a", "/b"]})).items
    assert only.url == "https://api.example/a"


@pytest.mark.parametrize("items", ["", "$", "[*]"])
def test_a_reply_that_is_itself_the_list(items: str) -> None:
    if items == "[*]":
        assert len(read([[ENTRY], [ENTRY | {"id": 2}]], api(items=items)).items) == 2, (
            "lists in a list are one list"
        )
    else:
        assert len(read([ENTRY], api(items=items)).items) == 1


@pytest.mark.parametrize(
    ("at", "mark"),
    [
        ("2026-11-22T10:00:00Z", ""),
        (None, "missing"),
        ("gisteren", "unreadable"),
        ("2027-11-22T10:00:00Z", "future"),
        (1795341600, ""),
    ],
)
def test_a_date_that_cannot_be_believed_is_marked_and_none_is_invented(at: Any, mark: str) -> None:
    (only,) = read(data(ENTRY | {"at": at})).items
    assert (only.date_mark, only.published is None) == (mark, bool(mark))


def test_nothing_new_is_no_fault() -> None:
    assert read(data()) == Found((), 0, cursor={})
    assert read({"data": {"items": None}}).items == (), "some services write null for an empty list"


def test_entries_in_which_nothing_stands_are_counted() -> None:
    found = read(data(ENTRY, {"id": 2}, "text", None, [], {"title": {"nl": "x"}}))
    assert (len(found.items), found.bad) == (1, 5)


@pytest.mark.parametrize(
    ("answer", "reason", "detail"),
    [
        (b"", "empty", ""),
        (b"<html></html>", "html_instead_of_feed", ""),
        (b'{"data": ', "unreadable", ""),
        (b"[" * 100_000, "unreadable", ""),
        (
            {"data": {"items": {"1": ENTRY}}},
            "unreadable",
            "the path 'data.items' leads to no list of entries",
        ),
        ({"data": 3}, "unreadable", "the path 'data.items' leads to no list of entries"),
        ([], "unreadable", "the path 'data.items' leads to no list of entries"),
        ({"error": {"code": "E7", "message": "Te <b>druk</b>"}}, "service_fault", "E7: Te druk"),
        ({"errors": ["weg", "stuk"]}, "service_fault", "weg"),
        ({"message": "x" * 999}, "service_fault", "x" * 199 + "…"),
        (
            data({"kop": "a"}, {"kop": "b"}),
            "unreadable",
            "in none of 2 entries something stands at 'title', 'lead', 'link'",
        ),
    ],
)
def test_what_cannot_be_read_says_why(answer: Any, reason: str, detail: str) -> None:
    with pytest.raises(Quarantine, match=f"^{reason}$") as refused:
        read(answer)
    assert refused.value.detail == detail


def test_a_key_that_the_service_repeats_is_not_passed_on() -> None:
    with pytest.raises(Quarantine) as refused:
        read({"error": "geheim-123 is no valid key"}, api(key="query:api-key"))
    assert "geheim" not in refused.value.detail + str(refused.value)
    page = read(
        data(ENTRY, next="/v1/news?api-key=geheim-123&page=2"),
        api(key="query:api-key", pages={"next": "next"}),
    ).next
    assert page == Question(
        "https://api.example/v1/news?page=2", key="query:api-key", accept="application/json"
    )


@pytest.mark.parametrize(
    ("query", "url", "body"),
    [
        ({}, "https://api.example/v1/news", ""),
        (
            {"parameters": {"q": "afval & brug", "n": 50}},
            "https://api.example/v1/news?q=afval%20%26%20brug&n=50",
            "",
        ),
        ({"pages": {"parameter": "page", "start": 1, "step": 1}}, "https://api.example/v1/news?page=1", ""),
        ({"since": "from"}, "https://api.example/v1/news?from=2026-11-22T09%3A00%3A00Z", ""),
        (
            {"body": {"q": "één"}, "since": "from"},
            "https://api.example/v1/news",
            '{"q": "één", "from": "2026-11-22T09:00:00Z"}',
        ),
        (
            {"body": {"q": "x"}, "pages": {"parameter": "offset", "step": 20}},
            "https://api.example/v1/news",
            '{"q": "x", "offset": 0}',
        ),
    ],
)
def test_the_first_question(query: dict[str, Any], url: str, body: str) -> None:
    question = first(api(**query), {"newest": "2026-11-22T10:00:00+00:00"}, NOW)
    assert (question.url, question.body) == (url, body)


def test_what_is_remembered_is_the_newest_moment_and_never_ahead_of_the_visit() -> None:
    late = ENTRY | {"id": 2, "at": "2026-11-23T20:00:00Z"}
    assert read(data(ENTRY)).cursor == {"newest": "2026-11-22T10:00:00Z"}
    assert read(data(ENTRY, late)).cursor == {"newest": "2026-11-23T08:00:00Z"}
    assert read(data(ENTRY), cursor={"newest": "2026-11-23T01:00:00Z"}).cursor == {
        "newest": "2026-11-23T01:00:00Z"
    }


@pytest.mark.parametrize(
    ("link", "asked_next", "short"),
    [
        ("https://api.example/v1/news?page=2", "https://api.example/v1/news?page=2", ""),
        ("http://api.example/v1/news?page=2", "https://api.example/v1/news?page=2", ""),
        ("?page=2", "https://api.example/v1/news?page=2", ""),
        ("https://evil.example/v1/news?page=2", "", "cut_off"),
        ("//evil.example/", "", "cut_off"),
        ("file:///etc/passwd", "", "cut_off"),
        ("https://api.example:8443/", "", "cut_off"),
        ("http://[", "", "cut_off"),
        ("https://api.example/v1/news", "", ""),
        (None, "", ""),
        (False, "", ""),
        ("", "", ""),
    ],
)
def test_a_next_page_stays_with_the_service(link: Any, asked_next: str, short: str) -> None:
    found = read(data(ENTRY, next=link), api(pages={"next": "next"}))
    assert ((found.next.url if found.next else ""), found.short) == (asked_next, short)


def pages_of(total: int, size: int, paging: str) -> Any:
    """A service with `total` entries: by page, by offset in POST, by mark or by address."""
    entries = [ENTRY | {"id": n, "title": f"Bericht {n}", "link": f"/{n}"} for n in range(total)]

    def answer(path: str, body: str) -> bytes:
        given = {name: values[0] for name, values in parse_qs(urlsplit(path).query).items()} | json.loads(
            body or "{}"
        )
        start = {"page": (int(given.get("page", 1)) - 1) * size, "offset": int(given.get("offset", 0))}.get(
            paging, int(given.get("after", 0))
        )
        further = start + size if start + size < total else None
        following = f"/news?after={further}" if paging == "address" and further else further
        return json.dumps(data(*entries[start : start + size], following=following)).encode()

    return answer


@pytest.mark.parametrize(
    ("paging", "query", "asked_for"),
    [
        ("page", {"pages": {"parameter": "page", "start": 1, "step": 1, "size": 10}}, 3),
        ("page", {"pages": {"parameter": "page", "start": 1, "step": 1}}, 4),
        ("offset", {"pages": {"parameter": "offset", "step": 10, "size": 10}, "body": {"q": "x"}}, 3),
        ("mark", {"pages": {"next": "following", "parameter": "after"}}, 3),
        ("mark", {"pages": {"next": "following", "parameter": "after"}, "body": {"q": "x"}}, 3),
        ("address", {"pages": {"next": "following"}}, 3),
    ],
)
def test_every_page_is_walked_once(paging: str, query: dict[str, Any], asked_for: int) -> None:
    with served(pages_of(25, 10, paging)) as home:
        walked = walk(api(f"{home}/news", **query))
    assert walked.guids == [str(n) for n in range(25)]
    assert len(walked.questions) == asked_for
    assert all(bool(question.body) == ("body" in query) for question in walked.questions)


def test_a_service_that_has_no_end_is_left_after_twenty_pages() -> None:
    with served(lambda path, body: json.dumps(data(ENTRY, following=path.count("x") + 7)).encode()) as home:
        same = walk(api(f"{home}/news", pages={"next": "following", "parameter": "after"}))
        counted = walk(api(f"{home}/news", pages={"parameter": "page", "step": 1}))
    assert (len(same.pages), len(counted.pages)) == (2, 20), "the same mark again is the end"


SOUND = json.dumps(
    data(ENTRY, ENTRY | {"id": 2, "title": "Twee"}, ENTRY | {"id": 3, "at": "2026-11-20T10:00:00Z"})
)


@pytest.mark.parametrize(
    ("body", "guids", "bad", "short", "newest"),
    [
        (SOUND.replace("Twee", "Tw\nee").encode(), ["1", "2", "3"], 0, "", "2026-11-22T10:00:00Z"),
        (SOUND.replace("Twee", "Tweeë").encode("latin-1"), ["1", "2", "3"], 0, "", "2026-11-22T10:00:00Z"),
        (SOUND.replace("Twee", 'Tw "ee').encode(), ["1", "3"], 1, "", "2026-11-22T10:00:00Z"),
        (SOUND[:-40].encode(), ["1", "2"], 0, "cut_off", None),
    ],
)
def test_a_broken_reply_gives_all_that_can_be_read(
    body: bytes, guids: list[str], bad: int, short: str, newest: str | None
) -> None:
    made = read(body)
    assert ([each.guid for each in made.items], made.bad, made.short) == (guids, bad, short)
    assert made.cursor.get("newest") == newest, "what a reply that breaks off did not show is asked again"
