"""The run ledger as files: one for each call of the collector, one line for each source it visited."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from kaders.errors import Quarantine
from kaders.model import Fetch
from kaders.settings import Places
from kaders.store import files


def append(places: Places, moment: datetime, shard: str, fetches: Iterable[Fetch]) -> str:
    """Write the visits of one call; the path relative to the organisation's ledger folder.

    Files never change: the same visits again at the same moment are the same file, other visits get the next
    free name. Raises files.Unwritable when the disk is full.
    """
    lines = "".join(_line(fetch) for fetch in fetches).encode()
    utc = moment.astimezone(UTC)
    folder = places.of("ledger") / f"{utc:%Y-%m-%d}"
    path, attempt = folder / f"{utc:%H%M%S}Z-{shard}.jsonl", 1
    last = b""
    while path.exists():
        last, attempt = path.read_bytes(), attempt + 1
        if last == lines:
            break
        path = folder / f"{utc:%H%M%S}Z-{shard}-{attempt}.jsonl"
    if last != lines:
        files.write(path, lines)
    return path.relative_to(places.of("ledger")).as_posix()


def paths(places: Places) -> list[Path]:
    """The ledger files of the organisation, in the order of their moments and attempts."""
    found = places.of("ledger").glob("*/*.jsonl")
    return sorted((p for p in found if not p.name.startswith(".")), key=lambda p: (p.parent.name, p.name[:7], _rank(p)))


def read(path: Path) -> Iterator[Fetch]:
    """The visits of one ledger file. Raises Quarantine, naming the file, when it is damaged."""
    try:
        for line in path.read_text(encoding="utf-8").splitlines():
            fields = json.loads(line)
            yield Fetch(**fields | {"moment": datetime.fromisoformat(fields["moment"])})
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise Quarantine(f"The ledger file {path} cannot be read ({type(error).__name__}).") from error


def _rank(path: Path) -> tuple[str, int]:
    """The shard, then the attempt as a number."""
    shard, _, attempt = path.stem[8:].rpartition("-")
    return (shard, int(attempt)) if shard and attempt.isdigit() and len(attempt) < 4 else (path.stem[8:], 1)


def _line(fetch: Fetch) -> str:
    fields = asdict(fetch) | {"moment": fetch.moment.astimezone(UTC).isoformat().replace("+00:00", "Z")}
    return json.dumps(fields, ensure_ascii=False, sort_keys=True) + "\n"
