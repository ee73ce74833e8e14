"""Collection is killed at random moments: nothing is lost, comes twice or stays when it was deleted."""

from __future__ import annotations

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
