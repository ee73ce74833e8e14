"""Questions and sketches."""

from __future__ import annotations

import pytest

from kaders.tag.words import questions, sketch

WIRE = """De gemeente Proefstad stelt de sluiting van het zwembad een half jaar uit. Volgens de wethouder is
er meer tijd nodig om met verenigingen te praten over een ander onderkomen. De zwemclub is opgelucht, maar wil
zekerheid voor het volgende seizoen. In het voorjaar neemt de raad een besluit over de toekomst
van het bad."""
OTHER = """Op de nieuwe fietsbrug over de ringvaart is zaterdag het laatste deel van het dek geplaatst. De
aannemer verwacht dat de eerste fietsers er in april overheen kunnen. Omwonenden klagen al weken over het
lawaai van de kraan. De provincie betaalt de helft van de kosten en de rest komt uit het rijk."""


def alike(one: str, other: str) -> float:
    pairs = list(zip(sketch(one), sketch(other), strict=True))
    return sum(a == b for a, b in pairs) / len(pairs)


def test_a_wire_copy_with_another_headline_is_alike() -> None:
    assert alike(f"Zwembad blijft open\n{WIRE}", f"Uitstel voor sluiting bad\n{WIRE}") >= 0.6


def test_case_punctuation_and_addresses_do_not_matter() -> None:
    shout = WIRE.upper().replace(".", " !!") + " https://krant.example/123"
    assert alike(WIRE, shout) == 1


def test_unrelated_texts_are_not_alike() -> None:
    assert alike(WIRE, OTHER) < 0.2


def test_digits_are_kept() -> None:
    assert sketch("Storing in wijk 7") != sketch("Storing in wijk 8")


def test_a_sketch_is_64_small_numbers_and_always_the_same() -> None:
    values = sketch("Drie woorden hier en nog een paar")
    assert len(values) == 64 and all(isinstance(v, int) and 0 <= v < 2**16 for v in values)
    assert values == sketch("drie woorden hier, en nog een paar.")


@pytest.mark.parametrize("text", ["", " \n ", "!!!", "https://krant.example/1"])
def test_a_text_without_words_has_no_sketch(text: str) -> None:
    assert sketch(text) == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Waarom gaat het zwembad dicht?", ("Waarom gaat het zwembad dicht?",)),
        (
            "Het bad gaat dicht. Wanneer horen wij daar meer over? Ik wacht.",
            ("Wanneer horen wij daar meer over?",),
        ),
        ("‘Wie gaat dat allemaal betalen?’ vroeg zij.", ("Wie gaat dat allemaal betalen?",)),
        ("Who is going to pay for this?! Nobody.", ()),
        ("Echt waar?", ()),
        ("Zie https://krant.example/?q=1 voor meer", ()),
        (" ".join(["woord"] * 31) + "?", ()),
        ("Wat kost dat nu? Wat kost dat nu?", ("Wat kost dat nu?",)),
        ("Geen vraag hier\nWel een vraag op deze regel?", ("Wel een vraag op deze regel?",)),
        ("A b c 1? A b c 2? A b c 3? A b c 4?", ("A b c 1?", "A b c 2?", "A b c 3?")),
    ],
)
def test_questions(text: str, expected: tuple[str, ...]) -> None:
    assert questions(text) == expected
