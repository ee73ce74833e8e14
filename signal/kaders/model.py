"""The nouns of Kaders that travel between the rooms (docs/glossary.md says what each means)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

Language = Literal["nl", "en", "other"]
SourceKind = Literal["news", "rss", "social", "own"]
Outcome = Literal["OK", "PARTIAL", "FAILED", "NOT EXPECTED"]
DateOrigin = Literal["source", "first_seen"]
Fate = Literal["kept", "duplicate", "no_text", "other_language", "withdrawn"]
SignalKind = Literal["absent", "contested", "reframed", "unframed"]
Level = Literal["watch", "signal", "elevated", "high"]


@dataclass(frozen=True, slots=True)
class Item:
    """What a source gave, pseudonymised at the door: one line of a landing file.

    same_as    keyed hash by which one post is known again when its own address may not be kept, as it names
               an account; empty when the address does it
    date_mark  why `published` is None, or what to know of it: missing, unreadable, future, ancient; no_time,
               no_zone and two_digit_year for a date that had to be completed. Empty for one as it should be
    withdrawn  whether the source has taken the entry back: nothing but its guid is left
    section    the part of the site that the page of the article places it in; empty when no page was read
    """

    source: str
    guid: str
    url: str
    title: str
    text: str
    published: datetime | None
    fetched_at: datetime
    language: str | None = None
    author: str | None = None
    engagement: int = 0
    same_as: str = ""
    date_mark: str = ""
    withdrawn: bool = False
    section: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """One request to a source, without its secret.

    body  JSON to send with POST; empty for GET
    key   how the secret goes along: "header:NAME", "bearer", "query:NAME", or "" when it does not
    """

    url: str
    body: str = ""
    key: str = ""
    accept: str = ""


@dataclass(frozen=True, slots=True)
class Fetch:
    """One visit to one source: a line of the run ledger.

    bad_entries  those that could not be read
    erased       those that were left out, as they are of what was erased (store/erased.py)
    """

    source: str
    moment: datetime
    outcome: Outcome
    reason: str = ""
    detail: str = ""
    status: int = 0
    entries: int = 0
    new_entries: int = 0
    landing: str = ""
    bad_entries: int = 0
    erased: int = 0


@dataclass(frozen=True, slots=True)
class Document:
    """What we keep of an item. `id` is stable over revisions; `content` tells revisions apart.

    address_key, title_key, text_key, lead_key  numbers by which it is known again (read/same.py); None where
        it has nothing of the kind
    """

    id: str
    content: str
    source: str
    kind: SourceKind
    owner_group: str
    url: str
    title: str
    text: str
    snippet: str
    language: Language
    published: datetime
    date_origin: DateOrigin
    first_seen: datetime
    author: str | None
    engagement: int
    fate: Fate
    address_key: int | None = None
    title_key: int | None = None
    text_key: int | None = None
    lead_key: int | None = None


@dataclass(frozen=True, slots=True)
class Tags:
    """What the tagger says of a document.

    policy_areas  TOP-lijst level-1 codes, strongest first, with the share of the evidence for each
    topics        ids of the organisation's topics
    frames        policy frame id -> share; the shares sum to 1, empty when no frame was heard
    messages      topics whose stated message is heard
    counters      "topic/counter" ids that are heard
    questions     sentences that ask something
    sketch        MinHash signature of the text, for finding near-duplicates
    version       of the tagger, its patterns and the organisation's topics and frames
    """

    policy_areas: dict[str, float]
    topics: tuple[str, ...]
    frames: dict[str, float]
    messages: tuple[str, ...]
    counters: tuple[str, ...]
    questions: tuple[str, ...]
    sketch: tuple[int, ...]
    version: str


@dataclass(frozen=True, slots=True)
class Tagged:
    """A document with its tags: one line of a tagged file."""

    document: Document
    tags: Tags


@dataclass(frozen=True, slots=True)
class Summary:
    """What a job did, in numbers that fit in a log line; `failures` are sentences for a person."""

    job: str
    moment: datetime
    counts: dict[str, int] = field(default_factory=dict)
    failures: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """A plain form that fits in an Airflow XCom: counts and paths, never payloads."""
        return {
            "job": self.job,
            "moment": self.moment.isoformat(),
            "counts": self.counts,
            "failures": list(self.failures),
            "outputs": list(self.outputs),
        }


@dataclass(frozen=True, slots=True)
class Window:
    """The days that a morning looks at; all dates are days of the organisation's own calendar.

    day       the morning of the report
    analysed  the last complete day, the day before
    now       the first day of the seven that end with `analysed`
    base      the first day of the comparison; the base ends the day before `guard`
    guard     the first of the days kept out of the base because an issue may already be growing
    cutoff    the moment (UTC) after which nothing is seen
    """

    day: date
    analysed: date
    now: date
    guard: date
    base: date
    cutoff: datetime
