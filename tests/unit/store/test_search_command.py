"""The command as an analyst uses it: what is printed, what is never printed, and how it fails."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from houses import House, tagged

from kaders.ask.question import question
from kaders.cli import main
from kaders.errors import ConfigurationError
from kaders.jobs.search import bound, search
from kaders.load import load
from kaders.settings import Settings
from kaders.store.connection import Damaged, publish
from kaders.store.search import search as found
from kaders.store.search_index import alone, current

ORGANISATION = Path(__file__).resolve().parents[3] / "organisations" / "waterdam"
MOMENT = datetime(2026, 11, 23, 5, 30, tzinfo=UTC)
LONG = (
    "Bij de container in de wijk "
    + "staat weer een rij " * 20
    + "want de afvalpas weigert "
    + "al dagen " * 40
)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """The demo organisation with four documents of its own sources."""
    found = load(ORGANISATION, data=tmp_path, world="http://127.0.0.1")
    house, source = House(found.places), found.sources[0].id
    social = next(one.id for one in found.sources if one.kind == "social")
    day = MOMENT - timedelta(hours=10)
    house.tag(
        tagged(1, day, source=source, title="Pas weigert", text=LONG, snippet=LONG[:90]),
        tagged(2, day, source=social, kind="social", title="", text="afvalpas doet niets", author="a1b2c3"),
        tagged(4, day, source="weg", title="=1+1", text="De afvalpas kost geld", url=""),
    )
    house.tag(tagged(3, MOMENT - timedelta(days=30), source=source, title="Oud", text="Oude afvalpas"))
    house.tag(
        tagged(
            1, MOMENT - timedelta(hours=2), content="later", source=source, title="Pas werkt weer", text=LONG
        )
    )
    house.load()
    publish(found.places)
    return found


def run(settings: Settings, *args: str) -> int:
    place = [str(ORGANISATION), "--data", str(settings.places.data), "--moment", MOMENT.isoformat()]
    return main(["search", *args, *place])


def test_what_is_printed(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(settings, "afvalpas AND (weigert OR doet)", "--since", "7d") == 0
    out = capsys.readouterr().out
    assert out.startswith("2 hits (news 1, social 1), newest first\n")
    assert f"2026-11-22 18:30  {settings.sources[0].name}  (title changed)\n  Pas werkt weer\n  …" in out
    assert "want de afvalpas weigert" in out and "https://bode.example/2" in out


def test_no_full_text_and_no_author_is_shown(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    run(settings, "afvalpas", "--limit", "1000")
    out = capsys.readouterr().out
    assert max(len(line.split()) for line in out.splitlines()) <= 30
    assert "a1b2c3" not in out


def test_all_are_counted_and_the_newest_shown(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(settings, "afvalpas", "--limit", "1") == 0
    out = capsys.readouterr().out
    assert out.startswith("4 hits (news 3, social 1); the newest 1 of them\n")
    assert out.count("\n\n") == 1


def test_a_table_for_a_spreadsheet(
    settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(settings, "afvalpas", "--csv", str(tmp_path / "hits.csv")) == 0
    lines = (tmp_path / "hits.csv").read_text("utf-8-sig").splitlines()
    assert lines[0] == "published;source;kind;title;snippet;link;title_changed;copy"
    assert len(lines) == 5 and any("'=1+1" in line for line in lines), "a title is no formula"
    assert "4 of 4 hits" in capsys.readouterr().out


def test_nothing_found_is_an_answer(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(settings, "kernfusie") == 0
    assert capsys.readouterr().out == "no hits\n"


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (("afvalpas AND (kosten",), "never closed"),
        (("source:nergens",), "There is no source 'nergens'"),
        (("afvalpas", "--since", "gisteren"), "write it as 7d, 24h, 2w or 2026-11-23"),
        (("afvalpas", "--since", "2026-11-20", "--until", "2026-11-19"), "ends before it begins"),
    ],
)
def test_wrong_use_is_one_sentence(
    settings: Settings, capsys: pytest.CaptureFixture[str], args: tuple[str, ...], says: str
) -> None:
    assert run(settings, *args) == 2
    told = capsys.readouterr().err
    assert says in told and told.count("\n") == 1


def test_fields_go_by_the_names_people_know(settings: Settings) -> None:
    name = settings.sources[0].name
    assert search(settings, MOMENT, f'afvalpas source:"{name.upper()}"').total == 2


def test_before_anything_was_loaded(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["search", "afvalpas", str(ORGANISATION), "--data", str(tmp_path)]) == 1
    assert "run `kaders run` first" in capsys.readouterr().err


def test_the_index_of_before_answers_while_another_is_made(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kaders.store.search_index.PATIENCE", 0.05)
    search(settings, MOMENT, "afvalpas")
    publish(settings.places)
    with alone(settings.places):
        assert search(settings, MOMENT, "afvalpas").total == 4


def test_a_damaged_index_is_made_anew_by_the_search_that_finds_it_so(settings: Settings) -> None:
    search(settings, MOMENT, "afvalpas")
    index = settings.places.search
    content = bytearray(index.read_bytes())
    with pytest.raises(Damaged, match="search again"):
        for start in range(3 * 4096, len(content), 2**18):  # the block that has the words, and not the stamp
            index.write_bytes(content[:start] + bytes(2**18) + content[start + 2**18 :])
            if current(settings.places):
                found(settings.places, question("afvalpas"))
    assert current(settings.places), "which is why it is not made anew before it is asked"
    assert search(settings, MOMENT, "afvalpas").total == 4
    assert found(settings.places, question("afvalpas")).total == 4, "and stays so"


def test_a_damaged_copy_is_named_and_not_the_index(settings: Settings) -> None:
    search(settings, MOMENT, "afvalpas")
    settings.places.published.write_bytes(b"nothing")
    with pytest.raises(Damaged, match=r"published/.* is damaged .*`kaders load`"):
        search(settings, MOMENT, "afvalpas")
    settings.places.warehouse.unlink()
    with pytest.raises(Damaged, match=r"published/.* is damaged .*`kaders rebuild`"):
        search(settings, MOMENT, "afvalpas")


def test_a_day_is_one_of_the_organisations_own_calendar(settings: Settings) -> None:
    assert bound(settings, MOMENT, "2026-11-20") == datetime(2026, 11, 19, 23, tzinfo=UTC)
    assert bound(settings, MOMENT, "2026-11-20", end=True) == datetime(2026, 11, 20, 23, tzinfo=UTC)
    assert bound(settings, MOMENT, "2w") == MOMENT - timedelta(weeks=2)
    assert bound(settings, MOMENT, "24H") == MOMENT - timedelta(days=1)
    with pytest.raises(ConfigurationError):
        bound(settings, MOMENT, "d7")
