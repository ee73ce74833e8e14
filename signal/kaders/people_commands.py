"""The commands about people: erase what somebody asks to have erased, and read the audit log."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from kaders.commands import moment_of, now, progress_bars, say
from kaders.errors import ConfigurationError
from kaders.jobs import erase as jobs
from kaders.jobs.erase_look import Looked, Request, look
from kaders.jobs.search import bound
from kaders.load import load
from kaders.read.erased import form, phrase
from kaders.read.people import sealed
from kaders.settings import Settings
from kaders.store import audit as log
from kaders.store import keys
from kaders.store.lock import run_lock

SHOWN = 40
"""Documents that are named before the question, a screen full; the others are counted."""


def erase(args: argparse.Namespace) -> int:
    """Shows what would go and asks; 1 for nothing found, for a refusal and when something is left."""
    settings = load(args.org, data=args.data)
    moment = moment_of(args, settings)
    with run_lock(settings.places):
        for left in jobs.finish(settings, moment):
            print(f"kaders: {left}", file=sys.stderr)
        asked = Request(tuple(args.author), tuple(args.url), tuple(args.text), args.source or "")
        looked = look(settings, asked)
        print("\n".join(_shown(looked)))
        if not looked.entries and not (looked.before and args.sent_too):
            return 0 if looked.before and not looked.damaged else 1
        if args.dry_run or not _agreed(args, looked):
            return 0 if args.dry_run else 1
        return _erase(args, settings, moment, asked, looked)


def _erase(
    args: argparse.Namespace, settings: Settings, moment: datetime, asked: Request, looked: Looked
) -> int:
    with progress_bars() as progress:
        summary = jobs.erase(
            settings,
            moment,
            asked,
            looked,
            now=now(),
            why=args.why,
            sent_too=args.sent_too,
            progress=lambda done, of: progress("erase", done, of),
        )
    code = say(replace(summary, outputs=()))
    if summary.outputs:
        print(
            f"{len(summary.outputs)} that people have had show it still; --sent-too takes it out there too:"
        )
        print("\n".join(f"  {path}" for path in summary.outputs))
    print("Backups and files that were handed out have it still: docs/people.md says what to do with those.")
    return code


def _shown(looked: Looked) -> Iterator[str]:
    """What would go, and what to know of it."""
    yield from (f"{path} is damaged and was not searched" for path in looked.damaged)
    if not looked.entries:
        yield (
            "this was erased before, and nothing of it is left"
            if looked.before
            else "nothing here is of that"
        )
    for entry in looked.entries[:SHOWN]:
        yield f"{entry.day}  {entry.source}  {entry.title or '(no words left)'}"
    if len(looked.entries) > SHOWN:
        yield f"and {len(looked.entries) - SHOWN} more"
    if looked.mentions:
        yield (
            f"{looked.mentions} documents by others hold the name and stay: "
            "--text finds them, with the name between quotes"
        )


def _agreed(args: argparse.Namespace, looked: Looked) -> bool:
    if args.yes:
        return True
    if not sys.stdin.isatty():
        raise ConfigurationError("nobody is there to be asked: say --yes to erase, or --dry-run to look only")
    count = len(looked.entries)
    question = f"{count} {'document' if count == 1 else 'documents'} will be erased for good. Go on? [y/N] "
    try:
        return input(question).strip().lower() in ("y", "yes", "j", "ja")
    except EOFError:
        return False


def audit(args: argparse.Namespace) -> int:
    """Prints the log, oldest first; 1 when a line is damaged. With --named-quote it adds a line instead."""
    settings = load(args.org, data=args.data)
    if args.named_quote or args.official or args.why:
        return _quoted(args, settings)
    since = bound(settings, moment_of(args, settings), args.since) if args.since else None
    damaged = 0
    for line in log.lines(settings.places, since):
        if isinstance(line, log.Damaged):
            damaged += 1
            print(
                f"kaders: line {line.number} of {line.file} is damaged: put the file back from a backup",
                file=sys.stderr,
            )
        else:
            print(_told(line, settings))
    return 1 if damaged else 0


def _quoted(args: argparse.Namespace, settings: Settings) -> int:
    """Notes that a named quote of a public official was used; ConfigurationError when that says too little.

    The address stands in the log as a keyed hash, so that it can be checked and not read.
    """
    if not (args.named_quote and args.official and args.why.strip() and phrase(args.official)):
        raise ConfigurationError(
            "a named quote needs --named-quote ADDRESS, --official OFFICE (never the name) and --why REASON"
        )
    page = form(args.named_quote)
    if not page:
        raise ConfigurationError(f"'{args.named_quote}' is the address of no page: give that of the document")
    about = sealed(f"quote {page}", keys.key(settings.places))
    log.note(
        settings.places, now(), "named_quote", why=args.why, about=about, note=f"said as {args.official}"
    )
    print("noted: `kaders audit` shows it")
    return 0


def _told(line: log.Line, settings: Settings) -> str:
    at = line.moment.astimezone(settings.organisation.zone)
    counts = ", ".join(f"{name.replace('_', ' ')} {count}" for name, count in line.counts.items())
    parts = [line.what.replace("_", " "), f"by {line.by}", counts, line.note]
    parts += [f"why: {line.why}" if line.why else "", f"request {line.about}" if line.about else ""]
    parts += [f"as of {line.given.astimezone(at.tzinfo):%Y-%m-%d %H:%M}" if line.given else ""]
    return f"{at:%Y-%m-%d %H:%M}  {'; '.join(filter(None, parts))}"
