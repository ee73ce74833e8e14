"""Tag what has landed and load it, with the run ledger, into the warehouse and its published copy."""

from __future__ import annotations

from airflow.sdk import dag

from common import DEFAULTS, LANDING
from steps import in_turn, load, tag


@dag(schedule=[LANDING], tags=["kaders", "load"], doc_md=__doc__, **DEFAULTS)
def tag_and_load() -> None:
    """Landing files to tagged files to the warehouse."""
    in_turn(tag(), load())


tag_and_load()
