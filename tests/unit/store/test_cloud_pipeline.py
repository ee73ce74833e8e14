"""The same organisation on the disk and in object storage: the same rows, whatever is done to it."""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from clouds import Cloud, moved
from stocked import LATER, SOURCES, START, Stocked, item

import kaders
from kaders.errors import ConfigurationError, KadersError
from kaders.jobs.backup import backup, restore
from kaders.jobs.collect import collect
from kaders.jobs.detect import detect
from kaders.jobs.erase import erase
from kaders.jobs.erase_look import Request, look
from kaders.jobs.housekeeping import housekeeping
from kaders.jobs.load import load
from kaders.jobs.rebuild import rebuild
from kaders.jobs.report import report
from kaders.jobs.search import search
from kaders.jobs.tag import groups, tag
from kaders.jobs.verify import verify
from kaders.model import Fetch, Summary
from kaders.read.people import pseudonym
from kaders.settings import Settings
from kaders.store import erasing, files, inventory, keys, landing, ledger_files, published, tagged, withdrawn
from kaders.store.connection import reading, writing
from kaders.store.files import Unreachable
from kaders.store.journal import Journal, fold
from small_site import Site
from traces import traces

HOUR = timedelta(hours=1)
Rows = dict[str, list[tuple[Any, ...]]]


@pytest.fixture
def local(stock: Stocked, tmp_path: Path) -> Stocked:
    """Files on the disk, nothing in them yet."""
    places = stock.settings.places.model_copy(update={"data": tmp_path / "local"})
    return Stocked(stock.settings.model_copy(update={"places": places}))


@pytest.fixture
def stored(stock: Stocked, cloud: Cloud, tmp_path: Path) -> Stocked:
    """Files in a bucket, nothing in them yet."""
    return Stocked(moved(stock.settings, cloud.bucket(), tmp_path / "stored"))


def bucket_of(of: Stocked) -> str:
    """Where its files lie."""
    return str(of.settings.places.of("landing")).split("/")[2]


def rows(of: Stocked) -> Rows:
    """Everything that the warehouse holds but the moment at which it was loaded."""
    with writing(of.settings.places) as con:
        tables = [
            name for (name,) in con.execute("SELECT table_name FROM duckdb_tables() ORDER BY 1").fetchall()
        ]
        return {table: con.execute(f"FROM {table} ORDER BY ALL").fetchall() for table in tables}


def contents(of: Stocked, room: str) -> dict[str, bytes]:
    """Every file of a room by its path in it."""
    root = of.settings.places.of(room)
    found = files.below(root, "*/*/*") + files.below(root, "*/*/*/*")
    return {path.relative_to(root).as_posix(): files.read(path) for path in found if files.there([path])}


def withdraw(of: Stocked) -> None:
    """A source takes an entry back, as a visit does it."""
    of.land(LATER, replace(item(1, LATER), title="", text="", url="", withdrawn=True))
    assert withdrawn.withdraw(of.settings.places, "bode", ["g1"]) == 1


@pytest.mark.slow
def test_every_step_gives_the_same_rows_and_files_as_on_the_disk(
    local: Stocked, cloud: Cloud, tmp_path: Path
) -> None:
    rooms = "landing tagged published"
    stored = Stocked(moved(local.settings, cloud.bucket(), tmp_path / "stored", rooms))
    steps: list[Callable[[Stocked], object]] = [
        lambda of: of.fill() and of.load(),
        lambda of: withdraw(of),
        lambda of: of.load(LATER + timedelta(hours=1)),
        lambda of: housekeeping(of.settings, LATER + timedelta(days=91)),
        lambda of: rebuild(of.settings, LATER + timedelta(days=91)),
    ]
    for step in steps:
        for of in (local, stored):
            step(of)
        assert rows(local) == rows(stored)
        for room in ("landing", "tagged"):
            assert contents(local, room) == contents(stored, room)
        for of in (local, stored):
            assert verify(of.settings, LATER + timedelta(days=91)).failures == ()
    for room in ("landing", "tagged"):
        assert (stored.settings.places.data / room).exists() is (room not in rooms)
    assert not list((stored.settings.places.data / "near").rglob("*.tmp"))


