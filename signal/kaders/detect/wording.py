"""The sentences of a morning, in Dutch and English: what a signal is, how sure, what would change that."""

from __future__ import annotations

from kaders.model import SignalKind

Both = dict[str, str]

REASONS: dict[str, Both] = {
    "unreachable": {"nl": "geen antwoord van de server", "en": "no answer from the server"},
    "timeout": {"nl": "antwoordde te langzaam", "en": "answered too slowly"},
    "tls": {"nl": "het beveiligingscertificaat klopt niet", "en": "the security certificate is not right"},
    "http_404": {"nl": "het adres bestaat niet meer (404)", "en": "the address no longer exists (404)"},
    "http_410": {"nl": "de bron is opgeheven (410)", "en": "the source has been withdrawn (410)"},
    "http_4xx": {"nl": "de server weigert ons", "en": "the server refuses us"},
    "http_5xx": {"nl": "storing bij de bron", "en": "a fault at the source"},
    "html_instead_of_feed": {"nl": "een pagina in plaats van een feed", "en": "a page instead of a feed"},
    "empty": {"nl": "een leeg antwoord", "en": "an empty reply"},
    "unreadable": {"nl": "het antwoord is niet te lezen", "en": "the reply cannot be read"},
    "too_large": {"nl": "het antwoord is te groot", "en": "the reply is too large"},
    "no_past": {"nl": "kan het verleden niet tonen", "en": "cannot show the past"},
    "never": {"nl": "nog nooit opgehaald", "en": "never collected yet"},
    "silent": {"nl": "niet opgehaald deze ochtend", "en": "not collected this morning"},
    "": {"nl": "", "en": ""},
}

NOT_TESTED: dict[str, Both] = {
    "short_history": {"nl": "nog geen vier weken geschiedenis", "en": "less than four weeks of history"},
    "not_collected": {"nl": "te weinig bronnen opgehaald", "en": "too few sources collected"},
    "few_stories": {
        "nl": "minder dan 20 verhalen met een herkenbaar frame",
        "en": "fewer than 20 stories with a frame we can recognise",
    },
}

ACTIONS: dict[SignalKind, str] = {
    "absent": "inform",
    "contested": "answer",
    "reframed": "explain",
    "unframed": "ask_policy",
}


def points(share: float) -> int:
    """A difference of shares in whole percentage points."""
    return round(100 * share)


def headline(kind: SignalKind, name: Both, theirs: Both, ours: Both, terms: list[str]) -> Both:
    """The heading of a signal: the issue, and what differs from which message."""
    new = ", ".join(f"“{term}”" for term in terms[:3])
    nl = {
        "absent": f"onze boodschap klinkt niet; buiten gaat het over {theirs.get('nl')}",
        "contested": f"onze boodschap wordt tegengesproken: {theirs.get('nl')}",
        "reframed": f"buiten gaat het over {theirs.get('nl')}, bij ons over {ours.get('nl')}",
        "unframed": f"wij hebben hier nog niets over gezegd; nieuw zijn {new}",
    }
    en = {
        "absent": f"our message is not heard; outside the talk is of {theirs.get('en')}",
        "contested": f"our message is opposed: {theirs.get('en')}",
        "reframed": f"outside the talk is of {theirs.get('en')}, ours is of {ours.get('en')}",
        "unframed": f"we have said nothing about this yet; new are {new}",
    }
    return {"nl": f"{name['nl']}: {nl[kind]}", "en": f"{name['en']}: {en[kind]}"}


def watched(name: Both, *, grows: bool, stated: bool) -> Both:
    """The heading of a watched issue: growth that fits what we say, or movement without growth."""
    if grows and not stated:
        return {
            "nl": f"{name['nl']}: meer gesprek dan verwacht, zonder nieuwe woorden",
            "en": f"{name['en']}: more talk than expected, without new words",
        }
    if grows:
        return {
            "nl": f"{name['nl']}: meer gesprek dan verwacht, dat bij onze boodschap past",
            "en": f"{name['en']}: more talk than expected, and it fits our message",
        }
    return {
        "nl": f"{name['nl']}: het gesprek schuift op, zonder groei",
        "en": f"{name['en']}: the talk is moving, without growth",
    }


