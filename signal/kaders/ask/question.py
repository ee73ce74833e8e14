"""Reads a boolean question, in the syntax of Lucene, into our own tree; says in a sentence what is unclear.

AND, OR and NOT in capitals; words side by side are joined by AND; brackets, "phrases", "near ones"~5,
patterns (afval*, gemeente?) and fields (title: source: kind: language: topic: area: frame:). docs/search.md
explains it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from difflib import get_close_matches

from luqum import tree as lucene
from luqum.exceptions import ParseError
from luqum.thread import parse as parse_lucene

from kaders.ask.form import DEEPEST, QUOTES, look_over, too_deep
from kaders.ask.tree import All, Any, Field, Node, Not, Phrase, Word, as_regex
from kaders.ask.unclear import Unclear, at, short, unknown
from kaders.ask.words import fold, words

LONGEST_PHRASE = 20
"""Words in a phrase. Our choice: a sentence; each word is one more join in the database."""
MOST_NEAR, FARTHEST = 5, 50
"""Words in a near phrase, and how many others may be in between: joins grow with both. Our choice."""
STEM = 3
"""Letters before a `*` or `?`. Topics ask for 5 (cross_checks), as they run unseen; here a person looks."""
FIELDS = ("title", "source", "kind", "language", "topic", "area", "frame")
FIXED = {
    "kind": {name: name for name in ("news", "rss", "social", "own")},
    "language": {name: name for name in ("nl", "en", "other")},
}
_PIECE = re.compile(r"[^\W_*?]+(?:[*?]+[^\W_*?]*)*|[*?]+[^\s]*")
_LETTER_AND_SIGNS = re.compile(r"[^\W\d_][^\w\s.,;:?!*'’]+")
"""A name that lives by its signs, as C++; full stops and the like only end a sentence."""
_STATED = re.compile(r"[^\W_]+\*?")

Names = Mapping[str, Mapping[str, str]]
"""Per field what may stand behind it, as people write it -> the id it means."""


def question(text: str, names: Names | None = None) -> Node:
    """The tree of a question.

    names: what is known behind source:, topic:, area: and frame:; a field that is not in it takes any id.
    Raises Unclear for whatever cannot be read, names a person or has no meaning.
    """
    text = text.translate(QUOTES)
    look_over(text)
    try:
        read = parse_lucene(text)
    except ParseError as error:
        raise _unread(text, error) from error
    return _sound(_Reader(text, FIXED | dict(names or {})).node(read, 0))


def _unread(text: str, error: ParseError) -> Unclear:
    """luqum's complaint as a sentence."""
    said = re.search(r"position (\d+)", str(error))
    if said is None:
        return Unclear(
            "The question stops after an operator or a colon", "write what is to follow, or take it away"
        )
    place = int(said.group(1))
    here = re.match(r"\S{1,20}", text[place:])
    what = here.group() if here else text[-20:]
    mend = "give AND, OR and NOT a word, a phrase or brackets to work on, and put signs in quotation marks"
    return Unclear(f"'{what}' at {at(place)} cannot stand there", mend)


