"""Takes what was erased out of what was made of it: mornings, pages, messages, logs.

A morning is sent at 08:00 of its day. Its data (signals.json) loses the words at any time; its pages, as all
that was sent, stay as people got them, unless it is asked that they lose the words too.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime, time
from email import message_from_bytes, policy
from email.message import EmailMessage
from html import unescape
from pathlib import Path
from typing import Any

from kaders.jobs.report import SCHEMA, lists
from kaders.report.page import PAGES, page
from kaders.report.removed import Trace, message_without, said, without
from kaders.report.voice import Voice
from kaders.settings import Settings
from kaders.store.files import write

DUE = time(8, 0)
"""When a morning counts as sent, on the organisation's own clock: the report is due by then (design, 6)."""
NOTE = 'class="removed"'
"""Stands in a page that says that something was taken out of it."""
_ANCHOR = re.compile(r'<a href="([^"]*)"[^>]*>(.*?)</a>', re.DOTALL)
_TAG = re.compile(r"<[^>]*>")


@dataclass
class Made:
    """What was met: files that lost words, and what was sent and still shows them.

    failures: what could not be searched or cleaned, a sentence each
    """

    changed: int = 0
    still: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    def unreadable(self, path: Path) -> None:
        """Notes a file that may hold it, as nobody can tell."""
        self.failures.append(f"{path} cannot be read, so it was not searched")


def quoted(settings: Settings) -> tuple[set[str], set[str]]:
    """The new words that any morning has named, and the questions."""
    terms, questions = set[str](), set[str]()
    for path in _mornings(settings):
        with suppress(ValueError):
            payload = json.loads(path.read_bytes())
            terms |= set(said(payload, "term"))
            questions |= set(said(payload, "text"))
    return terms, questions


def clean(settings: Settings, gone: Trace, moment: datetime, *, sent_too: bool) -> Made:
    """Takes it out of everything below out/ and of what runs wrote about themselves.

    A page is written before its data, so that a run that breaks off is done again as a whole.
    """
    made = Made()
    for path in _mornings(settings):
        _clean_morning(settings, path, gone, moment, made, sent_too=sent_too)
    for path in sorted((settings.places.of("out") / "alerts").glob("*/*.txt")):
        _clean_text(path, gone, made)
    for path in sorted((settings.places.of("out") / "mailbox").glob("*.eml")):
        _clean_mail(path, gone, made, sent_too=sent_too, note=_note(settings, moment))
    for path in sorted((settings.places.of("out") / "webhook").glob("*.json")):
        _clean_told(path, gone, made, sent_too=sent_too)
    for path in sorted((settings.places.data / "airflow").rglob("*.log")):
        _clean_text(path, gone, made)
    for path in sorted((settings.places.of("state") / "runs").glob("*.json")):
        if any(map(gone.tells, path.read_text("utf-8", "replace").splitlines())):
            path.unlink()  # how the last run of a job ended: the next one says it anew
            made.changed += 1
    return made


def paint_lists(settings: Settings) -> None:
    """The list and the feed of the mornings as their data is now."""
    for path, text in lists(settings)[0].items():
        write(path, text.encode())


def _mornings(settings: Settings) -> list[Path]:
    return sorted(settings.places.reports.glob("*/signals.json"))


def _clean_morning(
    settings: Settings, path: Path, gone: Trace, moment: datetime, made: Made, *, sent_too: bool
) -> None:
    try:
        before = json.loads(path.read_bytes())
        day = date.fromisoformat(path.parent.name)
    except ValueError:
        made.unreadable(path)
        return
    after = without(before, gone)
    sent = moment >= datetime.combine(day, DUE, settings.organisation.zone)
    if after != before and sent:
        after["removed"] = settings.day_of(moment).isoformat()
    pages = [path.with_name(name) for name in PAGES.values() if path.with_name(name).exists()]
    stale = [each for each in pages if after != before or _shows_it(each, after)]
    if stale and sent and not sent_too:
        made.still += map(str, stale)
    elif stale and after.get("schema") != SCHEMA:
        made.failures += [f"{each} is of another version of Kaders and shows it: remove it" for each in stale]
    elif stale:
        for language, name in PAGES.items():
            if path.with_name(name) in stale:
                write(path.with_name(name), page(after, language).encode())
        made.changed += len(stale)
    if after != before:
        write(path, (json.dumps(after, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode())
        made.changed += 1


def _shows_it(page_: Path, payload: dict[str, Any]) -> bool:
    """Whether words were taken out of the data of a page and not of the page."""
    return "removed" in payload and NOTE not in page_.read_text("utf-8", "replace")


def _clean_text(path: Path, gone: Trace, made: Made) -> None:
    before = path.read_text("utf-8", "replace")
    after = message_without(before, gone)
    if after != before:
        write(path, after.encode())
        made.changed += 1


def _clean_told(path: Path, gone: Trace, made: Made, *, sent_too: bool) -> None:
    try:
        before = json.loads(path.read_bytes())
    except ValueError:
        made.unreadable(path)
        return
    after = _told_without(before, gone)
    if after == before:
        return
    if not sent_too:
        made.still.append(str(path))
        return
    write(path, json.dumps(after, ensure_ascii=False).encode())
    made.changed += 1


def _told_without(value: Any, gone: Trace) -> Any:
    """A message to a machine: its pieces of evidence as in a morning, and its text line by line."""
    kept = without(value, gone)
    if isinstance(kept, dict):
        return {name: _told_without(each, gone) for name, each in kept.items()}
    if isinstance(kept, list):
        return [_told_without(each, gone) for each in kept]
    return message_without(kept, gone) if isinstance(kept, str) and "\n" in kept else kept


def _clean_mail(path: Path, gone: Trace, made: Made, *, sent_too: bool, note: str) -> None:
    """Of a mail that loses something only the plain text is left, which says the same as its HTML."""
    mail = message_from_bytes(path.read_bytes(), policy=policy.default)
    texts = list(_texts(mail))
    after = [message_without(text, gone) for text in texts]
    subject = gone.blanked(str(mail.get("Subject", "")))
    if after == texts and subject == str(mail.get("Subject", "")):
        return
    if not sent_too:
        made.still.append(str(path))
        return
    new = EmailMessage()
    for name, value in mail.items():
        if not name.lower().startswith(("content-", "mime-version")):
            new[name] = subject if name.lower() == "subject" else str(value)
    new.set_content(f"{after[0] if after else ''}\n{note}\n")
    write(path, new.as_bytes())
    made.changed += 1


def _texts(mail: Any) -> Iterator[str]:
    """The parts of a mail that are text, the plain one first; HTML as lines, with its links as evidence."""
    for part in mail.walk():
        if part.get_content_maintype() == "text":
            text = part.get_content()
            yield _lines(text) if part.get_content_subtype() == "html" else text


def _lines(html: str) -> str:
    linked = _ANCHOR.sub(r"\n- \2\n\1\n", html)
    return unescape(_TAG.sub("\n", linked))


def _note(settings: Settings, moment: datetime) -> str:
    voice = Voice(settings.organisation.languages[0], settings.organisation.zone)
    return voice.say("removed", day=voice.day(settings.day_of(moment).isoformat()))
