"""Papers of councils through Open Raadsinformatie."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from reading import KEY, NOW, source
from walking import served, walk

from kaders.errors import Quarantine
from kaders.read.items import Asked, Found
from kaders.read.raadsinformatie import first, parse
from kaders.settings import Source


def council(url: str | None = None, **query: Any) -> Source:
    return source(reader="raadsinformatie", url=url, query={"index": "ori_waterdam*"} | query)


def hit(number: int = 1, **changes: Any) -> dict[str, Any]:
    fields = {
        "@type": "MediaObject",
        "name": f"Raadsbrief over de kade ({number})",
        "text": ["De kade gaat open.", "Bijlage: kosten."],
        "url": f"https://api.example/v1/resolve/{number}",
        "original_url": f"https://raad.example/document/{number}/1",
        "last_discussed_at": "2026-11-19T19:30:00+01:00",
    }
    return {"_index": "ori_waterdam_20260101", "_id": str(number), "_source": fields | changes}


def reply(*hits: Any, total: Any = None, **more: Any) -> bytes:
    count = {"value": len(hits), "relation": "eq"} if total is None else total
    return json.dumps(
        {
            "took": 3,
            "timed_out": False,
            "_shards": {"total": 1, "failed": 0},
            "hits": {"total": count, "hits": list(hits)},
        }
        | more
    ).encode()


def read(body: bytes) -> Found:
    by = council()
    return parse(body, Asked(by, NOW, KEY, question=first(by, {}, NOW)))


def test_a_paper() -> None:
    (only,) = read(reply(hit())).items
    assert (only.guid, only.title) == ("1", "Raadsbrief over de kade (1)")
    assert only.text == "De kade gaat open. Bijlage: kosten.", "its pages are one text"
    assert only.url == "https://api.example/v1/resolve/1"
    assert only.published == datetime(2026, 11, 19, 18, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("changes", "field", "value"),
    [
        ({"url": None}, "url", "https://raad.example/document/1/1"),
        ({"url": "ftp://x/y"}, "url", "https://raad.example/document/1/1"),
        ({"text": "Eén stuk."}, "text", "Eén stuk."),
        ({"text": None, "description": "<p>Kort.</p>"}, "text", "Kort."),
        ({"name": None, "file_name": "brief.pdf"}, "title", "brief.pdf"),
        ({"last_discussed_at": "2026-12-20T19:00:00+01:00"}, "date_mark", "future"),
        ({"text": ["goed", None, 7, "mooi"]}, "text", "goed mooi"),
    ],
    ids=[
        "no link of the service",
        "a link nobody opens",
        "one text",
        "only a description",
        "a file name",
        "a coming meeting",
        "odd pages",
    ],
)
def test_papers_that_lack_something(changes: dict[str, Any], field: str, value: object) -> None:
    assert getattr(read(reply(hit(**changes))).items[0], field) == value


def test_persons_are_never_kept() -> None:
    kinds = ("Person", "Membership", "Organization", "ImageObject")
    found = read(
        reply(
            hit(1), *(hit(n, **{"@type": kind, "name": "Anna de Vries"}) for n, kind in enumerate(kinds, 2))
        )
    )
    assert ([each.guid for each in found.items], found.bad) == (["1"], 0)


def test_malformed_hits_are_counted() -> None:
    found = read(
        reply(
            hit(1),
            None,
            {"_id": "2"},
            {"_id": 3, "_source": {"name": "x"}},
            {"_id": "4", "_source": {}},
            {"_id": "5", "_source": []},
        )
    )
    assert (len(found.items), found.bad) == (1, 5)


def test_the_question() -> None:
    question = first(council(words='parkeren "de kade" -auto'), {}, NOW)
    asked = json.loads(question.body)
    assert question.url == "https://api.openraadsinformatie.nl/v1/elastic/ori_waterdam*/_search"
    assert asked["query"]["bool"]["must"][0]["simple_query_string"] == {
        "query": 'parkeren "de kade" -auto',
        "fields": ["text", "title", "description", "name"],
        "default_operator": "and",
    }
    assert asked["query"]["bool"]["filter"][0]["range"]["last_discussed_at"]["gte"] == "2026-11-09"
    assert (asked["from"], asked["size"]) == (0, 20)
    assert "md_text" not in asked["_source"]
    assert json.loads(first(council(), {}, NOW).body)["query"]["bool"]["must"] == [{"match_all": {}}]


@pytest.mark.parametrize(
    ("body", "reason", "detail"),
    [
        (b"", "empty", ""),
        (b"<html>502</html>", "html_instead_of_feed", ""),
        (
            b'{"error": {"type": "parsing_exception", "reason": "[bool] is wrong", "root_cause": []}, "status": 400}',
            "service_fault",
            "parsing_exception: [bool] is wrong",
        ),
        (b'{"error": "no such index", "status": 404}', "service_fault", "no such index"),
        (b'{"hits": {"hits": {}}}', "unreadable", "the reply has no list 'hits.hits'"),
        (b'{"hits": []}', "unreadable", "the reply has no list 'hits.hits'"),
        (b"7", "unreadable", "the reply has no list 'hits.hits'"),
    ],
)
def test_what_cannot_be_read_says_why(body: bytes, reason: str, detail: str) -> None:
    with pytest.raises(Quarantine, match=f"^{reason}$") as refused:
        read(body)
    assert refused.value.detail == detail


@pytest.mark.parametrize("part", [{"timed_out": True}, {"_shards": {"total": 3, "failed": 1}}])
def test_a_service_that_did_not_look_everywhere_is_not_believed_whole(part: dict[str, Any]) -> None:
    assert read(reply(hit(), **part)).short == "cut_off"


@pytest.mark.parametrize("total", [45, {"value": 45, "relation": "eq"}])
def test_every_page_is_walked(total: object) -> None:
    def answer(path: str, body: str) -> bytes:
        assert path == "/ori_waterdam*/_search"
        start = json.loads(body)["from"]
        return reply(*(hit(n) for n in range(start, min(start + 20, 45))), total=total)

    with served(answer) as home:
        walked = walk(council(home, words="kade"))
    assert walked.guids == [str(n) for n in range(45)]
    assert len({question.body for question in walked.questions}) == len(walked.questions) == 3


def test_a_service_that_promises_without_end_is_left() -> None:
    with served(lambda path, body: reply(hit(), total=10**9)) as home:
        assert len(walk(council(home)).pages) == 10
    assert read(reply(total=5)).next is None, "nothing given, nothing more asked"
