"""A page in headless Chromium, as a reader gets it: what complains, how wide it is, what shows, how it prints.

For every test that opens a page; `browser` in tests/conftest.py gives the browser.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from playwright.sync_api import Browser, Page

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
APT = ["apt-get", "-q", "-o", "DPkg::Lock::Timeout=300"]
STEPS = ([*APT, "update"], [*APT, "install", "-y", "--no-install-recommends", "chromium"])
SECONDS = 600
"""For one step of the installation, on a slow mirror."""
NARROW, BROAD = 320, 1100
"""Widths in pixels: the narrowest screen that WCAG 2.2 (1.4.10) asks for, and a desk's."""


@dataclass(frozen=True, slots=True)
class Look:
    """What a reader gets of one page at one width.

    complaints  lines of the console, errors of the page and addresses it asked for beside its own
    width       that the page takes, in pixels: more than the screen's means sideways scrolling
    headings    what the visible h1, h2 and h3 say, from top to bottom
    """

    complaints: tuple[str, ...]
    width: int
    headings: tuple[str, ...]


def chromium() -> tuple[str | None, str]:
    """The path of a Chromium, Debian's being installed when there is none; else None and what was tried."""
    if found := _on_path():
        return found, ""
    if shutil.which("apt-get") is None:
        return None, f"none of {', '.join(NAMES)} on the PATH, and no apt-get to install one with"
    tried = [_step(step) for step in STEPS]
    return _on_path(), f"none of {', '.join(NAMES)} on the PATH; tried " + "; ".join(tried)


def _on_path() -> str | None:
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def _step(words: list[str]) -> str:
    """Run one step as root, or through sudo without a question; what was run, and its last words if it failed."""
    command = words if os.geteuid() == 0 else ["sudo", "-n", *words]
    silent = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    try:
        done = subprocess.run(
            command, env=silent, capture_output=True, text=True, timeout=SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"`{' '.join(command)}` ({error})"
    last = (done.stderr or done.stdout).strip().splitlines()[-1:]
    return f"`{' '.join(command)}`" + (f" ({''.join(last)})" if done.returncode else "")


def opened(
    browser: Browser, path: Path, *, width: int = BROAD, scheme: Literal["light", "dark"] = "light"
) -> tuple[Page, list[str]]:
    """The page in a window of `width` pixels, and a list that fills with its complaints. Close it after."""
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
    noise: list[str] = []
    page.on("console", lambda message: noise.append(message.text))
    page.on("pageerror", lambda error: noise.append(str(error)))
    page.on("request", lambda request: noise.extend(_elsewhere(request.url)))
    page.goto(path.as_uri())
    return page, noise


def _elsewhere(url: str) -> list[str]:
    return [] if url.startswith(("file:", "data:")) else [url]


def look(browser: Browser, path: Path, *, width: int) -> Look:
    """Open a page at one width and tell what a reader gets."""
    page, noise = opened(browser, path, width=width)
    taken: Any = page.evaluate("document.documentElement.scrollWidth")
    headings = [heading for heading in page.locator("h1, h2, h3").all() if heading.is_visible()]
    seen = Look(tuple(noise), int(taken), tuple(heading.inner_text() for heading in headings))
    page.close()
    return seen


def sheets(browser: Browser, path: Path) -> int:
    """On how many sheets of paper the page prints, at the size its own style asks for."""
    page, _ = opened(browser, path)
    printed = page.pdf(prefer_css_page_size=True)
    page.close()
    return len(re.findall(rb"/Type\s*/Page\b", printed))
