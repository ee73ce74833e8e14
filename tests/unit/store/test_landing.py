"""Landing files: named by their lines, read by anybody, and time that goes back or stands still costs nothing."""

from __future__ import annotations

import re
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from stocked import LATER, START, Stocked, item, spoil

from kaders.errors import Quarantine
from kaders.jobs.run import morning_of
from kaders.jobs.verify import verify
from kaders.model import Item, Window
from kaders.settings import Places
from kaders.store import landing, sums
from kaders.store.connection import reading
from kaders.store.documents import documents_as_of

DOCS = Path(__file__).parents[3] / "docs"
HERE = ZoneInfo("Europe/Amsterdam")


def test_a_file_is_named_after_its_moment_and_its_lines(full: Stocked) -> None:
    places, items = full.settings.places, [item(1, START), item(2, START)]
    first = landing.write(places, "bode", START, items)
    assert re.fullmatch(r"bode/2026-11-02/053000Z-[0-9a-f]{16}\.jsonl\.gz", first)
    assert landing.write(places, "bode", START, items) == first
    assert landing.write(places, "bode", START, items[:1]) != first
    assert sums.standing(places.of("landing") / first) is sums.Standing.WHOLE


@pytest.fixture
def read(full: Stocked) -> dict[str, Any]:
    """What the code of docs/architecture.md makes of many files without an author and then some with one."""
    lone = [item(200 + n, START + timedelta(minutes=n), "aa", published=None) for n in range(40)]
    for each in lone:
        landing.write(full.settings.places, "aa", each.fetched_at, [each])
    section = (DOCS / "architecture.md").read_text("utf-8").split("## Landing")[1].split("\n## ")[0]
    (code,) = re.findall(r"```python\n(.*?)```", section, re.DOTALL)
    given: dict[str, Any] = {}
    exec(code.replace("data/landing/waterdam", str(full.settings.places.of("landing"))), given)
    return given


def test_duckdb_reads_landing_as_the_docs_say(read: dict[str, Any]) -> None:
    assert read["counts"].fetchall() == [("aa", 40, 0), ("bode", 12, 0), ("plein", 12, 3)]
    kinds = dict(zip(read["items"].columns, map(str, read["items"].types), strict=True))
    assert set(kinds) == {field.name for field in fields(Item)}, "all of a line, and no more"
    assert (kinds["author"], kinds["published"]) == ("VARCHAR", "TIMESTAMP WITH TIME ZONE")
    assert read["items"].filter("published IS NOT NULL").aggregate("count(*)").fetchall() == [(24,)]


def test_pandas_reads_landing_as_the_docs_say(read: dict[str, Any]) -> None:
    frame = read["frame"]
    assert frame.groupby("source")["author"].count().to_dict() == {"aa": 0, "bode": 0, "plein": 4}
    assert (str(frame["author"].dtype), str(frame["language"].dtype)) == ("string", "string")
    assert {str(frame[name].dtype).split("[")[1] for name in ("published", "fetched_at")} <= {
        "us, UTC]",
        "ns, UTC]",
    }
    assert frame["published"].notna().sum() == 8 and sorted(frame["title"])[0] == "Titel 0"


@pytest.mark.parametrize("at", [0.0, 0.3, 0.6, 0.97])
def test_a_damaged_file_is_named_wherever_it_is_hurt(full: Stocked, at: float) -> None:
    path = landing.paths(full.settings.places)[0]
    spoil(path, at=at, size=4)
    with pytest.raises(Quarantine, match=re.escape(str(path))):
        list(landing.read(path))
    with pytest.raises(Quarantine, match=re.escape(str(path))):
        landing.empty(path, lambda each: True)
    assert sums.standing(path) is sums.Standing.DAMAGED


def loaded(full: Stocked) -> list[str]:
    """The documents of which the number is a hundred or more."""
    return [
        row[0]
        for row in full.rows("SELECT title FROM core_document WHERE title LIKE 'Titel 1__' ORDER BY ALL")
    ]


def known(full: Stocked, cutoff: datetime) -> set[str]:
    """What a morning with this cut-off sees of those."""
    day = cutoff.astimezone(HERE).date()
    window = Window(day, day, day, day, day - timedelta(days=30), cutoff)
    with reading(full.settings.places) as con:
        frame = documents_as_of(con, window, "Europe/Amsterdam")
    return {title for title in frame["title"] if re.fullmatch(r"Titel 1\d\d", title)}


