"""Collects what is due once, as the process that `faults.py` kills: bench_once.py FOLDER MINUTES.

FOLDER holds `organisation` and gets `data`; the moment is MINUTES after START. Says `began` when only
collecting is left to do. Exit code 1, and the summary, when a source failed.
"""

from __future__ import annotations

import json
import sys
from datetime import timedelta
from pathlib import Path

from bench_changing import START
from kaders.jobs.collect import collect
from kaders.load import load
from kaders.settings import Settings


def settings_of(folder: Path) -> Settings:
    """The organisation in `folder`, its data beside it."""
    return load(folder / "organisation", data=folder / "data")


def main() -> int:
    """Collect once."""
    settings = settings_of(Path(sys.argv[1]))
    moment = START + timedelta(minutes=int(sys.argv[2]))
    print("began", flush=True)
    summary = collect(settings, moment, now=moment, due=True)
    print(json.dumps(summary.as_dict()), flush=True)
    return 1 if summary.failures else 0


if __name__ == "__main__":
    raise SystemExit(main())
