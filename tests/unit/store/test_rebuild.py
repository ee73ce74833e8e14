"""Rebuilding gives the same warehouse; housekeeping removes what it may and nothing else."""

from __future__ import annotations

import hashlib
import json
import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from houses import START, House, tagged

from kaders.errors import Busy, KadersError
from kaders.jobs.export import export
from kaders.jobs.housekeeping import housekeeping
from kaders.jobs.load import load
from kaders.jobs.status import FLOW, status
from kaders.model import Fetch
from kaders.settings import Settings
from kaders.store import deliveries, retention
from kaders.store.connection import alone, publish, writing
from kaders.store.inventory import tagged_files
from kaders.store.rebuild import rebuild_warehouse
from kaders.store.results import save_results
from traces import traces

EXAMPLE = Path(__file__).parents[2] / "fixtures" / "signals.json"
LATER = START + timedelta(days=40)


def settings_of(house: House, **retention: int) -> Settings:
    """An organisation with two sources and nothing to tag."""
    names: dict[str, Any] = {
        name: {"role": "policy", "name": {"nl": name}, "mail": "a@b.example"} for name in "p"
    }
    rules = dict.fromkeys(("absent", "contested", "reframed", "unframed"), "p")
    shared = {"kind": "news", "owner_group": "bode", "expected_per_day": 3, "terms": "test"}
    return Settings.model_validate(
        {
            "organisation": {
                "id": "waterdam",
                "name": {"nl": "Waterdam"},
                "contact": "a@b.example",
                "owners": names,
                "owner_rules": rules,
                "retention": retention,
            },
            "sources": [
                {"id": name, "name": name, "url": f"https://{name}.example/rss", **shared}
                for name in ("bode", "courant")
            ],
            "places": house.places,
            **dict.fromkeys(("topics", "frames", "subscriptions", "policy_areas", "frame_names"), ()),
        }
    )


@pytest.fixture
def full(house: House) -> House:
    """A loaded warehouse with a morning and a delivery."""
    house.tag(tagged(1), tagged(2, url="https://bode.example/1"))
    house.tag(tagged(3, LATER), tagged(1, LATER, content="c1b", title="Nieuw"))
    house.visit(Fetch("bode", START, "OK", new_entries=2, entries=2))
    house.load()
    with writing(house.places) as con:
        save_results(con, json.loads(EXAMPLE.read_text("utf-8")))
        deliveries.claim(con, "pers", ["x"], moment=START, key="k")
    publish(house.places)
    return house


def again(house: House, moment: datetime = START) -> tuple[dict[str, int], tuple[str, ...]]:
    return rebuild_warehouse(house.places, tagged_files(house.places), moment, keep_words=retention.Words(90))


def everything(house: House) -> dict[str, list[tuple[Any, ...]]]:
    return house.everything() | {"out_delivery": house.rows("FROM out_delivery")}


def test_a_rebuilt_warehouse_equals_the_old_one(full: House) -> None:
    before = everything(full)
    counts, failures = again(full)
    assert (counts, failures) == ({"files": 2, "documents": 3, "duplicates": 1, "visits": 0}, ())
    assert everything(full) == before
    assert len(full.documents(LATER, published=True)) == 3
    assert sorted(path.name for path in full.places.warehouse.parent.iterdir()) == [
        "waterdam.duckdb",
        "waterdam.lock",
    ]


def test_progress_is_told(full: House) -> None:
    told: list[tuple[int, int]] = []
    files = tagged_files(full.places)
    rebuild_warehouse(
        full.places,
        files,
        START,
        keep_words=retention.Words(90),
        progress=lambda done, of: told.append((done, of)),
    )
    assert told[-1] == (2, 2)


def test_what_retention_removed_stays_in_a_rebuilt_warehouse(full: House) -> None:
    before = everything(full)
    job = housekeeping(settings_of(full, landing=30), LATER)
    assert job.counts["files_removed"] == 2
    assert len(tagged_files(full.places)) == 1
    again(full)
    assert everything(full) == before


