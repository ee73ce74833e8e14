"""A supervised program ends with everything it started, even when it ignores every polite signal."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from kaders.processes import supervise

DEAF = """
import os, signal, subprocess, sys, time
signal.signal(signal.SIGINT, signal.SIG_IGN)
signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
print("@@" + f"{os.getpid()} {child.pid}", flush=True)
time.sleep(600)
"""
PARENT = """
import sys
from kaders.processes import supervise
try:
    supervise([sys.executable, "-c", sys.argv[1]], on_line=lambda line: print(line, flush=True))
except KeyboardInterrupt:
    sys.exit(130)
"""
AT_ONCE = 5.0
"""Seconds: two of patience and some for a busy machine."""


def gone(pid: int) -> bool:
    """Whether a process is no more; one that is dead but not yet taken by its new parent counts as gone."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    state = Path(f"/proc/{pid}/stat")
    return state.exists() and state.read_text().rpartition(")")[2].split()[0] == "Z"


def test_lines_with_a_mark_go_to_the_parent_and_the_rest_to_the_log(tmp_path: Path) -> None:
    seen: list[str] = []
    script = "import sys; print('@@{\"a\": 1}'); print('plain'); print('oops', file=sys.stderr); sys.exit(3)"
    log = tmp_path / "deep" / "run.log"
    assert supervise([sys.executable, "-c", script], on_line=seen.append, log=log) == 3
    assert seen == ['{"a": 1}']
    assert sorted(log.read_text().splitlines()) == ["oops", "plain"]


def test_the_environment_is_what_was_given(tmp_path: Path) -> None:
    seen: list[str] = []
    script = "import os; print('@@' + os.environ['GREETING'])"
    supervise([sys.executable, "-c", script], env={**os.environ, "GREETING": "hoi"}, on_line=seen.append)
    assert seen == ["hoi"]


def test_a_program_that_is_not_there_is_an_error_at_once() -> None:
    with pytest.raises(FileNotFoundError):
        supervise(["/no/such/program"], on_line=print)


def test_a_parent_that_fails_on_a_line_leaves_nothing_behind() -> None:
    pids: list[int] = []

    def fail(line: str) -> None:
        pids.extend(int(pid) for pid in line.split())
        raise RuntimeError("the screen is gone")

    with pytest.raises(RuntimeError, match="the screen is gone"):
        supervise([sys.executable, "-c", DEAF], on_line=fail)
    assert len(pids) == 2
    assert all(gone(pid) for pid in pids)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["SIGINT", "SIGTERM"])
def test_a_signal_ends_a_deaf_child_and_its_child(number: signal.Signals) -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(PARENT), DEAF],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert parent.stdout is not None
    with parent, parent.stdout:
        pids = [int(pid) for pid in parent.stdout.readline().split()]
        began = time.monotonic()
        parent.send_signal(number)
        assert parent.wait(timeout=30) == 130
    assert time.monotonic() - began < AT_ONCE
    assert len(pids) == 2
    assert all(gone(pid) for pid in pids)
