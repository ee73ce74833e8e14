"""The feed of signals: one entry for each level an episode reached, with ids that stay."""

from __future__ import annotations

import copy
from typing import Any
from xml.etree import ElementTree as Xml

from kaders.report.atom import LAST_GIVEN, feed

NS = {"a": "http://www.w3.org/2005/Atom"}


def _next_day(payload: dict[str, Any], day: str, level: str) -> dict[str, Any]:
    """The next morning on which the first signal goes on at `level`."""
    later = copy.deepcopy(payload)
    later |= {"day": day, "cutoff": f"{day}T05:30:00Z", "signals": later["signals"][:1]}
    later["signals"][0] |= {"day": day, "level": level}
    return later


def _entries(payloads: list[dict[str, Any]]) -> list[Xml.Element]:
    return Xml.fromstring(feed(payloads, "nl")).findall("a:entry", NS)


def _of(entry: Xml.Element, tag: str) -> str:
    return entry.findtext(f"a:{tag}", "", NS)


def test_an_entry_tells_what_whose_and_by_when(payload: dict[str, Any]) -> None:
    first = _entries([payload])[0]
    assert _of(first, "title").startswith("hoog: Afvalpas")
    assert "Antwoord vóór di 24 nov 06:30" in _of(first, "summary")
    assert "Eigenaar: woordvoering." in _of(first, "summary")
    links = {link.get("hreflang"): link.get("href") for link in first.findall("a:link", NS)}
    assert links == {"nl": "reports/2026-11-23/report.nl.html", "en": "reports/2026-11-23/report.en.html"}


def test_an_episode_is_told_again_only_at_another_level(payload: dict[str, Any]) -> None:
    same, higher = _next_day(payload, "2026-11-24", "high"), _next_day(payload, "2026-11-25", "elevated")
    told = _entries([higher, same, payload])
    assert len(told) == len(payload["signals"]) + 1
    assert _of(told[0], "updated") == "2026-11-25T05:30:00Z"
    ids = [_of(entry, "id") for entry in told]
    assert len(ids) == len(set(ids))
    assert ids[1:] == [_of(entry, "id") for entry in _entries([payload])]


def test_the_feed_does_not_depend_on_the_order_of_the_mornings(payload: dict[str, Any]) -> None:
    later = _next_day(payload, "2026-11-24", "signal")
    assert feed([payload, later], "nl") == feed([later, payload], "nl")


def test_the_feed_does_not_grow_without_end(payload: dict[str, Any]) -> None:
    signal = payload["signals"][0]
    payload["signals"] = [signal | {"id": f"2026-11-23/topic:t{i}"} for i in range(LAST_GIVEN + 20)]
    assert len(_entries([payload])) == LAST_GIVEN


def test_hostile_text_stays_text(payload: dict[str, Any]) -> None:
    payload["signals"][0]["headline"] = {"nl": "]]><script>\x00\x08\u202e&", "en": ""}
    assert _of(_entries([payload])[0], "title") == "hoog: ]]><script>&"


def test_an_empty_fortnight_is_a_feed_without_entries(empty: dict[str, Any]) -> None:
    assert _entries([empty]) == []
