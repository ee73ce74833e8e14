"""News of the central government, period by period."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from reading import NOW, source
from walking import Answer, served, walk

from kaders.errors import Quarantine
from kaders.model import Question
from kaders.read.items import Asked
from kaders.read.rijksoverheid import first, parse
from kaders.settings import Source

MIDNIGHT = datetime(2026, 11, 22, 23, tzinfo=UTC)  # of 23 November in Amsterdam


def site(url: str | None = None, **query: Any) -> Source:
    return source(reader="rijksoverheid", url=url, query=query)


def rss(*entries: tuple[str, datetime]) -> bytes:
    items = (
        f"<item><title>Nieuws {guid}</title><link>https://www.rijksoverheid.example/{guid}</link>"
        f"<guid>{guid}</guid><description>Over {guid}.</description><pubDate>{format_datetime(at, usegmt=True)}</pubDate></item>"
        for guid, at in entries
    )
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>T</title>{"".join(items)}</channel></rss>'.encode()


def asks(url: str) -> dict[str, Any]:
    query: dict[str, Any] = json.loads(parse_qs(urlsplit(url).query)["query"][0])
    return query


def period(url: str) -> tuple[datetime, datetime]:
    values = asks(url)["filters"][-1]["values"][0]
    return datetime.fromisoformat(values["from"]), datetime.fromisoformat(values["to"])


def newsroom(*entries: tuple[str, datetime]) -> Answer:
    """The site: at most 20 items of the period that is asked, the oldest first to make it hard."""

    def answer(path: str, body: str) -> bytes:
        start, end = period(path)
        return rss(*[each for each in sorted(entries, key=lambda e: e[1]) if start <= each[1] <= end][:20])

    return answer


def test_the_query_is_the_sites_own() -> None:
    question = first(
        site(words="stikstof", topics=["Natuur"]), {"done": "2026-11-21", "wide": "2026-11-23"}, NOW
    )
    assert question.url.startswith("https://www.rijksoverheid.nl/api/rss?query=%7B")
    assert asks(question.url) == {
        "filters": [
            {"field": "content_type", "values": ["pro:newsDocument"], "type": "all"},
            {"field": "topic", "values": ["Natuur"], "type": "all"},
            {
                "field": "sort_date",
                "type": "all",
                "values": [
                    {
                        "from": "2026-11-19T23:00:00.000Z",
                        "to": "2026-11-23T22:59:59.999Z",
                        "name": "specificPeriod",
                    }
                ],
            },
        ],
        "resultSearchTerm": "stikstof",
        "pageTitle": "Nieuws",
    }


@pytest.mark.parametrize(
    ("cursor", "moment", "start", "end"),
    [
        ({}, NOW, "2026-11-16T23:00", "2026-11-23T22:59"),
        ({"done": "2026-11-23", "wide": "2026-11-23"}, NOW, "2026-11-21T23:00", "2026-11-23T22:59"),
        ({"done": "2026-11-22", "wide": "2026-11-22"}, NOW, "2026-11-14T23:00", "2026-11-23T22:59"),
        ({"done": "nonsense"}, NOW, "2026-11-16T23:00", "2026-11-23T22:59"),
        ({"done": "2027-01-01", "wide": "2026-11-23"}, NOW, "2026-11-21T23:00", "2026-11-23T22:59"),
        (
            {"done": "2026-10-25", "wide": "2026-10-26"},
            datetime(2026, 10, 25, 23, tzinfo=UTC),
            "2026-10-23T22:00",
            "2026-10-26T22:59",
        ),
    ],
    ids=[
        "first visit",
        "a later visit of the day",
        "the first visit of a day",
        "damaged memory",
        "a clock that was wrong",
        "the night of the clock change",
    ],
)
def test_the_period_is_days_of_amsterdam(
    cursor: dict[str, str], moment: datetime, start: str, end: str
) -> None:
    found = period(first(site(), cursor, moment).url)
    assert tuple(each.strftime("%Y-%m-%dT%H:%M") for each in found) == (start, end)


def test_a_day_stamped_at_local_midnight_stays_as_it_is() -> None:
    with served(newsroom(("a", MIDNIGHT))) as home:
        walked = walk(site(home))
    assert [item.published for item in walked.items] == [MIDNIGHT]
    assert walked.cursor == {"done": "2026-11-23", "wide": "2026-11-23"}
    assert len(walked.questions) == 1


def test_a_full_reply_is_asked_again_by_halves_until_nothing_is_missed() -> None:
    entries = [(f"{n}", MIDNIGHT - timedelta(hours=3 * n)) for n in range(48)]  # 8 a day, over six days
    with served(newsroom(*entries)) as home:
        walked = walk(site(home))
    assert set(walked.guids) == {guid for guid, _ in entries}
    assert len(walked.questions) < 10
    assert (walked.cursor, {page.short for page in walked.pages}) == (
        {"done": "2026-11-23", "wide": "2026-11-23"},
        {""},
    )


def test_a_day_that_is_full_says_so_and_the_rest_goes_on() -> None:
    entries = [(f"{n}", MIDNIGHT - timedelta(days=1, minutes=-n)) for n in range(30)]
    with served(newsroom(*entries, ("vandaag", MIDNIGHT))) as home:
        walked = walk(site(home), {"done": "2026-11-22"})
    assert "vandaag" in walked.guids
    assert [page.short for page in walked.pages].count("full_page") == 1
    assert walked.cursor == {"done": "2026-11-23", "wide": "2026-11-23"}


def test_a_reply_to_another_question_is_only_read() -> None:
    found = parse(
        rss(("a", MIDNIGHT)), Asked(site(), NOW, question=Question("https://x.example/api/rss?query=%7B%7D"))
    )
    assert (len(found.items), found.next, found.cursor) == (1, None, {})


@pytest.mark.parametrize(
    ("body", "reason"), [(b"", "empty"), (b"<html><body>Storing</body></html>", "html_instead_of_feed")]
)
def test_what_is_no_feed_is_refused(body: bytes, reason: str) -> None:
    with pytest.raises(Quarantine, match=f"^{reason}$"):
        parse(body, Asked(site(), NOW, question=first(site(), {}, NOW)))
