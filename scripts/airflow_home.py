"""Airflow's settings for this project: everything inside the project folder, loopback only."""

from __future__ import annotations

import base64
import json
import os
import secrets
import sys
from contextlib import suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
HOME = ROOT / "data" / "airflow"
"""Where runs without a scheduler keep their book."""
SCHEDULER_HOME = HOME / "scheduler"
"""Where `make start` keeps a book for each organisation: in a shared one the morning of one would count as
done for all, and the scheduler would act on the events of other runs."""
SOURCE_ROOTS = (str(ROOT / "signal"), str(ROOT / "dags"))
"""`dags` too, because the process that tells of a missed deadline imports its callback by name."""
ANSWER_WITHIN = 30
"""Seconds a task waits for Airflow's web server; of Airflow's own 5 tasks died on two busy cores."""


def environment(home: Path, *, port: int = 8080) -> dict[str, str]:
    """The variables that Airflow needs to stay inside the project, as text by name."""
    scripts = Path(sys.executable).parent
    return {
        "AIRFLOW_HOME": str(home),
        "AIRFLOW__CORE__DAGS_FOLDER": str(ROOT / "dags"),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(home / "plugins"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
        "AIRFLOW__CORE__PARALLELISM": "4",
        "AIRFLOW__CORE__DEFAULT_TIMEZONE": "Europe/Amsterdam",
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"http://127.0.0.1:{port}/execution/",
        "AIRFLOW__WORKERS__EXECUTION_API_TIMEOUT": str(ANSWER_WITHIN),
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONNECT_ARGS": "patience.CONNECT",
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONNECT_ARGS_ASYNC": "patience.CONNECT",
        "AIRFLOW__API__HOST": "127.0.0.1",
        "AIRFLOW__API__PORT": str(port),
        "AIRFLOW__API__BASE_URL": f"http://127.0.0.1:{port}",
        "AIRFLOW__API__WORKERS": "1",
        "AIRFLOW__LOGGING__LOGGING_LEVEL": "WARNING",
        "PYTHONPATH": os.pathsep.join(SOURCE_ROOTS),
        "PATH": os.pathsep.join([str(scripts), os.environ.get("PATH", "")]),
    }


def keys(home: Path) -> dict[str, str]:
    """The secrets that Airflow's components share, made on first need in a file that only we can read.

    Left to itself, a first start lets every component make up its own, and then they refuse each other.
    """
    path = home / "keys.json"
    if not path.exists():
        made = {
            "AIRFLOW__API_AUTH__JWT_SECRET": secrets.token_urlsafe(64),  # shorter ones are warned about
            "AIRFLOW__API__SECRET_KEY": secrets.token_urlsafe(64),
            "AIRFLOW__CORE__FERNET_KEY": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
        }
        path.touch(mode=0o600)
        path.write_text(json.dumps(made), encoding="utf-8")
    return dict(json.loads(path.read_text(encoding="utf-8")))


def private(folder: Path) -> None:
    """Make a folder when it is missing, and close it to others: Airflow keeps passwords and its book in it.

    A folder of somebody else, which AIRFLOW_HOME may name, stays as it is.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with suppress(PermissionError):
        folder.chmod(0o700)


def enter(home: Path) -> None:
    """Put the environment in place for this process, before any airflow import; what is set stays."""
    path = environment(home)["PATH"]
    for name, value in environment(Path(os.environ.get("AIRFLOW_HOME", home))).items():
        os.environ.setdefault(name, value)
    os.environ["PATH"] = path  # airflow starts itself by name
    sys.path += [folder for folder in SOURCE_ROOTS if folder not in sys.path]
    private(Path(os.environ["AIRFLOW_HOME"]))
