"""The documented views: what a BI tool reads, now and as it was known at a moment."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from houses import START, House, places, tagged
from test_twins import HOURS, world

from kaders.model import Fetch, Tagged, Window
from kaders.store import migrate, views
from kaders.store.connection import opened, publish, writing
from kaders.store.documents import documents_as_of
from kaders.store.frames import frame, viewing
from kaders.store.ledger import coverage
from kaders.store.results import save_results

ZONE = "Europe/Amsterdam"
LATER = START + timedelta(hours=3, minutes=42)
EXAMPLE = Path(__file__).parents[2] / "fixtures" / "signals.json"
WITHDRAWN = {"title": "", "text": "", "snippet": "", "url": "", "fate": "withdrawn"}
ORDERS = {
    "attention": "day, issue",
    "coverage": "day, source",
    "document_history": "seen, id, revision",
    "documents": "first_seen, id",
    "signals": "day, position",
    "sources": "source",
    "tags": "day, id, layer, position",
    "trends": "day, issue",
}


def seen(house: House, view: str, as_of: datetime | None = None, *, anew: bool = True) -> pd.DataFrame:
    """The rows of a view of the published copy, which is made `anew` before."""
    if anew:
        publish(house.places)
    with viewing(house.places, ZONE, as_of) as con:
        return frame(con, view, order=ORDERS[view])


def test_every_view_and_column_says_what_it_is(house: House) -> None:
    made = house.rows("SELECT view_name, comment FROM duckdb_views() WHERE NOT internal")
    assert dict(made).keys() == views.views().keys() == ORDERS.keys()
    assert all(comment.startswith("one row per ") for _, comment in made)
    bare = "SELECT table_name, column_name FROM duckdb_columns() WHERE comment IS NULL AND NOT internal"
    assert house.rows(f"{bare} AND table_name IN (SELECT view_name FROM duckdb_views())") == []


@pytest.mark.parametrize("path", sorted(views.FOLDER.glob("*.sql")), ids=lambda path: path.stem)
def test_every_view_says_in_its_first_line_what_a_row_is(path: Path) -> None:
    assert path.read_text("utf-8").startswith("-- one row per ")


def test_no_view_shows_a_full_text_or_an_author(house: House) -> None:
    house.tag(tagged(1, author="a1", text=f"Wat alleen in de volle tekst staat. {'x' * 200}"))
    house.load()
    publish(house.places)
    for view in views.views():
        shown = seen(house, view, anew=False).to_csv()
        assert "alleen in de volle tekst" not in shown and "a1" not in shown, view


def test_a_changed_title_can_be_read_with_its_moment(house: House) -> None:
    first, moment = START, datetime(2026, 11, 2, 8, 12, tzinfo=UTC)
    house.tag(tagged(1, first, title="Wethouder: pas blijft"))
    house.tag(tagged(1, moment, content="c2", title="Wethouder: pas gaat weg"))
    house.load()
    old, new = seen(house, "document_history").to_dict("records")
    assert (old["change"], old["revision"], pd.isna(old["title_changed"])) == ("first seen", 1, True)
    assert (new["change"], new["revision"], new["title_changed"], new["text_changed"]) == (
        "title",
        2,
        True,
        False,
    )
    assert (new["title_before"], new["title"]) == ("Wethouder: pas blijft", "Wethouder: pas gaat weg")
    assert new["seen"].tz_convert(ZONE).strftime("%H:%M") == "09:12"


def test_history_names_text_address_and_withdrawal(house: House) -> None:
    house.tag(tagged(1, START))
    house.tag(tagged(1, LATER, content="c2", text="Nieuw " * 40, url="https://bode.example/nieuw"))
    house.load()
    assert seen(house, "document_history")["change"].tolist() == ["first seen", "text, address"]
    house.tag(tagged(1, LATER + timedelta(hours=1), content="weg", **WITHDRAWN))
    house.load()
    history = seen(house, "document_history")
    assert history["change"].tolist() == ["first seen", "words no longer kept", "withdrawn"]
    assert history["withdrawn"].tolist() == [False, False, True]
    assert seen(house, "documents").empty


def test_what_retention_emptied_is_not_called_a_change(house: House) -> None:
    house.tag(tagged(1, START))
    house.tag(tagged(1, LATER, content="c2", title="Anders"))
    house.load()
    house.rows("UPDATE core_document SET title = '', text = '', snippet = '' WHERE content = 'c1'")
    last = seen(house, "document_history").to_dict("records")[-1]
    assert last["change"] == "words no longer kept" and pd.isna(last["title_changed"])


def test_a_document_as_a_bi_tool_sees_it(house: House) -> None:
    house.tag(tagged(1, START, frames={"economic": 0.75, "morality": 0.25}, topics=("haven", "afvalpas")))
    house.tag(tagged(2, START, topics=(), policy_areas={}, frames={}, url="https://bode.example/1"))
    house.load()
    one, copy = seen(house, "documents").to_dict("records")
    assert one | {"day": date(2026, 11, 2), "topics": "afvalpas, haven", "policy_area": "c_b"} == one
    assert one | {"frame": "economic", "frame_share": 0.75, "counters": "afvalpas/werkt-niet"} == one
    assert (one["copy"], copy["copy"], copy["topics"], pd.isna(copy["frame"])) == (False, True, "", True)
    assert seen(house, "tags").query("layer == 'topic'")["code"].tolist() == ["haven", "afvalpas"]


def test_a_day_is_one_of_the_time_zone_of_the_session(house: House) -> None:
    """Published at 23:30 in London is the next day in the Netherlands."""
    house.tag(
        tagged(1, datetime(2026, 11, 3, 5, tzinfo=UTC), published=datetime(2026, 11, 2, 23, 30, tzinfo=UTC))
    )
    house.load()
    publish(house.places)
    for zone, day in ((ZONE, date(2026, 11, 3)), ("Europe/London", date(2026, 11, 2))):
        with viewing(house.places, zone, None) as con:
            assert frame(con, "documents", order="id")["day"].tolist() == [day]


def visit(source: str, hours: float, outcome: Any, new: int = 0) -> Fetch:
    reason = "" if outcome == "OK" else "timeout"
    return Fetch(source, START + timedelta(hours=hours), outcome, reason, entries=9, new_entries=new)


def test_how_the_sources_stand(house: House) -> None:
    house.visit(
        visit("bode", -200, "FAILED"), visit("bode", 0, "OK", 4), visit("bode", 2, "FAILED"), name="a"
    )
    house.visit(visit("bode", 3, "FAILED"), visit("krant", 1, "OK", 2), name="b")
    house.tag(tagged(1, START), tagged(2, START - timedelta(days=30)))
    house.tag(tagged(3, START, source="dood", owner_group="dood"), source="dood")
    house.load()
    found = seen(house, "sources").set_index("source").to_dict("index")
    bode, krant, dood = found["bode"], found["krant"], found["dood"]
    assert bode | {"outcome": "FAILED", "reason": "timeout", "since": START + timedelta(hours=2)} == bode
    assert bode | {"last_good_visit": START, "visits_7d": 3, "failed_7d": 2, "entries_7d": 4} == bode
    assert bode | {"documents": 2, "documents_7d": 1, "kind": "news"} == bode
    assert (krant["documents"], pd.isna(krant["kind"]), krant["outcome"]) == (0, True, "OK")
    assert (dood["visits_7d"], pd.isna(dood["outcome"]), dood["documents"]) == (0, True, 1)
    before = seen(house, "sources", START + timedelta(hours=1)).set_index("source").loc["bode"]
    assert (before["outcome"], before["visits_7d"]) == ("OK", 1)


def test_mornings_that_were_not_judged_yet_are_not_known(house: House) -> None:
    morning = json.loads(EXAMPLE.read_text("utf-8"))
    with writing(house.places) as con:
        save_results(con, morning)
    before, at = (datetime(2026, 11, 23, 5, minute, tzinfo=UTC) for minute in (29, 30))
    for view in ("signals", "trends"):
        assert seen(house, view, before).empty
        pd.testing.assert_frame_equal(seen(house, view, at), seen(house, view))
    top, told = seen(house, "signals").to_dict("records")[0], morning["signals"][0]
    assert (top["headline_nl"], top["owner"], top["action"]) == (
        told["headline"]["nl"], told["owner"]["id"], told["action"],
    )  # fmt: skip
    assert (top["name_nl"], top["seen"], top["first_day"]) == (told["name"]["nl"], 40, date(2026, 11, 21))
    assert top["answer_by"] == pd.Timestamp(told["answer_by"])


@pytest.mark.parametrize("seed", range(6))
def test_the_past_is_that_of_the_mornings(tmp_path: Path, seed: int) -> None:
    """The views against queries/documents_as_of.sql and coverage.sql, hour by hour, loaded in random order."""
    rng = random.Random(seed)
    house, outcomes = House(places(tmp_path)), ("OK", "PARTIAL", "FAILED", "NOT EXPECTED")
    found = [*world(rng), *([_taken_back(rng)] for _ in range(2))]
    for documents in rng.sample(found, len(found)):
        house.tag(*documents)
    hours = [rng.randrange(HOURS * 4) for _ in range(20)]
    for number, hour in enumerate(hours):
        house.visit(visit(rng.choice("ab"), hour, rng.choice(outcomes), rng.randrange(5)), name=str(number))
    house.load()
    publish(house.places)
    for hour in range(-1, HOURS * 4, 3):
        _compare(house, START + timedelta(hours=hour, minutes=30))


def _taken_back(rng: random.Random) -> Tagged:
    seen = START + timedelta(hours=rng.randrange(HOURS), minutes=10)
    return tagged(rng.randrange(6), seen, content="weg", **WITHDRAWN)


def _compare(house: House, moment: datetime) -> None:
    window = Window(moment.date(), moment.date(), moment.date(), moment.date(), date(2020, 1, 1), moment)
    with viewing(house.places, ZONE, moment) as con:
        documents = frame(con, "documents", order="first_seen, id")
        days = frame(con, "coverage", order="day, source")
        ruled, covered = documents_as_of(con, window, ZONE), coverage(con, window, ZONE)
    assert documents["id"].tolist() == ruled["doc"].tolist()
    for name in ("content", "day", "source", "title", "url", "snippet"):
        assert documents[name].tolist() == ruled[name].tolist(), name
    for name in ("published", "first_seen"):
        assert (documents[name] == ruled[name]).all(), name
    assert documents["copy"].tolist() == (ruled["fate"] == "duplicate").tolist()
    assert documents["topics"].tolist() == [", ".join(sorted(topics)) for topics in ruled["topics"]]
    assert documents["policy_area"].tolist() == [areas[0] for areas in ruled["areas"]]
    for name in ("day", "source", "outcome", "last_outcome", "reason", "entries"):
        assert days[name].tolist() == covered[name].tolist(), name


def test_a_later_load_leaves_the_past_as_it_was(house: House) -> None:
    house.tag(tagged(1, START), tagged(2, START))
    house.visit(visit("bode", 0, "OK", 2))
    house.load()
    publish(house.places)
    before = {view: seen(house, view, START, anew=False) for view in views.views()}
    house.tag(tagged(1, LATER, content="c9", title="Anders"), tagged(3, LATER))
    house.visit(visit("bode", 4, "FAILED"), name="later")
    house.load()
    assert not seen(house, "documents").equals(before["documents"])
    for view, known in before.items():
        pd.testing.assert_frame_equal(seen(house, view, START, anew=False), known)


def test_a_view_is_made_anew_when_its_file_changes(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.tag(tagged(1))
    house.load()
    with writing(house.places) as con:
        assert migrate.migrate(con) == 0 and views.up_to_date(con)
    (tmp_path / "brief.sql").write_text(
        "-- one row per document\nCREATE VIEW brief AS SELECT id FROM core_document;"
    )
    with _other_files(tmp_path, monkeypatch), opened(house.places.warehouse) as con:
        assert not views.up_to_date(con)
        assert migrate.migrate(con) == 0
        assert con.execute("SELECT view_name FROM duckdb_views() WHERE NOT internal").fetchall() == [
            ("brief",)
        ]
        assert con.execute("FROM brief").fetchall() == [("d1",)]
    assert not seen(house, "documents").empty, "and back"


@contextmanager
def _other_files(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The views are those of a folder, until the block ends."""
    with monkeypatch.context() as changed:
        changed.setattr(views, "FOLDER", folder)
        _read_anew()
        yield
    _read_anew()


def _read_anew() -> None:
    views.views.cache_clear()
    views._fingerprint.cache_clear()
