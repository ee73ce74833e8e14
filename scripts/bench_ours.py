"""Collects all sources of an organisation, some times in turn, and prints what each time took, as JSON lines.

Usage: bench_ours.py FOLDER DATA TIMES. Reading the settings is not counted, as it is not in the peer.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from datetime import timedelta
from pathlib import Path

import psutil

from bench_serve import NEWEST
from kaders.jobs.collect import collect
from kaders.load import load
from kaders.store import landing

BETWEEN = timedelta(hours=2)
"""Between two rounds: within the day in which validators are shown."""


def cpu() -> float:
    """Seconds of CPU of this process, its children that have ended and those that live."""
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    alive = [child.cpu_times() for child in psutil.Process().children(recursive=True)]
    living = float(sum(times.user + times.system for times in alive))
    return time.process_time() + ended.ru_utime + ended.ru_stime + living


def main() -> int:
    """Collect as often as asked."""
    folder, data, times = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
    settings = load(folder, data=data, only_sources=True)
    for number in range(times):
        moment = NEWEST + timedelta(hours=1) + number * BETWEEN
        began, spent = time.monotonic(), cpu()
        summary = collect(settings, moment, now=moment)
        took = {"seconds": time.monotonic() - began, "cpu": cpu() - spent}
        files = len(landing.paths(settings.places))
        print(json.dumps(summary.counts | took | {"files": files}), flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
