"""The form of a question, before it is read: its length, marks, brackets and small words."""

from __future__ import annotations

import re

from kaders.ask.unclear import Unclear, at

LONGEST = 2_000
"""Characters. Our choice: some 200 words, ten times the longest query that PR manuals show."""
DEEPEST = 20
"""Brackets within brackets. Our choice: nobody reads more, and reading them uses the stack of Python."""
SMALL = {
    "and": "AND",
    "en": "AND",
    "or": "OR",
    "of": "OR",
    "not": "NOT",
    "niet": "NOT",
    "&&": "AND",
    "||": "OR",
}
_SMALL = re.compile(r"(?<![^\s(])(?:and|en|or|of|not|niet|&&|\|\|)(?![^\s)])", re.IGNORECASE)
_QUOTED = re.compile(r'"[^"]*"')
_HANDLE = re.compile(
    r"[\w.+-]*@[\w…][\w.@-]*|\bdid:(?:plc|web):\S+|[\w-]+(?:\.[\w-]+)*\.bsky\.social\b|(?<!\w)/?u/[\w-]{3,}"
)
QUOTES = str.maketrans("“”„‟«»", '""""""')


def look_over(text: str) -> None:
    """What can be said before anything is read."""
    if not text.strip():
        raise Unclear("The question is empty", "write at least one word")
    if len(text) > LONGEST:
        raise Unclear(
            f"The question has {len(text):,} characters", f"stay below {LONGEST:,}, or ask in parts"
        )
    if found := _HANDLE.search(text):
        raise Unclear(
            f"'{found.group()}' at {at(found.start())} is a handle or an address of a person",
            "take it away, as persons and accounts are never followed, only subjects",
        )
    if text.count('"') % 2:
        raise Unclear(f"The quotation mark at {at(text.rindex(chr(34)))} is never closed", 'add the other "')
    bare = _QUOTED.sub(lambda quoted: " " * len(quoted.group()), text)
    _look_at_brackets(bare)
    _look_at_small(bare)


def _look_at_brackets(bare: str) -> None:
    opened: list[int] = []
    for place, sign in enumerate(bare):
        if sign == "(":
            opened.append(place)
        elif sign == ")" and not opened:
            raise Unclear(f"The bracket at {at(place)} closes nothing", "take it away, or open one before it")
        elif sign == ")" and not bare[opened.pop() + 1 : place].strip():
            raise Unclear(f"The brackets at {at(place)} hold nothing", "take them away")
        if len(opened) > DEEPEST:
            raise too_deep()
    if opened:
        raise Unclear(f"The bracket at {at(opened[-1])} is never closed", "add a )")


def _look_at_small(bare: str) -> None:
    """Small words that may be meant as operators: whoever means them so writes capitals, in English."""
    for found in _SMALL.finditer(bare):
        said, meant = found.group(), SMALL[found.group().lower()]
        if said == meant:
            continue
        if not said.isalpha():
            raise Unclear(f"'{said}' at {at(found.start())} is not known here", f"write {meant}")
        raise Unclear(
            f"'{said}' at {at(found.start())} can be read in two ways",
            f'write {meant}, or "{said}" in quotation marks when you seek that word',
        )


def too_deep() -> Unclear:
    return Unclear(f"There are more than {DEEPEST} brackets or NOTs within each other", "ask in parts")
