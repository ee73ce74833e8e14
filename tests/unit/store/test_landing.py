"""Landing files take whatever a reader left in an item."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from kaders.model import Item
from kaders.settings import Places
from kaders.store import landing


def test_half_a_pair_of_surrogates_never_loses_a_visit(tmp_path: Path) -> None:
    at = datetime(2026, 11, 23, 8, tzinfo=UTC)
    places = Places(
        folder=tmp_path, data=tmp_path, reference=tmp_path, patterns=tmp_path, organisation="waterdam"
    )
    made = Item("bron", "a\ud800b", "", "Titel", "", None, at)
    landing.write(places, "bron", at, [made])
    (kept,) = [each for path in landing.paths(places) for each in landing.read(path)]
    assert (kept.guid, kept.title) == ("a\ufffdb", "Titel")
