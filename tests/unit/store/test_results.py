"""What the mornings decided stays per day."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

from houses import House, tagged

from kaders.store.connection import publish, writing
from kaders.store.results import past_findings, save_results, totals

EXAMPLE = Path(__file__).parents[2] / "fixtures" / "signals.json"


def payload(day: str, *signals: tuple[str, str], watch: tuple[str, ...] = ()) -> dict[str, Any]:
    """A morning with signals (issue, level) and watched issues."""

    def signal(issue: str, level: str) -> dict[str, Any]:
        named = {"id": f"{day}/{issue}", "issue": issue, "day": day, "kind": "absent", "level": level}
        return named | {"p": 0.01, "q": 0.02, "echo": 0.5, "name": {"nl": "Één", "en": "One"}}

    issue = {
        "name": {"nl": "Één", "en": "One"},
        "policy_area": {"code": "c_b"},
        "seen": 4,
        "divergence": None,
    }
    issues = [
        {"issue": "topic:a", "status": "signal"} | issue,
        {"issue": "topic:b", "status": "normal"} | issue,
    ]
    return {
        "day": day,
        "analysed": "2026-11-01",
        "signals": [signal(*one) for one in signals],
        "watch": [signal(one, "watch") for one in watch],
        "issues": issues,
    }


def save(house: House, *mornings: dict[str, Any]) -> None:
    with writing(house.places) as con:
        for morning in mornings:
            save_results(con, morning)


def past(house: House, day: date, days: int) -> list[str]:
    with writing(house.places) as con:
        return [signal["id"] for signal in past_findings(con, day, days)]


def test_a_day_replaces_its_own_rows_and_no_other(house: House) -> None:
    first = payload("2026-11-02", ("topic:a", "high"), ("topic:b", "signal"), watch=("topic:c",))
    save(house, first, payload("2026-11-03", ("topic:b", "signal")))
    save(house, payload("2026-11-03", ("topic:a", "elevated")))
    assert house.rows("SELECT day, issue, level, position FROM out_signal ORDER BY day, position") == [
        (date(2026, 11, 2), "topic:a", "high", 1),
        (date(2026, 11, 2), "topic:b", "signal", 2),
        (date(2026, 11, 2), "topic:c", "watch", 3),
        (date(2026, 11, 3), "topic:a", "elevated", 1),
    ]
    before = house.everything()
    save(house, first)
    assert house.everything() == before


def test_an_issue_bears_its_signal(house: House) -> None:
    save(house, payload("2026-11-02", ("topic:a", "high")))
    assert house.rows(
        "SELECT issue, status, level, kind, echo, seen, divergence FROM out_issue_day ORDER BY 1"
    ) == [
        ("topic:a", "signal", "high", "absent", 0.5, 4.0, None),
        ("topic:b", "normal", None, None, None, 4.0, None),
    ]


def test_the_past_is_newest_first_and_ends_yesterday(house: House) -> None:
    save(
        house,
        payload("2026-11-01", ("topic:a", "high")),
        payload("2026-11-02", ("topic:b", "high"), ("topic:a", "signal"), watch=("topic:c",)),
        payload("2026-11-03", ("topic:a", "high")),
    )
    both = ["2026-11-02/topic:b", "2026-11-02/topic:a"]
    assert past(house, date(2026, 11, 3), 2) == [*both, "2026-11-02/topic:c", "2026-11-01/topic:a"]
    assert past(house, date(2026, 11, 3), 1) == [*both, "2026-11-02/topic:c"]
    assert past(house, date(2026, 11, 1), 30) == []


def test_a_signal_comes_back_as_it_went_in(house: House) -> None:
    morning = json.loads(EXAMPLE.read_text("utf-8"))
    save(house, morning)
    with writing(house.places) as con:
        found = past_findings(con, date(2026, 12, 1), 60)
    assert found == [*morning["signals"], *morning["watch"]]


def test_how_much_there_is(house: House) -> None:
    house.tag(tagged(1), tagged(2, url="https://bode.example/1"))
    house.load()
    save(house, payload("2026-11-02", ("topic:a", "high"), watch=("topic:c",)))
    publish(house.places)
    assert totals(house.places) == {"items": 2, "documents": 2, "duplicates": 1, "signals": 1, "files": 1}
