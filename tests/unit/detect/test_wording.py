"""The sentences of a morning: both languages, plain numbers, and nothing that the morning contradicts."""

from __future__ import annotations

import re
from typing import Any, get_args

import pytest

from kaders.detect import source_words, wording
from kaders.model import SignalKind

PAS = {"nl": "Afvalpas", "en": "Waste pass"}
SAFETY = {"nl": "veiligheid", "en": "safety"}
COSTS = {"nl": "kosten", "en": "costs"}
KINDS = get_args(SignalKind)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_a_heading_and_a_sentence_in_both_languages_and_an_action(kind: SignalKind) -> None:
    heading = wording.headline(kind, PAS, SAFETY, COSTS, [("scheuren", 5)])
    sentence = wording.explanation(kind, [(SAFETY, 0.1, 0.34)], 0.2)
    assert "Afvalpas" in heading["nl"]
    assert "Waste pass" in heading["en"]
    assert all(sentence.values())
    assert sentence["nl"] != sentence["en"]
    assert wording.ACTIONS[kind] in {"inform", "answer", "explain", "ask_policy"}


def test_a_reframed_heading_names_what_is_heard_and_then_what_we_say() -> None:
    heading = wording.headline("reframed", PAS, SAFETY, COSTS, [])
    assert heading["nl"].index("veiligheid") < heading["nl"].index("kosten")
    assert heading["en"].index("safety") < heading["en"].index("costs")


def test_an_unframed_heading_names_at_most_three_new_words() -> None:
    heading = wording.headline(
        "unframed", PAS, {}, {}, [(word, 5) for word in ("een", "twee", "drie", "vier")]
    )
    assert "“een”, “twee”, “drie”" in heading["nl"]
    assert "vier" not in heading["nl"]


def test_a_new_word_that_is_rare_beside_the_strongest_is_not_named() -> None:
    heading = wording.headline("unframed", PAS, {}, {}, [("scheuren", 12), ("gevel", 3)])
    assert "gevel" not in heading["nl"]


def test_a_new_word_within_another_is_named_once() -> None:
    assert "“gevel”" not in wording.headline("unframed", PAS, {}, {}, [("gevels", 5), ("gevel", 5)])["nl"]


def test_an_explanation_gives_points_with_a_sign_and_both_shares() -> None:
    sentence = wording.explanation("reframed", [(SAFETY, 0.1, 0.34), (COSTS, 0.6, 0.42)], 0.254)["en"]
    more, less = sentence.split("costs")
    assert re.search(r"more.*safety \+24 points \(34%.*10%\).*less", more)
    assert re.search(r"−18 points \(42%.*60%\).*25% of the stories", less)


def test_an_echo_that_was_not_measured_is_not_told() -> None:
    assert "%" not in wording.explanation("absent", [], None)["nl"]
    assert "0%" in wording.explanation("absent", [], 0.0)["nl"]


@pytest.mark.parametrize(
    ("grows", "stated", "says"),
    [
        (True, True, "fits our message"),
        (True, False, "without new words"),
        (False, True, "without growth"),
    ],
)
def test_a_watched_issue_says_which_question_said_yes(grows: bool, stated: bool, says: str) -> None:
    assert says in wording.watched(PAS, grows=grows, stated=stated, compared=True, fits=True)["en"]


# -- the verdict -------------------------------------------------------------------------------------------


def told(*names: str, kind: str = "reframed", rest: tuple[str, ...] = ("normal",)) -> dict[str, str]:
    """The verdict of a morning with these signals; `rest` are the statuses of the other issues."""
    signals = [{"kind": kind, "name": {"nl": name, "en": name}, "novelty": None} for name in names]
    return wording.verdict(signals, [*("signal" for _ in names), *rest])


