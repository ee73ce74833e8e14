"""Paints a morning: two pages beside its signals.json, and the list and the feed of the mornings so far."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from kaders.errors import KadersError
from kaders.jobs.remembered import remembered
from kaders.model import Summary
from kaders.report.atom import feed
from kaders.report.mornings import mornings
from kaders.report.page import PAGES, page
from kaders.report.voice import ReportLanguage
from kaders.settings import Settings
from kaders.store.files import write

SCHEMA = "kaders/signals/1"
FEED_MORNINGS = 14
"""Mornings in the feed: a reader who was away for two weeks misses nothing."""


@remembered("report")
def report(settings: Settings, moment: datetime) -> Summary:
    """Write report.nl.html and report.en.html of the morning of `moment`, index.html and signals.atom.

    The morning is the local date of `moment`. A rerun gives the same bytes. The feed and the list show the
    newest mornings there are, so that painting a past day again does not turn them back. Raises KadersError
    when the morning has no signals or they cannot be read; an unreadable other morning is named as a failure.
    """
    day = moment.astimezone(settings.organisation.zone).date().isoformat()
    folder = settings.places.reports / day
    payload = _read(folder / "signals.json", day)
    written = {folder / name: _painted(payload, language, day) for language, name in PAGES.items()}
    painted, failures = lists(settings)
    written |= painted
    for path, text in written.items():
        write(path, text.encode())
    counts = {"signals": len(payload["signals"]), "watch": len(payload["watch"]), "pages": len(PAGES)}
    return Summary("report", moment, counts, failures, tuple(str(path) for path in written))


def lists(settings: Settings) -> tuple[dict[Path, str], tuple[str, ...]]:
    """The list and the feed of the mornings so far by their paths, and a sentence for each unreadable one."""
    out, days = settings.places.of("out"), _days(settings.places.reports)
    payloads, failures = _latest(settings.places.reports, days)
    if not payloads:
        return {}, failures
    shown, language = list(payloads.values()), settings.organisation.languages[0]
    return {out / "index.html": mornings(days, shown), out / "signals.atom": feed(shown, language)}, failures


def _painted(payload: dict[str, Any], language: ReportLanguage, day: str) -> str:
    try:
        return page(payload, language)
    except (KeyError, TypeError, ValueError) as error:
        raise KadersError(
            f"The signals of {day} miss something that the report needs ({error}). Run detect for that day."
        ) from error


def _read(path: Path, day: str) -> dict[str, Any]:
    try:
        payload = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise KadersError(f"There are no signals of {day} yet. Run detect for that day first.") from error
    except (ValueError, OSError) as error:
        raise KadersError(
            f"The signals of {day} cannot be read ({path}). Run detect for that day."
        ) from error
    if not isinstance(payload, Mapping) or payload.get("schema") != SCHEMA:
        raise KadersError(
            f"The signals of {day} are not of schema {SCHEMA} ({path}). Run detect for that day."
        )
    return dict(payload)


def _days(reports: Path) -> list[str]:
    """The mornings that have signals, newest first."""
    found = (path.parent.name for path in reports.glob("*/signals.json"))
    return sorted((name for name in found if re.fullmatch(r"\d{4}-\d\d-\d\d", name)), reverse=True)


def _latest(reports: Path, days: list[str]) -> tuple[dict[str, dict[str, Any]], tuple[str, ...]]:
    """The payloads of the newest mornings, and a sentence for each that cannot be read."""
    payloads: dict[str, dict[str, Any]] = {}
    failures: list[str] = []
    for day in days[:FEED_MORNINGS]:
        try:
            payloads[day] = _read(reports / day / "signals.json", day)
        except KadersError as error:
            failures.append(str(error))
    return payloads, tuple(failures)
