"""Each source is tried once: a line for each, what is wrong and how to mend it, and nothing left behind."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from datetime import UTC, datetime
from typing import NoReturn

import pytest

from kaders import source_commands
from kaders.jobs.look import Asking, Read
from kaders.jobs.online import PATIENCE, WORKERS, online, summed_up
from kaders.model import Summary
from kaders.net.door import Door
from kaders.net.failures import FetchFailed
from kaders.read.article import parse_page
from kaders.settings import Settings
from small_site import Site

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
Make = Callable[[str], Settings]
STORY = " ".join(
    f"De gemeente meldt in bericht {n} dat de brug over de haven later klaar is." for n in range(9)
)
ENTRY = """\
  - id: {id}
    name: {id}
    kind: {kind}
    reader: {reader}
    {where}
    owner_group: {id}
    expected_per_day: 1
    terms: test
"""


def entries(*given: tuple[str, str, str]) -> str:
    """sources.yaml of (id, reader, what stands in the place of the url)."""
    kinds = {"mastodon": "social", "jetstream": "social"}
    rows = [
        ENTRY.format(id=name, reader=reader, where=where, kind=kinds.get(reader, "news"))
        for name, reader, where in given
    ]
    return "sources:\n" + "".join(rows)


def tried(
    settings: Settings, door: Asking, read: Read, secrets: dict[str, str]
) -> tuple[Summary, dict[str, str]]:
    told: list[str] = []
    summary = online(
        settings,
        NOW,
        door=door,
        read=read,
        read_page=parse_page,
        secrets=lambda name: secrets.get(name, ""),
        tell=told.append,
    )
    return summary, {line.split()[1].rstrip(":"): line for line in told}


@pytest.fixture
def many(organisation: Make, site: Site) -> Settings:
    site.feed("/goed", "Een bericht", "Nog een")
    site.feed("/oud", "Een bericht", year=2024)
    site.feed("/leeg")
    site.feed("/nieuw", "Een bericht")
    site.pages["/verhuisd"] = (301, "/nieuw")
    site.page("/pagina")
    site.pages["/storing"] = (503, "")
    site.pages["/tag"] = b"[]"
    feeds = [
        (name, "feed", f"url: {site.url}/{name}")
        for name in ("goed", "oud", "leeg", "verhuisd", "pagina", "weg", "storing")
    ]
    return organisation(
        entries(
            *feeds,
            ("tag", "mastodon", f"url: {site.url}/tag"),
            ("krant", "guardian", "secret: env:KRANT_KEY"),
            ("eigen", "feed", "url: https://www.mijn-gemeente.example/rss"),
            ("raad", "raadsinformatie", 'query: {index: "ori_replace*"}'),
            ("airflow", "guardian", "secret: connection:krant"),
            ("stroom", "jetstream", "query: {words: [afvalpas]}"),
            ("bestand", "import", "language: nl"),
        )
    )


def test_every_source_gets_one_line_with_what_to_do(many: Settings, door: Door, read: Read) -> None:
    summary, lines = tried(many, door, read, {})
    for name, start, words in (
        ("goed", "OK", "2 entries, newest of 2026-11-22"),
        ("oud", "OK", "newest of 2024-11-22. That is long ago"),
        ("verhuisd", "OK", "It has moved for good: write 'url: http"),
        ("tag", "OK", "0 entries"),
        ("leeg", "FAILED", "holds no entries"),
        ("pagina", "FAILED", "There is a page now: `kaders source add`"),
        ("weg", "FAILED", "The address is gone"),
        ("storing", "FAILED", "A fault at the publisher's"),
        ("krant", "FAILED", "env:KRANT_KEY holds no key. Put the key in the environment"),
        ("eigen", "SKIPPED", "fill in 'url' first"),
        ("raad", "SKIPPED", "fill in 'query' first"),
        ("airflow", "SKIPPED", "only Airflow knows the key connection:krant"),
        ("stroom", "SKIPPED", "a stream"),
    ):
        assert lines[name].startswith(start) and words in lines[name], lines[name]
    assert "bestand" not in lines
    counts = {"sources": 13, "ok": 4, "failed": 5, "skipped": 4, "nobody": 0, "not_asked": 0}
    assert summary.counts == counts
    assert [line.split(":")[0] for line in summary.failures] == [
        "leeg",
        "pagina",
        "weg",
        "storing",
        "krant",
    ]
    assert summed_up(summary)[1] == "13 sources: 4 ok, 5 failed, 4 skipped"


def test_nothing_is_left_behind_and_every_address_is_asked_once(
    many: Settings, door: Door, read: Read, site: Site
) -> None:
    tried(many, door, read, {})
    assert not many.places.data.exists()
    assert sorted(site.asked) == sorted(set(site.asked))


def test_when_nobody_answers_our_own_connection_is_to_blame(
    organisation: Make, door: Door, read: Read, site: Site
) -> None:
    site.server_close()
    silent = [(f"s{n}", "feed", f"url: http://127.0.0.{n}:1/rss") for n in (1, 2)]
    with Door(allow=("127.0.0.1:1", "127.0.0.2:1")) as closed:
        summary, lines = tried(organisation(entries(*silent)), closed, read, {})
    assert lines == {}, "what is wrong with the sources nobody can say"
    assert summed_up(summary)[1].startswith("Nobody answered: look at this machine's connection")
    assert "organisation.yaml" in summed_up(summary)[1]
    summary, lines = tried(organisation(entries(silent[0])), door, read, {})
    assert "s1" in lines and "Nobody" not in str(summed_up(summary))


def test_the_reasons_are_those_of_the_collector(
    organisation: Make, door: Door, read: Read, site: Site
) -> None:
    site.page("/inlog", body='<form><input type="password"></form>')
    site.page("/koek", head="<title>Cookie-instellingen</title>")
    site.pages["/tag"] = (401, "")
    site.pages["/kapot"] = b'{"version": "https://jsonfeed.org/version/1.1", "title": "x", "items": [7]}'
    rows = [(name, "feed", f"url: {site.url}/{name}") for name in ("inlog", "koek", "kapot")]
    _, lines = tried(
        organisation(entries(*rows, ("tag", "mastodon", f"url: {site.url}/tag"))), door, read, {}
    )
    assert "a login page instead of entries" in lines["inlog"]
    assert "a cookie notice instead of entries" in lines["koek"]
    assert "entries that could not be read: 1" in lines["kapot"]
    assert "the server keeps its posts to itself" in lines["tag"] and "secret" not in lines["tag"]


def test_without_a_network_a_check_stops_after_a_dozen_sites(organisation: Make, read: Read) -> None:
    class Nowhere:
        asked = 0

        def is_inside(self, url: str) -> bool:
            return False

        def ask(self, *_: object, **__: object) -> NoReturn:
            self.asked += 1
            raise FetchFailed("dns", "no such name")

    door = Nowhere()
    rows = [(f"s{n}", "feed", f"url: https://s{n}.test/rss") for n in range(60)]
    summary, lines = tried(organisation(entries(*rows)), door, read, {})
    assert PATIENCE <= door.asked == summary.counts["failed"] <= PATIENCE + WORKERS
    assert not any(line.startswith("FAILED") for line in lines.values())
    assert summary.counts["not_asked"] == 60 - door.asked
    assert summed_up(summary)[2] == f"It was stopped: {60 - door.asked} sources were not asked at all."


def test_one_dead_host_with_many_feeds_stops_nothing(
    organisation: Make, door: Door, read: Read, site: Site
) -> None:
    site.feed("/goed", "Een bericht")
    dead = [(f"s{n}", "feed", f"url: http://127.0.0.1:1/{n}") for n in range(15)]
    summary, _ = tried(
        organisation(entries(*dead, ("goed", "feed", f"url: {site.url}/goed"))), door, read, {}
    )
    assert (summary.counts["ok"], summary.counts["not_asked"]) == (1, 0)


@pytest.mark.parametrize(
    ("robots", "page", "word", "says"),
    [
        ("", f"<article><h1>Brug</h1><p>{STORY}</p></article>", "OK", "1 entries"),
        ("User-agent: *\nDisallow: /", STORY, "FAILED", "take `pages: true` away"),
        ("", '<form><input type="password"></form>', "FAILED", "Take `pages: true` away"),
        ("", None, "FAILED", "but the page of the newest cannot be read"),
    ],
)
def test_a_source_whose_pages_are_read_has_one_page_tried(
    organisation: Make,
    door: Door,
    read: Read,
    site: Site,
    robots: str,
    page: str | None,
    word: str,
    says: str,
) -> None:
    site.feed("/goed", "Een bericht")
    site.pages["/robots.txt"] = robots.encode()
    if page is not None:
        site.page("/goed/0", body=page)
    where = f"url: {site.url}/goed\n    pages: true\n    permission: agreement"
    _, lines = tried(organisation(entries(("goed", "feed", where))), door, read, {})
    assert lines["goed"].startswith(word) and says in lines["goed"], lines["goed"]


def test_a_key_never_shows(organisation: Make, door: Door, read: Read, site: Site) -> None:
    settings = organisation(
        entries(("krant", "guardian", f"url: {site.url}/search\n    secret: env:KRANT_KEY"))
    )
    summary, lines = tried(settings, door, read, {"env:KRANT_KEY": "zeer-geheim"})
    assert any("zeer-geheim" in path for path in site.asked)
    assert "zeer-geheim" not in str(summary) + str(lines)


@pytest.mark.parametrize(("path", "code"), [("/goed", 0), ("/weg", 1)])
def test_the_command_exits_with_1_when_a_source_fails(
    organisation: Make, site: Site, capsys: pytest.CaptureFixture[str], path: str, code: int
) -> None:
    site.feed("/goed", "Een bericht")
    settings = organisation(entries(("een", "feed", f"url: {site.url}{path}")))
    with (settings.places.folder / "organisation.yaml").open("a") as file:
        file.write(f"\nnetwork: {{allow: ['{site.place}']}}\n")
    args = argparse.Namespace(org=settings.places.folder, data=settings.places.data)
    assert source_commands.online(args) == code
    assert ("To mend:" in capsys.readouterr().out) is bool(code)
