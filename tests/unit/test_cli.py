"""What is typed at the keyboard: the folder wherever it stands, and one sentence when something is missing."""

from __future__ import annotations

from pathlib import Path

import pytest

from kaders import cli
from kaders.load import root

SAID = ["source add https://bron.example --yes {}", "source add https://bron.example --own {}",
        "source add https://bron.example {} --yes", "source import f.opml --check {}", "source import f.opml --yes {}",
        "import f.csv --source een {}", "check --online {}"]  # fmt: skip


@pytest.mark.parametrize("line", SAID)
def test_the_folder_may_stand_behind_an_option(line: str) -> None:
    assert cli._parsed(line.format("mijn/organisatie").split()).org == Path("mijn/organisatie")


@pytest.mark.parametrize("line", ["source add https://bron.example a b", "check a b", "check --onlin a --x"])
def test_what_is_too_much_is_still_refused(line: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as left:
        cli.main(line.split())
    assert left.value.code == 2
    assert "unrecognized arguments" in capsys.readouterr().err


@pytest.mark.parametrize("line", ["source add http://127.0.0.1:1 --yes", "source import f.opml --yes"])
def test_nothing_is_written_into_the_demo_unless_it_is_named(
    line: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("KADERS_ORG", raising=False)
    assert cli.main(line.split()) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1 and "name the folder of your organisation" in said
    monkeypatch.setenv("KADERS_ORG", "nergens")
    assert cli.main(line.split()) == 2
    assert "nergens" in capsys.readouterr().err


def test_collecting_without_a_folder_asks_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for name in ("KADERS_ORG", "KADERS_WORLD"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(cli, "DEFAULT_ORG", str(root() / "organisations" / "waterdam"))
    assert cli.main(["collect", "--data", str(tmp_path)]) == 2
    assert "name your folder: `kaders collect organisations/mine`" in capsys.readouterr().err


def test_a_moment_that_is_none_is_a_plain_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        cli.main(["status", "--moment", "gisteren"])
    assert "'gisteren' is no moment; write it as 2026-11-23T06:30+01:00" in capsys.readouterr().err
