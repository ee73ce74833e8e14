"""The commands of the keys of pseudonyms: show them by number and date, and replace the newest."""

from __future__ import annotations

import argparse
from datetime import datetime

from kaders.commands import job, now, progress_bars
from kaders.errors import ConfigurationError
from kaders.jobs.rotate import rotate
from kaders.load import load
from kaders.model import Summary
from kaders.settings import Settings
from kaders.store import keys, rotation


def rotate_(args: argparse.Namespace) -> int:
    """`key rotate`: finishes a rotation that was broken off, else adds a key and brings all up to it."""
    goes_on = rotation.unfinished(load(args.org, data=args.data).places)

    def work(settings: Settings, moment: datetime) -> Summary:
        with progress_bars() as progress:
            return rotate(
                settings,
                moment,
                now=now(),
                why=args.why,
                progress=lambda done, of: progress("rotate", done, of),
            )

    code = job("rotate", work)(args)
    if goes_on:
        print("An earlier rotation had been broken off: it is finished, and no key was added.")
    print(
        "Keep a new copy of the keys apart from the data. Backups of before, and copies of the key that went "
        "with them, still show who wrote what: remove them when you can."
    )
    return code


def show(args: argparse.Namespace) -> int:
    """`key show`: a line for each key, never the key itself. ConfigurationError when some are missing."""
    places = load(args.org, data=args.data).places
    path = keys.path_of(places)
    if not path.exists():
        print(f"There is no key yet: the first visit makes {path}")
        return 0
    found = keys.read(path)
    for number, each in enumerate(found, start=1):
        newest = "  in use" if number == len(found) else ""
        print(f"{number}  since {each.since:%Y-%m-%d %H:%M} UTC{newest}{f'  {each.why}' if each.why else ''}")
    if rotation.unfinished(places):
        print("The last rotation was broken off: `kaders key rotate` finishes it")
    if said := rotation.too_old(places):
        raise ConfigurationError(said)
    return 0
