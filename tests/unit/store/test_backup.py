"""`kaders backup` and `restore`: everything comes back, whole or not at all, and the erased stay erased."""

from __future__ import annotations

import json
import os
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import zstandard
from stocked import LATER, START, Stocked, item, spoil

from kaders.errors import ConfigurationError, KadersError
from kaders.jobs.backup import backup, restore
from kaders.jobs.verify import verify
from kaders.model import Summary
from kaders.settings import Settings
from kaders.store import backup as store
from kaders.store import keys, landing
from kaders.store.connection import reading
from kaders.store.files import Unwritable
from kaders.store.lock import being_restored, run_lock

ROOMS = ("landing", "ledger", "state", "out")


@pytest.fixture
def archive(full: Stocked, tmp_path: Path) -> Path:
    """A backup of the stock, with something in every room."""
    places = full.settings.places
    (places.of("out") / "reports" / "2026-11-03").mkdir(parents=True)
    (places.of("out") / "reports" / "2026-11-03" / "report.nl.html").write_text("<p>gezien</p>", "utf-8")
    places.of("state").mkdir(parents=True, exist_ok=True)
    (places.of("state") / "bode.json").write_text("{}", "utf-8")
    path = tmp_path / "backup.tar.zst"
    assert backup(full.settings, LATER, path).outputs == (str(path),)
    return path


def rooms(settings: Settings) -> dict[str, bytes]:
    """Every file of the rooms that are copied; not how the last runs went, nor what is made from landing."""
    return {
        str(path.relative_to(settings.places.data)): path.read_bytes()
        for room in ROOMS
        for path in settings.places.of(room).rglob("*")
        if path.is_file() and not {"runs", "landed"} & set(path.parts)
    }


def elsewhere(stocked: Stocked, folder: Path) -> Stocked:
    places = stocked.settings.places.model_copy(update={"data": folder})
    return Stocked(stocked.settings.model_copy(update={"places": places}))


def schema(stocked: Stocked) -> list[tuple[object, ...]]:
    constraints = "SELECT table_name, constraint_text, '' FROM duckdb_constraints()"
    columns = "SELECT table_name, column_name || data_type, coalesce(comment, '') FROM duckdb_columns() WHERE NOT internal"
    return stocked.rows(f"{constraints} UNION ALL {columns} ORDER BY ALL")


def test_all_of_it_comes_back_in_an_empty_folder(full: Stocked, archive: Path, tmp_path: Path) -> None:
    new = elsewhere(full, tmp_path / "new")
    summary = restore(new.settings, LATER, archive)
    assert summary.counts["files"] > 12
    assert rooms(new.settings) == rooms(full.settings)
    assert new.documents() == full.documents() != []
    assert schema(new) == schema(full)
    assert verify(new.settings, LATER).failures == ()
    with reading(new.settings.places) as con:
        assert con.execute("SELECT count(*) FROM core_document").fetchall() == [(24,)]
    assert not list((tmp_path / "new").glob(".restore*")) and not (tmp_path / "new" / "aside").exists()


def test_a_restored_house_goes_on(full: Stocked, archive: Path, tmp_path: Path) -> None:
    new = elsewhere(full, tmp_path / "new")
    restore(new.settings, LATER, archive)
    for path in landing.paths(new.settings.places):
        new.tag(path)
    new.land(LATER, item(99, LATER))
    assert new.load().counts == {"files": 1, "documents": 1, "duplicates": 0, "visits": 1}
    assert verify(new.settings, LATER).failures == ()


def test_a_folder_gets_a_named_file_that_nobody_else_may_read(full: Stocked, tmp_path: Path) -> None:
    (path,) = backup(full.settings, LATER, tmp_path).outputs
    assert Path(path).name == "kaders-dijkdorp-20261105T053000Z.tar.zst"
    assert Path(path).stat().st_mode & 0o777 == 0o600
    with pytest.raises(KadersError, match="is there already"):
        backup(full.settings, LATER, tmp_path)
    assert not list(tmp_path.glob(".*.tmp*"))


@contextmanager
def _tar(archive: Path) -> Iterator[tarfile.TarFile]:
    with (
        archive.open("rb") as raw,
        zstandard.ZstdDecompressor().stream_reader(raw) as packed,
        tarfile.open(mode="r|", fileobj=packed) as tar,
    ):
        yield tar


def names(archive: Path) -> set[str]:
    with _tar(archive) as tar:
        return {member.name for member in tar}


