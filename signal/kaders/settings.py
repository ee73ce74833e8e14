"""An organisation's YAML as typed objects, read once and passed down."""

from __future__ import annotations

import hashlib
import re
from datetime import date
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from kaders.model import Level, SourceKind

DEFAULT_TOLERANCE = 0.25
"""Bits of Jensen-Shannon divergence that a topic may stand apart; docs/decisions/0006 has the calibration."""


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


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Text(_Strict):
    """A text in Dutch, in English, or in both; the other language falls back on the one there is."""

    nl: str = ""
    en: str = ""

    def in_(self, language: str) -> str:
        """The text in `language`, else in the other one."""
        return (self.en or self.nl) if language == "en" else (self.nl or self.en)

    def both(self) -> dict[str, str]:
        """As {"nl": ..., "en": ...}."""
        return {"nl": self.in_("nl"), "en": self.in_("en")}


class Phrases(_Strict):
    """Words and phrases per language; `afval*` means every word that starts with it."""

    nl: tuple[str, ...] = ()
    en: tuple[str, ...] = ()

    def of(self, language: str) -> tuple[str, ...]:
        """The phrases of one language."""
        return self.en if language == "en" else self.nl


class Owner(_Strict):
    """Who acts on a signal: a role within the organisation, never a private address."""

    role: Role
    name: Text
    mail: str


class OwnerRules(_Strict):
    """Which owner acts on a kind of divergence when the topic names none."""

    absent: str
    contested: str
    reframed: str
    unframed: str


class Holidays(_Strict):
    """Days on which people write as on a Sunday."""

    country: str = "NL"
    extra: tuple[date, ...] = ()


class Retention(_Strict):
    """Days after which text and raw landing files go (design section 7)."""

    text: int = Field(default=90, ge=1)
    landing: int = Field(default=30, ge=1)


class Mail(_Strict):
    """How mail leaves; the server's address and password come from the environment, by name."""

    sender: str
    server_env: str = "KADERS_SMTP"


class Organisation(_Strict):
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


class Source(_Strict):
    """One entry of sources.yaml: one place items come from."""

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


class Topic(_Strict):
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


class CounterFrame(_Strict):
    """Another way of seeing that opposes the stated one and that we know by name."""

    id: Id
    name: Text
    heard_by: Phrases


class StatedFrame(_Strict):
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


class Subscription(_Strict):
    """One entry of subscriptions.yaml: who hears of which topics, how and how often."""

    id: Id
    to: str
    channel: Literal["mail", "webhook"]
    language: Literal["nl", "en"] = "nl"
    topics: tuple[str, ...] = ()
    policy_areas: tuple[str, ...] = ()
    min_level: Level = "signal"
    frequency: Literal["immediate", "daily", "weekly"] = "immediate"
    paused: bool = False


class PolicyArea(_Strict):
    """One concept of the TOP-lijst."""

    code: str
    uri: str
    label: Text
    parent: str | None = None


class FrameName(_Strict):
    """One of the fourteen policy frames of Boydstun's codebook."""

    id: PolicyFrame
    number: int
    name: Text
    gloss: Text


class Places(_Strict):
    """Where one organisation's files lie; nothing else decides a path."""

    folder: Path
    data: Path
    reference: Path
    patterns: Path
    organisation: str

    def of(self, room: str) -> Path:
        """data/<room>/<organisation>."""
        return self.data / room / self.organisation

    @property
    def warehouse(self) -> Path:
        """The file that one loader writes."""
        return self.data / "warehouse" / f"{self.organisation}.duckdb"

    @property
    def published(self) -> Path:
        """The copy that readers open."""
        return self.data / "published" / f"{self.organisation}.duckdb"


class Settings(_Strict):
    """Everything a job may know that is not data."""

    organisation: Organisation
    sources: tuple[Source, ...]
    topics: tuple[Topic, ...]
    frames: tuple[StatedFrame, ...]
    subscriptions: tuple[Subscription, ...]
    policy_areas: tuple[PolicyArea, ...]
    frame_names: tuple[FrameName, ...]
    places: Places

    def source(self, source_id: str) -> Source:
        """The source with this id; KeyError when there is none."""
        return {source.id: source for source in self.sources}[source_id]

    def topic(self, topic_id: str) -> Topic:
        """The topic with this id; KeyError when there is none."""
        return {topic.id: topic for topic in self.topics}[topic_id]

    def area(self, code_or_label: str) -> PolicyArea:
        """The policy area with this code or Dutch label; KeyError when there is none."""
        known = {a.code: a for a in self.policy_areas} | {a.label.nl: a for a in self.policy_areas}
        return known[code_or_label]

    def theme(self, code_or_label: str) -> PolicyArea:
        """The level-1 theme that a code or label belongs to."""
        area = self.area(code_or_label)
        return self.area(area.parent) if area.parent else area

    def frame_name(self, frame: str) -> dict[str, str]:
        """The readable name of a policy frame or of a registered counter-frame ("topic/id")."""
        counters = {f"{f.topic}/{c.id}": c.name.both() for f in self.frames for c in f.counter_frames}
        return ({f.id: f.name.both() for f in self.frame_names} | counters)[frame]

    def stated(self, topic_id: str, day: date) -> StatedFrame | None:
        """The message that stands for a topic on a day: the highest version that is valid."""
        valid = [f for f in self.frames if f.topic == topic_id and f.valid_on(day)]
        return max(valid, key=lambda f: f.version) if valid else None

    def fingerprint(self) -> str:
        """A short hash of all configuration, for seeds and for the method line.

        Without the places and the addresses: where files lie and which port a demo world got say nothing.
        """
        payload = self.model_dump_json(exclude={"places": True, "sources": {"__all__": {"url"}}})
        return hashlib.blake2b(payload.encode(), digest_size=6).hexdigest()
