"""What the collector remembers of a source between two visits."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from kaders.settings import Places
from kaders.store import files


@dataclass(frozen=True, slots=True)
class State:
    """The last good visit.

    moment         when it was
    etag, last_modified   the validators of the reply, for the next conditional request
    body           hash of the body
    count          entries in the reply
    bad            entries in the reply that could not be read
    marks          hashes of the raw entries of the reply
    entries        hash of a guid -> the fingerprint that entry last had
    """

    moment: datetime
    etag: str = ""
    last_modified: str = ""
    body: str = ""
    count: int = 0
    bad: int = 0
    marks: tuple[str, ...] = ()
    entries: dict[str, str] = field(default_factory=dict)


def load(places: Places, source: str) -> State | None:
    """What is remembered of a source; None at the first visit and when the file is damaged.

    Forgetting is safe: entries then land a second time and the loader keeps the first.
    """
    try:
        fields = json.loads(_path(places, source).read_text(encoding="utf-8"))
        return State(
            moment=datetime.fromisoformat(fields["moment"]),
            etag=str(fields["etag"]),
            last_modified=str(fields["last_modified"]),
            body=str(fields["body"]),
            count=int(fields["count"]),
            bad=int(fields.get("bad", 0)),
            marks=tuple(map(str, fields["marks"])),
            entries={str(guid): str(mark) for guid, mark in fields["entries"].items()},
        )
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None


def save(places: Places, source: str, state: State) -> None:
    """Remember a visit. Raises files.Unwritable when the disk is full."""
    fields = {name: getattr(state, name) for name in State.__dataclass_fields__}
    files.write(_path(places, source), json.dumps(fields | {"moment": state.moment.isoformat()}).encode())


def _path(places: Places, source: str) -> Path:
    return places.of("state") / f"{source}.json"
