"""Runs the command `kaders` as a user would."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
KADERS = [sys.executable, "-m", "kaders.cli"]


def environment(data: Path, **extra: str) -> dict[str, str]:
    """This process's environment without settings of ours or Airflow's, with its own data folder."""
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("AIRFLOW", "KADERS"))}
    return clean | {"PYTHONPATH": str(ROOT / "signal"), "KADERS_DATA": str(data)} | extra


def kaders(*words: str, data: Path, **extra: str) -> subprocess.CompletedProcess[str]:
    """The finished command, run from the project's root."""
    return subprocess.run(
        [*KADERS, *words],
        cwd=ROOT,
        env=environment(data, **extra),
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
