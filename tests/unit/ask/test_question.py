"""A question becomes the tree it means, or one sentence that says where it went wrong and how to write it."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kaders.ask.question import question
from kaders.ask.tree import All, Any, Field, Node, Not, Page, Phrase, Word, matches
from kaders.ask.unclear import Unclear
from kaders.ask.words import words

NAMES = {
    "source": {"bode": "bode", "De Bode": "bode", "kustdagblad": "kustdagblad", "kustradio": "kustradio"},
    "area": {
        "Natuur en milieu": "c_x",
        "Nature and environment": "c_x",
        "c_x": "c_x",
        "Zorg": "c_y",
        "c_y": "c_y",
    },
}
A, B, C = Word("afval"), Word("pas"), Word("kosten")


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("afval", A),
        ("AFVAL", A),
        ("(afval)", A),
        ("één", Word("een")),
        ("afval pas", All((A, B))),
        ("afval AND pas", All((A, B))),
        ("+afval +pas", All((A, B))),
        ("afval AND pas AND afval", All((A, B))),
        ("afval AND (pas AND kosten)", All((A, B, C))),
        ("afval OR pas", Any((A, B))),
        ("afval AND pas OR kosten", Any((All((A, B)), C))),
        ("afval AND (pas OR kosten)", All((A, Any((B, C))))),
        ("afval (pas OR kosten)", All((A, Any((B, C))))),
        ("afval NOT pas", All((A, Not(B)))),
        ("afval -pas", All((A, Not(B)))),
        ("afval AND NOT NOT pas", All((A, B))),
        ("afval AND NOT (pas OR kosten)", All((A, Not(Any((B, C)))))),
        ("afval*", Word("afval*")),
        ("gemeente?", Word("gemeente?")),
        ('"afval pas"', Phrase(("afval", "pas"))),
        ("“afval pas”", Phrase(("afval", "pas"))),
        ('"afval* pas"', Phrase(("afval*", "pas"))),
        ('"wat kost het?"', Phrase(("wat", "kost", "het"))),
        ('"afval"', A),
        ('"en"', Word("en")),
        ('"afval pas"~5', Phrase(("afval", "pas"), within=5)),
        ("afval-pas", Phrase(("afval", "pas"))),
        ("12.500", Phrase(("12", "500"))),
        ("100%", Word("100")),
        ("don't", Phrase(("don", "t"))),
        ("c. pas", All((Word("c"), B))),
        ("title:afval", Word("afval", only_title=True)),
        ("title:(afval OR pas)", Any((Word("afval", True), Word("pas", True)))),
        ('title:"afval pas"', Phrase(("afval", "pas"), only_title=True)),
        ("afval source:bode", All((A, Field("source", ("bode",))))),
        ('afval source:"de bode"', All((A, Field("source", ("bode",))))),
        ("source:kust*", Field("source", ("kustdagblad", "kustradio"))),
        ("source:(bode OR kustradio)", Any((Field("source", ("bode",)), Field("source", ("kustradio",))))),
        ('area:"natuur en milieu"', Field("area", ("c_x",))),
        ("kind:news", Field("kind", ("news",))),
        ("topic:afvalpas", Field("topic", ("afvalpas",))),
    ],
)  # fmt: skip
def test_what_a_question_means(text: str, tree: Node) -> None:
    assert question(text, NAMES) == tree


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "empty"),
        ("   ", "empty"),
        ("afval " * 400, "below 2,000"),
        ('afval "pas', "quotation mark at character 7 is never closed"),
        ("afval (pas", "bracket at character 7 is never closed"),
        ("afval) pas", "bracket at character 6 closes nothing"),
        ("afval ()", "hold nothing"),
        ("(" * 30 + "afval" + ")" * 30, "more than 20 brackets"),
        ("afval AND " + "NOT " * 200 + "pas", "within each other"),
        ("NOT afval", "NOT alone"),
        ("NOT afval AND NOT pas", "NOT alone"),
        ("afval OR NOT pas", "NOT beside OR"),
        ("afval OR", "stops after an operator"),
        ("afval AND AND pas", "'AND' at character 11"),
        ("OR afval", "'OR' at character 1"),
        ("afval and pas", "'and' at character 7 can be read in two ways: write AND"),
        ("afval en pas", "write AND"),
        ("afval OF pas", "write OR"),
        ("afval niet pas", "write NOT"),
        ("afval && pas", "'&&' at character 7 is not known here: write AND"),
        ("C++", "'C++' at character 1 would find every 'c' by itself, as signs are not sought"),
        ('kosten AND "c#"', "add words that stand beside it"),
        ("afval !pas", "write NOT pas"),
        ("afval pas OR kosten", "write brackets"),
        ("*afval", "begin with at least 3 letters, as in afval*"),
        ("af*", "too few letters"),
        ('"af* pas"', "too few letters"),
        ("titel:afval", "did you mean title:"),
        ("https://bode.example/1", "colon that belongs to the text goes in quotation marks"),
        ("source:kustdagblat", "did you mean kustdagblad?"),
        ("source:zzz", "There is no source 'zzz' (at character 8): known are bode, kustdagblad, kustradio"),
        ("area:milieu", "did you mean \"Natuur en milieu\"?"),
        ("area:environment", "did you mean \"Nature and environment\"?"),
        ("area:zorgen", "did you mean Zorg?"),
        ("area:xyzzy", 'known are "Natuur en milieu", Zorg'),
        ("kind:nieuws", "did you mean news?"),
        ("title:(afval AND source:bode)", "within another field"),
        ("topic:(afval pas)", "topic:(a OR b)"),
        ("afval^2", "not known here"),
        ("afvl~", "not known here"),
        ("[a TO b]", "not known here"),
        ("/af.al/", "not known here"),
        ('"..."', "no letter or digit"),
        ('"een twee drie vier vijf zes"~3', "at most 5 words"),
        ('"een twee"~500', "distance of at most 50"),
        ("@iemand", "only subjects"),
        ("afval @iemand@server.example", "'@iemand@server.example' at character 7 is a handle"),
        ('"iemand.bsky.social"', "only subjects"),
        ("did:plc:abc123", "only subjects"),
        ("u/iemand", "only subjects"),
        ("iemand@post.example", "only subjects"),
    ],
)  # fmt: skip
def test_what_is_unclear_is_said_in_one_sentence(text: str, says: str) -> None:
    with pytest.raises(Unclear) as caught:
        question(text, NAMES)
    assert says in str(caught.value)
    assert "\n" not in str(caught.value) and caught.value.exit_code == 2


PIECES = st.sampled_from(
    ["afval", "pas", "AND", "OR", "NOT", "(", ")", '"', '"a b"~2', "title:", "kind:news", "afv*", "*", "~", "-",
     "+", ":", "^2", "[", "]", "/", "\\", "é", "@", "of", "!", "{", "TO", "<", "=", "?", "1.5"]
)  # fmt: skip


@given(st.one_of(st.text(max_size=30), st.lists(PIECES, max_size=12).map(" ".join)))
@example('"a"~')
@example("\\")
@example("a:\\")
def test_every_text_is_understood_or_refused_and_never_more(text: str) -> None:
    try:
        tree = question(text, NAMES)
    except Unclear:
        return
    assert not matches(tree, Page((), ())), "a page without words and fields answers no question"


TEXT = words("De grijze container: de afvalpas weigert, zegt de gemeente. Kosten? 12.500 euro per dag.")
PAGE = Page(words("Pas geweigerd"), TEXT, {"source": frozenset({"bode"}), "kind": frozenset({"news"})})


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("container", True),
        ("contain", False),
        ("contain*", True),
        ("geweigerd weigert", True),
        ("title:weigert", False),
        ("title:geweiger?", True),
        ('"de afvalpas weigert"', True),
        ('"afvalpas de weigert"', False),
        ('"weigert container"~2', True),
        ('"weigert container"~1', False),
        ('"de de"~3', True),
        ('"container container"~9', False),
        ('"geweigerd de"', False),
        ('"pas de"~5', False),
        ("12.500", True),
        ("container AND NOT kosten", False),
        ("container AND NOT duur", True),
        ("source:bode kind:news container", True),
        ("kind:social OR container", True),
        ("kind:social", False),
    ],
)
def test_what_a_document_answers(text: str, holds: bool) -> None:
    assert matches(question(text, NAMES), PAGE) is holds
