"""The sentences of a morning, in Dutch and English: what a signal is, how sure, what would change that."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from kaders.detect.source_words import REASONS as REASONS
from kaders.model import SignalKind

Both = dict[str, str]
TERMS_NAMED = 3
"""New words in a heading: a fourth makes it a list."""
AS_COMMON = 0.5
"""A further new word leads a heading when it is in half as many stories as the strongest; a proposal."""
LARGE_SHARE = 1 / 3
"""Share of one publisher from which its silence or error would show in the growth: one story in three; a
proposal, half of what a signal allows at most (decide.MAX_SHARE)."""
MUCH_UNHEARD = 0.4
"""Share of stories without a recognised frame from which the shares rest on too small a part; a proposal."""
FEW_STORIES = 40
"""Stories under which the shares swing: twice the least that is tested (divergence.MIN_STORIES)."""

NOT_TESTED: dict[str, Both] = {
    "short_history": {"nl": "nog geen zes weken geschiedenis", "en": "less than six weeks of history"},
    "not_collected": {"nl": "te weinig bronnen opgehaald", "en": "too few sources collected"},
    "few_stories": {
        "nl": "minder dan 20 verhalen met een herkenbaar frame",
        "en": "fewer than 20 stories with a frame we can recognise",
    },
}

REST: dict[str, tuple[Both, Both]] = {
    "watch": (
        {"nl": "onderwerp om te volgen", "en": "topic to watch"},
        {"nl": "onderwerpen om te volgen", "en": "topics to watch"},
    ),
    "standing_gap": (
        {"nl": "kloof zonder groei", "en": "gap without growth"},
        {"nl": "kloven zonder groei", "en": "gaps without growth"},
    ),
    "not_tested": (
        {"nl": "niet te toetsen", "en": "not tested"},
        {"nl": "niet te toetsen", "en": "not tested"},
    ),
}
"""Statuses that a verdict counts beside the signals: one, and more of them."""

ACTIONS: dict[SignalKind, str] = {
    "absent": "inform",
    "contested": "answer",
    "reframed": "explain",
    "unframed": "ask_policy",
}


def points(share: float) -> int:
    """A difference of shares in whole percentage points."""
    return round(100 * share)


def subject(name: Both, terms: Sequence[tuple[str, int]]) -> Both:
    """What an issue without a message is about: its new words first, for its name is a whole policy area.

    terms: the new words and in how many stories they are, the strongest first.
    """
    new = _new_words(terms)
    if not new:
        return name
    return {lang: f"{new} ({text.removesuffix(')').replace(' (', ', ')})" for lang, text in name.items()}


def _new_words(terms: Sequence[tuple[str, int]]) -> str:
    """The words that lead: about as common as the strongest, and no part of another."""
    common = [term for term, seen in terms if seen >= AS_COMMON * terms[0][1]]
    telling = [t for t in common if not any(t in other and t != other for other in common)]
    return ", ".join(f"“{term}”" for term in telling[:TERMS_NAMED])


def headline(kind: SignalKind, name: Both, theirs: Both, ours: Both, terms: list[tuple[str, int]]) -> Both:
    """The heading of a signal: the issue, and what differs from which message."""
    if kind == "unframed":
        about = subject(name, terms)
        return {
            "nl": f"{about['nl']}: hiervoor hebben wij nog geen boodschap",
            "en": f"{about['en']}: we have no message on this yet",
        }
    nl = {
        "absent": f"onze boodschap klinkt niet; buiten gaat het over {theirs.get('nl')}",
        "contested": f"onze boodschap wordt tegengesproken: “{theirs.get('nl')}”",
        "reframed": f"buiten gaat het over {theirs.get('nl')}, bij ons over {ours.get('nl')}",
    }
    en = {
        "absent": f"our message is not heard; the public discussion is about {theirs.get('en')}",
        "contested": f"our message is contradicted: “{theirs.get('en')}”",
        "reframed": f"the public discussion is about {theirs.get('en')}, our message about {ours.get('en')}",
    }
    return {"nl": f"{name['nl']}: {nl[kind]}", "en": f"{name['en']}: {en[kind]}"}


def watched(name: Both, *, grows: bool, stated: bool, compared: bool, fits: bool) -> Both:
    """The heading of a watched issue: growth that fits what we say or not surely, or movement without growth.

    compared: whether enough stories had a recognised frame to hold them against our message.
    """
    if grows and stated and not compared:
        return {
            "nl": f"{name['nl']}: meer gesprek dan verwacht, te weinig herkende frames om te vergelijken",
            "en": f"{name['en']}: more discussion than expected, too few recognised frames to compare",
        }
    if grows and not stated:
        return {
            "nl": f"{name['nl']}: meer gesprek dan verwacht, zonder nieuwe woorden",
            "en": f"{name['en']}: more discussion than expected, without new words",
        }
    if grows and not fits:
        return {
            "nl": f"{name['nl']}: meer gesprek dan verwacht, dat misschien van onze boodschap afwijkt",
            "en": f"{name['en']}: more discussion than expected, and it may depart from our message",
        }
    if grows:
        return {
            "nl": f"{name['nl']}: meer gesprek dan verwacht, dat bij onze boodschap past",
            "en": f"{name['en']}: more discussion than expected, and it fits our message",
        }
    return {
        "nl": f"{name['nl']}: het gesprek schuift op, zonder groei",
        "en": f"{name['en']}: the discussion is shifting, without growth",
    }


def not_compared(*, stated: bool) -> Both:
    """Why growth was held against no message: there is none, or too little was recognised."""
    if stated:
        return NOT_TESTED["few_stories"]
    return {
        "nl": "Er is geen boodschap om mee te vergelijken en er zijn geen nieuwe woorden die eruit springen.",
        "en": "There is no message to compare with, and no new words stand out.",
    }


def explanation(kind: SignalKind, moves: list[tuple[Both, float, float]], echo: float | None) -> Both:
    """What is heard more and less outside than in our message, and how often we recognise our message.

    moves: name, ours, theirs; echo: share of the stories in which our message is recognised, None unmeasured.
    """
    if kind == "unframed":
        return {
            "nl": "Er is geen boodschap om mee te vergelijken: bepaal met beleid en bestuur wat we zeggen.",
            "en": "There is no message to compare with: decide with policy and the board what to say.",
        }
    told = _compared(moves)
    if echo is None:
        return told
    return {
        "nl": f"{told['nl']} We herkennen onze boodschap in {_percent(echo)} van de verhalen.",
        "en": f"{told['en']} We recognise our message in {_percent(echo)} of the stories.",
    }


def _compared(moves: list[tuple[Both, float, float]]) -> Both:
    """Heard more, then heard less than in our message, each with the points and both shares."""
    more = [move for move in moves if points(move[2] - move[1]) > 0]
    less = [move for move in moves if points(move[2] - move[1]) < 0]
    if not more and not less:
        return {
            "nl": "Buiten ligt de nadruk zoals in onze boodschap.",
            "en": "The public discussion has the same emphasis as our message.",
        }
    sides = [("meer", "more", more), ("minder", "less", less)]
    nl = [f"{word} nadruk op: {_moves(some, 'nl')}" for word, _, some in sides if some]
    en = [f"{word} emphasis on: {_moves(some, 'en')}" for _, word, some in sides if some]
    return {
        "nl": f"Vergeleken met onze boodschap ligt buiten {'; en '.join(nl)}.",
        "en": f"Compared with our message, the public discussion puts {'; and '.join(en)}.",
    }


def _moves(moves: list[tuple[Both, float, float]], language: str) -> str:
    unit, of_us = ("punten", "bij ons") if language == "nl" else ("points", "ours")
    return _list(
        [
            f"{name[language]} {_signed(theirs - ours)} {unit} ({_percent(theirs)}, {of_us} {_percent(ours)})"
            for name, ours, theirs in moves
        ],
        language,
    )


def _signed(share: float) -> str:
    return f"{points(share):+d}".replace("-", "−")


def _percent(share: float) -> str:
    """As the pages write it (report/voice): no space before the sign."""
    return f"{round(100 * share)}%"


def certainty(groups: int, survives: bool) -> Both:
    """Why we are as sure as we are."""
    stays = ("blijft staan zonder de grootste bron", "still stands without the largest source")
    hangs = ("leunt op de grootste bron", "leans on the largest source")
    return {
        "nl": f"{groups} onafhankelijke uitgevers of platforms; {(stays if survives else hangs)[0]}",
        "en": f"{groups} independent publishers or platforms; {(stays if survives else hangs)[1]}",
    }


def doubt(largest: str, share: float, survives: bool, unheard: float | None, stories: int) -> Both:
    """What could make us wrong, the heaviest first.

    largest, share  readable name of the largest publisher or platform and its share of the stories; named
                    only when the growth leans on it
    survives        whether the growth stands without it
    unheard         share of the stories in which we recognise no frame; None without a message
    stories         that the judgement rests on
    """
    found: list[Both] = []
    if not survives or share >= LARGE_SHARE:
        found.append(
            {
                "nl": f"als {largest} ({_percent(share)} van de verhalen) zich vergist of stopt",
                "en": f"{largest} ({_percent(share)} of the stories) may be wrong or stop",
            }
        )
    if unheard is not None and unheard >= MUCH_UNHEARD:
        found.append(
            {
                "nl": f"in {_percent(unheard)} van de verhalen herkennen we geen frame",
                "en": f"in {_percent(unheard)} of the stories we recognise no frame",
            }
        )
    if stories < FEW_STORIES:
        found.append({"nl": f"het zijn maar {stories} verhalen", "en": f"only {stories} stories"})
    if not found:
        return {
            "nl": "het kan aan één gebeurtenis liggen en snel weer wegzakken",
            "en": "it may come from a single event and soon fade",
        }
    return {lang: "; ".join(one[lang] for one in found) for lang in ("nl", "en")}


def verdict(signals: Sequence[Mapping[str, Any]], statuses: Sequence[str]) -> Both:
    """The judgement of the morning in one line: the signals, then what else there is to know.

    signals   of the morning, most urgent first: kind, name and novelty are read
    statuses  of every issue of the map (docs/signals-json.md)
    """
    if all(status == "not_tested" for status in statuses):
        return {
            "nl": "Vandaag is niets getoetst: er is nog te weinig verzameld om iets te kunnen zeggen.",
            "en": "Nothing was tested today: too little has been collected to say anything.",
        }
    rest = _rest(statuses)
    if not signals and not rest["nl"]:
        return {
            "nl": "Niets van betekenis vandaag: alles blijft binnen wat we verwachten.",
            "en": "Nothing significant today: everything is within what we expect.",
        }
    if not signals:
        return {
            "nl": f"Geen signalen vandaag. Wel: {rest['nl']}.",
            "en": f"No signals today. But: {rest['en']}.",
        }
    found = _found(signals)
    more = {
        "nl": f" Verder: {rest['nl']}." if rest["nl"] else "",
        "en": f" Also: {rest['en']}." if rest["en"] else "",
    }
    return {lang: f"{found[lang][0].upper()}{found[lang][1:]}.{more[lang]}" for lang in ("nl", "en")}


def _found(signals: Sequence[Mapping[str, Any]]) -> Both:
    """What no longer fits our message, and on what we have none."""
    framed = [signal["name"] for signal in signals if signal["kind"] != "unframed"]
    unframed = [_subject_of(signal) for signal in signals if signal["kind"] == "unframed"]
    nl, en = [], []
    if framed:
        one = len(framed) == 1
        nl += [
            f"{'één onderwerp past' if one else f'{len(framed)} onderwerpen passen'} niet meer bij wat wij "
            f"zeggen: {_names(framed, 'nl')}"
        ]
        en += [
            f"{'one topic no longer fits' if one else f'{len(framed)} topics no longer fit'} what we "
            f"say: {_names(framed, 'en')}"
        ]
    if unframed:
        nl += [f"voor {_names(unframed, 'nl')} hebben wij nog geen boodschap"]
        en += [f"on {_names(unframed, 'en')} we have no message yet"]
    return {"nl": "; ".join(nl), "en": "; ".join(en)}


def _subject_of(signal: Mapping[str, Any]) -> Both:
    terms = (signal["novelty"] or {"terms": []})["terms"]
    new = _new_words([(term["term"], term["seen"]) for term in terms])
    return {"nl": new, "en": new} if new else signal["name"]


def _rest(statuses: Sequence[str]) -> Both:
    """How many issues are watched, stand apart without growth or could not be tested; empty when none."""
    counts = [(statuses.count(status), *words) for status, words in REST.items()]
    found = [(n, one if n == 1 else many) for n, one, many in counts if n]
    return {lang: ", ".join(f"{n} {word[lang]}" for n, word in found) for lang in ("nl", "en")}


def _names(names: Sequence[Both], language: str) -> str:
    return _list([name[language] for name in names], language)


def _list(names: list[str], language: str) -> str:
    joiner = " en " if language == "nl" else " and "
    return joiner.join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else names[0]


def quiet(last_day: str) -> Both:
    """The note on a signal that is no longer one; last_day: the ISO date of its last morning."""
    return {"nl": f"geen signaal meer na {last_day}", "en": f"no longer a signal after {last_day}"}


def elsewhere(area: Both) -> Both:
    """The name of the part of a policy area that belongs to no topic."""
    return {"nl": f"{area['nl']} (geen dossier)", "en": f"{area['en']} (no topic)"}
