"""What a source has taken back: its words are gone everywhere, and it counts no more from then on."""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from houses import START, House

from kaders.model import Item, Tagged, Tags
from kaders.read.document import document, identity
from kaders.read.items import fingerprint
from kaders.settings import Source
from kaders.store import forgotten, landing, tagged, withdrawn
from kaders.store.connection import writing
from kaders.store.inventory import tagged_files
from kaders.store.rebuild import rebuild_warehouse
from kaders.store.retention import Words
from kaders.store.sql import sql

MASTODON = Source(
    id="mastodon", name="Mastodon", kind="social", url="https://sociaal.example/api/v1/timelines/tag/x",
    owner_group="mastodon", expected_per_day=1, terms="test",
)  # fmt: skip
HOUR = timedelta(hours=1)
WORDS = "staat alweer de hele week een rij bij de container en niemand van de gemeente neemt de telefoon op"


def post(guid: str, at: datetime = START, **more: Any) -> Item:
    fields: dict[str, Any] = {
        "source": "mastodon",
        "guid": guid,
        "url": f"https://sociaal.example/statuses/{guid}",
        "title": "",
        "text": f"Bij {guid} {WORDS}?",
        "published": at - HOUR,
        "fetched_at": at,
        "language": "nl",
        "author": f"auteur{guid}",
        "same_as": f"hash{guid}",
    }
    return Item(**fields | more)


def taken_back(guid: str, at: datetime) -> Item:
    return Item("mastodon", guid, "", "", "", None, at, withdrawn=True)


def tags(item: Item, version: str = "v1") -> Tags:
    """As the tagger gives them, with a question in every text."""
    questions = (item.text,) if item.text.endswith("?") else ()
    topics = ("afvalpas",) if item.text else ()
    return Tags({}, topics, {}, (), (), questions, (1, 2) if item.text else (), version)


def land(house: House, *items: Item) -> Path:
    """A landing file and its tagged file; the path of the landing file."""
    at = items[0].fetched_at
    path = house.places.of("landing") / landing.write(house.places, "mastodon", at, items)
    tag(house, path)
    return path


def tag(house: House, path: Path, version: str = "v1") -> None:
    made = [Tagged(document(item, MASTODON), tags(item, version)) for item in landing.read(path)]
    tagged.write(tagged.path_of(house.places, version, path), made)


def everywhere(house: House) -> str:
    """All that stands in files and in the warehouse, as one text."""
    rooms = [house.places.of(room) for room in ("landing", "tagged", "state")]
    files = [path for room in rooms for path in room.rglob("*") if path.is_file()]
    texts = [gzip.decompress(p.read_bytes()) if p.suffix == ".gz" else p.read_bytes() for p in files]
    return b"".join(texts).decode() + repr(house.everything())


def known(house: House, at: datetime) -> set[str]:
    """The documents that a morning with this cut-off looks at."""
    return set(house.documents(at)["doc"])


def ids(*guids: str) -> set[str]:
    return {identity("mastodon", guid) for guid in guids}


def take_back(house: House, *guids: str, at: datetime = START + 5 * HOUR, authors: Iterable[str] = ()) -> int:
    """What a visit does that learns of it."""
    ours = withdrawn.concerned(house.places, "mastodon", guids, set(authors))
    if ours:
        land(house, *(taken_back(guid, at) for guid in ours))
    return withdrawn.withdraw(house.places, "mastodon", ours, set(authors))


@pytest.fixture
def town(house: House) -> House:
    """Two visits: three posts, one of them revised in the second."""
    land(house, post("1"), post("2"), post("3"))
    land(house, post("2", START + HOUR, text=f"Verbeterd, {WORDS}?"), post("4", START + HOUR))
    return house


@pytest.fixture
def loaded(town: House) -> House:
    """The same in a warehouse."""
    town.load()
    return town


def test_the_words_are_nowhere_any_more(loaded: House) -> None:
    assert "Bij 2 staat" in everywhere(loaded)
    assert take_back(loaded, "2") == 2, "both revisions"
    loaded.load()
    left = everywhere(loaded)
    for trace in ("Bij 2 staat", "Verbeterd", "auteur2", "hash2", "statuses/2"):
        assert trace not in left
    for other in ("Bij 1 staat", "Bij 3 staat", "Bij 4 staat", "auteur1"):
        assert other in left


