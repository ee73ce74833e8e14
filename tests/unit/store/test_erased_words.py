"""Words to be erased are found in the warehouse as Python reads them, however they are typed."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kaders.read.erased import Asked, holds, phrase, pseudonyms
from kaders.settings import Settings, Source
from kaders.store.connection import Connection, opened
from kaders.store.erasable import rows
from kaders.store.erasing import Found, own_words

SIGNS = "aAeEéÉİIıisSßẞσΣςñkK\u212a\u0301\u00ad\u200b -'._@1½ﬁøل你\n"
"""Letters that Python and DuckDB fold each in their own way, marks, and what shows nothing."""
CREATE = (
    "CREATE OR REPLACE TABLE core_document (source VARCHAR, entry VARCHAR, published TIMESTAMPTZ, "
    "title VARCHAR, text VARCHAR, url VARCHAR, author VARCHAR)"
)


@pytest.fixture(scope="module")
def con() -> Iterator[Connection]:
    with opened(None) as con:
        yield con


def stored(con: Connection, *texts: str) -> None:
    """A warehouse with these texts: the first document is called 0, the next 1."""
    con.execute(CREATE)
    con.execute(
        "INSERT INTO core_document SELECT 'krant', unnest($entries), '2026-11-22', '', unnest($texts), '', NULL",
        {"entries": [str(number) for number in range(len(texts))], "texts": list(texts)},
    )


def found(con: Connection, words: str) -> set[str]:
    return {row[1] for row in rows(con, Asked(phrases=(phrase(words),)))}


@pytest.mark.parametrize(
    ("said", "asked"),
    [
        ("Volgens André Zoë mag het", unicodedata.normalize("NFD", "André Zoë")),
        ("Volgens André Dubois mag het", "Andre Dubois"),
        ("Volgens Andre Dubois mag het", "ANDRÉ DUBOIS"),
        ("Volgens İbrahim mag het", "ibrahim"),
        ("Volgens Ibrahim mag het", "İbrahim"),
        ("De familie ΠΑΠΑΣ", "παπας"),
        ("Volgens Jan de Vries mag het", "Jan de Vr\u00adies"),
        ("Volgens Jan de Vries mag het", "Jan\u200b de\xa0Vries"),
    ],
)
def test_a_name_is_found_however_it_is_typed(con: Connection, said: str, asked: str) -> None:
    stored(con, said, "Volgens Andrea Duboisson mag Ibrahima het, zegt papa")
    assert found(con, asked) == {"0"} and holds(said, phrase(asked))


@settings(max_examples=60, deadline=None)
@given(st.text(SIGNS, min_size=1, max_size=14), st.text(SIGNS, max_size=3), st.data())
def test_the_warehouse_finds_what_python_says(
    con: Connection, text: str, other: str, data: st.DataObject
) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    typed = text[start : start + data.draw(st.integers(1, 9))].upper()
    words = phrase(typed if data.draw(st.booleans()) else unicodedata.normalize("NFD", typed))
    stored(con, text, other)
    if words:
        assert found(con, words) == {str(n) for n, said in enumerate((text, other)) if holds(said, words)}


def test_a_long_phrase_is_held_by_its_end_too(con: Connection) -> None:
    words = "een lange zin waarvan alleen het einde zegt welke van deze twee het nu eigenlijk is: "
    stored(con, f"{words} de eerste", f"{words} de ander")
    assert found(con, f"{words} de ander") == {"1"}


def test_a_word_is_somebodys_own_unless_another_says_it_in_any_spelling(
    con: Connection, loaded: Settings
) -> None:
    crowd = [f"De brug is dicht, {number}" for number in range(1200)]
    stored(con, "André en İbrahim over de brug", "andre zei het", *crowd)
    gone = Found(words={("", "André en İbrahim over de brug")})
    gone.documents["krant"] = {"0"}
    assert own_words(loaded.places, con, ["andré", "ibrahim", "brug", "nergens"], gone) == {"ibrahim"}


def test_an_author_is_known_by_what_is_seen() -> None:
    source = Source(id="krant", name="krant", kind="news", owner_group="krant", expected_per_day=1, terms="")
    key = b"k" * 32
    asked = pseudonyms(unicodedata.normalize("NFD", "André Du\u00adbois"), [source], key)
    assert pseudonyms("André Dubois", [source], key) <= asked
