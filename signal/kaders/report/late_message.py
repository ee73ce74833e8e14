"""Writes the message that says a morning's report is not ready."""

from __future__ import annotations

from datetime import date
from html import escape

from kaders.report.alert_message import Alert
from kaders.report.voice import Voice
from kaders.settings import Organisation

WORDS = {
    "nl": {
        "subject": "[{organisation}] Ochtendrapport te laat: {day}",
        "what": "Het ochtendrapport van {day} was om 08:00 niet klaar.",
        "how": "Wie Kaders beheert, ziet op de webpagina van Airflow bij morning_signals waarom, "
        "en maakt het daarna alsnog met: make backfill DAY={iso}",
    },
    "en": {
        "subject": "[{organisation}] Morning report late: {day}",
        "what": "The morning report of {day} was not ready by 08:00.",
        "how": "Whoever runs Kaders sees why on Airflow's web page, at morning_signals, "
        "and then still makes it with: make backfill DAY={iso}",
    },
}


def receiver(organisation: Organisation) -> str:
    """Who is told: the contact; where that is a web page, a spokesperson or else the first of the owners."""
    if not organisation.contact.startswith("https://"):
        return organisation.contact
    owners = organisation.owners.values()
    return next((owner for owner in owners if owner.role == "spokesperson"), next(iter(owners))).mail


def compose(day: date, organisation: Organisation) -> Alert:
    """The message, in the first of the organisation's languages; for one day always the same."""
    voice = Voice(organisation.languages[0], organisation.zone)
    name = organisation.name.in_(voice.language)
    values = {"organisation": name, "day": voice.day(day.isoformat()), "iso": day.isoformat()}
    subject, what, how = (WORDS[voice.language][key].format(**values) for key in ("subject", "what", "how"))
    lines = [what, *([voice.say("synthetic")] if organisation.synthetic else []), how]
    return Alert(
        key=f"late-{organisation.id}-{day}",
        subscription="",
        subject=subject,
        text="\n\n".join(lines) + "\n",
        html="".join(f"<p>{escape(line)}</p>\n" for line in lines),
        signals=(),
    )
