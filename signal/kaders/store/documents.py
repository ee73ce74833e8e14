"""The documents as they were known at a moment."""

from __future__ import annotations

import numpy as np
import pandas as pd

from kaders.model import Window
from kaders.store.connection import Connection
from kaders.store.sql import sql

COLUMNS = (
    "doc",
    "content",
    "day",
    "published",
    "first_seen",
    "source",
    "kind",
    "owner_group",
    "author",
    "language",
    "title",
    "url",
    "snippet",
    "engagement",
    "topics",
    "areas",
    "frames",
    "messages",
    "counters",
    "questions",
    "sketch",
    "fate",
    "tagger",
)


def documents_as_of(con: Connection, window: Window, zone: str) -> pd.DataFrame:
    """One row per document, kept or duplicate, published from `window.base` on and seen by `window.cutoff`.

    A document stands in its latest revision of before the cut-off; day (of `zone`), published and first_seen
    are those of its first one. areas: strongest first; frames: {frame: share}; sketch: the MinHash signature.
    Sorted by first_seen and doc.
    """
    given = {"cutoff": window.cutoff, "base": window.base, "zone": zone}
    rows = con.execute(sql("documents_as_of"), given).fetchall()
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    frame["sketch"] = [np.frombuffer(sketch or b"", dtype="<u2").tolist() for sketch in frame["sketch"]]
    for moment in ("published", "first_seen"):
        frame[moment] = pd.to_datetime(frame[moment], utc=True)
    return frame
