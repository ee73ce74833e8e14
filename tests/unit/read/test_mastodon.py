"""Walking over a Mastodon timeline from visit to visit: what is new, what was edited and what is gone."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import pytest
from platforms import API, PAGE, Instance
from reading import KEY, NOW, source

from kaders.errors import Quarantine
from kaders.model import Item, Question
from kaders.read import mastodon
from kaders.read.items import Asked


@pytest.fixture(autouse=True)
def _small_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mastodon, "HALF", PAGE // 2)


@dataclass
class Visits:
    """Visits one after another, with what is remembered in between."""

    instance: Instance
    more: dict[str, Any] = field(default_factory=dict)
    cursor: dict[str, str] = field(default_factory=dict)
    pages: int = mastodon.PAGES

    def visit(self, at: datetime = NOW) -> tuple[list[Item], set[str]]:
        """The items and what is gone."""
        timeline = source(
            **{"url": f"{API}/timelines/tag/afvalpas", "kind": "social", "reader": "mastodon"} | self.more
        )
        question: Question | None = mastodon.first(timeline, self.cursor, at)
        first, items, gone = not self.cursor, list[Item](), set[str]()
        for _ in range(self.pages):
            assert question
            status, body, link = self.instance.answer(question)
            absent = status in mastodon.ABSENT
            found = mastodon.parse(
                b"" if absent else json.dumps(body).encode(),
                Asked(
                    timeline, at, KEY, f"absent/{status}" if absent else "application/json", question, link=link,
                    cursor=self.cursor, first_visit=first,
                ),
            )  # fmt: skip
            items += found.items
            gone |= set(found.gone)
            self.cursor |= found.cursor
            question = found.next
            if question is None:
                break
        return items, gone

    def guids(self, at: datetime = NOW) -> list[str]:
        return sorted(item.guid for item in self.visit(at)[0])


def town(*numbers: int) -> Visits:
    """Visits to an instance with these posts."""
    instance = Instance()
    for number in numbers:
        instance.post(number, f"bericht {number}")
    return Visits(instance)


def test_the_first_visit_reads_the_newest_page_and_the_next_goes_on_from_there() -> None:
    visits = town(*range(101, 110))
    assert visits.guids() == ["106", "107", "108", "109"]
    assert visits.guids() == []
    for number in range(110, 121):
        visits.instance.post(number, "nieuw")
    assert visits.guids() == [str(n) for n in range(110, 121)], "nothing is skipped, page after page"
    assert [path for path in visits.instance.asked if "statuses" in path] == []


def test_ids_grow_by_length_first() -> None:
    visits = town(98, 99)
    visits.visit()
    visits.instance.post(100, "een cijfer meer")
    assert visits.guids() == ["100"]
    assert visits.cursor["newest"] == "100"


def test_what_is_asked_is_what_the_source_says() -> None:
    visits = town(1)
    visits.more = {"query": {"any": ["gft", "restafval"], "none": ["reclame"], "local": True}}
    visits.visit()
    asked = parse_qsl(urlsplit(visits.instance.asked[0]).query)
    assert asked == [
        ("any[]", "gft"),
        ("any[]", "restafval"),
        ("none[]", "reclame"),
        ("local", "true"),
        ("limit", "40"),
    ]


def test_a_visit_that_runs_out_of_pages_goes_on_in_the_next() -> None:
    visits = town(1)
    visits.visit()
    for number in range(2, 30):
        visits.instance.post(number, "druk")
    visits.pages = 3
    seen = [guid for _ in range(3) for guid in visits.guids()]
    assert sorted(map(int, seen)) == list(range(2, 30))


NEXT = NOW + timedelta(days=1)


def test_an_edit_comes_as_a_revision_the_next_day() -> None:
    visits = town(1, 2, 3)
    visits.visit()
    visits.instance.post(2, "verbeterd")
    assert visits.visit()[0] == [], "the same day only asks for what is new"
    items, gone = visits.visit(NEXT)
    assert {item.guid: item.text for item in items}["2"] == "verbeterd"
    assert gone == set()


@pytest.mark.parametrize("together", [True, False], ids=["Mastodon 4.3", "an older one"])
@pytest.mark.parametrize("deleted", [{1}, {2}, {4}, {1, 3}, {1, 2, 3, 4}], ids=str)
def test_a_deleted_post_is_gone_the_next_day(deleted: set[int], together: bool) -> None:
    visits = town(1, 2, 3, 4)
    visits.instance.together = together
    visits.visit()
    for number in deleted:
        del visits.instance.posts[number]
    visits.instance.post(5, "nieuw")
    items, gone = visits.visit(NEXT)
    assert gone == {str(number) for number in deleted}
    assert "5" in {item.guid for item in items}
    assert visits.visit(NEXT + timedelta(days=1))[1] == set(), "and once only"


def test_a_post_that_left_the_timeline_but_is_still_there_is_not_gone() -> None:
    visits = town(1, 2, 3)
    visits.visit()
    hidden, answer = visits.instance.posts[2], visits.instance.answer

    def without(question: Question) -> tuple[int, Any, str]:
        status, body, link = answer(question)
        if "timelines" in question.url:
            body = [post for post in body if post is not hidden]
        return status, body, link

    visits.instance.answer = without  # type: ignore[method-assign]
    assert visits.visit(NEXT)[1] == set()


@pytest.mark.parametrize("status", [404, 410])
def test_a_server_that_knows_no_post_by_name_is_not_believed(status: int) -> None:
    visits = town(*range(1, 9))
    visits.visit()
    del visits.instance.posts[8]
    answer = visits.instance.answer

    def blanket(question: Question) -> tuple[int, Any, str]:
        return answer(question) if "timelines" in question.url else (status, {}, "")

    visits.instance.answer = blanket  # type: ignore[method-assign]
    for day in range(1, 14):
        visits.instance.post(100 + day, "nieuw", NOW + timedelta(days=day))
        assert visits.visit(NOW + timedelta(days=day))[1] == set()


def test_where_every_post_is_in_doubt_nothing_is_believed() -> None:
    visits = town(1, 2)
    visits.visit()
    visits.instance.posts.clear()
    assert visits.visit(NEXT)[1] == set()
    visits.instance.asked.clear()
    assert visits.visit(NEXT)[1] == set()
    assert not any("statuses" in path for path in visits.instance.asked), (
        "asked again tomorrow, not at each visit"
    )
    visits.instance.post(9, "nieuw", NEXT + timedelta(days=1))
    assert visits.visit(NEXT + timedelta(days=1))[1] == {"1", "2"}


def test_a_page_of_a_server_that_does_not_page_proves_nothing() -> None:
    visits = town(1, 2, 3)
    visits.instance.pages = False
    visits.visit()
    del visits.instance.posts[2]
    assert visits.visit(NEXT)[1] == set()
    assert not any("statuses" in path for path in visits.instance.asked)


def test_an_older_post_is_asked_after_in_turn_until_its_words_are_gone() -> None:
    visits = town(1, 2)
    visits.visit()
    visits.instance.post(9, "later", NOW + timedelta(days=5))
    visits.visit(NOW + timedelta(days=5))
    del visits.instance.posts[1], visits.instance.posts[2]
    gone = [visits.visit(NOW + timedelta(days=day))[1] for day in range(6, 14)]
    assert sorted(one for each in gone for one in each) == ["1", "2"], "each once, within a week"
    assert visits.visit(NOW + timedelta(days=89))[1] == set()
    del visits.instance.posts[9]
    later = [visits.visit(NOW + timedelta(days=day))[1] for day in range(97, 106)]
    assert later == [set()] * 9, "after ninety days nobody asks any more"


def test_an_older_post_that_is_still_there_does_not_land_anew() -> None:
    visits = town(1, 2)
    visits.visit()
    visits.instance.post(9, "later", NOW + timedelta(days=5))
    visits.visit(NOW + timedelta(days=5))
    visits.instance.asked.clear()
    brought = [visits.visit(NOW + timedelta(days=day)) for day in range(6, 14)]
    after = [
        set(parse_qs(urlsplit(path).query)["id[]"]) for path in visits.instance.asked if "statuses" in path
    ]
    assert {"1", "9"} in after and {"2", "9"} in after, "each in its turn, beside one that is surely there"
    assert {item.guid for items, _ in brought for item in items} == {"9"}


@pytest.mark.parametrize("most", [1, 3, 5])
def test_a_server_that_shows_some_of_its_posts_does_not_make_the_others_gone(most: int) -> None:
    visits = town(*range(1, 13))
    visits.visit()
    answer = visits.instance.answer

    def some(question: Question) -> tuple[int, Any, str]:
        status, body, link = answer(question)
        return status, body[-most:] if isinstance(body, list) and "id%5B" in question.url else body, link

    visits.instance.answer = some  # type: ignore[method-assign]
    del visits.instance.posts[10]
    gone = list[str]()
    for day in range(1, 12):
        visits.instance.post(100 + day, "nieuw", NOW + timedelta(days=day))
        gone += visits.visit(NOW + timedelta(days=day))[1]
    assert gone == ["10"], "what is gone is, once, and nothing else"


TAGGED = Question(f"{API}/timelines/tag/afvalpas?limit=40")


@pytest.mark.parametrize(
    ("body", "content_type", "reason"),
    [
        (b'{"uri": "sociaal.example", "version": "4.3.1"}', "application/json", ""),
        (b"<!doctype html><title>Niet gevonden</title>", "text/html", "http_404"),
        (b'{"status": "ok"}', "application/json", "http_404"),
        (b"", "absent/404", "http_404"),
        (b"", "absent/401", "closed"),
    ],
)
def test_a_tag_that_nobody_used_yet_is_an_empty_page_of_a_server_that_is_one(
    body: bytes, content_type: str, reason: str
) -> None:
    tag = source(url=f"{API}/timelines/tag/afvalpas")
    then = mastodon.parse(b"", Asked(tag, NOW, KEY, "absent/404", TAGGED, first_visit=True)).next
    assert then == Question(f"{API}/instance")
    asked = Asked(tag, NOW, KEY, content_type, then, first_visit=True)
    if reason:
        with pytest.raises(Quarantine, match=f"^{reason}$"):
            mastodon.parse(body, asked)
    else:
        assert mastodon.parse(body, asked).items == ()


def test_a_tag_that_was_there_and_is_not_any_more_is_a_fault() -> None:
    asked = Asked(source(url=TAGGED.url), NOW, KEY, "absent/404", TAGGED, cursor={"newest": "9"})
    with pytest.raises(Quarantine, match=r"^http_404$"):
        mastodon.parse(b"", asked)


PUBLIC, TAG = f"{API}/timelines/public", f"{API}/timelines/tag/afvalpas"


@pytest.mark.parametrize(
    ("url", "body", "content_type", "reason"),
    [
        (PUBLIC, b"[]", "application/json", "closed"),
        (TAG, b"[]", "application/json", ""),
        (TAG, b"", "absent/401", "closed"),
        (TAG, b"", "absent/403", "closed"),
        (PUBLIC, b"", "absent/422", "closed"),
        (PUBLIC, b"", "absent/404", "http_404"),
        (TAG, b"", "absent/410", "http_410"),
    ],
)
def test_a_closed_instance_says_so(url: str, body: bytes, content_type: str, reason: str) -> None:
    asked = Asked(source(url=url), NOW, KEY, content_type, first_visit=True)
    if reason:
        with pytest.raises(Quarantine, match=f"^{reason}$"):
            mastodon.parse(body, asked)
    else:
        assert mastodon.parse(body, asked).items == ()


def test_a_server_that_closes_says_nothing_about_its_posts() -> None:
    visits = town(1, 2, 3)
    visits.visit()
    del visits.instance.posts[2]
    answer = visits.instance.answer

    def closed(question: Question) -> tuple[int, Any, str]:
        return answer(question) if "timelines" in question.url else (401, "", "")

    visits.instance.answer = closed  # type: ignore[method-assign]
    assert visits.visit(NEXT)[1] == set()
