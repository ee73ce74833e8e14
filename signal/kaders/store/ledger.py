"""How each source stood on each day: the last word of the run ledger."""

from __future__ import annotations

from datetime import UTC

import duckdb
import pandas as pd

from kaders.model import Window

_QUERY = """
SELECT (moment AT TIME ZONE 'UTC' AT TIME ZONE $zone)::DATE AS day, source, outcome, reason, detail, entries
FROM raw_fetch
WHERE moment <= $cutoff
QUALIFY row_number() OVER (PARTITION BY day, source ORDER BY moment DESC) = 1
ORDER BY day, source
"""


def coverage(con: duckdb.DuckDBPyConnection, window: Window, zone: str) -> pd.DataFrame:
    """One row per local day and source that was visited by the cut-off, with that day's last outcome.

    Columns: day (datetime.date), source, outcome, reason, detail, entries.
    """
    cutoff = window.cutoff.astimezone(UTC).replace(tzinfo=None)
    rows = con.execute(_QUERY, {"zone": zone, "cutoff": cutoff}).fetchall()
    return pd.DataFrame(rows, columns=["day", "source", "outcome", "reason", "detail", "entries"])
