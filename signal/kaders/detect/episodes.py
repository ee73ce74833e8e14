"""Runs of mornings on which an issue was a signal: since when, how often, and what went quiet."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from kaders.detect import wording

CLOSES_AFTER = 7
"""Days without a signal after which an episode ends (research/detection, decision)."""


def history(past: list[dict[str, Any]], issue: str, day: date) -> list[dict[str, str]]:
    """The earlier mornings of the running episode of an issue, oldest first: day and level."""
    mornings = {date.fromisoformat(s["day"]): s["level"] for s in past if s["issue"] == issue}
    run: list[dict[str, str]] = []
    latest = day
    for morning in sorted((m for m in mornings if m < day), reverse=True):
        if latest - morning > timedelta(days=CLOSES_AFTER):
            break
        run.append({"day": morning.isoformat(), "level": mornings[morning]})
        latest = morning
    return run[::-1]


def first_day(past: list[dict[str, Any]], issue: str, run: list[dict[str, str]], day: date) -> str:
    """The first day of the running episode, also when it began before the earliest of the `past`."""
    return str(latest(past, issue, run).get("first_day", day.isoformat()))


def latest(past: list[dict[str, Any]], issue: str, run: list[dict[str, str]]) -> dict[str, Any]:
    """The last earlier finding of the running episode; empty when it begins today."""
    found = [s for s in past if s["issue"] == issue and run and s["day"] == run[-1]["day"]]
    return found[0] if found else {}


def recent(past: list[dict[str, Any]], issue: str, day: date) -> int:
    """On how many of the last two mornings the issue was a signal."""
    days = {date.fromisoformat(s["day"]) for s in past if s["issue"] == issue}
    return sum(day - timedelta(days=back) in days for back in (1, 2))


def open_signals(past: list[dict[str, Any]], today: list[dict[str, Any]], day: date) -> list[dict[str, Any]]:
    """Episodes of the last week that are no signal this morning."""
    now = {signal["issue"] for signal in today}
    latest: dict[str, dict[str, Any]] = {}
    for signal in sorted(past, key=lambda s: str(s["day"])):
        if date.fromisoformat(signal["day"]) >= day - timedelta(days=CLOSES_AFTER):
            latest[signal["issue"]] = signal
    return [_open(signal) for issue, signal in sorted(latest.items()) if issue not in now]


def _open(signal: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": signal["id"],
        "issue": signal["issue"],
        "name": signal["name"],
        "first_day": signal["first_day"],
        "last_day": signal["day"],
        "level": signal["level"],
        "state": "quiet",
        "note": wording.quiet(signal["day"]),
    }
