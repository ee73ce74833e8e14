"""Keys and tokens by name: sources.yaml says where they are, and only the door ever holds one."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from urllib.parse import unquote, urlsplit

from kaders.settings import Source

Secrets = Callable[[str], str]
"""From a name such as `env:GUARDIAN_KEY` or `connection:guardian` to the secret; '' when there is none."""


AIRFLOW = "AIRFLOW_CONN_"
"""Before the name of a connection, in capitals: where Airflow itself looks for one in the environment."""


def from_environment(name: str) -> str:
    """A secret of this process's environment; of a connection the password, where Airflow would look for it.

    A connection that stands in Airflow's own book, and not in the environment, is known to Airflow alone.
    """
    kind, _, where = name.partition(":")
    if kind == "env":
        return os.environ.get(where, "")
    return _password(os.environ.get(AIRFLOW + where.upper(), ""))


def _password(connection: str) -> str:
    """The password of a connection in one of Airflow's two forms, JSON or address; '' when it holds none."""
    try:
        if connection.lstrip().startswith("{"):
            return str(json.loads(connection).get("password") or "")
        return unquote(urlsplit(connection).password or "")
    except ValueError:
        return ""  # in neither form: no key, and the source says so


def secret_of(source: Source, secrets: Secrets) -> str | None:
    """The secret of a source: '' when it needs none, None when it names one that is not there."""
    if source.secret is None:
        return ""
    return secrets(source.secret).strip() or None
