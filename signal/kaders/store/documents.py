"""The documents of a morning, as they were known before its cut-off."""

from __future__ import annotations

from datetime import UTC
from pathlib import Path

import duckdb
import pandas as pd

from kaders.model import Window

QUERY = Path(__file__).parent / "queries" / "documents_as_of.sql"
LISTS = ("topics", "areas", "messages", "counters", "questions", "sketch")


def documents_as_of(con: duckdb.DuckDBPyConnection, window: Window, zone: str) -> pd.DataFrame:
    """One row per document first seen by window.cutoff and published from window.base on.

    Columns: doc, content, day (local datetime.date), published and first_seen (UTC, without zone), source, kind,
    owner_group, author, language, title, url, snippet, engagement, topics, areas, frames (dict of shares),
    messages, counters, questions, sketch. Sorted by first_seen, doc.
    """
    cutoff = window.cutoff.astimezone(UTC).replace(tzinfo=None)
    result = con.execute(QUERY.read_text("utf-8"), {"cutoff": cutoff, "base": window.base, "zone": zone})
    names = [column[0] for column in result.description or []]
    rows = pd.DataFrame(result.fetchall(), columns=names)
    for name in LISTS:
        rows[name] = [list(value or ()) for value in rows[name]]
    pairs = zip(rows.pop("frame_names"), rows.pop("frame_scores"), strict=True)
    rows["frames"] = [dict(zip(frames or (), scores or (), strict=True)) for frames, scores in pairs]
    rows["published"] = pd.to_datetime(rows["published"])
    return rows
