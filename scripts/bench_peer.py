"""The peer: updates feeds with the `reader` package and prints what that took, as a JSON line.

Usage: bench_peer.py DATABASE WORKERS, the addresses on standard input, one a line. It runs in an environment
of its own (requirements-bench.txt), knows nothing of Kaders, and counts the update alone.
"""

from __future__ import annotations

import json
import logging
import sys
import time

from reader import make_reader  # type: ignore[import-not-found]


def main() -> int:
    """Add the feeds, update them once, count."""
    logging.disable(logging.CRITICAL)
    reader = make_reader(sys.argv[1], search_enabled=False)
    for url in sys.stdin.read().split():
        reader.add_feed(url)
    began, spent = time.monotonic(), time.process_time()
    reader.update_feeds(workers=int(sys.argv[2]))
    seconds = time.monotonic() - began
    entries = reader.get_entry_counts().total
    print(json.dumps({"seconds": seconds, "cpu": time.process_time() - spent, "entries": entries}))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