def test_the_key_is_in_it_only_when_asked(full: Stocked, tmp_path: Path) -> None:
    key = keys.key(full.settings.places)
    without, with_it = tmp_path / "a.tar.zst", tmp_path / "b.tar.zst"
    backup(full.settings, LATER, without)
    backup(full.settings, LATER, with_it, with_key=True)
    assert names(with_it) - names(without) - {"audit/dijkdorp/2026.jsonl"} == {
        "keys/dijkdorp.key",
        "state/dijkdorp/runs/backup.json",
    }
    new, other = elsewhere(full, tmp_path / "new"), elsewhere(full, tmp_path / "other")
    assert restore(new.settings, LATER, with_it).failures == ()
    assert keys.key(new.settings.places) == key
    assert keys.path_of(new.settings.places).stat().st_mode & 0o777 == 0o600
    (said,) = restore(other.settings, LATER, without).failures
    assert "no key of pseudonyms" in said


def test_nothing_is_overwritten_without_saying_so_and_the_old_is_kept(full: Stocked, archive: Path) -> None:
    places = full.settings.places
    full.land(LATER, item(99, LATER))
    full.load()
    with pytest.raises(ConfigurationError, match=r"is there already\. Say --replace"):
        restore(full.settings, LATER, archive)
    assert len(full.documents()) == 25
    summary = restore(full.settings, LATER, archive, replace=True)
    assert len(full.documents()) == 24
    aside = Path(summary.outputs[-1])
    assert aside.is_relative_to(places.data / "aside")
    assert len(list((aside / "landing").rglob("*.jsonl.gz"))) == 7
    assert (aside / "warehouse" / "dijkdorp.duckdb").exists() and (aside / "tagged").exists()
    assert not places.of("tagged").exists()


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-300])


def other_sum(path: Path) -> None:
    """An archive that is packed well, of which one file was changed."""
    with path.open("rb") as raw, zstandard.ZstdDecompressor().stream_reader(raw) as packed:
        content = packed.read()
    path.write_bytes(zstandard.compress(content.replace(b"gezien", b"vervalst"[:6])))


def outside(path: Path) -> None:
    """An archive with a file that would land somewhere else."""
    raw = path.with_suffix(".tar")
    with tarfile.open(raw, "w") as tar:
        tar.add(__file__, arcname="landing/dijkdorp/../../../elsewhere")
    path.write_bytes(zstandard.compress(raw.read_bytes()))


BROKEN: dict[str, Callable[[Path], object]] = {
    "cut off": cut,
    "with turned bytes": lambda path: spoil(path),
    "no archive": lambda path: path.write_text("x"),
    "empty": lambda path: path.write_bytes(b""),
    "with another file in it": other_sum,
    "with a path that leads out": outside,
}


@pytest.mark.parametrize("how", BROKEN)
def test_a_broken_archive_changes_nothing(full: Stocked, archive: Path, how: str) -> None:
    full.land(LATER, item(99, LATER))
    full.load()
    before = rooms(full.settings)
    BROKEN[how](archive)
    with pytest.raises(KadersError, match=r"cannot be restored: .*Nothing was changed; take another backup"):
        restore(full.settings, LATER, archive, replace=True)
    assert rooms(full.settings) == before and len(full.documents()) == 25
    assert not list(full.settings.places.data.glob(".restore*"))


def test_a_backup_of_another_organisation_is_refused(full: Stocked, archive: Path, tmp_path: Path) -> None:
    places = full.settings.places.model_copy(update={"data": tmp_path / "x", "organisation": "waterdam"})
    with pytest.raises(KadersError):
        restore(full.settings.model_copy(update={"places": places}), LATER, archive)
    assert not (tmp_path / "x" / "landing").exists()


def test_the_erased_stay_erased(full: Stocked, archive: Path) -> None:
    """Who was erased since the backup is on the lists when what erases looks at them."""
    places = full.settings.places
    lists = places.of("state") / "erased"
    lists.mkdir(parents=True)
    (lists / "authors.txt").write_text("a1\na2\n", "utf-8")
    forgotten = places.of("state") / "forgotten"
    forgotten.mkdir(parents=True, exist_ok=True)
    (forgotten / "bode.txt").write_text("2026-11-02T05:30:00+00:00 abc\n", "utf-8")
    seen = []

    def again(settings: Settings, moment: datetime) -> Summary:
        seen.extend((lists / "authors.txt").read_text("utf-8").split())
        landed = [each for path in landing.paths(settings.places) for each in landing.read(path)]
        assert len(landed) == 24, "the backup is in its place by then"
        return Summary("erase", moment, {"erased": 2})

    summary = restore(full.settings, LATER, archive, replace=True, again=again)
    assert seen == ["a1", "a2"] and summary.counts["erased"] == 2
    assert "abc" in (forgotten / "bode.txt").read_text("utf-8")


