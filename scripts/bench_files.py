"""A folder of feed files of every kind, for measuring when there is no folder of real ones."""

from __future__ import annotations

import random
from pathlib import Path

from bench_serve import feed

SPOILT = (
    (b"", b""),
    (b"</item>", b""),
    (b"&lt;", b"<"),
    (b"<title>", b"<title>&nbsp;&"),
    (b"utf-8", b"iso-8859-1"),
    (b"<dc:creator>", b"<author>" + b"a" * 65_536 + b"</author><dc:creator>"),
    (b"<category>", b"<category>a</category>" * 5_000 + b"<category>"),
)
"""What real feeds suffer from, and two of the known traps: what is replaced, once, by what."""
CUT = 10
"""One in so many files breaks off somewhere."""


def write(folder: Path, count: int) -> Path:
    """So many files, the same every time; returns the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    chance = random.Random(count)
    for number in range(count):
        size = chance.choice((5, 10, 15, 20, 25, 30, 50, 100, 300))
        whole = feed(number, size).body.replace(*SPOILT[number % len(SPOILT)], 1)
        end = chance.randrange(200, len(whole)) if number % CUT == 0 else len(whole)
        (folder / f"{number:04d}.xml").write_bytes(whole[:end])
    return folder
