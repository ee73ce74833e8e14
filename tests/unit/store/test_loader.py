"""Loading: any order, any number of times, the same warehouse."""

from __future__ import annotations

import gzip
from datetime import UTC, date, datetime, timedelta
from itertools import permutations

import pytest
from houses import START, TEXT, House, tagged

from kaders.model import Fetch

LATER = START + timedelta(hours=6)
NEXT = START + timedelta(days=1)


def story(house: House) -> list[str]:
    """Three visits: a document, a copy and a revision, with a document that comes back in each."""
    return [
        house.tag(tagged(1), tagged(2)),
        house.tag(tagged(2, LATER), tagged(3, LATER, url="https://bode.example/1"), tagged(4, LATER)),
        house.tag(tagged(2, NEXT), tagged(1, NEXT, content="c1b", title="Nieuwe titel"), source="bode"),
    ]


def test_twice_is_once(house: House) -> None:
    story(house)
    counts, failures = house.load()
    assert (counts, failures) == ({"files": 3, "documents": 4, "duplicates": 1, "visits": 0}, ())
    before = house.everything()
    again, _ = house.load()
    assert again == {"files": 0, "documents": 0, "duplicates": 0, "visits": 0}
    assert house.everything() == before


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_any_order_gives_the_same_warehouse(house: House, other: House, order: tuple[int, ...]) -> None:
    story(house)
    house.load()
    landed = story(other)
    for number in order:
        other.load(only=[landed[number]])
    assert other.everything() == house.everything()


def test_first_seen_is_the_least(house: House) -> None:
    late, early = house.tag(tagged(1, NEXT)), house.tag(tagged(1, START))
    house.load(only=[late])
    house.load(only=[early])
    assert house.rows("SELECT epoch(first_seen), landing FROM core_document") == [(START.timestamp(), early)]


def test_everything_the_tagger_said_is_there(house: House) -> None:
    house.tag(
        tagged(1), tagged(2, topics=(), policy_areas={}, frames={}, counters=(), questions=(), sketch=())
    )
    house.load()
    assert house.rows("SELECT id, layer, code, score, position FROM core_tag ORDER BY ALL") == [
        ("d1", "area", "c_a", 0.3, 4),
        ("d1", "area", "c_b", 0.7, 3),
        ("d1", "counter", "afvalpas/werkt-niet", 1.0, 2),
        ("d1", "frame", "economic", 0.75, 6),
        ("d1", "frame", "morality", 0.25, 5),
        ("d1", "topic", "afvalpas", 1.0, 1),
    ]
    assert house.rows("SELECT id, text FROM core_question") == [("d1", "Waarom weigert hij?")]
    assert house.rows("SELECT sketch, engagement, author FROM core_document WHERE id = 'd1'") == [
        (b"\xff\xff\x07\x00", 3, None)
    ]


def test_a_newer_tagger_replaces_what_the_older_said(house: House) -> None:
    landing = house.tag(tagged(1), tagged(2))
    house.load()
    house.tag(tagged(1, version="v2", topics=("parkeren",)), landing=landing)
    house.load(current="v2")
    assert house.rows("SELECT id, code FROM core_tag WHERE layer = 'topic'") == [("d1", "parkeren")]
    assert house.rows("SELECT id, tagger FROM core_document") == [("d1", "v2")], "d2 is no document any more"
    assert house.rows("SELECT tagger, rows FROM raw_landing") == [("v2", 1)]


def test_the_tagger_of_today_wins_although_another_wrote_later(house: House) -> None:
    landing = house.tag(tagged(1, version="v1"))
    house.tag(tagged(1, version="v2", topics=("parkeren",)), landing=landing)
    house.load(current="v2")
    house.load(current="v1")
    assert house.rows("SELECT code FROM core_tag WHERE layer = 'topic'") == [("afvalpas",)]


def test_tags_are_there_once(house: House) -> None:
    story(house)
    landing = house.tag(tagged(9))
    house.load()
    house.tag(tagged(9, version="v2"), landing=landing)
    house.load(current="v2")
    assert house.rows("SELECT id, content, layer, code FROM core_tag GROUP BY ALL HAVING count(*) > 1") == []


COPIES = {
    "another address and text": ({}, "kept"),
    "the same address": ({"url": "https://bode.example/1"}, "duplicate"),
    "the same text": ({"text": f"1: {TEXT}", "title": "Anders"}, "duplicate"),
    "the same text in other capitals": ({"text": f"1 - {TEXT.upper()}"}, "duplicate"),
    "the same short text under another title": ({"text": "Lees verder"}, "kept"),
    "the same address of another publisher": (
        {"url": "https://bode.example/1", "owner_group": "courant", "source": "courant"},
        "kept",
    ),
    "without an address": ({"url": ""}, "kept"),
    "the same post on another server": (
        {"url": "https://elders.example/statuses/9", "same_as": "0123456789abcdef"},
        "duplicate",
    ),
    "another post on that server": (
        {"url": "https://elders.example/statuses/8", "same_as": "fedcba9876543210"},
        "kept",
    ),
    "with the address of the site": ({"url": "https://bode.example/"}, "kept"),
    "without a word": (
        {"url": "https://bode.example/1", "text": "", "title": "", "fate": "no_text"},
        "no_text",
    ),
}


