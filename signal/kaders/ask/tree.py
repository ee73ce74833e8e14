"""A question as a small tree, and the plain-Python judgement of whether a document answers it.

store/search_sql.py asks the same of a whole index; tests hold the two against each other.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

from kaders.ask.words import words
from kaders.model import Tagged


@dataclass(frozen=True, slots=True)
class Page:
    """What a question sees of a document.

    title, text  their folded words
    fields       what can be asked by field: source, kind, language, topic, area, frame -> ids
    """

    title: tuple[str, ...]
    text: tuple[str, ...]
    fields: Mapping[str, frozenset[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Word:
    """A word, or all words of a pattern with `*` (any letters) and `?` (one letter)."""

    pattern: str
    only_title: bool = False


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that stand side by side in this order.

    within  None; else any order will do, with at most so many other words in between them all
    """

    parts: tuple[str, ...]
    within: int | None = None
    only_title: bool = False


@dataclass(frozen=True, slots=True)
class Field:
    """What a document is rather than says: one of `values` stands in its field `name`."""

    name: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class All:
    """Every part holds; at least one of them is no Not."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Any:
    """At least one part holds; none of them is a Not."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold; stands within an All only."""

    part: Node


Node = Word | Phrase | Field | All | Any | Not


def page_of(tagged: Tagged) -> Page:
    """A tagged document as questions see it."""
    document, tags = tagged.document, tagged.tags
    fields = {
        "source": frozenset({document.source}),
        "kind": frozenset({document.kind}),
        "language": frozenset({document.language}),
        "topic": frozenset(tags.topics),
        "area": frozenset(tags.policy_areas),
        "frame": frozenset(tags.frames),
    }
    return Page(words(document.title), words(document.text), fields)


def matches(node: Node, page: Page) -> bool:
    """Whether the document answers the question."""
    match node:
        case All(parts):
            return all(matches(part, page) for part in parts)
        case Any(parts):
            return any(matches(part, page) for part in parts)
        case Not(part):
            return not matches(part, page)
        case Field(name, values):
            return not page.fields.get(name, frozenset()).isdisjoint(values)
    return any(next(places(node, said), None) is not None for said in _said(node, page))


def places(node: Word | Phrase, said: Sequence[str]) -> Iterator[tuple[int, ...]]:
    """Where a word or phrase stands in a row of folded words: the numbers of its words, from 0."""
    if isinstance(node, Word):
        yield from ((place,) for place, word in enumerate(said) if fits(node.pattern, word))
    elif node.within is None:
        yield from _side_by_side(node.parts, said)
    else:
        yield from _near(node.parts, node.within, said)


def fits(pattern: str, word: str) -> bool:
    """Whether a folded word is of a pattern."""
    if "*" not in pattern and "?" not in pattern:
        return pattern == word
    return _compiled(pattern).fullmatch(word) is not None


def as_regex(pattern: str) -> str:
    """A pattern as a regular expression that Python and DuckDB read alike; words hold no special signs."""
    return pattern.replace("?", ".").replace("*", ".*")


def leaves(node: Node) -> Iterator[Word | Phrase]:
    """The words and phrases that a document must or may hold, from left to right; nothing under a Not."""
    match node:
        case All(parts) | Any(parts):
            for part in parts:
                yield from leaves(part)
        case Word() | Phrase():
            yield node


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(as_regex(pattern))


def _said(node: Word | Phrase, page: Page) -> tuple[tuple[str, ...], ...]:
    return (page.title,) if node.only_title else (page.title, page.text)


def _side_by_side(parts: tuple[str, ...], said: Sequence[str]) -> Iterator[tuple[int, ...]]:
    for start in range(len(said) - len(parts) + 1):
        if all(fits(part, said[start + step]) for step, part in enumerate(parts)):
            yield tuple(range(start, start + len(parts)))


def _near(parts: tuple[str, ...], within: int, said: Sequence[str]) -> Iterator[tuple[int, ...]]:
    """Places of all parts, each its own, in a stretch of at most `within` words more than there are parts."""
    stretch = within + len(parts)
    where = [[place for place, word in enumerate(said) if fits(part, word)] for part in parts]
    for start in sorted({place for each in where for place in each}):
        reach = [[place for place in each if start <= place < start + stretch] for each in where]
        found = _one_each(reach, ())
        if found:
            yield tuple(sorted(found))


def _one_each(reach: list[list[int]], taken: tuple[int, ...]) -> tuple[int, ...] | None:
    """A place for each part, no two the same; None when there is no such choice."""
    if len(taken) == len(reach):
        return taken
    for place in reach[len(taken)]:
        if place not in taken and (found := _one_each(reach, (*taken, place))):
            return found
    return None
