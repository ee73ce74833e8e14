"""Plain text, snippets, languages and pseudonyms."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kaders.read.language import language
from kaders.read.people import pseudonym
from kaders.read.text import LONGEST_TEXT, plain, snippet, tidy


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("<p>een</p><p>twee</p>", "een twee"),
        ("een<br>twee<br/>drie", "een twee drie"),
        ("vast<b>gesteld</b>", "vastgesteld"),
        ("caf&eacute; &amp; bar", "café & bar"),
        ("a < b en c > d", "a < b en c > d"),
        ("<p>a &lt; b</p>", "a < b"),
        ("&lt;!-- x --&gt;&lt;p&gt;caf&amp;eacute; &lt;b&gt;open&lt;/b&gt;&lt;/p&gt; ja", "café open ja"),
        ('&lt;div class="md"&gt;een&lt;/div&gt; van <a href="/x">twee</a>', "een van twee"),
        ("zo schrijf je &lt;b&gt;vet&lt;/b&gt;", "zo schrijf je <b>vet</b>"),
        ("<pre>&lt;b&gt;vet&lt;/b&gt;</pre>", "<b>vet</b>"),
        ("<script>alert(1)</script>ok<style>p{}</style>", "ok"),
        ('<img src=x onerror="alert(1)">foto', "foto"),
        ("<!-- weg -->blijft", "blijft"),
        ("zacht\u00adstreepje\u200b en\x00nul\x07", "zachtstreepje en nul"),
        ("  veel \n\t wit \u00a0 ", "veel wit"),
        ("", ""),
    ],
)
def test_html_becomes_plain_text(raw: str, expected: str) -> None:
    assert plain(raw) == expected


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("Dag @jan.", "Dag @…."),
        ("Dag @jan@sociaal.example, alles goed?", "Dag @…, alles goed?"),
        ("mail jan.de-wit@waterdam.example", "mail @…"),
        ("via jan.bsky.social gezien", "via @… gezien"),
        ("submitted by /u/foo_bar", "submitted by @…"),
        ("https://sociaal.example/@jan/123", "https://sociaal.example/…"),
        ('van <a href="https://reddit.example/user/jan">jan</a> zelf', "van @… zelf"),
        ("3 stuks @ 5 euro", "3 stuks @ 5 euro"),
        ("menu/u/abcd", "menu/u/abcd"),
    ],
)
def test_nobody_is_named_by_handle(raw: str, expected: str) -> None:
    assert plain(raw) == expected


@given(st.text())
def test_tidying_twice_changes_nothing(raw: str) -> None:
    once = tidy(raw)
    assert tidy(once) == once
    assert len(once) <= LONGEST_TEXT


@pytest.mark.parametrize(
    "part",
    [
        "<b>",
        "<div>",
        '<a href="/@a">',
        "<!--",
        "<a href=/@a ",
        "&#",
        "a@",
        "@a.",
        "<p x=",
        "&lt;a",
        "&lt;/a&gt;",
    ],
)
def test_hostile_text_takes_no_time(part: str) -> None:
    started = time.monotonic()
    plain(part * (1_000_000 // len(part)))
    assert time.monotonic() - started < 5


def test_a_snippet_has_thirty_words() -> None:
    assert snippet(" ".join(["woord"] * 31)) == " ".join(["woord"] * 30) + "…"
    assert snippet("drie woorden maar") == "drie woorden maar"


@pytest.mark.parametrize(
    ("text", "declared", "expected"),
    [
        ("Weer dubbel betalen voor je afval, lekker dan", None, "nl"),
        ("Weer dubbel betalen voor je afval, lekker dan", "en", "nl"),  # what is heard goes first
        ("Council approves the new budget for the library", "nl", "en"),
        ("Der Stadtrat hat heute über den neuen Haushalt entschieden", "nl", "other"),
        ("Brug dicht!", "nl-NL", "nl"),
        ("Brug dicht!", "en_US", "en"),
        ("Brug dicht!", "fr", "other"),
        ("", None, "other"),
        ("", "nl", "nl"),
        ("12 34 56 78 90", None, "other"),
    ],
)
def test_the_language_is_heard_or_declared(text: str, declared: str | None, expected: str) -> None:
    assert language(text, declared) == expected


def test_a_pseudonym_hides_and_repeats() -> None:
    once = pseudonym("Anna  de Vries", b"key")
    assert once == pseudonym(" anna de vries ", b"key")
    assert once != pseudonym("Anna de Vries", b"other key")
    assert once is not None and len(once) == 16 and "anna" not in once
    assert pseudonym("Anna", None) is None
    assert pseudonym("  ", b"key") is None


@pytest.mark.parametrize(
    "raw",
    [
        "." * 50_000 + "@x",
        "a-" * 20_000 + "@x",
        "a." * 20_000 + ".bsky.social",
        "<!--" * 24_000,
        "<p " * 30_000,
    ],
    ids=["dots", "dashes", "handle", "comments", "tags"],
)
def test_a_hostile_text_takes_no_time(raw: str) -> None:
    started = time.process_time()
    plain(raw)
    assert time.process_time() - started < 0.5
