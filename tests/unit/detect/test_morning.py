"""A morning from end to end: what is planted is found, what fits is watched, and noise counts for nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, timedelta
from functools import cache
from typing import Any

import pandas as pd
import pytest

from documented import documented
from kaders.detect import talk as counting
from kaders.entries import Source
from kaders.settings import Settings

from .town import (
    MONDAY,
    PUBLIC,
    YESTERDAY,
    Row,
    changed,
    document,
    found,
    issue,
    moment,
    morning_of,
    settings,
    sketch,
    source,
    talk,
    until,
    usual,
    visits,
)

NEW = "Scheuren in de gevel van de hal"
TUESDAY = MONDAY + timedelta(days=1)
DAYS = 3
"""Days for which a planted issue grows, up to and with the last complete one."""


# -- plants --------------------------------------------------------------------------------------------------


def growth(about: str = "afvalpas", *frames: str, last: date = YESTERDAY, **more: Any) -> list[Row]:
    """Four times the usual talk, in all sources, about these frames or else about ours."""
    return talk(about, until(last, DAYS), 9, frames, label=f"more-{about}", **more)


def departure(last: date = YESTERDAY) -> list[Row]:
    """The waste pass grows, and the talk is of safety and politics."""
    return growth("afvalpas", "health_and_safety", "political", last=last)


def far() -> list[Row]:
    """Ordinary weeks in which all talk of the bridge is political, far from our message."""
    others = [row for row in usual() if "brug" not in row["topics"]]
    return others + talk("brug", until(YESTERDAY, 63), 3, ["political"])


PLANTS: dict[str, Callable[[], list[Row]]] = {
    "reframed": lambda: usual() + departure(),
    "contested": lambda: usual() + growth(counters=["afvalpas/dubbel"]),
    "absent": lambda: far() + growth("brug", "political"),
    "unframed": lambda: usual() + growth("markt", snippet=NEW),
}


@cache
def planted(kind: str) -> dict[str, Any]:
    return morning_of(PLANTS[kind]())


def both() -> list[Row]:
    """A departure from our message and, elsewhere, new words on what we have said nothing about."""
    return PLANTS["reframed"]() + growth("markt", snippet=NEW)


@cache
def two_at_once() -> dict[str, Any]:
    return morning_of(both())


@cache
def calm() -> dict[str, Any]:
    return morning_of(usual())


@cache
def fitting() -> dict[str, Any]:
    """The waste pass grows and people talk as we do."""
    return morning_of(usual() + growth())


# -- signals -------------------------------------------------------------------------------------------------

EXPECTED = [
    ("reframed", "topic:afvalpas", "balie", "explain", "2026-11-23T09:30:00Z"),
    ("contested", "topic:afvalpas", "balie", "answer", "2026-11-23T09:30:00Z"),
    ("absent", "topic:brug", "pers", "inform", "2026-11-24T05:30:00Z"),
    ("unframed", "topic:markt", "bestuur", "ask_policy", "2026-11-24T05:30:00Z"),
]


@pytest.mark.parametrize(("kind", "name", "owner", "action", "answer_by"), EXPECTED, ids=list(PLANTS))
def test_a_planted_issue_is_the_one_signal_with_its_owner_action_and_deadline(
    kind: str, name: str, owner: str, action: str, answer_by: str
) -> None:
    signals = planted(kind)["signals"]
    assert [(s["issue"], s["kind"]) for s in signals] == [(name, kind)]
    assert (signals[0]["owner"]["id"], signals[0]["action"]) == (owner, action)
    assert signals[0]["answer_by"] == answer_by


@pytest.mark.parametrize("kind", PLANTS)
def test_a_signal_says_how_much_was_seen_and_expected_and_shows_it(kind: str) -> None:
    signal = planted(kind)["signals"][0]
    assert (signal["volume"]["seen"], round(signal["volume"]["expected"])) == (48, 21)
    assert (signal["volume"]["day_seen"], round(signal["volume"]["day_expected"])) == (12, 3)
    assert [each["seen"] for each in signal["volume"]["series"][-4:]] == [3, 12, 12, 12]
    assert 3 <= len(signal["evidence"]) <= 5
    assert signal["q"] <= 0.1


def test_a_reframed_signal_tells_what_is_heard_more_and_less_than_we_say_it() -> None:
    gap = planted("reframed")["signals"][0]["divergence"]
    points = {row["frame"]: row["points"] for row in gap["per_frame"]}
    assert points["health_and_safety"] > 20
    assert points["economic"] < -20
    assert sum(row["part"] for row in gap["per_frame"]) == pytest.approx(gap["value"])
    assert gap["face"] in ("further", "both"), "the gap itself is near the tolerance, and chance has a say"


def test_an_unframed_signal_names_the_new_words_and_has_no_message_or_divergence() -> None:
    signal = planted("unframed")["signals"][0]
    assert {"scheuren", "gevel"} <= {term["term"] for term in signal["novelty"]["terms"]}
    assert (signal["divergence"], signal["stated"], signal["echo"]) == (None, None, None)
    assert all("scheuren" in text for text in signal["headline"].values())
    assert all("Scheuren" in row["snippet"] for row in signal["evidence"])


def test_a_contested_signal_names_the_opposing_view_and_how_it_grew() -> None:
    signal = planted("contested")["signals"][0]
    counter = signal["counter_frames"][0]
    assert "Dubbel" in signal["headline"]["nl"]
    assert (counter["id"], counter["before"]) == ("afvalpas/dubbel", 0)
    assert counter["share"] == pytest.approx(27 / 48)


def test_the_verdict_and_the_map_agree_with_the_signals() -> None:
    payload = planted("reframed")
    on_the_map = issue(payload, "topic:afvalpas")
    assert "Afvalpas" in payload["verdict"]["en"]
    assert (on_the_map["status"], on_the_map["kind"], on_the_map["level"]) == (
        "signal",
        "reframed",
        "elevated",
    )
    assert {one["status"] for one in payload["issues"] if one is not on_the_map} == {"normal"}


def test_the_most_urgent_signal_stands_first() -> None:
    ranks = {"high": 0, "elevated": 1, "signal": 2}
    order = [(ranks[signal["level"]], signal["q"]) for signal in two_at_once()["signals"]]
    assert len(order) == 2
    assert order == sorted(order)


def test_a_signal_counts_the_stories_and_those_with_a_frame() -> None:
    mute = talk("afvalpas", [YESTERDAY], 5, label="mute", framed=False)
    gap = morning_of(PLANTS["reframed"]() + mute + wire(30, YESTERDAY))["signals"][0]["divergence"]
    assert (gap["stories"], gap["stories_heard"]) == (48 + 5 + 1, 48 + 1)


# -- no signal -----------------------------------------------------------------------------------------------


def test_an_ordinary_morning_has_no_signal_and_nothing_watched() -> None:
    assert (calm()["signals"], calm()["watch"], calm()["open_signals"]) == ([], [], [])
    assert {one["status"] for one in calm()["issues"]} == {"normal"}
    assert "Nothing significant" in calm()["verdict"]["en"]


def test_growth_that_fits_is_watched_and_asks_nothing_of_anyone() -> None:
    payload = fitting()
    watched = payload["watch"][0]
    assert payload["signals"] == []
    assert [one["issue"] for one in payload["watch"]] == ["topic:afvalpas"]
    assert (watched["level"], watched["action"], watched["answer_by"]) == ("watch", None, None)
    assert "fits our message" in watched["headline"]["en"]
    assert issue(payload, "topic:afvalpas")["status"] == "watch"


def test_growth_of_which_no_frame_is_recognised_is_watched_without_a_word_on_fit() -> None:
    days = until(YESTERDAY, 63)
    mute = talk("brug", days, 3, framed=False) + growth("brug", framed=False)
    payload = morning_of([row for row in usual() if "brug" not in row["topics"]] + mute)
    assert [one["issue"] for one in payload["watch"]] == ["topic:brug"]
    assert issue(payload, "topic:brug")["q"] is None
    assert "fits our message" not in payload["watch"][0]["headline"]["en"]


def test_movement_without_growth_is_watched() -> None:
    days = until(YESTERDAY, 7)
    before = [row for row in usual() if row["day"] not in days or "afvalpas" not in row["topics"]]
    payload = morning_of(before + talk("afvalpas", days, 3, ["political"], label="moved"))
    assert found(payload) == []
    assert [one["issue"] for one in payload["watch"]] == ["topic:afvalpas"]
    assert "without growth" in payload["watch"][0]["headline"]["en"]


def test_a_gap_that_always_was_stands_without_a_signal() -> None:
    payload = morning_of(far())
    assert (payload["signals"], payload["watch"]) == ([], [])
    assert issue(payload, "topic:brug")["status"] == "standing_gap"
    assert issue(payload, "topic:afvalpas")["status"] == "normal"


# -- noise ---------------------------------------------------------------------------------------------------


def wire(count: int, day: date) -> list[Row]:
    """One text about safety in all sources on one day."""
    places = [name for name in PUBLIC if settings().source(name).kind == "news"]
    alike = {"sketch": sketch("the wire"), "topics": ["afvalpas"], "frames": {"health_and_safety": 1.0}}
    return [document(f"wire{n:02d}", day, places[n % len(places)], **alike) for n in range(count)]


def burst(count: int, start: str = "2026-11-22T12:00") -> list[Row]:
    """Posts of as many accounts, four seconds apart, that vary one text a little."""
    first = pd.Timestamp(start, tz="UTC")
    rows = []
    for n in range(count):
        at = first + timedelta(seconds=4 * n)
        varied = [*sketch("the robots")[:28], *sketch(f"robot {n}")[28:]]
        day = at.tz_convert("Europe/Amsterdam").date()
        about = {"topics": ["afvalpas"], "frames": {"political": 1.0}}
        rows.append(document(f"bot{n:02d}", day, "fedi", published=at, first_seen=at, sketch=varied, **about))
    return rows


def test_a_wire_text_in_sixty_places_is_one_story() -> None:
    payload = morning_of(usual() + wire(60, YESTERDAY))
    assert issue(payload, "topic:afvalpas")["seen"] == issue(calm(), "topic:afvalpas")["seen"] + 1
    assert (payload["signals"], payload["watch"]) == ([], [])


def test_a_burst_of_robots_counts_for_nothing() -> None:
    payload = morning_of(usual() + burst(60))
    assert payload["issues"] == calm()["issues"]
    assert (payload["signals"], payload["watch"]) == ([], [])


def test_a_burst_of_robots_over_midnight_counts_for_nothing() -> None:
    over = pd.DataFrame(burst(38, start="2026-11-21T22:58:44"))
    assert over["day"].nunique() == 2
    assert counting.public(counting.by_issue(over)).empty


def test_one_loud_account_counts_three_times_a_day() -> None:
    loud = growth("afvalpas", "political", places=["fedi"], author="the-same")
    payload = morning_of(usual() + loud)
    assert issue(payload, "topic:afvalpas")["seen"] == 21 + 3 * DAYS
    assert found(payload) == []


def test_growth_in_one_newspaper_is_neither_signal_nor_watched() -> None:
    payload = morning_of(usual() + growth("afvalpas", "political", places=["krant"]))
    assert issue(payload, "topic:afvalpas")["ratio"] > 2
    assert "topic:afvalpas" not in found(payload)
    assert "growth" in payload["watch"][0]["headline"]["en"]


def test_our_own_publications_are_no_talk() -> None:
    payload = morning_of(usual() + growth(places=["gemeente"]))
    assert [one["seen"] for one in payload["issues"]] == [one["seen"] for one in calm()["issues"]]


# -- history and coverage ------------------------------------------------------------------------------------


@pytest.mark.parametrize("days", [1, 7, 30, 40])
def test_a_morning_with_too_little_history_says_so(days: int) -> None:
    payload = morning_of(usual(days=days), visits(days=days))
    assert {one["status"] for one in payload["issues"]} == {"not_tested"}
    assert {one["why_not"]["en"] for one in payload["issues"]} == {"less than six weeks of history"}
    assert payload["verdict"]["en"].startswith("Nothing was tested")


def test_six_weeks_of_history_are_enough() -> None:
    payload = morning_of(usual(days=43), visits(days=44))
    assert {one["status"] for one in payload["issues"]} == {"normal"}


def test_a_gap_with_too_little_history_is_not_tested() -> None:
    payload = morning_of(
        [row for row in far() if row["day"] > YESTERDAY - timedelta(days=20)], visits(days=20)
    )
    assert issue(payload, "topic:brug")["status"] == "not_tested"


def test_a_first_morning_without_any_document_or_visit_is_a_report_too() -> None:
    payload = morning_of([], [])
    assert payload["verdict"]["en"].startswith("Nothing was tested")
    assert payload["coverage"] == {
        "sources_total": 6,
        "sources_complete": 0,
        "documents_day": 0,
        "stories_day": 0,
        "share": 0.0,
    }


def without(lost: list[date]) -> tuple[list[Row], list[Row]]:
    """Ordinary weeks of which some days were not collected: no documents, and no visits the day after."""
    gone = {day + timedelta(days=1) for day in lost}
    return [r for r in usual() if r["day"] not in lost], [v for v in visits() if v["day"] not in gone]


def test_weeks_that_were_not_collected_do_not_make_the_next_one_growth() -> None:
    payload = morning_of(*without(until(YESTERDAY - timedelta(days=20), 14)))
    assert (payload["signals"], payload["watch"]) == ([], [])
    assert issue(payload, "topic:afvalpas")["ratio"] == pytest.approx(1, abs=0.01)


def test_days_of_this_week_that_were_not_collected_are_no_calm() -> None:
    rows, seen = without(until(YESTERDAY - timedelta(days=4), 2))
    payload = morning_of(rows + departure(), seen)
    signal = payload["signals"][0]
    assert (signal["volume"]["seen"], round(signal["volume"]["expected"])) == (42, 15)
    assert [each["seen"] for each in signal["volume"]["series"][-7:]] == [3, None, None, 3, 12, 12, 12]


def test_an_uncollected_yesterday_is_unknown_and_not_zero() -> None:
    rows, seen = without([YESTERDAY])
    payload = morning_of(rows + departure(YESTERDAY - timedelta(days=1)), seen)
    volume = payload["signals"][0]["volume"]
    assert volume["day_seen"] is None
    assert volume["series"][-1]["seen"] is None


def test_history_that_was_tagged_by_older_rules_does_not_count() -> None:
    old = [
        row | {"tagger": "older"} if row["day"] < YESTERDAY - timedelta(days=30) else row for row in usual()
    ]
    assert {one["why_not"]["en"] for one in morning_of(old)["issues"]} == {"less than six weeks of history"}


def test_a_week_in_which_nothing_was_collected_is_not_tested() -> None:
    payload = morning_of(*without(until(YESTERDAY, 7)))
    assert {one["why_not"]["en"] for one in payload["issues"]} == {"too few sources collected"}
    assert payload["verdict"]["en"].startswith("Nothing was tested")


def test_a_smaller_source_that_fails_lowers_what_is_expected() -> None:
    week = until(MONDAY, 7)
    seen = [row for row in visits() if not (row["source"] == "bode" and row["day"] in week)]
    payload = morning_of(usual(), seen)
    assert payload["coverage"]["share"] == pytest.approx(0.8)
    assert issue(payload, "topic:afvalpas")["expected"] == pytest.approx(0.8 * 21, abs=0.1)


NEWCOMERS = ("stroom", "dijk", "molen")


def with_newcomers() -> Settings:
    return changed(sources=(*settings().sources, *(source(name, "news", 6.0) for name in NEWCOMERS)))


def test_new_sources_are_not_growth() -> None:
    said = [
        row
        for about in ("afvalpas", "brug", "markt")
        for row in talk(about, until(YESTERDAY, 7), 6, places=NEWCOMERS, label=f"new-{about}")
    ]
    seen = visits() + visits(days=8, places=NEWCOMERS)
    payload = morning_of(usual() + said, seen, own=with_newcomers())
    assert (payload["signals"], payload["watch"]) == ([], [])


def dropped() -> tuple[Source, ...]:
    return tuple(each for each in settings().sources if each.id != "bode")


def test_a_source_that_is_no_longer_followed_does_not_stop_the_morning() -> None:
    payload = morning_of(PLANTS["reframed"](), own=changed(sources=dropped()))
    assert found(payload) == ["topic:afvalpas"]


# -- mornings after each other -------------------------------------------------------------------------------


@cache
def tuesday() -> dict[str, Any]:
    """The morning after the departure, which goes on."""
    return morning_of(usual(MONDAY, 64) + departure(MONDAY), past=planted("reframed")["signals"], day=TUESDAY)


def test_a_signal_keeps_its_id_and_rises_when_it_stays() -> None:
    first, second = planted("reframed")["signals"][0], tuesday()["signals"][0]
    assert second["id"] == first["id"] == "2026-11-23/topic:afvalpas"
    assert (second["first_day"], second["day_number"]) == ("2026-11-23", 2)
    assert [each["day"] for each in second["history"]] == ["2026-11-23", "2026-11-24"]
    assert second["history"][0]["level"] == first["level"]
    assert tuesday()["open_signals"] == []


def test_a_watched_issue_keeps_its_id_over_the_mornings() -> None:
    first = fitting()
    second = morning_of(usual(MONDAY, 64) + growth(last=MONDAY), past=first["watch"], day=TUESDAY)
    assert second["watch"][0]["id"] == first["watch"][0]["id"] == "2026-11-23/topic:afvalpas"
    assert [each["level"] for each in second["watch"][0]["history"]] == ["watch", "watch"]
    assert second["open_signals"] == []


def test_a_signal_after_a_watched_morning_is_a_new_episode() -> None:
    past = fitting()["watch"]
    payload = morning_of(usual(MONDAY, 64) + departure(MONDAY), past=past, day=TUESDAY)
    assert payload["signals"][0]["id"] == "2026-11-24/topic:afvalpas"
    assert len(payload["signals"][0]["history"]) == 1


def test_a_signal_that_is_gone_is_told_as_quiet() -> None:
    past = planted("reframed")["signals"]
    quiet = morning_of(usual(MONDAY, 64), past=past, day=TUESDAY)["open_signals"]
    assert [(each["id"], each["state"]) for each in quiet] == [("2026-11-23/topic:afvalpas", "quiet")]


# -- the same again ------------------------------------------------------------------------------------------


def as_bytes(payload: dict[str, Any]) -> bytes:
    return json.dumps(payload, sort_keys=True, ensure_ascii=False, allow_nan=False).encode()


def test_the_same_morning_again_gives_the_same_bytes() -> None:
    assert as_bytes(morning_of(both())) == as_bytes(two_at_once())


def test_another_address_of_a_source_changes_no_byte() -> None:
    moved = tuple(
        each.model_copy(update={"url": f"http://localhost/{each.id}"}) for each in settings().sources
    )
    assert as_bytes(morning_of(PLANTS["reframed"](), own=changed(sources=moved))) == as_bytes(
        planted("reframed")
    )


def test_nobody_who_wrote_can_be_found_in_a_morning() -> None:
    assert all(b"author" not in as_bytes(planted(kind)) for kind in PLANTS)


def test_every_field_of_a_morning_is_documented_and_there() -> None:
    payload = planted("reframed")
    signal = payload["signals"][0]
    assert payload.keys() == documented("The morning")
    assert payload["issues"][0].keys() == documented("An issue of the map")
    assert signal.keys() == documented("A signal")
    assert signal["divergence"].keys() == documented("The divergence of a signal")


def test_what_people_ask_most_is_told_with_its_issue() -> None:
    asked = growth("brug", questions=["Wanneer gaat de brug weer open?"])
    questions = morning_of(usual() + asked)["questions"]
    assert [(q["text"], q["times"], q["issue"]) for q in questions] == [
        ("Wanneer gaat de brug weer open?", 27, "topic:brug")
    ]


# -- weeks in which the clock changes ------------------------------------------------------------------------


@pytest.mark.parametrize("day", [date(2026, 3, 31), date(2026, 10, 27)], ids=["spring", "autumn"])
def test_a_week_in_which_the_clock_changes_is_a_week_like_any_other(day: date) -> None:
    last = day - timedelta(days=1)
    payload = morning_of(usual(last) + departure(last), day=day)
    signal = payload["signals"][0]
    dates = [each["date"] for each in signal["volume"]["series"]]
    assert (signal["volume"]["seen"], round(signal["volume"]["expected"])) == (48, 21)
    assert dates == [each.isoformat() for each in until(last, 60)]
    assert pd.Timestamp(signal["answer_by"]) - pd.Timestamp(payload["cutoff"]) == timedelta(hours=4)
    assert moment(day) == pd.Timestamp(payload["cutoff"])
