"""The job that tags landing files, and the files it writes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kaders.errors import Quarantine
from kaders.jobs.tag import tag
from kaders.model import Item
from kaders.settings import Settings
from kaders.store import landing, tagged
from kaders.tag.pipeline import tagger_version

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture
def here(make_organisation: Callable[..., Settings], tmp_path: Path) -> Settings:
    return make_organisation(tmp_path)


def land(settings: Settings, *, source: str = "krant", hour: int = 0, texts: int = 2) -> Path:
    moment = NOON + timedelta(hours=hour)
    items = [
        Item(
            source,
            f"{hour}-{n}",
            f"https://krant.example/{hour}/{n}",
            "Stikstof in het ven",
            f"Dit is een stuk over de stikstof van boer {n} en over het café.",
            moment,
            moment,
        )
        for n in range(texts)
    ]
    return settings.places.of("landing") / landing.write(settings.places, source, moment, items)


def test_every_landing_file_gets_its_tagged_file_once(here: Settings) -> None:
    files = [land(here, hour=hour) for hour in range(3)]
    seen: list[tuple[int, int]] = []
    summary = tag(here, NOON, progress=lambda done, of: seen.append((done, of)))
    assert summary.counts == {"files": 3, "documents": 6, "unknown_source": 0, "unreadable": 0}
    assert not summary.failures and seen[-1] == (3, 3)
    version = tagger_version(here)
    assert tagged.paths(here.places, version) == [tagged.path_of(here.places, version, f) for f in files]
    assert tag(here, NOON).counts["files"] == 0


def test_what_is_written_is_what_is_read_and_the_same_every_time(here: Settings) -> None:
    target = tagged.path_of(here.places, tagger_version(here), land(here))
    tag(here, NOON)
    first, results = target.read_bytes(), list(tagged.read(target))
    assert results[0].document.text.endswith("boer 0 en over het café.")
    assert results[0].tags.topics == ("stikstof",) and results[0].document.published == NOON
    tagged.write(target, results)
    assert target.read_bytes() == first
    target.unlink()
    tag(here, NOON)
    assert target.read_bytes() == first


def test_a_broken_file_is_one_failure_and_the_rest_goes_on(here: Settings) -> None:
    broken = land(here, hour=0)
    broken.write_bytes(broken.read_bytes()[:-9])
    land(here, hour=1)
    summary = tag(here, NOON)
    assert len(summary.failures) == 1 and broken.name in summary.failures[0]
    assert (summary.counts["files"], summary.counts["unreadable"]) == (1, 1)


def test_items_of_a_removed_source_wait_until_it_is_back(
    make_organisation: Callable[..., Settings], here: Settings
) -> None:
    land(here, source="vroeger", texts=3)
    assert tag(here, NOON).counts == {"files": 0, "documents": 0, "unknown_source": 3, "unreadable": 0}
    source = here.sources[0].model_dump() | {"id": "vroeger"}
    back = make_organisation(here.places.data, sources=[source])
    assert tag(back, NOON).counts["documents"] == 3


def test_an_empty_landing_file_is_done_once(here: Settings) -> None:
    land(here, texts=0)
    assert tag(here, NOON).counts["files"] == 1
    assert tag(here, NOON).counts["files"] == 0


def test_nothing_landed_is_nothing_to_do(here: Settings) -> None:
    assert tag(here, NOON).counts["files"] == 0


def test_a_damaged_tagged_file_is_named(here: Settings, tmp_path: Path) -> None:
    path = tmp_path / "kapot.jsonl.gz"
    path.write_bytes(b"no gzip")
    with pytest.raises(Quarantine, match="kapot"):
        list(tagged.read(path))
