"""What the collector remembers of a source between two visits."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from kaders.settings import Places
from kaders.store import files


@dataclass(frozen=True, slots=True)
class State:
    """The last visit, and what it takes to make the next one.

    moment         when the last good visit was
    etag, last_modified   the validators of the reply, for the next conditional request
    body           hash of the body
    count          entries in the reply
    bad            entries in the reply that could not be read
    marks          hashes of the raw entries of the reply
    entries        hash of a guid -> the fingerprint that entry last had
    short          why the reply was known to hold less than there is; '' when it was whole
    asked          hash of what is asked: address, query and the name of the secret
    cursor         what the reader of the source asked to remember
    lies           whether it once said "unchanged" when it was not
    unchanged_at   the last visit, when it was answered with 304; None after any other reply
    faces          hashes of the titles of its newest entries, by which they are known under another guid
    walks          first visits in a row that could not walk back to the end
    full           the last visit that asked without validators; None before the first that came to its end
    moved_to       where it says it has moved for good; '' when it does not
    rate           new entries a day, as observed
    asked_minutes  distance between visits that it asked for
    next_visit     when it is due; None for at once
    failures       visits in a row that failed
    waits_for      reason of the last of them
    noted          the local day on which the ledger last said that we wait for it
    not_before     until when the source itself asked to be left alone
    lost           whether what was remembered cannot be read any more
    """

    moment: datetime
    etag: str = ""
    last_modified: str = ""
    body: str = ""
    count: int = 0
    bad: int = 0
    marks: tuple[str, ...] = ()
    entries: dict[str, str] = field(default_factory=dict)
    short: str = ""
    asked: str = ""
    cursor: dict[str, str] = field(default_factory=dict)
    lies: bool = False
    unchanged_at: datetime | None = None
    faces: tuple[str, ...] = ()
    walks: int = 0
    full: datetime | None = None
    moved_to: str = ""
    rate: float | None = None
    asked_minutes: int = 0
    next_visit: datetime | None = None
    failures: int = 0
    waits_for: str = ""
    noted: str = ""
    not_before: datetime | None = None
    lost: bool = False


def load(places: Places, source: str) -> State | None:
    """What is remembered of a source; None before its first visit.

    A damaged file is as good as the one before it, which is kept beside it. When that is damaged too, what
    comes back has `lost` set and knows nothing: entries then land a second time and the loader keeps the
    first, but what a cursor had passed by may be gone, and the visit says so.
    """
    path = _path(places, source)
    known = _read(path) or _read(_before(path))
    if known or not (path.exists() or _before(path).exists()):
        return known
    return State(datetime.fromtimestamp(0, UTC), lost=True)


def _read(path: Path) -> State | None:
    try:
        fields = json.loads(path.read_text(encoding="utf-8"))
        return State(
            moment=_aware(fields["moment"]),
            etag=str(fields["etag"]),
            last_modified=str(fields["last_modified"]),
            body=str(fields["body"]),
            count=int(fields["count"]),
            bad=int(fields.get("bad", 0)),
            marks=tuple(map(str, fields["marks"])),
            entries=_texts(fields["entries"]),
            short=str(fields.get("short", "")),
            asked=str(fields.get("asked", "")),
            cursor=_texts(fields.get("cursor", {})),
            lies=bool(fields.get("lies", False)),
            unchanged_at=_moment(fields.get("unchanged_at")),
            faces=tuple(map(str, fields.get("faces", []))),
            walks=int(fields.get("walks", 0)),
            full=_moment(fields.get("full")),
            moved_to=str(fields.get("moved_to", "")),
            rate=None if fields.get("rate") is None else float(fields["rate"]),
            asked_minutes=int(fields.get("asked_minutes", 0)),
            next_visit=_moment(fields.get("next_visit")),
            failures=int(fields.get("failures", 0)),
            waits_for=str(fields.get("waits_for", "")),
            noted=str(fields.get("noted", "")),
            not_before=_moment(fields.get("not_before")),
        )
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None


def save(places: Places, source: str, state: State) -> None:
    """Remember a visit, and keep what was remembered before. files.Unwritable when the disk is full."""
    path = _path(places, source)
    fields = {name: getattr(state, name) for name in State.__dataclass_fields__}
    files.write(path, json.dumps(fields, default=datetime.isoformat).encode(), before=_before(path))


def _texts(pairs: dict[Any, Any]) -> dict[str, str]:
    return {str(name): str(value) for name, value in pairs.items()}


def _moment(text: str | None) -> datetime | None:
    return _aware(text) if text else None


def _aware(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a moment without its zone")
    return moment


def _before(path: Path) -> Path:
    return path.with_suffix(".before")


def _path(places: Places, source: str) -> Path:
    return places.of("state") / f"{source}.json"
