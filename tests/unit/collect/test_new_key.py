"""Collecting goes on after the key of pseudonyms was replaced: what is known stays known, people stay who they are."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from kaders.jobs.collect import collect
from kaders.jobs.housekeeping import remember
from kaders.jobs.imports import import_file
from kaders.jobs.rotate import rotate
from kaders.model import Item
from kaders.read.items import digest
from kaders.settings import Settings
from kaders.store import landing, state
from kaders.store.retention import remove

NOW = datetime(2026, 11, 23, 6, 30, tzinfo=UTC)
QUARTER = timedelta(minutes=15)
Make = Callable[..., Settings]
CSV = "id,title,text,author\n1,Een,Over het peil,Anna de Vries\n2,Twee,Over de dijk,\n"


def feed(*entries: str) -> bytes:
    """A feed of one entry for each name, by that person; the address of the last names an account."""
    items = "".join(
        f"<item><guid>{n}</guid><title>Stuk {n}</title><author>{name}</author></item>"
        for n, name in enumerate(entries)
    )
    post = "<item><link>https://s.example/@jan_de_wit/7</link><title>Een bericht</title></item>"
    return f'<?xml version="1.0"?><rss version="2.0"><channel><title>T</title>{items}{post}</channel></rss>'.encode()


def landed(settings: Settings) -> list[Item]:
    return [item for path in landing.paths(settings.places) for item in landing.read(path)]


def test_what_is_known_lands_no_more(web: Any, settings_for: Make) -> None:
    web.feed = feed("Anna de Vries", "Bram Bos")
    settings = settings_for(a=f"{web.url}/stubborn")
    assert collect(settings, NOW, now=NOW).counts["new"] == 3
    before = {item.guid: item.same_as for item in landed(settings)}
    rotate(settings, NOW)
    web.feed = feed("Anna de Vries", "Bram Bos", "Anna de Vries")
    assert collect(settings, NOW + QUARTER, now=NOW + QUARTER).counts["new"] == 1
    anna, bram, _, again = landed(settings)
    assert anna.author == again.author != bram.author, "the same person over two keys"
    assert {item.guid: item.same_as for item in landed(settings)} == before | {"2": ""}


@pytest.mark.parametrize("lost", ["memory", "landing", "nothing"])
def test_neither_does_what_was_removed_or_is_looked_up_in_landing(
    web: Any, settings_for: Make, lost: str
) -> None:
    web.feed = feed("Anna de Vries", "Bram Bos")
    settings = settings_for(a=f"{web.url}/stubborn")
    collect(settings, NOW, now=NOW)
    if lost == "landing":  # what retention does
        paths = landing.paths(settings.places)
        remember(settings, paths)
        remove(paths)
    rotate(settings, NOW)
    if lost != "nothing":
        for path in settings.places.of("state").glob("a.*"):
            path.write_bytes(b"damaged")
    here = len(landed(settings))
    assert collect(settings, NOW + QUARTER, now=NOW + QUARTER).counts["new"] == 0
    assert len(landed(settings)) == here


def test_nor_what_an_older_kaders_knew_with_its_author(web: Any, settings_for: Make) -> None:
    """Fingerprints of before keys could be replaced had the author in them."""
    web.feed = feed("Anna de Vries")
    settings = settings_for(a=f"{web.url}/stubborn")
    collect(settings, NOW, now=NOW)
    memory = state.load(settings.places, "a")
    assert memory
    for each in landed(settings):
        former = digest(
            each.guid, each.url, each.title, each.text, "", each.language or "", each.author or ""
        )
        assert digest(each.guid) in memory.entries
        memory.entries[digest(each.guid)] = former
    state.save(settings.places, "a", memory)
    rotate(settings, NOW)
    web.feed += b"<!-- another reply -->"
    collect(settings, NOW + QUARTER, now=NOW + QUARTER)
    assert len(landed(settings)) == 2


def test_an_import_is_known_as_well(settings_for: Make, tmp_path: Path) -> None:
    settings = settings_for()
    source = {"id": "brief", "name": "Brieven", "kind": "rss", "reader": "import", "owner_group": "brief",
              "expected_per_day": 1, "terms": "test"}  # fmt: skip
    settings = Settings.model_validate(settings.model_dump() | {"sources": [source]})
    path = tmp_path / "brieven.csv"
    path.write_text(CSV, "utf-8")
    assert import_file(settings, path, NOW, source="brief").counts["new"] == 2
    rotate(settings, NOW)
    assert import_file(settings, path, NOW + QUARTER, source="brief").counts["new"] == 0
    path.write_text(CSV + "3,Drie,Over de sluis,Anna de Vries\n", "utf-8")
    assert import_file(settings, path, NOW + QUARTER, source="brief").counts["new"] == 1
    first, _, last = landed(settings)
    assert first.author == last.author and (first.author or "").startswith("2:")
