"""A key of pseudonyms is replaced: nothing made with the old ones alone is left, and everybody stays one."""

from __future__ import annotations

import gzip
import json
import os
from collections import Counter
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path

import pytest
from clouds import Cloud, moved
from stocked import LATER, START, Stocked, copied, item

from kaders.errors import ConfigurationError
from kaders.jobs.backup import backup, restore
from kaders.jobs.housekeeping import housekeeping
from kaders.jobs.rebuild import rebuild
from kaders.jobs.rotate import rotate
from kaders.jobs.verify import verify
from kaders.model import Item
from kaders.read.erased import Asked, marks_for
from kaders.read.people import current, generation, pseudonym
from kaders.store import erased, keys, landing, packed, pages, rewrite, rotation, tagged, withdrawn
from kaders.store.connection import opened
from kaders.store.lock import source_lock
from kaders.store.sums import Standing, standing

NAMES = ("Anna de Vries", "Bram Bos", "Chaima el Amrani")
ERASED = "Dora Bak"
HOUR = timedelta(hours=1)


def given(town: Stocked, name: str) -> str:
    """What a reader makes of a name: the pseudonym of the first key."""
    made = pseudonym(name, keys.key(town.settings.places))
    assert made
    return made


def posts(town: Stocked, numbers: Iterable[int]) -> list[Item]:
    """Posts by three people in turn."""
    return [
        item(n, LATER, "plein", author=given(town, NAMES[n % 3]), url=f"https://plein.example/stuk/{n}")
        for n in numbers
    ]


@pytest.fixture(scope="module")
def filled(stock: Stocked, tmp_path_factory: pytest.TempPathFactory) -> Stocked:
    """Real pseudonyms in landing, tagged files, warehouse, published copy, a list and a queue."""
    full = copied(stock, tmp_path_factory.mktemp("filled") / "data")
    places, new = full.settings.places, posts(full, range(100, 130))
    full.land(LATER, *new, source="plein")
    pages.queue(places, "plein", new)
    assert withdrawn.held(places, "plein", ["g100"]) == {"g100"}, "which makes the list"
    asked, ring = Asked(authors=frozenset({given(full, ERASED)})), keys.ring(places)
    erased.add(places, marks_for(asked, [], ring[0], ring))
    full.load(LATER + HOUR)
    return full


@pytest.fixture
def town(filled: Stocked, tmp_path: Path) -> Stocked:
    """The same for one test."""
    return copied(filled, tmp_path / "data")


def everywhere(town: Stocked, wanted: Iterable[str]) -> dict[str, set[str]]:
    """The files in which some words stand, as raw bytes, unpacked, or in any row of a database; by word."""
    found: dict[str, set[str]] = {word: set() for word in wanted}
    for path in (path for path in town.settings.places.data.rglob("*") if path.is_file()):
        content = path.read_bytes()
        if path.suffix == ".gz":
            content = gzip.decompress(content)
        if path.suffix == ".duckdb":
            content += rows(path)
        for word in found:
            if word.encode() in content:
                found[word].add(path.name)
    return found


def rows(path: Path) -> bytes:
    with opened(path) as con:
        tables = [row[0] for row in con.execute("SELECT table_name FROM duckdb_tables()").fetchall()]
        return repr([con.execute(f'FROM "{table}"').fetchall() for table in tables]).encode()


def old(town: Stocked) -> list[str]:
    """The pseudonyms of the three with every number of keys but the newest."""
    ring = keys.ring(town.settings.places)
    return [current(given(town, name), ring[:n]) for name in (*NAMES, ERASED) for n in range(1, len(ring))]


def groups(town: Stocked) -> Counter[frozenset[str]]:
    """The documents that are of one author, in the published copy, whoever that is."""
    with opened(town.settings.places.published) as con:
        query = "SELECT list(id) FROM core_document WHERE author IS NOT NULL GROUP BY author"
        return Counter(frozenset(ids) for (ids,) in con.execute(query).fetchall())


def of_files(town: Stocked) -> dict[str, list[str | None]]:
    """The authors in landing and in the tagged files."""
    places = town.settings.places
    return {
        "landing": [each.author for path in landing.paths(places) for each in landing.read(path)],
        "tagged": [each.document.author for p in tagged.paths(places, "v1") for each in tagged.read(p)],
    }