def test_it_counts_as_it_did_before_and_no_more_from_then_on(loaded: House) -> None:
    before, after = START + 2 * HOUR, START + 6 * HOUR
    take_back(loaded, "2")
    loaded.load()
    assert known(loaded, before) == ids("1", "2", "3", "4")
    assert known(loaded, after) == ids("1", "3", "4")
    of = f"WHERE id = '{ids('2').pop()}'"
    assert loaded.rows(f"SELECT count(*) FROM core_tag {of}") == [(2,)], "what was heard stays counted"
    assert loaded.rows(f"SELECT count(*) FROM core_question {of}") == [(0,)]


def test_the_weekly_figures_leave_it_out(loaded: House) -> None:
    take_back(loaded, "2")
    loaded.load()
    given = {"first": date(2026, 1, 1), "last": date(2026, 12, 31), "zone": "Europe/Amsterdam"}
    with writing(loaded.places) as con:

        def items(at: datetime) -> int:
            rows = con.execute(sql("weekly_trends"), given | {"cutoff": at}).fetchall()
            return sum(count for _, family, _, count in rows if family == "all")

        assert (items(START + 2 * HOUR), items(START + 6 * HOUR)) == (4, 3)


def test_nothing_else_changes(town: House) -> None:
    paths = [*town.places.of("landing").rglob("*.gz"), *town.places.of("tagged").rglob("*.gz")]
    lines = {path: gzip.decompress(path.read_bytes()).splitlines() for path in paths}
    ages = {path: path.stat().st_mtime_ns for path in paths}
    take_back(town, "3")
    for path, before in lines.items():
        now = gzip.decompress(path.read_bytes()).splitlines()
        assert len(now) == len(before)
        assert [b for b, n in zip(before, now, strict=True) if b != n] == [
            b for b in before if b"Bij 3 staat" in b
        ]
        assert path.stat().st_mtime_ns == ages[path]


def test_what_is_left_of_an_entry(town: House) -> None:
    take_back(town, "3")
    first = landing.paths(town.places, "mastodon")[0]
    left = list(landing.read(first))[2]
    assert left == Item("mastodon", "3", "", "", "", START - HOUR, START, withdrawn=True)


def test_everything_by_an_account_that_is_gone(loaded: House) -> None:
    land(loaded, post("5", START + 2 * HOUR, author="auteur1"))
    assert take_back(loaded, authors=["auteur1"]) == 2
    loaded.load()
    assert known(loaded, START + 6 * HOUR) == ids("2", "3", "4")
    assert "auteur1" not in everywhere(loaded)


def test_again_finds_nothing_to_do(loaded: House) -> None:
    take_back(loaded, "2")
    loaded.load()
    before = loaded.everything()
    assert withdrawn.withdraw(loaded.places, "mastodon", ["2"]) == 0
    assert withdrawn.sweep(loaded.places) == 0
    loaded.load()
    assert loaded.everything() == before


def test_only_what_is_there_is_held(town: House) -> None:
    assert withdrawn.held(town.places, "mastodon", ["1", "2", "99"]) == {"1", "2"}
    take_back(town, "2")
    assert withdrawn.held(town.places, "mastodon", ["1", "2", "99"]) == {"1"}
    assert withdrawn.held(town.places, "elders", ["1"]) == set()
    assert withdrawn.concerned(town.places, "mastodon", ["4", "2", "99", "4"], ["auteur1"]) == ["4", "1"]


def test_it_is_known_again_when_the_source_shows_it_once_more(town: House) -> None:
    shown = fingerprint(post("2"))
    assert shown not in forgotten.known(town.places, "mastodon")
    take_back(town, "2")
    assert shown in forgotten.known(town.places, "mastodon")


def test_it_does_not_come_back(loaded: House) -> None:
    take_back(loaded, "2")
    loaded.load()
    land(loaded, post("2", START + 7 * HOUR, text=f"Bij 2 nog een keer, {WORDS}?"))
    loaded.load()
    assert known(loaded, START + 8 * HOUR) == ids("1", "3", "4")
    assert loaded.rows("SELECT count(*) FROM core_document WHERE text LIKE '%nog een keer%'") == [(0,)]
    assert withdrawn.sweep(loaded.places) == 1, "and the sweep takes the words out of the files"
    assert "nog een keer" not in everywhere(loaded)


