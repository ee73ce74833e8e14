"""The weekly export: counted in the warehouse, reopened with pandas, honest about what is missing."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import openpyxl  # type: ignore[import-untyped]
import pandas as pd
import pytest

from kaders.jobs.export import export
from kaders.report.trend_words import NO, NO_DATA, SYNTHETIC, TITLES, YES
from kaders.report.trends import week_before
from kaders.settings import Organisation, Places, Settings
from kaders.store.connection import publish, writing

MONDAY = date(2026, 11, 23)
MOMENT = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
ROLES = ("absent", "contested", "reframed", "unframed")


def settings_of(folder: Path) -> Settings:
    owner = {
        "role": "spokesperson",
        "name": {"nl": "Woordvoering", "en": "Press"},
        "mail": "p@waterdam.example",
    }
    organisation = Organisation.model_validate(
        {
            "id": "waterdam",
            "name": {"nl": "Gemeente Waterdam"},
            "synthetic": True,
            "contact": "kaders@waterdam.example",
            "owners": {"pers": owner},
            "owner_rules": dict.fromkeys(ROLES, "pers"),
        }
    )
    shared = {"kind": "news", "owner_group": "krant", "expected_per_day": 5, "terms": "test"}
    topic = {"any": {"nl": ["x"]}, "policy_area": "wonen"}
    return Settings.model_validate(
        {
            "organisation": organisation,
            "places": Places(
                folder=folder, data=folder, reference=folder, patterns=folder, organisation="waterdam"
            ),
            "sources": [{"id": f"bron-{n}", "name": f"Bron {n}", **shared} for n in (1, 2)],
            "topics": [
                {"id": "a", "name": {"nl": '=HYPERLINK("http://x.example")', "en": "+A"}, **topic},
                {"id": "b", "name": {"nl": "Bee"}, **topic},
                {"id": "c", "name": {"nl": "Zee"}, **topic},
            ],
            "policy_areas": [
                {"code": "c_w", "uri": "https://x.example/w", "label": {"nl": "wonen", "en": "housing"}},
                {"code": "c_p", "uri": "https://x.example/p", "label": {"nl": "huur"}, "parent": "c_w"},
                {"code": "c_v", "uri": "https://x.example/v", "label": {"nl": "verkeer", "en": "traffic"}},
            ],
            **dict.fromkeys(("frames", "subscriptions", "frame_names"), ()),
        }
    )


class Warehouse:
    """Rows for the tables of one organisation, written and published in one go."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.rows: dict[str, list[dict[str, Any]]] = {}

    def add(self, table: str, **row: Any) -> None:
        self.rows.setdefault(table, []).append(row)

    def document(self, doc: str, published: datetime, *, tags: dict[str, list[str]], **more: Any) -> None:
        """A document that was seen an hour after it was published."""
        row = {"id": doc, "content": "1", "kind": "news", "fate": "kept", "published": published}
        row |= {"first_seen": published + timedelta(hours=1)} | more
        before = [each for each in self.rows.get("core_document", []) if each["id"] == doc]
        for each in before[-1:]:
            each["superseded"] = row["first_seen"]
        row |= {"entry": doc, "story": doc, "revision": len(before) + 1}
        row |= {"relation": "revision" if before else "new", "born": row["first_seen"], "dated": published}
        row |= {name: before[0][name] for name in ("born", "dated") if before}
        self.add("core_document", **row)
        for layer, codes in tags.items():
            for position, code in enumerate(codes):
                tag = {"layer": layer, "code": code, "score": 0.5, "position": position}
                self.add("core_tag", id=doc, content=row["content"], **tag)

    def publish(self) -> None:
        with writing(self.settings.places) as con:
            for table, rows in self.rows.items():
                for row in rows:
                    names, marks = ", ".join(row), ", ".join("?" * len(row))
                    con.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", list(row.values()))
        publish(self.settings.places)


def at(day: date, hour: int = 11) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


