"""A folder of feed files of every kind, for measuring how long one takes when there is no folder of real ones."""

from __future__ import annotations

import random
from pathlib import Path

from bench_serve import feed

SPOILT = (
    lambda body, chance: body,
    lambda body, chance: body[: chance.randrange(200, len(body))],
    lambda body, chance: body.replace(b"</item>", b"", 1),
    lambda body, chance: body.replace(b"&lt;", b"<"),
    lambda body, chance: body.replace(b"<title>", b"<title>&nbsp;&", 3),
    lambda body, chance: body.replace(b"utf-8", b"iso-8859-1", 1),
    lambda body, chance: body.replace(b"<dc:creator>Redactie", b"<author>" + b"a" * 65_536 + b"</author><dc:creator>", 1),
    lambda body, chance: body.replace(b"<category>", b"<category>a</category>" * 5_000 + b"<category>", 1),
)  # fmt: skip
"""What real feeds suffer from, and two of the known traps."""


def write(folder: Path, count: int) -> Path:
    """So many files, the same every time; returns the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    chance = random.Random(count)
    for number in range(count):
        size = chance.choice((5, 10, 15, 20, 25, 30, 50, 100, 300))
        spoil = SPOILT[number % len(SPOILT)]
        (folder / f"{number:04d}.xml").write_bytes(spoil(feed(number, size).body, chance))
    return folder
