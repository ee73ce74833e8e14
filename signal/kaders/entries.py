"""The entries of an organisation's YAML files as typed objects."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    SerializeAsAny,
    StringConstraints,
    ValidationInfo,
    field_validator,
)

from kaders.model import Level, SourceKind
from kaders.queries import ADDRESSES, Query, ReaderName, typed

WORLD = "${WORLD}"
"""What the address of a demo's source begins with until its world is served somewhere."""
DEFAULT_TOLERANCE = 0.25
"""Bits of Jensen-Shannon divergence that a topic may stand apart; docs/decisions/0009."""


def _identifier(value: str) -> str:
    if not re.fullmatch(r"[a-z0-9][a-z0-9._-]*", value):
        raise ValueError("an id has small letters, digits, '-', '.' and '_' only")
    return value


def _http_url(value: str) -> str:
    if not re.match(r"(?:https?|wss?)://\S+$|\$\{WORLD\}/\S+$", value):
        raise ValueError("an address starts with http:// or https://")
    if re.match(r"\w+://[^/?#]*@", value):
        raise ValueError("a name or password may not stand in an address; name a 'secret:' instead")
    return value


def _host_port(value: str) -> str:
    if not re.fullmatch(r"(?:[\w.-]+|\[[0-9a-fA-F:]+\]):\d{1,5}", value):
        raise ValueError("write it as host:port, such as feeds.intern.example:8080")
    return value.lower()


def _bucket(value: str) -> str:
    if not re.fullmatch(r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](?:/[\w.-]+)*/?", value):
        raise ValueError(
            "object storage is named as s3://bucket/prefix; its keys and its address stand in the environment"
        )
    return value.rstrip("/")


def _secret(value: str) -> str:
    if not re.fullmatch(r"env:[A-Z][A-Z0-9_]*|connection:[\w.-]+", value):
        raise ValueError("a secret is named as env:NAME or connection:NAME; the key itself never stands here")
    return value


Id = Annotated[str, AfterValidator(_identifier)]
Url = Annotated[str, AfterValidator(_http_url)]
HostPort = Annotated[str, AfterValidator(_host_port)]
Bucket = Annotated[str, AfterValidator(_bucket)]
Secret = Annotated[str, AfterValidator(_secret)]
Month = Annotated[str, StringConstraints(pattern=r"^20\d\d-(0[1-9]|1[0-2])$")]
Permission = Literal["own", "public_record", "open_licence", "agreement", "public_feed", "api_terms"]
"""On what ground a source is read: our own; a public body's record, open to reuse; a licence to reuse; an
agreement with the publisher; a feed that its publisher offers to all; the terms of a service's API."""
RetentionClass = Literal["post", "article", "public_record"]
KEPT_AS: dict[SourceKind, RetentionClass] = {
    "news": "article",
    "rss": "article",
    "social": "post",
    "own": "public_record",
}
"""The class of a source that names none, by its kind."""
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
    """Days after which words and landing files go (design section 7): words by the class of their source.

    text           the words of class `post`: what people write, and whatever else a source calls a post
    article        the words of class `article`. A year: a dossier has been round once by then; a
                   morning looks back 182 days at most, and does so by tags
    public_record  the words of class `public_record`: as long as they are there, unless a number is given
    landing        landing files. A changed topic is sought again in what landed, and a morning looks back 63
                   days: landing files that go sooner leave the older documents with their old tags
    audit_years    whole years after its own that a year of the audit log is kept. Two: a yearly audit then
                   has the year before it to hold against; the law names no term. Our choice
    """

    text: int = Field(default=90, ge=1)
    article: int | None = Field(default=365, ge=1)
    public_record: int | None = Field(default=None, ge=1)
    landing: int = Field(default=90, ge=1)
    audit_years: int = Field(default=2, ge=1)

    def days_of(self, kept_as: RetentionClass) -> int | None:
        """Days that the words of a class are kept; None when they have no end."""
        return {"post": self.text, "article": self.article, "public_record": self.public_record}[kept_as]