@pytest.mark.parametrize(
    ("names", "nl", "en"),
    [
        (("Pas",), "één onderwerp past", "one topic no longer fits"),
        (("Pas", "Brug"), "2 onderwerpen passen", "2 topics no longer fit"),
        (("Pas", "Brug", "Markt"), ": pas, brug en markt.", ": pas, brug and markt."),
        ((), "niets van betekenis", "nothing significant"),
    ],
    ids=["one", "two", "three", "none"],
)
def test_the_verdict_counts_and_names_the_signals(names: tuple[str, ...], nl: str, en: str) -> None:
    verdict = told(*names)
    assert nl in verdict["nl"].lower()
    assert en in verdict["en"].lower()


def test_an_issue_without_a_message_is_not_said_to_fit_it_no_longer() -> None:
    verdict = told("Markt", kind="unframed")["en"]
    assert "Markt" in verdict
    assert "fit" not in verdict


@pytest.mark.parametrize("names", [(), ("Pas",)], ids=["no signal", "a signal"])
@pytest.mark.parametrize(
    ("status", "says"),
    [
        ("watch", "2 topics to watch"),
        ("standing_gap", "2 gaps without growth"),
        ("not_tested", "2 not tested"),
    ],
)
def test_the_verdict_says_what_else_there_is(names: tuple[str, ...], status: str, says: str) -> None:
    verdict = told(*names, rest=("normal", status, status))["en"]
    assert says in verdict
    assert "within what we expect" not in verdict


def test_a_morning_on_which_nothing_could_be_tested_never_sounds_calm() -> None:
    verdict = told(rest=("not_tested", "not_tested"))
    assert verdict["nl"].startswith("Vandaag is niets getoetst")
    assert verdict["en"].startswith("Nothing was tested")


# -- certainty and reasons ---------------------------------------------------------------------------------


def test_certainty_says_how_many_carry_it_and_whether_it_hangs_on_one() -> None:
    assert wording.certainty(5, True)["en"].startswith("5 independent publishers")
    assert "stands without the largest source" in wording.certainty(5, True)["en"]
    assert "leans on the largest source" in wording.certainty(5, False)["en"]


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"survives": False}, "De Krant (20%"),
        ({"share": 0.4}, "De Krant (40%"),
        ({"unheard": 0.4}, "in 40% of the stories we recognise no frame"),
        ({"stories": 39}, "only 39 stories"),
        ({}, "a single event"),
        ({"unheard": None}, "a single event"),
    ],
    ids=["it hangs on one", "one is large", "few have a frame", "few stories", "none", "no message"],
)
def test_there_is_always_a_doubt_and_it_is_the_one_that_holds(changes: dict[str, Any], says: str) -> None:
    given: dict[str, Any] = {"share": 0.2, "survives": True, "unheard": 0.1, "stories": 80}
    assert says in wording.doubt("De Krant", **given | changes)["en"]


@pytest.mark.parametrize("texts", [wording.REASONS, wording.NOT_TESTED])
def test_every_reason_is_told_in_both_languages(texts: dict[str, wording.Both]) -> None:
    told = [text for code, text in texts.items() if code]
    assert all(text["nl"] and text["en"] and text["nl"] != text["en"] for text in told)


CODES = [
    "unreachable",
    "dns",
    "timeout",
    "tls",
    "refused_address",
    "redirects",
    "too_large",
    "truncated",
    "unreadable",
    "empty",
    "login_wall",
    "html_instead_of_feed",
    "consent_wall",
    "robots",
    "rate_limited",
    "http_404",
    "http_410",
    "http_4xx",
    "http_5xx",
    "no_secret",
    "secret_refused",
    "closed",
    "parser_stopped",
    "service_fault",
    "no_past",
    "partly_unreadable",
    "cut_off",
    "full_page",
]
"""What the fetching door and the readers may say of a visit."""


@pytest.mark.parametrize("code", CODES)
def test_every_reason_of_a_visit_has_words_that_need_no_glossary(code: str) -> None:
    said = source_words.reason(code, 3)
    assert code in wording.REASONS
    assert all(len(text) > 8 and "_" not in text and "{" not in text for text in said.values())
