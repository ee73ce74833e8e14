"""The signals as an Atom feed: one entry for each level that an episode reached."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from uuid import NAMESPACE_URL, uuid5
from xml.etree import ElementTree as Xml
from zoneinfo import ZoneInfo

from kaders.report.page import PAGES
from kaders.report.view import Payload, Row
from kaders.report.voice import ReportLanguage, Voice, tidy

ATOM = "http://www.w3.org/2005/Atom"
LAST_GIVEN = 60
"""Entries in the feed: two weeks of four new signals a day, more than any reader lists."""


def feed(payloads: Sequence[Payload], language: ReportLanguage) -> str:
    """An Atom feed (RFC 4287) of the signals of several mornings, newest first.

    payloads  signals.json of one organisation as read, any order, at least one
    language  of titles and summaries

    An entry's id depends on the signal's id and level only, so a reader shows each once; its moment is the
    cut-off of the first morning at that level. Links are relative to the folder of the feed.
    """
    newest = max(payloads, key=lambda payload: str(payload["day"]))
    organisation = newest["organisation"]
    voice = Voice(language, ZoneInfo(organisation["timezone"]))
    root = Xml.Element("feed", {"xmlns": ATOM, "xml:lang": language})
    _text(root, "id", _urn(organisation["id"]))
    _text(root, "title", voice.say("feed_title", organisation=voice.both(organisation["name"])))
    _text(root, "updated", newest["cutoff"])
    Xml.SubElement(root, "link", {"rel": "self", "href": "signals.atom"})
    Xml.SubElement(root, "link", {"rel": "alternate", "type": "text/html", "href": "index.html"})
    author = Xml.SubElement(root, "author")
    _text(author, "name", voice.both(organisation["name"]))
    if organisation["synthetic"]:
        _text(root, "subtitle", voice.say("synthetic"))
    for payload, signal in _entries(payloads):
        root.append(_entry(payload, signal, voice))
    Xml.indent(root)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + Xml.tostring(root, encoding="unicode") + "\n"


def _entries(payloads: Sequence[Payload]) -> list[tuple[Payload, Row]]:
    """The first morning of each signal id and level; the latest mornings first, the most urgent first."""
    first: dict[tuple[str, str], tuple[Payload, Row]] = {}
    for payload in sorted(payloads, key=lambda p: str(p["day"])):
        for signal in payload["signals"]:
            first.setdefault((signal["id"], signal["level"]), (payload, signal))
    return sorted(first.values(), key=lambda pair: str(pair[0]["day"]), reverse=True)[:LAST_GIVEN]


def _entry(payload: Payload, signal: Row, voice: Voice) -> Xml.Element:
    entry = Xml.Element("entry")
    _text(entry, "id", _urn(payload["organisation"]["id"], signal["id"], signal["level"]))
    level, kind = (voice.say(f"{key}_{signal[key]}") for key in ("level", "kind"))
    _text(entry, "title", f"{level}: {voice.both(signal['headline'])}")
    _text(entry, "updated", payload["cutoff"])
    for language, page in PAGES.items():
        href = f"reports/{payload['day']}/{page}"
        Xml.SubElement(
            entry, "link", {"rel": "alternate", "type": "text/html", "hreflang": language, "href": href}
        )
    for term, label in (
        (signal["kind"], kind),
        (signal["policy_area"]["code"], voice.both(signal["policy_area"]["label"])),
    ):
        Xml.SubElement(entry, "category", {"term": tidy(term), "label": label})
    _text(entry, "summary", " ".join(_summary(signal, kind, voice)))
    return entry


def _summary(signal: Row, kind: str, voice: Voice) -> Iterator[str]:
    yield f"{kind[:1].upper()}{kind[1:]}."
    yield voice.both(signal["explanation"])
    yield f"{voice.say('owner')}: {voice.both(signal['owner']['name'])}."
    if signal["action"]:
        yield f"{voice.say('action')}: {voice.say('action_short_' + signal['action'])}."
        yield f"{voice.say('answer_by')} {voice.moment(signal['answer_by'])}."


def _urn(*parts: str) -> str:
    """A permanent id that is the same on every machine."""
    return f"urn:uuid:{uuid5(NAMESPACE_URL, '/'.join(('kaders', *parts)))}"


def _text(parent: Xml.Element, tag: str, text: str) -> None:
    Xml.SubElement(parent, tag).text = tidy(text, 2000)