def is_finished(town: Stocked) -> None:
    places = town.settings.places
    ring, before = keys.ring(places), old(town)
    now = [current(given(town, name), ring) for name in NAMES]
    there = everywhere(town, [*before, *now])
    assert not any(there[word] for word in before)
    for word in now:
        assert {"plein.txt", "plein.jsonl", places.warehouse.name} <= there[word]
    assert erased.marks(places).author(given(town, ERASED), "plein"), "who was erased stays so"
    assert f"author {len(ring)}:" in (places.of("state") / erased.MARKS).read_text("utf-8")
    for authors in of_files(town).values():
        assert {generation(author) for author in authors if author} == {len(ring)}
    assert not rotation.unfinished(places)
    assert verify(town.settings, LATER + HOUR).counts["findings"] == 0


def test_nothing_of_the_old_key_is_left_and_everybody_stays_one(town: Stocked) -> None:
    keys.key(town.settings.places)
    first = {given(town, name) for name in NAMES}
    before, documents = groups(town), town.documents()
    for word, there in everywhere(town, first).items():
        assert {"dijkdorp.duckdb", "plein.txt", "plein.jsonl"} <= there, word
        assert sum(name.endswith(".jsonl.gz") for name in there) == 1, "landing and tagged file have one name"
    warehouse = town.settings.places.warehouse.read_bytes()
    assert all(word.encode() in warehouse for word in first), (
        "as they are, so that looking for them means something"
    )
    assert len(before) == 6, "three with real names and three of the stock"
    summary = rotate(town.settings, LATER + HOUR, why="a laptop is gone")
    assert summary.counts == {"keys": 2, "pseudonyms": 6, "files": 8} and summary.failures == ()
    is_finished(town)
    assert groups(town) == before and town.documents() == documents
    assert all(each.author is None or each.author.startswith("2:") for each in posts_landed(town))


def posts_landed(town: Stocked) -> list[Item]:
    return [each for path in landing.paths(town.settings.places, "plein") for each in landing.read(path)]


def test_two_in_a_row_and_a_load_between(town: Stocked) -> None:
    before = groups(town)
    rotate(town.settings, LATER + HOUR)
    town.land(LATER + HOUR, *posts(town, range(130, 133)), source="plein")
    town.load(LATER + 2 * HOUR)
    assert len(groups(town)) == len(before), "nobody is new"
    assert rotate(town.settings, LATER + 3 * HOUR).counts["keys"] == 3
    is_finished(town)
    assert {author[:2] for author in of_files(town)["tagged"] if author} == {"3:"}
    assert len(groups(town)) == len(before)
    assert sum(sum(map(len, group)) > 0 for group in groups(town)) == len(before)


def test_who_has_only_the_old_key_finds_nobody(town: Stocked) -> None:
    """With the old key names can be tested against what is stored, and with that key alone no longer."""
    stolen = keys.ring(town.settings.places)
    rotate(town.settings, LATER + HOUR)
    tried = [pseudonym(name, stolen[0]) or "" for name in NAMES]
    assert not any(everywhere(town, tried).values())


@pytest.mark.parametrize(
    "broken_at",
    [
        "rewrite",
        "file",
        "note",
        *(pytest.param(at, marks=pytest.mark.slow) for at in ("rows", "publish", "list")),
    ],
)
@pytest.mark.parametrize("mend", ["rotate", "load and housekeeping"])
def test_broken_off_anywhere_the_next_run_finishes(
    town: Stocked, monkeypatch: pytest.MonkeyPatch, broken_at: str, mend: str
) -> None:
    before, count = groups(town), 0

    def breaks(*given: object, **more: object) -> None:
        raise KeyboardInterrupt

    def breaks_at_the_second(*given: object, **more: object) -> int:
        nonlocal count
        count += 1
        if count == 2:
            raise KeyboardInterrupt
        return change(*given, **more)  # type: ignore[arg-type]

    change = packed.change
    with monkeypatch.context() as patched:
        if broken_at == "file":
            patched.setattr(packed, "change", breaks_at_the_second)
        else:
            module, name = {
                "rows": (rotation, "_rename"),
                "rewrite": (rewrite, "write_anew"),
                "publish": (rewrite, "publish_file"),
                "list": (withdrawn, "raise_authors"),
                "note": (rotation, "_note"),
            }[broken_at]
            patched.setattr(module, name, breaks)
        with pytest.raises(KeyboardInterrupt):
            rotate(town.settings, LATER + HOUR)
    assert len(keys.ring(town.settings.places)) == 2
    if mend == "rotate":
        assert rotate(town.settings, LATER + HOUR).counts["keys"] == 2, "no third key"
    else:
        town.load(LATER + HOUR)
        housekeeping(town.settings, LATER + HOUR)
    is_finished(town)
    assert groups(town) == before


