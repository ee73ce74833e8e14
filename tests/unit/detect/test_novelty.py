"""New words at the edges: nothing to compare, one publisher, and a p that is a p."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kaders.detect.novelty import PERMUTATIONS, SHOWN, VOCABULARY, Novelty, novel, words

USUAL = [words(f"gewone praat over verkeer straat{'abcdefg'[n % 7]}") for n in range(60)]
NOTHING = Novelty(1.0, ())
texts = st.lists(st.frozensets(st.sampled_from(["brug", "pas", "huis", "plein", "haven"])), max_size=25)


def new(
    now: list[frozenset[str]],
    base: list[frozenset[str]] = USUAL,
    groups: tuple[str, ...] = ("a", "b", "c", "d"),
) -> Novelty:
    """What is new when the publishers take turns."""
    owners = [groups[n % len(groups)] for n in range(len(now))]
    return novel(now, base, owners, rng=np.random.default_rng(7))


def about(*extra: str, times: int = 12) -> list[frozenset[str]]:
    return [words("gewone praat over verkeer") | set(extra) for _ in range(times)]


@settings(max_examples=40)
@given(texts, texts)
def test_p_is_above_zero_and_at_most_one(now: list[frozenset[str]], base: list[frozenset[str]]) -> None:
    found = new(now, base)
    assert 1 / (PERMUTATIONS + 1) <= found.p <= 1
    assert all(term.seen >= 3 for term in found.terms)


@pytest.mark.parametrize(
    ("now", "base"),
    [([], USUAL), (about("scheuren"), []), ([], []), ([frozenset()] * 5, [frozenset()] * 5)],
    ids=["nothing now", "nothing before", "nothing at all", "no words"],
)
def test_with_nothing_to_compare_nothing_is_new(
    now: list[frozenset[str]], base: list[frozenset[str]]
) -> None:
    assert new(now, base) == NOTHING


def test_a_word_of_one_or_two_publishers_is_not_new() -> None:
    assert new(about("scheuren"), groups=("a",)) == NOTHING
    assert new(about("scheuren"), groups=("a", "b")) == NOTHING
    assert new(about("scheuren"), groups=("a", "b", "c")).terms[0].term == "scheuren"


def test_a_word_of_two_stories_is_not_new() -> None:
    assert new(about("scheuren", times=2) + about(times=10)) == NOTHING


def test_a_word_that_went_away_is_not_new() -> None:
    assert new(about(), about("scheuren", times=60)).terms == ()


def test_a_new_word_tells_in_how_many_stories_it_is_and_was() -> None:
    term = new(about("scheuren"), [*USUAL, *about("scheuren", times=2)]).terms[0]
    assert (term.term, term.seen, term.before) == ("scheuren", 12, 2)


def test_at_most_five_new_words_are_shown() -> None:
    assert len(new(about(*(f"nieuw{letter}" for letter in "abcdefgh"))).terms) == SHOWN


def test_a_large_vocabulary_does_not_hide_a_common_new_word() -> None:
    rare = [frozenset(f"zeldzaam{n}x{m}" for n in range(VOCABULARY)) for m in (0, 0, 0)]
    assert new(about("scheuren") + rare).terms[0].term == "scheuren"


def test_the_same_dice_give_the_same_words() -> None:
    assert new(about("scheuren")) == new(about("scheuren"))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("De PAS, de pas!", set()),
        ("Afvalpas afvalpas AFVALPAS", {"afvalpas"}),
        ("in 2026 kost het 1200 euro", {"kost", "euro"}),
        ("foto's van café-terras", {"foto's", "café-terras"}),
        ("", set()),
    ],
    ids=["three letters", "capitals", "numbers", "apostrophe and hyphen", "empty"],
)
def test_words(text: str, found: set[str]) -> None:
    assert words(text) == found
