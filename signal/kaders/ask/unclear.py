"""The one error of a question: a sentence with the place, and how to write it."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches

from kaders.ask.words import fold, words
from kaders.errors import ConfigurationError

LISTED = 8
"""How many known names a sentence lists. Our choice: a line or two on a terminal."""


class Unclear(ConfigurationError):
    """A question that cannot be read.

    what   what is wrong and where
    mend   how to write it
    """

    def __init__(self, what: str, mend: str) -> None:
        self.what, self.mend = what, mend
        super().__init__(f"{what}: {mend}")


def at(place: int) -> str:
    return f"character {place + 1}"


def short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:39]}…"


def unknown(kind: str, value: str, known: Mapping[str, str], where: str = "") -> Unclear:
    """Nothing of this kind is called so; known: what may be written -> the id it means.

    Suggests what is spelled much like it, else what has its words in its name, else lists the first name of
    each id.
    """
    last_to_first = list(known)[::-1]  # so that the first of each kind stays
    folded = {fold(said): said for said in last_to_first}
    near = [folded[each] for each in get_close_matches(fold(value), list(folded), 1)]
    near = near or list({known[said]: said for said in last_to_first if _within(value, said)}.values())
    firsts = sorted({known[said]: said for said in last_to_first}.values(), key=fold)
    more = f" and {len(firsts) - LISTED} more" if len(firsts) > LISTED else ""
    mend = "there is none yet"
    if near:
        mend = f"did you mean {' or '.join(_written(each) for each in sorted(near)[:3])}?"
    elif firsts:
        mend = f"known are {', '.join(_written(each) for each in firsts[:LISTED])}{more}"
    return Unclear(f"There is no {kind} '{value}'{where}", mend)


def _within(value: str, said: str) -> bool:
    """Whether all words of a value are in a name."""
    return bool(words(value)) and set(words(value)) <= set(words(said))


def _written(said: str) -> str:
    """As it may be typed in a question: between quotation marks when it is more than one word."""
    return said if " ".join(words(said)) == fold(said) and " " not in said else f'"{said}"'
