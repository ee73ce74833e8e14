"""What visits brought per 24 hours, against a slow plain-Python twin and on the days when the clock changes."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from houses import House

from kaders.model import Fetch, Outcome
from kaders.store.connection import writing
from kaders.store.ledger import VOLUMES, last_period, volumes

ZONE = "Europe/Amsterdam"
MORNING = datetime(2026, 11, 23, 6, 30, tzinfo=ZoneInfo(ZONE))
DAYS = 5


def visit(moment: datetime, outcome: Outcome = "OK", new: int = 0, entries: int = 20, **more: Any) -> Fetch:
    return Fetch("bode", moment.astimezone(UTC), outcome, entries=entries, new_entries=new, **more)


def found(house: House, cutoff: datetime, *visits: Fetch) -> dict[date, dict[str, Any]]:
    """The rows of the only source by their day."""
    for n, each in enumerate(visits):
        house.visit(each, name=f"v{n}")
    house.load()
    with writing(house.places) as con:
        table = volumes(con, cutoff, ZONE, DAYS)
    assert list(table.columns) == list(VOLUMES)
    plain = table.astype(object).where(table.notna(), None)
    rows = [{str(name): value for name, value in row.items()} for row in plain.to_dict("records")]
    return {row["day"]: row for row in rows}


def twin(visits: list[Fetch], cutoff: datetime) -> dict[date, dict[str, Any]]:
    """The same, one visit after the other."""
    rows: dict[date, dict[str, Any]] = {}
    before: datetime | None = None
    end = cutoff.astimezone(ZoneInfo(ZONE)).replace(tzinfo=None)
    for each in sorted(visits, key=lambda v: v.moment):
        if each.moment > cutoff or each.outcome == "NOT EXPECTED":
            continue
        back = (end - each.moment.astimezone(ZoneInfo(ZONE)).replace(tzinfo=None)) // timedelta(days=1)
        fresh = dict.fromkeys(VOLUMES) | {"source": "bode", "good": 0, "new": 0}
        row = rows.setdefault((end - timedelta(hours=12)).date() - timedelta(days=back), fresh)
        row |= {"last": each.moment.timestamp(), "outcome": each.outcome, "reason": each.reason}
        local = each.moment.astimezone(ZoneInfo(ZONE)).date()
        row["turned"] = row["turned"] or local
        if each.outcome != "FAILED":
            _good(row, each, before)
            row |= {"turned": local} | ({"heard": local} if each.new_entries else {})
            before = each.moment
    first = last_period(cutoff, ZONE) - timedelta(days=DAYS - 1)
    return {day: row | {"day": day} for day, row in rows.items() if day >= first}


def _good(row: dict[str, Any], each: Fetch, before: datetime | None) -> None:
    at = each.moment.timestamp()
    row |= {"good": row["good"] + 1, "until": at, "held": each.entries}
    row["least"] = min(each.entries, row["least"] if row["least"] is not None else each.entries)
    row["kept"] = max(each.entries - each.new_entries, row["kept"] or 0)
    if each.new_entries:
        row["brought"] = at
    if before is not None:
        row["since"] = row["since"] or before.timestamp()
        row["new"] += each.new_entries
        if each.new_entries == each.entries:
            row["renewed"] = max(each.entries, row["renewed"] or 0)


@pytest.mark.parametrize("seed", range(6))
def test_the_query_gives_what_its_twin_gives(house: House, seed: int) -> None:
    rng = random.Random(seed)
    outcomes: list[Outcome] = ["OK", "OK", "OK", "PARTIAL", "FAILED", "NOT EXPECTED"]
    moments = {MORNING - timedelta(minutes=rng.randrange(-600, 9000)) for _ in range(25)}
    visits = []
    for moment in sorted(moments):
        entries = rng.choice([0, 5, 20])
        visits.append(visit(moment, rng.choice(outcomes), rng.randrange(entries + 1), entries))
    assert found(house, MORNING, *visits) == twin(visits, MORNING)


def test_the_stock_of_the_first_visit_is_not_what_a_day_brings(house: House) -> None:
    rows = found(house, MORNING, visit(MORNING - timedelta(hours=5), new=20), visit(MORNING, new=2))
    assert rows[date(2026, 11, 22)]["new"] == 2


def test_nothing_after_the_cutoff_is_known(house: House) -> None:
    later = visit(MORNING + timedelta(minutes=1), "FAILED", reason="login_wall")
    rows = found(house, MORNING, visit(MORNING - timedelta(hours=2)), later)
    assert rows[date(2026, 11, 22)]["outcome"] == "OK"


@pytest.mark.parametrize(
    ("clock", "label"),
    [((0, 30), 22), ((6, 30), 22), ((11, 59), 22), ((12, 1), 23), ((23, 30), 23)],
    ids=["past midnight", "morning", "before noon", "after noon", "evening"],
)
def test_a_period_goes_by_the_day_it_lies_in_for_the_most(clock: tuple[int, int], label: int) -> None:
    assert last_period(MORNING.replace(hour=clock[0], minute=clock[1]), ZONE) == date(2026, 11, label)


@pytest.mark.parametrize("sunday", [date(2026, 3, 29), date(2026, 10, 25)], ids=["spring", "autumn"])
def test_a_day_on_which_the_clock_changes_is_one_day(house: House, sunday: date) -> None:
    zone = ZoneInfo(ZONE)
    mornings = [
        datetime(each.year, each.month, each.day, 6, 30, tzinfo=zone)
        for each in (sunday + timedelta(days=n) for n in (-1, 0, 1))
    ]
    rows = found(house, mornings[-1], *(visit(each, new=n) for n, each in enumerate(mornings)))
    assert [(day, row["new"]) for day, row in rows.items()] == [
        (sunday - timedelta(days=2), 0),
        (sunday - timedelta(days=1), 1),
        (sunday, 2),
    ]
