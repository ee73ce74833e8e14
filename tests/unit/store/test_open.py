"""`kaders.open()`: the published copy as pandas frames, beside a load, as of a moment, and as docs/notebook.md shows."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest
from houses import START, House, tagged
from test_connection import in_another_process

import kaders
from kaders.errors import ConfigurationError, KadersError
from kaders.model import Fetch
from kaders.settings import MORNING, Settings
from kaders.store.connection import publish, reading, writing
from kaders.store.results import save_results

DOCS = Path(__file__).parents[3] / "docs"
EXAMPLE = Path(__file__).parents[2] / "fixtures" / "signals.json"
SOURCES = """\
sources:
- {id: bode, name: De Bode, kind: news, url: 'https://bode.example/', owner_group: bode, expected_per_day: 4, terms: a}
- {id: raad, name: Raad, kind: rss, url: 'https://raad.example/', owner_group: raad, expected_per_day: 1, terms: a, licence: full}
- {id: stil, name: Stil, kind: rss, url: 'https://stil.example/', owner_group: stil, expected_per_day: 1, terms: a}
"""
LATER = START + timedelta(hours=2, minutes=42)


@pytest.fixture
def mine(organisation: Callable[[str], Settings], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> House:
    """The organisation `organisations/mine` of the folder we stand in; nothing is loaded yet."""
    settings = organisation(SOURCES)
    home = tmp_path / "home"
    (home / "organisations").mkdir(parents=True)
    settings.places.folder.rename(home / "organisations" / "mine")
    monkeypatch.chdir(home)
    monkeypatch.delenv("KADERS_DATA", raising=False)
    return House(settings.places.model_copy(update={"data": home / "data"}))


def fill(house: House) -> None:
    """Two days of a small town: a retitled article, a copy, a council paper, a failing visit and a morning."""
    house.tag(tagged(1, START, title="Pas blijft"), tagged(2, START, url="https://bode.example/1"))
    house.tag(tagged(1, LATER, content="c1b", title="Pas gaat weg"), tagged(3, LATER, topics=("haven",)))
    house.tag(tagged(4, START, source="raad", owner_group="raad", kind="rss"), source="raad")
    house.tag(tagged(5, START, source="weg", owner_group="weg"), source="weg")
    house.visit(
        Fetch("bode", START, "OK", entries=9, new_entries=2), Fetch("raad", START, "OK", new_entries=1)
    )
    house.visit(Fetch("bode", LATER, "FAILED", "timeout", "gave no answer in 30 seconds"), name="b")
    house.load()
    with writing(house.places) as con:
        save_results(con, json.loads(EXAMPLE.read_text("utf-8")))
    publish(house.places)


def test_importing_kaders_is_cheap() -> None:
    code = "import kaders, sys; kaders.open; print([m for m in ('pandas', 'duckdb', 'pydantic') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_nothing_published_yet_is_one_sentence(mine: House) -> None:
    with pytest.raises(
        KadersError, match=r"^Nothing has been loaded for dijkdorp yet: run `kaders run` first$"
    ):
        kaders.open("organisations/mine")


def test_a_copy_with_other_views_is_one_sentence(mine: House) -> None:
    fill(mine)
    with writing(mine.places, publishing=True) as con:
        con.execute("DROP MACRO views_made_from")
        con.execute("DROP VIEW documents")
    with pytest.raises(KadersError, match="was published by an older Kaders: run `kaders load` first"):
        kaders.open("organisations/mine")
    publish(mine.places)
    assert len(kaders.open("organisations/mine").documents()) == 5


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"organisation": "organisations/thine"}, "organisations/thine:1: this folder does not exist"),
        ({"as_of": "yesterday"}, "'yesterday' is no moment. Write it as 2026-11-23 or"),
        ({"as_of": "2026-13-01"}, "'2026-13-01' is no moment"),
    ],
)
def test_what_is_asked_wrongly_is_one_sentence(mine: House, wrong: dict[str, str], said: str) -> None:
    fill(mine)
    with pytest.raises(ConfigurationError, match=re.escape(said)):
        kaders.open(wrong.pop("organisation", "organisations/mine"), **wrong)


def test_a_day_that_is_none_is_one_sentence(mine: House) -> None:
    fill(mine)
    with pytest.raises(ConfigurationError, match=r"^'gisteren' is no day\. Write it as YYYY-MM-DD"):
        kaders.open("organisations/mine").signals("gisteren")


def test_the_types_are_those_of_the_docs_with_rows_and_without(mine: House) -> None:
    fill(mine)
    warehouse = kaders.open("organisations/mine")
    told = dict(
        re.findall(
            r"^\| `([A-Z ]+)`(?:, `BIGINT`)? \| `([\w.\[\], ]+)`", (DOCS / "notebook.md").read_text(), re.M
        )
    )
    assert told == {
        "TIMESTAMP WITH TIME ZONE": "datetime64[us, UTC]", "DATE": "datetime.date", "VARCHAR": "str",
        "INTEGER": "Int64", "DOUBLE": "Float64", "BOOLEAN": "boolean",
    }  # fmt: skip
    told["DATE"], told["BIGINT"] = "object", told["INTEGER"]
    with reading(mine.places) as con:
        kinds = con.execute("SELECT table_name, column_name, data_type FROM duckdb_columns()").fetchall()
    calls: dict[str, Callable[..., pd.DataFrame]] = {
        "signals": warehouse.signals, "trends": warehouse.trends, "documents": warehouse.documents,
        "document_history": warehouse.history, "tags": warehouse.tags, "coverage": warehouse.coverage,
        "attention": warehouse.attention,
    }  # fmt: skip
    for view, call in calls.items():
        wanted = {name: told[kind] for table, name, kind in kinds if table == view}
        for found in (call(), call(since="2040-01-01")):
            assert {name: str(kind) for name, kind in found.dtypes.items()} == wanted, view
    wanted = {name: told[kind] for table, name, kind in kinds if table == "sources"}
    kept = {str(name): str(kind) for name, kind in warehouse.sources().dtypes.items()}
    assert kept == wanted | {"name": "str", "licence": "str", "expected_per_day": "Float64"}
    assert type(warehouse.signals()["day"][0]) is date


def test_days_are_both_included_and_narrowing_narrows(mine: House) -> None:
    fill(mine)
    warehouse = kaders.open("organisations/mine")
    morning = json.loads(EXAMPLE.read_text("utf-8"))
    day = morning["day"]
    assert len(warehouse.signals(day, day)) == len(morning["signals"])
    assert len(warehouse.signals(date.fromisoformat(day), watched=True)) == len(
        morning["signals"] + morning["watch"]
    )
    assert warehouse.signals(until="2026-11-22").empty
    assert set(warehouse.trends(issue="topic:afvalpas")["issue"]) == {"topic:afvalpas"}
    assert warehouse.documents(topic="haven")["id"].tolist() == ["d3"]
    assert warehouse.documents("2026-11-02", "2026-11-02", source="raad")["id"].tolist() == ["d4"]
    assert warehouse.documents(until=date(2026, 11, 1)).empty
    assert warehouse.history(document="d1")["change"].tolist() == ["first seen", "title"]
    assert set(warehouse.tags(layer="frame")["code"]) == {"economic", "morality"}
    assert warehouse.coverage(source="bode")[["outcome", "last_outcome"]].values.tolist() == [
        ["OK", "FAILED"]
    ]


def test_what_there_is_not_is_refused_as_a_search_refuses_it(mine: House) -> None:
    fill(mine)
    (Path("organisations/mine") / "topics.yaml").write_text(
        "topics: [{id: afvalpas}, {id: stadspark}]", "utf-8"
    )
    warehouse = kaders.open("organisations/mine")
    with pytest.raises(ConfigurationError, match=r"^There is no topic 'nee': known are afvalpas, stadspark$"):
        warehouse.documents(topic="nee")
    with pytest.raises(ConfigurationError, match=r"^There is no source 'stiel': did you mean stil\?$"):
        warehouse.documents(source="stiel")
    assert warehouse.documents(topic="stadspark").empty, "nothing was heard of it yet"
    assert warehouse.documents(source="stil").empty, "nothing came of it yet"
    assert warehouse.documents(topic="haven")["id"].tolist() == ["d3"], "it left topics.yaml"
    assert warehouse.documents(source="weg")["id"].tolist() == ["d5"], "it left sources.yaml"


def test_full_texts_only_where_the_licence_lets_them_be_shown(mine: House) -> None:
    fill(mine)
    warehouse = kaders.open("organisations/mine")
    found = warehouse.documents(text=True).set_index("id")["text"]
    assert found["d4"].startswith("4: Bij de container")
    assert found.drop("d4").isna().all() and len(found) == 5
    assert "text" not in warehouse.documents()


def test_sources_stand_in_their_own_order_with_those_that_left(mine: House) -> None:
    fill(mine)
    found = kaders.open("organisations/mine").sources()
    assert found["source"].tolist() == ["bode", "raad", "stil", "weg"]
    bode, _, stil, weg = found.to_dict("records")
    assert (bode["name"], bode["outcome"], bode["reason"]) == (
        "De Bode",
        "FAILED",
        "gave no answer in 30 seconds",
    )
    assert (stil["kind"], stil["documents"], pd.isna(stil["last_visit"])) == ("rss", 0, True)
    assert (pd.isna(weg["name"]), weg["owner_group"], weg["documents"]) == (True, "weg", 1)


def test_the_past_is_asked_by_moment_by_clock_and_by_morning(mine: House) -> None:
    fill(mine)

    def titles(as_of: datetime | date | str | None) -> dict[str, str]:
        found = kaders.open("organisations/mine", as_of=as_of).documents()
        return dict(zip(found["id"], found["title"], strict=True))

    assert MORNING.isoformat() == "06:30:00", "and START is that morning"
    now, then = titles(None), titles(START)
    assert (now["d1"], then["d1"]) == ("Pas gaat weg", "Pas blijft")
    assert now.keys() - then.keys() == {"d3"}
    assert titles(date(2026, 11, 2)) == titles("2026-11-02") == titles("2026-11-02T06:30") == then
    assert titles("2026-11-02T05:30+00:00") == then
    assert titles("2026-11-02T06:29") == {} and titles(LATER) == now
    before = kaders.open("organisations/mine", as_of="2026-11-23T06:29")
    assert (
        before.signals().empty and not kaders.open("organisations/mine", as_of="2026-11-23").signals().empty
    )


def test_a_reader_and_a_writer_at_work_do_not_wait_for_each_other(mine: House) -> None:
    """A writer holds the warehouse in an open transaction; a reader, one copy open, lets the next be published."""
    fill(mine)
    child = in_another_process(
        mine,
        """
        places = places.model_copy(update={"organisation": "dijkdorp"})
        from kaders.store.connection import transaction, writing
        with writing(places, publishing=True) as con:
            with transaction(con):
                con.execute("INSERT INTO core_document BY NAME SELECT * REPLACE ('d9' AS id) "
                            "FROM core_document WHERE id = 'd3'")
                ready()
        print("published", flush=True)
        """,
    )
    began = time.monotonic()
    warehouse = kaders.open("organisations/mine")
    with warehouse as held:
        assert len(held.documents()) == 5
        assert time.monotonic() - began < 10, "patience for a second writer is thirty seconds"
        assert child.stdin and child.stdout
        child.stdin.write("\n")
        child.stdin.flush()
        assert child.stdout.readline() == "published\n"
        assert child.wait(timeout=30) == 0
        assert len(held.documents()) == 5, "one copy within the block"
    assert len(warehouse.documents()) == 6, "and the newest after it"


def test_nothing_can_be_written_through_it(mine: House) -> None:
    fill(mine)
    with reading(mine.places) as con, pytest.raises(Exception, match="read-only"):
        con.execute("DELETE FROM core_document")


def test_the_notebook_of_the_docs_runs(mine: House, capsys: pytest.CaptureFixture[str]) -> None:
    fill(mine)
    blocks = re.findall(r"^```python\n(.*?)^```", (DOCS / "notebook.md").read_text("utf-8"), re.M | re.S)
    assert len(blocks) >= 7
    exec(compile("\n".join(blocks), "docs/notebook.md", "exec"), {})
    said = capsys.readouterr().out
    assert "title changed at 09:12: Pas blijft → Pas gaat weg" in said
    assert "4 documents were known, 5 are now" in said


def test_the_queries_for_other_tools_run(mine: House) -> None:
    fill(mine)
    (block,) = re.findall(r"^```sql\n(.*?)^```", (DOCS / "notebook.md").read_text("utf-8"), re.M | re.S)
    clock, moment, query, back = (line for line in block.splitlines() if line)
    with reading(mine.places) as con:
        con.execute(clock)
        con.execute(moment)
        assert len(con.execute(query).fetchall()) == 4
        con.execute(back)
        assert len(con.execute(query).fetchall()) == 5