def back(days: int) -> date:
    return MONDAY - timedelta(days=days)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return settings_of(tmp_path)


@pytest.fixture
def filled(settings: Settings) -> Settings:
    house = Warehouse(settings)
    for number in range(3):
        house.document(f"a{number}", at(back(7 - number)), tags={"topic": ["a"], "area": ["c_w", "c_v"]})
    house.document("ab", at(back(1)), tags={"topic": ["a", "b"], "area": ["c_v"]})
    house.document("before", at(back(9)), tags={"topic": ["b"], "area": ["c_w"]})
    # 23:30 UTC on Sunday is Monday in Amsterdam, and Monday is next week
    house.document("monday", at(back(1), 23), tags={"topic": ["b"]})
    house.document("own", at(back(2)), tags={"topic": ["b"]}, kind="own")
    house.document("copy", at(back(2)), tags={"topic": ["b"]}, fate="duplicate")
    house.document("late", at(back(2)), tags={"topic": ["b"]}, first_seen=MOMENT + timedelta(hours=1))
    # a revision of Tuesday for a document of the week before: it stays an item of that week, tagged anew
    house.document("before", at(back(6)), tags={"topic": ["c"], "area": ["c_w"]}, content="2")
    for days in range(1, 9):
        gap = {"status": "standing_gap" if days == 1 else "normal", "tolerance": 0.25}
        gap |= {"divergence": 0.4, "divergence_low": 0.3, "divergence_high": 0.5}
        house.add("out_issue_day", day=back(days - 1), analysed=back(days), issue="topic:a", **gap)
    nothing = {"status": "not_tested", "divergence": None, "tolerance": 0.25}
    house.add("out_issue_day", day=back(2), analysed=back(3), issue="topic:b", **nothing)
    for day, level in ((back(0), "high"), (back(1), "signal"), (back(7), "signal"), (back(2), "watch")):
        payload = {"owner": {"id": "pers"}, "first_day": "2026-11-21"}
        named = {"id": "2026-11-21/topic:a", "issue": "topic:a", "kind": "absent", "level": level}
        house.add("out_signal", day=day, payload=json.dumps(payload), **named)
    for days in range(1, 8):
        house.add("raw_fetch", source="bron-1", moment=at(back(days), 5), outcome="FAILED")
        house.add(
            "raw_fetch", source="bron-1", moment=at(back(days), 9), outcome="OK" if days > 2 else "FAILED"
        )
    house.publish()
    return settings


def sheets(settings: Settings) -> dict[str, pd.DataFrame]:
    path = settings.places.of("out") / "trends" / "2026-W47" / "trends.xlsx"
    frames: dict[str, pd.DataFrame] = pd.read_excel(path, sheet_name=None)
    return {key: frames[title] for key, title in TITLES.items()}


def test_which_week() -> None:
    assert week_before(MONDAY).name == "2026-W47"
    assert week_before(MONDAY + timedelta(days=6)).name == "2026-W47"
    assert week_before(date(2027, 1, 4)).name == "2026-W53"
    assert week_before(MONDAY).sunday == date(2026, 11, 22)


def lines(frame: pd.DataFrame, skip: int) -> dict[str, list[Any]]:
    """The cells after the first `skip` of every row by its id; a blank one is None, so is the total's id."""
    place = list(frame.columns).index("Id")
    found = {}
    for row in frame.itertuples(index=False, name=None):
        cells = [None if pd.isna(cell) else cell for cell in row]
        found[str(cells[place])] = cells[skip:]
    return found


def test_attention_is_items_of_others_by_local_day(filled: Settings) -> None:
    summary = export(filled, MOMENT)
    assert summary.failures == ()
    assert lines(sheets(filled)["attention"], 4) == {
        "None": [4, 1, 3, 1, 1],
        "c_w": [3, 1, 2, 0.75, 1],
        "c_v": [1, 0, 1, 0.25, 0],
        "a": [4, 0, 4, 1, 0],
        "b": [1, 0, 1, 0.25, 0],
        "c": [0, 1, -1, 0, 1],
    }


