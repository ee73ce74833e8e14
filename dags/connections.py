"""Keys of services, from Airflow's connections or from the environment."""

from __future__ import annotations

from airflow.sdk import Connection
from airflow.sdk.exceptions import AirflowNotFoundException


def secret(name: str) -> str:
    """The key that sources.yaml names: `env:NAME`, or the password of `connection:NAME`; '' without one.

    Airflow keeps a connection's password out of its logs.
    """
    from kaders.collect.secrets import from_environment

    kind, _, where = name.partition(":")
    if kind != "connection":
        return from_environment(name)
    try:
        return Connection.get(where).password or ""
    except AirflowNotFoundException:
        return ""
