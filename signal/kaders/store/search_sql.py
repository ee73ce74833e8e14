"""A question as SQL over the index: the twin of `matches` in ask/tree.py, for a million documents at once.

Each word, phrase or field becomes a row of bits, one for each document, and AND, OR and NOT are those of
bits. Words are looked up first and stand in the SQL as numbers, so that DuckDB reads only their blocks.
"""

from __future__ import annotations

from itertools import combinations, groupby

from kaders.ask.tree import All, Any, Field, Node, Not, Phrase, Word, as_regex
from kaders.store.connection import Connection
from kaders.store.sql import quoted

MOST_RUNS = 64
"""Stretches of word numbers that are written out; more are looked up in the table. Our choice: short SQL."""
_LAYERS = {"topic": "topic", "area": "area", "frame": "frame"}


def answers(con: Connection, node: Node) -> str:
    """A condition on `doc` of the table `page` that holds for every document that answers the question.

    con: with the index in use and the published copy attached as `published`.
    """
    last = int(con.execute("SELECT coalesce(max(doc), 0) FROM page").fetchall()[0][0])
    return f"get_bit((SELECT {_Writer(con, last).bits(node)}), doc) = 1"


class _Writer:
    """Writes the bits of one question.

    last  the highest number of a page, and so the place of the last bit
    """

    def __init__(self, con: Connection, last: int) -> None:
        self.con, self.last = con, last

    def bits(self, node: Node) -> str:
        """An expression for the bits of a node."""
        match node:
            case All(parts):
                return f"({' & '.join(self.bits(part) for part in parts)})"
            case Any(parts):
                return f"({' | '.join(self.bits(part) for part in parts)})"
            case Not(part):
                return f"(~{self.bits(part)})"
            case Field(name, values):
                return self._of(_field(name, values))
            case Word(pattern, only_title):
                where = _where(self.con, pattern)
                title = " AND place % 2 = 1" if only_title else ""
                return self._of(f"SELECT doc FROM posting WHERE {where}{title}" if where else "")
            case Phrase():
                return self._of(_phrase(self.con, node))

    def _of(self, documents: str) -> str:
        """The bits of the documents that a query gives, as often as it likes; none for an empty query."""
        nothing = f"bitstring('0', {self.last + 1})"
        if not documents:
            return nothing
        return f"coalesce((SELECT bitstring_agg(doc, 0, {self.last}) FROM ({documents})), {nothing})"


def _field(name: str, values: tuple[str, ...]) -> str:
    listed = ", ".join(quoted(value) for value in values)
    if name in _LAYERS:
        return (
            "SELECT doc FROM page SEMI JOIN (SELECT id, content FROM published.core_tag "
            f"WHERE layer = {quoted(_LAYERS[name])} AND code IN ({listed})) USING (id, content)"
        )
    return f"SELECT doc FROM page WHERE {name} IN ({listed})"


def _phrase(con: Connection, phrase: Phrase) -> str:
    """Words joined on their document and on how far they stand apart; places of neighbours differ by two."""
    wheres = [_where(con, part) for part in phrase.parts]
    if not all(wheres):
        return ""
    title = " AND place % 2 = 1" if phrase.only_title else ""
    rows = [f"(SELECT doc, place FROM posting WHERE {where}{title})" for where in wheres]
    return _side_by_side(con, rows) if phrase.within is None else _near(rows, phrase.within)


def _side_by_side(con: Connection, rows: list[str]) -> str:
    """From the rarest word on, the others at their distance: a quarter less work than from the first."""
    counts = [int(con.execute(f"SELECT count(*) FROM {row}").fetchall()[0][0]) for row in rows]
    rarest = counts.index(min(counts))
    joins = [
        f"SEMI JOIN {row} AS p{number} ON p{number}.doc = p.doc "
        f"AND p{number}.place = p.place + {2 * (number - rarest)}"
        for number, row in enumerate(rows)
        if number != rarest
    ]
    return f"SELECT p.doc FROM {rows[rarest]} AS p {' '.join(joins)}"


def _near(rows: list[str], within: int) -> str:
    """All stand within a stretch when every two do; title and text differ in being odd."""
    stretch = 2 * (within + len(rows) - 1)
    named = ", ".join(f"{row} AS p{number}" for number, row in enumerate(rows))
    conditions = [f"p{number}.doc = p0.doc" for number in range(1, len(rows))]
    for a, b in combinations(range(len(rows)), 2):
        conditions.append(f"abs(p{a}.place - p{b}.place) BETWEEN 1 AND {stretch}")
        conditions.append(f"p{a}.place % 2 = p{b}.place % 2")
    return f"SELECT p0.doc FROM {named} WHERE {' AND '.join(conditions)}"


def _where(con: Connection, pattern: str) -> str:
    """The condition on `number` that the words of a pattern make; empty when nobody says any of them."""
    numbers = _numbers(con, pattern)
    runs = [[number for _, number in run] for _, run in groupby(enumerate(numbers), lambda at: at[1] - at[0])]
    if len(runs) > MOST_RUNS:
        return f"number IN (SELECT number FROM word WHERE {_like(pattern)})"
    return "(" + " OR ".join(_run(run[0], run[-1]) for run in runs) + ")" if runs else ""


def _run(first: int, last: int) -> str:
    return f"number = {first}" if first == last else f"number BETWEEN {first} AND {last}"


def _numbers(con: Connection, pattern: str) -> list[int]:
    rows = con.execute(f"SELECT number FROM word WHERE {_like(pattern)} ORDER BY number").fetchall()
    return [int(number) for (number,) in rows]


def _like(pattern: str) -> str:
    if "*" not in pattern and "?" not in pattern:
        return f"word = {quoted(pattern)}"
    stem = pattern.split("*")[0].split("?")[0]
    return f"starts_with(word, {quoted(stem)}) AND regexp_full_match(word, {quoted(as_regex(pattern))})"