def test_what_a_job_had_in_hand_is_brought_up_later(town: Stocked) -> None:
    """A tag job that read before the rotation writes after it, and so does a visit."""
    places = town.settings.places
    path = next(p for p in tagged.paths(places, "v1") if any(t.document.author for t in tagged.read(p)))
    was, age = path.read_bytes(), path.stat()
    rotate(town.settings, LATER + HOUR)
    path.write_bytes(was)
    os.utime(path, ns=(age.st_atime_ns, age.st_mtime_ns))  # as what changes a file in place does
    town.rows("DELETE FROM raw_landing")
    town.load(LATER + HOUR)
    assert {a.partition(":")[0] for (a,) in town.rows("SELECT author FROM core_document") if a} == {"2"}
    housekeeping(town.settings, LATER + HOUR)
    is_finished(town)


def test_a_source_that_is_being_visited_is_done_later(town: Stocked, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kaders.jobs.rotate.PATIENCE", 0.1)
    with source_lock(town.settings.places, "plein"):
        (said,) = rotate(town.settings, LATER + HOUR).failures
    assert said.startswith("plein was being visited all the time") and any(of_files(town)["landing"])
    assert rotation.unfinished(town.settings.places)
    assert housekeeping(town.settings, LATER + HOUR).failures == ()
    is_finished(town)


def test_a_changed_landing_file_is_known_for_what_it_is(town: Stocked) -> None:
    rotate(town.settings, LATER + HOUR)
    rotate(town.settings, LATER + HOUR)
    stands = Counter(standing(path) for path in landing.paths(town.settings.places))
    assert stands == {Standing.CHANGED: 4, Standing.WHOLE: 3}
    aged = {path.stat().st_mtime for path in landing.paths(town.settings.places)}
    assert len(aged) == 7, "no file looks newer than it is"


def test_deletions_are_followed_over_a_rotation(town: Stocked) -> None:
    """A source that says an account is gone says so with the first key, as readers have only that one."""
    rotate(town.settings, LATER + HOUR)
    anna = given(town, "Anna de Vries")
    guids = withdrawn.written_by(town.settings.places, "plein", [anna])
    assert guids == [f"g{n}" for n in range(102, 130, 3)]
    assert withdrawn.withdraw(town.settings.places, "plein", (), [anna]) == len(guids) == 10
    assert not any(
        each.author == current(anna, keys.ring(town.settings.places)) for each in posts_landed(town)
    )


def test_a_rebuild_keeps_the_new_ones_only(town: Stocked, monkeypatch: pytest.MonkeyPatch) -> None:
    before = groups(town)
    rotate(town.settings, LATER + HOUR)
    town.settings.places.warehouse.unlink()
    monkeypatch.setattr("kaders.jobs.tag.tag", lambda settings, moment: town.load(moment))
    rebuild(town.settings, LATER + HOUR)
    assert groups(town) == before
    is_finished(town)


def test_a_backup_of_before_comes_back_with_the_new_key(town: Stocked, tmp_path: Path) -> None:
    before = groups(town)
    backup(town.settings, LATER + HOUR, tmp_path / "b.tar.zst", with_key=True)
    rotate(town.settings, LATER + HOUR)
    newest = keys.ring(town.settings.places)
    summary = restore(town.settings, LATER + HOUR, tmp_path / "b.tar.zst", replace=True)
    assert summary.failures == () and keys.ring(town.settings.places) == newest
    assert groups(town) == before
    aside = Path(summary.outputs[-1])
    assert not any(aside.rglob("*.key")), "the ring of now stayed"
    for each in sorted(aside.rglob("*"), reverse=True):
        each.rmdir() if each.is_dir() else each.unlink()
    for path in landing.paths(town.settings.places):
        town.tag(path)  # as `kaders tag` does
    is_finished(town)


def test_a_file_of_one_bare_key_is_a_ring_of_one(town: Stocked) -> None:
    """As all were before keys could be replaced."""
    path = keys.path_of(town.settings.places)
    secret = keys.key(town.settings.places)
    path.write_bytes(secret)
    assert keys.ring(town.settings.places) == (secret,) and keys.read(path)[0].since
    rotate(town.settings, LATER + HOUR, why="test")
    found = keys.read(path)
    assert found[0].secret == secret == keys.key(town.settings.places), "posts are known by it for good"
    assert (found[1].since, found[1].why) == (LATER + HOUR, "test")
    assert path.stat().st_mode & 0o777 == 0o600 and list(path.parent.iterdir()) == [path]
    assert secret.hex() not in repr(found)
    is_finished(town)


def test_damage_is_one_sentence(town: Stocked) -> None:
    places = town.settings.places
    path = keys.path_of(places)
    rotate(town.settings, LATER + HOUR)
    whole, before = path.read_bytes(), of_files(town)
    fields = json.loads(whole)
    other = fields["keys"][1]["key"]
    for spoiled in (
        b"",
        whole[:-40],
        whole.replace(other[:4].encode(), b"0000" if other[:4] != "0000" else b"1111"),
        json.dumps(fields | {"keys": fields["keys"][:1]}).encode(),
        b'{"keys": [], "sum": ""}',
        b"[]",
    ):
        path.write_bytes(spoiled)
        for act in (rotate, housekeeping):
            with pytest.raises(ConfigurationError, match=r"\.key is damaged: put it back from a backup"):
                act(town.settings, LATER + HOUR)
    path.write_bytes(whole)
    assert of_files(town) == before


def test_an_older_ring_that_is_put_back_is_noticed(town: Stocked) -> None:
    path = keys.path_of(town.settings.places)
    keys.key(town.settings.places)
    before = path.read_bytes()
    rotate(town.settings, LATER + HOUR)
    newest, authors = path.read_bytes(), of_files(town)
    path.write_bytes(before)
    (said,) = housekeeping(town.settings, LATER + HOUR).failures
    assert "has 1 of the 2 keys that pseudonyms were made with: put the newest copy of it back" in said
    with pytest.raises(ConfigurationError, match="put the newest copy"):
        rotate(town.settings, LATER + HOUR)
    path.write_bytes(newest)
    assert housekeeping(town.settings, LATER + HOUR).failures == () and of_files(town) == authors
    is_finished(town)


def test_before_anything_was_collected(stock: Stocked, tmp_path: Path) -> None:
    new = Stocked(copied(stock, tmp_path / "x").settings)
    places = new.settings.places.model_copy(update={"data": tmp_path / "empty"})
    empty = Stocked(new.settings.model_copy(update={"places": places}))
    assert rotate(empty.settings, START).counts == {"keys": 2, "pseudonyms": 0, "files": 0}
    assert not places.warehouse.exists() and not rotation.unfinished(places)
    empty.land(START, *posts(empty, range(3)), source="plein")
    empty.load()
    assert {author[:2] for author in of_files(empty)["landing"] if author} == {"2:"}


def test_in_object_storage_as_on_the_disk(stock: Stocked, cloud: Cloud, tmp_path: Path) -> None:
    town = Stocked(moved(stock.settings, cloud.bucket(), tmp_path / "data"))
    town.fill()
    town.land(LATER, *posts(town, range(100, 130)), source="plein")
    town.load(LATER + HOUR)
    before = groups(town)
    cloud.asked.clear()
    assert rotate(town.settings, LATER + HOUR).counts == {"keys": 2, "pseudonyms": 6, "files": 8}
    assert cloud.asked["PUT"] <= 8 + 4 + 1, "each file once, four notes, the published copy"
    for authors in of_files(town).values():
        assert {generation(author) for author in authors if author} == {2}
    assert groups(town) == before
    cloud.asked.clear()
    housekeeping(town.settings, LATER + HOUR)
    assert Counter(standing(path) for path in landing.paths(town.settings.places))[Standing.CHANGED] == 4


def test_in_object_storage_only_what_is_new_is_looked_at_later(
    stock: Stocked, cloud: Cloud, tmp_path: Path
) -> None:
    bucket = cloud.bucket()
    town = Stocked(moved(stock.settings, bucket, tmp_path / "data"))
    town.fill()
    rotate(town.settings, LATER)
    path = landing.paths(town.settings.places, "plein")[0]
    packed.change(path, lambda fields: json.dumps(fields | {"author": "a1"}) + "\n", kind="landing")
    cloud.age(bucket, "", timedelta(hours=3))
    assert rotation.raise_files(town.settings.places).files == 0, "they are older than the last look"
    packed.change(path, lambda fields: json.dumps(fields | {"author": "a2"}) + "\n", kind="landing")
    assert rotation.raise_files(town.settings.places).files == 1
