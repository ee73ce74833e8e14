"""The version of the tagger: the same everywhere for the same input, another when a tag could change."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from kaders.errors import ConfigurationError
from kaders.model import Document
from kaders.settings import Settings
from kaders.tag.lists import word_lists
from kaders.tag.patterns import phrase_list
from kaders.tag.pipeline import Tagger, tagger_version

Make = Callable[..., Settings]


def test_it_is_the_same_anywhere(
    make_organisation: Make, tagger: Tagger, tmp_path: Path, make_document: Callable[..., Document]
) -> None:
    assert tagger_version(make_organisation(tmp_path)) == tagger.version
    assert next(tagger.tag([make_document("zwembad")])).tags.version == tagger.version


def test_a_name_or_owner_does_not_change_it(make_organisation: Make, settings: Settings) -> None:
    topics = [topic.model_copy(update={"owner": "pers"}).model_dump() for topic in settings.topics]
    assert tagger_version(make_organisation(settings.places.data, topics=topics)) == tagger_version(settings)


def test_topics_frames_and_word_lists_change_it(make_organisation: Make, settings: Settings) -> None:
    lists = word_lists(settings)
    less = {code: phrases[1:] for code, phrases in lists.frames["nl"].items()}
    versions = {
        tagger_version(settings),
        tagger_version(make_organisation(settings.places.data, topics=settings.model_dump()["topics"][:2])),
        tagger_version(make_organisation(settings.places.data, frames=[])),
        tagger_version(settings, replace(lists, frames={**lists.frames, "nl": less})),
    }
    assert len(versions) == 4


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (None, "no phrases"),
        ({"patterns": ["x"]}, "no phrases"),
        ({"patterns": {"unknown": ["x"]}}, "unknown code 'unknown'"),
        ({"patterns": {"economic": "geld"}}, "a list of phrases"),
        ({"patterns": {"economic": [False]}}, "put quotes around"),
        ({"patterns": {"economic": ["*"]}}, "cannot be looked for"),
    ],
)
def test_a_bad_word_list_is_named(data: object, message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        phrase_list(data, name="policy_frames.yaml", known=["economic"])
