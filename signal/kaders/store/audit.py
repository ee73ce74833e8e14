"""The audit log: who did what with people's words and names, one line each, never the words or names.

One file of lines for each year, in data/audit/<organisation>, to which is only ever added.
"""

from __future__ import annotations

import getpass
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal, get_args

from filelock import FileLock

from kaders.errors import ConfigurationError
from kaders.settings import Places
from kaders.store.files import room_on_disk

Kind = Literal["erasure", "export", "backup", "restore", "rotation", "full_texts", "named_quote"]
"""What is noted: an erasure; a search or the trends written to a file; a backup and a restore; a new
key of pseudonyms; full texts handed to a notebook; a quote of a public official shown with the name."""
KINDS: tuple[Kind, ...] = get_args(Kind)
ON_TIME = timedelta(minutes=1)
"""Within this a job works for the moment it is done at: the log is shown by the minute."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the log.

    moment  on the real clock, whatever moment the job was given
    by      the user of this machine who did it
    why     the reason that was given; '' when none was
    counts  how many of what
    about   keyed hash of what was asked, by which the same request is known again; '' when there is none
    note    what else there is to say, in a sentence
    given   the moment that the job was given, as by --moment; None when that was the real one
    """

    moment: datetime
    what: Kind
    by: str
    why: str = ""
    counts: dict[str, int] = field(default_factory=dict)
    about: str = ""
    note: str = ""
    given: datetime | None = None


@dataclass(frozen=True, slots=True)
class Damaged:
    """A line that cannot be read: where it stands."""

    file: Path
    number: int


def user() -> str:
    """Who is at work here: the name that the system has for the user, else the number."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return str(os.getuid())


def note(
    places: Places,
    now: datetime,
    what: Kind,
    *,
    given: datetime | None = None,
    why: str = "",
    counts: dict[str, int] | None = None,
    about: str = "",
    note: str = "",
    by: str = "",
) -> None:
    """Adds a line and puts it on the disk. A quote with a name needs a reason.

    now: the real clock, so that nobody chooses the date of a line. given: the moment that the job was given.
    Raises ConfigurationError without that, and files.Unwritable: then what is noted should not be done.
    """
    if what == "named_quote" and not why.strip():
        raise ConfigurationError("a quote with a name needs a reason: say why it is shown")
    fields = {
        "moment": now.astimezone(UTC).isoformat(),
        "what": what,
        "by": by or user(),
        "why": why,
        "counts": counts or {},
        "about": about,
        "note": note,
    }
    if given is not None and abs(given - now) > ON_TIME:
        fields["given"] = given.astimezone(UTC).isoformat()
    path = places.data / "audit" / places.organisation / f"{now.astimezone(UTC):%Y}.jsonl"
    with room_on_disk(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(path.with_suffix(".lock")), path.open("ab") as file:
            broken = file.tell() and path.read_bytes()[-1:] != b"\n"  # a line that was cut stays by itself
            file.write(b"\n" * bool(broken) + (json.dumps(fields, ensure_ascii=False) + "\n").encode())
            file.flush()
            os.fsync(file.fileno())


def lines(places: Places, since: datetime | None = None) -> Iterator[Line | Damaged]:
    """The lines from a moment on, oldest first, and those that are damaged."""
    for path in paths(places):
        for number, text in enumerate(path.read_bytes().splitlines(), start=1):
            line = _line(text)
            if line is None:
                yield Damaged(path, number)
            elif since is None or line.moment >= since:
                yield line


def paths(places: Places) -> list[Path]:
    """The files of the log, a year each, oldest first."""
    return sorted((places.data / "audit" / places.organisation).glob("[0-9][0-9][0-9][0-9].jsonl"))


def too_old(places: Places, moment: datetime, years: int) -> list[Path]:
    """The files of years that ended so many years before a moment."""
    return [path for path in paths(places) if int(path.stem) < moment.astimezone(UTC).year - years]


def _line(text: bytes) -> Line | None:
    try:
        fields: dict[str, Any] = json.loads(text)
        moment = datetime.fromisoformat(fields["moment"])
        if moment.tzinfo is None or fields["what"] not in KINDS:
            return None
        counts = {str(name): int(count) for name, count in fields["counts"].items()}
        rest = {name: str(fields.get(name, "")) for name in ("by", "why", "about", "note")}
        given = datetime.fromisoformat(fields["given"]) if "given" in fields else None
        return Line(moment, fields["what"], counts=counts, given=given, **rest)
    except (ValueError, TypeError, KeyError, AttributeError):
        return None
