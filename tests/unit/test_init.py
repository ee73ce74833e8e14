"""A new organisation starts from a pack that loads at once, and never overwrites anything."""

from __future__ import annotations

from pathlib import Path

import pytest

from kaders.errors import ConfigurationError
from kaders.jobs.init import init, packs
from kaders.load import load, root

PACKS = root() / "data" / "reference" / "starter_packs"


def test_the_three_packs_are_there() -> None:
    assert packs(PACKS) == ["ministry", "municipality", "water_board"]
    assert packs(PACKS / "nowhere") == []


@pytest.mark.parametrize("pack", packs(PACKS))
def test_each_pack_loads_as_it_is_and_under_a_new_name(pack: str, tmp_path: Path) -> None:
    load(PACKS / pack, data=tmp_path)
    written = init(tmp_path / "diep" / "Mijn Dorp", pack=pack, packs=PACKS)
    assert len(written) == 5
    assert all(path.is_file() for path in written)
    settings = load(tmp_path / "diep" / "Mijn Dorp", data=tmp_path)
    assert settings.organisation.id == "mijn-dorp"
    assert 5 <= len(settings.sources) <= 6
    assert len(settings.topics) == len(settings.frames) == 3
    assert len(settings.subscriptions) == 1
    assert settings.subscriptions[0].paused
    assert not settings.organisation.synthetic


@pytest.mark.parametrize("pack", packs(PACKS))
def test_each_source_of_a_pack_says_its_terms_and_that_we_did_not_test_it(pack: str) -> None:
    text = (PACKS / pack / "sources.yaml").read_text("utf-8")
    for entry in text.split("\n\n")[1:]:
        assert "not tested by us" in entry.casefold() or "REPLACE" in entry, entry
        assert "terms:" in entry


def test_a_number_as_folder_name_stays_a_word(tmp_path: Path) -> None:
    init(tmp_path / "2026", pack="municipality", packs=PACKS)
    assert load(tmp_path / "2026", data=tmp_path).organisation.id == "2026"


def test_an_empty_folder_may_be_filled(tmp_path: Path) -> None:
    (tmp_path / "leeg").mkdir()
    assert len(init(tmp_path / "leeg", pack="ministry", packs=PACKS)) == 5


def test_a_folder_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "topics.yaml").write_text("mine")
    with pytest.raises(ConfigurationError, match="is not empty; nothing was changed"):
        init(tmp_path, pack="municipality", packs=PACKS)
    assert [path.name for path in tmp_path.iterdir()] == ["topics.yaml"]
    assert (tmp_path / "topics.yaml").read_text() == "mine"


def test_wrong_use_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigurationError, match="Did you mean 'municipality'"):
        init(tmp_path / "new", pack="municipalty", packs=PACKS)
    with pytest.raises(ConfigurationError, match="is a file"):
        init(tmp_path / "file", pack="municipality", packs=PACKS)
    with pytest.raises(ConfigurationError, match="cannot be written"):
        init(tmp_path / "file" / "new", pack="municipality", packs=PACKS)
    with pytest.raises(ConfigurationError, match="cannot be an id"):
        init(tmp_path / "---", pack="municipality", packs=PACKS)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
