"""`make start` and `make stop` in a copy of the project: a real scheduler, a login, and nothing left behind."""

from __future__ import annotations

import json
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from running import ROOT, environment

pytestmark = [pytest.mark.slow, pytest.mark.timeout(420)]
PATIENCE = 150.0
"""Seconds for a DAG run on a busy machine; 10 to 20 are usual."""


class Town:
    """A started project: what it printed, and its web page."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder, self.port = folder, port
        started = self.make("start", "--port", str(port))
        assert started.returncode == 0, started.stdout + started.stderr
        self.printed = started.stdout

    def make(self, *words: str) -> subprocess.CompletedProcess[str]:
        """What the Makefile's target does."""
        command = [sys.executable, str(self.folder / "scripts" / "start.py"), *words]
        env = environment(self.folder / "data", PYTHONPATH=str(self.folder / "signal"))
        del env["KADERS_DATA"]
        return subprocess.run(
            command, cwd=self.folder, env=env, capture_output=True, text=True, timeout=240, check=False
        )

    def ask(self, path: str, body: dict[str, Any] | None = None, token: str = "") -> dict[str, Any]:
        """A reply of the web page's interface."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}", json.dumps(body).encode() if body is not None else None
        )
        request.add_header("Content-Type", "application/json")
        if token:
            request.add_header("Authorization", f"Bearer {token}")
        with urllib.request.urlopen(request, timeout=20) as reply:
            return dict(json.load(reply))

    def login(self) -> str:
        """A token for the login that was printed."""
        found = re.search(r"user\s+(\S+)\s+password\s+(\S+)", self.printed)
        assert found, self.printed
        given = {"username": found[1], "password": found[2]}
        return str(self.ask("/auth/token", given)["access_token"])

    def wait_for_run(self, dag: str, token: str) -> str:
        """The state in which the latest run of a DAG ended."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            runs = self.ask(f"/api/v2/dags/{dag}/dagRuns?order_by=-id&limit=1", token=token)["dag_runs"]
            if runs and runs[0]["state"] in ("success", "failed"):
                return str(runs[0]["state"])
            time.sleep(1)
        return "did not end"

    def processes(self) -> list[psutil.Process]:
        """Everything that runs out of the copy."""
        return [p for p in psutil.process_iter() if str(self.folder) in _words(p)]


def _words(process: psutil.Process) -> str:
    try:
        return " ".join([*process.cmdline(), *process.environ().values()])
    except psutil.Error:
        return ""


def _left_out(folder: str, names: list[str]) -> list[str]:
    """What no fresh clone has: hidden folders, caches, and what running has made."""
    made = [name for name in names if name.startswith((".", "__pycache__"))]
    kept = {"reference", "README.md"}
    return made + ([name for name in names if name not in kept] if Path(folder) == ROOT / "data" else [])


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    folder = tmp_path_factory.mktemp("started") / "project"
    shutil.copytree(ROOT, folder, ignore=_left_out)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    town = Town(folder, port)
    yield town
    assert town.make("stop").returncode == 0


def test_it_prints_a_login_that_works_and_runs_our_dags_alone(town: Town) -> None:
    dags = town.ask("/api/v2/dags", token=town.login())["dags"]
    ours = {path.stem for path in (ROOT / "dags").glob("*.py")} - {"common", "lateness", "steps"}
    assert {dag["dag_id"] for dag in dags} == ours
    assert not [dag["dag_id"] for dag in dags if dag["is_paused"]]
    assert {dag["timetable_description"] for dag in dags}


def test_it_listens_on_loopback_only(town: Town) -> None:
    heard = [c for p in town.processes() for c in p.net_connections("inet") if c.status == psutil.CONN_LISTEN]
    assert heard
    assert {connection.laddr.ip for connection in heard} <= {"127.0.0.1", "::1"}


def test_the_scheduler_collects_and_then_loads_by_itself(town: Town) -> None:
    token = town.login()
    town.ask("/api/v2/dags/collect/dagRuns", {"logical_date": None}, token)
    assert town.wait_for_run("collect", token) == "success"
    assert town.wait_for_run("tag_and_load", token) == "success"
    assert (town.folder / "data" / "published" / "waterdam.duckdb").is_file()


def test_a_second_start_is_one_clear_message(town: Town) -> None:
    again = town.make("start", "--port", str(town.port))
    assert again.returncode == 1
    assert again.stderr.strip() == "make start: it runs already; `make stop` ends it"


def test_stop_leaves_no_process_and_nothing_outside_the_project(town: Town) -> None:
    assert town.processes()
    stopped = town.make("stop")
    assert stopped.returncode == 0, stopped.stderr
    assert not town.processes()
    assert "nothing was running" in town.make("stop").stdout
