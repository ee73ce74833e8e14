"""What the mornings judged: written per day, read back for episodes and totals."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import duckdb
import pandas as pd

from kaders.settings import Places
from kaders.store import landing
from kaders.store.connection import reading

_ISSUE_DAY = (
    "status", "seen", "expected", "divergence", "divergence_low", "divergence_high", "tolerance", "level", "kind", "echo"
)  # fmt: skip


def save_results(con: duckdb.DuckDBPyConnection, payload: dict[str, Any]) -> None:
    """Replaces the signals and the issues of the payload's day, and nothing else."""
    day = date.fromisoformat(payload["day"])
    signals = [
        [day, s["id"], s["issue"], s["kind"], s["level"], s["p"], s["q"], json.dumps(s, ensure_ascii=False)]
        for s in payload["signals"]
    ]
    issues = [
        [day, date.fromisoformat(payload["analysed"]), i["issue"], i["name"]["nl"], i["name"]["en"],
         i["policy_area"]["code"], *(i[name] for name in _ISSUE_DAY)]
        for i in payload["issues"]
    ]  # fmt: skip
    con.begin()
    con.execute("DELETE FROM out_signal WHERE day = ?", [day])
    con.execute("DELETE FROM out_issue_day WHERE day = ?", [day])
    if signals:
        con.executemany(f"INSERT INTO out_signal VALUES ({', '.join('?' * 8)})", signals)
    if issues:
        con.executemany(f"INSERT INTO out_issue_day VALUES ({', '.join('?' * 16)})", issues)
    con.commit()


def past_signals(con: duckdb.DuckDBPyConnection, day: date, days: int) -> list[dict[str, Any]]:
    """The signals of the `days` mornings before `day`, newest first."""
    rows = con.execute(
        "SELECT payload FROM out_signal WHERE day < ? AND day >= ? ORDER BY day DESC, id",
        [day, day - timedelta(days=days)],
    ).fetchall()
    return [json.loads(payload) for (payload,) in rows]


def totals(places: Places) -> dict[str, int]:
    """How many landing files, visits, documents (revisions apart) and signals there are."""
    with reading(places) as con:
        counts = con.execute(
            "SELECT (SELECT coalesce(sum(new_entries), 0) FROM raw_fetch), "
            "(SELECT count(DISTINCT id) FROM core_document), (SELECT count(*) FROM out_signal)"
        ).fetchall()[0]
    return {"files": len(landing.paths(places)), "items": int(counts[0]), "documents": int(counts[1]), "signals": int(counts[2])}


def frame(con: duckdb.DuckDBPyConnection, query: str) -> pd.DataFrame:
    """A query's rows as a frame, column names as the query gives them."""
    result = con.execute(query)
    names = [column[0] for column in result.description or []]
    return pd.DataFrame(result.fetchall(), columns=names)
