"""A morning written by hand: four signals of the four kinds, and everything else a report can hold."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from kaders.detect import wording
from kaders.report.voice import Voice

FIXTURE = Path(__file__).parents[2] / "fixtures" / "signals.json"


@pytest.fixture
def payload() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(FIXTURE.read_text(encoding="utf-8"))
    return loaded


@pytest.fixture
def empty(payload: dict[str, Any]) -> dict[str, Any]:
    """A morning on which everything was tested and nothing stood out."""
    calm = [
        issue | {"status": "normal"} for issue in payload["issues"] if issue["ratio"] and issue["divergence"]
    ]
    none: dict[str, Any] = {"signals": [], "watch": [], "questions": [], "open_signals": [], "top_items": []}
    return payload | none | {"issues": calm, "sources": [s for s in payload["sources"] if s["state"] == "OK"]}


@pytest.fixture
def dutch() -> Voice:
    return Voice("nl", ZoneInfo("Europe/Amsterdam"))


@pytest.fixture
def english() -> Voice:
    return Voice("en", ZoneInfo("Europe/Amsterdam"))


TITLE = "Bewoners van de Havenkwartieren vragen het college om een besluit over de brug voor de kerst"
POST = (
    "Can we please just have a normal quiet weekend without the work on the Havendijk? Now you have my attention. "
    "A swimming beach at the foot of the dyke, they said, and then nobody answered the letter that we sent in May…"
)
SNIPPET = (
    "“De eerste brief over de brug over de havenmond ging vorig jaar in september de deur uit”, zegt een medewerker "
    "van de gemeente, die op zondag tussen negen en twaalf aanwezig is om vragen van omwonenden te beantwoorden…"
)
QUESTION = "Waarom betaal ik in mijn tochtige flat meer dan die nieuwbouw met drie lagen glas?"
FRAMES = (
    {
        "nl": "Bewoners zitten vast aan een wurgcontract",
        "en": "Residents are trapped in an expensive contract",
    },
    {"nl": "reputatie en buitenwereld", "en": "reputation and outside world"},
    {"nl": "eerlijkheid en gelijkheid", "en": "fairness and equality"},
)


def _long(signal: dict[str, Any]) -> dict[str, Any]:
    """A signal with every text as long as the longest of a demo morning."""
    post = {"title": "", "snippet": POST, "language": "en", "source": "Mastodon #binnenstadwaterdam"}
    news = {"title": TITLE, "snippet": SNIPPET, "source": "De Landkrant, regio Waterstreek", "spread": 12}
    pieces = [
        signal["evidence"][0] | told | {"frames": list(FRAMES[:2])} for told in (news, post, news, post, news)
    ]
    moves = [(FRAMES[0], 0.0, 0.45), (FRAMES[1], 0.01, 0.23), (FRAMES[2], 0.64, 0.33)]
    terms = [{"term": f"warmtenetcontract{n}", "seen": 20 // (n + 1), "before": 2} for n in range(5)]
    days = [
        {"day": f"2026-11-{21 + n}", "level": level} for n, level in enumerate(("elevated", "high", "high"))
    ]
    groups = [{"name": "De Waterdammer, Waterdams Weekblad", "stories": 17}, *signal["carriers"]["groups"]]
    return signal | {
        "evidence": pieces,
        "explanation": wording.explanation(signal["kind"], moves, 0.04),
        "certainty": {
            "level": "high",
            "why": wording.certainty(19, True),
            "doubt": wording.doubt("De Waterdammer, Waterdams Weekblad", 0.4, True, 0.45, 30),
        },
        "novelty": {"p": 0.01, "terms": terms},
        "questions": [{"text": QUESTION, "language": "nl", "times": 3}] * 3,
        "carriers": signal["carriers"] | {"groups": groups},
        "history": days,
        "first_day": "2026-11-21",
        "day_number": 3,
        "level": "high",
    }


@pytest.fixture
def full(payload: dict[str, Any]) -> dict[str, Any]:
    """A morning as long as the longest of the demo: four signals, four watched, everything else full."""
    one, watched, item = payload["issues"][7], payload["watch"][0], payload["top_items"][0]
    name = {"nl": "Onderwijshuisvesting en kinderopvang", "en": "School buildings and child care"}
    failed = [s for s in payload["sources"] if s["state"] == "FAILED"]
    more = [one | {"issue": f"area:c_{n}", "name": name} for n in range(12)]
    missed = [i | {"name": name} for i in payload["issues"] if i["status"] == "not_tested"]
    episode = payload["open_signals"][0]
    signals = [_long(signal) for signal in payload["signals"]]
    statuses = [issue["status"] for issue in payload["issues"]]
    return payload | {
        "verdict": wording.verdict(signals, statuses),
        "attention_budget": 4,
        "signals": signals,
        "watch": [
            watched
            | {
                "headline": wording.watched(name, grows=True, stated=True, compared=True, fits=True),
                "name": name,
            }
        ]
        * 4,
        "issues": [*payload["issues"], *more, *missed],
        "questions": [payload["questions"][0] | {"text": QUESTION, "name": name}] * 5,
        "open_signals": [episode | {"name": name}] * 2,
        "top_items": [
            item
            | {"title": TITLE, "policy_area": {"nl": f"ruimte en infrastructuur {n}", "en": f"space {n}"}}
            for n in range(6)
        ],
        "sources": [*payload["sources"], *failed],
    }