@pytest.mark.parametrize(("more", "fate"), COPIES.values(), ids=COPIES)
def test_what_makes_a_copy(house: House, more: dict[str, str], fate: str) -> None:
    house.tag(tagged(0, text="Lees verder"), tagged("a", url=""), tagged("b", url="https://bode.example/"))
    post = {"url": "https://thuis.example/statuses/1", "same_as": "0123456789abcdef"}
    house.tag(tagged(1), tagged("c", START, **post))
    house.tag(tagged(2, LATER, **more))
    house.load()
    assert house.fates()["d2"] == fate
    assert house.fates()["d1"] == "kept"


def test_the_earlier_one_is_the_original_whatever_came_in_first(house: House) -> None:
    late, early = (
        house.tag(tagged(1, LATER, url="https://x.example/a")),
        house.tag(tagged(2, url="https://x.example/a")),
    )
    house.load(only=[late])
    assert house.fates() == {"d1": "kept"}
    house.load(only=[early])
    assert house.fates() == {"d1": "duplicate", "d2": "kept"}


def test_at_one_moment_the_lesser_id_is_the_original(house: House) -> None:
    house.tag(*(tagged(n, url="https://x.example/a") for n in (3, 1, 2)))
    house.load()
    assert house.fates() == {"d1": "kept", "d2": "duplicate", "d3": "duplicate"}


def test_a_document_that_later_takes_the_words_of_another_does_not_make_that_one_a_copy(house: House) -> None:
    house.tag(tagged(1))
    house.tag(tagged(2, LATER))
    house.tag(tagged(1, NEXT, content="c1b", text=f"2: {TEXT}"))
    house.load()
    assert house.rows("SELECT content, fate FROM core_document ORDER BY content") == [
        ("c1", "kept"), ("c1b", "kept"), ("c2", "kept")
    ]  # fmt: skip


def test_a_damaged_file_is_named_and_the_rest_goes_on(house: House) -> None:
    house.tag(tagged(1))
    landing = house.tag(tagged(2))
    path = house.places.of("tagged") / "v1" / landing
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    counts, failures = house.load()
    assert counts["documents"] == 1 and counts["files"] == 1
    assert failures == (f"{path} cannot be read and was left out",)
    path.write_bytes(whole)
    assert house.load() == ({"files": 1, "documents": 1, "duplicates": 0, "visits": 0}, ())


OLDER = b'{"document": {"id": "d2", "content": "c2", "published": "2026-11-02T05:30:00Z"}, "tags": {}}\n'


@pytest.mark.parametrize("content", [b"", b'{"document": {"id"', b"{}\n", b'{"document": 3}\n', OLDER])
def test_a_file_that_holds_no_documents_harms_nobody(house: House, content: bytes) -> None:
    good, bad = house.tag(tagged(1)), house.tag(tagged(2))
    (house.places.of("tagged") / "v1" / bad).write_bytes(gzip.compress(content))
    _, failures = house.load()
    assert house.fates() == {"d1": "kept"} and good
    assert len(failures) == (0 if content == b"" else 1)


def test_an_empty_file_is_loaded_once(house: House) -> None:
    house.tag()
    house.load()
    assert house.rows("SELECT rows FROM raw_landing") == [(0,)]
    assert house.load()[0]["files"] == 0


def test_a_broken_load_leaves_nothing(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    house.load()
    before = house.everything()
    story(house)
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr("kaders.store.loader._settle", interrupted)
        house.load()
    assert house.everything() == before
    assert house.load()[0]["documents"] == 4


def fetch(outcome: str, moment: datetime = START, **more: object) -> Fetch:
    return Fetch(**{"source": "bode", "moment": moment, "outcome": outcome, **more})  # type: ignore[arg-type]


def test_a_moment_that_was_run_again_keeps_its_best_visit(house: House, other: House) -> None:
    visits = [
        fetch("FAILED", reason="timeout"),
        fetch("OK", new_entries=4, entries=9),
        fetch("OK", entries=9),
    ]
    for number, one in enumerate(visits):
        house.visit(one, name=f"a.{number}")
        house.load()
        other.visit(visits[-1 - number], name=f"a.{number}")
    other.load()
    expected = [("OK", "", 9, 4)]
    for each in (house, other):
        assert each.rows("SELECT outcome, reason, entries, new_entries FROM raw_fetch") == expected
    assert house.load()[0]["visits"] == 0


def test_a_damaged_ledger_file_is_named(house: House) -> None:
    path = house.visit(fetch("OK"))
    path.write_text('{"source": "bode", "mom', "utf-8")
    good = house.visit(fetch("OK", NEXT))
    counts, failures = house.load()
    assert counts["visits"] == 1 and good.exists()
    assert failures == (f"{path} cannot be read and was left out",)


def test_a_day_has_the_hours_of_its_own_calendar(house: House) -> None:
    """On 29 March 2026 Amsterdam jumps from 02:00 to 03:00, on 25 October it repeats an hour."""
    edges = {
        "2026-03-28T22:59": date(2026, 3, 28),
        "2026-03-28T23:00": date(2026, 3, 29),
        "2026-03-29T21:59": date(2026, 3, 29),
        "2026-03-29T22:00": date(2026, 3, 30),
        "2026-10-24T22:00": date(2026, 10, 25),
        "2026-10-25T22:59": date(2026, 10, 25),
        "2026-10-25T23:00": date(2026, 10, 26),
    }
    moments = [datetime.fromisoformat(edge).replace(tzinfo=UTC) for edge in edges]
    house.tag(*(tagged(n, published=moment) for n, moment in enumerate(moments)))
    house.load()
    assert dict(house.documents(START)[["doc", "day"]].itertuples(index=False)) == {
        f"d{n}": day for n, day in enumerate(edges.values())
    }
