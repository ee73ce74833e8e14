"""Reads every file of a folder as a feed, as collection would, and says of each what came of it."""

from __future__ import annotations

import json
import os
import stat
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from kaders.collect.sandbox import Sandbox
from kaders.errors import ConfigurationError, Quarantine
from kaders.model import Item, Summary
from kaders.read.charset import LARGEST
from kaders.read.items import Asked, Found
from kaders.settings import Source
from kaders.store.files import room_on_disk

SIDE_BY_SIDE = 2
"""Files that are read at once, one for each child process of the sandbox."""
SOURCE = Source(
    id="file",
    name="a file on this machine",
    kind="rss",
    owner_group="file",
    expected_per_day=1,
    terms="a file on this machine, read for trying the pipeline",
)
"""As whose reply a file is read; relative links have only the feed's own address to go by."""
Line = dict[str, Any]


def parse(folder: Path, out: Path, moment: datetime, *, tell: Callable[[str], None] | None = None) -> Summary:
    """Read every file in and below `folder` and write one line of JSON for each to `out`, in order of name.

    A line has file (its path below the folder), outcome (OK, PARTIAL or FAILED), reason (a code, '' when all
    is well), entries (title, link, date, date_mark, id, text), bad (entries that could not be read), seconds.
    A feed without entries is OK with the reason no_entries. What is no feed, cannot be opened, is no file or
    lies outside the folder is FAILED with a reason: unreadable, not_a_file, not_permitted, outside, too_large
    and those of read.feed. `tell` hears the name of every file that is done.

    Raises ConfigurationError when `folder` is no folder and Unwritable when `out` cannot be written.
    """
    if not folder.is_dir():
        raise ConfigurationError(f"{folder}: this is no folder. Name one that holds feed files.")
    root = folder.resolve()
    part = out.with_name(f".{out.name}.tmp")
    outcomes: Counter[str] = Counter()
    failures: list[str] = []
    with room_on_disk(out):
        out.parent.mkdir(parents=True, exist_ok=True)
        try:
            with part.open("w", encoding="utf-8") as lines:
                for line in _read(root, moment.astimezone(UTC), ignored={out.absolute(), part.absolute()}):
                    lines.write(json.dumps(line, ensure_ascii=False) + "\n")
                    outcomes[line["outcome"]] += 1
                    outcomes["entries"] += len(line["entries"])
                    failures += [f"{line['file']}: {line['reason']}"] * (line["outcome"] == "FAILED")
                    if tell:
                        tell(line["file"])
            part.replace(out)
        finally:
            part.unlink(missing_ok=True)
    counts = {
        "files": sum(outcomes[each] for each in ("OK", "PARTIAL", "FAILED")),
        "ok": outcomes["OK"],
        "partial": outcomes["PARTIAL"],
        "failed": outcomes["FAILED"],
        "entries": outcomes["entries"],
    }
    return Summary("parse", moment, counts, tuple(failures), (str(out),))


def _read(root: Path, moment: datetime, *, ignored: set[Path]) -> Iterator[Line]:
    asked = Asked(SOURCE, moment)
    paths = [path for path in _files(root) if path.absolute() not in ignored]
    with Sandbox(workers=SIDE_BY_SIDE) as sandbox, ThreadPoolExecutor(SIDE_BY_SIDE) as side_by_side:
        sandbox.start()
        yield from side_by_side.map(lambda path: _line(path, root, asked, sandbox), paths)


def _files(root: Path) -> list[Path]:
    """What is no folder, in and below a folder; a link to a folder is not followed and is itself listed."""
    found: list[Path] = []
    for place, folders, files in os.walk(root):
        here = Path(place)
        found += [here / name for name in files]
        found += [here / name for name in folders if (here / name).is_symlink()]
    return sorted(found, key=os.fsencode)


def _line(path: Path, root: Path, asked: Asked, sandbox: Sandbox) -> Line:
    started = time.monotonic()
    made, reason = Found(()), ""
    try:
        made = sandbox.read("feed", _content(path, root), asked)
    except Quarantine as quarantine:
        reason = str(quarantine)
    outcome = "FAILED" if reason else "PARTIAL" if made.bad or made.short else "OK"
    partly = made.short or ("partly_unreadable" if made.bad else "" if made.items else "no_entries")
    return {
        "file": os.fsencode(path.relative_to(root)).decode("utf-8", "backslashreplace"),
        "outcome": outcome,
        "reason": reason or partly,
        "entries": [_entry(each) for each in made.items],
        "bad": made.bad,
        "seconds": round(time.monotonic() - started, 4),
    }


def _content(path: Path, root: Path) -> bytes:
    """The bytes of a file. Raises Quarantine with the reason why it is not read."""
    try:
        real = path.resolve(strict=True)
        if not real.is_relative_to(root):
            raise Quarantine("outside")
        state = real.stat()
        if not stat.S_ISREG(state.st_mode):
            raise Quarantine("not_a_file")
        if state.st_size > LARGEST:
            raise Quarantine("too_large")
        return real.read_bytes()
    except PermissionError:
        raise Quarantine("not_permitted") from None
    except (OSError, RuntimeError):  # a link to nothing, or in a circle
        raise Quarantine("not_a_file") from None


def _entry(each: Item) -> dict[str, str | None]:
    return {
        "title": each.title,
        "link": each.url,
        "date": each.published.isoformat() if each.published else None,
        "date_mark": each.date_mark,
        "id": each.guid,
        "text": each.text,
    }
