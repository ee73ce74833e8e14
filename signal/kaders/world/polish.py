"""Small things people do to text: capitals, joining, slips of the finger."""

from __future__ import annotations

import re
from collections.abc import Sequence
from random import Random

from kaders.world.grammar import Slots

SLOT = re.compile(r"\{(\w+)\}")
WORD = re.compile(r"(?<![#@\w/])[^\W\d_]{4,}")
CONTRACTION = re.compile(r"['‘’][stnk]\s")
QUOTES = "'\"‘’“”«("


def fill(template: str, rng: Random, slots: Slots) -> str:
    """The template with every slot filled, also the slots inside fillings; KeyError for an unknown slot."""
    text = template
    while "{" in text:
        text = SLOT.sub(lambda slot: rng.choice(slots[slot.group(1)]), text)
    return text


def capital(text: str, *, dutch: bool) -> str:
    """The text with a capital at its start, past an opening quote; Dutch writes 't Feest and IJs so."""
    start = 3 if CONTRACTION.match(text) else 0
    while start < len(text) and text[start] in QUOTES:
        start += 1
    width = 2 if dutch and text[start : start + 2] == "ij" else 1
    return text[:start] + text[start : start + width].upper() + text[start + width :]


def join(parts: Sequence[str]) -> str:
    """Parts of a post one after the other; a full stop where two sentences would run into each other."""
    text = ""
    for part in filter(None, parts):
        if text and text[-1].isalnum() and part[0].isalpha():
            text += "."
        text = f"{text} {part}" if text else part
    return text


def slip(text: str, rng: Random) -> str:
    """The text with one or two typing errors: letters swapped, dropped or doubled."""
    for _ in range(rng.choice((1, 1, 2))):
        words = list(WORD.finditer(text))
        if not words:
            return text
        word = rng.choice(words)
        text = text[: word.start()] + _mistype(word.group(), rng) + text[word.end() :]
    return text


def _mistype(word: str, rng: Random) -> str:
    at = rng.randrange(1, len(word) - 1)
    how = rng.choice(("swap", "drop", "double"))
    if how == "swap":
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    return word[:at] + (word[at] * 2 if how == "double" else "") + word[at + 1 :]
