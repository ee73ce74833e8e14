"""A scenario: what is talked about in the demo world, how much, and what is planted in it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

from kaders.errors import ConfigurationError, Problem
from kaders.settings import PolicyFrame, Source
from kaders.world.grammar import counter_frames
from kaders.world.lines import Path_, line_of, read_with_lines

WORLD_PREFIX = "${WORLD}/"
VOLUME_KINDS = ("absent", "contested", "reframed", "unframed", "festival", "standing_gap")
SIGNAL_KINDS = ("absent", "contested", "reframed", "unframed")
NEWS_KINDS = ("news", "rss")

Kind = Literal[
    "absent",
    "contested",
    "reframed",
    "unframed",
    "festival",
    "standing_gap",
    "wire_storm",
    "bot_burst",
    "dead_source",
]
Share = Annotated[float, Field(ge=0, le=1)]
Weight = Annotated[float, Field(ge=0)]


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError("this time zone is not known") from error
    return value


def _some_weight(value: dict[str, float]) -> dict[str, float]:
    if value and sum(value.values()) <= 0:
        raise ValueError("at least one weight is more than 0")
    return value


def _size(value: object) -> object:
    """`x6` is six times the normal number, a bare number is items a day."""
    if isinstance(value, str) and value.startswith("x"):
        return {"times": value[1:]}
    return {"per_day": value}


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


Frames = Annotated[dict[PolicyFrame, Weight], AfterValidator(_some_weight)]


class Size(_Strict):
    """How large a plant is at its peak: items a day, or a multiple of the topic's normal day."""

    per_day: Annotated[float, Field(gt=0)] | None = None
    times: Annotated[float, Field(gt=0)] | None = None

    def at_peak(self, normal: float) -> float:
        """Items a day at the peak of a topic that normally has `normal` a day."""
        return self.per_day if self.per_day is not None else normal * (self.times or 1.0)


class TopicTalk(_Strict):
    """How a topic is normally talked about.

    per_day        mean public items a day over a whole week
    talk           weight of each policy frame in that talk
    stated_share   share of public items that carry the organisation's message
    counter_share  share in which a registered counter-frame sounds
    neutral_share  share without any frame
    own_per_week   press releases of the organisation itself
    """

    per_day: Annotated[float, Field(ge=0)]
    talk: Frames
    stated_share: Share = 0.15
    counter_share: Share = 0.0
    neutral_share: Share = 0.15
    own_per_week: Annotated[float, Field(ge=0)] = 0.0


class Plant(_Strict):
    """Something put into the world on purpose; the truth file says what the morning must make of it.

    from      day it starts, counted from the last day (0); without it: the whole time
    days      how long; without it: to the end
    size      items a day at the peak, or `x6` for six times the normal day
    frames, counter, *_share   how the topic is talked about while it lasts
    copies    of a wire story; accounts, minutes: of a bot burst; source: the one that dies
    """

    kind: Kind
    topic: str | None = None
    from_: Annotated[int, Field(le=0)] | None = Field(default=None, alias="from")
    days: Annotated[int, Field(ge=1)] | None = None
    size: Annotated[Size, BeforeValidator(_size)] | None = None
    frames: Frames = Field(default_factory=dict)
    counter: str | None = None
    counter_share: Share | None = None
    stated_share: Share | None = None
    neutral_share: Share | None = None
    copies: Annotated[int, Field(ge=2)] = 12
    accounts: Annotated[int, Field(ge=1)] = 40
    minutes: Annotated[float, Field(gt=0, le=720)] = 8.0
    source: str | None = None

    def span(self, first: date, end: date) -> tuple[date, date]:
        """First and last day of the plant within a world of `first` to `end`; empty when first > last."""
        start = first if self.from_ is None else end + timedelta(days=self.from_)
        last = end if self.days is None else start + timedelta(days=self.days - 1)
        return max(start, first), min(last, end)

    def covers(self, day: date, first: date, end: date) -> bool:
        """Whether the plant is at work on a day."""
        start, last = self.span(first, end)
        return start <= day <= last

    @property
    def must_be_signal(self) -> bool:
        """Whether a morning that misses it is wrong."""
        return self.kind in SIGNAL_KINDS


