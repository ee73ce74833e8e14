"""The run ledger as files: one for each call of the collector, one line for each source it visited."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from kaders.errors import Quarantine
from kaders.model import Fetch
from kaders.settings import Places
from kaders.store import files
from kaders.store.packed import stamp

ATTEMPTS = 1000
"""Visits of one shard at one moment; nobody runs the same moment more often."""


def append(places: Places, moment: datetime, shard: str, fetches: Iterable[Fetch]) -> str:
    """Write the visits of one call; the path relative to the organisation's ledger folder.

    Files never change: the same visits again at the same moment are the same file, other visits get the next
    free name. Raises files.Unwritable when the disk is full.
    """
    lines = "".join(text_of(fetch) for fetch in fetches).encode()
    utc = moment.astimezone(UTC)
    folder = places.of("ledger") / f"{utc:%Y-%m-%d}"
    for number in range(1, ATTEMPTS):
        path = _named(folder, utc, shard, number)
        last = path.exists() and not _named(folder, utc, shard, number + 1).exists()
        if (last and path.read_bytes() == lines) or (not path.exists() and files.write_new(path, lines)):
            break
    return path.relative_to(places.of("ledger")).as_posix()


def paths(places: Places) -> list[Path]:
    """The ledger files of the organisation, in the order of their moments and, within those, of attempts."""
    found = [path for path in places.of("ledger").glob("*/*.jsonl") if not path.name.startswith(".")]
    return sorted(found, key=lambda path: (path.parent.name, path.name[:7], _attempt(path), path.name))


def read(path: Path) -> Iterator[Fetch]:
    """The visits of one ledger file. Raises Quarantine, naming the file, when it is damaged."""
    try:
        for line in path.read_text(encoding="utf-8").splitlines():
            yield line_of(json.loads(line))
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise Quarantine(f"The ledger file {path} cannot be read ({type(error).__name__}).") from error


def _named(folder: Path, utc: datetime, shard: str, attempt: int) -> Path:
    return folder / f"{utc:%H%M%S}Z-{shard}{f'.{attempt}' if attempt > 1 else ''}.jsonl"


def _attempt(path: Path) -> int:
    attempt = path.stem.rpartition(".")[2]
    return int(attempt) if "." in path.stem and attempt.isdigit() else 1


def line_of(fields: dict[str, Any]) -> Fetch:
    """A visit from its JSON; ValueError, TypeError or KeyError when it is none."""
    return Fetch(**fields | {"moment": datetime.fromisoformat(fields["moment"])})


def text_of(fetch: Fetch) -> str:
    """A visit as one line of JSON."""
    fields = asdict(fetch) | {"moment": stamp(fetch.moment)}
    return json.dumps(fields, ensure_ascii=False, sort_keys=True) + "\n"
