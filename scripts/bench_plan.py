"""Plans a round over sources that were all visited before: bench_plan.py ORGANISATION DATA.

Prints as JSON the seconds that planning takes and the tasks that come of it, once with all sources due and
once with none.
"""

from __future__ import annotations

import json
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from kaders.jobs.collect import shards
from kaders.jobs.memory import asked
from kaders.load import load
from kaders.store import state

VISITED = datetime(2026, 11, 23, 6, 0, tzinfo=UTC)
DUE = VISITED + timedelta(minutes=30)
KNOWN = 100
"""Entries that are remembered of a source: the longer feeds have as many."""


def main() -> int:
    """Remember a visit of each source, then plan twice."""
    settings = load(Path(sys.argv[1]), data=Path(sys.argv[2]))
    entries = {f"{number:016x}": f"{number:032x}" for number in range(KNOWN)}
    for source in settings.sources:
        known = state.State(
            VISITED, entries=entries, marks=tuple(entries), asked=asked(source), next_visit=DUE
        )
        state.save(settings.places, source.id, known)
    for moment in (DUE, VISITED + timedelta(minutes=5)):
        began = time.perf_counter()
        piles = shards(settings, moment)
        print(
            json.dumps(
                {
                    "seconds": time.perf_counter() - began,
                    "tasks": len(piles),
                    "sources": sum(map(len, piles)),
                }
            )
        )
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
