"""`make start` and `make stop`: Airflow's scheduler and web page for one organisation, in the background."""

from __future__ import annotations

import argparse
import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

import airflow_home
import psutil
import yaml

PID_FILE = airflow_home.HOME / "standalone.pid"
LOG = airflow_home.SCHEDULER_HOME / "standalone.log"
WORLD_LOG = airflow_home.SCHEDULER_HOME / "world.log"
MARK = "KADERS_STARTED_BY"
"""A variable that every process of ours inherits, to find those that left the process tree."""
HEALTHY_WITHIN = 180.0
"""Seconds; 11 to 36 were measured on two cores, five times that on a busy machine."""
POLITE, FIRM = 25.0, 5.0
"""Seconds from Ctrl-C to SIGTERM (Airflow stops itself in 13 to 17) and from SIGTERM to SIGKILL."""
COMPONENTS = ("metadatabase", "scheduler", "dag_processor", "triggerer")


class NotStarted(Exception):
    """A sentence for the person who typed `make start`."""


def ours() -> list[psutil.Process]:
    """Every living process of an earlier start: recorded, descended from those, or carrying the mark."""
    found = set[psutil.Process]()
    for line in PID_FILE.read_text(encoding="utf-8").splitlines() if PID_FILE.exists() else []:
        pid, born = line.split()
        try:
            leader = psutil.Process(int(pid))
            if abs(leader.create_time() - float(born)) < 1:  # else another program has this number by now
                found |= {leader, *leader.children(recursive=True)}
        except psutil.Error:
            continue
    found |= {process for process in psutil.process_iter() if _marked(process)}
    return [process for process in found if process.is_running() and _living(process)]


def _marked(process: psutil.Process) -> bool:
    try:
        return bool(process.environ().get(MARK) == str(airflow_home.SCHEDULER_HOME))
    except (psutil.Error, OSError):
        return False


def _living(process: psutil.Process) -> bool:
    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.Error:
        return False


def stop() -> int:
    """End all our processes, politely first; 1 when one is left."""
    for end, seconds in (("interrupt", POLITE), ("terminate", FIRM), ("kill", FIRM)):
        _end(end, seconds)
    if left := ours():
        print(f"still running: {', '.join(str(process.pid) for process in left)}", file=sys.stderr)
        return 1
    PID_FILE.unlink(missing_ok=True)
    return 0


def _end(how: str, seconds: float) -> None:
    import signal

    known = ours()
    leaders = [p for p in known if os.getpgid(p.pid) == p.pid] if how == "interrupt" else known
    for process in leaders:
        try:
            process.send_signal(
                {"interrupt": signal.SIGINT, "terminate": signal.SIGTERM, "kill": signal.SIGKILL}[how]
            )
        except psutil.Error:
            continue
    until = time.monotonic() + seconds
    while ours() and time.monotonic() < until:
        time.sleep(0.2)
