"""One demo world, run once through the real DAGs with `kaders run --airflow`, for the whole folder."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from running import kaders  # the line above lets the tests of this folder find it


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of a finished demo run."""
    data = tmp_path_factory.mktemp("demo")
    done = kaders("run", "--airflow", "--mornings", "2", data=data)
    assert done.returncode == 0, done.stdout + done.stderr
    return data


@pytest.fixture(scope="session")
def reports(demo: Path) -> Path:
    """The folder of the last morning."""
    return demo / "out" / "waterdam" / "reports" / "2026-11-23"


@pytest.fixture(scope="session")
def judged(reports: Path) -> dict[str, Any]:
    """The judgement of the last morning."""
    return dict(json.loads((reports / "signals.json").read_text("utf-8")))
