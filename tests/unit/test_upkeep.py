"""The commands verify, backup and restore, as somebody types them."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kaders import cli
from kaders.load import load
from kaders.read.erased import key_mark
from kaders.settings import Settings
from kaders.store import audit, erased, forgotten, keys, landing
from kaders.store.lock import being_restored, run_lock


def typed(*words: str | Path) -> int:
    return cli.main([str(word) for word in words])


@pytest.fixture
def organisation_folder(loaded: Settings) -> Path:
    return loaded.places.folder


def test_there_and_back(
    organisation_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    org, data, new, archive = organisation_folder, tmp_path / "data", tmp_path / "new", tmp_path / "b.tar.zst"
    settings = load(org, data=data)
    keys.key(settings.places)
    assert typed("load", org, "--data", data) == 0
    assert typed("verify", org, "--data", data) == 0
    assert "findings 0" in capsys.readouterr().out
    assert typed("backup", archive, org, "--data", data) == 0
    assert "The key of the pseudonyms is not in it" in capsys.readouterr().out
    assert typed("backup", archive, org, "--data", data) == 1
    assert "is there already" in capsys.readouterr().err
    assert typed("restore", archive, org, "--data", data) == 2
    assert "Say --replace" in capsys.readouterr().err
    assert typed("restore", archive, org, "--data", data, "--replace") == 0
    assert "remove it when all is well" in capsys.readouterr().out
    assert typed("restore", archive, org, "--data", tmp_path / "none", "--into", new) == 1, "no key there"
    said = capsys.readouterr()
    assert "no key of pseudonyms" in said.err
    assert f"No list of who was erased is in {tmp_path / 'none' / 'state'}" in said.out
    assert typed("restore", tmp_path / "none", org, "--into", tmp_path / "x") == 2
    assert "is not there: name the file" in capsys.readouterr().err


def test_into_another_folder_the_lists_and_the_keys_of_now_come_along(
    organisation_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    org, data, archive = organisation_folder, tmp_path / "data", tmp_path / "b.tar.zst"
    places = load(org, data=data).places
    first = keys.key(places)
    assert typed("backup", archive, org, "--data", data, "--with-key") == 0
    keys.add(places, datetime(2026, 11, 23, tzinfo=UTC))
    marks = [f"author 2:{7:016x}", f"key {key_mark(first)}"]
    erased.add(places, marks)
    forgotten.remember(places, "a", datetime(2026, 11, 23, tzinfo=UTC), ["00ff"])
    new = places.model_copy(update={"data": tmp_path / "new"})
    assert typed("restore", archive, org, "--data", data, "--into", new.data) == 0
    said = capsys.readouterr().out
    assert "marks 2" in said and "No list" not in said
    assert erased.marks(new).authors == {f"2:{7:016x}"} and forgotten.known(new, "a") == {"00ff"}
    assert keys.ring(new) == keys.ring(places) and len(keys.ring(new)) == 2
    assert keys.path_of(new).stat().st_mode & 0o777 == 0o600
    assert "erasure" in {line.what for line in audit.lines(new) if isinstance(line, audit.Line)}, "once more"


def test_the_yaml_of_then_comes_back_beside_that_of_now(
    organisation_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    org, archive, new = tmp_path / "org", tmp_path / "b.tar.zst", tmp_path / "new"
    shutil.copytree(organisation_folder, org, ignore=shutil.ignore_patterns("data"))
    then = {path.name: path.read_bytes() for path in org.glob("*.yaml")}
    (org / "notes.txt").write_text("not ours", "utf-8")
    assert typed("backup", archive, org, "--data", tmp_path / "data") == 0
    later = then["sources.yaml"] + b"# of later\n"
    (org / "sources.yaml").write_bytes(later)
    typed("restore", archive, org, "--into", new)
    folder = load(org, data=new).places.of("organisation")
    assert f"The YAML of then is in {folder}: {org} stays as it is" in capsys.readouterr().out
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == then != {}
    assert (org / "sources.yaml").read_bytes() == later


def test_findings_are_lines_and_exit_1(
    organisation_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = load(organisation_folder, data=tmp_path)
    path = settings.places.of("landing") / "a" / "2026-11-02" / "053000Z-0123456789abcdef.jsonl.gz"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"x")
    before = sorted(tmp_path.rglob("*"))
    assert typed("verify", organisation_folder, "--data", tmp_path) == 1
    said = capsys.readouterr().err.splitlines()
    assert len(said) == 2 and all(line.startswith("  failed: ") for line in said)
    assert sorted(tmp_path.rglob("*")) == before and landing.paths(settings.places) == [path]


def test_after_a_broken_restore_other_commands_say_so(
    organisation_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = load(organisation_folder, data=tmp_path)
    with run_lock(settings.places):
        being_restored(settings.places).touch()
    assert typed("load", organisation_folder, "--data", tmp_path) == 1
    assert "was broken off: run it again with `kaders restore FILE --replace`" in capsys.readouterr().err