def test_documents_of_a_tagged_file_that_is_damaged_stay(full: House) -> None:
    before = {name: rows for name, rows in full.everything().items() if name != "raw_landing"}
    first, _ = tagged_files(full.places)
    whole = first.path.read_bytes()
    first.path.write_bytes(whole[: len(whole) // 2])
    _, failures = again(full)
    assert len(failures) == 1 and str(first.path) in failures[0]
    after = full.everything()
    assert {name: rows for name, rows in after.items() if name != "raw_landing"} == before
    first.path.write_bytes(whole)
    full.load()
    assert {name: rows for name, rows in full.everything().items() if name != "raw_landing"} == before


def test_without_a_warehouse_the_published_copy_stands_in(full: House) -> None:
    before = everything(full)
    housekeeping(settings_of(full, landing=30), LATER)
    full.places.warehouse.unlink()
    assert again(full)[1] == ()
    assert everything(full) == before


def test_without_anything_one_is_made(full: House) -> None:
    before = full.everything()
    full.places.warehouse.unlink()
    full.places.published.unlink()
    assert again(full)[1] == ()
    after = full.everything()
    assert {name for name in before if before[name] != after[name]} == {"out_issue_day", "out_signal"}


DAMAGE = {"none of it": lambda whole: b"nothing", "cut": lambda whole: whole[: len(whole) // 3]}


@pytest.mark.parametrize("published", [True, False])
@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_a_damaged_warehouse_is_put_aside_and_made_anew(full: House, damage: Any, published: bool) -> None:
    morning = full.places.of("out") / "reports" / "2026-11-23" / "signals.json"
    morning.parent.mkdir(parents=True)
    morning.write_bytes(EXAMPLE.read_bytes())
    before = everything(full)
    full.places.warehouse.write_bytes(damage(full.places.warehouse.read_bytes()))
    if not published:
        full.places.published.write_bytes(b"nothing either")
    with pytest.raises(KadersError, match="`kaders rebuild`"):
        full.everything()
    _, failures = again(full)
    aside = full.places.warehouse.with_name("waterdam.duckdb.unreadable")
    assert len(failures) == 1 and str(aside) in failures[0] and aside.exists()
    assert (str(full.places.published) in failures[0]) == published
    after = everything(full)
    lost = {name for name in before if before[name] != after[name]}
    assert lost == (set() if published else {"out_delivery"})
    assert "removes it within 30 days; it may go at once" in failures[0]


def test_a_rebuild_that_is_stopped_leaves_the_old_warehouse(
    full: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    before = everything(full)
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr("kaders.store.loader._settle", stopped)
        again(full)
    assert everything(full) == before
    assert not list(full.places.warehouse.parent.glob("*.tmp*"))


def test_a_rebuild_waits_its_turn(full: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kaders.store.rebuild.alone", lambda places: alone(places, patience=0.1))
    with writing(full.places), pytest.raises(Busy):
        again(full)


def test_words_of_old_posts_go_and_their_counts_stay(house: House) -> None:
    post: dict[str, Any] = {"kind": "social", "source": "plein", "owner_group": "plein"}
    house.tag(tagged(1, **post), tagged(2))
    house.tag(tagged(3, LATER, **post))
    house.load()
    tags = house.rows("SELECT * FROM core_tag ORDER BY ALL")
    job = housekeeping(settings_of(house, text=30, landing=1000), LATER)
    assert job.counts == {"texts_emptied": 1, "files_removed": 0, "strays_removed": 0}
    words = "SELECT id FROM core_document WHERE title || text || snippet <> '' ORDER BY id"
    assert house.rows(words) == [("d2",), ("d3",)]
    assert house.rows("SELECT id FROM core_question ORDER BY id") == [("d2",), ("d3",)]
    assert house.rows("SELECT * FROM core_tag ORDER BY ALL") == tags
    published = house.documents(LATER, published=True).set_index("doc")
    assert published["title"].to_dict() == {"d1": "", "d2": "Titel 2", "d3": "Titel 3"}
    assert housekeeping(settings_of(house, text=30, landing=1000), LATER).counts["texts_emptied"] == 0


@pytest.fixture
def speaking(house: House) -> House:
    """Posts of START and of LATER with words of their own, enough for the database to pack them."""
    for seen, word in ((START, "zwaluwstaartje"), (LATER, "ekster")):
        post: dict[str, Any] = {"kind": "social", "source": "plein", "questions": (f"Wat zegt {word}?",)}
        numbers = range(seen.month * 100, seen.month * 100 + 20)
        texts = (f"{n} {word}: {hashlib.sha512(str(n).encode()).hexdigest() * 2}" for n in numbers)
        house.tag(*(tagged(n, seen, text=text, **post) for n, text in zip(numbers, texts, strict=True)))
    house.load()
    publish(house.places)
    assert len(traces(house.places.data, "zwaluwstaartje")) > 4, "so that looking for it means something"
    return house


def test_not_one_byte_has_words_that_may_not_be_kept_any_more(speaking: House) -> None:
    job = housekeeping(settings_of(speaking, text=30, landing=30), LATER)
    assert job.counts["texts_emptied"] == 20 and traces(speaking.places.data, "zwaluwstaartje") == []
    for of in (speaking.places.warehouse, speaking.places.published, speaking.places.search):
        assert traces(of.parent, "ekster"), of
    inode = speaking.places.warehouse.stat().st_ino
    housekeeping(settings_of(speaking, text=30, landing=30), LATER)
    assert speaking.places.warehouse.stat().st_ino == inode, "not written anew when nothing went"


def test_a_rebuilt_warehouse_never_had_words_that_are_too_old(speaking: House) -> None:
    rebuild_warehouse(speaking.places, tagged_files(speaking.places), LATER, keep_words=retention.Words(30))
    for of in (speaking.places.warehouse, speaking.places.published):
        assert traces(of.parent, "zwaluwstaartje") == [] and traces(of.parent, "ekster")
    assert len(list(speaking.places.warehouse.parent.iterdir())) == 2, "file and lock: nothing is owed"


def test_each_source_keeps_its_words_as_long_as_its_class_says(house: House) -> None:
    """Reports by citizens are posts although the channel is our own; a record has no end, an article a year."""
    names = {"meldingen": "post", "besluiten": "public_record", "courant": None, "weg": None}
    for number, name in enumerate(names):
        kind = "own" if name in ("meldingen", "besluiten") else "news"
        house.tag(tagged(number, source=name, kind=kind), source=name)
    house.load()
    settings = settings_of(house, landing=5000)
    rows = [
        settings.sources[1].model_copy(update={"id": name, "kind": "own", "retention": names[name]})
        for name in ("meldingen", "besluiten")
    ]
    settings = settings.model_copy(update={"sources": (*rows, settings.sources[1])})
    left = "SELECT source FROM core_document WHERE text <> '' ORDER BY source"
    for days, kept in (
        (89, [*names]),
        (91, ["besluiten", "courant"]),
        (366, ["besluiten"]),
        (4000, ["besluiten"]),
    ):
        housekeeping(settings, START + timedelta(days=days))
        assert house.rows(left) == [(name,) for name in sorted(kept)], days


def test_words_of_old_posts_do_not_come_back(house: House) -> None:
    house.tag(tagged(1, kind="social"))
    house.load()
    rebuild_warehouse(house.places, tagged_files(house.places), LATER, keep_words=retention.Words(30))
    assert house.rows("SELECT text FROM core_document") == [("",)]


def test_only_old_files_that_were_loaded_go(house: House) -> None:
    loaded = house.tag(tagged(1))
    house.tag(tagged(1, version="v2"), landing=loaded)
    house.load()
    waiting, fresh = house.tag(tagged(2)), house.tag(tagged(3, LATER - timedelta(days=30)))
    house.load(only=[fresh])
    job = housekeeping(settings_of(house, landing=30), LATER)
    assert job.counts["files_removed"] == 3, "the landing file and what two taggers made of it"
    left = {file.relative_to(house.places.data).as_posix() for file in house.places.data.rglob("*.jsonl.gz")}
    assert left == {
        f"{room}/{one}" for one in (waiting, fresh) for room in ("landing/waterdam", "tagged/waterdam/v1")
    }
    assert house.load()[0]["documents"] == 1, "what was waiting is loaded after all"


def test_empty_folders_go_with_their_files(house: House) -> None:
    house.tag(tagged(1))
    house.load()
    housekeeping(settings_of(house, landing=1), LATER)
    assert not (house.places.of("landing") / "bode").exists()


def test_strays_of_more_than_a_day_go(house: House) -> None:
    house.load()
    names = (
        "landing/waterdam/bode/.a.tmp",
        "warehouse/.waterdam.duckdb.tmp",
        "landing/other/.b.tmp",
        "out/waterdam/new.tmp",
    )
    for name in names:
        path = house.places.data / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
        if "new" not in name:
            os.utime(path, (path.stat().st_mtime - 90000,) * 2)
    job = housekeeping(settings_of(house), START)
    assert job.counts["strays_removed"] == 2
    assert [(house.places.data / name).exists() for name in names] == [False, False, True, True]


def test_what_a_restore_or_a_rebuild_put_aside_goes_within_a_month(house: House) -> None:
    house.load()
    places = house.places
    names = (f"waterdam-{START:%Y%m%dT%H%M%SZ}-0123abcd", "waterdam-zuid-20201102T053000Z-0123abcd", "mine")
    for name in names:
        (places.data / "aside" / name / "landing").mkdir(parents=True)
        (places.data / "aside" / name / "landing" / "x").touch()
    unread = places.warehouse.with_name("waterdam.duckdb.unreadable")
    unread.touch()
    for days, text, there in ((29, 90, True), (8, 7, False)):
        os.utime(unread, (time.time() - days * 86400,) * 2)
        job = housekeeping(settings_of(house, text=text), START + timedelta(days=days))
        assert job.counts["strays_removed"] == (0 if there else 2) and unread.exists() == there
        assert len(list((places.data / "aside").iterdir())) == 2 + there
    assert not (places.data / "aside" / names[0]).exists(), "only what is of this organisation"


def test_logs_of_longer_than_a_month_ago_go(house: House) -> None:
    folder = house.places.data / "logs"
    old, young, other = folder / "dag/run/1.log", folder / "dag/run/2.log", folder / "dag/run/old.txt"
    for path, days in ((old, 31), (young, 29), (other, 31)):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
        os.utime(path, ((START - timedelta(days=days)).timestamp(),) * 2)
    assert retention.old_logs(folder, START) == [old]
    assert retention.old_logs(folder / "none", START) == []


def test_a_load_publishes(house: House) -> None:
    house.tag(tagged(1))
    job = load(settings_of(house), START)
    assert job.counts == {"files": 1, "documents": 1, "duplicates": 0, "visits": 0} and not job.failures
    assert len(house.documents(START, published=True)) == 1
    assert job.outputs == (str(house.places.published),)


def test_status_without_anything(house: House) -> None:
    assert status(settings_of(house), START) == [
        "waterdam: nothing has been loaded yet; run `kaders run` first"
    ]


def test_status_names_every_source_and_what_is_late(full: House) -> None:
    full.visit(Fetch("bode", START + timedelta(hours=20), "FAILED", reason="timeout"), name="b")
    full.tag(tagged(9, LATER))
    full.load(only=[])
    publish(full.places)
    moment = datetime(2026, 11, 3, 8, 0, tzinfo=UTC)
    assert status(settings_of(full), moment) == [
        "waterdam, 2026-11-03 09:00",
        "sources: 2 visited on schedule (1 FAILED, 1 NEVER), 0 with an alarm",
        "FAILED       bode: since 2026-11-03 02:30 (answered too slowly), last visit 2026-11-03 02:30; "
        "0 new in 7 days, not learned yet, expected 21",
        "             Nothing to do: we ask again. If it stays, tell the source.",
        "NEVER        courant: not visited yet; declared 21 a week",
        "in the warehouse: 3 documents (1 of them copies), 2 landing files, 4 signals",
        "last new items loaded 2026-11-02 06:30; last report 2026-11-23",
        *(f"last {job}: never" for job in FLOW),
        "late: courant was not visited in the last day",
        "late: 1 landing files are not loaded; run `kaders tag` and `kaders load`",
    ]


def test_status_says_when_the_schedule_stands_still(full: House) -> None:
    lines = status(settings_of(full), datetime(2026, 12, 3, 8, 0, tzinfo=UTC))
    assert [line for line in lines if line.startswith("late")] == [
        "late: no source was visited in the last day; is the schedule running? (`make start`)",
        "late: the report of 2026-12-03",
    ]


def test_status_says_how_much_of_a_source_could_not_be_read(full: House) -> None:
    seen = START + timedelta(hours=20)
    detail = "2 of 9 entries could not be read"
    full.visit(Fetch("bode", seen, "PARTIAL", "partly_unreadable", detail, bad_entries=2), name="b")
    full.load()
    publish(full.places)
    lines = status(settings_of(full), seen)
    (line,) = (line for line in lines if line.startswith("PARTIAL"))
    assert line.startswith(
        f"PARTIAL      bode: since 2026-11-03 02:30 ({detail}), last visit 2026-11-03 02:30;"
    )


def without(settings: Settings, *names: str) -> Settings:
    """The organisation after somebody took sources out of sources.yaml."""
    left = tuple(source for source in settings.sources if source.id not in names)
    return settings.model_copy(update={"sources": left})


def test_a_source_that_was_taken_away_leaves_what_it_brought(full: House) -> None:
    """Status, export and rebuild go on; what waits for the source is named, not called late work."""
    settings = without(settings_of(full), "bode")
    full.tag(tagged(9, LATER))
    full.load(only=[])
    publish(full.places)
    lines = status(settings, datetime(2026, 11, 3, 8, 0, tzinfo=UTC))
    assert not [line for line in lines if "bode: since" in line]
    assert "in the warehouse: 3 documents (1 of them copies), 2 landing files, 4 signals" in lines
    assert lines[-1] == "late: 1 landing files wait for sources that are no longer in sources.yaml: bode"
    assert export(settings, datetime(2026, 11, 9, 6, 0, tzinfo=UTC)).failures == ()
    assert load(settings, LATER).failures == ()
    full.load()
    before = full.fates()
    assert (
        rebuild_warehouse(full.places, tagged_files(full.places), LATER, keep_words=retention.Words(90))[1]
        == ()
    )
    assert full.fates() == before
