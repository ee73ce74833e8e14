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
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

import airflow_home
from kaders.errors import ConfigurationError

if TYPE_CHECKING:
    from kaders.settings import Settings

DEFAULT_ORG = "organisations/waterdam"
PID_FILE = airflow_home.HOME / "standalone.pid"
"""The sessions that were begun, a line for each: the number of its leader and when that was born."""
MARK = "KADERS_STARTED_BY"
"""A variable that every process of ours inherits, to find those that no line of the file leads to."""
SAME_BIRTH = 1.0
"""Seconds by which two readings of one birth may differ."""
HEALTHY_WITHIN = 180.0
"""Seconds; 11 to 36 were measured on two cores, five times that on a busy machine."""
WORLD_WITHIN = 180.0
"""Seconds for writing and serving the demo world, which takes well under a minute."""
ENDINGS = ((signal.SIGINT, 25.0), (signal.SIGTERM, 5.0), (signal.SIGKILL, 5.0))
"""Seconds that each signal gets; on Ctrl-C Airflow ends by itself in 13 to 17 seconds."""
COMPONENTS = ("metadatabase", "scheduler", "dag_processor", "triggerer")
TASKS_SAY = {"AIRFLOW__LOGGING__NAMESPACE_LEVELS": "airflow.task.operators=INFO"}
"""One line per finished task, with its summary, in the log that the web page shows; else only warnings."""


class NotStarted(Exception):
    """A sentence for the person who typed `make start`."""

    exit_code = 1


def begun() -> dict[int, float]:
    """The sessions of an earlier start that may still have members: leader's number -> its birth.

    A number is not given out again as long as a session goes by it, so where another program has it, or the
    machine was started since, nothing of ours is left.
    """
    lines = PID_FILE.read_text(encoding="utf-8").splitlines() if PID_FILE.exists() else []
    recorded = {int(pid): float(born) for pid, born in (line.split() for line in lines)}
    since = psutil.boot_time() - SAME_BIRTH
    return {pid: born for pid, born in recorded.items() if born >= since and not _taken(pid, born)}


def _taken(pid: int, born: float) -> bool:
    with suppress(psutil.Error):
        return bool(abs(psutil.Process(pid).create_time() - born) >= SAME_BIRTH)
    return False


def ours() -> set[psutil.Process]:
    """Every living process of an earlier start: of a session that was begun then, or marked.

    The mark alone would not do: programs that name themselves for `ps`, as Airflow's web server and workers,
    write over their environment.
    """
    sessions = begun()
    return {p for p in psutil.process_iter() if _living(p) and (_of(p, sessions) or _marked(p))}


def _of(process: psutil.Process, sessions: dict[int, float]) -> bool:
    with suppress(psutil.Error):
        born = sessions.get(_session(process))
        return born is not None and bool(process.create_time() >= born - SAME_BIRTH)
    return False


def _session(process: psutil.Process) -> int:
    """The number of the leader of its session; 0 when it has ended."""
    with suppress(OSError):
        return os.getsid(process.pid)
    return 0


def _marked(process: psutil.Process) -> bool:
    with suppress(psutil.Error, OSError):
        return bool(process.environ().get(MARK) == str(airflow_home.HOME))
    return False


def _living(process: psutil.Process) -> bool:
    with suppress(psutil.Error):
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    return False


def end() -> set[psutil.Process]:
    """End all our processes, politely first; those that are left. Only without any the record goes."""
    for number, seconds in ENDINGS:
        until = time.monotonic() + seconds
        for process in _addressees(number):
            with suppress(psutil.Error):
                process.send_signal(number)
        while ours() and time.monotonic() < until:
            time.sleep(0.2)
    left = ours()
    if not left:
        PID_FILE.unlink(missing_ok=True)
    return left


def _addressees(number: signal.Signals) -> set[psutil.Process]:
    """Ctrl-C goes to those who lead a session and stop the others in it, and to those who lost their leader.

    The other signals go to all.
    """
    known = ours()
    living = {process.pid for process in known}
    led = {p for p in known if (leader := _session(p)) in living and leader != p.pid}
    return known - led if number == signal.SIGINT else known


def stop() -> int:
    """End what runs and say so; exit code 1 when something is left."""
    was_running = bool(ours())
    if left := end():
        print(f"still running: {', '.join(str(process.pid) for process in left)}", file=sys.stderr)
        return 1
    print("stopped; no process is left" if was_running else "nothing was running")
    return 0


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


