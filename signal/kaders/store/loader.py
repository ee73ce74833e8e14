"""Loads tagged files and ledger lines: in any order, any number of times, always with the same outcome."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

import duckdb

from kaders.settings import Places
from kaders.store.connection import Connection, transaction
from kaders.store.inventory import TaggedFile, pending, pending_ledger
from kaders.store.sql import sql

AT_ONCE = 2000
"""Files that are read together: a few times 10,000 documents, some hundred megabytes of memory."""
LONG_ENOUGH = 100
"""Characters from which an equal text makes a copy whatever its title; read-on lines of feeds are shorter."""

Progress = Callable[[int, int], None]
_DOCUMENT = """
id, content, source, kind, owner_group, url, title, text, snippet, language, published, date_origin, first_seen,
author, engagement, fate"""


def load_all(
    con: Connection, places: Places, files: list[TaggedFile], moment: datetime, *, progress: Progress | None = None
) -> tuple[dict[str, int], tuple[str, ...]]:
    """Loads what is pending of `files` and of the ledger, in one transaction; counts and failures.

    A file that cannot be read is left out, named, and tried again the next time.
    """
    wanted, lines = pending(con, files), pending_ledger(con, places)
    bad = _damaged(con, wanted, lines) if wanted or lines else ()
    before = _sizes(con)
    good = [file for file in wanted if file.path not in bad]
    with transaction(con):
        for start in range(0, len(good), AT_ONCE):
            _load_tagged(con, good[start : start + AT_ONCE], moment)
            if progress:
                progress(min(start + AT_ONCE, len(good)), len(good))
        _judge_fates(con)
        _load_ledger(con, {name: path for name, path in lines.items() if path not in bad}, moment)
    after = _sizes(con)
    counts = {"files": len(good)} | {name: after[name] - before[name] for name in after}
    return counts, tuple(f"{path} cannot be read and was left out" for path in bad)
