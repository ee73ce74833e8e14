"""The page in a real browser: narrow, dark, printed, with the keyboard."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from kaders.report.page import PAGES, page

pytestmark = pytest.mark.browser
CHROMIUM = shutil.which("chromium")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("no chromium on this machine: apt-get install chromium")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture
def folder(tmp_path: Path, payload: dict[str, Any]) -> Path:
    for language, name in PAGES.items():
        (tmp_path / name).write_text(page(payload, language), encoding="utf-8")
    return tmp_path


def _opened(browser: Browser, path: Path, *, width: int, scheme: Any = "light") -> tuple[Page, list[str]]:
    opened = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    noise: list[str] = []
    opened.on("console", lambda message: noise.append(message.text))
    opened.on("request", lambda request: noise.append(request.url))
    opened.goto(path.as_uri())
    return opened, noise


@pytest.mark.parametrize("name", PAGES.values())
@pytest.mark.parametrize("width", [320, 1100])
def test_no_sideways_scrolling_no_complaints_no_requests(
    browser: Browser, folder: Path, name: str, width: int
) -> None:
    opened, noise = _opened(browser, folder / name, width=width)
    assert opened.evaluate("document.documentElement.scrollWidth") <= width
    assert [line for line in noise if not line.startswith(("file:", "data:"))] == []
    opened.close()


def test_an_endless_word_does_not_push_the_page_aside(
    browser: Browser, tmp_path: Path, payload: dict[str, Any]
) -> None:
    payload["signals"][0]["evidence"][0] |= {"title": "x" * 10_000, "snippet": "y" * 10_000}
    payload["signals"][0]["headline"] = {"nl": "z" * 10_000, "en": ""}
    (tmp_path / "long.html").write_text(page(payload, "nl"), encoding="utf-8")
    opened, _ = _opened(browser, tmp_path / "long.html", width=320)
    assert opened.evaluate("document.documentElement.scrollWidth") <= 320
    opened.close()


def test_a_dark_screen_gets_a_light_pen(browser: Browser, folder: Path) -> None:
    opened, _ = _opened(browser, folder / "report.nl.html", width=1100, scheme="dark")
    pen = "getComputedStyle(document.querySelector('svg text')).fill"
    assert sum(map(int, re.findall(r"\d+", opened.evaluate(pen)))) > 3 * 128
    assert (
        sum(map(int, re.findall(r"\d+", opened.evaluate("getComputedStyle(document.body).backgroundColor"))))
        < 200
    )
    opened.close()


def test_the_keyboard_comes_first_to_the_report(browser: Browser, folder: Path) -> None:
    opened, _ = _opened(browser, folder / "report.nl.html", width=1100)
    opened.keyboard.press("Tab")
    assert opened.evaluate("document.activeElement.className") == "skip"
    assert opened.evaluate("document.activeElement.getBoundingClientRect().left") >= 0
    opened.keyboard.press("Enter")
    assert opened.evaluate("document.activeElement.id") == "report"
    opened.close()


@pytest.mark.parametrize("name", PAGES.values())
def test_four_signals_print_on_two_sheets(browser: Browser, folder: Path, name: str) -> None:
    opened, _ = _opened(browser, folder / name, width=1100)
    printed = opened.pdf(prefer_css_page_size=True)
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 2
    opened.close()
