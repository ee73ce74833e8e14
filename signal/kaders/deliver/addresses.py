"""Where a message goes, looked up in the environment where the organisation's files name a variable."""

from __future__ import annotations

import os

from kaders.errors import KadersError, Retry

TIMEOUT_SECONDS = 10
"""How long a mail server or webhook may stay silent; our choice: a healthy one answers within a second."""
ENV_PREFIX = "env:"


class NotConfigured(KadersError):
    """The environment lacks the variable that says where or through which server to send."""


class Undelivered(Retry):
    """The other side did not take the message; its text never holds an address or a password."""


def variable(name: str) -> str:
    """The value of an environment variable; NotConfigured when it is unset or blank."""
    value = os.environ.get(name, "").strip()
    if not value:
        raise NotConfigured(f"The environment variable {name} is not set, so nothing can be sent through it")
    return value


def address(to: str) -> str:
    """The address itself: `env:NAME` is looked up, anything else is returned as it is."""
    return variable(to.removeprefix(ENV_PREFIX)) if to.startswith(ENV_PREFIX) else to
