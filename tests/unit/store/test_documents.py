"""What was known at a moment, and how the sources stood."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pandas as pd
import pytest
from houses import START, House, tagged

from kaders.model import Fetch, Window
from kaders.store import ledger
from kaders.store.connection import writing
from kaders.store.documents import COLUMNS
from kaders.store.ledger import coverage, source_states

NEXT = START + timedelta(days=1)
ZONE = "Europe/Amsterdam"


def test_before_the_revision_the_old_title_stands(house: House) -> None:
    house.tag(tagged(1))
    house.tag(tagged(1, NEXT, content="c1b", title="Nieuwe titel", topics=("parkeren",), published=NEXT))
    house.load()
    old, new = house.documents(NEXT - timedelta(seconds=1)), house.documents(NEXT)
    assert old[["title", "topics"]].values.tolist() == [["Titel 1", ["afvalpas"]]]
    assert new[["title", "topics"]].values.tolist() == [["Nieuwe titel", ["parkeren"]]]
    assert (new["day"][0], new["first_seen"][0]) == (START.date(), START), "a revision does not move its day"
    assert new["published"][0] == START - timedelta(hours=2)


def test_nothing_is_seen_before_it_was_seen(house: House) -> None:
    house.tag(tagged(1))
    house.load()
    before = house.documents(START - timedelta(seconds=1))
    assert len(before) == 0 and list(before.columns) == list(COLUMNS)
    assert before["published"].dt.tz is not None


def test_what_came_later_changes_nothing_of_the_past(house: House) -> None:
    house.tag(tagged(1), tagged(2))
    house.load()
    before = house.documents(START)
    house.tag(tagged(0, NEXT, url="https://bode.example/1"), tagged(3, NEXT))
    house.tag(tagged(2, NEXT, content="c2b", url="https://bode.example/1"))
    house.load()
    assert house.documents(START).equals(before)


def test_a_row_holds_plain_python(house: House) -> None:
    house.tag(tagged(2, messages=("afvalpas",), author="a1"), tagged(1))
    house.load()
    first, second = house.documents(START).to_dict("records")
    assert (first["doc"], second["doc"]) == ("d1", "d2")
    assert second["areas"] == ["c_b", "c_a"], "strongest first, as the tagger put them"
    assert second["frames"] == {"economic": 0.75, "morality": 0.25} and type(second["frames"]) is dict
    assert second["sketch"] == [65535, 7] and type(second["sketch"]) is list
    assert second["messages"] == ["afvalpas"] and first["messages"] == []
    assert second["questions"] == ["Waarom weigert hij?"] and type(first["day"]) is date
    assert second["author"] == "a1" and pd.isna(first["author"])


def test_only_the_readable_ones_of_the_asked_days(house: House) -> None:
    house.tag(
        tagged("old", published=datetime.fromisoformat("2026-10-31T22:59:00+00:00")),
        tagged("base", published=datetime.fromisoformat("2026-10-31T23:00:00+00:00")),
        tagged("future", published=NEXT),
        tagged("copy", url="https://bode.example/base"),
        tagged("german", fate="other_language"),
        tagged("empty", fate="no_text"),
    )
    house.load()
    found = house.documents(START, base=date(2026, 11, 1))
    assert dict(found[["doc", "fate"]].itertuples(index=False)) == {"dbase": "kept", "dcopy": "duplicate"}


def visits(house: House, *told: tuple[str, int, str, int]) -> None:
    for source, hours, outcome, entries in told:
        moment = START + timedelta(hours=hours)
        reason = "timeout" if outcome == "FAILED" else ""
        fetch: Any = {"source": source, "moment": moment, "outcome": outcome, "reason": reason}
        house.visit(Fetch(**fetch, new_entries=entries), name=source)
    house.load()


@pytest.fixture
def visited(house: House) -> House:
    visits(
        house,
        ("a", 0, "FAILED", 0), ("a", 1, "OK", 3), ("a", 2, "OK", 4),
        ("b", 0, "OK", 1), ("b", 3, "FAILED", 0), ("b", 4, "FAILED", 0),
        # 23:30 in Amsterdam, then half past midnight
        ("c", 17, "OK", 1), ("c", 18, "FAILED", 0),
    )  # fmt: skip
    return house


def window(cutoff: datetime) -> Window:
    return Window(cutoff.date(), cutoff.date(), cutoff.date(), cutoff.date(), date(2026, 11, 2), cutoff)


def test_a_day_has_its_best_outcome_and_its_last_word(visited: House) -> None:
    """A late failure does not undo what the day brought, and is how the source stands."""
    with writing(visited.places) as con:
        found = coverage(con, window(START + timedelta(hours=24)), ZONE)
    assert tuple(found.columns) == ledger.COLUMNS
    assert found.drop(columns=["detail", "bad_entries"]).round(3).values.tolist() == [
        [date(2026, 11, 2), "a", "OK", "OK", "", 0.354, 7],  # 08:30 was its last good visit
        [date(2026, 11, 2), "b", "OK", "FAILED", "timeout", 0.271, 1],
        [date(2026, 11, 2), "c", "OK", "OK", "", 0.979, 1],
        [date(2026, 11, 3), "c", "FAILED", "FAILED", "timeout", 0, 0],
    ]


def test_ninety_five_good_visits_and_one_late_failure_are_a_covered_day(house: House) -> None:
    visits(house, *[("a", hours, "OK", 1) for hours in range(15)], ("a", 15, "FAILED", 0))
    with writing(house.places) as con:
        (row,) = coverage(con, window(START + timedelta(hours=15)), ZONE).to_dict("records")
    assert (row["outcome"], row["last_outcome"], row["entries"]) == ("OK", "FAILED", 15)


def test_entries_that_could_not_be_read_are_those_of_the_last_visit(house: House) -> None:
    for hours, bad in ((0, 5), (1, 2)):
        detail = f"{bad} of 9 entries could not be read"
        moment = START + timedelta(hours=hours)
        house.visit(Fetch("a", moment, "PARTIAL", "partly_unreadable", detail, bad_entries=bad))
    house.load()
    with writing(house.places) as con:
        (row,) = coverage(con, window(START + timedelta(hours=2)), ZONE).to_dict("records")
        state = source_states(con, START + timedelta(hours=2))["a"]
    assert (row["last_outcome"], row["reason"], row["bad_entries"]) == ("PARTIAL", "partly_unreadable", 2)
    assert (state.outcome, state.reason) == ("PARTIAL", "2 of 9 entries could not be read")


def test_a_ledger_of_before_these_were_counted_is_read(house: House) -> None:
    path = house.visit(Fetch("a", START, "OK", entries=3))
    lines = path.read_text("utf-8").replace(', "bad_entries": 0', "").replace('"bad_entries": 0, ', "")
    path.write_text(lines, "utf-8")
    assert "bad_entries" not in lines
    house.load()
    assert house.rows("SELECT entries, bad_entries FROM raw_fetch") == [(3, 0)]


def test_the_last_word_at_a_cutoff(visited: House) -> None:
    with writing(visited.places) as con:
        found = coverage(con, window(START + timedelta(minutes=30)), ZONE)
    assert found[["source", "outcome"]].values.tolist() == [["a", "FAILED"], ["b", "OK"]]


def test_since_when_a_source_stands_as_it_does(visited: House) -> None:
    with writing(visited.places) as con:
        states = source_states(con, START + timedelta(hours=24))
    hours = {
        s.source: ((s.since - START) / timedelta(hours=1), (s.last - START) / timedelta(hours=1))
        for s in states.values()
    }
    assert hours == {"a": (1, 2), "b": (3, 4), "c": (18, 18)}
    assert states["b"].outcome == "FAILED" and states["b"].reason == "timeout"
