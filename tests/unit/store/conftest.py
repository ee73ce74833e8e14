"""Lets the tests of this folder import `houses`, and gives them two empty ones."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from houses import House, places


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(places(tmp_path / "een"))


@pytest.fixture
def other(tmp_path: Path) -> House:
    return House(places(tmp_path / "twee"))
