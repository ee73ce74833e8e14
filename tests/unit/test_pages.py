"""The pages of new entries: queued, asked politely through the real door, and given as whole articles."""

from __future__ import annotations

import gzip
import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from kaders.jobs.pages import TRIES, PagesDone, done, queue, read_pages
from kaders.load import load, root
from kaders.model import Item
from kaders.net.door import Door
from kaders.read.article import parse_page
from kaders.settings import Settings, Source
from kaders.store import landing, pages

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
STORY = " ".join(
    f"De gemeente Waterdam meldt in bericht {n} dat de nieuwe brug over de haven later klaar is."
    for n in range(9)
)


class Site:
    """A news site on loopback: what it serves by path, and what it was asked."""

    def __init__(self) -> None:
        self.served: dict[str, tuple[int, str, dict[str, str]]] = {}
        self.asked: list[str] = []
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                site.asked.append(self.path)
                status, body, headers = site.served.get(self.path, (404, "weg", {}))
                self.send_response(status)
                for name, value in {"Content-Type": "text/html; charset=utf-8", **headers}.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body.encode())))
                self.end_headers()
                self.wfile.write(body.encode())

            def log_message(self, *_: object) -> None:
                """Says nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.host = f"127.0.0.1:{self.server.server_address[1]}"
        self.url = f"http://{self.host}"
        threading.Thread(
            target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
        ).start()

    def serve(self, path: str, body: str, status: int = 200, **headers: str) -> None:
        self.served[path] = (status, body, {name.replace("_", "-"): value for name, value in headers.items()})

    def article(self, path: str, *, head: str = "", text: str = STORY) -> None:
        about = "<html lang=nl><head><title>Brug later klaar</title>"
        self.serve(
            path, f"{about}{head}</head><body><article><h1>Brug</h1><p>{text}</p></article></body></html>"
        )

    @property
    def asked_pages(self) -> list[str]:
        return [path for path in self.asked if path != "/robots.txt"]


@pytest.fixture
def site() -> Iterator[Site]:
    made = Site()
    yield made
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture(scope="module")
def waterdam() -> Settings:
    folder = root() / "organisations" / "waterdam"
    return load(folder, data=folder / "nowhere", world="http://127.0.0.1:1")


@pytest.fixture
def settings(waterdam: Settings, tmp_path: Path) -> Settings:
    places = waterdam.places.model_copy(update={"data": tmp_path})
    return waterdam.model_copy(update={"places": places})


SOURCE = Source(
    id="krant",
    name="Krant",
    kind="news",
    url="https://krant.example/feed",
    owner_group="krant",
    expected_per_day=1,
    terms="an agreement",
    permission="agreement",
    pages=True,
)


def entry(site: Site, path: str, **changes: Any) -> Item:
    fields: dict[str, Any] = {
        "source": "krant",
        "guid": path,
        "url": site.url + path,
        "title": "Brug later klaar",
        "text": "De nieuwe brug over de haven is later klaar.",
        "published": NOW,
        "fetched_at": NOW,
        "author": "0123456789abcdef",
    }
    return Item(**fields | changes)


def read(
    settings: Settings, site: Site, *, moment: datetime = NOW, budget: float = 30, most: int = 50
) -> PagesDone:
    ours = SOURCE.model_copy(update={"url": f"{site.url}/feed"})
    door = Door(contact="pers@waterdam.example", allow=[site.host])
    try:
        return read_pages(
            settings, ours, moment, door=door, read=parse_page, budget_seconds=budget, most=most
        )
    finally:
        door.close()


def left(settings: Settings) -> list[tuple[str, int]]:
    return [(one.entry.guid, one.tries) for one in pages.waiting(settings.places, "krant")]


def test_a_page_gives_its_entry_again_with_the_whole_article(settings: Settings, site: Site) -> None:
    site.article("/brug", head='<link rel="canonical" href="/haven/brug">')
    before = entry(site, "/brug", engagement=3)
    assert queue(settings.places, "krant", [before]) == 0
    found = read(settings, site, moment=NOW + timedelta(hours=1))
    (one,) = found.items
    assert STORY in one.text
    assert one == replace(
        before,
        text=one.text,
        url=f"{site.url}/haven/brug",
        fetched_at=NOW + timedelta(hours=1),
        language="nl",
    )
    assert (found.left, found.failures, found.same) == (0, {}, 0)


def test_a_page_leaves_the_queue_only_when_it_has_landed(settings: Settings, site: Site) -> None:
    site.article("/brug")
    queue(settings.places, "krant", [entry(site, "/brug")])
    first = read(settings, site)
    assert first.items[0].fetched_at > NOW, "a revision is newer than the entry, also within one visit"
    assert read(settings, site).items == first.items, "killed before landing, it is read once more"
    landing.write(settings.places, "krant", NOW, first.items)
    done(settings.places, "krant", [one.guid for one in first.items])
    assert (left(settings), read(settings, site)) == ([], PagesDone())


def test_what_entry_and_page_do_not_know_of_each_other_is_filled_in(settings: Settings, site: Site) -> None:
    told = json.dumps(
        {
            "@type": "NewsArticle",
            "datePublished": "2026-11-22T12:00:00Z",
            "headline": "Uit de pagina",
            "articleSection": "Haven",
        }
    )
    site.article("/brug", head=f'<script type="application/ld+json">{told}</script>')
    queue(settings.places, "krant", [entry(site, "/brug", title="", published=None, date_mark="missing")])
    (one,) = read(settings, site).items
    assert (one.title, one.published, one.date_mark) == ("Uit de pagina", NOW - timedelta(hours=20), "")
    landing.write(settings.places, "krant", NOW, [one])
    assert [each.section for path in landing.paths(settings.places) for each in landing.read(path)] == [
        "Haven"
    ]


def test_what_landed_before_there_were_sections_is_read(settings: Settings, site: Site) -> None:
    landing.write(settings.places, "krant", NOW, [entry(site, "/brug")])
    (path,) = landing.paths(settings.places)
    fields = json.loads(gzip.decompress(path.read_bytes()))
    assert fields.pop("section") == ""
    path.write_bytes(gzip.compress(json.dumps(fields).encode() + b"\n"))
    assert list(landing.read(path)) == [entry(site, "/brug")]


def test_robots_are_asked_and_obeyed(settings: Settings, site: Site) -> None:
    site.serve("/robots.txt", "User-agent: *\nDisallow: /plus/", Content_Type="text/plain")
    site.article("/plus/brug")
    site.article("/brug")
    queue(settings.places, "krant", [entry(site, "/plus/brug"), entry(site, "/brug")])
    found = read(settings, site)
    assert [one.guid for one in found.items] == ["/brug"]
    assert site.asked_pages == ["/brug"]
    assert (found.failures, left(settings)) == ({"robots": 1}, [("/brug", 0)])


def test_a_robots_txt_that_cannot_be_read_leaves_the_pages_in_the_queue(
    settings: Settings, site: Site
) -> None:
    site.serve("/robots.txt", "storing", 503)
    for n in range(6):
        site.article(f"/{n}")
    queue(settings.places, "krant", [entry(site, f"/{n}") for n in range(6)])
    found = read(settings, site)
    assert (found.items, found.left, found.failures, found.refused) == ((), 6, {"http_5xx": 3}, False)
    assert site.asked_pages == []
    site.serve("/robots.txt", "", 404)
    assert len(read(settings, site).items) == 6


@pytest.mark.parametrize(
    ("brought", "refused"),
    [
        (PagesDone(), False),
        (PagesDone(failures={"robots": 1}), True),
        (PagesDone(failures={"paywall": 2, "consent_wall": 1}), True),
        (PagesDone(failures={"http_404": 1}), False),
        (PagesDone(failures={"http_404": 2, "empty": 1}), True),
        (PagesDone(failures={"http_404": 3}, same=3), False),
        (PagesDone(failures={"robots": 1}, same=1), False),
        (PagesDone(failures={"robots": 2, "too_late": 9}), True),
        (PagesDone(failures={"http_5xx": 3}), False),
        (PagesDone(failures={"paywall": 3, "timeout": 3}), False),
    ],
)
def test_a_visit_that_brought_little_for_good_says_so(brought: PagesDone, refused: bool) -> None:
    assert brought.refused is refused


PAYWALL = (
    "<html><body><article><p>De brug komt later. Lees verder met een abonnement.</p></article></body></html>"
)
LOGIN = "<html><head><title>Inloggen</title></head><body><form><input type=password></form></body></html>"
CONSENT = "<html><head><title>Privacy gate</title></head><body><p>Kies.</p></body></html>"


@pytest.mark.parametrize(
    ("status", "body", "reason"),
    [
        (404, "", "http_404"),
        (410, "", "http_410"),
        (200, PAYWALL, "paywall"),
        (200, LOGIN, "login_wall"),
        (200, CONSENT, "consent_wall"),
        (200, "<html><body><script src=x></script></body></html>", "empty"),
    ],
)
def test_a_page_that_will_never_give_an_article_leaves_with_a_reason(
    settings: Settings, site: Site, status: int, body: str, reason: str
) -> None:
    site.serve("/brug", body, status)
    queue(settings.places, "krant", [entry(site, "/brug")])
    assert read(settings, site) == PagesDone(failures={reason: 1})
    assert left(settings) == []


def test_a_page_that_may_come_later_is_tried_some_times(settings: Settings, site: Site) -> None:
    site.serve("/brug", "storing", 500)
    queue(settings.places, "krant", [entry(site, "/brug")])
    seen = []
    for _ in range(TRIES):
        found = read(settings, site)
        assert found.failures == {"http_5xx": 1}
        seen.append(found.left)
    assert seen == [1, 1, 1, 1, 0]


def test_a_site_that_asks_for_peace_gets_it_at_once(settings: Settings, site: Site) -> None:
    site.serve("/1", "rustig", 429, Retry_After="90")
    for path in ("/2", "/3"):
        site.article(path)
    queue(settings.places, "krant", [entry(site, "/2"), entry(site, "/3")])
    queue(settings.places, "krant", [entry(site, "/1", fetched_at=NOW + timedelta(seconds=1))])
    found = read(settings, site)
    assert (found.failures, found.retry_after, found.left) == ({"rate_limited": 1}, 90, 3)
    assert site.asked_pages == ["/1"]
    assert left(settings) == [("/2", 0), ("/3", 0), ("/1", 0)], "it is no fault of the page"


def test_walls_in_a_row_end_the_round(settings: Settings, site: Site) -> None:
    for n in range(6):
        site.serve(f"/{n}", CONSENT)
    queue(settings.places, "krant", [entry(site, f"/{n}") for n in range(6)])
    found = read(settings, site)
    assert (found.failures, found.left) == ({"consent_wall": 3}, 3)


def test_a_page_that_says_no_more_than_the_feed_is_no_revision(settings: Settings, site: Site) -> None:
    site.article("/brug")
    queue(settings.places, "krant", [entry(site, "/brug", text=STORY * 2)])
    assert read(settings, site) == PagesDone(same=1)
    assert left(settings) == []


def test_the_newest_are_read_first_within_the_number_and_the_time(settings: Settings, site: Site) -> None:
    for n in range(4):
        site.article(f"/{n}")
    later = [entry(site, f"/{n}", fetched_at=NOW + timedelta(minutes=n)) for n in range(4)]
    queue(settings.places, "krant", later)
    found = read(settings, site, moment=NOW + timedelta(hours=1), most=2)
    assert ([one.guid for one in found.items], found.left) == (["/3", "/2"], 2)
    assert read(settings, site, budget=0) == PagesDone(left=4)


def test_what_waited_too_long_is_let_go(settings: Settings, site: Site) -> None:
    queue(settings.places, "krant", [entry(site, "/brug")])
    assert read(settings, site, moment=NOW + timedelta(days=4)) == PagesDone(failures={"too_late": 1})
    assert (site.asked, left(settings)) == ([], [])


def test_the_queue_keeps_no_words_and_only_what_can_be_asked(settings: Settings, site: Site) -> None:
    refused = [
        entry(site, "/weg", withdrawn=True),
        entry(site, "/post", same_as="hash"),
        entry(site, "", guid="geen pagina", url=""),
        entry(site, "", guid="voorkant", url="https://krant.example/"),
    ]
    queue(settings.places, "krant", [entry(site, "/brug"), *refused])
    (one,) = pages.waiting(settings.places, "krant")
    assert (one.entry.guid, one.entry.text, one.length) == ("/brug", "", 44)


def test_the_queue_is_bounded_renewed_and_honours_withdrawals(settings: Settings, site: Site) -> None:
    many = [entry(site, f"/{n}") for n in range(pages.MOST + 20)]
    assert queue(settings.places, "krant", many) == 20
    assert left(settings)[0] == ("/20", 0)
    assert queue(settings.places, "krant", [entry(site, "/30", title="Nieuwe kop")]) == 0
    newest = pages.waiting(settings.places, "krant")[-1]
    assert (newest.entry.title, len(left(settings))) == ("Nieuwe kop", pages.MOST)
    queue(settings.places, "krant", [entry(site, "/30", withdrawn=True)])
    assert len(left(settings)) == pages.MOST - 1


def test_a_damaged_line_costs_one_page(settings: Settings, site: Site) -> None:
    queue(settings.places, "krant", [entry(site, "/1"), entry(site, "/2")])
    path = settings.places.of("state") / "pages" / "krant.jsonl"
    path.write_bytes(path.read_bytes().replace(b'"/1"', b'"/\xff"') + b'{"entry": \n[1]\n')
    assert [guid for guid, _ in left(settings)][1:] == ["/2"]


def test_two_tasks_at_one_queue_lose_nothing(settings: Settings, site: Site) -> None:
    def put(first: int) -> None:
        for n in range(first, first + 10):
            queue(settings.places, "krant", [entry(site, f"/{n}")])

    threads = [threading.Thread(target=put, args=(10 * n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(left(settings)) == 40
