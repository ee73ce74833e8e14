"""The commands that look after what is kept: verify, backup and restore."""

from __future__ import annotations

import argparse
from datetime import datetime

from kaders.commands import job, moment_of, not_beside_airflow, progress_bars, say
from kaders.jobs import backup as jobs
from kaders.jobs.erase import again
from kaders.load import load
from kaders.model import Summary
from kaders.settings import Settings
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
    """`restore FILE`: over what is there only with --replace, which moves it aside; --into another folder."""
    settings = load(args.org, data=args.into or args.data)
    not_beside_airflow(settings)
    with run_lock(settings.places, restoring=True):
        moment = moment_of(args, settings)
        summary = jobs.restore(settings, moment, args.file, replace=args.replace, again=again)
    code = say(summary)
    if len(summary.outputs) > 1:
        print(
            f"What was there is in {summary.outputs[-1]}: remove it when all is well, for people are in it."
        )
    print("Now run `kaders tag`, which makes the tagged files anew, then `kaders verify`.")
    return code