@pytest.mark.slow
def test_from_the_visit_to_the_report_all_is_as_on_the_disk(
    organisation: Callable[[str], Settings], site: Site, cloud: Cloud, tmp_path: Path
) -> None:
    sources = "\n".join(
        f"- {{id: {name}, name: {name}, kind: news, url: '{site.url}/{name}', owner_group: {name}, "
        "expected_per_day: 3, terms: open, permission: public_feed}"
        for name in ("bode", "plein")
    )
    here = organisation(f"sources:\n{sources}\n")
    here = here.model_copy(update={"allowed": (site.place,)})
    there = moved(here, cloud.bucket(), tmp_path / "elsewhere")
    for hour, titles in ((0, ["De afvalpas weigert", "De brug is dicht"]), (1, ["Afvalpas duurder", "Weer"])):
        site.feed("/bode", *titles)
        site.feed("/plein", *reversed(titles))
        for settings in (here, there):
            at = START + timedelta(days=21, hours=hour)
            cloud.asked.clear()
            assert collect(settings, at, now=at).failures == ()
            assert cloud.asked == ({"PUT": 2, "HEAD": 2} if settings is there else {})
            assert tag(settings, at).counts["documents"] == 4
            load(settings, at)
    morning = here.morning_of(here.day_of(START) + timedelta(days=22))
    for settings in (here, there):
        detect(settings, morning)
        report(settings, morning)
    one, other = Stocked(here), Stocked(there)
    assert rows(one) == rows(other)
    assert contents(one, "landing") == contents(other, "landing") != {}
    assert contents(one, "tagged") == contents(other, "tagged") != {}
    pages = list(here.places.reports.rglob("*.*"))
    assert {path.suffix for path in pages} >= {".html", ".json"}
    for path in pages:
        assert (
            path.read_bytes() == (there.places.reports / path.relative_to(here.places.reports)).read_bytes()
        )
    reader = another_machine(other, tmp_path / "reader")
    asked = (morning, "afvalpas")
    assert [search(settings, *asked) for settings in (there, reader)] == [search(here, *asked)] * 2
    assert search(reader, *asked).total == 2
    assert verify(there, morning).failures == ()


@dataclass
class Erased:
    """Three people in the files of an organisation, on the disk and in a bucket, and what asks them out."""

    of: tuple[Stocked, Stocked]
    cloud: Cloud
    folder: Path

    words = ("zwaluwstaartje", "qrxw", "vvrtz")
    asked = (
        Request(urls=("https://bode.example/qrxw",)),
        Request(authors=("Vvrtz@plein.example",)),
        Request(texts=("ook zwaluwstaartje",)),
    )

    def land(self) -> None:
        here, there = (keys.path_of(of.settings.places) for of in self.of)
        by, at = pseudonym("vvrtz@plein.example", keys.key(self.of[0].settings.places)), START + HOUR
        there.parent.mkdir(parents=True)
        shutil.copy(here, there)
        for of in self.of:
            of.fill()
            of.land(at, item(900, START, title="Titel Qrxw", url="https://bode.example/qrxw"))
            of.land(at, item(901, START, "plein", text="Vvrtz hier", author=by), source="plein")
            of.land(at + HOUR, item(902, START, text="En ook: Zwaluwstaartje"))
            of.load()

    def ask(self, of: Stocked, request: Request) -> Summary:
        return erase(of.settings, LATER, request, look(of.settings, request))

    def left(self) -> list[str]:
        """Where a word of them is, in all objects and in all files of this machine."""
        shutil.rmtree(self.folder, ignore_errors=True)
        for number, (key, content) in enumerate(self.cloud.keys(bucket_of(self.of[1])).items()):
            path = self.folder / key.split("/")[0] / str(number)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        found = traces(self.folder, *self.words)
        return found + [each for of in self.of for each in traces(of.settings.places.data, *self.words)]


