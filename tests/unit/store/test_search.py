"""The index answers as the plain twin does, follows what is published, and keeps nothing of what had to go."""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from houses import START, House, places, tagged
from hypothesis import given
from hypothesis import strategies as st

from kaders.ask.question import question
from kaders.ask.tree import Node, matches, page_of
from kaders.ask.words import TOKEN, fold, words
from kaders.errors import Busy, KadersError
from kaders.model import Tagged
from kaders.settings import Places
from kaders.store import search_index
from kaders.store.connection import Connection, opened, publish
from kaders.store.search import asking, search
from kaders.store.search_index import current, update
from kaders.store.search_sql import answers


def said(number: int, title: str, text: str, **more: Any) -> Tagged:
    """A document of these words, one minute later than the one before."""
    seen = START + timedelta(minutes=number)
    return tagged(number, seen, title=title, text=text, snippet=text[:80], **more)


def show(house: House, *documents: Tagged) -> dict[str, int]:
    """Loads, publishes and indexes documents; what the index says of it."""
    house.tag(*documents)
    house.load()
    publish(house.places)
    return update(house.places)


def ids(house: House, text: str, **more: Any) -> list[str]:
    """The numbers of the documents that answer, newest first."""
    return [hit.url.rpartition("/")[2] for hit in search(house.places, question(text), **more).hits]


def rows(path: Places, query: str) -> list[tuple[Any, ...]]:
    with opened(path.search) as con:
        return con.execute(query).fetchall()


DOCUMENTS = (
    said(
        1,
        "De afvalpas weigert",
        "Bij de container in één wijk staat een rij; kosten onbekend.",
        source="bode",
    ),
    said(2, "", "de container weigert de afvalpas niet", kind="social", source="mast", topics=(), frames={}),
    said(3, "Kosten", "Afvalstoffenheffing stijgt: 12.500 euro, zegt de gemeente.", language="en"),
    said(
        4, "Grijze container", "Een grijze, gratis container en nog een container.", kind="own", source="wij"
    ),
    said(5, "Pas op", "de de de pas", policy_areas={"c_z": 1.0}),
)


@pytest.fixture(scope="module")
def full() -> Iterator[House]:
    with TemporaryDirectory() as name:
        house = House(places(Path(name)))
        show(house, *DOCUMENTS)
        yield house


PLAIN = st.sampled_from(
    ["de", "container", "afvalpas", "weigert", "kosten", "pas", "een", "grijze", "12", "nergens", "gem*", "con*",
     "afval*", "kos?en", "container?"]
)  # fmt: skip
PHRASES = st.builds(
    lambda parts, within: f'"{" ".join(parts)}"' + ("" if within is None else f"~{within}"),
    st.lists(PLAIN.filter(lambda word: "?" not in word), min_size=2, max_size=3),
    st.none() | st.integers(0, 6),
)
FIELDS = st.sampled_from(
    ["kind:social", "source:wij", "language:en", "topic:afvalpas", "area:c_z", "frame:economic", "kind:news"]
)
LEAVES = st.one_of(PLAIN, PHRASES, st.builds("title:{}".format, PLAIN | PHRASES), FIELDS)
QUESTIONS = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.builds("({} AND {})".format, inner, inner),
        st.builds("({} OR {})".format, inner, inner),
        st.builds("({} AND NOT {})".format, inner, inner),
    ),
    max_leaves=6,
)


@pytest.fixture(scope="module")
def index(full: House) -> Iterator[Connection]:
    with asking(full.places) as con_:
        yield con_


@given(QUESTIONS)
def test_the_index_finds_what_the_twin_finds(index: Connection, text: str) -> None:
    node = question(text)
    wanted = {one.document.id for one in DOCUMENTS if matches(node, page_of(one))}
    found = index.execute(f"SELECT id FROM page WHERE {answers(index, node)}").fetchall()
    assert {id_ for (id_,) in found} == wanted


@pytest.fixture(scope="module")
def con() -> Iterator[Connection]:
    with opened(None) as opened_:
        yield opened_


