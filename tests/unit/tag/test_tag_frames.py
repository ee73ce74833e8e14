"""Policy frames and areas: which ones are heard, and how the evidence is shared out."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from kaders.model import Document, Tags
from kaders.settings import Settings
from kaders.tag.judge import shares
from kaders.tag.patterns import Hit, longest
from kaders.tag.pipeline import Tagger

TagsOf = Callable[..., Tags]
CULTURE = "c_0361ffb3"


@pytest.mark.parametrize(
    ("language", "text", "strongest"),
    [
        ("nl", "De rekening wordt onbetaalbaar en het tarief stijgt weer.", "economic"),
        ("nl", "Door het personeelstekort en de vacatures is de werkdruk hoog.", "capacity_and_resources"),
        ("nl", "De rechter oordeelt dat de vergunning onrechtmatig is.", "legality"),
        ("nl", "De politie hield een verdachte aan na de inbraak.", "crime_and_punishment"),
        ("nl", "Longartsen waarschuwen: dit is gevaarlijk voor de gezondheid.", "health_and_safety"),
        ("nl", "De coalitie viel na een motie van wantrouwen van de oppositie.", "political"),
        ("nl", "Een eeuwenoude traditie, ons erfgoed, gaat verloren.", "cultural_identity"),
        ("en", "The bill is unaffordable and the price goes up again.", "economic"),
        ("en", "Staff shortages and vacancies push the workload up.", "capacity_and_resources"),
        ("en", "The court ruled that the permit is unlawful.", "legality"),
        ("en", "Police arrested a suspect after the burglary.", "crime_and_punishment"),
    ],
)
def test_the_strongest_frame(tags_of: TagsOf, language: str, text: str, strongest: str) -> None:
    frames = tags_of(text, language=language).frames
    assert next(iter(frames)) == strongest
    assert sum(frames.values()) == pytest.approx(1)
    assert len(frames) <= 3


@pytest.mark.parametrize("text", ["", "Zo is het.", "Mooi weer vandaag in de straat."])
def test_without_a_phrase_there_is_no_frame(tags_of: TagsOf, text: str) -> None:
    assert tags_of(text).frames == {}


def test_the_title_counts_double_and_a_post_has_none(tags_of: TagsOf) -> None:
    headline = tags_of("De rechter kijkt mee.", title="Onbetaalbaar").frames
    assert headline == pytest.approx({"economic": 2 / 3, "legality": 1 / 3})
    post = tags_of("Onbetaalbaar. De rechter kijkt mee.", title="Onbetaalbaar.").frames
    assert post == pytest.approx({"economic": 1 / 2, "legality": 1 / 2})


def test_a_phrase_does_not_run_from_title_into_text(tags_of: TagsOf) -> None:
    assert tags_of("aardwarmte is niet gek", title="Een zwembad op").topics == ("zwembad",)


@pytest.mark.parametrize(
    ("evidence", "expected"),
    [
        ({}, {}),
        ({"a": 1}, {"a": 1}),
        ({"a": 4, "b": 2, "c": 1}, {"a": 4 / 6, "b": 2 / 6}),
        ({"d": 1, "c": 1, "b": 1, "a": 1}, {"a": 1 / 3, "b": 1 / 3, "c": 1 / 3}),
    ],
)
def test_shares(evidence: dict[str, float], expected: dict[str, float]) -> None:
    assert shares(evidence, most=3) == pytest.approx(expected)
    assert list(shares(evidence, most=3)) == list(expected)


@pytest.mark.parametrize(
    ("text", "areas"),
    [
        ("Het museum en het theater openen samen.", ["cultuur en recreatie"]),
        ("De leraar en de leerlingen kregen een nieuw schoolgebouw.", ["onderwijs en wetenschap"]),
        ("Stikstof!", ["natuur en milieu"]),
        ("Stikstof in het museum en het theater.", ["natuur en milieu", "cultuur en recreatie"]),
        ("De zon schijnt.", []),
    ],
)
def test_policy_areas(tags_of: TagsOf, settings: Settings, text: str, areas: list[str]) -> None:
    found = tags_of(text).policy_areas
    assert [settings.area(code).label.nl for code in found] == areas
    assert sum(found.values()) == pytest.approx(1 if areas else 0)


def test_a_topic_of_a_sub_theme_counts_under_its_theme(tags_of: TagsOf) -> None:
    assert next(iter(tags_of("De Plons is dicht.").policy_areas)) == CULTURE


def test_longest_match_wins_within_a_layer_only() -> None:
    hits = [
        Hit("area:x", "afval", 3, 4, 10),
        Hit("area:y", "afval op straat", 3, 6, 10),
        Hit("area:z", "afval op straat", 3, 6, 10),
        Hit("area:x", "straat en stoep", 5, 8, 20),
        Hit("frame:x", "afval", 3, 4, 10),
    ]
    kept = longest(hits, group=lambda hit: hit.layer)
    assert [(hit.layer, hit.code) for hit in kept] == [("frame", "x"), ("area", "y"), ("area", "z")]


def test_another_language_gets_a_sketch_and_no_tags(tags_of: TagsOf) -> None:
    tags = tags_of("Le stikstof est onbetaalbaar, pourquoi donc cela ?", language="other")
    assert (tags.topics, tags.frames, tags.policy_areas, tags.questions) == ((), {}, {}, ())
    assert len(tags.sketch) == 64


def test_documents_come_back_in_their_order(tagger: Tagger, make_document: Callable[..., Document]) -> None:
    languages = ["nl", "en", "other", "nl", "en"] * 500
    documents = [make_document("zwembad", language=one, number=n) for n, one in enumerate(languages)]
    assert [one.document for one in tagger.tag(iter(documents))] == documents