Week = Annotated[tuple[Weight, Weight, Weight, Weight, Weight, Weight, Weight], AfterValidator(tuple)]


class Rhythm(_Strict):
    """Relative volume Monday to Sunday for each kind of source; only the proportions matter.

    Defaults: editors and press officers work on weekdays, residents write in the evening and all week;
    the proportions are an estimate of the author, not a measurement.
    """

    news: Week = (1.1, 1.15, 1.1, 1.15, 1.1, 0.8, 0.6)
    social: Week = (1.0, 1.05, 1.05, 1.05, 1.0, 0.95, 0.9)
    own: Week = (1.2, 1.5, 1.3, 1.5, 1.2, 0.2, 0.1)

    def factor(self, kind: str, weekday: int) -> float:
        """Volume of a kind of source on a weekday (0 is Monday) against its mean day."""
        week = {"social": self.social, "own": self.own}.get(kind, self.news)
        return week[weekday] * 7 / (sum(week) or 1.0)


class Scenario(_Strict):
    """The whole scenario file."""

    end: date
    days: Annotated[int, Field(ge=1, le=3660)] = 98
    timezone: Annotated[str, AfterValidator(_zone)] = "Europe/Amsterdam"
    sources: str | None = None
    languages: Annotated[dict[Literal["nl", "en"], Weight], AfterValidator(_some_weight)] = {"nl": 1.0}
    background_per_day: Annotated[float, Field(ge=0)] = 0.0
    own_background_per_day: Annotated[float, Field(ge=0)] = 0.0
    weekday: Rhythm = Rhythm()
    holidays: tuple[date, ...] = ()
    topics: dict[str, TopicTalk]
    plants: tuple[Plant, ...] = ()

    @model_validator(mode="after")
    def _languages_are_there(self) -> Self:
        if not self.languages:
            raise ValueError("languages names at least nl or en")
        return self

    def weekday_of(self, day: date) -> int:
        """0 is Monday; a holiday counts as a Sunday."""
        return 6 if day in self.holidays else day.weekday()

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which the world's days are counted."""
        return ZoneInfo(self.timezone)


def read_scenario(file: Path, *, sources: Path | None = None) -> Scenario:
    """A checked scenario; see load_scenario."""
    return load_scenario(file, sources=sources)[0]


def load_scenario(file: Path, *, sources: Path | None = None) -> tuple[Scenario, tuple[Source, ...]]:
    """A scenario and the world's sources (those with a `${WORLD}/` address), both checked.

    sources  sources.yaml; by default what the scenario's `sources` names, else the one beside it

    Raises ConfigurationError with all problems of the first file that has any.
    """
    content, lines = read_with_lines(file)
    scenario = _validated(file, content, lines)
    known = load_sources(sources or file.parent / (scenario.sources or "sources.yaml"))
    problems = tuple(
        Problem(str(file), line_of(lines, path), what, mend)
        for path, what, mend in _mismatches(scenario, counter_frames(), known)
    )
    if problems:
        raise ConfigurationError(problems=problems)
    return scenario, known


def load_sources(file: Path) -> tuple[Source, ...]:
    """The sources of sources.yaml that the world serves; ConfigurationError when there is none."""
    content, lines = read_with_lines(file)
    entries = content.get("sources", content) if isinstance(content, dict) else content
    prefix: Path_ = ("sources",) if isinstance(content, dict) and "sources" in content else ()
    found = []
    for index, entry in enumerate(entries or ()):
        if isinstance(entry, dict) and str(entry.get("url", "")).startswith(WORLD_PREFIX):
            try:
                found.append(Source.model_validate(entry))
            except ValidationError as error:
                raise ConfigurationError(problems=_told(file, error, lines, (*prefix, index))) from error
    if not found:
        problem = Problem(
            str(file),
            1,
            f"no source has an address that starts with {WORLD_PREFIX}",
            f"Give the demo world's sources an address such as {WORLD_PREFIX}my-paper/feed.rss",
        )
        raise ConfigurationError(problems=(problem,))
    return tuple(found)


