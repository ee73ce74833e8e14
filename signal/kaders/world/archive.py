"""A written world in memory: what each source shows at a moment."""

from __future__ import annotations

import json
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

from kaders.errors import ConfigurationError

SHOWN = 40
"""Entries of a feed: what a Mastodon page holds; more than the 10 to 25 of most RSS feeds, so that a missed
morning is still there."""
RECENT = timedelta(hours=36)
"""How far back a reply reaches when that is more than SHOWN entries: one visit a day sees everything."""
MOST = 400
"""Entries of a reply at most."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One item as it was written; edited: when it got another title, and which."""

    id: str
    url: str
    published: datetime
    title: str
    text: str
    language: str
    author: str
    counts: tuple[int, int, int]
    edited: tuple[datetime, str] | None = None

    def as_of(self, moment: datetime) -> Entry:
        """The item as its source shows it at a moment."""
        if self.edited is None or moment < self.edited[0]:
            return self
        return replace(self, title=self.edited[1], edited=None)


@dataclass(slots=True)
class Shelf:
    """One source with all it will ever say, oldest first; `painted` keeps entries once they are rendered."""

    id: str
    name: str
    kind: str
    reader: Literal["feed", "mastodon", "bluesky", "import"]
    path: str
    number: int
    language: str | None
    zone: ZoneInfo
    dead: tuple[tuple[datetime, datetime | None], ...]
    entries: tuple[Entry, ...]
    moments: tuple[datetime, ...]
    painted: dict[Entry, str] = field(default_factory=dict)

    def alive(self, moment: datetime) -> bool:
        """Whether the source answers at a moment."""
        return not any(start <= moment and (end is None or moment < end) for start, end in self.dead)

    def shown(self, moment: datetime) -> range:
        """The numbers of the entries in a reply at a moment, oldest first."""
        stop = bisect_right(self.moments, moment)
        recent = bisect_left(self.moments, moment - RECENT, 0, stop)
        return range(max(min(recent, stop - SHOWN), stop - MOST, 0), stop)

    def edits(self, moment: datetime) -> list[datetime]:
        """When the entries of a reply at a moment got another title by then, in no order."""
        found = (self.entries[number].edited for number in self.shown(moment))
        return [edited[0] for edited in found if edited and edited[0] <= moment]


@dataclass(frozen=True, slots=True)
class Archive:
    """A whole world: its sources by path, and the last moment it knows."""

    seed: int
    notice: str
    first: datetime
    last: datetime
    shelves: dict[str, Shelf]


def open_world(folder: Path) -> Archive:
    """Reads a world that `write` made; ConfigurationError when the folder holds none."""
    try:
        meta = json.loads((folder / "world.json").read_text(encoding="utf-8"))
        shelves = [
            _shelf(folder, source, number, ZoneInfo(meta["timezone"]))
            for number, source in enumerate(meta["sources"])
        ]
    except (OSError, ValueError, KeyError) as error:
        raise ConfigurationError(
            f"{folder} holds no whole world ({error}): write it with kaders world"
        ) from error
    return Archive(
        seed=meta["seed"],
        notice=meta["notice"],
        first=_moment(meta["first_moment"]),
        last=_moment(meta["last_moment"]),
        shelves={shelf.path: shelf for shelf in shelves},
    )


def _shelf(folder: Path, source: dict[str, Any], number: int, zone: ZoneInfo) -> Shelf:
    lines = (folder / "items" / f"{source['id']}.jsonl").read_text(encoding="utf-8").split("\n")
    entries = tuple(_entry(json.loads(line)) for line in lines if line)
    return Shelf(
        id=source["id"],
        name=source["name"],
        kind=source["kind"],
        reader=source["reader"],
        path=source["path"],
        number=number,
        language=source["language"],
        zone=zone,
        dead=tuple((_moment(start), _moment(end) if end else None) for start, end in source["dead"]),
        entries=entries,
        moments=tuple(entry.published for entry in entries),
    )


def _entry(line: dict[str, Any]) -> Entry:
    replies, shares, likes = line["counts"]
    return Entry(
        id=line["id"],
        url=line["url"],
        published=_moment(line["published"]),
        title=line["title"],
        text=line["text"],
        language=line["language"],
        author=line["author"] or "",
        counts=(replies, shares, likes),
        edited=(_moment(line["edit"]["at"]), line["edit"]["title"]) if line["edit"] else None,
    )


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
