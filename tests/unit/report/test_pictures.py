"""The pictures: they say what the numbers say, follow the page's colours and repeat byte for byte."""

from __future__ import annotations

import re
import time
from typing import Any
from xml.etree import ElementTree as Xml

import pytest

from kaders.report import view
from kaders.report.daymap import BROAD, NARROW, Size, day_map
from kaders.report.page import page
from kaders.report.pictures import frame_bars, sparkline
from kaders.report.svg import drawing
from kaders.report.voice import Voice

SECONDS_FOR_BOTH_PAGES = 4.0
"""On two busy cores; alone it takes a second."""


def _map(payload: dict[str, Any], voice: Voice) -> str:
    with drawing():
        return day_map(payload["issues"], view.numbers(payload), voice, name="map")


def _texts(svg: str) -> list[str]:
    return ["".join(element.itertext()) for element in Xml.fromstring(svg).iter("text")]


@pytest.mark.parametrize("size", [BROAD, NARROW])
def test_the_map_names_what_matters_first(payload: dict[str, Any], dutch: Voice, size: Size) -> None:
    with drawing():
        texts = _texts(day_map(payload["issues"], view.numbers(payload), dutch, name="map", size=size))
    assert {"1 Afvalpas", "2 Verkeer: havenbrug", "3 Opvang", "4 Parkeren centrum"} <= set(texts)
    assert {"Vuurwerk", "Begroting", "Woningbouw Oost"} <= set(texts)


def test_the_map_says_its_numbers_to_who_cannot_see_it(payload: dict[str, Any], dutch: Voice) -> None:
    label = Xml.fromstring(_map(payload, dutch)).get("aria-label") or ""
    assert "Afvalpas: 6,2 keer verwacht, afstand 0,37 bit" in label
    assert "Verkeer: havenbrug: 4,8 keer verwacht, geen boodschap" in label


def test_labels_on_the_map_stand_apart(payload: dict[str, Any], dutch: Voice) -> None:
    places = [
        (float(x), float(y))
        for x, y in re.findall(
            r'<text[^>]*transform="rotate\(-0 ([\d.]+) ([\d.]+)\)"[^>]*>(?:\d )?[A-Z]', _map(payload, dutch)
        )
    ]
    assert len(places) >= 7
    close = [
        (a, b)
        for i, a in enumerate(places)
        for b in places[:i]
        if abs(a[1] - b[1]) < 11 and abs(a[0] - b[0]) < 30
    ]
    assert not close


@pytest.mark.parametrize(
    "issues", [[], [{"issue": "x", "status": "not_tested", "ratio": None, "divergence": None}]]
)
def test_a_day_without_numbers_still_has_a_map(issues: list[dict[str, Any]], dutch: Voice) -> None:
    with drawing():
        assert "Geen onderwerp valt op" in day_map(issues, {}, dutch, name="map")


def test_an_endless_or_vanished_ratio_stays_on_the_map(payload: dict[str, Any], dutch: Voice) -> None:
    payload["issues"][0] |= {"ratio": 100000.0}
    payload["issues"][4] |= {"ratio": 0.0}
    assert "1 Afvalpas" in _texts(_map(payload, dutch))


def test_bars_tell_ours_theirs_and_the_difference(payload: dict[str, Any], dutch: Voice) -> None:
    with drawing():
        svg = frame_bars(payload["signals"][0]["divergence"]["per_frame"], dutch, name="b")
    assert {"eerlijkheid en", "gelijkheid", "44%", "0%", "+44 punten"} <= set(_texts(svg))
    assert "eerlijkheid en gelijkheid 0% en 44%" in (Xml.fromstring(svg).get("aria-label") or "")


def test_a_long_name_is_told_whole_beside_its_bars(payload: dict[str, Any], dutch: Voice) -> None:
    name = {"nl": "Bewoners zitten vast aan een wurgcontract", "en": ""}
    row = payload["signals"][0]["divergence"]["per_frame"][0] | {"name": name}
    with drawing():
        texts = _texts(frame_bars([row], dutch, name="b"))
    assert {"Bewoners zitten vast", "aan een wurgcontract"} <= set(texts)


def test_a_day_without_data_breaks_the_line(payload: dict[str, Any], dutch: Voice) -> None:
    series = payload["signals"][0]["volume"]["series"]
    whole = [day | {"seen": day["seen"] or 0} for day in series]
    with drawing():
        broken, unbroken = (sparkline(days, dutch, name="s") for days in (series, whole))
    line = r'<path d="([^"]*)"[^>]*stroke="var\(--theirs\)"[^>]*stroke-width="1.6"'
    assert [m.count("M") for m in re.findall(line, broken)] == [2]
    assert [m.count("M") for m in re.findall(line, unbroken)] == [1]
    assert "2 dagen zonder waarneming" in broken


def test_one_day_or_only_gaps_can_be_drawn(payload: dict[str, Any], dutch: Voice) -> None:
    day = payload["signals"][0]["volume"]["series"][0]
    with drawing():
        assert sparkline([day], dutch, name="s")
        assert sparkline([day | {"seen": None}] * 3, dutch, name="s")


def test_colours_come_from_the_page(payload: dict[str, Any], dutch: Voice) -> None:
    svg = _map(payload, dutch)
    assert not re.findall(r"#[0-9a-fA-F]{6}", svg)
    assert {"ink", "soft", "ours", "theirs", "act", "wash"} <= set(re.findall(r"var\(--(\w+)\)", svg))


def test_pictures_repeat_and_their_ids_do_not_collide(payload: dict[str, Any], dutch: Voice) -> None:
    assert _map(payload, dutch) == _map(payload, dutch)
    html = page(payload, "nl")
    ids = re.findall(r'\bid="([^"]+)"', html)
    assert len(ids) == len(set(ids))
    assert set(re.findall(r'href="#([^"]+)"', html)) | set(re.findall(r"url\(#([^)]+)\)", html)) <= set(ids)


def test_both_pages_are_quick(payload: dict[str, Any]) -> None:
    start = time.perf_counter()
    assert page(payload, "nl") != page(payload, "en")
    assert time.perf_counter() - start < SECONDS_FOR_BOTH_PAGES
