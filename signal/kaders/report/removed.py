"""A morning without what was erased since, and the lines of a message without it; data in, data out."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from kaders.read.erased import form, phrase
from kaders.read.text import snippet
from kaders.report.voice import tidy

GONE = "…"
"""Stands where a word was that nobody but the erased had said."""
TELLING = 3
"""Words from which a title or a text is told apart by itself: one of two words ("Kort nieuws") many have."""
_LINK = re.compile(r"https?://[^\s<>\"')]+")


@dataclass(frozen=True, slots=True)
class Trace:
    """By what a piece of a morning is known to be of a document that was erased.

    shapes     its addresses (read.erased.form)
    sayings    its titles, snippets and sentences (read.erased.phrase)
    own_words  words that no other document has
    """

    shapes: frozenset[str] = frozenset()
    sayings: frozenset[str] = frozenset()
    own_words: frozenset[str] = frozenset()
    _pattern: re.Pattern[str] | None = field(init=False, default=None, repr=False, compare=False)

    def __post_init__(self) -> None:
        if self.own_words:
            words = "|".join(re.escape(word) for word in sorted(self.own_words, key=len, reverse=True))
            pattern = re.compile(rf"(?<!\w)(?:{words})(?!\w)", re.IGNORECASE)
            object.__setattr__(self, "_pattern", pattern)

    def is_of(self, piece: Mapping[str, Any]) -> bool:
        """Whether a piece of evidence, an item, a question or a term is of it.

        By its address where that names a page: others may have the same title.
        """
        shape = form(str(piece.get("url") or ""))
        if shape:
            return shape in self.shapes
        said = (phrase(str(piece.get(name) or "")) for name in ("title", "snippet", "text"))
        return any(each in self.sayings for each in said if each) or self._says(piece.get("term"))

    def _says(self, term: object) -> bool:
        return bool(self._pattern and isinstance(term, str) and self._pattern.search(term))

    def tells(self, line: str) -> bool:
        """Whether a line of a message shows it: its address, its title, or the beginning of its text."""
        if any(form(link.rstrip(".,;:")) in self.shapes for link in _LINK.findall(line)):
            return True
        words = f" {phrase(line)} "
        return any(f" {each} " in words for each in self.sayings if each.count(" ") + 1 >= TELLING)

    def blanked(self, text: str) -> str:
        """The text without the words that nobody else has."""
        return self._pattern.sub(GONE, text) if self._pattern else text


def trace(
    words: Iterable[tuple[str, str]],
    shapes: Collection[str],
    *,
    questions: Iterable[str] = (),
    own_words: Collection[str] = (),
) -> Trace:
    """What documents with these titles and texts are known by, whole and as a message cuts them off.

    questions: sentences in them that nobody else asked
    """
    sayings = {phrase(each) for each in questions}
    for title, text in words:
        told = (title, text, snippet(text or title))
        sayings |= {phrase(said_as) for each in told for said_as in (each, tidy(each))}
    return Trace(frozenset(shapes), frozenset(sayings - {""}), frozenset(own_words))


def without(value: Any, gone: Trace) -> Any:
    """A morning, or a part of one, without the pieces that are of what was erased, else as it was."""
    if isinstance(value, dict):
        return {name: without(each, gone) for name, each in value.items()}
    if isinstance(value, list):
        return [without(each, gone) for each in value if not (isinstance(each, dict) and gone.is_of(each))]
    return gone.blanked(value) if isinstance(value, str) else value


def message_without(text: str, gone: Trace) -> str:
    """The lines of a message that do not show what was erased.

    A piece of evidence is a line that begins with a dash, and its address below it: the two stay or go
    together, and by the address where that names a page.
    """
    kept = [f"{line}{link}" for line, link in _pieces(text) if not _shows(line, link, gone)]
    return gone.blanked("".join(kept))


def _pieces(text: str) -> Iterator[tuple[str, str]]:
    """The lines, each with the line of its address, '' where there is none."""
    lines = iter([*text.splitlines(keepends=True), ""])
    line = next(lines)
    for below in lines:
        if line.lstrip().startswith("- ") and _LINK.fullmatch(below.strip()):
            yield line, below
            line = next(lines, "")
        else:
            yield line, ""
            line = below


def _shows(line: str, link: str, gone: Trace) -> bool:
    shape = form(link.strip())
    return shape in gone.shapes if shape else gone.tells(line)


def said(value: Any, name: str) -> Iterator[str]:
    """The texts that stand under a name anywhere in a morning, as `term` or `text`."""
    if isinstance(value, dict):
        if isinstance(value.get(name), str):
            yield value[name]
        for each in value.values():
            yield from said(each, name)
    elif isinstance(value, list):
        for each in value:
            yield from said(each, name)
