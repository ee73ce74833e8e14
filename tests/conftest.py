"""What tests in more than one folder need."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

sys.path.append(str(Path(__file__).parent))

from browsing import chromium  # the line above lets every test find it


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Headless Chromium; skips, and says what was tried, on a machine where it cannot be had."""
    path, tried = chromium()
    if path is None:
        pytest.skip(tried)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield started
        started.close()