def test_lists_that_grew_on_both_sides_are_joined(full: Stocked, tmp_path: Path) -> None:
    lists = full.settings.places.of("state") / "erased"
    lists.mkdir(parents=True)
    (lists / "authors.txt").write_text("a1\n", "utf-8")
    backup(full.settings, LATER, tmp_path / "b.tar.zst")
    (lists / "authors.txt").write_text("a2\n", "utf-8")
    restore(full.settings, LATER, tmp_path / "b.tar.zst", replace=True)
    assert (lists / "authors.txt").read_text("utf-8") == "a1\na2\n"


def test_what_is_too_old_by_now_goes(full: Stocked, archive: Path, tmp_path: Path) -> None:
    new = elsewhere(full, tmp_path / "new")
    late = START + timedelta(days=800)
    restore(new.settings, late, archive)
    assert {row[2] for row in new.documents()} == {""} and not landing.paths(new.settings.places)
    assert verify(new.settings, late).failures == ()


def test_a_move_that_fails_is_undone(full: Stocked, archive: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before, rename = rooms(full.settings), Path.rename

    def fails(path: Path, to: Path) -> Path:
        if ".restore-" in str(path) and "ledger" in str(path):
            raise PermissionError(13, "Permission denied")
        return rename(path, to)

    monkeypatch.setattr(Path, "rename", fails)
    with pytest.raises(Unwritable, match="may not be written"):
        restore(full.settings, LATER, archive, replace=True)
    monkeypatch.undo()
    assert rooms(full.settings) == before and len(full.documents()) == 24
    with run_lock(full.settings.places):
        pass


def test_after_a_restore_that_was_killed_nothing_runs_but_a_restore(
    full: Stocked, archive: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    places, rename = full.settings.places, Path.rename
    child = os.fork()
    if not child:
        monkeypatch.setattr(
            Path, "rename", lambda path, to: os._exit(9) if "ledger" in str(path) else rename(path, to)
        )
        store.restore(archive, places, LATER, replace=True)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
    assert being_restored(places).exists()
    with pytest.raises(KadersError, match="broken off: run it again"), run_lock(places):
        pass
    with run_lock(places, restoring=True):
        restore(full.settings, LATER, archive, replace=True)
    assert verify(full.settings, LATER).failures == () and len(full.documents()) == 24
    with run_lock(places):
        pass


def test_a_backup_while_visits_go_on_is_consistent(full: Stocked, tmp_path: Path) -> None:
    """Whatever lands, is loaded or taken back between two files of the archive, what comes back is sound."""
    from kaders.store import withdrawn

    steps = iter(range(1000))

    def visit(done: int, of: int) -> None:
        step = next(steps)
        if step % 3 == 0 and step < 30:
            at = LATER + timedelta(minutes=step)
            full.land(at, item(100 + step, at))
        if step == 10:
            withdrawn.withdraw(full.settings.places, "plein", ["g4", "g13"])

    path = tmp_path / "b.tar.zst"
    backup(full.settings, LATER, path, progress=visit)
    new = elsewhere(full, tmp_path / "new")
    restore(new.settings, LATER, path)
    said = [
        line for line in verify(new.settings, LATER).failures if "no line of the ledger names it" not in line
    ]
    assert said == []


def test_the_list_says_what_is_in_it(archive: Path) -> None:
    with _tar(archive) as tar:
        for member in tar:
            content = b"".join(tar.extractfile(member) or ())
    told = json.loads(content)
    assert told["organisation"] == "dijkdorp" and told["moment"] == LATER.isoformat() and told["key"] is False
    assert names(archive) == {*told["files"], "manifest.json"}


def test_a_disk_without_room_is_one_sentence(full: Stocked, tmp_path: Path) -> None:
    """A limit on the size of a file stands in for a full disk."""
    import resource
    import signal

    child = os.fork()
    if not child:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (20000, 20000))
        try:
            store.back_up(full.settings.places, tmp_path / "b.tar.zst", LATER)
        except KadersError as error:
            os._exit(0 if "is full" in str(error) else 2)
        except BaseException:
            os._exit(3)
        os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert not (tmp_path / "b.tar.zst").exists() and not list(tmp_path.glob(".b*"))
