"""Paints the list of mornings: where a reader starts who does not know the day."""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from kaders.report.page import PAGES, environment, stylesheet
from kaders.report.view import Payload
from kaders.report.voice import ReportLanguage, Voice


def mornings(days: Sequence[str], payloads: Sequence[Payload]) -> str:
    """One page with every morning, newest first, in Dutch and English beside each other.

    days      ISO dates that have a report
    payloads  signals.json of the latest mornings, at least one: their verdicts are shown
    """
    newest = max(payloads, key=lambda payload: str(payload["day"]))
    zone = ZoneInfo(newest["organisation"]["timezone"])
    languages: tuple[ReportLanguage, ...] = ("nl", "en")
    return (
        environment()
        .get_template("mornings.html.j2")
        .render(
            organisation=newest["organisation"],
            days=sorted(days, reverse=True),
            verdicts={payload["day"]: payload["verdict"] for payload in payloads},
            voices=[Voice(language, zone) for language in languages],
            pages=PAGES,
            **stylesheet(),
        )
    )
