"""Writes the message of an alert: the words as plain data first, then as text and as HTML."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_args

from jinja2 import Environment

from kaders.model import SignalKind
from kaders.report.alerts import Signal, reasons, subject_of
from kaders.report.unseen import alarm_line
from kaders.report.view import Row, about, shift, shown
from kaders.report.voice import Voice, safe_link, tidy
from kaders.settings import Organisation, Subscription

MAX_LINKS = 3
"""Links per signal: enough to judge by; the report has the rest."""
MAX_ALARMS = 5
"""Source alarms that are named under a message, the most pressing ones; the report has the rest."""
RISEN = ("elevated", "high")
KINDS = {f"kind_{kind}" for kind in get_args(SignalKind)}
WORDS = {
    "nl": {
        "hello": "{organisation}: wat buiten wordt gezegd past niet meer bij wat wij zeggen.",
        "hello_unframed": "{organisation}: er leeft iets waarvoor wij nog geen boodschap hebben.",
        "hello_watch": "{organisation}: iets om in de gaten te houden, nog geen signaal.",
        "many": "{n} signalen",
        "everything": "alle onderwerpen",
        "sources": "Bronnen die zich anders gedragen dan gewoonlijk:",
        "more_sources": "en nog {n}; zie het rapport.",
        "why": "U krijgt dit omdat u volgt: {followed}.",
        "pause": "Geen berichten meer? Zet `paused: true` bij `id: {id}` in subscriptions.yaml.",
    },
    "en": {
        "hello": "{organisation}: what the public says no longer fits what we say.",
        "hello_unframed": "{organisation}: people talk about something on which we have no message yet.",
        "hello_watch": "{organisation}: something to keep an eye on, not a signal yet.",
        "many": "{n} signals",
        "everything": "all topics",
        "sources": "Sources that behave unlike themselves:",
        "more_sources": "and {n} more; see the report.",
        "why": "You get this because you follow: {followed}.",
        "pause": "No more messages? Set `paused: true` at `id: {id}` in subscriptions.yaml.",
    },
}
"""Only what an alert says and a report does not; the rest comes from texts/."""

TEXT = """\
{{ hello }}
{% if synthetic %}
{{ synthetic }}
{% endif %}{% for s in signals %}
{{ loop.index }}. {{ s.headline }}
   {{ s.verdict }}
{% for line in s.lines %}   {{ line }}
{% endfor %}{% for e in s.evidence %}   - {{ e.title }} ({{ e.source }})
{% if e.url %}     {{ e.url }}
{% endif %}{% endfor %}   {{ s.why }}
{% endfor %}{% if note %}
{{ note }}
{% for line in sources %}- {{ line }}
{% endfor %}{% endif %}
--
{{ pause }}
"""

HTML = """\
<!doctype html>
<html lang="{{ language }}"><head><meta charset="utf-8"><title>{{ subject }}</title></head>
<body style="font-family:sans-serif;max-width:42em;line-height:1.5;color:#1b1b1b;background:#ffffff">
<p>{{ hello }}</p>
{% if synthetic %}<p><strong>{{ synthetic }}</strong></p>{% endif %}
{% for s in signals %}<h2 style="font-size:1.15em">{{ s.headline }}</h2>
<p>{{ s.verdict }}</p>
<ul>{% for line in s.lines %}<li>{{ line }}</li>{% endfor %}</ul>
{% if s.evidence %}<ul>{% for e in s.evidence %}<li>
{%- if e.url %}<a href="{{ e.url }}">{{ e.title }}</a>{% else %}{{ e.title }}{% endif %} ({{ e.source }})</li>
{%- endfor %}</ul>{% endif %}
<p><small>{{ s.why }}</small></p>
{% endfor %}{% if note %}<p><small>{{ note }}</small></p>
{% endif %}{% if sources %}<ul>{% for line in sources %}<li><small>{{ line }}</small></li>{% endfor %}</ul>
{% endif %}<hr><p><small>{{ pause }}</small></p>
</body></html>
"""


@dataclass(frozen=True, slots=True)
class Alert:
    """A finished message. `key` is the same for the same subscription and signals, whenever it is made."""

    key: str
    subscription: str
    subject: str
    text: str
    html: str
    signals: tuple[dict[str, Any], ...]


def message_key(subscription: str, signals: Sequence[Signal]) -> str:
    """16 hex digits from the subscription and what is told: a repeat of a message has the same key."""
    told = "\n".join([subscription, *sorted(subject_of(s) for s in signals)])
    return hashlib.blake2b(told.encode(), digest_size=8).hexdigest()


def _both(text: Mapping[str, Any] | None, voice: Voice) -> str:
    return voice.both(dict(text or {}))


def _lines(signal: Signal, voice: Voice) -> list[str]:
    """Owner, action, answer-by and certainty, as far as they are known; of what is only watched the owner."""
    certainty = {} if signal["level"] == "watch" else signal.get("certainty") or {}
    sure = voice.say(f"certainty_{certainty['level']}") if certainty.get("level") else ""
    rows = [
        ("owner", _both((signal.get("owner") or {}).get("name"), voice)),
        ("action", voice.say(f"action_{signal['action']}") if signal.get("action") else ""),
        ("answer_by", voice.moment(signal["answer_by"]) if signal.get("answer_by") else ""),
        ("certainty", ": ".join(filter(None, [sure, _both(certainty.get("why"), voice)]))),
    ]
    return [f"{voice.say(name)}: {value}" for name, value in rows if value]


def _level(signal: Signal, voice: Voice) -> str:
    """ "Signaal", "Signaal (hoog)" or, when only watched, "Let op"."""
    level, plain = voice.say(f"level_{signal['level']}"), voice.say("level_signal").capitalize()
    return f"{plain} ({level})" if signal["level"] in RISEN else level.capitalize()


def _headline(signal: Signal, voice: Voice) -> str:
    """The headline, with what it is about in front when it does not say so itself."""
    name, headline = _both(signal.get("name"), voice), _both(signal.get("headline"), voice)
    named = name.casefold() in headline.casefold() or signal.get("kind") == "unframed"
    return headline if headline and named else ": ".join(filter(None, [name, headline]))


def _verdict(signal: Signal, voice: Voice) -> str:
    """Level and kind in words, then what the report says of the divergence.

    What is only watched failed one of the two tests, so it is not called a departure of any kind.
    """
    level, kind = _level(signal, voice), f"kind_{signal.get('kind')}"
    head = f"{level}: {voice.say(kind)}." if kind in KINDS and signal["level"] != "watch" else f"{level}."
    watched = signal["level"] == "watch"
    explanation = shift(dict(signal), voice) if watched else _both(signal.get("explanation"), voice)
    told = explanation == _both(signal.get("headline"), voice)
    return head if told or not explanation else f"{head} {explanation}"


def _evidence(signal: Signal) -> list[dict[str, str]]:
    """At most MAX_LINKS pieces with their link, when that is safe to follow: a headline, or of a post, which
    has none, its snippet."""
    return [
        {
            "title": shown(e)[0],
            "source": tidy(e.get("source") or ""),
            "url": safe_link(e.get("url")) or "",
        }
        for e in (signal.get("evidence") or [])[:MAX_LINKS]
    ]


def _view(signal: Signal, subscription: Subscription, areas: frozenset[str], voice: Voice) -> dict[str, Any]:
    words, name = WORDS[voice.language], _both(signal.get("name"), voice)
    followed = [words["everything"] if r == "*" else tidy(r) for r in reasons(signal, subscription, areas)]
    return {
        "headline": _headline(signal, voice),
        "verdict": _verdict(signal, voice),
        "lines": _lines(signal, voice),
        "evidence": _evidence(signal),
        "why": words["why"].format(followed=", ".join(followed) or name),
    }


def _greeting(signals: Sequence[Signal]) -> str:
    """The greeting that is true of them: something departs, or is new to us, or is only watched."""
    signals = [signal for signal in signals if signal["level"] != "watch"]
    if not signals:
        return "hello_watch"
    return "hello_unframed" if all(s.get("kind") == "unframed" for s in signals) else "hello"


def _sources_note(signals: Sequence[Signal], voice: Voice) -> str:
    """Which sources were not heard on the latest of their mornings; "" for none."""
    latest = max(signals, key=lambda signal: str(signal["day"]))
    return _both(latest.get("sources_note"), voice)


def _alarm_lines(alarms: Sequence[Row], voice: Voice) -> list[str]:
    """The first MAX_ALARMS alarms in words, a line each, and how many more there are."""
    more = len(alarms) - MAX_ALARMS
    rest = [WORDS[voice.language]["more_sources"].format(n=more)] if more > 0 else []
    return [alarm_line(row, voice) for row in alarms[:MAX_ALARMS]] + rest


def _subject(signals: Sequence[Signal], voice: Voice, organisation: str) -> str:
    """[who] how many and what about; for a single signal also how high."""
    words, names = WORDS[voice.language], ", ".join(about(dict(s), voice) for s in signals)
    if len(signals) > 1:
        return tidy(f"[{organisation}] {words['many'].format(n=len(signals))}: {names}")
    return tidy(f"[{organisation}] {_level(signals[0], voice)}: {names}")


def _paint(template: str, view: dict[str, Any], *, escape: bool) -> str:
    environment = Environment(autoescape=escape, keep_trailing_newline=True)
    return environment.from_string(template).render(view)


def _told(signal: Signal) -> dict[str, Any]:
    """The fields of a signal that a machine at the other end of a webhook gets."""
    fields = (
        "id",
        "day",
        "level",
        "kind",
        "topic",
        "name",
        "headline",
        "explanation",
        "owner",
        "action",
        "answer_by",
        "sources_note",
    )
    return {field: signal.get(field) for field in fields} | {"evidence": _evidence(signal)}


def compose(
    signals: Sequence[Signal],
    subscription: Subscription,
    areas: frozenset[str],
    organisation: Organisation,
    alarms: Sequence[Row] = (),
) -> Alert:
    """The message of one subscription about one or more signals, in the subscription's language.

    alarms: the source_alarms of the morning, which go under it
    """
    voice = Voice(subscription.language, organisation.zone)
    words, name = WORDS[voice.language], organisation.name.in_(voice.language)
    view = {
        "language": voice.language,
        "subject": _subject(signals, voice, name),
        "hello": words[_greeting(signals)].format(organisation=name),
        "synthetic": voice.say("synthetic") if organisation.synthetic else "",
        "signals": [_view(signal, subscription, areas, voice) for signal in signals],
        "note": _sources_note(signals, voice) or (words["sources"] if alarms else ""),
        "sources": _alarm_lines(alarms, voice),
        "pause": words["pause"].format(id=subscription.id),
    }
    return Alert(
        key=message_key(subscription.id, signals),
        subscription=subscription.id,
        subject=str(view["subject"]),
        text=_paint(TEXT, view, escape=False),
        html=_paint(HTML, view, escape=True),
        signals=tuple(_told(signal) for signal in signals),
    )
