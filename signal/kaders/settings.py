"""Everything a job may know that is not data: the organisation's entries and where its files lie."""

from __future__ import annotations

import hashlib
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from kaders.entries import (
    DEFAULT_TOLERANCE,
    CounterFrame,
    FrameName,
    Holidays,
    Id,
    Mail,
    Network,
    Organisation,
    Owner,
    OwnerRules,
    Phrases,
    PolicyArea,
    PolicyFrame,
    Retention,
    Role,
    Source,
    StatedFrame,
    Storage,
    Strict,
    Subscription,
    Text,
    Topic,
    Url,
)

__all__ = [
    "DEFAULT_TOLERANCE",
    "CounterFrame",
    "FrameName",
    "Holidays",
    "Id",
    "Mail",
    "Network",
    "Organisation",
    "Owner",
    "OwnerRules",
    "Phrases",
    "Places",
    "PolicyArea",
    "PolicyFrame",
    "Retention",
    "Role",
    "Settings",
    "Source",
    "StatedFrame",
    "Storage",
    "Subscription",
    "Text",
    "Topic",
    "Url",
]


MORNING = time(6, 30)
"""When a morning is judged, on the organisation's own clock; the report is due at 08:00.

The views signals and trends (store/views) name the same time."""


class Places(Strict):
    """Where one organisation's files lie; nothing else decides a path."""

    folder: Path
    data: Path
    reference: Path
    patterns: Path
    organisation: str
    storage: Storage = Storage()

    def of(self, room: str) -> Path:
        """data/<room>/<organisation>, or the same below the address in object storage that the room has.

        The latter is no pathlib.Path: it has the names and parts of one, and store/files.py reads, lists and
        writes either.
        """
        url = self.storage.of(room)
        if url is None:
            return self.data / room / self.organisation
        from kaders.store.cloud import root  # its libraries take a third of a second

        return root(f"{url}/{self.organisation}", f"storage.{room}")

    @property
    def offered(self) -> Path | None:
        """The published copy in object storage; None when readers open the one on the disk."""
        return self.of("published") / f"{self.organisation}.duckdb" if self.storage.published else None

    @property
    def reports(self) -> Path:
        """The folder with a folder per morning: the pages and signals.json."""
        return self.of("out") / "reports"

    def signals(self, day: date | str) -> Path:
        """Where the judgement of a morning lies."""
        return self.reports / str(day) / "signals.json"

    @property
    def warehouse(self) -> Path:
        """The file that one loader writes."""
        return self.data / "warehouse" / f"{self.organisation}.duckdb"

    @property
    def published(self) -> Path:
        """The copy that readers open."""
        return self.data / "published" / f"{self.organisation}.duckdb"

    @property
    def search(self) -> Path:
        """The words of the published copy, for finding documents by them; it can always be made anew."""
        return self.data / "published" / f"{self.organisation}.search.duckdb"


class Settings(Strict):
    """Everything a job may know that is not data.

    allowed  host:port of what may be asked although it is not public: the organisation's own list, and the
             demo world when one is served
    """

    organisation: Organisation
    sources: tuple[Source, ...]
    topics: tuple[Topic, ...]
    frames: tuple[StatedFrame, ...]
    subscriptions: tuple[Subscription, ...]
    policy_areas: tuple[PolicyArea, ...]
    frame_names: tuple[FrameName, ...]
    places: Places
    allowed: tuple[str, ...] = ()

    def source(self, source_id: str) -> Source:
        """The source with this id; KeyError when there is none."""
        return {source.id: source for source in self.sources}[source_id]

    def day_of(self, moment: datetime) -> date:
        """The day of a moment on the organisation's own calendar."""
        return moment.astimezone(self.organisation.zone).date()

    def morning_of(self, day: date) -> datetime:
        """The moment at which the morning of a day is judged."""
        return datetime.combine(day, MORNING, tzinfo=self.organisation.zone)

    @property
    def visited(self) -> tuple[Source, ...]:
        """The sources that are visited on schedule; the others are brought in as files."""
        return tuple(source for source in self.sources if source.reader != "import" and source.address)

    @property
    def imported(self) -> frozenset[str]:
        """The ids of the sources that are brought in as files."""
        return frozenset(source.id for source in self.sources if source.reader == "import")

    def group_name(self, group: str) -> str:
        """The readable name of an owner group: its first two titles; the id itself when nobody has it now."""
        names = [source.name for source in self.sources if source.owner_group == group]
        return ", ".join(names[:2]) + ("…" if len(names) > 2 else "") if names else group

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
        aside: dict[str, Any] = {
            "places": True,
            "allowed": True,
            "sources": {"__all__": {"url"}},
            "organisation": {"storage"},
        }
        payload = self.model_dump_json(exclude=aside)
        return hashlib.blake2b(payload.encode(), digest_size=6).hexdigest()
