"""What is shown of a text: the words around the hit, never more than thirty."""

from __future__ import annotations

import pytest

from kaders.ask.excerpt import excerpt
from kaders.ask.question import question

LONG = " ".join(f"woord{number}" for number in range(100)).replace("woord50", "de “Afvalpas”, weigert")


@pytest.mark.parametrize("text", ["afvalpas", '"afvalpas weigert"', "afval*", "(niets OR afvalpas)"])
def test_the_hit_is_in_it_with_words_around_it(text: str) -> None:
    shown = excerpt(question(text), LONG)
    assert "woord49 de “Afvalpas”, weigert woord51" in shown
    assert len(shown.split()) == 30 and shown.startswith("…") and shown.endswith("…")


def test_the_beginning_when_only_the_title_answered() -> None:
    assert excerpt(question("title:afvalpas"), LONG).startswith("woord0 woord1 ")


def test_what_must_not_stand_in_it_is_no_hit() -> None:
    assert excerpt(question("title:pas NOT afvalpas"), LONG).startswith("woord0 ")


def test_a_short_text_is_shown_whole() -> None:
    assert excerpt(question("pas"), "De pas weigert.") == "De pas weigert."
    assert excerpt(question("pas"), "") == ""


def test_the_end_of_a_text_fills_the_thirty_too() -> None:
    assert len(excerpt(question("woord99"), LONG).split()) == 30
