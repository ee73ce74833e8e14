"""The command `key`, as somebody types it."""

from __future__ import annotations

from pathlib import Path

import pytest

from kaders import cli
from kaders.load import load
from kaders.settings import Settings
from kaders.store import keys, rotation
from kaders.store.lock import run_lock


def typed(*words: str | Path) -> int:
    return cli.main([str(word) for word in words])


def test_show_and_rotate(loaded: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    org, places = loaded.places.folder, load(loaded.places.folder, data=tmp_path).places
    assert typed("key", "show", org, "--data", tmp_path) == 0
    assert "There is no key yet: the first visit makes" in capsys.readouterr().out
    keys.key(places)
    assert typed("key", "rotate", org, "--data", tmp_path, "--why", "a laptop is gone") == 0
    out = capsys.readouterr().out
    assert "rotate: keys 2" in out and "Keep a new copy of the keys" in out and "broken off" not in out
    assert typed("key", "show", org, "--data", tmp_path) == 0
    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith("1  since 20") and "in use" not in first
    assert second.startswith("2  since 20") and second.endswith("in use  a laptop is gone")
    assert not any(each.secret.hex() in out + first + second for each in keys.read(keys.path_of(places)))


def test_one_that_was_broken_off_is_finished_first(
    loaded: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def ctrl_c(*given: object, **more: object) -> None:
        raise KeyboardInterrupt

    org, places = loaded.places.folder, load(loaded.places.folder, data=tmp_path).places
    with monkeypatch.context() as patched:
        patched.setattr(rotation, "_note", ctrl_c)
        assert typed("key", "rotate", org, "--data", tmp_path) == 130
    assert "the same command goes on where this one was" in capsys.readouterr().err
    assert typed("key", "show", org, "--data", tmp_path) == 0
    assert "`kaders key rotate` finishes it" in capsys.readouterr().out
    assert typed("key", "rotate", org, "--data", tmp_path) == 0
    assert "it is finished, and no key was added" in capsys.readouterr().out
    assert len(keys.ring(places)) == 2


def test_it_works_alone_and_says_what_is_damaged(
    loaded: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    org, places = loaded.places.folder, load(loaded.places.folder, data=tmp_path).places
    with run_lock(places):
        assert typed("key", "rotate", org, "--data", tmp_path) == 1
    assert "is working on" in capsys.readouterr().err
    keys.key(places)
    keys.path_of(places).write_bytes(b"x")
    for what in ("rotate", "show"):
        assert typed("key", what, org, "--data", tmp_path) == 2
        assert "is damaged: put it back from a backup" in capsys.readouterr().err
