"""What goes wrong at a keyboard: one clear message each, nothing lost, the next run mends it."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from running import KADERS, ROOT, environment, kaders

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


def test_a_missing_organisation_is_one_message_and_exit_2(tmp_path: Path) -> None:
    done = kaders("run", str(tmp_path / "nobody"), data=tmp_path)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert "nobody" in done.stderr


def test_wrong_use_is_exit_2(tmp_path: Path) -> None:
    done = kaders("run", "--day", "yesterday", data=tmp_path)
    assert done.returncode == 2
    assert "2026-11-23" in done.stderr


def start(data: Path, *words: str) -> subprocess.Popen[str]:
    """A demo run in the background, in its own group, as a terminal would start it."""
    return subprocess.Popen(
        [*KADERS, "run", "--days", "9", *words],
        cwd=ROOT,
        env=environment(data),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def wait_for(path: Path) -> None:
    """Until a file or folder is there, at most a minute."""
    for _ in range(600):
        if path.exists():
            return
        time.sleep(0.1)
    raise AssertionError(f"{path} did not come")


def test_two_runs_at_once_and_ctrl_c_in_the_middle(tmp_path: Path) -> None:
    first = start(tmp_path)
    try:
        wait_for(tmp_path / "ledger" / "waterdam")
        second = kaders("run", "--days", "9", data=tmp_path)
        assert second.returncode == 1
        assert str(first.pid) in second.stderr
        os.killpg(first.pid, signal.SIGINT)
        _, errors = first.communicate(timeout=30)
    finally:
        first.kill()
    assert first.returncode == 130, errors
    assert "Traceback" not in errors
    again = kaders("run", "--days", "9", data=tmp_path)
    assert again.returncode == 0, again.stderr
    assert "Traceback" not in again.stderr


def left_of(data: Path) -> list[str]:
    """The commands that still run for this data folder."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if str(data) in process.environ().get("KADERS_DATA", "") and process.status() != "zombie":
                found.append(" ".join(process.cmdline()))
    return found


STAGES = {
    "writing the world": "world/waterdam",
    "collecting": "ledger/waterdam",
    "tagging": "tagged/waterdam",
    "loading": "warehouse/waterdam.duckdb",
    "running Airflow": "airflow/airflow.db",
}
"""What each stage makes first."""


def test_ctrl_c_stops_every_stage_at_once_and_the_next_run_goes_on(tmp_path: Path) -> None:
    for stage, sign in STAGES.items():
        run = start(tmp_path, "--airflow", "--mornings", "2")
        try:
            wait_for(tmp_path / sign)
            began = time.monotonic()
            os.killpg(run.pid, signal.SIGINT)
            _, errors = run.communicate(timeout=60)
        finally:
            run.kill()
        assert run.returncode == 130, (stage, errors)
        assert "Traceback" not in errors, stage
        assert "the same command goes on where this one was" in errors, stage
        assert time.monotonic() - began < 20, stage
        assert not left_of(tmp_path), stage
    done = kaders("run", "--days", "9", "--airflow", "--mornings", "2", data=tmp_path)
    assert done.returncode == 0, done.stdout + done.stderr


def test_no_network_at_all_still_ends_in_a_report_that_says_so(tmp_path: Path) -> None:
    """Every source refuses: a report with the failures, one message and exit 1, not a crash."""
    done = kaders("init", str(tmp_path / "mine"), "--pack", "municipality", data=tmp_path)
    assert done.returncode == 0, done.stderr
    with (tmp_path / "mine" / "organisation.yaml").open("a", encoding="utf-8") as file:
        file.write('network: {proxy: "http://127.0.0.1:9"}\n')  # the way out, on which nobody answers
    run = kaders("run", str(tmp_path / "mine"), data=tmp_path / "data")
    assert "Traceback" not in run.stderr
    assert run.returncode == 1, run.stdout + run.stderr
    assert (run.stdout + run.stderr).count("no source answered") == 1
    report = next((tmp_path / "data" / "out" / "mine" / "reports").glob("*/report.en.html"))
    assert "no answer from the server" in report.read_text("utf-8")
