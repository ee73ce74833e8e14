"""What the organisation's contact must still hear of its sources, and the message that says it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from html import escape

from kaders.report.alert_message import Alert
from kaders.report.alerts import Told
from kaders.report.unseen import alarm_line
from kaders.report.view import Row
from kaders.report.voice import Voice
from kaders.settings import Organisation

RECEIVER = "*contact"
"""Who it is told to in the delivery ledger: no subscription can have such an id."""
FILE = "contact-sources"
"""The name of the message where it is kept for want of a mail server."""
MOST = 40
"""Alarms that are written out in one mail, two screens full; the report has them all."""
REACH = {"shrunk": 7, "flooded": 1, "silent": 1}
"""Days by which the `since` of an alarm may have moved for it to be the same: the poor week moves along with
the mornings, a flood may last two days, and a silence longer than we look back moves a day a day."""
HEARD = frozenset({"sent", "sending"})
WORDS = {
    "nl": {
        "subject": "[{organisation}] Bronnen: {what}",
        "alarms_one": "1 met een alarm",
        "alarms": "{n} met een alarm",
        "fixed_one": "1 terug",
        "fixed": "{n} terug",
        "hello": "{organisation}: dit is er met de bronnen. Wat een bron niet brengt, hoort Kaders niet.",
        "more": "En nog {n}; het rapport van vandaag heeft ze alle.",
        "standing_one": "1 alarm is eerder gemeld en staat nog in het rapport.",
        "standing": "{n} alarmen zijn eerder gemeld en staan nog in het rapport.",
        "why": "Dit gaat naar het contact in organisation.yaml, elk alarm één keer. Meer: kaders status",
    },
    "en": {
        "subject": "[{organisation}] Sources: {what}",
        "alarms_one": "1 with an alarm",
        "alarms": "{n} with an alarm",
        "fixed_one": "1 back",
        "fixed": "{n} back",
        "hello": "{organisation}: news of the sources. What a source does not bring, Kaders does not hear.",
        "more": "And {n} more; today's report has them all.",
        "standing_one": "1 alarm was told before and still stands in the report.",
        "standing": "{n} alarms were told before and still stand in the report.",
        "why": "This goes to the contact in organisation.yaml, each alarm once. More: kaders status",
    },
}


@dataclass(frozen=True, slots=True)
class Due:
    """What there is to do about the sources on a morning.

    messages  each a list of alarms, never empty: first what a run that was cut off was sending, as it was
    same      subjects of alarms that were told before under an earlier date
    standing  alarms of this morning that were told before
    """

    messages: list[list[Row]]
    same: list[str]
    standing: int


def subject_of(row: Row) -> str:
    """What is told at most once: this alarm of this source since this day."""
    return f"{row['id']}/{row['kind']}/{row['since']}"


def due(mornings: Mapping[date, Sequence[Row]], told: Sequence[Told], day: date) -> Due:
    """What is new on the morning of `day`.

    mornings  the source_alarms of the recent mornings
    told      what the delivery ledger has for RECEIVER

    A note of a return that did not arrive goes again for as long as it is among the mornings; an alarm for as
    long as it stands, as one that is over needs nobody.
    """
    known = {subject_of(row): row for one in sorted(mornings) for row in mornings[one]}
    state = {line.subject: line.state for line in told}
    today = {subject_of(row): row for row in mornings.get(day, ())}
    again = {name for name, how in state.items() if how == "failed" and "/fixed/" in name}
    possible = today | {name: row for name, row in known.items() if name in again}
    fresh = {name: row for name, row in possible.items() if state.get(name) not in HEARD}
    same = [name for name, row in fresh.items() if _continues(row, told)]
    new = [row for name, row in fresh.items() if name not in same]
    messages = _interrupted(told, known) + ([new] if new else [])
    telling = {subject_of(row) for rows in messages for row in rows}
    standing = sum(row["kind"] != "fixed" and name not in telling for name, row in today.items())
    return Due(messages, same, standing)


def _interrupted(told: Iterable[Told], known: Mapping[str, Row]) -> list[list[Row]]:
    groups: dict[str, list[Row]] = {}
    for line in told:
        if line.state == "sending" and line.subject in known:
            groups.setdefault(line.detail, []).append(known[line.subject])
    return [groups[key] for key in sorted(groups)]


def _continues(row: Row, told: Iterable[Told]) -> bool:
    """Whether the last that was told of this source is the same alarm, some days ago."""
    parts = [line.subject.split("/") for line in told if line.state in HEARD]
    before = [(since, kind) for source, kind, since in parts if source == row["id"] and since <= row["since"]]
    if not before:
        return False
    since, kind = max(before)
    moved = (date.fromisoformat(row["since"]) - date.fromisoformat(since)).days
    return bool(kind == row["kind"] and moved <= REACH.get(kind, 0))


def key_of(organisation: Organisation, rows: Iterable[Row]) -> str:
    """The same for the same alarms, whenever the message is made: so a repeat is recognised."""
    told = "\n".join([RECEIVER, organisation.id, *sorted(subject_of(row) for row in rows)])
    return hashlib.blake2b(told.encode(), digest_size=8).hexdigest()


def compose(rows: Sequence[Row], standing: int, organisation: Organisation) -> Alert:
    """The message about one or more alarms, in the first of the organisation's languages."""
    voice = Voice(organisation.languages[0], organisation.zone)
    words, name = WORDS[voice.language], organisation.name.in_(voice.language)
    told = [(alarm_line(row, voice), voice.both(row.get("advice")), _entry(row)) for row in rows[:MOST]]
    above = [words["hello"].format(organisation=name)]
    above += [voice.say("synthetic")] if organisation.synthetic else []
    below = [words["more"].format(n=len(rows) - MOST)] if len(rows) > MOST else []
    below += [_count("standing", standing, voice)] if standing else []
    below += [words["why"]]
    return Alert(
        key=key_of(organisation, rows),
        subscription=FILE,
        subject=words["subject"].format(organisation=name, what=_what(rows, voice)),
        text="\n\n".join([*above, *("\n   ".join(filter(None, one)) for one in told), *below]) + "\n",
        html=_html(above, told, below),
        signals=(),
    )


def _entry(row: Row) -> str:
    """Which entry of sources.yaml it is, and its address; mornings of before had no address."""
    url = row.get("url")
    return f"sources.yaml: {row['id']}, {url}" if url else f"sources.yaml: {row['id']}"


def _what(rows: Sequence[Row], voice: Voice) -> str:
    """How many alarms and how many that are back."""
    back = sum(row["kind"] == "fixed" for row in rows)
    counts = [("alarms", len(rows) - back), ("fixed", back)]
    return ", ".join(_count(key, n, voice) for key, n in counts if n)


def _count(key: str, n: int, voice: Voice) -> str:
    words = WORDS[voice.language]
    return words[f"{key}_one"] if n == 1 else words[key].format(n=n)


def _html(above: Sequence[str], told: Sequence[tuple[str, ...]], below: Sequence[str]) -> str:
    def paragraphs(lines: Sequence[str]) -> str:
        return "".join(f"<p>{escape(line)}</p>\n" for line in lines)

    rows = "".join(f"<li>{'<br>'.join(escape(line) for line in one if line)}</li>\n" for one in told)
    return f"{paragraphs(above)}<ul>\n{rows}</ul>\n{paragraphs(below)}"
