"""The command `history`: what became of a document since it was first seen, in words."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator

from kaders import commands
from kaders.load import load
from kaders.read.url import canonical
from kaders.settings import Settings
from kaders.store.history import Carrier, Revision, histories

RELATIONS = {
    "new": "first seen",
    "copy": "first seen, a copy of what another publisher had",
    "repost": "first seen, as its publisher had it before",
    "retitled": "first seen, under another title than before",
}
"""What a first revision is to what was there already."""


def history(args: argparse.Namespace) -> int:
    """Prints when a document changed and in what, and who else carried it; 1 when none is known."""
    settings = load(args.org, data=args.data, world=os.environ.get("KADERS_WORLD", ""))
    moment = commands.moment_of(args, settings)
    asked = list(dict.fromkeys(filter(None, (args.address, canonical(args.address)))))
    zone = settings.organisation.timezone
    revisions, carriers = histories(settings.places, zone, moment, asked)
    print("\n".join(shown(settings, revisions, carriers)) or f"no document is known by {args.address}")
    return 0 if revisions else 1


def shown(settings: Settings, revisions: list[Revision], carriers: list[Carrier]) -> Iterator[str]:
    """The lines for a terminal: titles and links, never a text; times of the organisation's own clock."""
    names = {source.id: source.name for source in settings.sources}
    for number, document in enumerate(dict.fromkeys(each.id for each in revisions)):
        line = [each for each in revisions if each.id == document]
        yield from [""] * (number > 0)
        yield f"{names.get(line[0].source, line[0].source)}  {line[-1].url}".rstrip()
        yield from (f"  {_clock(settings, each)}  {_said(each)}" for each in line)
        others = [each for each in carriers if each.document == document]
        if others:
            yield "  the same story:"
        for other in others:
            source = names.get(other.source, other.source)
            yield f"  {_clock(settings, other)}  {source}  {other.title}  {other.url}"


def _clock(settings: Settings, each: Revision | Carrier) -> str:
    return f"{each.seen.astimezone(settings.organisation.zone):%Y-%m-%d %H:%M}"


def _said(each: Revision) -> str:
    """What happened, as in: title changed from "A" to "B"."""
    if each.relation == "withdrawal":
        return "taken back by its source, or erased"
    if each.change == "first seen":
        return f"{RELATIONS[each.relation]}: {each.title or '(no words left)'}"
    if each.title_before is not None and each.title != each.title_before:
        rest = each.change.removeprefix("title").removeprefix(", ")
        told = f'title changed from "{each.title_before}" to "{each.title}"'
        return f"{told}; also {rest}" if rest else told
    return f"{each.change} changed" if each.change in ("text", "address", "text, address") else each.change
