"""The commands verify, backup and restore, as somebody types them."""

from __future__ import annotations

from pathlib import Path

import pytest

from kaders import cli
from kaders.load import load
from kaders.settings import Settings
from kaders.store import keys, landing
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
    assert typed("restore", archive, org, "--into", new) == 1, "there is no key there"
    assert "no key of pseudonyms" in capsys.readouterr().err
    assert typed("restore", tmp_path / "none", org, "--into", tmp_path / "x") == 2
    assert "is not there: name the file" in capsys.readouterr().err


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
