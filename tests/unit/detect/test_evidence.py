"""Evidence: what shows why an issue stands out, from several places, and never who wrote it."""

from __future__ import annotations

import json
from typing import Any

from kaders.detect.evidence import evidence, questions, telling, top_items, utc
from kaders.settings import Settings

from .judged import finding, gap, mixed, novelty, said, unframed
from .town import (
    HOUSING,
    MONDAY,
    NATURE,
    TRAFFIC,
    YESTERDAY,
    Row,
    changed,
    document,
    moment,
    policy_areas,
    settings,
)

PLACES = ("krant", "bode", "radio", "fedi", "skies")


def piece(name: str, place: str = "krant", about: str = "economic", **more: Any) -> Row:
    """A document of yesterday with one frame."""
    return document(name, YESTERDAY, place, **{"frames": {about: 1.0}, "topics": ["afvalpas"]} | more)


def shown(*rows: Row, **changes: Any) -> list[Row]:
    return evidence(finding(talk=said(*rows), **changes), settings())


def urls(rows: list[Row]) -> list[str]:
    return [row["url"].rsplit("/", 1)[1] for row in rows]


# -- pieces ------------------------------------------------------------------------------------------------


def test_the_pieces_show_the_frames_that_are_heard_beyond_ours() -> None:
    fitting = [piece(f"ours{n}", place) for n, place in enumerate(PLACES)]
    others = [piece(f"other{n}", "krant", "health_and_safety") for n in range(3)]
    assert urls(shown(*fitting, *others)) == ["other0", "other1", "other2"]


def test_a_counter_frame_that_grew_is_shown_by_its_name() -> None:
    opposed = gap(theirs=mixed(economic=0.3, dubbel=0.7))
    rows = [piece(f"p{n}", place, counters=["afvalpas/dubbel"]) for n, place in enumerate(PLACES)]
    found = shown(*rows, divergence=opposed)
    assert all(row["frames"][0] == {"nl": "Dubbel", "en": "Dubbel"} for row in found)


def test_there_are_five_pieces_from_as_many_sources_as_there_are() -> None:
    many = [piece(f"{place}{n}", place, "health_and_safety") for place in PLACES for n in range(4)]
    found = shown(*many)
    assert len(found) == 5
    assert {row["source"] for row in found} == {place.title() for place in PLACES}


def test_few_sources_are_taken_in_turn_and_both_kinds_are_there() -> None:
    many = [piece(f"{place}{n}", place, "health_and_safety") for place in ("krant", "fedi") for n in range(6)]
    places = [row["source"] for row in shown(*many)]
    assert sorted(places.count(place) for place in ("Krant", "Fedi")) == [2, 3]


def test_with_fewer_than_three_telling_pieces_the_others_help_out() -> None:
    rows = [piece("telling", about="health_and_safety"), piece("a"), piece("b", "bode"), piece("c", "radio")]
    assert urls(shown(*rows))[0] == "telling"
    assert len(shown(*rows)) == 4


def test_nothing_said_gives_no_pieces() -> None:
    assert shown() == []


def test_a_wire_story_is_shown_once_with_the_sources_that_carry_it() -> None:
    copies = [piece(f"wire{n}", place, "health_and_safety", story="wire0") for n, place in enumerate(PLACES)]
    found = shown(*copies, piece("alone", "bode", "health_and_safety"))
    assert {row["url"].rsplit("/", 1)[1]: row["spread"] for row in found} == {"wire0": 5, "alone": 1}


def test_two_copies_in_one_source_are_no_spread() -> None:
    assert shown(piece("one"), piece("two", story="one"))[0]["spread"] == 1


def test_an_issue_without_a_message_is_shown_by_its_new_words() -> None:
    old = [piece(f"old{n}", place, snippet="Gewone praat") for n, place in enumerate(PLACES)]
    new = [piece(f"new{n}", "bode", snippet="Scheuren in de gevel") for n in range(3)]
    found = evidence(unframed(talk=said(*old, *new), novelty=novelty("scheuren", "gevel")), settings())
    assert urls(found) == ["new0", "new1", "new2"]


def test_a_new_word_in_the_title_counts_as_well() -> None:
    rows = [piece(f"t{n}", title="Scheuren!") for n in range(3)] + [piece("plain", "bode")]
    found = evidence(unframed(talk=said(*rows)), settings())
    assert urls(found) == ["t0", "t1", "t2"]


