"""The commands about sources: add one, bring in or hand out a list of them, and try them all."""

from __future__ import annotations

import argparse
import os
import sys
from collections import Counter
from functools import partial
from pathlib import Path

from kaders import commands
from kaders.collect.sandbox import Sandbox
from kaders.jobs.look import guarded, look
from kaders.jobs.opml import Import
from kaders.jobs.source_add import Proposal
from kaders.load import load
from kaders.net.door import open_door
from kaders.read.text import snippet
from kaders.settings import Settings

SHOWN = 10
"""Entries of an import that are shown before the question: a screen or two; the others are like them."""


def add(args: argparse.Namespace) -> int:
    """`source add URL`: shows what was found and the entry, asks, and appends it; --yes asks nothing.

    --own says that the channel is our own; without it accounts are refused.
    """
    from kaders.jobs import source_add

    settings, moment = _settings(args, may_be_empty=True), commands.now()
    with open_door(settings) as door, Sandbox() as sandbox:
        proposal = source_add.propose(
            settings, args.url, moment, door=door, read=guarded(sandbox), own=args.own
        )
    print("\n".join(shown(proposal)))
    if not _agreed(args, f"Add this entry to {_list_of(settings)}?"):
        print("Nothing was written.")
        return 0
    print(f"Added to {source_add.add(settings, proposal.entry)}.")
    return 0


def import_(args: argparse.Namespace) -> int:
    """`source import FILE.opml`: entries for the feeds that are new; 1 when a line of the file was left out.

    --check looks at each feed first; --yes asks nothing.
    """
    from kaders.jobs import source_add
    from kaders.jobs.opml import import_opml

    settings, moment = _settings(args, may_be_empty=True), commands.now()
    with open_door(settings) as door, Sandbox() as sandbox:
        visit = partial(look, moment=moment, door=door, read=guarded(sandbox)) if args.check else None
        found = import_opml(settings, args.file, moment, visit=visit)
    for title in found.duplicates:
        print(f"already there: {title}")
    print("\n".join(["", *listed(found)]) if found.entries else "No new feeds.")
    for fault in found.faults:
        print(f"left out: {fault}", file=sys.stderr)
    if found.entries and _agreed(args, f"Add these {len(found.entries)} entries to {_list_of(settings)}?"):
        print(f"Added to {source_add.add(settings, found.text)}.")
    elif found.entries:
        print("Nothing was written.")
    return 1 if found.faults else 0


def export(args: argparse.Namespace) -> int:
    """`source export FILE.opml`: the feeds among the sources, for another reader; `-` is the terminal."""
    from kaders.jobs.opml import export_opml
    from kaders.store.files import write

    made = export_opml(_settings(args), commands.now())
    if str(args.file) == "-":
        print(made.text, end="")
    else:
        write(args.file, made.text.encode())
        print(f"{args.file}: {made.feeds} feeds")
    if made.left_out:
        print(f"left out, as no other reader can ask them: {'; '.join(made.left_out)}", file=sys.stderr)
    return 0


def online(args: argparse.Namespace) -> int:
    """`check --online`: asks every source once and says which work; 1 when one does not."""
    from kaders.collect.secrets import from_environment
    from kaders.jobs.online import online, summed_up

    settings = _settings(args)
    with open_door(settings) as door, Sandbox() as sandbox:
        summary = online(
            settings,
            commands.now(),
            door=door,
            read=guarded(sandbox),
            read_page=partial(sandbox.read, "page"),
            secrets=from_environment,
            tell=_tell,
        )
    print("\n".join(summed_up(summary)))
    return 1 if summary.failures else 0


def shown(proposal: Proposal) -> list[str]:
    """A proposal for a person: what was found, its newest entries, the entry, and what is left to do."""
    best, *others = proposal.offers
    lines = [f"Found: {best.line}", f"       {best.candidate.how}"]
    lines += [f"  also: {offer.line}" for offer in others]
    lines += ["", "Newest entries:"]
    lines += [
        f"  {item.published.date() if item.published else '    -     '}  {snippet(item.title or item.text)}\n"
        f"              {item.url or '(no link)'}"
        for item in proposal.preview
    ]
    lines += ["", proposal.entry]
    return [*lines, *(f"Note: {note}" for note in proposal.notes)]


def listed(found: Import) -> list[str]:
    """The entries of an import for a person: all of a short list, else the first of them and their number."""
    first = [text for _, text in found.entries[:SHOWN]]
    more = len(found.entries) - len(first)
    kinds = Counter(source.kind for source, _ in found.entries)
    told = ", ".join(f"{number} {kind}" for kind, number in kinds.most_common())
    rest = (
        f"… and {more} more like these. In all {len(found.entries)} new feeds ({told}), "
        f"{len(found.duplicates)} that are there already, {len(found.faults)} left out.\n"
    )
    return [*first, *([rest] if more else [])]


def _agreed(args: argparse.Namespace, question: str) -> bool:
    """Yes on --yes; else the answer of who is at the keyboard, and no when nobody is."""
    if args.yes:
        return True
    if not sys.stdin.isatty():
        print("Nobody is here to ask; --yes writes it.")
        return False
    try:
        return input(f"{question} [y/N] ").strip().lower() in ("y", "yes", "j", "ja")
    except EOFError:  # Ctrl-D
        print()
        return False


def _list_of(settings: Settings) -> Path:
    """The whole path of the file that is written to, so that nobody says yes to the wrong organisation."""
    return (settings.places.folder / "sources.yaml").resolve()


def _tell(line: str) -> None:
    print(line, flush=True)


def _settings(args: argparse.Namespace, *, may_be_empty: bool = False) -> Settings:
    """The organisation with its sources; the demo world, when one is served, at its address."""
    world = os.environ.get("KADERS_WORLD", "")
    return load(args.org, data=args.data, world=world, may_be_empty=may_be_empty)
