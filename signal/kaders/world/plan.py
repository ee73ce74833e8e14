"""How many items appear where on a day: the scenario's numbers turned into places to fill."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from kaders.settings import PolicyFrame, Source
from kaders.world.scenario_model import VOLUME_KINDS, Plant, Scenario
from kaders.world.text import Angle, Talk

DISPERSION = 14.0
"""Shape of the gamma that a day's volume is multiplied with: standard deviation 27 %, beside Poisson noise.

Chosen so that a quiet topic looks like the daily counts of a local subject: more restless than Poisson."""
PLANTED_DISPERSION = 60.0
"""The same for something that is breaking: a scenario that asks for 25 a day gets about that."""
FIRST_DAY = 0.45
"""Part of the way to its peak that a plant gets on the day it breaks."""
SHARP = ("absent", "contested", "reframed", "unframed", "festival")
"""Plants that grow over their first day; the others are at full size at once."""


@dataclass(frozen=True, slots=True)
class Place:
    """One item to come: where, on what (None: background), how it is talked about, and why."""

    source: Source
    topic: str | None = None
    talk: Talk | None = None
    plant: str | None = None
    rising: bool = False
    press: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """What the days of one world are planned from."""

    scenario: Scenario
    sources: tuple[Source, ...]
    counters: dict[str, set[str]]
    seed: int
    days: int

    @property
    def first(self) -> date:
        """The first day of the world."""
        return self.scenario.end - timedelta(days=self.days - 1)

    def alive(self, day: date) -> list[Source]:
        """The sources that still answer on a day."""
        dead = {plant.source for plant in self.at_work(day) if plant.kind == "dead_source"}
        return [source for source in self.sources if source.id not in dead]

    def at_work(self, day: date) -> list[Plant]:
        """The plants that are there on a day."""
        return [plant for plant in self.scenario.plants if plant.covers(day, self.first, self.scenario.end)]

    def places(self, day: date) -> Iterator[Place]:
        """All places of a day but those of the wire storms and bot bursts."""
        public = [source for source in self.alive(day) if source.kind != "own"]
        own = [source for source in self.alive(day) if source.kind == "own"]
        for topic in self.scenario.topics:
            yield from self._talked(topic, day, public)
            weekly = self.scenario.topics[topic].own_per_week
            for source in self._spread(f"{topic}/press", day, own, weekly / 7):
                yield Place(source, topic, press=True)
        for name, there, mean in (
            ("background", public, self.scenario.background_per_day),
            ("own background", own, self.scenario.own_background_per_day),
        ):
            for source in self._spread(name, day, there, mean):
                yield Place(source)

    def planted_talk(self, plant: Plant) -> Angle:
        """What a wire story or a burst of robots says: its two strongest frames and its counter-frame."""
        frames = plant.frames or self.scenario.topics[plant.topic or ""].talk
        strongest = sorted(frames, key=lambda frame: (-frames[frame], frame))[:2]
        return Angle(tuple(strongest), False, plant.counter)

    def _talked(self, topic: str, day: date, public: list[Source]) -> Iterator[Place]:
        normal = self.scenario.topics[topic]
        plants = [p for p in self.at_work(day) if p.topic == topic and p.kind in VOLUME_KINDS]
        talk = self._talk(topic, plants)
        mean, rising = normal.per_day, False
        for plant in plants:
            mean, rising = self._size(plant, day, mean)
        plant_name = plants[-1].kind if plants else None
        for source in self._spread(topic, day, public, mean, damped=plant_name in SHARP):
            yield Place(source, topic, talk, plant_name, rising)

    def _size(self, plant: Plant, day: date, normal: float) -> tuple[float, bool]:
        peak = plant.size.at_peak(normal) if plant.size else normal
        breaking = plant.kind in SHARP and plant.from_ is not None and day == self._start(plant)
        return (normal + (peak - normal) * FIRST_DAY if breaking else peak), breaking

    def _start(self, plant: Plant) -> date:
        return plant.span(date.min, self.scenario.end)[0]

    def _talk(self, topic: str, plants: list[Plant]) -> Talk:
        normal = self.scenario.topics[topic]
        talk = Talk(
            _weights(normal.talk),
            normal.stated_share,
            normal.counter_share,
            normal.neutral_share,
            tuple(sorted(self.counters[topic])),
        )
        for plant in plants:
            talk = Talk(
                _weights(plant.frames) or talk.frames,
                _first(plant.stated_share, talk.stated_share),
                _first(plant.counter_share, 0.5 if plant.counter else talk.counter_share),
                _first(plant.neutral_share, talk.neutral_share),
                (plant.counter,) if plant.counter else talk.counters,
            )
        return talk

    def _spread(
        self, name: str, day: date, sources: list[Source], mean: float, *, damped: bool = False
    ) -> list[Source]:
        """The sources of a day's items of one stream, by expected volume and weekday."""
        weekday = self.scenario.weekday_of(day)
        # What is breaking is also written about in the weekend: its rhythm is damped to the square root.
        power = 0.5 if damped else 1.0
        total = sum(source.expected_per_day for source in sources)
        weights = [
            source.expected_per_day / total * self.scenario.weekday.factor(source.kind, weekday) ** power
            for source in sources
        ]
        rng = Random(f"{self.seed}|{day}|{name}")
        shape = PLANTED_DISPERSION if damped else DISPERSION
        count = poisson(rng, mean * sum(weights) * rng.gammavariate(shape, 1 / shape))
        return rng.choices(sources, weights, k=count) if count else []


def poisson(rng: Random, mean: float) -> int:
    """A Poisson number with this mean (Knuth's method, in steps so that large means do not underflow)."""
    count = 0
    while mean > 0:
        step = min(mean, 30.0)
        mean -= step
        floor, product = math.exp(-step), rng.random()
        while product > floor:
            count += 1
            product *= rng.random()
    return count


def _weights(frames: Mapping[PolicyFrame, float]) -> dict[str, float]:
    return {str(frame): weight for frame, weight in frames.items()}


def _first(value: float | None, other: float) -> float:
    return other if value is None else value
