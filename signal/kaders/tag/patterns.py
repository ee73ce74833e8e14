"""The phrases the tagger listens for, put together from word lists and an organisation's own YAML."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from kaders.errors import ConfigurationError
from kaders.settings import Phrases, Settings, StatedFrame, Topic

TAGGED_LANGUAGES = ("nl", "en")
"""The languages that have word lists; documents in another one are counted but get no tags."""

AREA, FRAME, TOPIC, TOPIC_ALL, TOPIC_NONE, MESSAGE, COUNTER = (
    "area",
    "frame",
    "topic",
    "topic_all",
    "topic_none",
    "message",
    "counter",
)
"""The layers: within one, the longest of overlapping phrases wins; layers do not touch each other."""

APOSTROPHES = str.maketrans("‘’ʼ′`´", "''''''")
"""Curly and other apostrophes to the straight one, sign for sign, so that places in a text stay the same."""

PhraseLists = Mapping[str, tuple[str, ...]]
"""Phrases per code."""


@dataclass(frozen=True, slots=True)
class WordLists:
    """What lies in nlp_models/, read: per language the phrases of areas and frames and spaCy's configuration.

    areas    language -> level-1 theme code -> phrases
    frames   language -> policy frame id -> phrases
    configs  language -> text of the spaCy configuration that assembles the pipeline
    """

    areas: Mapping[str, PhraseLists]
    frames: Mapping[str, PhraseLists]
    configs: Mapping[str, str]


class Hit(NamedTuple):
    """A phrase found in a text.

    label       layer:code
    phrase      as found, in small letters; for a prefix the prefix with its star
    start, end  tokens, end not included
    offset      of its first character
    """

    label: str
    phrase: str
    start: int
    end: int
    offset: int

    @property
    def layer(self) -> str:
        """The part of the label before the colon."""
        return self.label.partition(":")[0]

    @property
    def code(self) -> str:
        """The part of the label after the colon."""
        return self.label.partition(":")[2]


def phrase_list(data: object, *, name: str, known: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """A word list file as phrases per code.

    data: what its YAML holds, {"patterns": {code: [phrase, ...]}}; name: of the file, for the error;
    known: the codes there may be. Raises ConfigurationError when it is anything else.
    """
    patterns = data.get("patterns") if isinstance(data, dict) else None
    if not isinstance(patterns, dict):
        raise ConfigurationError(f"{name}: no phrases under `patterns:`. Restore the file or mend it.")
    unknown = sorted(str(code) for code in set(patterns) - set(known))
    if unknown:
        raise ConfigurationError(f"{name}: unknown code {unknown[0]!r}. Use a code of data/reference/.")
    return {code: _clean(phrases, where=f"{name}, {code}") for code, phrases in patterns.items()}


def _clean(phrases: object, *, where: str) -> tuple[str, ...]:
    if not isinstance(phrases, list | tuple):
        raise ConfigurationError(f"{where}: a list of phrases is needed here.")
    for phrase in phrases:
        if not isinstance(phrase, str) or not re.search(r"\w", phrase) or "*" in phrase[:-1]:
            raise ConfigurationError(
                f"{where}: {phrase!r} cannot be looked for. A phrase has letters or digits, "
                "and a star at its very end only; put quotes around words such as no and on."
            )
    return tuple(dict.fromkeys(plain(phrase) for phrase in phrases))


def plain(text: str) -> str:
    """Straight apostrophes and single spaces; letters keep their size."""
    return " ".join(text.translate(APOSTROPHES).split())


def listen_for(settings: Settings, lists: WordLists, language: str) -> dict[str, tuple[str, ...]]:
    """Every phrase of one language under its label layer:code, in a fixed order.

    Raises ConfigurationError when the organisation's YAML holds a phrase that cannot be looked for.
    """
    found: dict[str, tuple[str, ...]] = {}
    found |= {f"{AREA}:{code}": phrases for code, phrases in lists.areas[language].items()}
    found |= {f"{FRAME}:{code}": phrases for code, phrases in lists.frames[language].items()}
    for topic in settings.topics:
        found |= _of_topic(topic, language)
    for frame in settings.frames:
        found |= _of_stated(frame, language)
    return {label: phrases for label, phrases in found.items() if phrases}


def _of_topic(topic: Topic, language: str) -> dict[str, tuple[str, ...]]:
    """The rule of a topic; `all` gets a label for each phrase, because each one must be found."""
    rule = rule_language(topic, language)
    where = f"topics.yaml, topic {topic.id}"
    every = demanded(topic, language)
    return {
        f"{TOPIC}:{topic.id}": _clean(topic.any.of(rule), where=where),
        f"{TOPIC_NONE}:{topic.id}": _clean(topic.none.of(rule), where=where),
        **{f"{TOPIC_ALL}:{topic.id}/{number}": (phrase,) for number, phrase in enumerate(every)},
    }


def demanded(topic: Topic, language: str) -> tuple[str, ...]:
    """The phrases that must all be there for a topic to hold in a text in `language`."""
    return _clean(topic.all.of(rule_language(topic, language)), where=f"topics.yaml, topic {topic.id}")


def _of_stated(frame: StatedFrame, language: str) -> dict[str, tuple[str, ...]]:
    where = f"stated frame {frame.id}"
    found = {f"{MESSAGE}:{edition(frame)}": _clean(_either(frame.heard_by, language), where=where)}
    for counter in frame.counter_frames:
        label = f"{COUNTER}:{edition(frame)}/{counter.id}"
        found[label] = _clean(_either(counter.heard_by, language), where=f"{where}, {counter.id}")
    return found


def rule_language(topic: Topic, language: str) -> str:
    """The language whose rule counts: the text's own, or the other one when the topic has no rule in it.

    Names of dossiers travel between languages; a topic with a Dutch rule only is heard in English texts too.
    """
    other = "nl" if language == "en" else "en"
    return language if topic.any.of(language) else other


def _either(phrases: Phrases, language: str) -> tuple[str, ...]:
    return phrases.of(language) or phrases.of("nl" if language == "en" else "en")


def edition(frame: StatedFrame) -> str:
    """The code of one version of one stated frame."""
    return f"{frame.id}@{frame.version}"


def longest(hits: Iterable[Hit], *, group: Callable[[Hit], str]) -> list[Hit]:
    """The hits without those that overlap a longer hit of the same group, in the order of the text.

    Of equally long phrases that overlap the first stays; on the very same words every code stays.
    """
    taken: dict[str, dict[int, tuple[int, int]]] = {}
    kept = []
    for hit in sorted(hits, key=lambda h: (h.start - h.end, h.start, h.label, h.phrase)):
        places = taken.setdefault(group(hit), {})
        span = (hit.start, hit.end)
        if all(places.get(token, span) == span for token in range(hit.start, hit.end)):
            places.update(dict.fromkeys(range(hit.start, hit.end), span))
            kept.append(hit)
    return sorted(kept, key=lambda h: (h.start, h.end, h.label, h.phrase))
