"""What runs is killed at random moments: nothing is lost, comes twice or stays when it was deleted."""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path

import pytest
from running import ROOT, environment

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


def test_some_kills_cost_nothing(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "scripts/faults.py", "--times", "2", "--sources", "16", "--seed", "7"],
        cwd=ROOT,
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert " 2 times" in done.stdout
    assert "0 entries lost and 0 twice" in done.stdout
    assert ", 0 kept of " in done.stdout
    assert ", 0 files not in the ledger" in done.stdout


def test_some_kills_while_the_warehouse_is_written_cost_nothing(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "scripts/faults_store.py", "--times", "2", "--seed", "7"],
        cwd=ROOT,
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    last = done.stdout.splitlines()[-1]
    assert " 2 times" in last and " 0 documents lost, 0 twice, 0 files that cannot be read, " in last
    assert "0 next runs that did not mend, of 1200 documents" in last


CARELESS = """
import sys, time
sys.path.insert(0, {scripts!r})
import faults_store_once as once
from kaders.store.connection import writing

def careless(settings):
    with writing(settings.places) as con:
        con.execute("DELETE FROM core_document WHERE id = (SELECT min(id) FROM core_document)")
    content = settings.places.published.read_bytes()
    with settings.places.published.open("wb") as file:
        file.write(content[: len(content) // 10])
        file.flush()
        time.sleep(3)  # nearly all the time that it takes
        file.write(content[len(content) // 10 :])

once.JOBS["publish"] = careless
raise SystemExit(once.main())
"""


def test_a_job_that_loses_something_is_found_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It writes the published copy in place and drops a document: whoever counts zeros must see both."""
    import faults_store

    script = tmp_path / "careless.py"
    script.write_text(CARELESS.format(scripts=str(ROOT / "scripts")), "utf-8")
    monkeypatch.setattr(faults_store, "ONCE", script)
    (tmp_path / "stage").mkdir()
    tally = faults_store.rounds(faults_store.Stage(tmp_path / "stage"), "publish", 3, random.Random(1))
    assert tally.kills - tally.early == 3
    assert any("is damaged" in fault for fault in tally.unreadable), tally.unreadable
    assert any("are not in the warehouse" in fault for fault in tally.unreadable), tally.unreadable
    assert tally.lost
