"""The sentences of the demo world: nothing left unfilled, capitals where they belong, few repeats."""

from __future__ import annotations

from random import Random

import pytest

from kaders.settings import PolicyFrame
from kaders.world import text
from kaders.world.grammar import LANGUAGES, counter_frames, grammar
from kaders.world.polish import capital, fill, join, slip
from kaders.world.text import Angle, Talk

FRAMES = PolicyFrame.__args__  # type: ignore[attr-defined]
TEXTS = 5_000


def _any(rng: Random) -> text.Copy:
    words = grammar(rng.choice(LANGUAGES))
    subject = words.subjects[rng.choice(sorted(words.subjects))]
    talk = Talk(dict.fromkeys(FRAMES, 1.0), 0.3, 0.3, 0.2, tuple(sorted(subject.counter)))
    made = [
        text.news(rng, words, subject, text.draw_angle(rng, talk, "news")),
        text.post(rng, words, subject, text.draw_angle(rng, talk, "post")),
        text.background_news(rng, words),
        text.background_post(rng, words),
    ]
    if subject.press:
        made += [text.press(rng, words, subject), text.press_post(rng, words, subject)]
    return rng.choice(made)


def test_no_braces_are_left_and_nothing_is_empty() -> None:
    rng = Random(1)
    for _ in range(TEXTS):
        copy = _any(rng)
        whole = f"{copy.title} {copy.text}"
        assert "{" not in whole and "}" not in whole
        assert len(copy.text) > 8
        assert "  " not in copy.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_template_of_the_grammar_can_be_filled(language: str) -> None:
    words = grammar(language)
    voices = [*words.frames.values(), words.neutral]
    for subject in words.subjects.values():
        own = [*subject.counter.values(), *subject.frames.values()]
        lines = [line for voice in (*voices, *own) for form in voice.values() for line in form]
        lines += [
            *subject.headline,
            *subject.stated,
            *subject.press,
            *subject.press_headline,
            *subject.question,
        ]
        for line in lines:
            assert "{" not in fill(line, Random(1), subject.slots)


def test_articles_start_with_capitals() -> None:
    rng, words = Random(2), grammar("nl")
    for _ in range(500):
        copy = text.news(rng, words, words.subjects["afvalpas"], Angle(("economic",)))
        assert not copy.title[0].islower() and not copy.text[0].islower()


def test_most_articles_name_their_subject() -> None:
    rng, words = Random(3), grammar("nl")
    subject = words.subjects["dijkversterking"]
    named = 0
    for _ in range(1000):
        copy = text.news(rng, words, subject, Angle(("quality_of_life",)))
        whole = f"{copy.title} {copy.text}".lower()
        named += any(mention.lower() in whole for mention in subject.slots["mention"])
    assert 870 <= named <= 970


@pytest.mark.parametrize(
    ("raw", "written"),
    [
        ("de dijk", "De dijk"),
        ("'de dijk' gaat open", "'De dijk' gaat open"),
        ("'s avonds laat", "'s Avonds laat"),
        ("ijs op de vaart", "IJs op de vaart"),
        ("€85,000 more", "€85,000 more"),
        ("14 mensen", "14 mensen"),
    ],
)
def test_a_sentence_starts_as_dutch_spelling_asks(raw: str, written: str) -> None:
    assert capital(raw, dutch=True) == written


def test_parts_of_a_post_do_not_run_into_each_other() -> None:
    assert join(["Pff.", "weer dicht", "Wie weet meer?"]) == "Pff. weer dicht. Wie weet meer?"
    assert join(["", "weer dicht", "#waterdam"]) == "weer dicht #waterdam"


def test_a_slip_changes_a_word_but_no_hashtag() -> None:
    rng = Random(4)
    for _ in range(200):
        slipped = slip("De container aan de kade #waterdam", rng)
        assert slipped != "" and slipped.endswith("#waterdam")
    assert slip("ja nee", rng) == "ja nee"


def test_every_subject_is_there_in_both_languages_with_the_same_counter_frames() -> None:
    dutch, english = grammar("nl").subjects, grammar("en").subjects
    assert set(dutch) == set(english) == set(counter_frames())
    for topic, subject in dutch.items():
        assert set(subject.counter) == set(english[topic].counter)
