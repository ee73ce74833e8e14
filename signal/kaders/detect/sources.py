"""The sources part of a morning: how each stood, and which behave unlike themselves."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import pandas as pd

from kaders.detect import panel, source_words
from kaders.detect.health import Alarm
from kaders.model import Window
from kaders.settings import Settings

LARGE_SOURCE = 0.02
"""Share of the declared volume from which the silence of a source is told under every message of the morning:
one of fifty; our choice."""


def sources(ledger: pd.DataFrame, settings: Settings, day: date) -> list[dict[str, Any]]:
    """Per source how it stood this morning, the reason in words, and since when it fails."""
    by_source = {name: rows.sort_values("day") for name, rows in ledger.groupby("source")}
    return [
        {"id": s.id, "name": s.name, "kind": s.kind, **_state(by_source.get(s.id), day)}
        for s in settings.visited
    ]


def rows(ledger: pd.DataFrame, settings: Settings, window: Window) -> list[dict[str, Any]]:
    """The sources with the day from which a newcomer counts; null for one that counts or never answered."""
    coming = panel.newcomers(ledger, settings, window)
    days = {source: day.isoformat() for source, day in coming.items()}
    return [{**row, "counts_from": days.get(row["id"])} for row in sources(ledger, settings, window.day)]


def alarm_row(alarm: Alarm, settings: Settings) -> dict[str, Any]:
    """An alarm as data, with its words (docs/signals-json.md)."""
    return {
        "id": alarm.source,
        "name": settings.source(alarm.source).name,
        "kind": alarm.kind,
        "since": alarm.since.isoformat(),
        "expected": round(alarm.expected, 1),
        "seen": alarm.seen,
        "text": source_words.alarm(alarm),
        "advice": source_words.advice(alarm),
    }


def note(
    findings: Sequence[dict[str, Any]], alarms: Sequence[Alarm], settings: Settings
) -> dict[str, str] | None:
    """Which sources that matter to a morning were not heard; None when all were.

    Those are the large ones (LARGE_SOURCE) and those of the publishers that carry its findings.
    """
    public = [source for source in settings.sources if source.kind != "own"]
    large = LARGE_SOURCE * sum(source.expected_per_day for source in public)
    carriers = {group["name"] for one in findings for group in (one["carriers"] or {}).get("groups", [])}
    matter = {
        source.id: source.name
        for source in public
        if source.expected_per_day >= large or settings.group_name(source.owner_group) in carriers
    }
    return source_words.not_heard(matter, [alarm for alarm in alarms if alarm.source in matter])


def _state(rows: pd.DataFrame | None, day: date) -> dict[str, Any]:
    if rows is None or not len(rows):
        return {"state": "FAILED", "reason": source_words.REASONS["never"], "since": None, "entries": 0}
    last = rows.iloc[-1]
    good = rows[rows["last_outcome"].isin(["OK", "PARTIAL"])]["day"]
    failing = rows[rows["day"] > max(good, default=date.min)]
    since = None if failing.empty else failing.iloc[0]["day"].isoformat()
    if last["day"] != day:
        unasked = (last["day"] + timedelta(days=1)).isoformat()
        return {
            "state": "FAILED",
            "reason": source_words.REASONS["silent"],
            "since": since or unasked,
            "entries": 0,
        }
    return {
        "state": last["last_outcome"],
        "reason": source_words.reason(last["reason"], last["bad_entries"]),
        "since": since,
        "entries": int(last.get("entries", 0)),
    }
