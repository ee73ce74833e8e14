"""How the last run of each job ended: one small file per job, for who asks how it stands."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from filelock import FileLock

from kaders.settings import Places
from kaders.store import files

PATIENCE = 5
"""Seconds to wait for a shard that writes the same file at this instant; a write takes milliseconds."""


class Ending(StrEnum):
    """How a run came to its end, from good to bad."""

    DONE = "done"
    FAILURES = "with failures"
    BROKEN_OFF = "broken off"


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a run: its ending, the number of its failures, and the first of them."""

    ending: Ending
    failures: int = 0
    first: str = ""


@dataclass(frozen=True, slots=True)
class Run:
    """The last run of a job: the moment it was asked for and what came of it."""

    moment: datetime
    result: Result


def keep(places: Places, job: str, moment: datetime, result: Result, *, part: str = "") -> None:
    """Write down what came of a run; the last one stands.

    part: names a share of the work that runs beside others at the same moment. Their results are kept side
    by side, so that a good shard does not hide one that failed. Raises files.Unwritable on a full disk and
    filelock.Timeout when another process does not let go of the file.
    """
    path = _path(places, job)
    with files.room_on_disk(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(path.with_suffix(".lock"), timeout=PATIENCE):
            known = _read(path) if part else None
            parts = known[1] if known and known[0] == moment else {}
            files.write(path, _content(job, moment, parts | {part: result}))


def last(places: Places, job: str) -> Run | None:
    """The last run of a job; None when it never ran and when the file is damaged.

    Of parts side by side: the worst ending, with the failures of all.
    """
    known = _read(_path(places, job))
    if not known or not known[1]:
        return None
    moment, parts = known
    worst = max(parts.values(), key=lambda result: list(Ending).index(result.ending))
    return Run(moment, Result(worst.ending, sum(result.failures for result in parts.values()), worst.first))


def _content(job: str, moment: datetime, parts: dict[str, Result]) -> bytes:
    told: dict[str, Any] = {
        part: {"ending": result.ending, "failures": result.failures, "first": result.first}
        for part, result in parts.items()
    }
    run = {"job": job, "moment": moment.astimezone(UTC).isoformat(), "parts": told}
    return json.dumps(run, ensure_ascii=False, indent=1).encode()


def _read(path: Path) -> tuple[datetime, dict[str, Result]] | None:
    try:
        run = json.loads(path.read_text(encoding="utf-8"))
        return datetime.fromisoformat(run["moment"]), {
            str(part): Result(Ending(told["ending"]), int(told["failures"]), str(told["first"]))
            for part, told in run["parts"].items()
        }
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None


def _path(places: Places, job: str) -> Path:
    return places.of("state") / "runs" / f"{job}.json"
