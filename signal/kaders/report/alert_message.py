"""Writes the message of an alert: the words as plain data first, then as text and as HTML."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment

from kaders.report.alerts import Signal, reasons, subject_of
from kaders.report.alert_words import DAYS, MONTHS, WORDS
from kaders.settings import Organisation, Subscription

MAX_LINKS = 3
"""Links per signal: enough to judge by; the report has the rest."""

TEXT = """\
{{ hello }}
{% if synthetic %}
{{ synthetic }}
{% endif %}{% for s in signals %}
{{ loop.index }}. {{ s.headline }}
   {{ s.verdict }}
{% for line in s.lines %}   {{ line }}
{% endfor %}{% for e in s.evidence %}   - {{ e.title }} ({{ e.source }})
     {{ e.url }}
{% endfor %}   {{ s.why }}
{% endfor %}
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
{%- if e.link %}<a href="{{ e.url }}">{{ e.title }}</a>{% else %}{{ e.title }}{% endif %} ({{ e.source }})</li>
{%- endfor %}</ul>{% endif %}
<p><small>{{ s.why }}</small></p>
{% endfor %}<hr><p><small>{{ pause }}</small></p>
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


def _line(text: str) -> str:
    """The text on one line: a title of a stranger must not lay out our message."""
    return " ".join(text.split())


def _both(text: dict[str, str] | None, language: str) -> str:
    return _line((text or {}).get(language, ""))


def spoken_moment(iso: str, zone: ZoneInfo, language: str) -> str:
    """An ISO date or UTC moment as people say it, in the organisation's own time."""
    if len(iso) == len("2026-11-23"):
        return _spoken_day(date.fromisoformat(iso), language)
    local = datetime.fromisoformat(iso).astimezone(zone)
    return f"{_spoken_day(local.date(), language)}, {local:%H:%M}"


def _spoken_day(day: date, language: str) -> str:
    return f"{DAYS[language][day.weekday()]} {day.day} {MONTHS[language][day.month - 1]} {day.year}"


def _lines(signal: Signal, language: str, zone: ZoneInfo) -> list[str]:
    """Owner, action, answer-by and certainty, as far as they are known."""
    words, owner = WORDS[language], signal.get("owner") or {}
    certainty = signal.get("certainty") or {}
    level = words["certainty_level"].get(certainty.get("level"), "")
    rows = [
        ("owner", _both(owner.get("name"), language)),
        ("action", words["actions"].get(signal.get("action"), "")),
        ("answer_by", spoken_moment(by, zone, language) if (by := signal.get("answer_by")) else ""),
        ("certainty", ". ".join(filter(None, [level, _both(certainty.get("why"), language)]))),
    ]
    return [f"{words[name]}: {value}" for name, value in rows if value]


def _verdict(signal: Signal, language: str) -> str:
    """Level and kind in words, then what the report says of the divergence."""
    words = WORDS[language]
    head = f"{words['levels'][signal['level']]}; {words['kinds'].get(signal.get('kind'), '')}"
    return " ".join(filter(None, [head.rstrip("; ") + ".", _both(signal.get("explanation"), language)]))


def _evidence(signal: Signal) -> list[dict[str, Any]]:
    """At most MAX_LINKS headlines with their link; never the text itself."""
    return [
        {
            "title": _line(e["title"]),
            "url": (url := _line(e.get("url") or "")),
            "source": _line(e.get("source") or ""),
            "link": url.startswith(("http://", "https://")),
        }
        for e in (signal.get("evidence") or [])[:MAX_LINKS]
    ]


def _view(
    signal: Signal, subscription: Subscription, areas: frozenset[str], zone: ZoneInfo
) -> dict[str, Any]:
    language = subscription.language
    words = WORDS[language]
    followed = [words["everything"] if r == "*" else r for r in reasons(signal, subscription, areas)]
    name = _both(signal.get("name"), language)
    return {
        "headline": _both(signal.get("headline"), language) or name,
        "verdict": _verdict(signal, language),
        "lines": _lines(signal, language, zone),
        "evidence": _evidence(signal),
        "why": words["why"].format(followed=", ".join(followed) or name),
    }


def _subject(signals: Sequence[Signal], language: str, organisation: str) -> str:
    names = ", ".join(_both(s.get("name"), language) for s in signals)
    words = WORDS[language]
    count = words["one"] if len(signals) == 1 else words["many"].format(n=len(signals))
    top = words["levels"][signals[0]["level"]].lower()
    return _line(
        f"[{organisation}] {count}: {names} ({top})"
        if len(signals) == 1
        else f"[{organisation}] {count}: {names}"
    )


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
    )
    return {field: signal.get(field) for field in fields} | {
        "evidence": [{k: e[k] for k in ("title", "url", "source")} for e in _evidence(signal)]
    }


def compose(
    signals: Sequence[Signal], subscription: Subscription, areas: frozenset[str], organisation: Organisation
) -> Alert:
    """The message of one subscription about one or more signals, in the subscription's language."""
    language = subscription.language
    words, name = WORDS[language], organisation.name.in_(language)
    view = {
        "language": language,
        "subject": _subject(signals, language, name),
        "hello": words["hello"].format(organisation=name),
        "synthetic": words["synthetic"] if organisation.synthetic else "",
        "signals": [_view(signal, subscription, areas, organisation.zone) for signal in signals],
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
