"""What lies behind a first page that has not changed is found, for every service that gives its answer in pages."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from walking import Answer, served

from kaders.jobs.collect import collect
from kaders.settings import Settings
from kaders.store import landing, state

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)
Organisation = Callable[[str], Settings]
Made = Callable[[list[int]], Answer]


def given(path: str, name: str) -> str:
    return parse_qs(urlsplit(path).query)[name][0]


def numbered(numbers: list[int]) -> Answer:
    """Ten entries a page, oldest first: entry n is of the n-th hour of a month."""

    def answer(path: str, body: str) -> bytes:
        start = 10 * (int(given(path, "page")) - 1)
        at = datetime(2026, 10, 1, tzinfo=UTC)
        entries = [
            {"id": n, "t": f"Bericht {n}", "at": f"{at + n * HOUR:%Y-%m-%dT%H:%M:%SZ}"} for n in numbers
        ]
        return json.dumps(entries[start : start + 10]).encode()

    return answer


def council(numbers: list[int]) -> Answer:
    """Twenty papers a page, in the order of the list: those of the latest meeting come first."""

    def answer(path: str, body: str) -> bytes:
        start = json.loads(body)["from"]
        papers = [
            {"_id": str(n), "_source": {"name": f"Raadsbrief {n}", "last_discussed_at": "2026-11-19"}}
            for n in numbers[start : start + 20]
        ]
        return json.dumps({"hits": {"total": len(numbers), "hits": papers}}).encode()

    return answer


def ministry(numbers: list[int]) -> Answer:
    """At most twenty items of a period in the order of the list; the first fifteen are of today, the others of yesterday."""

    def answer(path: str, body: str) -> bytes:
        period = json.loads(given(path, "query"))["filters"][-1]["values"][0]
        start, end = (datetime.fromisoformat(period[name]) for name in ("from", "to"))
        dated = [(n, NOW - timedelta(days=n >= 15)) for n in numbers]
        items = "".join(
            f"<item><guid>{n}</guid><title>Nieuws {n}</title><pubDate>{at:%a, %d %b %Y %H:%M:%S} GMT</pubDate></item>"
            for n, at in [each for each in dated if start <= each[1] <= end][:20]
        )
        return f'<rss version="2.0"><channel><title>T</title>{items}</channel></rss>'.encode()

    return answer


def repository(numbers: list[int]) -> Answer:
    """A hundred publications a page."""

    def answer(path: str, body: str) -> bytes:
        start = int(given(path, "startRecord")) - 1
        records = "".join(
            f"<record><identifier>{n}</identifier><title>Besluit {n}</title></record>"
            for n in numbers[start : start + 100]
        )
        head = f"<searchRetrieveResponse><numberOfRecords>{len(numbers)}</numberOfRecords>"
        return f"{head}<records>{records}</records></searchRetrieveResponse>".encode()

    return answer


NUMBERED = {
    "items": "",
    "id": "id",
    "title": "t",
    "published": "at",
    "pages": {"parameter": "page", "start": 1, "step": 1, "size": 10},
}


def settings_of(organisation: Organisation, reader: str, home: str, query: dict[str, Any]) -> Settings:
    entry = {
        "id": "a",
        "name": "A",
        "kind": "own",
        "owner_group": "a",
        "expected_per_day": 1,
        "terms": "test",
        "reader": reader,
        "url": home,
        "query": query,
        "pause_seconds": 0,
    }
    made = organisation(json.dumps({"sources": [entry]}))
    return made.model_copy(update={"allowed": (urlsplit(home).netloc,)})


def landed(settings: Settings) -> list[int]:
    """The entries in landing, and none twice."""
    found = [int(item.guid) for path in landing.paths(settings.places) for item in landing.read(path)]
    assert len(found) == len(set(found))
    return sorted(found)


@pytest.mark.parametrize(
    ("reader", "query", "made", "many"),
    [
        ("json_api", NUMBERED, numbered, 25),
        ("raadsinformatie", {"index": "ori_*"}, council, 45),
        ("rijksoverheid", {}, ministry, 30),
        ("sru", {}, repository, 130),
    ],
)
def test_what_is_new_behind_an_unchanged_first_page(
    organisation: Organisation, reader: str, query: dict[str, Any], made: Made, many: int
) -> None:
    numbers = list(range(many))
    with served(lambda path, body: made(numbers)(path, body)) as home:
        settings = settings_of(organisation, reader, home, query)
        collect(settings, NOW, now=NOW)
        assert landed(settings) == list(range(many))
        numbers[-1] = many  # the number of entries stays, as does everything before the last of them
        collect(settings, NOW + HOUR, now=NOW + HOUR)
        assert landed(settings) == list(range(many + 1))


def test_an_api_that_appends_is_followed_beyond_what_one_visit_can_walk(organisation: Organisation) -> None:
    numbers, asked = list(range(265)), list[str]()

    def answer(path: str, body: str) -> bytes:
        asked.append(given(path, "page"))
        return numbered(numbers)(path, body)

    with served(answer) as home:
        settings = settings_of(organisation, "json_api", home, NUMBERED)
        for hours in range(2):
            collect(settings, NOW + hours * HOUR, now=NOW + hours * HOUR)
        assert landed(settings) == numbers
        numbers += range(265, 272)
        del asked[:]
        collect(settings, NOW + 2 * HOUR, now=NOW + 2 * HOUR)
        assert (landed(settings), asked) == (numbers, ["25", "26", "27", "28"])
        del numbers[100:], asked[:]
        numbers.append(300)
        collect(settings, NOW + 3 * HOUR, now=NOW + 3 * HOUR)
        assert 300 in landed(settings), "what was thrown away at the other end hides nothing new"
        assert asked[:2] == ["26", "1"]


def test_an_api_that_turns_its_order_is_read_from_its_start_again(organisation: Organisation) -> None:
    numbers = list(range(150))
    with served(lambda path, body: numbered(numbers)(path, body)) as home:
        settings = settings_of(organisation, "json_api", home, NUMBERED)
        collect(settings, NOW, now=NOW)
        memory = state.load(settings.places, "a")
        assert memory and memory.cursor["page"] == "15"
        numbers.append(150)
        numbers.reverse()
        collect(settings, NOW + HOUR, now=NOW + HOUR)
        assert landed(settings) == list(range(151))


def test_a_short_list_is_read_from_its_start_so_that_changes_are_seen(organisation: Organisation) -> None:
    words = {"0": "Bericht 0"}

    def answer(path: str, body: str) -> bytes:
        return numbered(list(range(35)))(path, body).replace(b'"Bericht 0"', json.dumps(words["0"]).encode())

    with served(answer) as home:
        settings = settings_of(organisation, "json_api", home, NUMBERED)
        collect(settings, NOW, now=NOW)
        words["0"] = "Bericht nul, verbeterd"
        summary = collect(settings, NOW + HOUR, now=NOW + HOUR)
    assert (summary.counts["new"], summary.counts["unchanged"]) == (0, 0), "a change is no new entry"
    last = landing.paths(settings.places)[-1]
    assert [item.title for item in landing.read(last)] == ["Bericht nul, verbeterd"]
