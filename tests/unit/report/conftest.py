"""A morning written by hand: four signals of the four kinds, and everything else a report can hold."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from kaders.report.voice import Voice

FIXTURE = Path(__file__).parents[2] / "fixtures" / "signals.json"


@pytest.fixture
def payload() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(FIXTURE.read_text(encoding="utf-8"))
    return loaded


@pytest.fixture
def empty(payload: dict[str, Any]) -> dict[str, Any]:
    """A morning on which everything was tested and nothing stood out."""
    calm = [
        issue | {"status": "normal"} for issue in payload["issues"] if issue["ratio"] and issue["divergence"]
    ]
    none: dict[str, Any] = {"signals": [], "watch": [], "questions": [], "open_signals": [], "top_items": []}
    return payload | none | {"issues": calm, "sources": [s for s in payload["sources"] if s["state"] == "OK"]}


@pytest.fixture
def dutch() -> Voice:
    return Voice("nl", ZoneInfo("Europe/Amsterdam"))


@pytest.fixture
def english() -> Voice:
    return Voice("en", ZoneInfo("Europe/Amsterdam"))
