"""The page for operators, docs/sources.md: what it tells to copy can be copied, and no reader is missing."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import pytest
import yaml

from kaders.entries import Source
from kaders.queries import SECRETS, ReaderName

PAGE = (Path(__file__).parents[2] / "docs" / "sources.md").read_text(encoding="utf-8")
ENTRIES = [
    entry for block in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL) for entry in yaml.safe_load(block)
]


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: str(entry["reader"]))
def test_every_example_is_an_entry_that_is_accepted(entry: dict[str, object]) -> None:
    source = Source.model_validate(entry)
    assert (source.secret is not None) or source.reader not in SECRETS
    assert source.address or source.reader == "import"


def test_every_reader_has_its_example_and_its_chapter() -> None:
    readers = set(get_args(ReaderName))
    assert {entry["reader"] for entry in ENTRIES} == readers
    assert set(re.findall(r"^## (\w+)$", PAGE, re.MULTILINE)) >= readers


def test_the_ids_differ_so_that_all_can_be_pasted_into_one_file() -> None:
    ids = [entry["id"] for entry in ENTRIES]
    assert len(ids) == len(set(ids))
