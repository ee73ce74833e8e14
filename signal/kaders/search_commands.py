"""The command `search`: the hits for a person, or as CSV for a spreadsheet."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

from kaders import commands
from kaders.jobs.search import Answer, Line, search
from kaders.load import load
from kaders.store import audit
from kaders.store.files import write

if TYPE_CHECKING:  # a table takes a third of a second to get ready, which only --csv needs
    from kaders.report.trends import Sheet


def search_(args: argparse.Namespace) -> int:
    """Prints how many documents answer the question and the newest of them; 0, also when there are none.

    --csv writes them to a file, or to the terminal for `-`.
    """
    settings = load(args.org, data=args.data, world=os.environ.get("KADERS_WORLD", ""))
    moment = commands.moment_of(args, settings)
    answer = search(
        settings,
        moment,
        args.question,
        since=args.since,
        until=args.until,
        limit=args.limit,
        progress=_tell if sys.stderr.isatty() else None,
    )
    if not args.csv:
        print("\n".join(shown(answer)))
        return 0
    from kaders.deliver.tables import csv_bytes

    content = csv_bytes(table(answer))
    counts = {"hits": len(answer.lines)}
    audit.note(settings.places, commands.now(), "export", counts=counts, note="hits of a search, as CSV")
    if str(args.csv) == "-":
        sys.stdout.buffer.write(content)
    else:
        write(args.csv, content)
        print(f"{args.csv}: {len(answer.lines)} of {answer.total} hits")
    return 0


def shown(answer: Answer) -> Iterator[str]:
    """The lines for a terminal."""
    kinds = ", ".join(f"{kind} {count:,}" for kind, count in answer.kinds.items())
    if not answer.total:
        yield "no hits"
        return
    more = ", newest first" if len(answer.lines) == answer.total else ""
    if answer.lines and not more:
        more = f"; the newest {len(answer.lines)} of them"
    yield f"{answer.total:,} {'hit' if answer.total == 1 else 'hits'} ({kinds}){more}"
    for line in answer.lines:
        yield ""
        yield f"{line.published:%Y-%m-%d %H:%M}  {line.source}{_marks(line)}"
        yield from (f"  {part}" for part in (line.title, line.snippet, line.url) if part)


def table(answer: Answer) -> Sheet:
    """The hits as a table; the times are of the organisation's own clock."""
    import pandas as pd

    from kaders.report.trends import Sheet

    rows = [
        {
            "published": f"{line.published:%Y-%m-%d %H:%M}",
            "source": line.source,
            "kind": line.kind,
            "title": line.title,
            "snippet": line.snippet,
            "link": line.url,
            "title_changed": "yes" if line.changed else "no",
            "copy": "yes" if line.copy else "no",
        }
        for line in answer.lines
    ]
    columns = ["published", "source", "kind", "title", "snippet", "link", "title_changed", "copy"]
    return Sheet(id="hits", title="hits", frame=pd.DataFrame(rows, columns=columns))


def _marks(line: Line) -> str:
    marks = [mark for mark, is_so in (("title changed", line.changed), ("copy", line.copy)) if is_so]
    return f"  ({', '.join(marks)})" if marks else ""


def _tell(done: int, of: int) -> None:
    """How far the index is, when there is one to make: with very many documents it takes minutes."""
    print(f"\rindexed {done:,} of {of:,} documents", end="\n" if done == of else "", file=sys.stderr)
