"""Runs what is measured as processes of their own, and keeps what they say and the most memory they took."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psutil

SCRIPTS = Path(__file__).parent
OFTEN = 0.1
"""Seconds between two looks at the memory: what lasts shorter does not fill a machine."""
PEER = SCRIPTS.parent / "build" / "bench" / "bin" / "python"
"""The environment of the peer; `make bench` sets it up."""


@contextmanager
def served(sources: int, odd: float, entries: int) -> Iterator[dict[str, dict[str, str]]]:
    """A served world (bench_serve.py): the address and the kind of each source."""
    words = ["--sources", str(sources), "--odd", str(odd), "--entries", str(entries)]
    with subprocess.Popen(
        [sys.executable, str(SCRIPTS / "bench_serve.py"), *words],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None and process.stdin is not None
        try:
            yield json.loads(process.stdout.readline())
        finally:
            process.stdin.close()
            process.terminate()


def ours(folder: Path, data: Path, times: int) -> tuple[list[dict[str, Any]], float]:
    """What each round of collecting said, and the most megabytes of the whole process tree."""
    command = [sys.executable, str(SCRIPTS / "bench_ours.py"), str(folder), str(data), str(times)]
    out, most = run(command, "")
    return out, most


def planned(folder: Path, data: Path) -> list[dict[str, Any]]:
    """What planning a round said, with all sources due and with none."""
    return run([sys.executable, str(SCRIPTS / "bench_plan.py"), str(folder), str(data)], "")[0]


def peer(database: Path, urls: Sequence[str], workers: int) -> Mapping[str, Any]:
    """What the peer said of its update."""
    out, _ = run([str(PEER), str(SCRIPTS / "bench_peer.py"), str(database), str(workers)], "\n".join(urls))
    return out[-1]


def run(command: Sequence[str], given: str) -> tuple[list[dict[str, Any]], float]:
    """The JSON lines of a command, and the most megabytes. CalledProcessError when it fails."""
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    most, over = [0.0], threading.Event()
    watch = threading.Thread(target=_watch, args=(process.pid, most, over), daemon=True)
    watch.start()
    out, _ = process.communicate(given)
    over.set()
    watch.join()
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return [json.loads(line) for line in out.splitlines()], most[0]


def _watch(pid: int, most: list[float], over: threading.Event) -> None:
    """The most megabytes (resident) of a process and all it started; shared pages count in each."""
    while not over.wait(OFTEN):
        with suppress(psutil.Error):
            tree = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
            most[0] = max(most[0], sum(map(_resident, tree)) / 1e6)


def _resident(process: psutil.Process) -> float:
    with suppress(psutil.Error):
        return float(process.memory_info().rss)
    return 0.0
