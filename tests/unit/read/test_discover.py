"""What an address, a page and a robots.txt give away about feeds, in tables."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
from reading import NOW, item

from kaders.read.discover import (
    Candidate,
    Refused,
    about_replies,
    channel,
    feeds_in_page,
    guesses,
    is_sitemap,
    known_place,
    looks_like_feed,
    sitemaps,
    title,
)
from kaders.read.guessed import domain_of, free_id, heard, kind_of, same, slug, volume

SITE = "https://bron.example/nieuws/"
CHANNEL = "UC" + "a" * 22


@pytest.mark.parametrize(
    ("url", "reader", "place"),
    [
        ("https://sociaal.example/tags/stikstof", "mastodon", "https://sociaal.example/api/v1/timelines/tag/stikstof"),
        ("https://sociaal.example/tags/stikstof.rss", "mastodon", "https://sociaal.example/api/v1/timelines/tag/stikstof"),
        ("https://www.reddit.com/r/thenetherlands/", "reddit", "https://www.reddit.com/r/thenetherlands/new/.rss"),
        ("https://old.reddit.com/r/Utrecht/top?t=day", "reddit", "https://www.reddit.com/r/Utrecht/new/.rss"),
        (f"https://www.youtube.com/channel/{CHANNEL}/videos", "youtube", f"https://www.youtube.com/feeds/videos.xml?channel_id={CHANNEL}"),
        ("https://www.youtube.com/playlist?list=PL0123456789", "youtube", "https://www.youtube.com/feeds/videos.xml?playlist_id=PL0123456789"),
    ],
)  # fmt: skip
def test_a_subject_on_a_platform_has_its_own_address(url: str, reader: str, place: str) -> None:
    found = known_place(url)
    assert isinstance(found, Candidate)
    assert (found.reader, found.url) == (reader, place)


@pytest.mark.parametrize(
    "url",
    [
        "https://sociaal.example/@jan",
        "https://sociaal.example/@jan/1234",
        "https://sociaal.example/users/jan.rss",
        "https://bsky.app/profile/jan.bsky.social",
        "https://bsky.app/profile/did:plc:abc",
        "https://www.reddit.com/u/jan",
        "https://www.youtube.com/@jan/videos",
        "https://www.youtube.com/user/jan",
        "https://x.com/jan",
        "https://nl.linkedin.com/company/gemeente",
    ],
)
def test_an_account_is_refused(url: str) -> None:
    assert isinstance(known_place(url), Refused)


@pytest.mark.parametrize(
    ("url", "reader", "place"),
    [
        ("https://sociaal.example/@gemeente", "feed", "https://sociaal.example/@gemeente.rss"),
        ("https://sociaal.example/users/gemeente.rss", "feed", "https://sociaal.example/@gemeente.rss"),
        (f"https://www.youtube.com/channel/{CHANNEL}", "youtube", f"https://www.youtube.com/feeds/videos.xml?channel_id={CHANNEL}"),
        ("https://bsky.app/profile/dorp.example", "bluesky", "https://public.api.bsky.app/xrpc/app.bsky.feed.getAuthorFeed?actor=dorp.example"),
    ],
)  # fmt: skip
def test_an_account_of_our_own_is_followed(url: str, reader: str, place: str) -> None:
    found = known_place(url, own=True)
    assert isinstance(found, Candidate)
    assert (found.reader, found.url, found.own) == (reader, place, True)
    assert known_place("https://www.youtube.com/@gemeente", own=True) is None, "its page names the channel"


@pytest.mark.parametrize(
    "url", ["https://bron.example/", "https://bron.example/tags/", "https://www.youtube.com/watch?v=x"]
)
def test_of_another_address_only_the_page_can_tell(url: str) -> None:
    assert known_place(url) is None


ATOM, RSS = 'type="application/atom+xml"', "type='application/rss+xml; charset=utf-8'"


@pytest.mark.parametrize(
    ("page", "found"),
    [
        (f'<link rel="alternate" {ATOM} href="/a.atom"><link rel=alternate {RSS} href=b.rss>', ["https://bron.example/a.atom", SITE + "b.rss"]),
        (f'<LINK HREF="/a?x=1&amp;b=2#top" {RSS} REL="Alternate home">', ["https://bron.example/a?x=1&b=2"]),
        (f'<base href="https://elders.example/map/"><link rel="alternate" {RSS} href="x">', ["https://elders.example/map/x"]),
        (f'<link rel="alternate" {RSS} href="/a"><link rel="alternate" {RSS} href="/a">', ["https://bron.example/a"]),
        (f'<!-- <link rel="alternate" {RSS} href="/oud"> --><a href="/rss">RSS</a>', ["https://bron.example/rss"]),
        ('<a href="/nieuws.rss">RSS</a> <a href="/over">Over</a>', ["https://bron.example/nieuws.rss"]),
        (f'<link rel="alternate" {RSS} href="javascript:alert(1)"><link rel="alternate" {RSS} href="ftp://x/y">', []),
        (f'<link rel="alternate" {RSS} href="https://jan:geheim@x.example/y">', []),
        ('<link rel="alternate" hreflang="en" href="/en"><link rel="stylesheet" href="/rss.xml">', []),
        (f'<!-- <link rel="alternate" {RSS} href="/nooit">', []),
    ],
)  # fmt: skip
def test_the_feeds_that_a_page_names(page: str, found: list[str]) -> None:
    assert [each.url for each in feeds_in_page(page.encode(), SITE)] == found


def test_a_link_to_a_host_for_feeds_is_one_too() -> None:
    page = b'<a href="https://feeds.krant.example/nieuws">Nieuws</a> <a href="https://feedback.example/nieuws">Zeg het</a>'
    assert [each.url for each in feeds_in_page(page, SITE)] == ["https://feeds.krant.example/nieuws"]


def test_a_page_of_a_channel_gives_its_feed() -> None:
    found = channel(f'<script>var x = {{"externalId": "{CHANNEL}"}}</script>'.encode())
    assert found and found.url.endswith(f"channel_id={CHANNEL}")
    assert channel(b"<html>no channel</html>") is None


def test_the_title_of_a_feed_on_a_page_is_plain() -> None:
    page = f'<link rel="alternate" {RSS} title="Nieuws &amp; &lt;b&gt;zo&lt;/b&gt;" href="/a">'.encode()
    assert feeds_in_page(page, SITE)[0].title == "Nieuws & zo"


@pytest.mark.parametrize(
    "page",
    [
        b"<link " * 100_000,
        b"<!--" * 200_000,
        b"<a href=" + b"'" * 500_000,
        b"<title" * 100_000,
        b"a=" * 300_000,
    ],
)
def test_a_page_that_is_made_to_be_slow_is_read_at_once(page: bytes) -> None:
    start = time.monotonic()
    feeds_in_page(page, SITE)
    title(page)
    channel(page)
    is_sitemap(page)
    assert time.monotonic() - start < 2


def test_where_feeds_usually_are() -> None:
    assert [each.url for each in guesses("https://bron.example/blog?x=1")] == [
        "https://bron.example/blog/feed",
        *(
            f"https://bron.example/{path}"
            for path in ("feed", "rss", "rss.xml", "atom.xml", "feed.json", "feeds")
        ),
    ]
    assert not any(each.offered for each in guesses("https://bron.example/"))


def test_sitemaps_of_a_robots_txt_news_first() -> None:
    robots = b"User-agent: *\nDisallow: /x\nSITEMAP: /alles.xml\nSitemap: https://bron.example/nieuws-sitemap.xml\nSitemap: ftp://x/"
    assert [each.url for each in sitemaps(robots, "https://bron.example/robots.txt")] == [
        "https://bron.example/nieuws-sitemap.xml",
        "https://bron.example/alles.xml",
    ]


@pytest.mark.parametrize(
    ("url", "like"),
    [
        ("https://x.example/feed/", True),
        ("https://feeds.x.example/nosnieuws", False),
        ("https://x.example/RSS", True),
        ("https://x.example/nieuws.rss", True),
        ("https://x.example/feed.json", True),
        ("https://x.example/sitemap.xml.gz", True),
        ("https://x.example/feedback", False),
        ("https://x.example/", False),
    ],
)
def test_which_addresses_look_like_feeds(url: str, like: bool) -> None:
    assert looks_like_feed(url) is like


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ("<?xml version='1.0'?><rss><channel><title>  De <![CDATA[", "De"),
        ("<rss><channel><title><![CDATA[Krant &amp; Zo]]></title>", "Krant & Zo"),
        ('<feed xmlns="x"><title type="html">&lt;b&gt;Vet&lt;/b&gt;</title>', "Vet"),
        ('{"version": "https://jsonfeed.org/version/1", "title": "A \\"B\\""}', 'A "B"'),
        ("<rss><channel><link>x</link>", ""),
        ('{"title": 7}', ""),
        ("", ""),
    ],
)
def test_what_a_feed_calls_itself(body: str, name: str) -> None:
    assert title(body.encode()) == name


def test_a_feed_of_comments_is_known_by_its_name() -> None:
    assert about_replies(Candidate("https://x.example/comments/feed/"))
    assert about_replies(Candidate("https://x.example/f", title="Reacties op Krant"))
    assert not about_replies(Candidate("https://x.example/feed/", title="Krant"))


@pytest.mark.parametrize(
    ("url", "domain"),
    [
        ("https://feeds.nos.nl/x", "nos.nl"),
        ("https://news.bbc.co.uk/", "bbc.co.uk"),
        ("https://www.gov.uk/", "gov.uk"),
        ("http://127.0.0.1:8000/", "127.0.0.1"),
        ("http://[::1]/", "--1"),
        ("${WORLD}/krant", ""),
    ],
)
def test_whose_site_it_is(url: str, domain: str) -> None:
    assert domain_of(url) == domain


def test_one_feed_by_two_addresses() -> None:
    assert same("https://www.Krant.example/feed/?utm_source=x") == same("http://krant.example/feed")
    assert same("https://krant.example/feed?id=1") != same("https://krant.example/feed?id=2")


def test_ids_are_letters_digits_and_hyphens_and_free() -> None:
    assert [slug(text) for text in ("De Dijk & Wëg!", "Omrop Fryslân", "日本", "a" * 50)] == [
        "de-dijk-weg",
        "omrop-fryslan",
        "bron",
        "a" * 40,
    ]
    assert free_id("krant", ["krant", "krant-2"]) == "krant-3"


def test_the_volume_is_that_of_an_ordinary_day() -> None:
    daily = [item(published=NOW - timedelta(days=n)) for n in range(20)]
    assert volume(daily, NOW) == (1.1, 17)
    assert volume([*daily, item(published=NOW - timedelta(days=4000))], NOW)[0] == 1.1
    assert volume([item(published=NOW - timedelta(hours=n)) for n in range(48)], NOW)[0] == pytest.approx(
        25, abs=2
    )
    assert volume([item(published=NOW - timedelta(days=900))], NOW) == (0.05, 900)
    assert volume([item(published=None)], NOW) == (1.0, 0)
    assert volume([], NOW) == (1.0, 0)


def test_the_language_is_that_of_most_entries() -> None:
    english = item(title="", text="The council will decide about the new bridge in the harbour tonight.")
    french = item(title="", text="Le conseil municipal décide ce soir du nouveau pont dans le port.")
    assert heard([item(), item(), english]) == "nl"
    assert heard([english]) == "en"
    assert heard([french]) is None
    assert heard([]) is None


@pytest.mark.parametrize(
    ("url", "name", "rate", "kind"),
    [
        ("https://www.rijksoverheid.nl/x", "Nieuws", 9, "rss"),
        ("https://www.waterschap.example/x", "Nieuws", 1, "rss"),
        ("https://krant.example/x", "Dagblad", 1, "news"),
        ("https://x.example/x", "Iets", 8, "news"),
        ("https://x.example/x", "Iets", 1, "rss"),
    ],
)
def test_the_kind_is_guessed_from_who_publishes_and_how_much(
    url: str, name: str, rate: float, kind: str
) -> None:
    assert kind_of(Candidate(url), name, rate) == kind
