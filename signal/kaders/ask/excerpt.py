"""The words around a hit, as many as may be shown."""

from __future__ import annotations

import re

from kaders.ask.tree import Node, leaves, places
from kaders.ask.words import words
from kaders.read.text import SNIPPET_WORDS

BEFORE = 8
"""Words shown before the hit, of the SNIPPET_WORDS: most of what is said of a word comes after it."""
_PART = re.compile(r"\S+")


def excerpt(node: Node, text: str, *, most: int = SNIPPET_WORDS) -> str:
    """At most `most` words of the text around the first hit in it, with `…` for what was left out.

    The first words of the text when the question was answered by the title or by a field.
    """
    parts = _PART.findall(text)
    start = max(0, min(_first(node, parts) - BEFORE, len(parts) - most))
    shown = " ".join(parts[start : start + most])
    return ("…" if start else "") + shown + ("…" if start + most < len(parts) else "")


def _first(node: Node, parts: list[str]) -> int:
    """The part of the text, divided by white space, in which the first hit begins."""
    said: list[str] = []
    owner: list[int] = []
    for number, part in enumerate(parts):
        found = words(part)
        said += found
        owner += [number] * len(found)
    hits = (next(places(leaf, said), None) for leaf in leaves(node) if not leaf.only_title)
    return min((owner[hit[0]] for hit in hits if hit), default=0)
