"""The sentences of the demo world, read once from the YAML files beside this module."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parent / "grammar"
LANGUAGES = ("nl", "en")
LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
UNNAMED = {
    "nl": ("dit plan", "het plan", "dit voorstel", "het besluit", "dit hele verhaal"),
    "en": ("this plan", "the plan", "this proposal", "the decision", "the whole thing"),
}
"""What a text says instead of the subject when it leaves the subject unnamed."""

Texts = Sequence[str]
Slots = Mapping[str, Texts]
Voice = Mapping[str, Texts]
"""headline, news and post -> templates."""


@dataclass(frozen=True, slots=True)
class Subject:
    """What can be written about one topic in one language; `unnamed` fills {mention} without the subject."""

    id: str
    slots: Slots
    unnamed: Slots
    headline: Texts
    stated: Texts
    press: Texts
    press_headline: Texts
    question: Texts
    counter: Mapping[str, Voice]
    frames: Mapping[str, Voice]


@dataclass(frozen=True, slots=True)
class Grammar:
    """Everything that can be written in one language."""

    language: str
    slots: Slots
    subjects: Mapping[str, Subject]
    frames: Mapping[str, Voice]
    neutral: Voice
    background: tuple[Voice, ...]


@cache
def grammar(language: str) -> Grammar:
    """The grammar of a language ("nl" or "en")."""
    folder = FOLDER / language
    slots = _read(folder / "slots.yaml")
    topics = {file.stem: _read(file) for file in sorted((folder / "topics").glob("*.yaml"))}
    return Grammar(
        language=language,
        slots=slots,
        subjects={topic: _subject(topic, content, slots, language) for topic, content in topics.items()},
        frames={file.stem: _read(file) for file in sorted((folder / "frames").glob("*.yaml"))},
        neutral=_read(folder / "neutral.yaml"),
        background=tuple(_read(folder / "background.yaml")),
    )


def counter_frames() -> dict[str, set[str]]:
    """Every topic that the grammar knows, with the ids of its counter-frames."""
    known: dict[str, set[str]] = {}
    for language in LANGUAGES:
        for topic, subject in grammar(language).subjects.items():
            known.setdefault(topic, set()).update(subject.counter)
    return known


def _read(file: Path) -> Any:
    return yaml.load(file.read_text(encoding="utf-8"), Loader=LOADER)


def _subject(topic: str, content: Mapping[str, Any], shared: Slots, language: str) -> Subject:
    own = {slot: content[slot] for slot in ("mention", "place", "actor", "detail")}
    return Subject(
        id=topic,
        slots={**shared, **own},
        unnamed={**shared, **own, "mention": UNNAMED[language]},
        headline=content["headline"],
        stated=content.get("stated", ()),
        press=content.get("press", ()),
        press_headline=content.get("press_headline", ()),
        question=content.get("question", ()),
        counter=content.get("counter") or {},
        frames=content.get("frames") or {},
    )
