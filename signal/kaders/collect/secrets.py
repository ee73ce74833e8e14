"""Keys and tokens by name: sources.yaml says where they are, and only the door ever holds one."""

from __future__ import annotations

import os
from collections.abc import Callable

from kaders.settings import Source

Secrets = Callable[[str], str]
"""From a name such as `env:GUARDIAN_KEY` or `connection:guardian` to the secret; '' when there is none."""


def from_environment(name: str) -> str:
    """A secret of this process's environment; a connection is Airflow's, and outside Airflow it has none."""
    kind, _, where = name.partition(":")
    return os.environ.get(where, "") if kind == "env" else ""


def secret_of(source: Source, secrets: Secrets) -> str | None:
    """The secret of a source: '' when it needs none, None when it names one that is not there."""
    if source.secret is None:
        return ""
    return secrets(source.secret).strip() or None
