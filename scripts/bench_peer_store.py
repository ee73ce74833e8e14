"""The peer stores entries: `reader` updates feed files of a folder; prints what storing took, as a JSON line.

Usage: bench_peer_store.py DATABASE FOLDER. The files are JSON Feeds, which it reads by json.load as we read
lines of JSON: `seconds` is its whole update, from the files to the committed state, as ours is. `storage` is
the part of it that its SQLite storage took to write finished entries (add_or_update_entries): without
reading, and without knowing again what it has. It runs in an environment of its own (requirements-bench.txt)
and knows nothing of Kaders.
"""

from __future__ import annotations

import json
import logging
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from reader import make_reader  # type: ignore[import-not-found]


def main() -> int:
    """Add the feeds, update them once, and count what was stored."""
    logging.disable(logging.CRITICAL)
    database, folder = sys.argv[1:]
    reader = make_reader(database, feed_root=folder, search_enabled=False)
    for path in sorted(Path(folder).glob("*.json")):
        reader.add_feed(path.name)
    spent = 0.0
    store = reader._storage.add_or_update_entries

    def timed(intents: Iterable[Any]) -> None:
        nonlocal spent
        entries = list(intents)
        began = time.perf_counter()
        store(entries)
        spent += time.perf_counter() - began

    reader._storage.add_or_update_entries = timed
    began = time.perf_counter()
    reader.update_feeds()
    whole = time.perf_counter() - began
    print(json.dumps({"seconds": whole, "storage": spent, "entries": reader.get_entry_counts().total}))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