def stored(con: Connection, text: str) -> list[str]:
    """The words of a text as the index has them."""
    spelled = "SELECT unnest(regexp_extract_all(lower($text), $token)) AS spelled"
    query = f"SELECT replace(lower(strip_accents(spelled)), 'ς', 'σ') FROM ({spelled})"
    return [word for (word,) in con.execute(query, {"text": text, "token": TOKEN}).fetchall()]


@given(st.text(st.characters(exclude_categories=["Cn", "Cs"], exclude_characters="\x00"), max_size=40))
def test_a_word_is_the_same_in_python_and_in_the_database(con: Connection, text: str) -> None:
    assert tuple(stored(con, text)) == words(text)


def test_every_letter_there_is_folds_alike(con: Connection) -> None:
    signs = [chr(code) for code in range(1, sys.maxunicode + 1) if not 0xD800 <= code <= 0xDFFF]
    known = [sign for sign in signs if unicodedata.category(sign) != "Cn"]
    query = (
        "SELECT sign, regexp_full_match(lower(sign), $token) AS is_word, "
        "replace(lower(strip_accents(lower(sign))), 'ς', 'σ') AS folded FROM (SELECT unnest($signs) AS sign)"
    )
    found = con.execute(query, {"signs": known, "token": TOKEN}).fetchall()
    assert len(found) == len(known) > 100_000
    assert not [sign for sign, is_word, folded in found if words(sign) != ((folded,) if is_word else ())]


def test_capitals_and_accents_make_no_other_word(full: House) -> None:
    assert ids(full, "ÉÉN wijk") == ["1"]
    assert fold("Één ΣΑΣ") == "een σασ"


def test_newest_first_and_all_counted(full: House) -> None:
    found = search(full.places, question("container"), limit=2)
    assert [hit.title for hit in found.hits] == ["Grijze container", ""]
    assert found.kinds == {"news": 1, "own": 1, "social": 1} and found.total == 3


def test_a_period_begins_with_its_first_moment_and_ends_before_its_last(full: House) -> None:
    second, fourth = (DOCUMENTS[number].document.published for number in (1, 3))
    assert ids(full, "container", since=second) == ["4", "2"]
    assert ids(full, "container", since=second, until=fourth) == ["2"]


def test_a_load_adds_and_a_second_update_does_nothing(house: House) -> None:
    assert show(house, *DOCUMENTS[:3]) | {"words": 0} == {"added": 3, "removed": 0, "words": 0}
    assert current(house.places)
    assert update(house.places) == {"added": 0, "removed": 0, "words": 0}
    assert show(house, *DOCUMENTS[3:])["added"] == 2
    assert ids(house, "container") == ["4", "2", "1"]


@pytest.mark.parametrize("loose", [10**9, 4, 0], ids=["always ordered", "as it is", "never ordered"])
def test_step_by_step_gives_what_making_it_anew_gives(
    house: House, monkeypatch: pytest.MonkeyPatch, loose: int
) -> None:
    monkeypatch.setattr(search_index, "LOOSE", loose)
    for documents in (DOCUMENTS[:2], DOCUMENTS[2:3], DOCUMENTS[3:]):
        show(house, *documents)
    house.rows("UPDATE core_document SET title = '', text = '', snippet = '' WHERE id = 'd2'")
    publish(house.places)
    assert update(house.places)["removed"] == 1
    everything = "SELECT p.id, w.word, o.place FROM posting o JOIN word w USING (number) JOIN page p USING (doc) ORDER BY ALL"
    stepwise, known = (
        rows(house.places, everything),
        rows(house.places, "SELECT word FROM word ORDER BY word"),
    )
    update(house.places, anew=True)
    assert stepwise == rows(house.places, everything)
    assert known == rows(house.places, "SELECT word FROM word ORDER BY word")


