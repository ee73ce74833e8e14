"""Near-duplicate documents become one story: wire copies, reposts and retitled articles."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta

import numpy as np
import pandas as pd

BANDS = 32
"""Of the 64 values of a sketch, 32 bands of 2: a pair with Jaccard .5 is missed once in 10,000 times."""
SAME_STORY = 0.5
"""Estimated Jaccard of 3-word shingles from which two texts are one story. Wire copies with another
headline and tail measured .55-.9 on the demo world, unrelated texts on one subject below .3."""
HOURS = 72
"""A copy appears within three days (Miranda 2018's decay; research/detection A3)."""


def assign(documents: pd.DataFrame) -> list[str]:
    """Per document the id of its story: the id of the story's first document.

    documents: sorted by first_seen, doc; columns doc, published (UTC), sketch (64 ints or empty).
    """
    sketches = [np.asarray(sketch, dtype=np.int64) for sketch in documents["sketch"]]
    published = list(documents["published"])
    names = list(documents["doc"])
    story = list(range(len(names)))
    seen: dict[tuple[int, bytes], list[int]] = defaultdict(list)
    for number, sketch in enumerate(sketches):
        keys = _bands(sketch)
        twin = _twin(number, keys, seen, sketches, published)
        if twin is not None:
            story[number] = story[twin]
        for key in keys:
            seen[key].append(number)
    return [names[first] for first in story]


def _bands(sketch: np.ndarray) -> list[tuple[int, bytes]]:
    if not len(sketch):
        return []
    return [(band, row.tobytes()) for band, row in enumerate(sketch.reshape(BANDS, -1))]


def _twin(
    number: int,
    keys: list[tuple[int, bytes]],
    seen: dict[tuple[int, bytes], list[int]],
    sketches: list[np.ndarray],
    published: list[pd.Timestamp],
) -> int | None:
    """The earliest document within the hours whose sketch is alike enough."""
    near = {other for key in keys for other in seen[key][-50:]}
    for other in sorted(near):
        if abs(published[number] - published[other]) > timedelta(hours=HOURS):
            continue
        if likeness(sketches[number], sketches[other]) >= SAME_STORY:
            return other
    return None


def likeness(one: np.ndarray, other: np.ndarray) -> float:
    """Estimated Jaccard similarity of two sketches, 0..1."""
    return float((one == other).mean()) if len(one) and len(one) == len(other) else 0.0
