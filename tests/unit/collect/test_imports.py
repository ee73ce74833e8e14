"""Importing a file of documents."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kaders.errors import ConfigurationError
from kaders.jobs.imports import import_file
from kaders.settings import Settings
from kaders.store import landing, ledger_files

NOW = datetime(2026, 11, 23, 6, 30, tzinfo=UTC)
Make = Callable[..., Settings]
CSV = """id,title,text,url,published,author,language,kind
1,Een,Tekst,,2026-11-20,Anna,nl,news
2,Twee,,,onzin,,,
"""


def test_a_file_lands_once_and_bad_rows_are_named(settings_for: Make, tmp_path: Path) -> None:
    settings = settings_for(brieven=None)
    path = tmp_path / "brieven.csv"
    path.write_text(CSV, encoding="utf-8")
    first = import_file(settings, path, NOW, source="brieven")
    assert first.counts == {"rows": 2, "entries": 1, "new": 1, "bad": 1, "other_kind": 0}
    assert len(first.failures) == 1 and first.failures[0].startswith("brieven.csv:3: 'onzin' is no date")
    again = import_file(settings, path, NOW + timedelta(days=1), source="brieven")
    assert again.counts["new"] == 0
    (landed,) = landing.paths(settings.places, "brieven")
    assert [item.title for item in landing.read(landed)] == ["Een"]
    visits = [fetch for file in ledger_files.paths(settings.places) for fetch in ledger_files.read(file)]
    assert [(visit.outcome, visit.new_entries) for visit in visits] == [("PARTIAL", 1), ("PARTIAL", 0)]


def test_what_cannot_be_imported_is_one_sentence(settings_for: Make, tmp_path: Path) -> None:
    settings = settings_for(brieven=None)
    with pytest.raises(ConfigurationError, match="cannot be opened"):
        import_file(settings, tmp_path / "weg.csv", NOW, source="brieven")
    with pytest.raises(ConfigurationError, match=r"no source 'x'.*brieven"):
        import_file(settings, tmp_path / "weg.csv", NOW, source="x")
