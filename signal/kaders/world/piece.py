"""One item of the world with its truth: pure, the same for the same seed, day, source and number."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import dataclass, replace
from datetime import date, datetime
from random import Random

from kaders.settings import Source
from kaders.world import text
from kaders.world.clock import moment_of
from kaders.world.grammar import Grammar, grammar
from kaders.world.identity import Identity, account, identity
from kaders.world.plan import Place, Plan

TRIES = 6
"""How often a text is written again when it would repeat one of the last MEMORY texts."""
MEMORY = 20_000
"""Three months of items of a municipality; a repeat after that is how people and papers are."""


@dataclass(frozen=True, slots=True)
class Truth:
    """What an item really says; detection never sees it."""

    topic: str | None = None
    frames: tuple[str, ...] = ()
    stated: bool = False
    counter: str | None = None
    question: bool = False
    plant: str | None = None
    copy_of: str | None = None


@dataclass(frozen=True, slots=True)
class Piece:
    """One item as its source would serve it; `published` in UTC, `counts` replies, shares and likes."""

    source: str
    identity: Identity
    published: datetime
    title: str
    text: str
    language: str
    author: str | None
    counts: tuple[int, int, int]
    truth: Truth


class Memory:
    """What was written lately, so that the world seldom repeats itself."""

    def __init__(self) -> None:
        self._last: deque[frozenset[str]] = deque()
        self._seen: Counter[frozenset[str]] = Counter()

    def __contains__(self, core: frozenset[str]) -> bool:
        return core in self._seen

    def add(self, core: frozenset[str]) -> None:
        """Remembers the core of a text and forgets the oldest one beyond MEMORY."""
        self._last.append(core)
        self._seen[core] += 1
        if len(self._last) > MEMORY:
            oldest = self._last.popleft()
            self._seen[oldest] -= 1
            if not self._seen[oldest]:
                del self._seen[oldest]


def dress(
    plan: Plan,
    source: Source,
    published: datetime,
    number: int,
    copy: text.Copy,
    language: str,
    truth: Truth,
    *,
    author: str | None = None,
) -> Piece:
    """A text as an item of a source: with its address, its author (drawn when not given) and its counts."""
    rng = Random(f"{plan.seed}|{published:%Y%m%d%H%M%S}|{source.id}|{number}|dress")
    social = source.reader != "feed"
    if social and author is None:
        author = account(rng) if source.kind == "social" else source.id.replace("-", "_")
    counts = (_few(rng, 0.5), _few(rng, 0.8), _few(rng, 2.5)) if social else (0, 0, 0)
    title = "" if social else copy.title
    body = f"{copy.title}. {copy.text}" if social and copy.title else copy.text
    known = identity(source, published, number, author)
    return Piece(source.id, known, published, title, body, language, author, counts, truth)


def language_of(plan: Plan, source: Source, rng: Random) -> str:
    """The language of an item: its source's own, else drawn by the scenario's shares."""
    shares = plan.scenario.languages
    return source.language or rng.choices(list(shares), list(shares.values()))[0]


def piece_at(plan: Plan, place: Place, day: date, numbers: Counter[str], memory: Memory) -> Piece:
    """The item that fills a place; counts it in `numbers` and remembers it."""
    source = place.source
    numbers[source.id] += 1
    number = numbers[source.id]
    rng = Random(f"{plan.seed}|{day}|{source.id}|{number}")
    language = language_of(plan, source, rng)
    published = moment_of(rng, day, source.kind, plan.scenario.zone, rising=place.rising)
    angle = _angle(rng, place, grammar(language))
    copy = _written(rng, place, grammar(language), angle, memory)
    truth = Truth(place.topic, angle.frames, angle.stated, angle.counter, angle.question, place.plant)
    return dress(plan, source, published, number, copy, language, truth)


def _angle(rng: Random, place: Place, words: Grammar) -> text.Angle:
    if place.press:
        return text.Angle(stated=True)
    if not place.talk or place.topic is None:
        return text.Angle()
    angle = text.draw_angle(rng, place.talk, "post" if place.source.kind == "social" else "news")
    # Where the organisation has stated nothing, nobody can repeat it.
    return angle if words.subjects[place.topic].stated else replace(angle, stated=False)


def _written(rng: Random, place: Place, words: Grammar, angle: text.Angle, memory: Memory) -> text.Copy:
    copy = _write(rng, place, words, angle)
    for _ in range(TRIES - 1):
        if copy.core not in memory:
            break
        copy = _write(rng, place, words, angle)
    memory.add(copy.core)
    return copy


def _write(rng: Random, place: Place, words: Grammar, angle: text.Angle) -> text.Copy:
    social = place.source.kind == "social"
    if place.topic is None:
        return (text.background_post if social else text.background_news)(rng, words)
    subject = words.subjects[place.topic]
    if place.press:
        return (text.press if place.source.reader == "feed" else text.press_post)(rng, words, subject)
    return (text.post if social else text.news)(rng, words, subject, angle)


def _few(rng: Random, mean: float) -> int:
    """A small count with a long tail, as of likes."""
    return int(rng.expovariate(1 / mean) * rng.choice((1, 1, 1, 1, 4)))
