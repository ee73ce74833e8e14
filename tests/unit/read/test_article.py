"""Pages of articles: the text, what the page says of itself, and the pages that are none."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from reading import asked as asked_of

from kaders.errors import Quarantine
from kaders.model import Question
from kaders.read.article import LARGEST, Article, article, parse_page
from kaders.read.items import Asked

URL = "https://krant.example/waterdam/brug"
STORY = [
    "De gemeenteraad van Waterdam heeft dinsdagavond besloten dat de oude brug over de haven wordt vervangen.",
    "Volgens het college is herstel duurder dan nieuwbouw, omdat de fundering uit 1931 het verkeer niet meer houdt.",
    "Ondernemers aan de kade vrezen dat klanten tijdens de werkzaamheden wegblijven en vragen om een tijdelijke oversteek.",
    "De wethouder zegde toe dat fietsers en voetgangers de haven het hele jaar kunnen blijven oversteken met een pont.",
    "De partijen in de raad zijn verdeeld over de kosten, die in drie jaar tijd bijna zijn verdubbeld tot 41 miljoen euro.",
    "Het werk begint in maart en duurt naar verwachting veertien maanden, mits de vergunning voor de zomer rond is.",
]
MENU = "<nav><ul>" + "".join(f'<li><a href="/{n}">Rubriek {n}</a></li>' for n in range(12)) + "</ul></nav>"
BANNER = (
    '<div class="cookie-banner"><p>Wij gebruiken cookies. Klik op accepteren als u akkoord gaat.</p></div>'
)


def paragraphs(*texts: str) -> str:
    return "".join(f"<p>{text}</p>" for text in texts)


def page(
    body: str, *, head: str = "", title: str = "Raad wil nieuwe brug | De Krant", told: Any = None
) -> bytes:
    linked = f'<script type="application/ld+json">{json.dumps(told)}</script>' if told else ""
    return (
        f'<!DOCTYPE html><html lang="nl-NL"><head><meta charset="utf-8"><title>{title}</title>{head}{linked}</head>'
        f"<body>{body}</body></html>"
    ).encode()


def full(*, head: str = "", told: Any = None, above: str = "", below: str = "") -> bytes:
    body = (
        f"{MENU}{above}<main><article><h1>Raad wil nieuwe brug</h1>{paragraphs(*STORY)}</article></main>{below}"
        "<footer><p>© De Krant. Alle rechten voorbehouden. Contact, adverteren, colofon.</p></footer>"
    )
    return page(body, head=head, told=told)


def read(html: bytes, url: str = URL, content_type: str = "text/html; charset=utf-8") -> Article:
    return article(html, url, content_type)


def asked(url: str = URL) -> Asked:
    return replace(asked_of(), question=Question(URL), url=url, content_type="text/html")


TOLD = {
    "@context": "https://schema.org",
    "@graph": [
        {"@type": "Organization", "name": "De Krant"},
        {
            "@type": ["NewsArticle"],
            "headline": "Raad wil nieuwe brug &amp; pont",
            "articleSection": ["Waterdam", "Nieuws"],
            "datePublished": "2026-11-23T06:00:00+01:00",
            "author": {"@type": "Person", "name": "Jo Bakker"},
            "isAccessibleForFree": True,
        },
    ],
}


def test_the_whole_article_and_nothing_around_it() -> None:
    found = read(full(told=TOLD, above=BANNER))
    assert found.text == " ".join(STORY), "the headline is its title, and not said twice"
    assert (found.title, found.section, found.language) == (
        "Raad wil nieuwe brug & pont",
        "Waterdam",
        "nl-NL",
    )
    assert (found.published, found.paywalled) == ("2026-11-23T06:00:00+01:00", False)


def test_a_page_is_one_item() -> None:
    (one,) = parse_page(full(told=TOLD, head='<link rel="canonical" href="/waterdam/brug-1">'), asked()).items
    assert (one.guid, one.url) == (URL, "https://krant.example/waterdam/brug-1")
    assert one.published == datetime(2026, 11, 23, 5, tzinfo=UTC)
    assert STORY[-1] in one.text
    assert one.author is None


@pytest.mark.parametrize(
    "line",
    [
        '<p class="article__byline">Door Jo Bakker</p>',
        '<span itemprop="author"><a href="/auteur/jo-bakker">Jo Bakker</a></span>',
        "<p>Door: Jo Bakker</p>",
        "<p>Van onze verslaggever Jo Bakker</p>",
        '<div class="author-box"><p>Jo Bakker schrijft al jaren over de haven van Waterdam.</p></div>',
    ],
)
def test_nobody_is_named_as_its_writer(line: str) -> None:
    body = f"<article>{paragraphs(STORY[0])}{line}{paragraphs(*STORY[1:])}</article>"
    found = read(page(body, told=TOLD, head='<meta name="author" content="Jo Bakker">'))
    assert "Bakker" not in repr(found)
    assert STORY[1] in found.text


WRITERS: dict[str, tuple[dict[str, Any], str]] = {
    "a person": ({"author": {"@type": "Person", "name": "Jan de Vries"}}, ""),
    "several": ({"author": [{"name": "Jan de Vries"}, {"name": "An Bos"}]}, ""),
    "a text": ({"creator": "Door Jan de Vries en An Bos"}, ""),
    "elsewhere in the graph": ({"author": {"@id": "#jan"}}, ""),
    "a meta element": ({}, '<meta name="author" content="Jan de Vries | De Krant">'),
    "a label": (
        {},
        '<meta name="twitter:label1" content="Geschreven door"><meta name="twitter:data1" content="Jan de Vries">',
    ),
}


@pytest.mark.parametrize("way", WRITERS)
def test_a_writer_whom_the_page_names_is_in_no_line_of_it(way: str) -> None:
    author, head = WRITERS[way]
    nodes = [{"@type": "NewsArticle", **author}, {"@type": "Person", "@id": "#jan", "name": "Jan de Vries"}]
    long = f"{STORY[1]} {STORY[2]} Dat schreef Jan  de Vries vorig jaar al in deze krant."
    lines = ["Jan de Vries", *STORY[:1], long, "Over de auteur: Jan de Vries is verslaggever.", *STORY[3:]]
    body = f"<article>{paragraphs(*lines, 'Mail Jan de Vries op jan@krant.nl of bel 06-12345678')}</article>"
    found = read(page(body, told={"@graph": nodes}, head=head))
    assert "Vries" not in repr(found)
    assert "06-" not in found.text
    assert found.text == " ".join([STORY[0], long.replace("Jan  de Vries", "…"), *STORY[3:]])


def test_what_is_said_about_a_writer_goes_without_a_name_too() -> None:
    about = [
        "Over de auteur",
        "Zij schrijft al jaren over de haven.",
        "Tips? Mail de schrijver: x@krant.nl",
        "Bel ons: 020 123 45 67",
    ]
    found = read(page(f"<article>{paragraphs(*STORY, *about)}</article>"))
    assert found.text == " ".join(STORY)


def test_a_number_for_the_public_and_a_body_that_writes_stay() -> None:
    lines = ["De gemeente Waterdam opent een loket.", *STORY, "Getuigen kunnen bellen met 0900-8844."]
    told = {
        "@type": "NewsArticle",
        "author": {"@type": "Organization", "name": "Havenbedrijf Waterdam"},
        "publisher": {"name": "Oude Brug"},
    }
    head = '<meta name="author" content="Gemeente Waterdam, Oude Brug">'
    found = read(page(f"<article>{paragraphs(*lines)}</article>", told=told, head=head))
    assert found.text == " ".join(lines)


def test_a_headline_within_the_text_stays() -> None:
    lines = ["Raad wil nieuwe brug, en snel ook.", *STORY]
    body = f"<article><h1>Raad wil nieuwe brug</h1>{paragraphs(*lines)}</article>"
    assert read(page(body)).text == " ".join(lines)


def test_the_section_is_kept_unless_it_is_called_after_the_writer() -> None:
    (one,) = parse_page(full(told=TOLD), asked()).items
    assert one.section == "Waterdam"
    column = {"@type": "NewsArticle", "author": {"name": "Jo Bakker"}, "articleSection": "Column Jo Bakker"}
    assert read(full(told=column)).section == ""


def test_readers_who_write_below_it_are_left_out() -> None:
    comments = (
        '<section id="comments" class="comments">'
        + paragraphs("Ik vind dit een slecht plan, groet Piet.")
        + "</section>"
    )
    assert "Piet" not in read(full(below=comments)).text


@pytest.mark.parametrize(
    ("head", "url"),
    [
        (
            '<link rel="canonical" href="https://www.krant.example/brug?utm_source=x#top">',
            "https://www.krant.example/brug",
        ),
        ('<link rel="canonical" href="/brug">', "https://krant.example/brug"),
        ('<meta property="og:url" content="https://m.krant.example/brug">', "https://m.krant.example/brug"),
        ('<link rel="canonical" href="https://elders.example/brug">', ""),
        ('<link rel="canonical" href="javascript:alert(1)">', ""),
        ('<link rel="canonical" href="https://krant.example/">', ""),
        ("", ""),
    ],
)
def test_its_own_address_is_on_its_own_site(head: str, url: str) -> None:
    assert read(full(head=head)).url == url


@pytest.mark.parametrize(
    ("codec", "content_type", "head"),
    [
        ("utf-8", "text/html; charset=iso-8859-1", ""),
        ("utf-8", "text/html", '<meta charset="windows-1252">'),
        ("windows-1252", "text/html; charset=utf-8", ""),
        ("latin-1", "", ""),
        ("utf-16", "text/html", ""),
    ],
)
def test_a_wrong_charset_does_not_spoil_the_letters(codec: str, content_type: str, head: str) -> None:
    text = "De coördinator van het café beëindigt de proef met geïsoleerde opslag, meldt de gemeente Waterdam dinsdag."
    html = page(f"<article>{paragraphs(text, *STORY)}</article>", head=head).decode().encode(codec)
    assert text in read(html, content_type=content_type).text


PARTS = {
    "@type": "NewsArticle",
    "headline": "Raad wil brug",
    "isAccessibleForFree": "False",
    "hasPart": {"cssSelector": ".paywall"},
}
TEASER = STORY[0]


@pytest.mark.parametrize(
    "html",
    [
        full(told=PARTS),
        full(head='<meta property="article:content_tier" content="locked">'),
        page(
            f"<article>{paragraphs(TEASER)}</article><div>{paragraphs('Lees dit artikel verder met een abonnement.')}</div>"
        ),
        page(f"<article>{paragraphs(TEASER, 'Already a subscriber? Log in.')}</article>"),
        page(
            f"<article>{paragraphs(TEASER)}</article>",
            head=f'<meta property="og:description" content="{TEASER}">',
        ),
        page(
            f"<article>{paragraphs(*STORY, 'Dit artikel is alleen voor abonnees. Al abonnee? Log in')}</article>"
        ),
        page(f"<article>{paragraphs(*STORY, 'Word abonnee om dit artikel te lezen', 'Bekijk')}</article>"),
        page(f"<article>{paragraphs(*STORY, 'Verder praten?', 'Already a subscriber? Sign in')}</article>"),
        full(
            told={
                "@graph": [
                    {"@type": "NewsArticle", "headline": "Raad wil brug"},
                    {"@type": "WebPageElement", "cssSelector": ".plus", "isAccessibleForFree": False},
                ]
            }
        ),
        full(
            told={
                "@type": "WebPage",
                "hasPart": [{"@type": "WebPageElement", "isAccessibleForFree": "http://schema.org/False"}],
            }
        ),
        full(head='<meta itemprop="isAccessibleForFree" content="false">'),
        full(below="<div class='c-paywall'><h3>Dit verhaal is exclusief voor abonnees</h3></div>"),
    ],
    ids=[
        "says so",
        "locked",
        "Dutch words",
        "English words",
        "no more than its description",
        "long and for subscribers",
        "long with an offer",
        "long with a way in",
        "a sister node says so",
        "a part says so",
        "a mark says so",
        "a box beside it",
    ],
)
def test_the_beginning_of_what_subscribers_get_is_not_the_article(html: bytes) -> None:
    assert read(html).paywalled
    with pytest.raises(Quarantine, match=r"^paywall$"):
        parse_page(html, asked())


@pytest.mark.parametrize(
    "html",
    [
        full(below="<aside><p>Neem een abonnement op De Krant. Al abonnee? Log in.</p></aside>"),
        full(above='<form><input type="password"></form>'),
        full(above=BANNER),
        page(
            f"{BANNER}<article>{paragraphs(*STORY[:2])}</article><a href='/privacy'>Cookie-instellingen</a>"
        ),
        full(told={"@type": "Event", "name": "Havenfeest", "isAccessibleForFree": False}),
        full(below="<div hidden class='paywall'><p>Dit artikel is alleen voor abonnees.</p></div>"),
        full(told=[TOLD, PARTS | {"headline": "Een ander verhaal"}]),
        page(f"<nav><a href='/in'>Al abonnee? Log in</a></nav><article>{paragraphs(*STORY[:2])}</article>"),
        page(
            f"<div><a href='/in'>Word abonnee en lees alles. Al abonnee?</a></div>"
            f"<article>{paragraphs(*STORY[:2])}</article>"
        ),
        page(
            f"<article>{paragraphs(*STORY, 'Word abonnee en krijg elke dag het laatste nieuws.')}</article>"
        ),
        page(
            f"<article>{paragraphs(*STORY, 'Verder lezen? Lees verder voor de uitslagen per wijk.')}</article>"
        ),
        page(f"<article>{paragraphs('Lezen is alleen voor abonnees van de bibliotheek.', *STORY)}</article>"),
    ],
    ids=[
        "offer",
        "login box",
        "banner",
        "short with banner",
        "a feast with an entrance fee",
        "a box that is not shown",
        "another article",
        "short beside a menu",
        "short beside an offer",
        "offer at its end",
        "more to read at its end",
        "its subject",
    ],
)
def test_an_offer_or_a_banner_beside_a_whole_article_is_no_wall(html: bytes) -> None:
    assert not read(html).paywalled


CONSENT = (
    "Wij en onze partners gebruiken cookies om advertenties te tonen. Klik op akkoord om verder te gaan."
)


@pytest.mark.parametrize(
    ("html", "url", "reason"),
    [
        (page(paragraphs(CONSENT), title="De Krant"), URL, "consent_wall"),
        (page(paragraphs("Kies wat u wilt."), title="Privacy gate"), URL, "consent_wall"),
        (page(paragraphs("Even geduld.")), "https://consent.krant.example/?url=x", "consent_wall"),
        (page(paragraphs("Even geduld.")), "https://krant.example/cookiewall?to=/brug", "consent_wall"),
        (page('<form><input type="text"><input type="password"></form>'), URL, "login_wall"),
        (page(paragraphs("Voer uw gegevens in."), title="Inloggen - De Krant"), URL, "login_wall"),
        (
            page(paragraphs("Voer uw gegevens in.")),
            "https://krant.example/account/login?next=/brug",
            "login_wall",
        ),
        (b" \n", URL, "empty"),
        (page(""), URL, "empty"),
        (page('<div id="root"></div><script src="/app.js"></script>'), URL, "empty"),
        (b"%PDF-1.7 ...", URL, "unreadable"),
        (b"<p>x</p>" * (LARGEST // 8 + 1), URL, "too_large"),
    ],
)
def test_what_is_no_article_has_a_reason(html: bytes, url: str, reason: str) -> None:
    with pytest.raises(Quarantine, match=f"^{reason}$"):
        article(html, url, "text/html")


HOSTILE = {
    "nested": "<div>" * 60_000 + "x" + "</div>" * 60_000,
    "paragraphs": "<p>" + STORY[0] + "</p>" + "<p>x" * 200_000,
    "links": "<a href='/x'>meer</a> " * 60_000,
    "tables": "<table><tr><td>" * 60_000,
    "bylines": "<p class='byline'>" * 60_000,
    "attributes": "<p " + " ".join(f"a{n}=1" for n in range(100_000)) + ">x</p>",
    "attributes without an end": "<p " + 'a="1"' * 100_000,
    "quotes": '<p a="' * 100_000 + "<p a='" * 100_000,
    "unclosed": "<" * 1_000_000,
    "entities": "&amp;" * 500_000,
    "one word": "x" * 2_000_000,
    "scripts": "<script type='application/ld+json'>" + "[" * 200_000 + "</script>",
    "metas": "<meta content=x name=y>" * 60_000,
    "paywalls": "<div class='paywall'>x" * 60_000,
    "consent": "wij " * 200_000 + "cookies",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_page_ends_in_time_with_text_or_a_reason(name: str) -> None:
    started = time.process_time()
    try:
        article(page(HOSTILE[name]), URL, "text/html")
    except Quarantine as refused:
        assert str(refused) in ("empty", "unreadable", "login_wall", "consent_wall")
    assert time.process_time() - started < 5
