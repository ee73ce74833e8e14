"""Airflow kept in a folder of its own, before anything imports it."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import airflow_home

if TYPE_CHECKING:
    from airflow.dag_processing.dagbag import DagBag

_HOME = tempfile.TemporaryDirectory(prefix="kaders-airflow-")
for _name, _value in airflow_home.environment(Path(_HOME.name)).items():
    if _name not in {"PATH", "PYTHONPATH"}:
        os.environ[_name] = _value
os.environ.pop("KADERS_SCHEDULER", None)


@pytest.fixture(scope="session")
def bag() -> Iterator[DagBag]:
    """The project's DAGs as Airflow reads them."""
    import run_dags

    airflow_home.enter(Path(_HOME.name))
    yield run_dags.dag_bag()