def _validated(file: Path, content: Any, lines: dict[Path_, int]) -> Scenario:
    if not isinstance(content, dict):
        problem = Problem(
            str(file), 1, "this is not a scenario", "Start from organisations/waterdam/scenario.yaml"
        )
        raise ConfigurationError(problems=(problem,))
    try:
        return Scenario.model_validate(content)
    except ValidationError as error:
        raise ConfigurationError(problems=_told(file, error, lines, ())) from error


def _told(file: Path, error: ValidationError, lines: dict[Path_, int], prefix: Path_) -> tuple[Problem, ...]:
    return tuple(_problem(file, dict(fault), lines, prefix) for fault in error.errors())


def _problem(file: Path, fault: dict[str, Any], lines: dict[Path_, int], prefix: Path_) -> Problem:
    path = (*prefix, *(part for part in fault["loc"] if part != "[key]"))
    name = ".".join(str(part) for part in path) or "the scenario"
    if fault["type"] == "extra_forbidden":
        what, mend = f"{name} is not a setting", "Take it out or mend its spelling"
    elif fault["type"] == "missing":
        what, mend = f"{name} is missing", "Add it"
    elif fault["type"] == "literal_error":
        what, mend = f"{fault['input']!r} is not known at {name}", f"Choose one of {fault['ctx']['expected']}"
    else:
        what, mend = f"{name} is not right: {fault['msg']}", f"Change the value {fault['input']!r}"
    return Problem(str(file), line_of(lines, path), what, mend)


Mismatch = tuple[Path_, str, str]


def _mismatches(
    scenario: Scenario, counters: dict[str, set[str]], sources: tuple[Source, ...]
) -> Iterator[Mismatch]:
    for topic in scenario.topics:
        if topic not in counters:
            yield (
                ("topics", topic),
                f"the grammar has no topic {topic!r}",
                f"Choose one of {', '.join(sorted(counters))}",
            )
    for index, plant in enumerate(scenario.plants):
        for path, what, mend in _plant_mismatches(scenario, plant, counters, sources):
            yield ("plants", index, *path), what, mend


def _plant_mismatches(
    scenario: Scenario, plant: Plant, counters: dict[str, set[str]], sources: tuple[Source, ...]
) -> Iterator[Mismatch]:
    if plant.kind == "dead_source" or plant.source is not None:
        if plant.source not in {source.id for source in sources}:
            yield (("source",), f"the sources have no {plant.source!r}", "Name a source of the demo world")
    if plant.kind == "dead_source":
        return
    if plant.topic is None:
        yield (), f"a plant of kind {plant.kind} has no topic", "Add topic: and one of the scenario's topics"
    elif plant.topic not in scenario.topics:
        yield (
            ("topic",),
            f"the scenario has no topic {plant.topic!r}",
            f"Choose one of {', '.join(scenario.topics)}",
        )
    elif plant.counter is not None and plant.counter not in counters.get(plant.topic, set()):
        choice = ", ".join(sorted(counters.get(plant.topic, set()))) or "none"
        yield ("counter",), f"{plant.topic} has no counter-frame {plant.counter!r}", f"It has: {choice}"
    titles = sum(source.kind in NEWS_KINDS for source in sources)
    if plant.kind == "wire_storm" and plant.copies > titles:
        yield ("copies",), f"{plant.copies} copies need as many news titles", f"There are {titles}"
    if plant.kind == "bot_burst" and not any(source.kind == "social" for source in sources):
        yield (), "a bot burst needs a social source", "Add one to sources.yaml"