class _Reader:
    """Turns luqum's tree into ours."""

    def __init__(self, text: str, names: Names) -> None:
        self.text, self.names = text, names

    def node(self, item: lucene.Item, depth: int, only_title: bool = False) -> Node:
        """Our node for luqum's, with double negations and needless brackets gone."""
        if depth > 3 * DEEPEST:  # luqum makes up to three levels of one pair of brackets
            raise too_deep()
        match item:
            case lucene.Group() | lucene.FieldGroup() | lucene.Plus():
                return self.node(item.children[0], depth + 1, only_title)
            case lucene.Not() | lucene.Prohibit():
                inner = self.node(item.children[0], depth + 1, only_title)
                return inner.part if isinstance(inner, Not) else Not(inner)
            case lucene.OrOperation():
                return _flat(Any, [self.node(part, depth + 1, only_title) for part in item.children])
            case lucene.AndOperation() | lucene.UnknownOperation():
                self._not_mixed(item)
                return _flat(All, [self.node(part, depth + 1, only_title) for part in item.children])
            case lucene.SearchField():
                return self._field(item, depth, only_title)
        return self._leaf(item, only_title)

    def _not_mixed(self, item: lucene.Item) -> None:
        """Words side by side next to an OR: readers differ on what belongs together, so brackets say it."""
        if isinstance(item, lucene.UnknownOperation) and any(
            isinstance(part, lucene.OrOperation) for part in item.children
        ):
            raise Unclear(
                f"Side by side with OR, '{short(str(item))}' can be read in two ways",
                "write brackets around what belongs together, as in: container (pas OR kaart)",
            )

    def _field(self, item: lucene.SearchField, depth: int, only_title: bool) -> Node:
        name, place = item.name.lower(), item.pos or 0
        if name not in FIELDS:
            near = get_close_matches(name, FIELDS, 1)
            hint = f"did you mean {near[0]}:" if near else f"the fields are {', '.join(FIELDS)}"
            raise Unclear(
                f"There is no field '{item.name}:' (at {at(place)})",
                f"{hint}; a colon that belongs to the text goes in quotation marks",
            )
        if only_title:
            raise Unclear(
                f"'{item.name}:' at {at(place)} stands within another field", "close that one first"
            )
        if name == "title":
            return self.node(item.children[0], depth + 1, True)
        return self._values(name, item.children[0], depth)

    def _values(self, name: str, item: lucene.Item, depth: int) -> Node:
        """What stands behind a field: one value, or several in brackets with OR between them."""
        match item:
            case lucene.Word() | lucene.Phrase():
                return Field(name, self._ids(name, str(item.value).strip('"'), item.pos or 0))
            case lucene.Group() | lucene.FieldGroup():
                return self._values(name, item.children[0], depth + 1)
            case lucene.OrOperation():
                found = [self._values(name, part, depth + 1) for part in item.children]
                return _flat(Any, found)
        raise Unclear(
            f"Behind '{name}:' stands '{short(str(item))}'",
            f'write {name}:id, {name}:"a name" or {name}:(a OR b)',
        )

    def _ids(self, name: str, value: str, place: int) -> tuple[str, ...]:
        """The ids that a value means: by id or by name, capitals and accents aside, or by pattern."""
        known = self.names.get(name)
        if known is None:
            return (value,)
        folded = {" ".join(words(said)): id_ for said, id_ in known.items()} | {
            fold(said): known[said] for said in known
        }
        if "*" in value or "?" in value:
            wanted = re.compile(as_regex(re.escape(fold(value)).replace(r"\*", "*").replace(r"\?", "?")))
            found = {id_ for said, id_ in folded.items() if wanted.fullmatch(said)}
        else:
            found = {folded[said] for said in (fold(value), " ".join(words(value))) if said in folded}
        if not found:
            raise unknown(name, value, known, f" (at {at(place)})")
        return tuple(sorted(found))

    def _leaf(self, item: lucene.Item, only_title: bool) -> Node:
        place = item.pos or 0
        match item:
            case lucene.Phrase():
                return self._phrase(str(item.value), place, None, only_title)
            case lucene.Proximity() if isinstance(item.term, lucene.Phrase):
                return self._phrase(str(item.term.value), place, int(item.degree), only_title)
            case lucene.Word():
                return self._word(str(item.value), place, only_title)
        raise Unclear(
            f"'{short(str(item))}' at {at(place)} is a part of Lucene's syntax that is not known here",
            'words, "phrases", "near ones"~5, afval* and fields are; put signs in quotation marks',
        )

    def _word(self, value: str, place: int, only_title: bool) -> Node:
        if value.startswith("!"):
            raise Unclear(f"'{value}' at {at(place)} begins with !", f"write NOT {value.lstrip('!')}")
        pieces = _PIECE.findall(fold(re.sub(r"\\.", " ", value)))
        for piece in pieces:
            _check_stem(piece, place)
        return self._joined(pieces, value, place, None, only_title)

    def _phrase(self, value: str, place: int, within: int | None, only_title: bool) -> Node:
        """In quotation marks only a `*` at the end of a word is a pattern; other signs are signs."""
        pieces = _STATED.findall(fold(value))
        for piece in pieces:
            if "*" in piece:
                _check_stem(piece, place)
        if within is not None and (len(pieces) > MOST_NEAR or within > FARTHEST):
            raise Unclear(
                f"The near phrase at {at(place)} asks too much",
                f"give it at most {MOST_NEAR} words and a distance of at most {FARTHEST}",
            )
        return self._joined(pieces, value, place, within, only_title)

    def _joined(
        self, pieces: list[str], value: str, place: int, within: int | None, only_title: bool
    ) -> Node:
        if not pieces:
            raise Unclear(f"'{value}' at {at(place)} holds no letter or digit", "only words can be sought")
        if len(pieces) > LONGEST_PHRASE:
            raise Unclear(
                f"The phrase at {at(place)} has {len(pieces)} words",
                f"take its best {LONGEST_PHRASE} or fewer",
            )
        if len(pieces) == 1 and _LETTER_AND_SIGNS.fullmatch(value.strip('"')):
            raise Unclear(
                f"'{value}' at {at(place)} would find every '{pieces[0]}' by itself, as signs are not sought",
                f"add words that stand beside it, or write {pieces[0]} when you do mean the letter",
            )
        return Word(pieces[0], only_title) if len(pieces) == 1 else Phrase(tuple(pieces), within, only_title)


def _check_stem(piece: str, place: int) -> None:
    stem = re.split(r"[*?]", piece)[0]
    if len(stem) == len(piece) or len(stem) >= STEM:
        return
    if not stem:
        raise Unclear(
            f"The pattern '{piece}' at {at(place)} begins with {piece[0]}",
            f"begin with at least {STEM} letters, as in afval*, or write the words out with OR",
        )
    raise Unclear(
        f"The pattern '{piece}' at {at(place)} has too few letters before {piece[len(stem)]}",
        f"give at least {STEM}, or write the words out with OR",
    )


def _flat(kind: type[All] | type[Any], parts: list[Node]) -> Node:
    """One level for parts of the same kind, each part once."""
    found: list[Node] = []
    for part in parts:
        found += part.parts if isinstance(part, kind) else (part,)
    once = tuple(dict.fromkeys(found))
    return once[0] if len(once) == 1 else kind(once)


def _sound(node: Node) -> Node:
    """The node, when it says what is sought and not only what is not; Unclear otherwise."""
    match node:
        case Not():
            raise _only_not()
        case All(parts):
            if all(isinstance(part, Not) for part in parts):
                raise _only_not()
            for part in parts:
                _sound(part.part if isinstance(part, Not) else part)
        case Any(parts):
            if any(isinstance(part, Not) for part in parts):
                raise Unclear(
                    "NOT beside OR would find nearly everything", "use it with AND: afval AND NOT vacature"
                )
            for part in parts:
                _sound(part)
    return node


def _only_not() -> Unclear:
    return Unclear("NOT alone would find nearly everything", "say what you do seek: afval AND NOT vacature")
