"""How the report speaks: the words exist in both languages, numbers and moments read as people write them."""

from __future__ import annotations

import re
from typing import Any

import pytest

from kaders.report.voice import Voice, safe_link, tidy, words


def _names(text: Any) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", text)) if isinstance(text, str) else {str(len(text))}


def test_both_languages_have_the_same_keys() -> None:
    assert set(words("nl")) == set(words("en"))


@pytest.mark.parametrize("key", sorted(words("nl")))
def test_a_text_asks_for_the_same_names_in_both_languages(key: str) -> None:
    dutch, english = words("nl")[key], words("en")[key]
    same = (
        _names(dutch) - {"n"} == _names(english) - {"n"}
        if key.endswith("_one")
        else _names(dutch) == _names(english)
    )
    assert dutch and english and same


@pytest.mark.parametrize("key", sorted(key for key in words("nl") if key.endswith("_one")))
def test_a_singular_has_its_plural(key: str) -> None:
    assert key.removesuffix("_one") in words("nl")


@pytest.mark.parametrize(
    ("value", "digits", "signed", "dutch_text", "english_text"),
    [
        (6.25, 1, False, "6,2", "6.2"),
        (1234.5, 1, False, "1.234,5", "1,234.5"),
        (0.19, 2, True, "+0,19", "+0.19"),
        (-41, 0, True, "−41", "−41"),
        (-0.001, 2, True, "0,00", "0.00"),
        (0, 0, True, "0", "0"),
        (None, 2, False, "–", "–"),
    ],
)
def test_numbers(
    dutch: Voice, english: Voice, value: float, digits: int, signed: bool, dutch_text: str, english_text: str
) -> None:
    assert dutch.number(value, digits, signed=signed) == dutch_text
    assert english.number(value, digits, signed=signed) == english_text


@pytest.mark.parametrize(
    ("iso", "dutch_text", "english_text"),
    [
        ("2026-11-22T20:14:00Z", "zo 22 nov 21:14", "Sun 22 Nov 21:14"),
        ("2026-11-22T23:30:00Z", "ma 23 nov 00:30", "Mon 23 Nov 00:30"),
        ("2026-07-01T04:30:00Z", "wo 1 jul 06:30", "Wed 1 Jul 06:30"),
        ("2026-03-29T01:00:00Z", "zo 29 mrt 03:00", "Sun 29 Mar 03:00"),
        ("2026-11-24", "di 24 nov", "Tue 24 Nov"),
        (None, "–", "–"),
    ],
)
def test_moments_are_told_in_the_organisations_own_time(
    dutch: Voice, english: Voice, iso: str | None, dutch_text: str, english_text: str
) -> None:
    assert (dutch.moment(iso), english.moment(iso)) == (dutch_text, english_text)


def test_a_day_in_full(dutch: Voice, english: Voice) -> None:
    assert dutch.day("2026-11-23") == "maandag 23 november 2026"
    assert english.day("2026-11-23") == "Monday 23 November 2026"


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://krant.example/a?b=1&c=2", True),
        ("http://krant.example", True),
        ("javascript:alert(1)", False),
        ("JavaScript:alert(1)", False),
        (" https://krant.example", False),
        ("java\nscript:alert(1)", False),
        ("data:text/html,<b>", False),
        ("//krant.example/a", False),
        ("https://", False),
        ("http://[krant", False),
        ("ftp://krant.example/a", False),
        (None, False),
    ],
)
def test_only_web_addresses_become_links(url: str | None, kept: bool) -> None:
    assert safe_link(url) == (url if kept else None)


def test_a_strangers_text_loses_control_and_direction_characters_and_length() -> None:
    assert tidy("  een\x00 kop\u202e pot \n\t van\u2066 hout ") == "een kop pot van hout"
    assert len(tidy("x" * 10_000)) == 240
    assert tidy("x" * 10_000).endswith("…")


def test_a_text_that_misses_in_one_language_is_told_in_the_other(english: Voice) -> None:
    assert english.both({"nl": "alleen Nederlands", "en": ""}) == "alleen Nederlands"
    assert english.both(None) == ""
