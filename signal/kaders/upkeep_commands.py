"""The commands that look after what is kept: verify, backup and restore."""

from __future__ import annotations

import argparse
from datetime import datetime
from functools import partial
from pathlib import Path

from kaders.commands import job, moment_of, not_beside_airflow, now, progress_bars, say
from kaders.jobs import backup as jobs
from kaders.jobs.erase import again
from kaders.load import load
from kaders.model import Summary
from kaders.settings import Places, Settings
from kaders.store.aside import KEPT
from kaders.store.backup import WORDING
from kaders.store.lock import run_lock


def verify(args: argparse.Namespace) -> int:
    """Takes no lock, as it writes nothing; 1 when there are findings."""
    from kaders.jobs.verify import verify

    settings = load(args.org, data=args.data)
    return say(verify(settings, moment_of(args, settings)))


def backup(args: argparse.Namespace) -> int:
    """`backup FILE|FOLDER`: visits wait meanwhile; the key goes along only with --with-key."""

    elsewhere: tuple[str, ...] = ()

    def work(settings: Settings, moment: datetime) -> Summary:
        nonlocal elsewhere
        elsewhere = settings.places.storage.rooms()
        with progress_bars() as progress:
            return jobs.backup(
                settings,
                moment,
                args.target,
                now=now(),
                with_key=args.with_key,
                progress=lambda done, of: progress("backup", done, of),
            )

    code = job("backup", work)(args)
    print(
        "The key of the pseudonyms is in it: keep it as you keep the key."
        if args.with_key
        else "The key of the pseudonyms is not in it: keep a copy of that elsewhere (or say --with-key)."
    )
    if "landing" in elsewhere:
        print("Landing is not in it either: it stays in object storage, which must keep it safe.")
    return code


def restore(args: argparse.Namespace) -> int:
    """`restore FILE`: over what is there only with --replace, which moves it aside; --into another folder.

    Who was erased since is known from the lists in --data, also with --into.
    """
    settings = load(args.org, data=args.into or args.data)
    also = settings.places.model_copy(update={"data": args.data}) if args.into else None
    not_beside_airflow(settings)
    with run_lock(settings.places, restoring=True):
        moment, clock = moment_of(args, settings), now()
        summary = jobs.restore(
            settings,
            moment,
            args.file,
            now=clock,
            replace=args.replace,
            again=partial(again, now=clock),
            also=also,
        )
    code = say(summary)
    _what_next(settings.places, args.data, summary)
    return code


def _what_next(places: Places, looked: Path, summary: Summary) -> None:
    """What people must know or do after a restore."""
    if not summary.counts["marks"]:
        print(
            f"No list of who was erased is in {looked / 'state' / places.organisation / 'erased'}: "
            "whoever was erased since the backup is back. "
            "If you keep one apart, put it there and restore again."
        )
    if len(summary.outputs) > 1:
        print(
            f"What was there is in {summary.outputs[-1]}: remove it when all is well, for people are in it. "
            f"Housekeeping does so within {KEPT.days} days."
        )
    if (wording := places.of(WORDING)).is_dir():
        print(f"The YAML of then is in {wording}: {places.folder} stays as it is, so compare them.")
    print("Now run `kaders tag`, which makes the tagged files anew, then `kaders verify`.")
