"""Reads the queries of this room: one file each, its first line says what one row is."""

from __future__ import annotations

from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "queries"


@cache
def sql(name: str) -> str:
    """The text of queries/<name>.sql."""
    return (FOLDER / f"{name}.sql").read_text("utf-8")


def quoted(text: object) -> str:
    """A string literal, for the statements that take no parameters (ATTACH)."""
    return "'" + str(text).replace("'", "''") + "'"