@pytest.fixture
def erased_(local: Stocked, stored: Stocked, cloud: Cloud, tmp_path: Path) -> Erased:
    found = Erased((local, stored), cloud, tmp_path / "objects")
    found.land()
    rooms = {place.split("/")[0] for place in found.left()}
    assert rooms >= {"landing", "tagged", "published", "warehouse"}
    return found


@pytest.mark.slow
def test_what_is_erased_is_in_no_object_of_the_bucket(erased_: Erased, tmp_path: Path) -> None:
    local, stored = erased_.of
    for of in erased_.of:
        for request in erased_.asked:
            assert erased_.ask(of, request).failures == ()
    assert erased_.left() == []
    assert rows(local) == rows(stored)
    assert len(stored.rows("SELECT DISTINCT entry FROM core_document WHERE title <> ''")) == 24
    for of in erased_.of:
        rebuild(of.settings, LATER + timedelta(hours=1))
        housekeeping(of.settings, LATER + timedelta(hours=2))
        assert verify(of.settings, LATER + timedelta(hours=2)).failures == ()
    assert erased_.left() == []
    reader = another_machine(stored, tmp_path / "reader")
    assert documents(reader) == 27
    assert traces(tmp_path / "reader", *erased_.words) == []


@pytest.mark.slow
@pytest.mark.parametrize("step", ["empty_rows"])
def test_an_erasure_in_a_bucket_that_breaks_off_is_finished_by_the_next_load(
    erased_: Erased, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*_: Any, **__: Any) -> None:
        raise Unreachable("storage.landing cannot be reached")

    local, stored = erased_.of
    for request in erased_.asked:
        erased_.ask(local, request)
        with monkeypatch.context() as once, pytest.raises(Unreachable):
            once.setattr(erasing, step, breaks)
            erased_.ask(stored, request)
        assert stored.load().failures == ()
    assert erased_.left() == []
    columns = "id, content, entry, title, text, url, author, fate, relation"
    query = f"SELECT {columns} FROM core_document ORDER BY ALL"
    assert local.rows(query) == stored.rows(query)
    assert verify(stored.settings, LATER).failures == ()


def test_requests_stay_few(stored: Stocked, cloud: Cloud) -> None:
    stored.fill(days=15, each=1)  # 30 landing files of two sources
    steps: list[tuple[Callable[[], object], dict[str, int]]] = [
        (lambda: tag(stored.settings, LATER), {"GET": 30, "PUT": 31, "HEAD": 1, "LIST": 3}),
        (lambda: tag(stored.settings, LATER), {"LIST": 2}),
        (lambda: stored.load(), {"GET": 30, "PUT": 1, "HEAD": 3, "LIST": 5}),
        (lambda: stored.load(), {"PUT": 1, "HEAD": 3, "LIST": 5}),
        (lambda: verify(stored.settings, LATER), {"GET": 120, "HEAD": 1, "LIST": 7}),
        (lambda: housekeeping(stored.settings, LATER), {"GET": 30, "PUT": 1, "HEAD": 1, "LIST": 9}),
    ]
    for do, most in steps:
        cloud.asked.clear()
        do()
        assert cloud.asked <= Counter(most), (cloud.asked, most)


def test_damage_in_a_bucket_is_found_and_named(stored: Stocked, cloud: Cloud) -> None:
    stored.fill()
    stored.load()
    landed, other, *_ = landing.paths(stored.settings.places)
    made = tagged.path_of(stored.settings.places, "v1", other)
    files.write(landed, files.read(landed)[:-20])
    files.write(made, b"no gzip")
    files.remove([landing.paths(stored.settings.places)[-1]])
    said = verify(stored.settings, LATER).failures
    for path, word in [(landed, "is damaged"), (made, "is damaged"), ("", "is gone from landing")]:
        assert [line for line in said if str(path) in line and word in line], said
    cloud.fault = lambda _: ("503 Slow Down", "SlowDown")
    with pytest.raises(Unreachable):  # what cannot be reached is not damaged
        verify(stored.settings, LATER)


