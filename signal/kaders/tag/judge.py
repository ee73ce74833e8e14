"""From phrases found to areas, topics, frames, messages and counter-frames of a document."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from kaders.settings import Settings, StatedFrame
from kaders.tag.patterns import (
    AREA,
    COUNTER,
    FRAME,
    MESSAGE,
    TOPIC,
    TOPIC_ALL,
    TOPIC_NONE,
    Hit,
    demanded,
    edition,
    longest,
)

TITLE_WEIGHT = 2
"""A phrase in the title counts double: a headline is written to say what a piece is about (our choice)."""
SHARE_OF_STRONGEST = 0.5
"""What has less than half of the strongest evidence is an aside. Our choice, not calibrated: with phrase
counts of 1 to 5 it means "one phrase beside two still counts, one beside three no longer"."""
MOST_FRAMES = 3
"""Boydstun's coders give a text one primary frame and rarely more than two others."""
MOST_AREAS = 2
"""Official publications carry one or two themes of the TOP-lijst."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the phrases of one document amount to; the fields are those of model.Tags."""

    policy_areas: dict[str, float]
    topics: tuple[str, ...]
    frames: dict[str, float]
    messages: tuple[str, ...]
    counters: tuple[str, ...]


NOTHING = Judgement({}, (), {}, (), ())


class Judge:
    """The organisation's rules, made ready for one language."""

    def __init__(self, settings: Settings, language: str) -> None:
        self._settings = settings
        self._theme = {topic.id: settings.theme(topic.policy_area).code for topic in settings.topics}
        self._needed = {topic.id: len(demanded(topic, language)) for topic in settings.topics}

    def judge(self, hits: Iterable[Hit], *, title: int, day: date) -> Judgement:
        """What `hits` amount to.

        title: length of the title in characters, at the start of the text; day: of publication, in the
        organisation's calendar, which decides the version of a stated frame.
        """
        layers: dict[str, list[Hit]] = defaultdict(list)
        for hit in hits:
            layers[hit.layer].append(hit)
        if not layers:
            return NOTHING
        topics = self._topics(layers)
        standing = [frame for topic in topics if (frame := self._standing(topic, day))]
        return Judgement(
            policy_areas=_with_themes(
                _evidence(layers[AREA], title=title), [self._theme[topic] for topic in topics]
            ),
            topics=topics,
            frames=shares(_evidence(layers[FRAME], title=title), most=MOST_FRAMES),
            messages=_messages(layers[MESSAGE], standing),
            counters=_counters(layers[COUNTER], standing),
        )

    def _topics(self, layers: Mapping[str, list[Hit]]) -> tuple[str, ...]:
        """The topics that hold, in the order of the organisation's file."""
        heard = {hit.code for hit in longest(layers[TOPIC], group=lambda hit: hit.layer)}
        barred = {hit.code for hit in layers[TOPIC_NONE]}
        found: dict[str, set[str]] = defaultdict(set)
        for hit in layers[TOPIC_ALL]:
            found[hit.code.rpartition("/")[0]].add(hit.code)
        return tuple(
            topic
            for topic, needed in self._needed.items()
            if topic in heard and topic not in barred and len(found[topic]) == needed
        )

    def _standing(self, topic: str, day: date) -> StatedFrame | None:
        """The message of that day; before its first version that first version, since talk may precede it."""
        stands = self._settings.stated(topic, day)
        if stands:
            return stands
        coming = [f for f in self._settings.frames if f.topic == topic and f.valid_from > day]
        return min(coming, key=lambda f: (f.valid_from, f.version)) if coming else None


def _evidence(hits: list[Hit], *, title: int) -> dict[str, int]:
    """Per code the number of distinct phrases, those in the title counted double."""
    weights: dict[str, dict[str, int]] = defaultdict(dict)
    for hit in longest(hits, group=lambda hit: hit.layer):
        weight = TITLE_WEIGHT if hit.offset < title else 1
        phrases = weights[hit.code]
        phrases[hit.phrase] = max(weight, phrases.get(hit.phrase, 0))
    return {code: sum(phrases.values()) for code, phrases in weights.items()}


def shares(evidence: Mapping[str, float], *, most: int, first: tuple[str, ...] = ()) -> dict[str, float]:
    """Evidence as shares that sum to 1, strongest first; ties in the order of the codes.

    Only what has at least half of the strongest evidence counts, and no more than `most` codes; the codes of
    `first` come first and always stay. No evidence gives {}: that is uncertainty, not a class of its own.
    """
    floor = SHARE_OF_STRONGEST * max(evidence.values(), default=0)
    order = sorted(evidence, key=lambda code: (code not in first, -evidence[code], code))
    strong = [code for code in order if evidence[code] >= floor][: max(most, len(first))]
    total = sum(evidence[code] for code in strong)
    return {code: evidence[code] / total for code in strong}


def _with_themes(evidence: dict[str, int], themes: list[str]) -> dict[str, float]:
    """Shares of policy areas; the themes of the document's topics weigh as much as the strongest other."""
    strongest = max(evidence.values(), default=1)
    raised = evidence | dict.fromkeys(themes, strongest)
    return shares(raised, most=MOST_AREAS, first=tuple(dict.fromkeys(themes)))


def _messages(hits: list[Hit], standing: list[StatedFrame]) -> tuple[str, ...]:
    """Topics whose standing message is heard."""
    heard = {hit.code for hit in hits}
    return tuple(frame.topic for frame in standing if edition(frame) in heard)


def _counters(hits: list[Hit], standing: list[StatedFrame]) -> tuple[str, ...]:
    """The registered counter-frames that are heard, as topic/id; among those of a topic the longest wins."""
    current = {
        f"{edition(frame)}/{counter.id}": f"{frame.topic}/{counter.id}"
        for frame in standing
        for counter in frame.counter_frames
    }
    kept = longest((hit for hit in hits if hit.code in current), group=lambda hit: hit.layer)
    return tuple(sorted({current[hit.code] for hit in kept}))
