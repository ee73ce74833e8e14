"""Makes the warehouse anew beside the old one and lets it take its place at once."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import duckdb

from kaders.errors import Busy, KadersError
from kaders.settings import Places
from kaders.store import rewrite
from kaders.store.aside import KEPT, put_aside
from kaders.store.connection import Connection, OutOfMemory, alone, opened, transaction
from kaders.store.files import Unwritable, room_on_disk
from kaders.store.inventory import TaggedFile, pending
from kaders.store.loader import load_pending
from kaders.store.migrate import migrate
from kaders.store.publish import publish_file
from kaders.store.results import save_results
from kaders.store.retention import Words, forget_words
from kaders.store.rotation import raise_rows
from kaders.store.sql import quoted

OUTPUTS = ("out_signal", "out_issue_day", "out_delivery")
LOST = (
    "{path} could not be read and was put aside as {aside}; what no file holds any more was taken from "
    "{kept}. Housekeeping removes it within {days} days; it may go at once, for people are in it"
)
PAGES = "the signals.json of the mornings, so subscriptions may hear again of a signal they know"


def rebuild_warehouse(
    places: Places,
    files: list[TaggedFile],
    moment: datetime,
    *,
    keep_words: Words,
    progress: Callable[[int, int], None] | None = None,
) -> tuple[dict[str, int], tuple[str, ...]]:
    """A new warehouse from the tagged files and the ledger, published; counts and failures.

    Of the old one stay what the mornings decided, what was delivered, and the documents whose files retention
    has removed or damage has spoilt. When it cannot be read it is put aside, the published copy stands in for
    it, and the failures say so. keep_words: how long words are kept. Stopped half-way, the old one stands.
    """
    path = places.warehouse
    part = path.with_name(f".{path.name}.tmp")
    with alone(places), room_on_disk(path):
        _remove(part)
        try:
            readable, was_there = _settle(path), path.exists()
            olds = [path, places.published] if readable else [places.published]
            kept, counts, failures, read = _fill(part, places, olds, files, moment, progress)
            if kept and len(read) < len(files):
                _remove(part)
                kept, counts, *_ = _fill(part, places, olds, read, moment, progress)
            with opened(part) as con:
                forget_words(con, places, moment, keep_words)
                con.execute("CHECKPOINT")
            if rewrite.owed(places, daily=True):
                rewrite.write_anew(part)
            publish_file(places, part)
            if was_there and kept != path:
                aside = put_aside(places)
                failures += (LOST.format(path=path, aside=aside, kept=kept or PAGES, days=KEPT.days),)
            _replace(part, path)
            rewrite.settled(places)
        finally:
            _remove(part)
    return counts, failures


def _fill(
    part: Path,
    places: Places,
    olds: list[Path],
    files: list[TaggedFile],
    moment: datetime,
    progress: Callable[[int, int], None] | None,
) -> tuple[Path | None, dict[str, int], tuple[str, ...], list[TaggedFile]]:
    """Fills a new file: the old one it took from, counts, failures, and the tagged files it could read."""
    with opened(part) as con:
        migrate(con)
        kept = _keep(con, olds, files)
        if kept is None:
            _remember(con, places)
        counts, failures = load_pending(con, places, files, moment, progress=progress)
        raise_rows(con, places)
        unread = {file.path for file in pending(con, files)}
        con.execute("CHECKPOINT")
    return kept, counts, failures, [file for file in files if file.path not in unread]


def _settle(path: Path) -> bool:
    """Brings the old file up to date, with its log worked in; False when there is none that can be read."""
    if not path.exists():
        return False
    try:
        with opened(path) as con:
            migrate(con)
            con.execute("CHECKPOINT")
    except (Busy, Unwritable, OutOfMemory):
        raise
    except (KadersError, duckdb.Error):
        return False
    return True


def _keep(con: Connection, olds: list[Path], files: list[TaggedFile]) -> Path | None:
    """Takes over what cannot be made again from the first old file that can be read; None when none can."""
    con.execute(
        "CREATE OR REPLACE TEMP TABLE present AS SELECT unnest($files::VARCHAR[]) AS landing",
        {"files": [file.landing for file in files]},
    )
    for path in olds:
        try:
            if path.exists():
                con.execute(f"ATTACH {quoted(path)} AS old (READ_ONLY)")
                with transaction(con):
                    _take_over(con)
                return path
        except duckdb.OutOfMemoryException:
            raise
        except duckdb.Error:
            continue  # damaged in a place that opening it does not touch
        finally:
            con.execute("DETACH DATABASE IF EXISTS old")
    return None


def _take_over(con: Connection) -> None:
    for table in (*OUTPUTS, "raw_fetch"):
        con.execute(f"INSERT INTO {table} BY NAME FROM old.{table}")
    gone = "(SELECT landing FROM present)"
    con.execute(f"INSERT INTO raw_landing BY NAME FROM old.raw_landing WHERE file NOT IN {gone}")
    con.execute(f"INSERT INTO core_document BY NAME FROM old.core_document WHERE landing NOT IN {gone}")
    for table in ("core_tag", "core_question"):
        con.execute(
            f"INSERT INTO {table} BY NAME FROM old.{table} SEMI JOIN core_document USING (id, content)"
        )


def _remember(con: Connection, places: Places) -> None:
    """Takes what the mornings decided from the files that they wrote."""
    for path in sorted(places.reports.glob("*/signals.json")):
        try:
            payload = json.loads(path.read_text("utf-8"))
        except ValueError:
            continue  # a damaged page of the past is no reason to have no warehouse today
        save_results(con, payload)


def _replace(part: Path, path: Path) -> None:
    """The log beside the old file belongs to that file: left there, it would be played into the new one."""
    path.with_name(f"{path.name}.wal").unlink(missing_ok=True)
    part.replace(path)


def _remove(path: Path) -> None:
    for one in (path, path.with_name(f"{path.name}.wal")):
        one.unlink(missing_ok=True)
