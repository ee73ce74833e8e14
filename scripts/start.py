"""`make start` and `make stop`: Airflow's scheduler and web page for one organisation, in the background."""

from __future__ import annotations

import argparse
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psutil
import yaml

import airflow_home

PID_FILE = airflow_home.HOME / "standalone.pid"
LOG = airflow_home.SCHEDULER_HOME / "standalone.log"
WORLD_LOG = airflow_home.SCHEDULER_HOME / "world.log"
PASSWORDS = airflow_home.SCHEDULER_HOME / "simple_auth_manager_passwords.json.generated"
MARK = "KADERS_STARTED_BY"
"""A variable that every process of ours inherits, to find those that left the process tree."""
HEALTHY_WITHIN = 180.0
"""Seconds; 11 to 36 were measured on two cores, five times that on a busy machine."""
WORLD_WITHIN = 180.0
"""Seconds for writing and serving the demo world, which takes well under a minute."""
ENDINGS = ((signal.SIGINT, 25.0), (signal.SIGTERM, 5.0), (signal.SIGKILL, 5.0))
"""Seconds that each signal gets; on Ctrl-C Airflow ends by itself in 13 to 17 seconds."""
COMPONENTS = ("metadatabase", "scheduler", "dag_processor", "triggerer")


class NotStarted(Exception):
    """A sentence for the person who typed `make start`."""


def ours() -> set[psutil.Process]:
    """Every living process of an earlier start: recorded, descended from one of those, or marked."""
    found = {process for process in psutil.process_iter() if _marked(process)}
    for line in PID_FILE.read_text(encoding="utf-8").splitlines() if PID_FILE.exists() else []:
        pid, born = line.split()
        with suppress(psutil.Error):
            leader = psutil.Process(int(pid))
            if abs(leader.create_time() - float(born)) < 1:  # else another program has this number by now
                found |= {leader, *leader.children(recursive=True)}
    return {process for process in found if _living(process)}


def _marked(process: psutil.Process) -> bool:
    with suppress(psutil.Error, OSError):
        return bool(process.environ().get(MARK) == str(airflow_home.SCHEDULER_HOME))
    return False


def _living(process: psutil.Process) -> bool:
    with suppress(psutil.Error):
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    return False


def stop() -> int:
    """End all our processes, politely first; exit code 1 when one is left."""
    was_running = bool(ours())
    for number, seconds in ENDINGS:
        until = time.monotonic() + seconds
        for process in _addressees(number):
            with suppress(psutil.Error):
                process.send_signal(number)
        while ours() and time.monotonic() < until:
            time.sleep(0.2)
    if left := ours():
        print(f"still running: {', '.join(str(process.pid) for process in left)}", file=sys.stderr)
        return 1
    PID_FILE.unlink(missing_ok=True)
    print("stopped; no process is left" if was_running else "nothing was running")
    return 0


def _addressees(number: signal.Signals) -> set[psutil.Process]:
    """Ctrl-C goes to those who lead a session and who stop their own; the rest of the signals to all."""
    known = ours()
    return {p for p in known if os.getsid(p.pid) == p.pid} if number == signal.SIGINT else known


def spawn(command: list[str], env: dict[str, str], log: Path) -> subprocess.Popen[bytes]:
    """Start a program in a session of its own, its output in a file, and remember it for `stop`."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            env=env,
            cwd=airflow_home.ROOT,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    with PID_FILE.open("a", encoding="utf-8") as pids:
        pids.write(f"{process.pid} {psutil.Process(process.pid).create_time()}\n")
    return process


def wait_for(ready: Callable[[], str], process: subprocess.Popen[bytes], log: Path, seconds: float) -> str:
    """What `ready` says once it says something; NotStarted with the end of the log when it never does."""
    until = time.monotonic() + seconds
    while time.monotonic() < until and process.poll() is None:
        if said := ready():
            return said
        time.sleep(0.5)
    tail = "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-12:])
    raise NotStarted(f"it did not start; the end of {log.relative_to(airflow_home.ROOT)}:\n{tail}")


def healthy(port: int) -> str:
    """The address of the web page when every component of Airflow is healthy, else nothing."""
    url = f"http://127.0.0.1:{port}"
    with suppress(OSError, ValueError):
        with urllib.request.urlopen(f"{url}/api/v2/monitor/health", timeout=5) as reply:
            health = json.load(reply)
        if all((health.get(name) or {}).get("status") == "healthy" for name in COMPONENTS):
            return url
    return ""


def world(org: str, env: dict[str, str]) -> str:
    """The address of the demo world of an organisation that has one, served until `stop`; else nothing."""
    settings = yaml.safe_load((airflow_home.ROOT / org / "organisation.yaml").read_text(encoding="utf-8"))
    if os.environ.get("KADERS_WORLD") or not settings.get("world"):
        return os.environ.get("KADERS_WORLD", "")
    command = [sys.executable, "-m", "kaders.cli", "serve", org]
    serving = spawn(command, env, WORLD_LOG)
    return wait_for(lambda: _address(WORLD_LOG), serving, WORLD_LOG, WORLD_WITHIN)


def _address(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    return next((line for line in lines if line.startswith("http://")), "")


def environment(org: str, port: int) -> dict[str, str]:
    """What every process of ours finds in its environment."""
    home = airflow_home.SCHEDULER_HOME
    home.mkdir(parents=True, exist_ok=True)
    own = {"KADERS_ORG": org, "KADERS_SCHEDULER": "1", MARK: str(home)}
    return {**os.environ, **airflow_home.environment(home, port=port), **airflow_home.keys(home), **own}


def start(org: str, port: int) -> int:
    """Start everything for one organisation, wait until it is healthy, say where it is and how to log in."""
    if ours():
        raise NotStarted("it runs already; `make stop` ends it")
    if not (airflow_home.ROOT / org / "organisation.yaml").is_file():
        raise NotStarted(f"{org}/organisation.yaml is not there; name a folder with ORG=organisations/...")
    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", port)) == 0:
            raise NotStarted(f"port {port} is taken by another program; choose one with PORT=...")
    PID_FILE.unlink(missing_ok=True)
    env = environment(org, port)
    env["KADERS_WORLD"] = world(org, env)
    airflow = spawn([sys.executable, str(Path(__file__).with_name("standalone.py"))], env, LOG)
    print("starting Airflow ...", flush=True)
    url = wait_for(lambda: healthy(port), airflow, LOG, HEALTHY_WITHIN)
    password = json.loads(PASSWORDS.read_text(encoding="utf-8"))["admin"]
    print(
        f"Airflow runs for {org}\n  {url}\n  user      admin\n  password  {password}\n  stop with `make stop`"
    )
    return 0


def main() -> int:
    """The command line; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("start", "stop"))
    parser.add_argument("--org", default="organisations/waterdam")
    parser.add_argument("--port", type=int, default=8080)
    asked = parser.parse_args()
    if asked.what == "stop":
        return stop()
    running_before = bool(ours())
    try:
        return start(asked.org, asked.port)
    except (NotStarted, KeyboardInterrupt) as why:
        print(f"make start: {why or 'interrupted'}", file=sys.stderr)
        if not running_before:
            stop()
        return 1


if __name__ == "__main__":
    sys.exit(main())
