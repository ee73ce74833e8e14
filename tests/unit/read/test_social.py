"""Mastodon timelines and Bluesky author feeds."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from reading import FEEDS, KEY, NOW, asked

from kaders.errors import Quarantine
from kaders.model import Item
from kaders.read import bluesky, mastodon, posts
from kaders.read.items import Reader
from kaders.read.people import pseudonym

HOST = "https://sociaal.example/api/v1/timelines/tag/afvalpas"


def read(reader: Reader, name: str) -> tuple[Item, ...]:
    return reader((FEEDS / name).read_bytes(), asked(url=HOST)).items


def test_mastodon_without_boosts_and_private_posts() -> None:
    first, second = read(mastodon.parse, "mastodon.json")
    assert (first.guid, first.url) == ("101", "https://sociaal.example/statuses/101")
    assert first.text == "Weer de #afvalpas kapot @… ook?"
    assert first.published == datetime(2026, 11, 22, 18, tzinfo=UTC)
    assert (first.language, first.engagement) == ("nl", 6)
    assert (second.title, second.url, second.engagement) == (
        "Let op",
        "https://sociaal.example/statuses/104",
        4,
    )


@pytest.mark.parametrize(
    ("reader", "name", "bad"), [(mastodon.parse, "mastodon.json", 2), (bluesky.parse, "bluesky.json", 1)]
)
def test_malformed_posts_are_counted_and_skipped_ones_are_not(reader: Reader, name: str, bad: int) -> None:
    assert reader((FEEDS / name).read_bytes(), asked(url=HOST)).bad == bad


def test_one_person_is_one_pseudonym_on_every_server() -> None:
    first, second = read(mastodon.parse, "mastodon.json")
    assert first.author == second.author == pseudonym("bo@sociaal.example", KEY)


def test_bluesky_without_reposts() -> None:
    first, second = read(bluesky.parse, "bluesky.json")
    assert first.url == "https://bsky.app/profile/did:plc:abc/post/k1"
    assert first.text == "Nieuw: bibliotheek opent zondag. Met dank aan @… &amp; co", "plain text is no HTML"
    assert (first.language, first.engagement) == ("nl", 10)
    assert first.author == pseudonym("did:plc:abc", KEY)
    assert second.published == datetime(2026, 11, 22, 11, tzinfo=UTC), (
        "the network's date when the author's is impossible"
    )


@pytest.mark.parametrize("reader", [mastodon.parse, bluesky.parse])
@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "empty"),
        (b"<html></html>", "html_instead_of_feed"),
        (b'{"error": "This API requires an authenticated user"}', "unreadable"),
        (b"{", "unreadable"),
        (b"3", "unreadable"),
    ],
)
def test_what_is_no_timeline_is_refused_with_a_reason(reader: Reader, body: bytes, reason: str) -> None:
    with pytest.raises(Quarantine, match=f"^{reason}$"):
        reader(body, asked())


@pytest.mark.parametrize(
    ("link", "relations"),
    [
        ("", {}),
        ('<https://s.example/a?x=1>; rel="next"', {"next": "https://s.example/a?x=1"}),
        (
            '<https://s.example/a>; rel="next", <https://s.example/b>; title="x, y"; rel=prev',
            {"next": "https://s.example/a", "prev": "https://s.example/b"},
        ),
        (
            '<https://s.example/a>; rel="next last"',
            {"next": "https://s.example/a", "last": "https://s.example/a"},
        ),
        ("<https://s.example/a>", {}),
        ("<" * 5000, {}),
    ],
)
def test_the_addresses_of_a_link_header(link: str, relations: dict[str, str]) -> None:
    assert posts.relations(link) == relations


@pytest.mark.parametrize(
    ("url", "marker", "other"),
    [
        (
            "https://s.example/api/v1/timelines/tag/x?limit=1",
            "/timelines/",
            "https://s.example/api/v1/statuses",
        ),
        (
            "https://s.example/pad/api/v1/timelines/public",
            "/timelines/",
            "https://s.example/pad/api/v1/statuses",
        ),
        ("https://s.example/iets", "/timelines/", "https://s.example/statuses"),
    ],
)
def test_another_method_of_the_same_api(url: str, marker: str, other: str) -> None:
    assert posts.beside(url, marker, "statuses") == other


def test_the_posts_that_are_looked_after_fit_in_the_cursor() -> None:
    day = NOW.toordinal()
    many = {f"at://did:plc:a/p/{n}": day for n in range(posts.MOST_HELD + 5)} | {
        "oud": day - 9,
        "met spatie": day,
    }
    kept = posts.held({"held": posts.packed(many, NOW)})
    assert len(kept) == posts.MOST_HELD
    assert kept["at://did:plc:a/p/999"] == day
    assert not {"oud", "met spatie"} & set(kept)
    assert posts.held({"held": "kapot | x|y goed|3"}) == {"goed": 3}


def test_every_post_that_is_kept_is_asked_after_once_a_month() -> None:
    day = NOW.toordinal() - 10
    many = {str(10**17 + n): day - n % 80 for n in range(posts.MOST_KEPT + 5)}
    cursor = {"kept": posts.kept({}, many | {"oud": day - 90, "met spatie": day}, (), NOW)}
    known = set(posts.held(cursor, "kept"))
    assert len(known) == posts.MOST_KEPT
    assert known < set(many)
    assert min(many, key=lambda one: many[one]) not in known, "the oldest fall off"
    assert len(cursor["kept"]) < 140_000
    asked = list[int]()
    for _ in range(30):
        cursor |= posts.in_turn(cursor | {"doubt": ""}, 20)
        asked.append(len(cursor["doubt"].split()))
        known -= set(cursor["doubt"].split())
    assert (known, max(asked)) == (set(), 200)


def test_old_posts_wait_while_others_are_still_to_be_asked_after() -> None:
    cursor = {"kept": "1|3 2|3 3|3", "doubt": " ".join(map(str, range(10, 300)))}
    assert posts.in_turn(cursor, 20) == cursor
    assert posts.in_turn({"kept": "1|3 2|3 3|3", "held": "1|3", "doubt": "3"}, 20) == {
        "doubt": "3 2",
        "kept": "1|3 3|3 2|3",
    }