def watched_area() -> Both:
    """The explanation of growth in a policy area where no new words stand out."""
    return {
        "nl": "Er is geen boodschap om mee te vergelijken en er zijn geen nieuwe woorden die eruit springen.",
        "en": "There is no message to compare with, and no new words stand out.",
    }


def explanation(kind: SignalKind, moves: list[tuple[Both, float, float]], echo: float | None) -> Both:
    """One sentence: which frames are heard more and less than we say them. moves: name, ours, theirs."""
    if kind == "unframed":
        return {
            "nl": "Er is geen boodschap om mee te vergelijken: bepaal met beleid en bestuur wat we zeggen.",
            "en": "There is no message to compare with: decide with policy and the board what to say.",
        }
    nl = "; ".join(
        f"{n['nl']} {_signed(t - o)} punten ({_share(t)} tegen {_share(o)} bij ons)" for n, o, t in moves
    )
    en = "; ".join(
        f"{n['en']} {_signed(t - o)} points ({_share(t)} against {_share(o)} of ours)" for n, o, t in moves
    )
    heard = round(100 * (echo or 0))
    return {
        "nl": f"Buiten tegen onze boodschap: {nl}. Onze boodschap klinkt in {heard} % van de verhalen.",
        "en": f"Outside against our message: {en}. Our message is heard in {heard} % of the stories.",
    }


def _signed(share: float) -> str:
    return f"{points(share):+d}".replace("-", "−")


def _share(share: float) -> str:
    return f"{round(100 * share)} %"


def certainty(groups: int, survives: bool) -> Both:
    """Why we are as sure as we are."""
    stays = ("blijft staan zonder de grootste bron", "stands without the largest source")
    hangs = ("leunt op de grootste bron", "leans on the largest source")
    return {
        "nl": f"{groups} onafhankelijke uitgevers of platforms; {(stays if survives else hangs)[0]}",
        "en": f"{groups} independent publishers or platforms; {(stays if survives else hangs)[1]}",
    }


def doubt(largest: str, share: float, unheard: float | None) -> Both:
    """What would change our mind."""
    nl = f"als {largest} ({round(100 * share)} % van de verhalen) zich vergist of stopt"
    en = f"if {largest} ({round(100 * share)} % of the stories) is wrong or stops"
    if unheard is not None and unheard >= 0.4:
        nl += f"; in {round(100 * unheard)} % van de verhalen herkennen we geen frame"
        en += f"; in {round(100 * unheard)} % of the stories we recognise no frame"
    return {"nl": nl, "en": en}


def verdict(names: list[Both], watched: int, tested: int) -> Both:
    """The judgement of the morning in one line."""
    if not tested:
        return {
            "nl": "Vandaag is niets getoetst: er is nog te weinig verzameld om iets te kunnen zeggen.",
            "en": "Nothing was tested today: too little has been collected to say anything.",
        }
    if not names:
        return {
            "nl": "Niets van betekenis vandaag: alles blijft binnen wat we verwachten.",
            "en": "Nothing significant today: all within what we expect.",
        }
    listed = {lang: _list([name[lang] for name in names], lang) for lang in ("nl", "en")}
    one = len(names) == 1
    return {
        "nl": f"{'Eén onderwerp past' if one else f'{len(names)} onderwerpen passen'} niet meer bij wat wij "
        f"zeggen: {listed['nl']}. De rest blijft binnen wat we verwachten.",
        "en": f"{'One issue no longer fits' if one else f'{len(names)} issues no longer fit'} what we "
        f"say: {listed['en']}. The rest stays within what we expect.",
    }


def _list(names: list[str], language: str) -> str:
    joiner = " en " if language == "nl" else " and "
    return joiner.join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else names[0]


def quiet(last_day: str) -> Both:
    """The note on a signal that is no longer one."""
    return {"nl": f"geen signaal meer sinds {last_day}", "en": f"no signal any more since {last_day}"}


def elsewhere(area: Both) -> Both:
    """The name of the part of a policy area that belongs to no topic."""
    return {"nl": f"{area['nl']} (geen dossier)", "en": f"{area['en']} (no topic)"}