class Storage(Strict):
    """Where files lie when not on the disk, as s3://bucket/prefix; each organisation has a folder in it.

    landing    what the sources gave
    tagged     what was made of it
    published  the copy that readers open

    Keys and the address of the service are those that every AWS tool takes from the environment
    (docs/growing-out.md). Everything else stays on the disk of the one who writes the warehouse.
    """

    landing: Bucket | None = None
    tagged: Bucket | None = None
    published: Bucket | None = None

    def of(self, room: str) -> str | None:
        """Where a room lies; None for one on the disk."""
        return {"landing": self.landing, "tagged": self.tagged, "published": self.published}.get(room)

    def rooms(self) -> tuple[str, ...]:
        """The rooms that are not on the disk."""
        return tuple(room for room in ("landing", "tagged", "published") if self.of(room))


class Mail(Strict):
    """How mail leaves; the server's address and password come from the environment, by name."""

    sender: str
    server_env: str = "KADERS_SMTP"


class Network(Strict):
    """How Kaders goes out.

    allow          addresses inside our own walls that may be asked all the same, each as host:port
    proxy          http://host:port through which everything goes; it is trusted, and resolves the names
    authorities    file with the certificates to trust instead of the usual ones, as where a proxy opens TLS
    pause_seconds  between two requests to one host that is not our own
    at_once        requests to one host side by side
    """

    allow: tuple[HostPort, ...] = ()
    proxy: Url | None = None
    authorities: str | None = None
    pause_seconds: float = Field(default=1.0, ge=0, le=60)
    at_once: int = Field(default=2, ge=1, le=8)


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
    network: Network = Network()
    storage: Storage = Storage()
    mail: Mail | None = None
    world: str | None = None

    @property
    def zone(self) -> ZoneInfo:
        """The zone in which a day is counted."""
        return ZoneInfo(self.timezone)


class Source(Strict):
    """One entry of sources.yaml: one place items come from.

    url               its address; services that have one address for everybody need none (queries.ADDRESSES)
    query             what a service is asked, in the form of its reader (queries.py)
    secret            where its key or token is: `env:NAME` or `connection:NAME`; never the key itself
    expected_per_day  items on an ordinary day, as far as nothing is learned yet
    terms, permission  what its publisher lets us do, in words and as a class; `pages` needs more than a feed.
                      Where no class is stated the one that allows least holds, and `kaders check` asks for it
    licence           what its publisher lets us show. Reports, mails and views show a snippet at most; a
                      notebook may ask for full texts, and gets those of sources where this is "full"
    retention         how long its texts may be kept, as a class (Retention); by default that of its kind
    pages             whether the page of every new entry is read too, for the whole article
    known_to_work     the day on which somebody last saw it work, or the month when no more is known
    every_minutes     a fixed distance between visits instead of the learned one
    pause_seconds     between two requests to its host, when it asks for more than the organisation's own
    """

    id: Id
    name: str
    kind: SourceKind
    reader: ReaderName = "feed"
    url: Url | None = None
    query: SerializeAsAny[Query] = Field(default=Query(), validate_default=True)
    secret: Secret | None = None
    owner_group: Id
    language: Literal["nl", "en"] | None = None
    expected_per_day: float = Field(gt=0)
    terms: str
    permission: Permission = "public_feed"
    licence: Literal["snippet", "full"] = "snippet"
    retention: RetentionClass | None = None
    pages: bool = False
    known_to_work: date | Month | None = None
    every_minutes: int | None = Field(default=None, ge=5, le=1440)
    pause_seconds: float | None = Field(default=None, ge=0, le=600)

    @field_validator("query", mode="before")
    @classmethod
    def _in_form(cls, given: object, info: ValidationInfo) -> Query:
        reader = str(info.data.get("reader", "feed"))
        return typed(reader, given.model_dump() if isinstance(given, Query) else given)

    @property
    def address(self) -> str:
        """Where it is asked: its own address, else that of its service; '' for one that is imported."""
        return self.url or ADDRESSES.get(self.reader, "")

    @property
    def kept_as(self) -> RetentionClass:
        """Its class of retention, by default that of its kind."""
        return self.retention or KEPT_AS[self.kind]


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
