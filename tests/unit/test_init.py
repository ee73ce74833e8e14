"""A new organisation starts from a pack that loads at once, and never overwrites anything."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

from kaders.errors import ConfigurationError
from kaders.jobs.init import init, packs
from kaders.load import load, root
from kaders.read.readers import READERS
from kaders.settings import Source

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
    assert len(settings.sources) >= 10
    assert all(source.known_to_work for source in settings.sources if source.kind != "own")
    assert len(settings.topics) == len(settings.frames) == 3
    assert len(settings.subscriptions) == 1
    assert settings.subscriptions[0].paused
    assert not settings.organisation.synthetic


def entries(pack: str) -> list[str]:
    """The entries of a pack's sources.yaml as text, each with the remark above it; those that are off too."""
    text = (PACKS / pack / "sources.yaml").read_text("utf-8").partition("\nsources:\n")[2]
    return [part for part in text.split("\n\n") if re.search(r"^  #?- id:", part, re.MULTILINE)]


def fields(entry: str) -> dict[str, Any]:
    """One entry as its fields, switched on when it was off."""
    on = re.sub(r"^  #(?=- id:|  \w)", "  ", entry, flags=re.MULTILINE)
    (row,) = yaml.safe_load(on)
    return dict(row)


@pytest.mark.parametrize("pack", packs(PACKS))
def test_each_entry_of_a_pack_says_its_terms_and_what_its_address_rests_on(pack: str) -> None:
    assert "We have NOT tested them ourselves" in (PACKS / pack / "sources.yaml").read_text("utf-8")
    for entry in entries(pack):
        row = fields(entry)
        assert row["terms"] and row["permission"], row["id"]
        assert entry.startswith("  # "), f"{row['id']} has no remark"
        remark = entry.split("- id:")[0]
        assert re.search(r"REPLACE|20\d\d|no day is known|not tested", remark, re.IGNORECASE), row["id"]
        if day := row.get("known_to_work"):
            assert "2026-01" <= str(day) <= "2026-11-23"
            assert "2026" in remark, f"{row['id']} does not say what its day rests on"


@pytest.mark.parametrize("pack", packs(PACKS))
def test_what_nobody_saw_work_is_off_and_says_how_it_is_tried(pack: str) -> None:
    for entry in entries(pack):
        off = re.search(r"^  #- id:", entry, re.MULTILINE) is not None
        assert off or "known_to_work" in entry or "- id: eigen-nieuws" in entry, entry
    assert "`kaders check --online` tries" in (PACKS / pack / "sources.yaml").read_text("utf-8")


@pytest.mark.parametrize("pack", packs(PACKS))
def test_what_has_to_be_filled_in_is_off_and_works_once_it_is_on(pack: str) -> None:
    rows = [(entry, Source.model_validate(fields(entry))) for entry in entries(pack)]
    assert len({source.id for _, source in rows}) == len(rows)
    for entry, source in rows:
        off = re.search(r"^  #- id:", entry, re.MULTILINE) is not None
        asks = "REPLACE" in re.sub(r"terms: .*", "", entry) or source.secret is not None
        assert off or not asks or source.id == "eigen-nieuws", f"{source.id} is on and cannot work yet"
        assert source.reader in READERS


@pytest.mark.parametrize("pack", packs(PACKS))
def test_an_untouched_pack_asks_nobody_it_should_not(pack: str, tmp_path: Path) -> None:
    settings = load(PACKS / pack, data=tmp_path)
    hosts = [urlsplit(source.address).hostname or "" for source in settings.visited]
    assert sum(host.endswith(".example") for host in hosts) == 1
    assert not any(source.secret or source.pages for source in settings.sources)
    assert {source.owner_group for source in settings.sources if "nu.nl" in source.address} == {"dpg-media"}


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
