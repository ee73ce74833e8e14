"""JSON as services send it: with a raw line break in a string, a comma too many, one broken entry, no end."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

WORK = 4
"""How often a broken text is read over while its entries are looked for: once is enough for a real one, and
hostile ones, lists within lists that never close, would be read over a thousand times."""
MOST_BROKEN = 500
"""Broken entries after which the rest is left alone: each error costs Python a walk over all that stands
before it (5 ms in a reply of 10 MB)."""
HEADS = 5
"""Places at which the list of entries may begin that are tried; its name seldom stands in a reply twice."""

_DECODER = json.JSONDecoder(strict=False)
_SPARE = re.compile(r'("[^"\\]*+(?:\\.[^"\\]*+)*+"?)|,(?=\s*+[}\]])', re.DOTALL)
_BETWEEN = re.compile(r"[\s,]*+")
_OPENING = re.compile(r'\{\s*+("[^"\\]{1,100}+"\s*+:)')


@dataclass(frozen=True, slots=True)
class Salvaged:
    """What was read of a broken text.

    answer   the whole reply, with what could be read of its list of entries in that place
    bad      entries that could not be read
    cut_off  whether the text ends before its end
    """

    answer: Any
    bad: int = 0
    cut_off: bool = False


@dataclass(slots=True)
class _List:
    """The entries of a list; `end` is where it closes, the end of the text when it never does.

    last  whether the last thing in it is an entry that could not be read
    """

    end: int
    entries: list[Any] = field(default_factory=list)
    bad: int = 0
    last: bool = False


def value(text: str) -> Any:
    """The value of a JSON text, control characters in its strings or not. Raises ValueError."""
    try:
        return _DECODER.decode(text)
    except RecursionError:
        raise ValueError("nested too deep") from None


def salvaged(text: str, *names: str) -> Salvaged:
    """What can be read of a text whose entries are the list at `names`, when it is no sound JSON.

    Commas too many and words after the end do no harm; else the entries are read one by one, and what is
    broken is counted. With no names the text itself is the list. Raises ValueError when nothing can be read.
    """
    tidy = _SPARE.sub(r"\1", text)
    with suppress(ValueError):
        return Salvaged(_beginning(tidy))
    made = [_listed(tidy, start, names) for start in _starts(tidy, names)]
    sure = [each for each, placed in made if placed]
    sure += [each for each, _ in made if _reached(each.answer, names)]
    if not sure:
        raise ValueError("no list of entries")
    return sure[0]


def _listed(text: str, start: int, names: tuple[str, ...]) -> tuple[Salvaged, bool]:
    """What the list that begins there holds, and whether what is around it says that it is the right one."""
    read = _entries(text, start)
    whole = _around(text[:start] + text[read.end :], names)
    answer = _around(text[:start] + "]" + "}" * len(names), names) if whole is None else whole
    bad = read.bad - (whole is None and read.last)
    filled = _filled({} if answer is None else answer, names, read.entries)
    return Salvaged(filled, bad, cut_off=whole is None), answer is not None


def _beginning(text: str) -> Any:
    """The value with which a text begins, whatever stands behind it."""
    try:
        return _DECODER.raw_decode(text)[0]
    except RecursionError:
        raise ValueError("nested too deep") from None


def _starts(text: str, names: tuple[str, ...]) -> list[int]:
    """The places just behind a bracket that may open the list."""
    if not names:
        return [1] * text.startswith("[")
    name = re.escape(json.dumps(names[-1], ensure_ascii=False))
    return [found.end() for found in islice(re.finditer(rf"{name}\s*+:\s*+\[", text), HEADS)]


def _around(text: str, names: tuple[str, ...]) -> Any:
    """A reply whose list is left empty; None when it is none, or its list stands elsewhere in it."""
    with suppress(ValueError):
        answer = _beginning(text)
        return answer if _reached(answer, names) == [] else None
    return None


def _reached(answer: Any, names: tuple[str, ...]) -> Any:
    for name in names:
        answer = answer.get(name) if isinstance(answer, dict) else None
    return answer


def _filled(answer: Any, names: tuple[str, ...], entries: list[Any]) -> Any:
    """The reply with these entries as the list at `names`."""
    if not names:
        return entries
    inner = answer
    for name in names[:-1]:
        inner = inner.setdefault(name, {})
    inner[names[-1]] = entries
    return answer


def _entries(text: str, at: int) -> _List:
    """The entries of a list from just behind its bracket on."""
    read, left = _List(len(text)), WORK * len(text)
    while left > 0 and read.bad < MOST_BROKEN:
        at = _BETWEEN.match(text, at).end()  # type: ignore[union-attr]  # it matches anywhere
        if at == len(text) or text[at] == "]":
            read.end = at
            break
        try:
            entry, at = _DECODER.raw_decode(text, at)
            read.entries.append(entry)
            read.last = False
        except (ValueError, RecursionError) as error:
            left -= getattr(error, "pos", len(text)) - at + 1
            read.bad, read.last = read.bad + 1, True
            at = _next(text, at)
    return read


def _next(text: str, at: int) -> int:
    """Where the entry after a broken one begins: an object after a comma that begins with the same name.

    What a program writes does. When there is none, the last bracket that may close the list, or the end.
    """
    if opening := _OPENING.match(text, at):
        following = re.compile(rf"\}}\s*+,\s*+(?=\{{\s*+{re.escape(opening[1])})")
        if found := following.search(text, at + 1):
            return found.end()
    closing = text.rfind("]", at)
    return closing if closing >= 0 else len(text)
