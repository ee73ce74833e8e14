"""Reading Bluesky from visit to visit: author feeds, and the search of somebody with an account."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from platforms import DID, Service, uri
from reading import KEY, NOW, source

from kaders.errors import Quarantine
from kaders.model import Item, Question
from kaders.read import bluesky, bluesky_search, posts
from kaders.read.items import Asked
from kaders.read.readers import READERS
from kaders.settings import Source

NEXT = NOW + timedelta(days=1)

AUTHOR = source(
    kind="social", reader="bluesky", url=f"https://api.example/xrpc/app.bsky.feed.getAuthorFeed?actor={DID}"
)
SEARCH = source(
    kind="social", reader="bluesky_search", url="https://dienst.example/xrpc", query={"words": "afvalpas", "language": "nl"}
)  # fmt: skip


@dataclass
class Visits:
    """Visits one after another, with what is remembered in between."""

    service: Service
    source: Source = AUTHOR
    cursor: dict[str, str] = field(default_factory=dict)

    def visit(self, at: datetime = NOW) -> tuple[list[Item], set[str]]:
        reader, first = READERS[self.source.reader], not self.cursor
        question: Question | None = reader.first(self.source, self.cursor, at)
        items, gone = list[Item](), set[str]()
        for _ in range(reader.pages):
            assert question
            status, body = self.service.answer(question)
            absent = status in reader.absent
            given = f"absent/{status}" if absent else "application/json"
            told = b"" if absent else json.dumps(body).encode()
            asked = Asked(self.source, at, KEY, given, question, cursor=self.cursor, first_visit=first)
            found = reader.parse(told, asked)
            items += found.items
            gone |= set(found.gone)
            self.cursor |= found.cursor
            question = found.next
            if question is None:
                break
        return items, gone

    def numbers(self, at: datetime = NOW) -> list[int]:
        return sorted(int(item.guid.rpartition("/k")[2]) for item in self.visit(at)[0])


def town(*numbers: int, of: Source = AUTHOR) -> Visits:
    """Visits to a service with these posts, an hour apart, the highest number the newest."""
    service = Service()
    for number in numbers:
        service.post(number, f"bericht {number}", NOW - timedelta(hours=max(numbers) - number))
    return Visits(service, of)


def test_the_first_visit_reads_a_page_and_the_next_reads_back_to_what_is_known() -> None:
    visits = town(*range(1, 9))
    assert visits.numbers() == [5, 6, 7, 8]
    for number in range(9, 20):
        visits.service.post(number, "nieuw", NOW + timedelta(minutes=number))
    assert set(range(9, 20)) <= set(visits.numbers(NOW + timedelta(hours=1)))
    visits.service.asked.clear()
    visits.visit(NOW + timedelta(hours=1))
    assert visits.service.asked == ["getAuthorFeed"], "one page is enough when nothing is new"


BUSY = range(100, 270)
"""More posts than one visit may ask for, a minute apart after NOW."""


def busy(of: Source) -> tuple[Visits, datetime]:
    """Visits to a service where much was posted since the first one, and the moment after that."""
    visits = town(1, 2, 3, of=of)
    visits.visit()
    for number in BUSY:
        visits.service.post(number, "druk", NOW + timedelta(minutes=number - 99))
    return visits, NOW + timedelta(minutes=len(BUSY) + 5)


@pytest.mark.parametrize("of", [AUTHOR, SEARCH], ids=["author feed", "search"])
def test_what_does_not_fit_in_a_visit_comes_in_the_next_ones(of: Source) -> None:
    visits, at = busy(of)
    seen = visits.numbers(at)
    for visit in range(1, 8):
        visits.service.post(300 + visit, "bovenop", at + timedelta(minutes=10 * visit - 5))
        seen += visits.numbers(at + timedelta(minutes=10 * visit))
    assert {*BUSY, *range(301, 308)} <= set(seen), "also what came on top meanwhile"
    visits.service.asked.clear()
    visits.visit(at + timedelta(minutes=75))
    assert len(visits.service.asked) <= 4, "and then it is over"


def test_what_is_too_much_to_be_met_again_does_not_land_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(posts, "MOST_HELD", 20)
    visits, at = busy(AUTHOR)
    for visit in range(4):
        visits.visit(at + timedelta(minutes=visit))
    visits.service.post(300, "de volgende dag", NEXT)
    assert set(visits.numbers(NEXT)) <= {300, *list(BUSY)[-20:]}


def test_a_mark_that_is_not_known_any_more_begins_the_walk_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    visits, at = busy(AUTHOR)
    seen = visits.numbers(at)
    visits.service.marks = "-new"
    monkeypatch.setitem(READERS, "bluesky", replace(READERS["bluesky"], pages=60))
    seen += visits.numbers(at + timedelta(minutes=5))
    assert set(BUSY) <= set(seen)


def test_a_service_whose_mark_leads_to_itself_is_not_asked_for_ever() -> None:
    visits, at = busy(AUTHOR)
    answer = visits.service.answer

    def circling(question: Question) -> tuple[int, Any]:
        status, body = answer(question)
        return status, body | ({"cursor": "4"} if "getAuthorFeed" in question.url else {})

    visits.service.answer = circling  # type: ignore[method-assign]
    visits.service.asked.clear()
    visits.visit(at)
    assert len(visits.service.asked) < 5


def test_replies_to_others_are_not_asked_for_unless_the_address_says_so() -> None:
    asked = bluesky.first(AUTHOR, {}, NOW).url
    assert parse_qs(urlsplit(asked).query)["filter"] == ["posts_and_author_threads"]
    own = source(reader="bluesky", url=f"{AUTHOR.url}&filter=posts_with_replies")
    assert "author_threads" not in bluesky.first(own, {}, NOW).url


def test_a_changed_record_is_a_revision() -> None:
    visits = town(1, 2)
    visits.visit()
    visits.service.post(1, "verbeterd", NOW - timedelta(hours=1), cid="ander")
    items, gone = visits.visit(NEXT)
    assert ({item.guid: item.text for item in items}[uri(1)], gone) == ("verbeterd", set())


def test_a_service_that_knows_no_post_by_name_is_not_believed() -> None:
    visits = town(1, 2, 3)
    visits.visit()
    del visits.service.posts[2]
    answer = visits.service.answer
    blanket = lambda question: (200, {"posts": []}) if "getPosts" in question.url else answer(question)  # noqa: E731
    visits.service.answer = blanket  # type: ignore[method-assign]
    assert visits.visit(NEXT)[1] == set()


@pytest.mark.parametrize("of", [AUTHOR, SEARCH], ids=["author feed", "search"])
@pytest.mark.parametrize("deleted", [{1}, {3}, {2, 3}, {1, 2, 3}], ids=str)
def test_a_deleted_post_is_gone_the_next_day(deleted: set[int], of: Source) -> None:
    visits = town(1, 2, 3, of=of)
    visits.visit()
    for number in deleted:
        del visits.service.posts[number]
    assert visits.visit(NEXT)[1] == {uri(number) for number in deleted}
    assert visits.visit(NEXT + timedelta(days=1))[1] == set(), "and once only"


@pytest.mark.parametrize("of", [AUTHOR, SEARCH], ids=["author feed", "search"])
def test_older_posts_are_asked_after_in_turn(of: Source) -> None:
    visits = town(*range(1, 5), of=of)
    visits.visit()
    for number in range(11, 20):
        visits.service.post(number, "later", NOW + timedelta(days=5, minutes=number))
    visits.visit(NOW + timedelta(days=5))
    del visits.service.posts[1], visits.service.posts[3]
    brought = [visits.visit(NOW + timedelta(days=day)) for day in range(6, 14)]
    assert sorted(one for _, gone in brought for one in gone) == [uri(1), uri(3)], "each once, within a week"
    again = {item.guid for items, _ in brought for item in items} & {uri(2), uri(4)}
    assert of is AUTHOR or not again, "what is still there, and no page of the feed, does not land anew"


def test_a_service_that_does_not_answer_after_posts_proves_nothing() -> None:
    visits = town(1, 2, 3)
    visits.service.knows_posts = False
    visits.visit()
    del visits.service.posts[2]
    assert visits.visit(NEXT)[1] == set()


def first_half(named: list[Any]) -> list[Any]:
    return named[: len(named) // 2]


def last_half(named: list[Any]) -> list[Any]:
    return named[len(named) // 2 :]


def every_other(named: list[Any]) -> list[Any]:
    return named[1::2]


@pytest.mark.parametrize("half", [first_half, last_half, every_other])
def test_a_service_that_answers_by_halves_makes_nothing_gone(half: Callable[[list[Any]], list[Any]]) -> None:
    visits = town(*range(1, 5))
    visits.visit()
    answer = visits.service.answer

    def halved(question: Question) -> tuple[int, Any]:
        status, body = answer(question)
        return status, {"posts": half(body["posts"])} if "getPosts" in question.url else body

    for day in range(1, 15):
        for number in range(4):
            at = NOW + timedelta(days=day, minutes=number)
            visits.service.post(10 * day + number, "later", at)
    visits.service.answer = halved  # type: ignore[method-assign]
    gone = [one for day in range(1, 15) for one in visits.visit(NOW + timedelta(days=day, hours=1))[1]]
    assert gone == []


def test_a_service_that_forgets_for_a_moment_makes_nothing_gone() -> None:
    visits = town(1, 2, 3, 4, of=SEARCH)
    visits.visit()
    visits.service.post(9, "nieuw", NEXT)
    answer, first = visits.service.answer, list[str]()

    def forgetting(question: Question) -> tuple[int, Any]:
        status, body = answer(question)
        if "getPosts" in question.url and not first:
            first.append(question.url)
            body = {"posts": [each for each in body["posts"] if each["uri"] == uri(9)]}
        return status, body

    visits.service.answer = forgetting  # type: ignore[method-assign]
    del visits.service.posts[2]
    assert visits.visit(NEXT)[1] == {uri(2)}
    assert len(first) == 1


@pytest.mark.parametrize("left", [False, True], ids=["an account that is gone", "one that is there"])
def test_the_posts_of_an_account_that_is_gone_are_taken_back(left: bool) -> None:
    visits = town(1, 2, 3)
    visits.visit()
    there = dict(visits.service.posts)
    visits.service.refuses = True
    visits.service.posts = there if left else {}
    gone = [visits.visit(NOW + timedelta(days=day, hours=hour))[1] for day in range(1, 4) for hour in (0, 5)]
    assert gone == [set()] * 6, "a fault of some days withdraws nothing"
    later = [visits.visit(NOW + timedelta(days=day))[1] for day in (4, 5)] if left else [
        visits.visit(NOW + timedelta(days=4))[1], set()
    ]  # fmt: skip
    assert later == ([set(), set()] if left else [{uri(1), uri(2), uri(3)}, set()])
    if not left:
        with pytest.raises(Quarantine, match=r"^http_4xx$"):
            visits.visit(NOW + timedelta(days=5))


def test_an_account_that_comes_back_in_time_keeps_its_posts() -> None:
    visits = town(1, 2, 3)
    visits.visit()
    there = dict(visits.service.posts)
    visits.service.refuses, visits.service.posts = True, {}
    for day in (1, 2, 3):
        visits.visit(NOW + timedelta(days=day))
    visits.service.refuses, visits.service.posts = False, there
    assert [visits.visit(NOW + timedelta(days=day))[1] for day in (4, 5, 6)] == [set()] * 3


LABELS = {
    "hidden by the service": {"labels": [{"val": "!hide"}]},
    "an account for those who are signed in": {"author": {"did": DID, "labels": [{"val": "!no-unauthenticated"}]}},
    "by its author, in the record": {
        "record": {"text": "besloten", "createdAt": NOW.isoformat(), "labels": {"values": [{"val": "!no-unauthenticated"}]}}
    },
}  # fmt: skip


@pytest.mark.parametrize("label", LABELS.values(), ids=LABELS)
@pytest.mark.parametrize("of", [AUTHOR, SEARCH], ids=["author feed", "search"])
def test_what_is_not_for_everyone_is_not_kept(of: Source, label: dict[str, Any]) -> None:
    visits = town(1, 2, of=of)
    assert visits.numbers() == [1, 2]
    visits.service.post(2, "besloten", NOW, **label)
    items, gone = visits.visit()
    assert uri(2) not in {item.guid for item in items}
    assert gone == {uri(2)}, "and what we had of it is taken back"


def test_other_labels_hide_nothing() -> None:
    visits = town()
    visits.service.post(1, "gewoon", labels=[{"val": "spam-ish"}, {"val": "!hide", "neg": True}])
    assert visits.numbers() == [1]


def test_an_old_pinned_post_does_not_end_the_reading() -> None:
    visits = town(*range(1, 6))
    visits.visit()
    for number in range(6, 16):
        visits.service.post(number, "nieuw", NOW + timedelta(minutes=number))
    answer = visits.service.answer

    def pinned(question: Question) -> tuple[int, Any]:
        status, body = answer(question)
        old = {"post": visits.service.posts[1], "reason": {"$type": "app.bsky.feed.defs#reasonPin"}}
        return status, {**body, "feed": [old, *body["feed"]]}

    visits.service.answer = pinned  # type: ignore[method-assign]
    assert set(range(6, 16)) <= set(visits.numbers(NOW + timedelta(hours=1)))


def test_search_asks_with_the_token_for_what_is_new() -> None:
    visits = town(1, 2, of=SEARCH)
    first = bluesky_search.first(SEARCH, {}, NOW)
    query = parse_qs(urlsplit(first.url).query)
    assert first.url.startswith("https://dienst.example/xrpc/app.bsky.feed.searchPosts?")
    assert (query["q"], query["lang"], query["sort"], query["since"]) == (
        ["afvalpas"], ["nl"], ["latest"], ["2026-11-22T08:00:00Z"],
    )  # fmt: skip
    assert visits.numbers() == [1, 2]
    again = bluesky_search.first(SEARCH, visits.cursor, NEXT)
    assert parse_qs(urlsplit(again.url).query)["since"] == ["2026-11-23T07:50:00Z"]
    del visits.service.posts[1]
    visits.visit(NEXT)
    assert {question.key for question in visits.service.questions} == {"bearer"}


@pytest.mark.parametrize(("status", "reason"), [(404, "http_404"), (400, "http_4xx")])
def test_an_account_that_is_not_there_is_a_fault_of_the_source(status: int, reason: str) -> None:
    with pytest.raises(Quarantine, match=f"^{reason}$"):
        bluesky.parse(b"", Asked(AUTHOR, NOW, KEY, f"absent/{status}"))
