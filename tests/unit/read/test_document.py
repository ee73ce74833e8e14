"""What becomes of an item."""

from __future__ import annotations

import pytest
from reading import NOW, item, source

from kaders.read.document import document
from kaders.read.items import fingerprint


def test_a_document_has_an_identity_and_a_content() -> None:
    first = document(item(), source())
    changed = document(item(title="De raad beslist morgen over de brug"), source())
    elsewhere = document(item(source="ander"), source(id="ander"))
    assert first.id == changed.id != elsewhere.id
    assert first.content == elsewhere.content != changed.content


def test_without_a_date_it_is_published_when_first_seen() -> None:
    found = document(item(published=None), source())
    assert (found.published, found.date_origin) == (NOW, "first_seen")
    assert document(item(), source()).date_origin == "source"


@pytest.mark.parametrize(
    ("changes", "title"),
    [
        ({"title": ""}, "De raad van Waterdam beslist vanavond over de brug in de haven."),
        ({"title": "", "text": "woord " * 20}, "woord " * 11 + "woord…"),
        ({"title": "", "text": ""}, "1"),
    ],
)
def test_without_a_title_the_text_or_the_guid_stands_in(changes: dict[str, str], title: str) -> None:
    assert document(item(**changes), source()).title == title


@pytest.mark.parametrize(
    ("changes", "fate"),
    [
        ({}, "kept"),
        ({"text": ""}, "kept"),
        ({"title": "", "text": ""}, "no_text"),
        (
            {"title": "Der Rat entscheidet", "text": "Der Stadtrat entscheidet heute über die Brücke."},
            "other_language",
        ),
    ],
)
def test_every_document_has_one_fate(changes: dict[str, str], fate: str) -> None:
    assert document(item(**changes), source()).fate == fate


def test_a_fingerprint_changes_with_the_entry_and_not_with_the_visit() -> None:
    same = fingerprint(item())
    assert same == fingerprint(item(fetched_at=NOW.replace(hour=9), engagement=7))
    assert same != fingerprint(item(text="anders"))
    assert same != fingerprint(item(published=None))
