"""What the mornings decided: a day replaces its own rows, and later mornings read the earlier ones."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

from kaders.settings import Places
from kaders.store.connection import Connection, reading, transaction
from kaders.store.sql import sql

_SIGNAL = "INSERT INTO out_signal VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
_ISSUE = "INSERT INTO out_issue_day VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_NUMBERS = ("seen", "expected", "divergence", "divergence_low", "divergence_high", "tolerance")


def save_results(con: Connection, payload: dict[str, Any]) -> None:
    """Puts a morning (the payload of signals.json) in the place of what was saved of that day before."""
    day = date.fromisoformat(payload["day"])
    found = [*payload["signals"], *payload["watch"]]
    by_issue = {signal["issue"]: signal for signal in reversed(found)}
    with transaction(con):
        con.execute("DELETE FROM out_signal WHERE day = ?", [day])
        con.execute("DELETE FROM out_issue_day WHERE day = ?", [day])
        for position, signal in enumerate(found, start=1):
            con.execute(_SIGNAL, _signal(signal, day, position))
        for issue in payload["issues"]:
            con.execute(_ISSUE, _issue(issue, by_issue.get(issue["issue"], {}), payload))


def past_findings(con: Connection, day: date, days: int) -> list[dict[str, Any]]:
    """What the `days` mornings before `day` found, newest morning first, as it stood in signals.json.

    Signals and watched issues (level "watch") alike.
    """
    given = {"day": day, "since": day - timedelta(days=days)}
    return [json.loads(payload) for (payload,) in con.execute(sql("past_findings"), given).fetchall()]


def sizes(con: Connection) -> dict[str, Any]:
    """How many items, documents, duplicates, signals and files; last_report (date), last_load (moment)."""
    names = ("items", "documents", "duplicates", "signals", "files", "last_report", "last_load")
    return dict(zip(names, con.execute(sql("sizes")).fetchall()[0], strict=True))


def totals(places: Places) -> dict[str, int]:
    """The counts among `sizes`, from the published copy."""
    with reading(places) as con:
        return {name: number for name, number in sizes(con).items() if isinstance(number, int)}


def _signal(signal: dict[str, Any], day: date, position: int) -> list[Any]:
    payload = json.dumps(signal, ensure_ascii=False)
    named = [signal[name] for name in ("id", "issue", "kind", "level")]
    return [day, *named, signal.get("p"), signal.get("q"), position, payload]


def _issue(issue: dict[str, Any], signal: dict[str, Any], payload: dict[str, Any]) -> list[Any]:
    days = [date.fromisoformat(payload[name]) for name in ("day", "analysed")]
    name, area = issue["name"], issue["policy_area"]["code"]
    numbers = [issue.get(number) for number in _NUMBERS]
    judged = [signal.get("level"), signal.get("kind"), issue.get("echo", signal.get("echo"))]
    return [*days, issue["issue"], name["nl"], name["en"], area, issue["status"], *numbers, *judged]
