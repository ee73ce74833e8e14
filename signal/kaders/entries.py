"""The entries of an organisation's YAML files as typed objects."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from kaders.model import Level, SourceKind

DEFAULT_TOLERANCE = 0.25
"""Bits of Jensen-Shannon divergence that a topic may stand apart; docs/decisions/0009."""


def _identifier(value: str) -> str:
    if not re.fullmatch(r"[a-z0-9][a-z0-9._-]*", value):
        raise ValueError("an id has small letters, digits, '-', '.' and '_' only")
    return value


def _http_url(value: str) -> str:
    if not re.match(r"https?://\S+$|\$\{WORLD\}/\S+$", value):
        raise ValueError("an address starts with http:// or https://")
    return value


Id = Annotated[str, AfterValidator(_identifier)]
Url = Annotated[str, AfterValidator(_http_url)]
Role = Literal["spokesperson", "policy", "board", "customer_contact", "community"]
PolicyFrame = Literal[
    "economic",
    "capacity_and_resources",
    "morality",
    "fairness_and_equality",
    "legality",
    "policy_prescription",
    "crime_and_punishment",
    "security_and_defense",
    "health_and_safety",
    "quality_of_life",
    "cultural_identity",
    "public_opinion",
    "political",
    "external_reputation",
]


class Strict(BaseModel):
    """Nothing unknown is let through, nothing changes afterwards."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Text(Strict):
    """A text in Dutch, in English, or in both; the other language falls back on the one there is."""

    nl: str = ""
    en: str = ""

    def in_(self, language: str) -> str:
        """The text in `language`, else in the other one."""
        return (self.en or self.nl) if language == "en" else (self.nl or self.en)

    def both(self) -> dict[str, str]:
        """As {"nl": ..., "en": ...}."""
        return {"nl": self.in_("nl"), "en": self.in_("en")}


class Phrases(Strict):
    """Words and phrases per language; `afval*` means every word that starts with it."""

    nl: tuple[str, ...] = ()
    en: tuple[str, ...] = ()

    def of(self, language: str) -> tuple[str, ...]:
        """The phrases of one language."""
        return self.en if language == "en" else self.nl


class Owner(Strict):
    """Who acts on a signal: a role within the organisation, never a private address."""

    role: Role
    name: Text
    mail: str


class OwnerRules(Strict):
    """Which owner acts on a kind of divergence when the topic names none."""

    absent: str
    contested: str
    reframed: str
    unframed: str


class Holidays(Strict):
    """Days on which people write as on a Sunday."""

    country: str = "NL"
    extra: tuple[date, ...] = ()


class Retention(Strict):
    """Days after which the text of posts and landing files go (design section 7).

    A changed topic is sought again in what landed, and a morning looks back 63 days: landing files that go
    sooner leave the older documents with their old tags.
    """

    text: int = Field(default=90, ge=1)
    landing: int = Field(default=90, ge=1)


class Mail(Strict):
    """How mail leaves; the server's address and password come from the environment, by name."""

    sender: str
    server_env: str = "KADERS_SMTP"


class Organisation(Strict):
    """organisation.yaml: who we are."""

    id: Id
    name: Text
    synthetic: bool = False
    languages: tuple[Literal["nl", "en"], ...] = ("nl", "en")
    timezone: str = "Europe/Amsterdam"
    contact: str
    holidays: Holidays = Holidays()
    owners: dict[str, Owner]
    owner_rules: OwnerRules
    answer_within_hours: int = Field(default=24, ge=1)
    attention_budget: int = Field(default=3, ge=0)
    tolerance: float = Field(default=DEFAULT_TOLERANCE, ge=0, le=1)
    retention: Retention = Retention()
    mail: Mail | None = None
    world: str | None = None

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which a day is counted."""
        return ZoneInfo(self.timezone)


class Source(Strict):
    """One entry of sources.yaml: one place items come from.

    expected_per_day  items on an ordinary day: how heavily a failure weighs in the coverage of a day
    licence           what its publisher lets us show. Nothing that Kaders makes shows more than a snippet, so
                      for the present it is a note for who reads the file, as `terms` is
    """

    id: Id
    name: str
    kind: SourceKind
    reader: Literal["feed", "mastodon", "bluesky", "import"] = "feed"
    url: Url | None = None
    owner_group: Id
    language: Literal["nl", "en"] | None = None
    expected_per_day: float = Field(gt=0)
    terms: str
    licence: Literal["snippet", "full"] = "snippet"


class Topic(Strict):
    """One entry of topics.yaml: a dossier of the organisation."""

    id: Id
    name: Text
    policy_area: str
    owner: str | None = None
    answer_within_hours: int | None = Field(default=None, ge=1)
    tolerance: float | None = Field(default=None, ge=0, le=1)
    any: Phrases
    all: Phrases = Phrases()
    none: Phrases = Phrases()


class CounterFrame(Strict):
    """Another way of seeing that opposes the stated one and that we know by name."""

    id: Id
    name: Text
    heard_by: Phrases


class StatedFrame(Strict):
    """One key message: how the organisation sees an issue, from when, and who says so."""

    id: Id
    topic: Id
    version: int = Field(ge=1)
    valid_from: date
    valid_to: date | None = None
    owner: str
    source: Url | None = None
    message: Text
    problem: Text = Text()
    cause: Text = Text()
    judgement: Text = Text()
    remedy: Text = Text()
    frames: dict[PolicyFrame, float]
    heard_by: Phrases
    counter_frames: tuple[CounterFrame, ...] = ()
    evidence: tuple[Url, ...] = ()

    def valid_on(self, day: date) -> bool:
        """Whether the message stood on `day`; both ends count."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


class Subscription(Strict):
    """One entry of subscriptions.yaml: who hears of which topics, how and how often.

    frequency  immediate: as soon as a morning has been judged; today that is once a day, as with daily;
               weekly: on Mondays
    """

    id: Id
    to: str
    channel: Literal["mail", "webhook"]
    language: Literal["nl", "en"] = "nl"
    topics: tuple[str, ...] = ()
    policy_areas: tuple[str, ...] = ()
    min_level: Level = "signal"
    frequency: Literal["immediate", "daily", "weekly"] = "immediate"
    paused: bool = False


class PolicyArea(Strict):
    """One concept of the TOP-lijst."""

    code: str
    uri: str
    label: Text
    parent: str | None = None


class FrameName(Strict):
    """One of the fourteen policy frames of Boydstun's codebook."""

    id: PolicyFrame
    number: int
    name: Text
    gloss: Text
