"""A person gives the address of a site; Kaders finds its feed, shows it and adds the entry, or says why not."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
import yaml

from kaders import source_commands
from kaders.errors import ConfigurationError
from kaders.jobs.look import Read
from kaders.jobs.source_add import Proposal, add, appended, propose
from kaders.jobs.source_find import address_of
from kaders.load import load
from kaders.net.door import Door
from kaders.settings import Settings
from small_site import Site

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
DUTCH = (
    "De gemeenteraad vergadert vanavond over de nieuwe brug bij de haven",
    "Inwoners van de binnenstad klagen over het geluid van de kermis",
    "De wethouder belooft dat de afvalpas er volgend jaar toch niet komt",
    "Scholen in het dorp krijgen geld voor het opknappen van het plein",
    "Het zwembad blijft langer open door de warme dagen in september",
    "Een boer en het waterschap zijn het eens over de dijk",
)
ENGLISH = ("The council will decide about the new bridge in the harbour tonight",) * 3
ONE = """\
# The sources of Dijkdorp. This remark stays.
sources:
  - id: blog   # the first one
    name: Het Blog
    kind: rss
    url: https://blog.example/feed
    owner_group: blog
    expected_per_day: 0.5
    terms: public
"""
Make = Callable[[str], Settings]


class Adder:
    """What a test needs to add a source to an organisation."""

    def __init__(self, organisation: Make, door: Door, read: Read) -> None:
        self.make, self.door, self.read = organisation, door, read
        self.settings = organisation(ONE)

    def propose(self, url: str, *, own: bool = False) -> Proposal:
        return propose(self.settings, url, NOW, door=self.door, read=self.read, own=own)


@pytest.fixture
def adder(organisation: Make, door: Door, read: Read) -> Adder:
    return Adder(organisation, door, read)


ALTERNATE = '<link rel="alternate" type="application/rss+xml" title="{}" href="{}">'


def test_the_feed_that_a_page_names_becomes_a_whole_entry(adder: Adder, site: Site) -> None:
    site.page("/", ALTERNATE.format("Nieuws", "/nieuws.rss"))
    site.feed("/nieuws.rss", *DUTCH)
    made = adder.propose(site.url)
    assert yaml.safe_load(made.entry) == [
        {
            "id": "127-0-0-1",
            "name": "De Dijkbode",
            "kind": "rss",
            "url": f"{site.url}/nieuws.rss",
            "owner_group": "127-0-0-1",
            "language": "nl",
            "expected_per_day": 1.0,
            "terms": f"REPLACE: read the terms of {site.place} and say what they allow.",
            "known_to_work": date(2026, 11, 23),
        }
    ]
    assert "rests on 6 entries over 6 days" in made.entry
    assert [item.title for item in made.preview] == list(DUTCH[:5])
    assert any("Read the terms of" in note for note in made.notes)
    assert made.offers[0].candidate.how == "named by the page"


def test_of_several_feeds_the_one_with_articles_comes_first(adder: Adder, site: Site) -> None:
    feeds = (("Reacties", "/comments/feed"), ("Leeg", "/leeg.rss"), ("Weg", "/weg.rss"), ("Nieuws", "/a.rss"))
    site.page("/", "".join(ALTERNATE.format(*feed) for feed in feeds))
    site.feed("/comments/feed", *DUTCH)
    site.feed("/leeg.rss")
    site.feed("/a.rss", *DUTCH[:2])
    made = adder.propose(site.url)
    assert [offer.candidate.url.removeprefix(site.url) for offer in made.offers] == [
        "/a.rss",
        "/comments/feed",
    ]


@pytest.mark.parametrize(
    ("path", "robots", "found"),
    [
        ("/rss.xml", b"", "/rss.xml"),
        ("/feed", b"User-agent: *\nDisallow: /geheim", "/feed"),
        ("/feed", b"User-agent: *\nDisallow: /feed", ""),
    ],
)
def test_without_a_word_on_the_page_the_usual_places_are_tried_as_robots_allow(
    adder: Adder, site: Site, path: str, robots: bytes, found: str
) -> None:
    site.page("/")
    site.feed(path, *DUTCH)
    site.pages["/robots.txt"] = robots
    if found:
        assert adder.propose(site.url).source.url == site.url + found
    else:
        with pytest.raises(ConfigurationError, match="offers no feed that can be read"):
            adder.propose(site.url)
        assert path not in site.asked


def test_a_page_that_lists_feeds_is_read_for_them(adder: Adder, site: Site) -> None:
    site.page("/")
    site.page("/feeds", body='<a href="/politiek.rss">Politiek</a> <a href="/weg.rss">Weg</a>')
    site.feed("/politiek.rss", *DUTCH)
    assert adder.propose(site.url).source.url == f"{site.url}/politiek.rss"


def test_a_news_sitemap_is_found_through_robots(adder: Adder, site: Site) -> None:
    site.page("/")
    site.pages["/robots.txt"] = f"Sitemap: {site.url}/alles.xml\nSitemap: {site.url}/news.xml\n".encode()
    news = "".join(
        f"<url><loc>{site.url}/{n}</loc><news:news><news:publication><news:name>X</news:name>"
        "<news:language>nl</news:language></news:publication>"
        f"<news:publication_date>2026-11-22T1{n}:00:00Z</news:publication_date><news:title>{title}</news:title>"
        "</news:news></url>"
        for n, title in enumerate(DUTCH)
    )
    site.pages["/news.xml"] = (
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" '
        f'xmlns:news="http://www.google.com/schemas/sitemap-news/0.9">{news}</urlset>'
    ).encode()
    source = adder.propose(site.url).source
    assert (source.reader, source.url, source.kind) == ("sitemap", f"{site.url}/news.xml", "news")


def test_the_address_of_a_feed_is_taken_as_it_is(adder: Adder, site: Site) -> None:
    site.feed("/nieuws.rss", *ENGLISH, title="Nieuws &amp; zo: #1")
    source = adder.propose(f"{site.url}/nieuws.rss").source
    assert (source.name, source.language, source.kind) == ("Nieuws & zo: #1", "en", "news")
    assert site.asked == ["/nieuws.rss"]


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("geen adres", "is no address"),
        ("ftp://bron.example/feed", "is no address"),
        ("https://bron.example/feed?token=geheim", "seems to hold a key"),
        ("https://jan:geheim@bron.example/feed", "name a 'secret:' in the entry"),
        ("https://sociaal.example/@jan", "persons are never followed"),
        ("https://sociaal.example/users/jan", "persons are never followed"),
        ("https://bsky.app/profile/jan.bsky.social", "persons are never followed"),
        ("https://www.reddit.com/user/jan", "persons are never followed"),
        ("https://x.com/gemeente", "no public feed"),
        ("https://bsky.app/hashtag/stikstof", "use the reader jetstream"),
        ("https://blog.example/feed/", "already the source 'blog'"),
        ("http://www.blog.example/feed?utm_source=x", "already the source 'blog'"),
    ],
)
def test_what_is_not_followed_is_refused_before_anything_is_asked(adder: Adder, url: str, why: str) -> None:
    with pytest.raises(ConfigurationError, match=why) as refused:
        adder.propose(url)
    assert "geheim" not in str(refused.value)


def test_what_stands_inside_a_wall_is_not_asked(organisation: Make, read: Read, site: Site) -> None:
    site.feed("/feed", *DUTCH)
    with Door() as closed, pytest.raises(ConfigurationError, match=r"network\.allow"):
        propose(organisation(ONE), f"{site.url}/feed", NOW, door=closed, read=read)
    assert site.asked == []


def test_the_same_feed_behind_a_redirect_is_not_added_again(adder: Adder, site: Site) -> None:
    site.feed("/nieuw.rss", *DUTCH)
    site.pages["/oud.rss"] = (301, "/nieuw.rss")
    entry = ONE.replace("https://blog.example/feed", "{}")
    for there, asked in (("/nieuw.rss", "/oud.rss"), ("/oud.rss", "/nieuw.rss")):
        adder.settings = adder.make(entry.format(site.url + there))
        with pytest.raises(ConfigurationError, match="'blog'; nothing was added"):
            adder.propose(site.url + asked)


def test_a_feed_that_moved_for_good_is_proposed_at_its_new_address(adder: Adder, site: Site) -> None:
    site.feed("/nieuw.rss", *DUTCH)
    site.pages["/oud.rss"] = (301, "/nieuw.rss")
    made = adder.propose(f"{site.url}/oud.rss")
    assert made.source.url == f"{site.url}/nieuw.rss"
    assert any("moved for good" in note for note in made.notes)


def test_an_entry_is_appended_and_every_remark_stays(adder: Adder, site: Site) -> None:
    site.feed("/nieuws.rss", *DUTCH)
    path = add(adder.settings, adder.propose(f"{site.url}/nieuws.rss").entry)
    text = path.read_text("utf-8")
    assert text.startswith(ONE)
    after = load(adder.settings.places.folder, data=adder.settings.places.data)
    assert [source.id for source in after.sources] == ["blog", "127-0-0-1"]
    adder.settings = after
    site.feed("/sport.rss", *DUTCH[:3], title="De Dijkbode sport")
    assert adder.propose(f"{site.url}/sport.rss").source.id == "de-dijkbode-sport"


def test_an_entry_that_cannot_be_read_leaves_the_file_as_it_was(adder: Adder) -> None:
    path = adder.settings.places.folder / "sources.yaml"
    for entry in ("- id: blog\n  name: Twee keer", "# only a remark", "- id: x\n  terms: 'never closed"):
        with pytest.raises(ConfigurationError, match="is as it was"):
            add(adder.settings, entry)
        assert path.read_text("utf-8") == ONE


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("sources: []\n", "sources:\n\n  - id: x\n"),
        ("sources: []   # nothing yet\n", "sources:   # nothing yet\n\n  - id: x\n"),
        ("sources:\r\n  - id: a\r\n", "sources:\r\n  - id: a\r\n\r\n  - id: x\r\n"),
        ("sources: []\r\n", "sources:\r\n\r\n  - id: x\r\n"),
        ("sources:\n- id: a\n", "sources:\n- id: a\n\n- id: x\n"),
        ("sources:\n    - id: a", "sources:\n    - id: a\n\n    - id: x\n"),
    ],
)
def test_an_entry_is_indented_as_its_neighbours_are(before: str, after: str) -> None:
    assert appended(before, "- id: x\n") == after


def test_a_hostile_page_neither_stalls_nor_gets_into_the_entry(adder: Adder, site: Site) -> None:
    evil = ["javascript:alert(1)", "data:text/xml,x", "//169.254.169.254/feed.rss", "http://[::1]/a.rss"]
    links = "".join(ALTERNATE.format("</script>", url) for url in evil) + "<link " * 50_000 + "<!--" * 50_000
    site.page("/", links + ALTERNATE.format("in a comment", "/nooit.rss"))
    site.feed("/feed", *DUTCH, title="x\n    permission: own\n  - id: vals")
    made = adder.propose(site.url)
    assert made.source.url == f"{site.url}/feed"
    assert len(yaml.safe_load(made.entry)) == 1
    assert made.source.permission == "public_feed"


def test_the_command_asks_before_it_writes(
    adder: Adder, site: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    site.feed("/nieuws.rss", *DUTCH)
    folder = adder.settings.places.folder
    network = f"\nnetwork: {{allow: ['{site.place}']}}\n"
    with (folder / "organisation.yaml").open("a") as file:
        file.write(network)
    args = argparse.Namespace(
        org=folder, data=adder.settings.places.data, url=f"{site.url}/nieuws.rss", own=False, yes=False
    )
    assert source_commands.add(args) == 0
    shown = capsys.readouterr().out
    assert "De Dijkbode" in shown and DUTCH[0] in shown and "Nothing was written" in shown
    assert (folder / "sources.yaml").read_text("utf-8") == ONE
    args.yes = True
    assert source_commands.add(args) == 0
    assert f"url: {site.url}" in (folder / "sources.yaml").read_text("utf-8").replace('"', "")


def test_an_address_needs_no_scheme() -> None:
    assert address_of(" nos.nl/nieuws ") == "https://nos.nl/nieuws"
    assert address_of("feed://nos.nl/rss") == address_of("feed:https://nos.nl/rss") == "https://nos.nl/rss"


FORM = '<form action="/login"><input type="password"></form>'


@pytest.mark.parametrize(
    ("path", "page", "says"),
    [
        ("/rss", FORM, "gives a login page instead of entries, .* Ask the publisher for access"),
        (
            "/rss",
            '<div id="cookiewall">Cookies</div>',
            "gives a cookie notice instead of entries, .* that needs no consent",
        ),
        (
            "/rss",
            "<p>Welkom</p>",
            "is an ordinary page, and offers no feed that can be read. Look on the site for 'RSS'",
        ),
        ("/rss", (429, ""), "asks us to wait .* then try again"),
        ("/rss", (410, ""), "give the address of the site's front page"),
        ("/rss", (404, ""), "give that of the site's front page"),
        (
            "/rss",
            b"<?xml version='1.0'?><rss><channel><title>Half<item>",
            "entries that could not be read: 1",
        ),
        ("/tags/dicht", "<p>Mastodon</p>", "the server keeps its posts to itself"),
    ],
)
def test_what_the_address_itself_gave_is_said_with_a_mend_for_what_is_no_entry_yet(
    adder: Adder, site: Site, path: str, page: str | bytes | tuple[int, str], says: str
) -> None:
    site.pages["/api/v1/timelines/tag/dicht"] = (401, "")
    if isinstance(page, str):
        site.page(path, body=page)
    else:
        site.pages[path] = page
    with pytest.raises(ConfigurationError, match=says) as refused:
        adder.propose(site.url + path)
    for words in ("pause_seconds", "remove the entry", "kaders source add", "take `pages"):
        assert words not in str(refused.value)


def test_a_page_that_names_an_address_with_a_key_makes_no_entry(adder: Adder, site: Site) -> None:
    site.page("/", ALTERNATE.format("Nieuws", "/nieuws.rss?token=geheim"))
    site.feed("/nieuws.rss", *DUTCH)
    with pytest.raises(ConfigurationError, match="seems to hold a key") as refused:
        adder.propose(site.url)
    assert "geheim" not in str(refused.value)


@pytest.mark.parametrize(("path", "page"), [("/leeg.rss", b""), ("/tags/brug", b"[]")])
def test_a_place_without_entries_is_proposed_and_says_so(
    adder: Adder, site: Site, path: str, page: bytes
) -> None:
    site.feed("/leeg.rss")
    site.pages["/api/v1/timelines/tag/brug"] = page
    notes = adder.propose(site.url + path).notes
    assert any(note.startswith("It has no entries now") for note in notes)
    assert not any("No entry has a date" in note for note in notes)


def test_a_feed_that_sleeps_is_proposed_with_a_note(adder: Adder, site: Site) -> None:
    site.feed("/oud.rss", *DUTCH, year=2025)
    notes = adder.propose(f"{site.url}/oud.rss").notes
    assert any(note.startswith("Its newest entry is of 2025-11-22: see whether") for note in notes)


def test_after_a_move_to_another_host_everything_names_the_new_one(
    organisation: Make, read: Read, site: Site
) -> None:
    site.feed("/nieuw.rss", *DUTCH)
    old = site.place.replace("127.0.0.1", "localhost")
    site.pages["/oud.rss"] = (301, f"{site.url}/nieuw.rss")
    with Door(allow=(site.place, old)) as door:
        made = propose(organisation(ONE), f"http://{old}/oud.rss", NOW, door=door, read=read)
    assert made.source.url == f"{site.url}/nieuw.rss"
    assert (made.source.id, made.source.owner_group) == ("127-0-0-1", "127-0-0-1")
    assert "localhost" not in made.entry + " ".join(made.notes)


def test_the_first_source_can_be_added_to_an_empty_list(adder: Adder, site: Site) -> None:
    site.feed("/nieuws.rss", *DUTCH)
    folder, data = adder.settings.places.folder, adder.settings.places.data
    (folder / "sources.yaml").write_bytes(b"sources: []\r\n")
    with (folder / "organisation.yaml").open("a") as file:
        file.write(f"\nnetwork: {{allow: ['{site.place}']}}\n")
    args = argparse.Namespace(org=folder, data=data, url=f"{site.url}/nieuws.rss", own=False, yes=True)
    assert source_commands.add(args) == 0
    assert [source.url for source in load(folder, data=data).sources] == [args.url]
    text = (folder / "sources.yaml").read_bytes()
    assert text.count(b"\n") == text.count(b"\r\n") > 8


def test_the_question_names_the_file_and_no_answer_is_no(
    adder: Adder, site: Site, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked: list[str] = []

    def gone(question: str) -> str:
        asked.append(question)
        raise EOFError

    site.feed("/nieuws.rss", *DUTCH)
    folder = adder.settings.places.folder
    with (folder / "organisation.yaml").open("a") as file:
        file.write(f"\nnetwork: {{allow: ['{site.place}']}}\n")
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", gone)
    args = argparse.Namespace(
        org=folder, data=adder.settings.places.data, url=f"{site.url}/nieuws.rss", own=False, yes=False
    )
    assert source_commands.add(args) == 0
    assert str((folder / "sources.yaml").resolve()) in asked[0]
    assert "Nothing was written" in capsys.readouterr().out
    assert (folder / "sources.yaml").read_text("utf-8") == ONE