def test_the_sweep_mends_what_a_job_wrote_meanwhile(town: House) -> None:
    path = landing.paths(town.places, "mastodon")[0]
    target = tagged.path_of(town.places, "v1", path)
    with_words = target.read_bytes()
    take_back(town, "1")
    target.write_bytes(with_words)  # the tag job had read the landing file before
    assert withdrawn.sweep(town.places) == 1
    assert b"Bij 1 staat" not in gzip.decompress(target.read_bytes())


def test_a_copy_of_it_is_no_copy_any_more(house: House) -> None:
    land(house, post("1"))
    land(house, post("2", START + HOUR, text=post("1").text))
    house.load()
    assert house.fates()[ids("2").pop()] == "duplicate"
    take_back(house, "1")
    house.load()
    assert house.fates()[ids("2").pop()] == "kept"


@pytest.mark.parametrize("order", [(1, 2, 0), (2, 0, 1), (2, 1, 0)])
def test_any_order_of_loading_gives_the_same(house: House, other: House, order: tuple[int, ...]) -> None:
    def visits(place: House) -> list[str]:
        paths = [
            land(place, post("1"), post("2")),
            land(place, post("2", START + HOUR, text=f"Verbeterd, {WORDS}?"), post("3", START + HOUR, text=post("1").text)),
            land(place, taken_back("2", START + 2 * HOUR), taken_back("1", START + 2 * HOUR)),
        ]  # fmt: skip
        return [path.relative_to(place.places.of("landing")).as_posix() for path in paths]

    visits(house)
    house.load()
    landed = visits(other)
    for number in order:
        other.load(only=[landed[number]])
    assert other.everything() == house.everything()


@pytest.mark.parametrize("seed", range(2))
def test_a_rebuild_gives_the_same(house: House, seed: int) -> None:
    rng = random.Random(seed)
    for hour in range(6):
        at = START + hour * HOUR
        guids = rng.sample("abcdef", 3)
        texts = ["", f"Een zin die vaker voorkomt, {WORDS}", f"Nog zo een, {WORDS}?"]
        land(house, *(post(guid, at, text=rng.choice(texts) or post(guid).text) for guid in guids))
        if rng.random() < 0.4:
            taken = rng.choice("abcdef")
            take_back(house, taken, at=at + HOUR / 2)
        if hour % 2:
            house.load()
    before = house.everything()
    rebuild_warehouse(house.places, tagged_files(house.places), START, keep_words=Words(9999))
    assert house.everything() == before


def test_another_tagger_knows_nothing_of_it(loaded: House) -> None:
    take_back(loaded, "2")
    loaded.load()
    for path in landing.paths(loaded.places, "mastodon"):
        tag(loaded, path, "v2")
    loaded.load(current="v2")
    assert known(loaded, START + 6 * HOUR) == ids("1", "3", "4")
    rows = loaded.rows(f"SELECT DISTINCT fate FROM core_document WHERE id = '{ids('2').pop()}'")
    assert rows == [("withdrawn",)]


def test_a_damaged_file_stops_nothing(town: House) -> None:
    first, second = landing.paths(town.places, "mastodon")
    first.write_bytes(b"geen gzip")
    assert withdrawn.withdraw(town.places, "mastodon", ["2"]) == 1
    assert b"Verbeterd" not in gzip.decompress(second.read_bytes())


def test_landing_files_of_before_are_read(house: House) -> None:
    path = land(house, post("1"))
    fields = json.loads(gzip.decompress(path.read_bytes()))
    for newer in ("withdrawn", "date_mark", "same_as"):
        del fields[newer]
    path.write_bytes(gzip.compress(json.dumps(fields).encode() + b"\n"))
    assert withdrawn.withdraw(house.places, "mastodon", ["1"]) == 1
    assert next(landing.read(path)).withdrawn


def test_a_withdrawn_item_is_a_document_without_words() -> None:
    made = document(taken_back("1", datetime(2026, 11, 2, tzinfo=UTC)), MASTODON)
    assert (made.fate, made.title, made.text, made.url, made.author) == ("withdrawn", "", "", "", None)
    assert made.id == document(post("1"), MASTODON).id
    assert made.content != document(replace(post("1"), text="", url="https://x.example/1"), MASTODON).content
