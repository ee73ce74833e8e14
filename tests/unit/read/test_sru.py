"""Official publications through SRU."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from reading import KEY, NOW, source
from walking import served, walk

from kaders.errors import Quarantine
from kaders.read.items import Asked, Found
from kaders.read.sru import first, parse
from kaders.settings import Source

NAMES = (
    'xmlns="http://docs.oasis-open.org/ns/search-ws/sruResponse" xmlns:gzd="http://standaarden.overheid.nl/sru" '
    'xmlns:dcterms="http://purl.org/dc/terms/" xmlns:ow="http://standaarden.overheid.nl/wetgeving/" '
    'xmlns:diag="http://docs.oasis-open.org/ns/search-ws/diagnostic"'
)


def publications(url: str | None = None, **query: Any) -> Source:
    return source(reader="sru", url=url, query=query)


def record(number: int = 1, day: str = "2026-11-20", url: str = "", **changes: str) -> str:
    fields = {
        "title": f"Besluit over de kade ({number})",
        "abstract": "De kade gaat open.",
        "identifier": f"gmb-2026-{number}",
    } | changes
    return (
        "<record><recordSchema>http://standaarden.overheid.nl/sru/</recordSchema><recordData><gzd:gzd><gzd:originalData><ow:meta>"
        f"<ow:owmskern><dcterms:identifier>{fields['identifier']}</dcterms:identifier><dcterms:title>{fields['title']}</dcterms:title>"
        f"<dcterms:creator>Waterdam</dcterms:creator><dcterms:modified>2026-11-22</dcterms:modified></ow:owmskern>"
        f"<ow:owmsmantel><dcterms:date>{day}</dcterms:date><dcterms:abstract>{fields['abstract']}</dcterms:abstract></ow:owmsmantel>"
        f"</ow:meta></gzd:originalData><gzd:enrichedData>{url}</gzd:enrichedData></gzd:gzd></recordData></record>"
    )


def answer(*records: str, total: object = None) -> bytes:
    many = len(records) if total is None else total
    return (
        f'<?xml version="1.0"?><searchRetrieveResponse {NAMES}><version>2.0</version><numberOfRecords>{many}</numberOfRecords>'
        f"<records>{''.join(records)}</records></searchRetrieveResponse>"
    ).encode()


def read(body: bytes, cursor: dict[str, str] | None = None) -> Found:
    by = publications()
    return parse(body, Asked(by, NOW, KEY, question=first(by, cursor or {}, NOW), cursor=cursor or {}))


def asks(url: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}


def test_a_publication() -> None:
    (only,) = read(answer(record())).items
    assert (only.guid, only.title, only.text) == (
        "gmb-2026-1",
        "Besluit over de kade (1)",
        "De kade gaat open.",
    )
    assert only.published == datetime(2026, 11, 19, 23, tzinfo=UTC)
    assert only.url == "https://zoek.officielebekendmakingen.nl/gmb-2026-1.html", (
        "follows from the identifier"
    )


@pytest.mark.parametrize(
    ("given", "url"),
    [
        ("<gzd:preferredUrl>https://zoek.example/a.html</gzd:preferredUrl>", "https://zoek.example/a.html"),
        (
            "<gzd:itemUrl manifestation='pdf'>https://r.example/a.pdf</gzd:itemUrl><gzd:itemUrl manifestation='html'>https://r.example/a</gzd:itemUrl>",
            "https://r.example/a",
        ),
        (
            "<gzd:preferredUrl>javascript:alert(1)</gzd:preferredUrl>",
            "https://zoek.officielebekendmakingen.nl/gmb-2026-1.html",
        ),
    ],
)
def test_the_address_that_people_open(given: str, url: str) -> None:
    assert read(answer(record(url=given))).items[0].url == url


@pytest.mark.parametrize(
    ("query", "cursor", "cql"),
    [
        ({}, {}, 'c.product-area=="officielepublicaties" and dt.modified>=2026-11-16'),
        ({}, {"done": "2027-05-01"}, 'c.product-area=="officielepublicaties" and dt.modified>=2026-11-21'),
        ({}, {"done": "nonsense"}, 'c.product-area=="officielepublicaties" and dt.modified>=2026-11-16'),
        (
            {"creator": "Waterdam"},
            {"done": "2026-11-22"},
            'c.product-area=="officielepublicaties" and dt.modified>=2026-11-20 and dt.creator="Waterdam"',
        ),
        (
            {"words": 'de "kade" \\ brug" or x="', "publication": "Staatscourant"},
            {},
            'c.product-area=="officielepublicaties" and dt.modified>=2026-11-16'
            ' and cql.textAndIndexes="de \\"kade\\" \\\\ brug\\" or x=\\"" and w.publicatienaam=="Staatscourant"',
        ),
    ],
)
def test_the_question_in_cql_with_every_quote_escaped(
    query: dict[str, str], cursor: dict[str, str], cql: str
) -> None:
    asked = asks(first(publications(**query), cursor, NOW).url)
    assert asked == {
        "operation": "searchRetrieve",
        "version": "2.0",
        "query": cql,
        "startRecord": "1",
        "maximumRecords": "100",
    }


def test_newest_first_as_the_service_does_not_sort() -> None:
    body = answer(record(1, "2026-11-18"), record(2, "2026-11-21"), record(3, "2026-11-20"))
    assert [each.guid for each in read(body).items] == ["gmb-2026-2", "gmb-2026-3", "gmb-2026-1"]


def test_nothing_found_is_no_fault() -> None:
    found = read(answer())
    assert (found.items, found.next, found.short, found.cursor["done"]) == ((), None, "", "2026-11-23")


def test_records_without_a_name_or_title_are_counted() -> None:
    found = read(
        answer(
            record(1),
            record(2, identifier=""),
            record(3, title=" "),
            "<record><recordData><diag:diagnostic/></recordData></record>",
        )
    )
    assert (len(found.items), found.bad) == (1, 3)


def test_records_that_are_promised_and_not_given_are_missed() -> None:
    found = read(answer(total=12))
    assert (found.next, found.short, found.cursor) == (None, "cut_off", {"since": "2026-11-16", "start": "1"})


@pytest.mark.parametrize(
    ("body", "reason", "detail"),
    [
        (b"", "empty", ""),
        (b"<html><body>Onderhoud</body></html>", "html_instead_of_feed", ""),
        (b"<searchRetrieveResponse>", "unreadable", "the reply is no sound XML"),
        (b"<explainResponse/>", "unreadable", "the reply is no answer of an SRU service"),
        (answer(total="veel"), "unreadable", "the reply does not say how many records there are"),
        (answer(total="9" * 5000), "unreadable", "the reply does not say how many records there are"),
        (answer(total="²"), "unreadable", "the reply does not say how many records there are"),
        (
            f"<searchRetrieveResponse {NAMES}><numberOfRecords>0</numberOfRecords><diagnostics><diag:diagnostic><diag:uri>info:srw/diagnostic/1/80</diag:uri>"
            "<diag:details>sortKeys</diag:details><diag:message>Sort not supported</diag:message></diag:diagnostic></diagnostics></searchRetrieveResponse>".encode(),
            "service_fault",
            "Sort not supported: sortKeys",
        ),
        (
            b'<!DOCTYPE s [<!ENTITY a "x">]><searchRetrieveResponse>&a;</searchRetrieveResponse>',
            "unreadable",
            "the reply is no sound XML",
        ),
    ],
)
def test_what_cannot_be_read_says_why(body: bytes, reason: str, detail: str) -> None:
    with pytest.raises(Quarantine, match=f"^{reason}$") as refused:
        read(body)
    assert refused.value.detail == detail


def repository(total: int) -> Any:
    def answers(path: str, body: str) -> bytes:
        start = int(asks(path)["startRecord"])
        return answer(*(record(n) for n in range(start, min(start + 100, total + 1))), total=total)

    return answers


@pytest.mark.parametrize(("total", "starts"), [(100, 1), (101, 2), (230, 3)])
def test_every_page_is_walked(total: int, starts: int) -> None:
    with served(repository(total)) as home:
        walked = walk(publications(home, words="kade"))
    assert walked.guids == [f"gmb-2026-{n}" for n in range(1, total + 1)]
    assert [asks(question.url)["startRecord"] for question in walked.questions] == ["1", "101", "201"][
        :starts
    ]
    assert walked.cursor == {"done": "2026-11-23", "since": "", "start": ""}


def test_more_than_a_visit_can_hold_goes_on_at_the_next_one() -> None:
    with served(repository(2050)) as home:
        begun = walk(publications(home))
        rest = walk(publications(home), begun.cursor)
    assert begun.cursor == {"since": "2026-11-16", "start": "2001"}
    assert (len(begun.items), len(rest.items)) == (2000, 50)
    assert "dt.modified>=2026-11-16" in asks(rest.questions[0].url)["query"]
    assert rest.cursor == {"done": "2026-11-23", "since": "", "start": ""}


@pytest.mark.parametrize("codec", ["latin-1", "utf-16"])
def test_a_reply_in_another_charset_than_it_says(codec: str) -> None:
    (only,) = read(answer(record(title="Café aan de kade")).decode().encode(codec)).items
    assert only.title == "Café aan de kade"
