"""Real feed files, when the environment variable KADERS_FEEDS names a folder of them."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from running import kaders

pytestmark = pytest.mark.slow
FEEDS = os.environ.get("KADERS_FEEDS", "")
UNREADABLE = ("<html", "<head", "<!doctype html")


@pytest.mark.skipif(not FEEDS, reason="KADERS_FEEDS names no folder of real feeds")
def test_every_readable_feed_arrives_and_every_other_is_one_named_failure(tmp_path: Path) -> None:
    done = kaders("feeds", FEEDS, "--airflow", data=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr
    payload = json.loads(next((tmp_path / "out").rglob("signals.json")).read_text("utf-8"))
    states = {source["name"]: source["state"] for source in payload["sources"]}
    bad = {p.name for p in Path(FEEDS).iterdir() if p.read_bytes()[:40].lower().startswith(b"<head>")}
    assert {name for name, state in states.items() if state == "FAILED"} == bad
    page = next((tmp_path / "out").rglob("report.en.html")).read_text("utf-8")
    assert all(name in page for name in bad)
