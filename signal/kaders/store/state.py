"""What the collector remembers of a source between two visits."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
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
    entries        fingerprints of the entries of the reply
    """

    moment: datetime
    etag: str = ""
    last_modified: str = ""
    body: str = ""
    entries: tuple[str, ...] = ()


def load(places: Places, source: str) -> State | None:
    """What is remembered of a source; None at the first visit and when the file is damaged.

    Forgetting is safe: entries then land a second time and the loader keeps the first.
    """
    try:
        fields = json.loads(_path(places, source).read_text(encoding="utf-8"))
        entries = tuple(str(entry) for entry in fields["entries"])
        moment = datetime.fromisoformat(fields["moment"])
        return State(moment, str(fields["etag"]), str(fields["last_modified"]), str(fields["body"]), entries)
    except (OSError, ValueError, TypeError, KeyError):
        return None


def save(places: Places, source: str, state: State) -> None:
    """Remember a visit. Raises files.Unwritable when the disk is full."""
    fields = asdict(state) | {"moment": state.moment.isoformat()}
    files.write(_path(places, source), json.dumps(fields, sort_keys=True).encode())


def _path(places: Places, source: str) -> Path:
    return places.of("state") / f"{source}.json"
