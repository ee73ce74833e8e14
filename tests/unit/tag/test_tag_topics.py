"""Topics, messages and counter-frames: what holds, what is barred, and which version counts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from kaders.errors import ConfigurationError
from kaders.model import Document, Tags
from kaders.settings import Settings
from kaders.tag.pipeline import Tagger

TagsOf = Callable[..., Tags]


@pytest.mark.parametrize(
    ("language", "text", "topics"),
    [
        ("nl", "De stikstof slaat neer in het ven.", ("stikstof",)),
        ("nl", "Het STIKSTOFBELEID ligt op straat.", ("stikstof",)),
        ("nl", "#stikstofcrisis duurt voort", ("stikstof",)),
        ("nl", "De antistikstofpartij verloor.", ()),
        ("nl", "Het laboratorium morste vloeibare stikstof.", ()),
        ("nl", "De stikstofregels gelden niet voor de stikstoftanks van de kliniek.", ()),
        ("en", "The nitrogen deposit is too high.", ("stikstof",)),
        ("en", "A truck with liquid nitrogen overturned.", ()),
        ("nl", "Nitrogen is een Engels woord.", ()),
        ("nl", "In het zwembad is het water koud.", ("zwembad",)),
        ("nl", "Bij de plons wordt gezwommen.", ("zwembad",)),
        ("en", "Children learn to swim at De Plons on Saturday.", ("zwembad",)),
        ("nl", "Een zwembad op aardwarmte is zuinig.", ("zwembad-energie",)),
        ("nl", "Een zwembad op aardwarmte? Dit zwembad is oud.", ("zwembad", "zwembad-energie")),
        ("nl", "Geen auto's meer op de Markt in het centrum.", ("markt",)),
        ("nl", "Geen auto’s meer op de Markt, zeggen centrumbewoners.", ("markt",)),
        ("nl", "Geen auto's meer op de Markt.", ()),
        ("nl", "De Markt in het centrum wordt mooi.", ()),
        ("en", "No more cars on the market square.", ("markt",)),
        ("nl", "Het regent vandaag.", ()),
        ("nl", "", ()),
    ],
)
def test_a_topic_holds_when_its_rule_does(
    tags_of: TagsOf, language: str, text: str, topics: tuple[str, ...]
) -> None:
    assert tags_of(text, language=language).topics == topics


@pytest.mark.parametrize(
    ("text", "messages", "counters"),
    [
        ("Over stikstof: boeren krijgen de tijd.", ("stikstof",), ()),
        ("Boeren krijgen de tijd, zegt de minister.", (), ()),
        ("Over stikstof: er komt meer natuur.", (), ()),
        ("Stikstof is een smoes om te onteigenen.", (), ("stikstof/boer-weg",)),
        ("Zij willen onteigenen voor een weg.", (), ()),
        ("Stikstof is er om de boeren weg te jagen.", (), ("stikstof/boer-weg",)),
        ("Met stikstof wil men boeren weg pesten.", (), ("stikstof/boer-weggepest",)),
        ("In het zwembad geldt: iedereen leert zwemmen!", ("zwembad",), ()),
        ("Zwembad gered: ’t bad blijft open.", ("zwembad",), ()),
    ],
)
def test_messages_and_counters_are_heard_only_in_their_topic(
    tags_of: TagsOf, text: str, messages: tuple[str, ...], counters: tuple[str, ...]
) -> None:
    tags = tags_of(text)
    assert (tags.messages, tags.counters) == (messages, counters)


@pytest.mark.parametrize(
    ("day", "old", "new"),
    [
        ("2026-01-10", True, False),  # before the first version: the first one counts
        ("2026-08-31", True, False),
        ("2026-09-01", False, True),
        ("2026-11-20", False, True),
    ],
)
def test_the_version_of_the_day_of_publication_counts(
    tags_of: TagsOf, day: str, old: bool, new: bool
) -> None:
    published = datetime.fromisoformat(day).replace(hour=12, tzinfo=UTC)
    heard_old = tags_of("Minder stikstof, meer natuur.", published=published).messages
    heard_new = tags_of("Bij stikstof hoort tijd voor boeren.", published=published).messages
    assert (bool(heard_old), bool(heard_new)) == (old, new)


def test_the_day_is_that_of_the_organisation(tags_of: TagsOf) -> None:
    late = datetime(2026, 8, 31, 22, 30, tzinfo=UTC)  # half past midnight in Amsterdam
    assert tags_of("Bij stikstof hoort tijd voor boeren.", published=late).messages == ("stikstof",)


@pytest.mark.parametrize("phrase", ["*", "", "  ", "stik*stof", "!?"])
def test_a_phrase_that_cannot_be_looked_for_is_named(
    make_organisation: Callable[..., Settings], settings: Settings, phrase: str
) -> None:
    topic = {"id": "raar", "name": {"nl": "Raar"}, "policy_area": "wonen", "any": {"nl": [phrase]}}
    odd = make_organisation(settings.places.data, topics=[topic], frames=[])
    with pytest.raises(ConfigurationError, match="topic raar"):
        Tagger(odd)


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("Er zijn lange wachttijden.", True),
        ("Lange wacht bij de balie.", True),
        ("Een wachttijd, lang.", False),
    ],
)
def test_a_star_after_more_words_belongs_to_the_last(
    make_organisation: Callable[..., Settings],
    make_document: Callable[..., Document],
    settings: Settings,
    text: str,
    holds: bool,
) -> None:
    topic = {"id": "wacht", "name": {"nl": "W"}, "policy_area": "wonen", "any": {"nl": ["lange wacht*"]}}
    tagger = Tagger(make_organisation(settings.places.data, topics=[topic], frames=[]))
    assert bool(next(tagger.tag([make_document(text)])).tags.topics) is holds