def test_a_post_has_no_title_and_nothing_tells_who_wrote_it() -> None:
    rows = [piece(f"{place}0", place, "health_and_safety") for place in PLACES]
    found = shown(*rows)
    assert {row["title"] for row in found if row["kind"] == "social"} == {""}
    assert all(row["title"] for row in found if row["kind"] == "news")
    assert "author" not in json.dumps(found)


def test_what_an_issue_without_a_message_is_about_has_the_new_words() -> None:
    rows = [piece("old", snippet="Gewone praat"), piece("new", snippet="Scheuren in de gevel")]
    assert list(telling(unframed(talk=said(*rows)))["doc"]) == ["new"]
    assert len(telling(finding(talk=said(*rows)))) == 2


# -- questions ---------------------------------------------------------------------------------------------


def asked(*rows: tuple[str, list[str]]) -> list[Row]:
    """Per row a story and the questions in it."""
    return questions(
        said(*(piece(f"q{n}", story=story, questions=each) for n, (story, each) in enumerate(rows)))
    )


def test_a_story_asks_a_question_once_however_often_it_is_copied() -> None:
    copies = [("wire", ["Wanneer gaat de brug open?"])] * 30
    others = [("a", ["Wat kost de nieuwe pas?"]), ("b", ["Wat kost de nieuwe pas?"])]
    found = asked(*copies, *others)
    assert [(row["text"], row["times"]) for row in found] == [
        ("Wat kost de nieuwe pas?", 2),
        ("Wanneer gaat de brug open?", 1),
    ]


def test_capitals_and_signs_do_not_make_another_question_and_the_first_words_stand() -> None:
    found = asked(("a", ["Wat kost de pas?"]), ("b", ["WAT KOST DE PAS??"]), ("c", ["wat kost… de pas?"]))
    assert [(row["text"], row["times"], row["language"]) for row in found] == [("Wat kost de pas?", 3, "nl")]


def test_at_most_three_questions_are_named() -> None:
    assert len(asked(("a", [f"Waarom is nummer {n} dicht?" for n in "abcde"]))) == 3


def test_a_question_in_a_later_copy_is_heard_too() -> None:
    assert asked(("wire", []), ("wire", ["Wat kost de nieuwe pas?"])) != []


def test_no_question_is_no_fault() -> None:
    assert asked(("a", [])) == []


# -- the top of the day ------------------------------------------------------------------------------------


def top(*rows: Row, own: Settings | None = None) -> list[Row]:
    return top_items(said(*rows), own or settings(), YESTERDAY)


def test_the_most_widely_carried_story_leads_its_policy_area() -> None:
    copies = [piece(f"wire{n}", place, story="wire0") for n, place in enumerate(("krant", "bode", "radio"))]
    loud = piece("loud", engagement=900)
    elsewhere = piece("traffic", areas=[TRAFFIC])
    found = top(loud, *copies, elsewhere)
    assert [(row["policy_area"]["en"], row["spread"]) for row in found] == [
        ("nature and environment", 3),
        ("traffic", 1),
    ]
    assert found[0]["title"] == "Titel wire0"


def test_posts_and_other_days_are_not_among_the_top_items() -> None:
    post, old = piece("post", "fedi"), document("old", MONDAY, areas=[HOUSING])
    assert top(post, old, piece("none", areas=[])) == []


def test_one_publisher_with_two_titles_is_one_voice() -> None:
    two = [piece("a", story="a"), piece("b", "bode", owner_group="krant", story="a")]
    assert top(*two)[0]["spread"] == 1


def test_there_are_at_most_six_top_items() -> None:
    codes = [area.code for area in policy_areas() if area.parent is None][:9]
    rows = [piece(f"d{n}", areas=[code]) for n, code in enumerate(codes)]
    assert len(top(*rows, own=changed(policy_areas=policy_areas()))) == 6


def test_a_document_on_two_topics_is_one_top_item() -> None:
    both = piece("both", areas=[NATURE])
    assert len(top(both, both)) == 1


def test_a_moment_of_another_zone_is_written_in_utc() -> None:
    assert utc(moment(MONDAY)) == "2026-11-23T05:30:00Z"