def test_of_files_of_two_taggers_the_later_one_is_loaded_also_after_words_were_taken_out(
    local: Stocked, stored: Stocked, cloud: Cloud
) -> None:
    for of in (local, stored):
        places, path = of.settings.places, of.land(START, item(1, START), item(2, START))
        for version in ("zz", "aa"):  # the later one is first by name
            files.begin(places.of("tagged") / version)
            tagged.write(
                tagged.path_of(places, version, path), tagged.read(tagged.path_of(places, "v1", path))
            )
            cloud.age(bucket_of(stored), f"/{version}/", timedelta(hours=3 if version == "zz" else 1))
        withdrawn.withdraw(places, "bode", ["g1"])
        assert [file.tagger for file in inventory.tagged_files(places)] == ["aa"]


def test_a_visit_that_dies_between_the_put_and_the_ledger_is_in_the_ledger_the_next_time(
    stored: Stocked, cloud: Cloud
) -> None:
    places = stored.settings.places
    journal = Journal(places, START, "all").__enter__()
    for name, number in (("bode", 1), ("plein", 2)):
        file = landing.prepared(places, name, START, [item(number, START, name)])
        journal.note(Fetch(name, START, "OK", entries=1, new_entries=1, landing=file.name))
        if name == "bode":
            file.write()  # and then the machine stops
    journal._lock.release()
    cloud.fault = lambda _: ("503 Slow Down", "SlowDown")
    with pytest.raises(Unreachable):
        fold(places)  # nothing is forgotten while nobody can look
    cloud.fault = None
    assert fold(places) == 1
    lines = [line for path in ledger_files.paths(places) for line in ledger_files.read(path)]
    assert [(line.source, line.landing) for line in lines] == [("bode", file_of(places, "bode"))]


def file_of(places: Any, source: str) -> str:
    """The one landing file of a source, by its name."""
    (path,) = landing.paths(places, source)
    return str(path.relative_to(places.of("landing")).as_posix())


CHILD = """
import sys
from datetime import datetime
from pathlib import Path
from kaders.jobs import load, tag
from kaders.load import load as settings
tag.BATCH = 8  # so that it writes often
mine, moment = settings(Path(sys.argv[1]), data=Path(sys.argv[2])), datetime.fromisoformat(sys.argv[3])
tag.tagger_version(mine)
print("ready", flush=True)
tag.tag(mine, moment)
load.load(mine, moment)
print("done", flush=True)
"""


@pytest.mark.slow
def test_killed_at_any_moment_of_tagging_and_loading_it_goes_on_the_next_time(
    local: Stocked, cloud: Cloud, tmp_path: Path
) -> None:
    stored = Stocked(moved(local.settings, cloud.bucket(), tmp_path / "stored"))
    folder = shutil.copytree(local.settings.places.folder, tmp_path / "dijkdorp")
    (folder / "sources.yaml").write_text(SOURCES, "utf-8")
    storage = ", ".join(
        f"{room}: s3://{bucket_of(stored)}/{room}" for room in ("landing", "tagged", "published")
    )
    with (folder / "organisation.yaml").open("a", encoding="utf-8") as file:
        file.write(f"storage: {{{storage}}}\n")
    for of in (local, stored):
        of.fill(days=12)
        files.remove(files.below(of.settings.places.of("tagged"), "v1/*/*/*"))
    command = [sys.executable, "-c", CHILD, str(folder), str(tmp_path / "stored"), LATER.isoformat()]
    chance, ends = random.Random(7), Counter[str]()
    for _ in range(4):
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
            assert child.stdout and child.stdout.readline() == "ready\n"
            time.sleep(chance.uniform(0.0, 1.0))
            child.kill()
            ends[child.stdout.read()] += 1
    assert ends[""] >= 2, "most were killed before the end"
    for of in (local, stored):
        tag(of.settings, LATER)
        of.load()
        assert verify(of.settings, LATER).failures == ()
    assert rows(local) == rows(stored)
    assert contents(local, "tagged") == contents(stored, "tagged")
    with kaders.open(folder, data=tmp_path / "reader") as notebook:  # on another machine
        assert len(notebook.documents()) == len({id_ for id_, *_ in stored.documents()}) > 0