def test_a_clock_that_goes_back_an_hour_loses_nothing(full: Stocked) -> None:
    """Visits and loads after the clock was set right carry an earlier moment than those before."""
    ahead, right = LATER + timedelta(hours=1), LATER + timedelta(minutes=5)
    full.land(ahead, item(100, ahead))
    assert full.load(ahead).counts["documents"] == 1
    full.land(right, item(101, right), item(100, right))
    assert full.load(right).counts == {"files": 1, "documents": 1, "duplicates": 0, "visits": 1}
    assert loaded(full) == ["Titel 100", "Titel 101"]
    assert full.rows("SELECT first_seen FROM core_document WHERE title = 'Titel 100'") == [(right,)]
    assert (
        known(full, right) == {"Titel 100", "Titel 101"}
        and known(full, right - timedelta(seconds=1)) == set()
    )
    assert verify(full.settings, right).failures == ()


def test_the_same_moment_twice_keeps_both(full: Stocked) -> None:
    """A clock that stands still: two visits in one second, with other items and with the same."""
    for number in (100, 101, 101):
        full.land(LATER, item(number, LATER))
        full.load(LATER)
    assert loaded(full) == ["Titel 100", "Titel 101"]
    assert verify(full.settings, LATER).failures == ()


def test_the_night_with_an_hour_twice_keeps_both_hours_apart(full: Stocked) -> None:
    """25 October 2026, 02:30 comes twice in Amsterdam: 00:30 and 01:30 UTC. Visits carry the local time."""
    once = datetime(2026, 10, 25, 2, 30, tzinfo=HERE)
    again = once.replace(fold=1)
    assert (once.astimezone(UTC).hour, again.astimezone(UTC).hour) == (0, 1)
    for number, seen in ((100, once), (101, again)):
        full.land(seen, item(number, seen, published=seen))
        full.load(seen)
    assert loaded(full) == ["Titel 100", "Titel 101"]
    names = [
        path.name[:7]
        for path in landing.paths(full.settings.places, "bode")
        if path.parent.name == "2026-10-25"
    ]
    assert names == ["003000Z", "013000Z"]
    at = datetime(2026, 10, 25, 0, 45, tzinfo=UTC)
    assert known(full, at) == {"Titel 100"} and known(full, at + timedelta(hours=1)) == {
        "Titel 100",
        "Titel 101",
    }
    assert verify(full.settings, LATER).failures == ()


@pytest.mark.parametrize(
    ("day", "hours"), [("2026-10-25", 25), ("2026-10-24", 24), ("2027-03-28", 23), ("2027-03-29", 24)]
)
def test_mornings_around_a_change_of_the_clock_leave_no_gap(full: Stocked, day: str, hours: int) -> None:
    """Each morning is at 06:30 on the wall; what is seen in the night before belongs to exactly one of them."""
    that = datetime.fromisoformat(day).date()
    before, after = (morning_of(one, full.settings) for one in (that - timedelta(days=1), that))
    assert after.astimezone(UTC) - before.astimezone(UTC) == timedelta(hours=hours)
    steps = [before.astimezone(UTC) + timedelta(minutes=30 * n) for n in range(2 * hours + 1)]
    for number, seen in enumerate(steps):
        full.land(seen, item(100 + number, seen, published=seen - timedelta(minutes=1)))
    full.load(after)
    assert len(loaded(full)) == 2 * hours + 1
    assert known(full, after.astimezone(UTC)) - known(full, before.astimezone(UTC)) == {
        f"Titel {100 + number}" for number in range(1, 2 * hours + 1)
    }


def test_half_a_pair_and_strange_signs_come_back_as_they_were(full: Stocked, tmp_path: Path) -> None:
    odd = "a\u2028b\u0085c\rd\x1fe\x00f\ud83dg"
    name = landing.write(full.settings.places, "bode", LATER, [item(1, LATER, title=odd)])
    path = full.settings.places.of("landing") / name
    assert [one.title for one in landing.read(path)] == [odd.replace("\ud83d", "\ufffd")]
    assert landing.empty(path, lambda each: False) == 0
    assert landing.empty(path, lambda each: True) == 1
    assert sums.standing(path) is sums.Standing.CHANGED


def test_half_a_pair_of_surrogates_never_loses_a_visit(tmp_path: Path) -> None:
    at = datetime(2026, 11, 23, 8, tzinfo=UTC)
    places = Places(
        folder=tmp_path, data=tmp_path, reference=tmp_path, patterns=tmp_path, organisation="waterdam"
    )
    made = Item("bron", "a\ud800b", "", "Titel", "", None, at)
    landing.write(places, "bron", at, [made])
    (kept,) = [each for path in landing.paths(places) for each in landing.read(path)]
    assert (kept.guid, kept.title) == ("a\ufffdb", "Titel")
