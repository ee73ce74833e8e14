"""A scenario: what is talked about in the demo world, how much, and what is planted in it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    model_validator,
)

from kaders.settings import PolicyFrame

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
MOST = 100_000
"""Items a day of one stream at most: a national desk has millions a day in all, from very many streams."""
Volume = Annotated[float, Field(ge=0, le=MOST)]
Peak = Annotated[float, Field(gt=0, le=MOST)]


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
    text = str(value)
    try:
        return {"times": float(text[1:])} if text.startswith("x") else {"per_day": float(text)}
    except ValueError:
        raise ValueError("write items a day (25), or a multiple of the normal day (x6)") from None


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


Frames = Annotated[dict[PolicyFrame, Weight], AfterValidator(_some_weight)]


class Size(_Strict):
    """How large a plant is at its peak: items a day, or a multiple of the topic's normal day."""

    per_day: Peak | None = None
    times: Peak | None = None

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

    per_day: Volume
    talk: Annotated[Frames, Field(min_length=1)]
    stated_share: Share = 0.15
    counter_share: Share = 0.0
    neutral_share: Share = 0.15
    own_per_week: Volume = 0.0


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
    accounts: Annotated[int, Field(ge=1, le=MOST)] = 40
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
    background_per_day: Volume = 0.0
    own_background_per_day: Volume = 0.0
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