def world(org: str, settings: Settings, env: dict[str, str]) -> dict[str, str]:
    """The variables that lead to the demo's sources, mail server and webhook, which run until `stop`.

    None for an organisation without a demo world. No seed, scenario or length is given, so that
    `kaders serve` goes on with the world in use.
    """
    if os.environ.get("KADERS_WORLD") or not settings.organisation.world:
        return {}
    log = Path(env["AIRFLOW_HOME"]) / "world.log"
    serving = spawn([sys.executable, "-m", "kaders.cli", "serve", org], env, log)
    told = wait_for(lambda: _told(log), serving, log, WORLD_WITHIN).splitlines()
    return dict(line.split("=", 1) for line in told if line.startswith("KADERS_"))


def _told(log: Path) -> str:
    """What `kaders serve` has said, once it is complete: the bare address comes last."""
    text = log.read_text(encoding="utf-8", errors="replace")
    return text if any(line.startswith("http://") for line in text.splitlines()) else ""


def checked(org: str) -> Settings:
    """The organisation, validated as by `kaders check`; ConfigurationError when it is wrong or missing."""
    from kaders.load import load

    data = airflow_home.ROOT / os.environ.get("KADERS_DATA", "data")
    return load(Path(org), data=data, world=os.environ.get("KADERS_WORLD") or "http://127.0.0.1")


def environment(org: str, home: Path, port: int) -> dict[str, str]:
    """What every process of ours finds in its environment."""
    own = {"KADERS_ORG": org, "KADERS_SCHEDULER": "1", MARK: str(airflow_home.HOME)}
    airflow = airflow_home.environment(home, port=port) | airflow_home.keys(home) | TASKS_SAY
    return {**os.environ, **airflow, **own}


def prepare(org: str, settings: Settings, port: int) -> dict[str, str]:
    """Make the home of this organisation's scheduler; the environment of all that is started from here."""
    if ours():
        raise NotStarted("it runs already; `make stop` ends it")
    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", port)) == 0:
            raise NotStarted(f"port {port} is taken by another program; choose one with PORT=...")
    PID_FILE.unlink(missing_ok=True)
    home = airflow_home.SCHEDULER_HOME / settings.organisation.id
    for folder in (airflow_home.HOME, airflow_home.SCHEDULER_HOME, home):
        airflow_home.private(folder)
    return environment(org, home, port)


def start(org: str, port: int) -> None:
    """Start everything for one organisation, wait until it is healthy, say where it is and how to log in."""
    settings = checked(org)
    new = not settings.places.published.exists()
    env = prepare(org, settings, port)
    home = Path(env["AIRFLOW_HOME"])
    env |= world(org, settings, env)
    log = home / "standalone.log"
    airflow = spawn([sys.executable, str(Path(__file__).with_name("standalone.py"))], env, log)
    print("starting Airflow ...", flush=True)
    url = wait_for(lambda: healthy(port), airflow, log, HEALTHY_WITHIN)
    passwords = home / "simple_auth_manager_passwords.json.generated"
    password = json.loads(passwords.read_text(encoding="utf-8"))["admin"]
    print(
        f"Airflow runs for {org}\n  {url}\n  user      admin\n  password  {password}\n  stop with `make stop`"
    )
    if new:
        print(first_time(org, settings))


def first_time(org: str, settings: Settings) -> str:
    """What to know when nothing was ever loaded for this organisation."""
    if not settings.organisation.world:
        return (
            "Nothing is collected yet: a morning judges what was seen before 06:30, from tomorrow on in full."
        )
    of = "" if org == DEFAULT_ORG else f" ORG={org}"
    today = datetime.now(settings.organisation.zone).date()
    return (
        "There is no history yet to judge a morning by: "
        f"`make stop`, `make run{of}` and `make start{of}` give the demo its own; "
        f"`make backfill{of} DAY={today}` then judges this morning again, and tomorrow's comes at 06:30."
    )


def started(org: str, port: int) -> int:
    """Start, or end what had begun and say why; the exit code."""
    running_before = bool(ours())
    try:
        start(org, port)
        return 0
    except (NotStarted, ConfigurationError, OSError) as error:
        why, code = str(error), getattr(error, "exit_code", 1)
    except KeyboardInterrupt:
        why, code = "interrupted", 130
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a second Ctrl-C would leave the rest running
    print(f"make start: {why}", file=sys.stderr, flush=True)
    if not running_before and (left := end()):
        print(f"still running: {', '.join(str(process.pid) for process in left)}", file=sys.stderr)
    return code


def main() -> int:
    """The command line; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("start", "stop"))
    parser.add_argument("--org", default=DEFAULT_ORG)
    parser.add_argument("--port", type=int, default=8080)
    asked = parser.parse_args()
    os.chdir(airflow_home.ROOT)  # where the tasks too look for the organisation
    return stop() if asked.what == "stop" else started(asked.org, asked.port)


if __name__ == "__main__":
    sys.exit(main())
