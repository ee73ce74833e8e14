"""What is said of sources, in Dutch and English: why one failed, and what an alarm means."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date

from kaders.detect.health import AGAIN, Alarm

Both = dict[str, str]
NAMED = 3
"""Sources that are named in one line under a message; the report names the others."""

REASONS: dict[str, Both] = {
    "unreachable": {"nl": "geen antwoord van de server", "en": "no answer from the server"},
    "dns": {
        "nl": "het internetadres is niet te vinden",
        "en": "the internet address cannot be found",
    },
    "timeout": {"nl": "antwoordde te langzaam", "en": "answered too slowly"},
    "tls": {"nl": "het beveiligingscertificaat klopt niet", "en": "the security certificate is not right"},
    "refused_address": {
        "nl": "het adres wijst naar een besloten netwerk",
        "en": "the address leads into a private network",
    },
    "redirects": {"nl": "wordt steeds doorgestuurd", "en": "is redirected again and again"},
    "http_404": {"nl": "het adres bestaat niet meer (404)", "en": "the address no longer exists (404)"},
    "http_410": {"nl": "de bron is opgeheven (410)", "en": "the source has been withdrawn (410)"},
    "http_4xx": {"nl": "de server weigert ons", "en": "the server refuses us"},
    "http_5xx": {"nl": "storing bij de bron", "en": "a fault at the source"},
    "rate_limited": {"nl": "vraagt ons te wachten", "en": "asks us to wait"},
    "robots": {
        "nl": "de site wil niet dat programma’s deze pagina lezen",
        "en": "the site does not want programs to read this page",
    },
    "login_wall": {"nl": "een inlogpagina in plaats van berichten", "en": "a login page instead of entries"},
    "consent_wall": {
        "nl": "een cookiemelding in plaats van berichten",
        "en": "a cookie notice instead of entries",
    },
    "html_instead_of_feed": {"nl": "een pagina in plaats van een feed", "en": "a page instead of a feed"},
    "no_secret": {"nl": "de sleutel ontbreekt bij ons", "en": "we have no key for it"},
    "secret_refused": {"nl": "de sleutel wordt geweigerd", "en": "the key is refused"},
    "closed": {
        "nl": "de server houdt zijn berichten voor zichzelf",
        "en": "the server keeps its posts to itself",
    },
    "service_fault": {"nl": "de dienst meldt zelf een fout", "en": "the service itself reports a fault"},
    "empty": {"nl": "een leeg antwoord", "en": "an empty reply"},
    "truncated": {"nl": "het antwoord breekt af", "en": "the reply breaks off"},
    "unreadable": {"nl": "het antwoord is niet te lezen", "en": "the reply cannot be read"},
    "our_fault": {"nl": "een fout van Kaders zelf", "en": "a fault of Kaders itself"},
    "parser_stopped": {
        "nl": "het lezen duurde te lang en is gestopt",
        "en": "reading took too long and was stopped",
    },
    "too_large": {"nl": "het antwoord is te groot", "en": "the reply is too large"},
    "partly_unreadable": {
        "nl": "niet te lezen berichten: {bad_entries}",
        "en": "entries that could not be read: {bad_entries}",
    },
    "cut_off": {
        "nl": "er was meer dan we in één keer ophalen",
        "en": "there was more than we collect at once",
    },
    "full_page": {
        "nl": "een volle lijst: er kan meer zijn geweest",
        "en": "a full list: there may have been more",
    },
    "pages_refused": {
        "nl": "de berichten kwamen, maar de artikelen zelf werden geweigerd",
        "en": "the entries came, but the articles themselves were refused",
    },
    "memory_lost": {
        "nl": "ons geheugen van deze bron was beschadigd; er kan iets gemist zijn",
        "en": "our memory of this source was damaged; something may have been missed",
    },
    "landing_damaged": {
        "nl": "een bewaard bestand van deze bron is beschadigd",
        "en": "a stored file of this source is damaged",
    },
    "paywall": {"nl": "het artikel staat achter een betaalmuur", "en": "the article is behind a paywall"},
    "too_late": {
        "nl": "de pagina wachtte te lang en wordt niet meer opgehaald",
        "en": "the page waited too long and is not fetched any more",
    },
    "no_past": {"nl": "kan het verleden niet tonen", "en": "cannot show the past"},
    "never": {"nl": "nog nooit opgehaald", "en": "never collected yet"},
    "silent": {"nl": "niet opgehaald deze ochtend", "en": "not collected this morning"},
    "": {"nl": "", "en": ""},
}
"""Why a visit failed or brought a part, or a page gave no article, per reason code."""

NOTHING_READ = "the reply holds no entries that can be read"
"""What a visit says of a reply when its reader left no words of its own: the reason says the same."""


def reason(code: str, bad_entries: int = 0) -> Both:
    """A reason in words; a code that nobody has words for is told as it is."""
    said = REASONS.get(code)
    if said is None:
        return {"nl": code, "en": code}
    return {language: text.format(bad_entries=bad_entries) for language, text in said.items()}


def english(code: str) -> str:
    """A reason in English, as the log has it."""
    return reason(code)["en"]


def of_pages(failures: Mapping[str, int]) -> str:
    """Why pages gave no article, in English: the most frequent reason first; "" for none."""
    often = sorted(failures.items(), key=lambda each: (-each[1], each[0]))
    return "; ".join(f"{n} {'page' if n == 1 else 'pages'}: {english(code)}" for code, n in often if n)


def with_detail(code: str, detail: str) -> str:
    """A reason in English with what the visit itself said of it, as far as that adds something."""
    words = REASONS.get(code)
    if not (words and words["en"]) or "{" in words["en"]:
        return detail or code
    return f"{words['en']}: {detail}" if adds(code, detail) else words["en"]


def adds(code: str, detail: str) -> bool:
    """Whether a detail says more than its reason: most of its words, by their beginnings, are others."""
    known, said = _stems(english(code)), _stems(detail)
    return detail not in ("", code, NOTHING_READ) and 2 * len(said & known) < len(said)


def _stems(text: str) -> set[str]:
    words = re.findall(r"\w{3,}", text.lower())
    return {word[:3] for word in words} - {"the", "tha", "thi", "not"}


def alarm(found: Alarm) -> Both:
    """What an alarm means in words, without the name of the source: it follows the name and a colon."""
    return _KINDS[found.kind](found)


def _silent(found: Alarm) -> Both:
    if found.reason == "empty":
        return {
            "nl": f"geeft sinds {_day(found.since, 'nl')} een lege lijst, wat nooit gebeurde",
            "en": f"gives an empty list since {_day(found.since, 'en')}, which never happened before",
        }
    why = reason(found.reason)
    nl = f" ({why['nl']})" if found.reason else ""
    en = f" ({why['en']})" if found.reason else ""
    return {
        "nl": f"zwijgt: niets nieuws sinds {_day(found.since, 'nl')}, waar er {about(found.expected)['nl']} "
        f"werden verwacht{nl}",
        "en": f"silent: nothing new since {_day(found.since, 'en')}, where {about(found.expected)['en']} "
        f"were expected{en}",
    }


def _html(found: Alarm) -> Both:
    why = reason(found.reason)
    return {
        "nl": f"gaf altijd berichten en geeft sinds {_day(found.since, 'nl')} {why['nl']}",
        "en": f"always gave entries, and since {_day(found.since, 'en')} gives {why['en']}",
    }


def _shrunk(found: Alarm) -> Both:
    return {
        "nl": f"brengt veel minder: {found.seen} in een week, verwacht {about(found.expected)['nl']}",
        "en": f"brings far less: {found.seen} in a week, {about(found.expected)['en']} expected",
    }


def _flooded(found: Alarm) -> Both:
    nl = "; in de hele lijst stond niets bekends meer" if found.reason == AGAIN else ""
    en = "; in its whole list there was nothing known any more" if found.reason == AGAIN else ""
    return {
        "nl": f"brengt veel meer: {found.seen} op een dag, verwacht {about(found.expected)['nl']}{nl}",
        "en": f"brings far more: {found.seen} in a day, {about(found.expected)['en']} expected{en}",
    }


def _fixed(found: Alarm) -> Both:
    why = reason(found.reason)
    nl = f" (was: {why['nl']})" if found.reason else ""
    en = f" (was: {why['en']})" if found.reason else ""
    return {"nl": f"is terug{nl}; nieuw: {found.seen}", "en": f"is back{en}; new: {found.seen}"}


def _moved(found: Alarm) -> Both:
    return {
        "nl": f"is voorgoed verhuisd naar {found.reason}; zet dat adres bij url: in sources.yaml",
        "en": f"moved for good to {found.reason}: change url: in sources.yaml",
    }


_KINDS = {
    "silent": _silent,
    "html": _html,
    "shrunk": _shrunk,
    "flooded": _flooded,
    "fixed": _fixed,
    "moved": _moved,
}
_MONTHS = {
    "nl": ("jan", "feb", "mrt", "apr", "mei", "jun", "jul", "aug", "sep", "okt", "nov", "dec"),
    "en": ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
}


def _day(when: date, language: str) -> str:
    return f"{when.day} {_MONTHS[language][when.month - 1]}"


def about(expected: float) -> Both:
    """A number of items as people say it: one decimal below ten."""
    number = f"{expected:.0f}" if expected >= 10 else f"{expected:.1f}".removesuffix(".0")
    return {"nl": f"ongeveer {number.replace('.', ',')}", "en": f"about {number}"}


def not_heard(names: Mapping[str, str], alarms: Sequence[Alarm]) -> Both | None:
    """One line for under a message: which of its sources are silent or turned; None when none is.

    names: per source its readable name.
    """
    quiet = [names[each.source] for each in alarms if each.kind in ("silent", "html", "shrunk")]
    if not quiet:
        return None
    n, said = len(quiet), ", ".join(quiet[:NAMED]) + ("…" if len(quiet) > NAMED else "")
    one = n == 1
    return {
        "nl": f"Let op: {n} {'bron zwijgt of brengt' if one else 'bronnen zwijgen of brengen'} veel minder: "
        f"{said}; zie het rapport.",
        "en": f"Note: {n} {'source is silent or brings' if one else 'sources are silent or bring'} far less: "
        f"{said}; see the report.",
    }
