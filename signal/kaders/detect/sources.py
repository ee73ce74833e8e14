"""The sources part of a morning: how each stood, and which behave unlike themselves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlsplit

import pandas as pd

from kaders.detect import panel, source_advice, source_words
from kaders.detect.health import Alarm
from kaders.entries import WORLD
from kaders.model import Window
from kaders.settings import Settings, Source

LARGE_SOURCE = 0.02
"""Share of the declared volume from which the silence of a source is told under every message of the morning:
one of fifty; our choice."""
SYNTHETIC = "http://synthetic.example"
"""Where the sources are in what is told of a demo world's sources, so that a rerun gives the same bytes."""
QUOTED = frozenset({"service_fault", "unreadable"})
"""The reasons told with what the visit itself said: the words of a service, or where reading stuck."""


def sources(ledger: pd.DataFrame, settings: Settings, day: date) -> list[dict[str, Any]]:
    """Per source how it stood this morning, the reason in words, what to do, and since when it fails."""
    called = names(settings)
    by_source = {name: rows.sort_values("day") for name, rows in ledger.groupby("source")}
    return [
        {"id": s.id, "name": called[s.id], "kind": s.kind, **_state(s, by_source.get(s.id), day)}
        for s in (told(source, settings) for source in settings.visited)
    ]


def told(source: Source, settings: Settings) -> Source:
    """The source with its address as it is told: that of a demo's source changes from run to run.

    It is served at another port each time, and is only a place in the file when nothing is served.
    """
    if not settings.organisation.synthetic or not source.url:
        return source
    return source.model_copy(update={"url": SYNTHETIC + urlsplit(source.url.removeprefix(WORLD)).path})


def names(settings: Settings) -> dict[str, str]:
    """The name of every source, with its id where several have the same."""
    often = Counter(source.name for source in settings.sources)
    return {s.id: f"{s.name} ({s.id})" if often[s.name] > 1 else s.name for s in settings.sources}


def rows(ledger: pd.DataFrame, settings: Settings, window: Window) -> list[dict[str, Any]]:
    """The sources with the day from which a newcomer counts; null for one that counts or never answered."""
    coming = panel.newcomers(ledger, settings, window)
    days = {source: day.isoformat() for source, day in coming.items()}
    return [{**row, "counts_from": days.get(row["id"])} for row in sources(ledger, settings, window.day)]


def alarm_row(alarm: Alarm, settings: Settings) -> dict[str, Any]:
    """An alarm as data, with its words (docs/signals-json.md)."""
    source = told(settings.source(alarm.source), settings)
    return {
        "id": alarm.source,
        "name": names(settings)[alarm.source],
        "url": source.address,
        "kind": alarm.kind,
        "since": alarm.since.isoformat(),
        "expected": round(alarm.expected, 1),
        "seen": alarm.seen,
        "text": source_words.alarm(alarm),
        "advice": source_advice.of_alarm(source, alarm),
    }


def note(
    findings: Sequence[dict[str, Any]], alarms: Sequence[Alarm], settings: Settings
) -> dict[str, str] | None:
    """Which sources that matter to a morning were not heard; None when all were.

    Those are the large ones (LARGE_SOURCE) and those of the publishers that carry its findings.
    """
    called, public = names(settings), [source for source in settings.sources if source.kind != "own"]
    large = LARGE_SOURCE * sum(source.expected_per_day for source in public)
    carriers = {group["name"] for one in findings for group in (one["carriers"] or {}).get("groups", [])}
    matter = {
        source.id: called[source.id]
        for source in public
        if source.expected_per_day >= large or settings.group_name(source.owner_group) in carriers
    }
    return source_words.not_heard(matter, [alarm for alarm in alarms if alarm.source in matter])


def _state(source: Source, rows: pd.DataFrame | None, day: date) -> dict[str, Any]:
    if rows is None or not len(rows):
        return _said(source, "FAILED", "never", None)
    last = rows.iloc[-1]
    good = rows[rows["last_outcome"].isin(["OK", "PARTIAL"])]["day"]
    failing = rows[rows["day"] > max(good, default=date.min)]
    since = None if failing.empty else failing.iloc[0]["day"].isoformat()
    if last["day"] != day:
        unasked = (last["day"] + timedelta(days=1)).isoformat()
        return _said(source, "FAILED", "silent", since or unasked)
    detail = str(last.get("detail") or "")
    entries, bad = int(last.get("entries", 0)), int(last["bad_entries"])
    return _said(source, last["last_outcome"], last["reason"], since, entries, bad=bad, detail=detail)


def _said(
    source: Source,
    state: str,
    code: str,
    since: str | None,
    entries: int = 0,
    *,
    bad: int = 0,
    detail: str = "",
) -> dict[str, Any]:
    """How a source stands, in words; detail: what the visit itself said, as far as it adds something."""
    troubled = state in ("FAILED", "PARTIAL")
    return {
        "state": state,
        "reason": source_words.reason(code, bad),
        "advice": source_advice.of_failure(source, code, state) if troubled else source_advice.NONE,
        "detail": detail if code in QUOTED and source_words.adds(code, detail) else "",
        "since": since,
        "entries": entries,
    }
