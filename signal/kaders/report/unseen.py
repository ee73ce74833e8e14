"""What a morning did not see, as lines: sources that behave unlike themselves, failed, or came in part."""

from __future__ import annotations

from kaders.report.view import Payload, Row
from kaders.report.voice import Voice, tidy

SOURCES_PRINTED = 6
"""Sources that are named on paper: with more the page outgrows two A4, and the screen has them all."""


def sources_apart(payload: Payload) -> tuple[list[Row], int]:
    """The sources that failed or came in part, and how many cannot show the past.

    A source whose alarm tells the same is left to its alarm.
    """
    told = {alarm["id"] for alarm in alarms(payload) if alarm["kind"] in ("html", "silent")}
    rows = [s for s in payload["sources"] if s["id"] not in told]
    troubled = [s for s in rows if s["state"] in ("FAILED", "PARTIAL")]
    quiet = sum(s["state"] == "NOT EXPECTED" for s in payload["sources"])
    return sorted(troubled, key=lambda s: (s["state"], s["name"])), quiet


def alarms(payload: Payload) -> list[Row]:
    """The sources that behave unlike themselves; mornings of before there were alarms have none."""
    rows: list[Row] = payload.get("source_alarms") or []
    return rows


def source_lines(payload: Payload, voice: Voice) -> list[tuple[str, str]]:
    """What was not seen, a line per source and what to do: alarms, then what failed or came in part."""
    told = [(alarm_line(row, voice), voice.both(row["advice"])) for row in alarms(payload)]
    return told + [(source_line(row, voice), _advice(row, voice)) for row in sources_apart(payload)[0]]


def _advice(source: Row, voice: Voice) -> str:
    """What the visit itself said, and what to do; mornings of before either have neither."""
    said, advice = tidy(source.get("detail") or "", 200), voice.both(source.get("advice"))
    return " ".join(filter(None, [f"“{said}”." if said else "", advice]))


def alarm_line(row: Row, voice: Voice) -> str:
    """One alarm in plain words: the name of the source, and what is the matter with it."""
    return voice.say("source_failed", name=tidy(row["name"], 80), reason=voice.both(row["text"]))


def source_line(source: Row, voice: Voice) -> str:
    """One troubled source in plain words: name, what happened, since when."""
    reason = voice.both(source["reason"]) or voice.say(f"state_{source['state']}")
    line = voice.say("source_failed", name=tidy(source["name"], 80), reason=reason)
    since = source["since"]
    return line + (voice.say("source_since", moment=voice.moment(since)) if since else "")
