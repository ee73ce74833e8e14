"""What was erased goes from a morning and from messages about it; what others said stays."""

from __future__ import annotations

import pytest

from kaders.report.removed import Trace, message_without, trace, without
from kaders.report.voice import tidy

WORDS = "Boete van 140 euro omdat de klep niet openging"
HERS, HIS = "https://plein.example/statuses/1", "https://plein.example/statuses/2"
LONG = " ".join(f"woord{number}" for number in range(80))


@pytest.fixture
def gone() -> Trace:
    """What a post and a long title are known by."""
    return trace([("", WORDS), (LONG, "")], ["plein.example/statuses/1"], own_words={"klepper"})


def piece(title: str, *url: str) -> str:
    """As a message shows a piece of evidence."""
    return f"   - {title} (Plein)\n" + "".join(f"     {each}\n" for each in url)


@pytest.mark.parametrize(
    ("shown", "stays"),
    [
        (piece(WORDS, HERS), False),
        (piece("iets anders, want ingekort…", HERS), False),
        (piece(WORDS, HIS), True),
        (piece(WORDS), False),
        (piece(WORDS, "https://plein.example/"), False),
        (piece(tidy(LONG)), False),
        (f"mislukt: {WORDS}!\n", False),
        (f"zie {HERS}.\n", False),
        (piece("Markt verhuist", HIS), True),
    ],
)
def test_a_piece_goes_by_its_address_and_without_one_by_its_words(
    gone: Trace, shown: str, stays: bool
) -> None:
    others = piece("Een ander", "https://krant.example/3"), "Signaal\n", "- \n", "--\neinde"
    message = f"{others[1]}{others[0]}{shown}{others[2]}{others[0]}{others[3]}"
    kept = message if stays else message.replace(shown, "")
    assert message_without(message, gone) == kept


def test_two_who_said_the_same_are_told_apart_by_their_addresses(gone: Trace) -> None:
    evidence = [{"title": "", "snippet": WORDS, "url": url} for url in (HERS, HIS)]
    assert without({"evidence": evidence}, gone) == {"evidence": evidence[1:]}


def test_a_word_of_nobody_else_is_blanked_wherever_it_stands(gone: Trace) -> None:
    morning = {"headline": {"nl": "Nieuw: Klepper en brug"}, "terms": [{"term": "klepper"}, {"term": "brug"}]}
    assert without(morning, gone) == {"headline": {"nl": "Nieuw: … en brug"}, "terms": [{"term": "brug"}]}
    assert message_without("De kleppermolen en de klepper\n", gone) == "De kleppermolen en de …\n"
