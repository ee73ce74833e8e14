"""How every source stood this morning, and which share of the collection a day has."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from kaders.detect import panel
from kaders.detect.calendar import window
from kaders.detect.sources import sources

from .town import (
    MONDAY,
    YESTERDAY,
    Row,
    changed,
    ledger,
    moment,
    morning_of,
    settings,
    source,
    until,
    visit,
    visits,
)


def state(*rows: Row, own: Any = None) -> dict[str, Any]:
    """How the newspaper stood when these were its visits."""
    return next(
        each for each in sources(ledger(list(rows)), own or settings(), MONDAY) if each["id"] == "krant"
    )


def krant(back: int, outcome: str = "OK", reason: str = "", entries: int = 3) -> Row:
    """The newspaper's visit so many days before Monday."""
    return visit("krant", MONDAY - timedelta(days=back), outcome, reason, entries)


# -- states --------------------------------------------------------------------------------------------------

STATES = [
    ("it answered", [krant(1), krant(0)], "OK", None, "", 3),
    ("it never answered", [], "FAILED", None, "never collected yet", 0),
    ("nobody asked it today", [krant(2)], "FAILED", "2026-11-22", "not collected this morning", 0),
    (
        "it fails today",
        [krant(1), krant(0, "FAILED", "timeout", 0)],
        "FAILED",
        "2026-11-23",
        "answered too slowly",
        0,
    ),
    (
        "it fails for three days",
        [krant(3), *(krant(n, "FAILED", "tls", 0) for n in (2, 1, 0))],
        "FAILED",
        "2026-11-21",
        "the security certificate is not right",
        0,
    ),
    (
        "it failed, worked, and fails again",
        [krant(3, "FAILED", "tls"), krant(2), krant(1, "FAILED", "empty"), krant(0, "FAILED", "empty", 0)],
        "FAILED",
        "2026-11-22",
        "an empty reply",
        0,
    ),
    (
        "it has failed since its first visit",
        [krant(1, "FAILED", "http_404"), krant(0, "FAILED", "http_404", 0)],
        "FAILED",
        "2026-11-22",
        "the address no longer exists (404)",
        0,
    ),
    ("it recovered", [krant(1, "FAILED", "tls"), krant(0)], "OK", None, "", 3),
    (
        "it answered in part",
        [krant(1), krant(0, "PARTIAL", "unreadable", 2)],
        "PARTIAL",
        None,
        "the reply cannot be read",
        2,
    ),
    (
        "it has no past to show",
        [krant(0, "NOT EXPECTED", "no_past", 0)],
        "NOT EXPECTED",
        "2026-11-23",
        "cannot show the past",
        0,
    ),
]


@pytest.mark.parametrize(
    ("rows", "outcome", "since", "reason", "entries"),
    [case[1:] for case in STATES],
    ids=[case[0] for case in STATES],
)
def test_state(rows: list[Row], outcome: str, since: str | None, reason: str, entries: int) -> None:
    found = state(*rows)
    assert (found["state"], found["since"], found["entries"]) == (outcome, since, entries)
    assert found["reason"]["en"] == reason


def test_a_source_that_failed_and_then_was_not_asked_fails_since_it_failed() -> None:
    assert state(krant(3), krant(2, "FAILED", "tls"))["since"] == "2026-11-21"


def test_an_unknown_reason_is_told_as_it_is() -> None:
    assert state(krant(0, "FAILED", "teapot"))["reason"] == {"nl": "teapot", "en": "teapot"}


def test_files_that_are_imported_and_sources_without_address_are_not_told() -> None:
    imported = source("archief", "news", 5.0, reader="import", url=None)
    own = changed(sources=(imported, *settings().sources))
    assert "archief" not in [each["id"] for each in sources(ledger([]), own, MONDAY)]


def test_every_visited_source_is_told_in_the_order_of_the_list() -> None:
    assert [each["id"] for each in sources(ledger([]), settings(), MONDAY)] == [
        s.id for s in settings().sources
    ]


# -- the share of a day --------------------------------------------------------------------------------------


SPAN = window(moment(MONDAY), settings().organisation)


def shares(rows: list[Row], days: list[date], own: Any = None) -> list[float]:
    found: list[float] = panel.covered(ledger(rows), own or settings(), SPAN, days).tolist()
    return found


def share(rows: list[Row], own: Any = None) -> float:
    """The share of yesterday."""
    return shares(rows, [YESTERDAY], own)[0]


def lost(*names: str, day: date = MONDAY, outcome: str = "") -> list[Row]:
    """All visits, of which those of some sources on one day failed, or were not made."""
    rows = [row for row in visits() if not (row["source"] in names and row["day"] == day)]
    return rows + [visit(name, day, outcome) for name in names if outcome]


@pytest.mark.parametrize("outcome", ["", "FAILED", "NOT EXPECTED"])
@pytest.mark.parametrize(
    ("names", "left"),
    [((), 1.0), (("bode",), 0.8), (("krant",), 0.6), (("krant", "bode", "radio", "fedi", "skies"), 0.0)],
    ids=["none", "a small one", "the largest", "all"],
)
def test_a_missing_source_takes_what_it_usually_brings(
    names: tuple[str, ...], left: float, outcome: str
) -> None:
    assert share(lost(*names, outcome=outcome)) == pytest.approx(left)


