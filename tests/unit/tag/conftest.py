"""A small organisation of the tests' own, over the word lists and reference lists that are shipped."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from kaders.model import Document, Tags
from kaders.settings import Settings
from kaders.tag.pipeline import Tagger

ROOT = Path(__file__).resolve().parents[3]
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)

ORGANISATION = {
    "id": "proefstad",
    "name": {"nl": "Proefstad"},
    "contact": "pers@proefstad.example",
    "owners": {"pers": {"role": "spokesperson", "name": {"nl": "Pers"}, "mail": "pers@proefstad.example"}},
    "owner_rules": {"absent": "pers", "contested": "pers", "reframed": "pers", "unframed": "pers"},
}
SOURCES = [
    {
        "id": "krant",
        "name": "De Krant",
        "kind": "news",
        "url": "https://krant.example/feed",
        "owner_group": "krant",
        "expected_per_day": 5,
        "terms": "test",
    }
]
TOPICS = [
    {
        "id": "stikstof",
        "name": {"nl": "Stikstof"},
        "policy_area": "natuur en milieu",
        "any": {"nl": ["stikstof*"], "en": ["nitrogen"]},
        "none": {"nl": ["vloeibare stikstof", "stikstoftank*"], "en": ["liquid nitrogen"]},
    },
    {
        "id": "zwembad",
        "name": {"nl": "Zwembad De Plons"},
        "policy_area": "recreatie",
        "any": {"nl": ["zwembad", "De Plons"]},
    },
    {
        "id": "zwembad-energie",
        "name": {"nl": "Warmte voor het zwembad"},
        "policy_area": "economie",
        "any": {"nl": ["zwembad op aardwarmte"]},
    },
    {
        "id": "markt",
        "name": {"nl": "Autovrije Markt"},
        "policy_area": "verkeer",
        "any": {"nl": ["auto's", "parkeren"], "en": ["cars", "parking"]},
        "all": {"nl": ["de markt", "De Markt", "centrum*"], "en": ["market square"]},
    },
]
FRAMES = [
    {
        "id": "stikstof-kern",
        "topic": "stikstof",
        "version": 1,
        "valid_from": date(2026, 3, 1),
        "valid_to": date(2026, 8, 31),
        "owner": "pers",
        "message": {"nl": "Minder stikstof, meer natuur."},
        "frames": {"quality_of_life": 100},
        "heard_by": {"nl": ["meer natuur"], "en": ["room for nature"]},
    },
    {
        "id": "stikstof-kern",
        "topic": "stikstof",
        "version": 2,
        "valid_from": date(2026, 9, 1),
        "owner": "pers",
        "message": {"nl": "Boeren krijgen tijd."},
        "frames": {"policy_prescription": 100},
        "heard_by": {"nl": ["tijd voor boeren", "krijgen de tijd"], "en": ["time for farmers"]},
        "counter_frames": [
            {
                "id": "boer-weg",
                "name": {"nl": "De boer moet weg"},
                "heard_by": {"nl": ["onteigen*", "boeren weg"], "en": ["drive farmers out"]},
            },
            {
                "id": "boer-weggepest",
                "name": {"nl": "De boer wordt weggepest"},
                "heard_by": {"nl": ["boeren weg pesten"]},
            },
        ],
    },
    {
        "id": "zwembad-kern",
        "topic": "zwembad",
        "version": 1,
        "valid_from": date(2026, 1, 1),
        "owner": "pers",
        "message": {"nl": "Iedereen leert zwemmen."},
        "frames": {"quality_of_life": 100},
        "heard_by": {"nl": ["iedereen leert zwemmen", "'t bad blijft open"]},
    },
]


def organisation(data: Path, **changes: Any) -> Settings:
    """The tests' organisation, with other topics, frames or sources where `changes` says so."""
    reference = ROOT / "data" / "reference"
    content = {
        "organisation": ORGANISATION,
        "sources": SOURCES,
        "topics": TOPICS,
        "frames": FRAMES,
        "subscriptions": (),
        "policy_areas": yaml.safe_load((reference / "policy_areas.yaml").read_text("utf-8"))["areas"],
        "frame_names": yaml.safe_load((reference / "policy_frames.yaml").read_text("utf-8"))["frames"],
        "places": {
            "folder": data / "proefstad",
            "data": data,
            "reference": reference,
            "patterns": ROOT / "nlp_models" / "patterns",
            "organisation": "proefstad",
        },
    }
    return Settings.model_validate(content | changes)


def written(
    text: str, *, title: str = "", language: str = "nl", published: datetime = NOON, number: int = 0
) -> Document:
    """A document that says `text`."""
    return Document(
        id=f"d{number}",
        content=f"c{number}",
        source="krant",
        kind="news",
        owner_group="krant",
        url=f"https://krant.example/{number}",
        title=title,
        text=text,
        snippet=text[:80],
        language=language,  # type: ignore[arg-type]
        published=published,
        date_origin="source",
        first_seen=published,
        author=None,
        engagement=0,
        fate="kept",
    )


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return organisation(tmp_path_factory.mktemp("data"))


@pytest.fixture(scope="session")
def tagger(settings: Settings) -> Tagger:
    return Tagger(settings)


@pytest.fixture(scope="session")
def tags_of(tagger: Tagger) -> Callable[..., Tags]:
    """Tags of one text: tags_of("...", title=..., language=..., published=...)."""
    return lambda text, **rest: next(tagger.tag([written(text, **rest)])).tags


@pytest.fixture(scope="session")
def make_document() -> Callable[..., Document]:
    return written


@pytest.fixture(scope="session")
def make_organisation() -> Callable[..., Settings]:
    return organisation
