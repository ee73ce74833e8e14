"""`make start` and `make stop` in a copy of the project: a real scheduler, a login, and nothing left behind."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
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

ATTEMPTS = 5
"""Airflow on SQLite answers 500 when two of its components write at the same moment; a person asks again."""


class Town:
    """A started project: what it printed, and its web page."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder, self.port = folder, port
        started = self.make("start", "--port", str(port))
        assert started.returncode == 0, started.stdout + started.stderr
        self.printed = started.stdout

    def begin(self, *words: str) -> subprocess.Popen[str]:
        """What the Makefile's target does, under way."""
        return begin(self.folder, *words)

    def make(self, *words: str) -> subprocess.CompletedProcess[str]:
        """What the Makefile's target does."""
        return make(self.folder, *words)

    def ask(self, path: str, body: dict[str, Any] | None = None, token: str = "") -> dict[str, Any]:
        """A reply of the web page's interface."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}", json.dumps(body).encode() if body is not None else None
        )
        request.add_header("Content-Type", "application/json")
        if token:
            request.add_header("Authorization", f"Bearer {token}")
        for attempt in range(ATTEMPTS):
            try:
                with urllib.request.urlopen(request, timeout=40) as reply:
                    return dict(json.load(reply))
            except urllib.error.HTTPError as error:
                if error.code < 500 or attempt == ATTEMPTS - 1:
                    raise
                time.sleep(2)
        raise AssertionError("unreachable")

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

    def leader(self) -> psutil.Process:
        """The process under which all components of Airflow run."""
        return next(p for p in self.processes() if "standalone.py" in _words(p) and os.getsid(p.pid) == p.pid)


def begin(folder: Path, *words: str) -> subprocess.Popen[str]:
    """start.py of a copy of the project, under way."""
    command = [sys.executable, str(folder / "scripts" / "start.py"), *words]
    env = environment(folder / "data", PYTHONPATH=str(folder / "signal"))
    del env["KADERS_DATA"]
    return subprocess.Popen(
        command, cwd=folder, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def make(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """start.py of a copy of the project, done."""
    process = begin(folder, *words)
    printed, complained = process.communicate(timeout=240)
    return subprocess.CompletedProcess(words, process.returncode, printed, complained)


def _words(process: psutil.Process) -> str:
    """What a process was started with and where it is; a folder is all that some of Airflow's still tell."""
    try:
        return " ".join([process.cwd(), *process.cmdline(), *process.environ().values()])
    except psutil.Error:
        return ""


def _left_out(folder: str, names: list[str]) -> list[str]:
    """What no fresh clone has: hidden folders, caches, and what running has made."""
    made = [name for name in names if name.startswith((".", "__pycache__"))]
    return made + ([name for name in names if name != "reference"] if Path(folder) == ROOT / "data" else [])


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh clone, with an open folder where Airflow keeps its passwords."""
    folder = tmp_path_factory.mktemp("started") / "project"
    shutil.copytree(ROOT, folder, ignore=_left_out)
    (folder / "data" / "airflow").mkdir(mode=0o755)
    return folder


@pytest.mark.parametrize(
    ("file", "said"),
    [("organisation.yaml", "organisation.yaml:1: "), ("subscriptions.yaml", "subscriptions")],
)
def test_a_faulty_organisation_is_not_started(copy: Path, file: str, said: str) -> None:
    folder = copy / "organisations" / "faulty"
    shutil.copytree(copy / "organisations" / "waterdam", folder, dirs_exist_ok=True)
    (folder / file).write_text("- : [", encoding="utf-8")
    done = make(copy, "start", "--org", "organisations/faulty")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"make start: organisations/faulty/{said}")
    assert "Traceback" not in done.stderr


def test_a_missing_organisation_is_not_started(copy: Path) -> None:
    done = make(copy, "start", "--org", "organisations/nowhere")
    assert (done.returncode, done.stdout) == (2, "")
    assert "organisations/nowhere:1: this folder does not exist" in done.stderr


def test_interrupting_a_start_says_so_and_leaves_nothing(copy: Path) -> None:
    record = copy / "data" / "airflow" / "standalone.pid"
    starting = begin(copy, "start", "--port", "1")
    while starting.poll() is None and not record.exists():
        time.sleep(0.1)
    starting.send_signal(signal.SIGINT)
    printed, complained = starting.communicate(timeout=60)
    assert (starting.returncode, printed, complained) == (130, "", "make start: interrupted\n")
    assert not record.exists()
    assert not [p for p in psutil.process_iter() if str(copy) in _words(p)]


def test_stop_leaves_a_stranger_alone_who_has_the_number_of_one_of_ours(copy: Path) -> None:
    stranger = subprocess.Popen(["sleep", "60"], start_new_session=True)
    try:
        born = psutil.Process(stranger.pid).create_time()
        (copy / "data" / "airflow" / "standalone.pid").write_text(f"{stranger.pid} {born - 100}\n")
        assert make(copy, "stop").stdout == "nothing was running\n"
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


@pytest.fixture(scope="module")
def town(copy: Path) -> Iterator[Town]:
    folder = copy
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    town = Town(folder, port)
    yield town
    assert town.make("stop").returncode == 0


def test_it_prints_a_login_that_works_and_runs_our_dags_alone(town: Town) -> None:
    dags = town.ask("/api/v2/dags", token=town.login())["dags"]
    shared = set((ROOT / "dags" / ".airflowignore").read_text(encoding="utf-8").split())
    ours = {path.stem for path in (ROOT / "dags").glob("*.py") if path.name not in shared}
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


def test_a_finished_task_says_what_it_did_in_one_short_line_and_only_there(town: Town) -> None:
    home = town.folder / "data" / "airflow" / "scheduler" / "waterdam"
    logs = [path.read_text(encoding="utf-8") for path in home.glob("logs/dag_id=collect/*/task_id=fetch/*/*")]
    assert logs
    for log in logs:
        assert log.count("\n") == 1 and "'job': 'collect'" in log
        assert len(log) < 3000
    assert "'job': 'collect'" not in (home / "standalone.log").read_text(encoding="utf-8")


def test_the_home_of_the_scheduler_is_the_organisations_and_closed_to_others(town: Town) -> None:
    airflow = town.folder / "data" / "airflow"
    for folder in (airflow, airflow / "scheduler", airflow / "scheduler" / "waterdam"):
        assert folder.stat().st_mode & 0o777 == 0o700
    assert (airflow / "scheduler" / "waterdam" / "airflow.db").is_file()


def test_a_first_start_says_how_to_get_a_history(town: Town) -> None:
    assert "There is no history yet" in town.printed


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


def test_stop_finds_what_lost_its_parent(town: Town) -> None:
    assert town.make("start", "--port", str(town.port)).returncode == 0
    leader = town.leader()
    session = leader.pid
    leader.kill()
    assert [p for p in town.processes() if os.getsid(p.pid) == session]
    stopped = town.make("stop")
    assert (stopped.returncode, stopped.stdout) == (0, "stopped; no process is left\n"), stopped.stderr
    assert not town.processes()