def test_divergence_is_that_of_the_last_day_measured(filled: Settings) -> None:
    export(filled, MOMENT)
    assert lines(sheets(filled)["divergence"], 3) == {
        "a": [pd.Timestamp(back(1)), 0.4, 0.3, 0.5, 0.25, YES, YES, "kloof zonder groei / standing gap", 7],
        "b": [pd.Timestamp(back(3)), None, None, None, 0.25, None, NO, "niet getoetst / not tested", 0],
    }


def test_signals_of_the_week_without_the_watch_list(filled: Settings) -> None:
    export(filled, MOMENT)
    rows = sheets(filled)["signals"]
    assert rows["Dag / Day"].tolist() == [pd.Timestamp(back(2)), pd.Timestamp(back(1))]
    assert rows["Niveau / Level"].tolist() == ["signaal / signal", "hoog / high"]
    assert set(rows["Eigenaar / Owner"]) == {"Woordvoering / Press"}


def test_sources_say_the_last_word_of_each_day(filled: Settings) -> None:
    export(filled, MOMENT)
    rows = lines(sheets(filled)["sources"], 2)
    assert rows["bron-1"] == [5, 0, 2, 0, pytest.approx(5 / 7)]
    assert rows["bron-2"] == [0, 0, 0, 0, 0]


def test_a_name_like_a_formula_stays_a_text(filled: Settings) -> None:
    export(filled, MOMENT)
    folder = filled.places.of("out") / "trends" / "2026-W47"
    book = openpyxl.load_workbook(folder / "trends.xlsx")
    cells = [cell for row in book[TITLES["attention"]].iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "n"}
    assert not any(cell.hyperlink for cell in cells)
    assert len(book[TITLES["attention"]]._charts) == 1
    names = pd.read_csv(folder / "attention.csv", sep=";", decimal=",", encoding="utf-8-sig")["Nederlands"]
    assert """'=HYPERLINK("http://x.example")""" in names.tolist()


def test_a_rerun_gives_the_same_bytes(filled: Settings) -> None:
    first = {path: Path(path).read_bytes() for path in export(filled, MOMENT).outputs}
    assert len(first) == 6
    assert {path: Path(path).read_bytes() for path in export(filled, MOMENT).outputs} == first


def test_the_first_sheet_explains_and_says_that_it_is_made_up(filled: Settings) -> None:
    export(filled, MOMENT)
    first = sheets(filled)["read_this"]
    assert SYNTHETIC["nl"] in first["Nederlands"].tolist()
    assert SYNTHETIC["en"] in first["English"].tolist()
    explained = set(zip(first["Blad / Sheet"], first["Kolom / Column"], strict=True))
    plain = {"Id", "Nederlands", "English", "Naam / Name"}
    for key, title in list(TITLES.items())[1:]:
        columns = [str(column) for column in sheets(filled)[key].columns]
        assert {(title, column) for column in columns if column not in plain} <= explained


@pytest.mark.parametrize("published", [False, True])
def test_nothing_yet_is_said(settings: Settings, published: bool) -> None:
    if published:
        Warehouse(settings).publish()
    summary = export(settings, MOMENT)
    assert summary.counts == dict.fromkeys(("attention", "divergence", "signals", "sources"), 0)
    for key, frame in sheets(settings).items():
        assert key == "read_this" or frame.iloc[0, 0] == NO_DATA
    folder = settings.places.of("out") / "trends" / "2026-W47"
    assert NO_DATA in (folder / "signals.csv").read_text("utf-8-sig")


def test_a_week_without_any_item_is_blank_not_zero(settings: Settings) -> None:
    house = Warehouse(settings)
    house.document("before", at(back(9)), tags={"topic": ["b"], "area": ["c_w"]})
    house.publish()
    export(settings, MOMENT)
    assert lines(sheets(settings)["attention"], 4)["b"] == [None, 1, None, None, 1]
