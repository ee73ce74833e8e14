"""The page in a real browser: narrow, dark, printed, with the keyboard."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from browsing import BROAD, NARROW, chromium, look, opened, sheets
from kaders.report.page import PAGES, page

INSTALLING = 1500
"""Seconds for a test that may have to install the browser first."""
pytestmark = [pytest.mark.browser, pytest.mark.timeout(INSTALLING)]


@pytest.fixture
def folder(tmp_path: Path, full: dict[str, Any]) -> Path:
    for language, name in PAGES.items():
        (tmp_path / name).write_text(page(full, language), encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("name", PAGES.values())
@pytest.mark.parametrize("width", [NARROW, BROAD])
def test_no_sideways_scrolling_no_complaints_no_requests(
    browser: Browser, folder: Path, name: str, width: int
) -> None:
    seen = look(browser, folder / name, width=width)
    assert seen.width <= width
    assert seen.complaints == ()


def test_an_endless_word_does_not_push_the_page_aside(
    browser: Browser, tmp_path: Path, payload: dict[str, Any]
) -> None:
    payload["signals"][0]["evidence"][0] |= {"title": "x" * 10_000, "snippet": "y" * 10_000}
    payload["signals"][0]["headline"] = {"nl": "z" * 10_000, "en": ""}
    (tmp_path / "long.html").write_text(page(payload, "nl"), encoding="utf-8")
    assert look(browser, tmp_path / "long.html", width=NARROW).width <= NARROW


def test_the_map_on_a_phone_has_letters_that_can_be_read(browser: Browser, folder: Path) -> None:
    shown, _ = opened(browser, folder / "report.nl.html", width=NARROW)
    heights = shown.evaluate(
        "[...document.querySelectorAll('.map svg text')].map(t => t.getBoundingClientRect())"
        ".filter(b => b.width).map(b => Math.min(b.width, b.height))"
    )
    assert len(heights) > 10
    assert min(heights) >= 9
    shown.close()


@pytest.mark.parametrize("name", PAGES.values())
@pytest.mark.parametrize("width", [NARROW, BROAD])
def test_no_letter_of_a_picture_falls_outside_it(
    browser: Browser, folder: Path, name: str, width: int
) -> None:
    shown, _ = opened(browser, folder / name, width=width)
    outside = shown.evaluate(
        "[...document.querySelectorAll('svg')].flatMap(s => { const box = s.getBoundingClientRect();"
        " return [...s.querySelectorAll('text')].filter(t => { const b = t.getBoundingClientRect();"
        " return b.width && (b.left < box.left - 1 || b.right > box.right + 1) }).map(t => t.textContent) })"
    )
    assert outside == []
    shown.close()


def test_a_dark_screen_gets_a_light_pen(browser: Browser, folder: Path) -> None:
    shown, _ = opened(browser, folder / "report.nl.html", scheme="dark")
    pen = "getComputedStyle(document.querySelector('svg text')).fill"
    assert sum(map(int, re.findall(r"\d+", shown.evaluate(pen)))) > 3 * 128
    paper = "getComputedStyle(document.body).backgroundColor"
    assert sum(map(int, re.findall(r"\d+", shown.evaluate(paper)))) < 200
    shown.close()


def test_the_keyboard_comes_first_to_the_report(browser: Browser, folder: Path) -> None:
    shown, _ = opened(browser, folder / "report.nl.html")
    shown.keyboard.press("Tab")
    assert shown.evaluate("document.activeElement.className") == "skip"
    assert shown.evaluate("document.activeElement.getBoundingClientRect().left") >= 0
    shown.keyboard.press("Enter")
    assert shown.evaluate("document.activeElement.id") == "report"
    shown.close()


@pytest.mark.parametrize("name", PAGES.values())
def test_a_full_morning_prints_on_two_sheets(browser: Browser, folder: Path, name: str) -> None:
    assert sheets(browser, folder / name) == 2


@pytest.mark.parametrize("name", PAGES.values())
def test_an_empty_morning_prints_on_one_sheet(
    browser: Browser, tmp_path: Path, empty: dict[str, Any], name: str
) -> None:
    (tmp_path / name).write_text(page(empty, "nl" if ".nl." in name else "en"), encoding="utf-8")
    assert sheets(browser, tmp_path / name) == 1


# -- the browser itself ------------------------------------------------------------------------------------


def _command(folder: Path, name: str, script: str) -> None:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o755)


def test_a_machine_without_chromium_gets_debians(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    new = tmp_path / "chromium"
    _command(tmp_path, "sudo", 'shift; exec "$@"')
    _command(tmp_path, "apt-get", f'case "$*" in *"install -y"*) : > {new}; /bin/chmod +x {new};; esac')
    monkeypatch.setenv("PATH", str(tmp_path))
    assert chromium()[0] == str(new)


def test_a_machine_that_cannot_have_it_is_told_what_was_tried(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _command(tmp_path, "sudo", "echo 'a password is required' >&2; exit 1")
    _command(tmp_path, "apt-get", "echo 'Unable to locate package chromium' >&2; exit 100")
    monkeypatch.setenv("PATH", str(tmp_path))
    path, tried = chromium()
    assert path is None
    assert "google-chrome" in tried
    assert "install -y --no-install-recommends chromium`" in tried
    assert "Unable to locate package" in tried or "password" in tried


def test_a_machine_without_apt_is_told_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "no apt-get" in chromium()[1]