def test_only_the_latest_revision_is_found_and_its_changed_title_told(house: House) -> None:
    show(house, said(1, "Pas weigert weer", "De eerste tekst over de container.", content="oud"))
    later = START + timedelta(days=1)
    fresh = tagged(
        1, later, content="nieuw", title="Pas werkt", text="De tweede tekst over de bak.", snippet="De"
    )
    counts = show(house, fresh)
    assert (counts["added"], counts["removed"]) == (1, 1)
    assert not ids(house, "container")
    (hit,) = search(house.places, question("tweede")).hits
    assert hit.changed and hit.title == "Pas werkt"
    assert hit.published == START + timedelta(minutes=1) - timedelta(hours=2), "dated by the first revision"


def test_what_lost_its_words_leaves_no_byte_in_the_file(house: House) -> None:
    show(house, *DOCUMENTS, said(9, "Xylofonist", "Xylofonist gezocht bij de container"))
    assert b"xylofonist" in house.places.search.read_bytes()
    house.rows("UPDATE core_document SET title = '', text = '', snippet = '' WHERE id = 'd9'")
    publish(house.places)
    assert update(house.places)["removed"] == 1
    assert not ids(house, "xylofonist")
    assert b"xylofonist" not in house.places.search.read_bytes().lower()
    assert ids(house, "container") == ["4", "2", "1"]


def test_what_lost_its_words_is_not_shown_before_the_index_knows(house: House) -> None:
    show(house, *DOCUMENTS)
    house.rows("UPDATE core_document SET fate = 'withdrawn', title = '', text = '' WHERE id = 'd4'")
    publish(house.places)
    assert ids(house, "container") == ["2", "1"]


def test_readers_keep_what_they_opened(house: House) -> None:
    show(house, *DOCUMENTS[:2])
    with opened(None) as con:
        con.execute(f"ATTACH '{house.places.search}' AS old (READ_ONLY)")
        show(house, *DOCUMENTS[2:])
        assert con.execute("SELECT count(*) FROM old.page").fetchall() == [(2,)]
    assert len(ids(house, "de OR een")) == 5


@pytest.mark.parametrize(
    "damage", [b"", b"no index at all", None], ids=["empty", "something else", "a block"]
)
def test_a_damaged_index_is_made_anew(house: House, damage: bytes | None) -> None:
    show(house, *DOCUMENTS)
    content = bytearray(house.places.search.read_bytes())
    for place in range(3 * 4096, len(content), 7):
        content[place] ^= 0xFF
    house.places.search.write_bytes(bytes(content) if damage is None else damage)
    show(house, said(7, "Nieuw", "Een nieuwe container"))
    assert ids(house, "container") == ["7", "4", "2", "1"]


def test_a_leftover_of_a_killed_run_is_in_nobodys_way(house: House) -> None:
    part = house.places.search.with_name(f".{house.places.search.name}.tmp")
    part.parent.mkdir(parents=True)
    part.write_bytes(b"half")
    show(house, *DOCUMENTS)
    assert not part.exists() and ids(house, "wijk") == ["1"]
    assert {path.suffix for path in part.parent.iterdir()} == {".duckdb", ".lock"}


def test_a_killed_update_leaves_the_old_index(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    show(house, *DOCUMENTS[:2])

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(search_index, "_take_apart", killed)
    with pytest.raises(KeyboardInterrupt):
        show(house, *DOCUMENTS[2:])
    monkeypatch.undo()
    assert ids(house, "container") == ["2", "1"] and not current(house.places)
    assert update(house.places)["added"] == 3


def test_one_at_a_time_and_nothing_without_a_published_copy(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(KadersError, match="kaders run"):
        update(house.places)
    monkeypatch.setattr(search_index, "PATIENCE", 0.05)
    show(house, *DOCUMENTS[:1])
    with search_index.alone(house.places), pytest.raises(Busy, match="writing"):
        update(house.places, anew=True)


def test_a_quotation_mark_in_a_value_is_no_sql(full: House) -> None:
    node: Node = question('source:"x\') OR (1=1" OR wijk')
    assert [hit.source for hit in search(full.places, node).hits] == ["bode"]