def test_a_source_that_answered_until_late_brought_most_of_the_day() -> None:
    """It failed on the next morning only: what it published by then was seen."""
    rows = [
        row for row in lost("krant", outcome="FAILED") if (row["source"], row["day"]) != ("krant", YESTERDAY)
    ]
    assert share([*rows, visit("krant", YESTERDAY, until=0.75)]) == pytest.approx(0.6 + 0.4 * 0.75)


def test_an_answer_in_part_is_an_answer() -> None:
    assert share(lost("krant", outcome="PARTIAL")) == 1.0


def test_our_own_channels_are_no_part_of_the_collection() -> None:
    assert share(lost("gemeente")) == 1.0


def test_only_the_day_that_was_lost_is_lower() -> None:
    days = until(YESTERDAY, 4)
    rows = lost("krant", day=days[1] + timedelta(days=1))
    assert shares(rows, days) == pytest.approx([1, 0.6, 1, 1])


def test_days_before_anything_was_visited_have_nothing() -> None:
    assert shares(visits(days=5), until(MONDAY - timedelta(days=20), 2)) == [0, 0]
    assert share([]) == 0


IMPORTED = source("archief", "news", 10.0, reader="import", url=None)
WITH_FILES = changed(sources=(*settings().sources, IMPORTED))


def test_a_file_that_was_imported_once_is_no_hole_on_later_days() -> None:
    assert share([*visits(), visit("archief", MONDAY - timedelta(days=9))], WITH_FILES) == 1.0


def test_no_more_sources_are_complete_than_there_are() -> None:
    coverage = morning_of([], [*visits(), visit("archief", MONDAY)], own=WITH_FILES)["coverage"]
    assert coverage["sources_complete"] <= coverage["sources_total"]


# -- newcomers -----------------------------------------------------------------------------------------------

WITH_STROOM = changed(sources=(*settings().sources, source("stroom", "news", 10.0)))


def came(back: int, outcome: str = "OK") -> list[Row]:
    """All visits, and those of a source that was added so many days ago."""
    return visits() + [visit("stroom", day, outcome) for day in until(MONDAY, back + 1)]


@pytest.mark.parametrize(
    ("back", "counts"),
    [(3, False), (54, False), (57, True), (62, True)],
    ids=["this week", "a day short of eight weeks", "eight weeks ago", "from the very start"],
)
def test_a_source_counts_once_it_was_followed_for_eight_weeks(back: int, counts: bool) -> None:
    assert ("stroom" in panel.members(ledger(came(back)), WITH_STROOM, SPAN)) is counts


def test_a_newcomer_is_neither_a_hole_in_the_past_nor_part_of_the_present() -> None:
    assert shares(came(3), until(YESTERDAY, 60), WITH_STROOM) == [1.0] * 60


def test_a_newcomer_is_told_with_the_morning_from_which_it_counts() -> None:
    told = {each["id"]: each["counts_from"] for each in morning_of([], came(3), own=WITH_STROOM)["sources"]}
    first = MONDAY - timedelta(days=3)
    assert told["stroom"] == (first + timedelta(days=57)).isoformat()
    assert {day for name, day in told.items() if name != "stroom"} == {None}


def test_a_newcomer_counts_on_the_morning_that_was_promised_and_not_the_day_before() -> None:
    rows = ledger(came(40))
    promised = panel.newcomers(rows, WITH_STROOM, SPAN)["stroom"]
    spans = [window(moment(promised - timedelta(days=n)), settings().organisation) for n in (0, 1)]
    assert ["stroom" in panel.members(rows, WITH_STROOM, span) for span in spans] == [True, False]


def test_a_source_that_never_answered_is_no_member_and_promised_nothing() -> None:
    rows = ledger(came(3, "FAILED"))
    assert "stroom" not in panel.members(rows, WITH_STROOM, SPAN)
    assert panel.newcomers(rows, WITH_STROOM, SPAN) == {}


def test_sources_that_are_added_in_the_first_week_begin_together() -> None:
    young = [visit(name, day) for name in ("krant", "bode") for day in until(MONDAY, 20)]
    within = young + [visit("radio", day) for day in until(MONDAY, 14)]
    assert panel.members(ledger(within), settings(), SPAN) == {"krant", "bode", "radio", "gemeente"}
    assert panel.first_day(ledger(within), settings(), SPAN) == MONDAY - timedelta(days=13)


def test_a_lost_source_is_no_newcomer() -> None:
    """It counted before, so no morning is promised from which it will."""
    failing = [visit("krant", MONDAY - timedelta(days=n), "FAILED", "tls") for n in range(3)]
    good = [row for row in visits() if row["source"] != "krant" or row["day"] < MONDAY - timedelta(days=2)]
    assert "krant" not in panel.members(ledger(good + failing), settings(), SPAN)
    assert panel.newcomers(ledger(good + failing), settings(), SPAN) == {}
