"""What tests in more than one folder need."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from playwright.sync_api import Browser, sync_playwright

sys.path.append(str(Path(__file__).parent))

from browsing import chromium  # the line above lets every test find it

# The same examples in every run: a check of one change must not fail on the luck of another day.
# `make explore` draws new ones, many more; what it finds becomes an example of its own.
settings.register_profile("same", deadline=None, derandomize=True)
settings.register_profile("explore", deadline=None, max_examples=3_000)
settings.load_profile(os.environ.get("KADERS_EXAMPLES", "same"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with slow tests go first, so that no worker is still in one when the others have nothing left."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


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