def test_a_load_that_loses_the_bucket_half_way_leaves_nothing_and_goes_on_the_next_time(
    local: Stocked, stored: Stocked, cloud: Cloud
) -> None:
    for of in (local, stored):
        of.fill()
    local.load()
    cloud.fault = lambda asked: (
        ("503 Slow Down", "SlowDown")
        if "/plein/" in asked["PATH_INFO"] and "/tagged/" in asked["PATH_INFO"]
        else None
    )
    with pytest.raises(Unreachable, match=r"storage\.tagged"):
        stored.load()
    cloud.fault = None
    stored.load()
    assert rows(local) == rows(stored)


def another_machine(of: Stocked, data: Path) -> Settings:
    """The same organisation where nobody has the warehouse."""
    places = of.settings.places.model_copy(update={"data": data})
    return of.settings.model_copy(update={"places": places})


def documents(settings: Settings) -> int:
    """How many documents a reader sees."""
    with reading(settings.places) as con:
        return int(con.execute("SELECT count(DISTINCT id) FROM core_document").fetchall()[0][0])


def test_a_reader_elsewhere_sees_each_publication_and_fetches_it_once(
    stored: Stocked, cloud: Cloud, tmp_path: Path
) -> None:
    reader = another_machine(stored, tmp_path / "reader")
    with pytest.raises(KadersError, match="Nothing has been loaded"):
        documents(reader)
    stored.land(START, item(1, START))
    stored.load()
    with ThreadPoolExecutor(4) as pool:
        cloud.asked.clear()
        assert list(pool.map(documents, [reader] * 8)) == [1] * 8
    assert cloud.asked["GET"] == 1
    with reading(reader.places) as con:  # who has it open keeps it
        stored.land(START + timedelta(hours=1), item(2, START))
        stored.load()
        assert documents(reader) == 2
        assert con.execute("SELECT count(*) FROM core_document").fetchall() == [(1,)]
    assert search(reader, LATER, '"Titel 2"').total == 1
    assert verify(stored.settings, LATER).failures == ()


def test_a_copy_that_is_replaced_while_it_is_fetched_is_never_half_of_each(
    stored: Stocked, cloud: Cloud, tmp_path: Path
) -> None:
    stored.land(START, item(1, START))
    stored.load()
    old = stored.settings.places.published.read_bytes()
    stored.land(START + timedelta(hours=1), item(2, START))
    stored.load()
    new, key = stored.settings.places.published.read_bytes(), "published/dijkdorp/dijkdorp.duckdb"
    bucket = bucket_of(stored)
    cloud.put(bucket, key, old)
    reader, puts = another_machine(stored, tmp_path / "reader"), iter([new])

    def replaced(asked: dict[str, Any]) -> int | None:
        """At the first GET the answer is cut off, and by the second another object stands there."""
        if asked["REQUEST_METHOD"] != "GET" or (content := next(puts, None)) is None:
            return None
        cloud.put(bucket, key, content)
        return len(old) // 2

    cloud.fault = replaced
    published.fetch(reader.places)
    assert reader.places.published.read_bytes() == new


def test_what_no_file_holds_any_more_comes_back_from_the_published_copy_on_a_new_machine(
    stored: Stocked, tmp_path: Path
) -> None:
    stored.fill()
    stored.load()
    housekeeping(stored.settings, LATER + timedelta(days=91))
    before, new = rows(stored), Stocked(another_machine(stored, tmp_path / "new"))
    assert not contents(stored, "landing")
    shutil.copytree(stored.settings.places.data / "ledger", tmp_path / "new" / "ledger")
    rebuild(new.settings, LATER + timedelta(days=91))
    after = rows(new)
    assert len(after["core_document"]) == 24
    for each in (before, after):
        del each["raw_ledger"]  # it says when a file was loaded
    assert after == before


def test_a_backup_leaves_the_bucket_alone_and_a_restore_elsewhere_goes_on_with_it(
    stored: Stocked, cloud: Cloud, tmp_path: Path
) -> None:
    stored.fill()
    stored.load()
    backup(stored.settings, LATER, tmp_path / "b.tar.zst", with_key=True)
    late = stored.land(LATER + timedelta(hours=1), item(700, LATER))
    before = cloud.keys(bucket_of(stored)).keys()
    new = Stocked(another_machine(stored, tmp_path / "new"))
    restore(new.settings, LATER + timedelta(hours=2), tmp_path / "b.tar.zst")
    assert cloud.keys(bucket_of(stored)).keys() == before
    new.load()
    assert len({id_ for id_, *_ in new.documents()}) == 25
    said = verify(new.settings, LATER + timedelta(hours=2)).failures
    assert [late.name in line and "no line of the ledger names it" in line for line in said] == [True]


@pytest.mark.parametrize("first", [True, False])
def test_an_upload_that_fails_is_said_and_mended_by_the_next_load(
    stored: Stocked, cloud: Cloud, tmp_path: Path, first: bool
) -> None:
    if not first:
        stored.land(START - timedelta(hours=1), item(0, START))
        stored.load()
    stored.land(START, item(1, START))
    cloud.fault = lambda asked: (
        ("403 Forbidden", "AccessDenied")
        if asked["REQUEST_METHOD"] == "PUT" and "/published/" in asked["PATH_INFO"]
        else None
    )
    with pytest.raises(Unreachable, match=r"storage\.published"):
        stored.load()
    cloud.fault = None
    assert any("published last" in line for line in verify(stored.settings, LATER).failures)
    stored.load()
    assert documents(another_machine(stored, tmp_path / "reader")) == (1 if first else 2)
    assert verify(stored.settings, LATER).failures == ()


def test_a_partition_is_tagged_alone_to_the_same_bytes(local: Stocked, stored: Stocked) -> None:
    for of in (local, stored):
        of.fill()
        tag(of.settings, LATER)
    everything = contents(local, "tagged")
    assert contents(stored, "tagged") == everything
    version = next(each for each in inventory.tagger_versions(local.settings.places) if each != "v1")
    for of in (local, stored):
        root = of.settings.places.of("tagged") / version
        files.remove(files.below(root, "*/*/*"))
        summary = tag(of.settings, LATER, only=["bode/2026-11-03", "plein/2026-11-04", "nobody/2026-11-03"])
        assert summary.counts["files"] == 2
        assert contents(of, "tagged").items() <= everything.items()
        tag(of.settings, LATER)
        assert contents(of, "tagged") == everything
    with pytest.raises(ConfigurationError, match="source/2026-11-20"):
        tag(stored.settings, LATER, only=["bode"])


def test_much_work_is_shared_out_by_partitions_and_little_stays_one_task(
    stored: Stocked, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert groups(stored.settings) == [None]
    stored.fill()
    assert groups(stored.settings) == [None]
    monkeypatch.setattr("kaders.jobs.tag.WORTH", 2)
    shared = groups(stored.settings)
    assert [len(each or []) for each in shared] == [2, 2, 2]
    assert len({partition for each in shared for partition in each or []}) == 6
    for each in shared:
        tag(stored.settings, LATER, only=each)
    assert groups(stored.settings) == [None]
    assert tag(stored.settings, LATER).counts["files"] == 0
