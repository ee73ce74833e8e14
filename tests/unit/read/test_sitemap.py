"""Google News sitemaps and their indexes."""

from __future__ import annotations

import gzip
import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

import pytest
from reading import KEY, NOW, source

from kaders.errors import Quarantine
from kaders.model import Question
from kaders.read import sitemap
from kaders.read.items import Asked, Found

gz = partial(gzip.compress, mtime=0)  # workers collect alike only when the same bytes come out


HOME = "https://krant.example/sitemap.xml"
NAMES = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"'


def asked(url: str = HOME, cursor: Mapping[str, str] | None = None, content_type: str = "") -> Asked:
    made = Asked(source(reader="sitemap", url=HOME), NOW, KEY, question=Question(url), url=url)
    return replace(made, cursor=cursor or {}, content_type=content_type)


def entry(number: int, *, title: str = "De raad besluit", date: str = "2026-11-23T07:30:00+01:00") -> str:
    return (
        f"<url><loc>https://krant.example/{number}?utm_source=x</loc><news:news><news:publication><news:name>Krant</news:name>"
        f"<news:language>nl</news:language></news:publication><news:publication_date>{date}</news:publication_date>"
        f"<news:title>{title}</news:title></news:news></url>"
    )


def urlset(*entries: str) -> bytes:
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<urlset {NAMES}>{"".join(entries)}</urlset>'.encode()


def index(*entries: tuple[str, str]) -> bytes:
    each = "".join(
        f"<sitemap><loc>{loc}</loc>{f'<lastmod>{changed}</lastmod>' if changed else ''}</sitemap>"
        for loc, changed in entries
    )
    return f"<sitemapindex {NAMES}>{each}</sitemapindex>".encode()


PLAIN = "<url><loc>https://krant.example/over-ons</loc><lastmod>2026-01-01</lastmod></url>"


def test_news_with_its_title_language_and_moment() -> None:
    (one,) = sitemap.parse(urlset(PLAIN, entry(1, title="Caf&#233; &amp;amp; brug")), asked()).items
    assert (one.guid, one.url) == ("https://krant.example/1", "https://krant.example/1")
    assert (one.title, one.text, one.language) == ("Café & brug", "", "nl")
    assert (one.published, one.date_mark) == (datetime(2026, 11, 23, 6, 30, tzinfo=UTC), "")


@pytest.mark.parametrize(
    "pack", [lambda body: body, gzip.compress, lambda body: b"\n" + body.split(b"\n")[1]]
)
def test_any_prefix_and_packing(pack: object) -> None:
    assert callable(pack)
    body = urlset(entry(1), entry(2)).replace(b"news:", b"n:").replace(b"xmlns:news=", b"xmlns:n=")
    assert len(sitemap.parse(pack(body), asked()).items) == 2
    prefixed = body.replace(b"<url", b"<s:url").replace(b"</url", b"</s:url").replace(b"xmlns=", b"xmlns:s=")
    prefixed = prefixed.replace(b"<loc", b"<s:loc").replace(b"</loc", b"</s:loc")
    assert len(sitemap.parse(pack(prefixed), asked()).items) == 2


def test_a_prefix_that_is_declared_nowhere() -> None:
    body = urlset(entry(1), entry(2)).replace(b"xmlns:news=", b"xmlns:other=")
    given = sitemap.parse(body, asked())
    assert (len(given.items), given.bad) == (2, 0)


def test_a_full_sitemap_and_more_are_read_in_a_moment() -> None:
    started = time.process_time()
    assert len(sitemap.parse(urlset(*map(entry, range(3000))), asked()).items) == 3000
    assert time.process_time() - started < 3


def test_entries_that_cannot_be_read_do_not_stop_the_others() -> None:
    given = sitemap.parse(urlset(entry(1), entry(2, title=""), entry(3, date="gisteren")), asked())
    assert [each.url[-1] for each in given.items] == ["1", "3"]
    assert (given.bad, given.items[1].published, given.items[1].date_mark) == (1, None, "unreadable")


@pytest.mark.parametrize(
    ("body", "read", "bad"),
    [
        (urlset(entry(1, title="Brug & haven"), entry(2, title="\x0bSluis")), ["Brug & haven", "Sluis"], 0),
        (urlset(entry(1), entry(2, title="<b>half")), ["De raad besluit"], 1),
        (urlset(entry(1), entry(2))[:-60], ["De raad besluit"], 1),
    ],
)
def test_what_is_no_xml_is_read_as_far_as_it_goes(body: bytes, read: list[str], bad: int) -> None:
    given = sitemap.parse(body, asked())
    assert ([each.title for each in given.items], given.bad) == (read, bad)


LAUGHS = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
OUTSIDE = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]>'


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b" \n", "empty"),
        (b"<!DOCTYPE html><html><body>Even geduld</body></html>", "html_instead_of_feed"),
        (b"<rss><channel/></rss>", "unreadable"),
        (b"Not found", "unreadable"),
        (urlset(PLAIN), "unreadable"),
        (LAUGHS + urlset(entry(1, title="&b;")).split(b"\n")[1], "unreadable"),
        (OUTSIDE + urlset(entry(1, title="&a;")).split(b"\n")[1], "unreadable"),
        (LAUGHS + urlset(entry(1, title="&b; & half")).split(b"\n")[1], "unreadable"),
        (gz(b" " * (sitemap.LARGEST + 1)), "too_large"),
        (gz(urlset(entry(1)))[:-20], "truncated"),
        (b"\x1f\x8bnonsense", "unreadable"),
    ],
)
def test_what_is_no_news_sitemap_is_refused_with_a_reason(body: bytes, reason: str) -> None:
    with pytest.raises(Quarantine, match=f"^{reason}$"):
        sitemap.parse(body, asked())


def test_a_sitemap_without_entries_is_a_quiet_day() -> None:
    assert sitemap.parse(urlset(), asked()) == Found(())


def visit(
    replies: Mapping[str, bytes], cursor: Mapping[str, str] | None = None
) -> tuple[list[str], list[Found]]:
    """A whole visit as the collector makes it: which addresses were asked, and what each reply gave."""
    urls: list[str] = []
    pages: list[Found] = []
    url = HOME
    while len(pages) < sitemap.PAGES:
        urls.append(url)
        body = replies.get(url, b"")
        found = sitemap.parse(body, asked(url, cursor, content_type="" if body else "absent/404"))
        pages.append(found)
        cursor = {**(cursor or {}), **found.cursor}
        if not found.next:
            break
        url = found.next.url
    return urls, pages


SITE = "https://krant.example"
WORLD = {
    HOME: index(
        (f"{SITE}/pages.xml", "2019-01-01"),
        (f"{SITE}/a.xml", "2026-11-22T10:00:00Z"),
        (f"{SITE}/b.xml", "2026-11-23T07:00:00Z"),
        ("/news.xml", "2026-11-21"),
        ("javascript:alert(1)", ""),
    ),
    f"{SITE}/a.xml": urlset(entry(1), entry(2)),
    f"{SITE}/b.xml": urlset(PLAIN),
    f"{SITE}/news.xml": gz(urlset(entry(2), entry(3))),
}


def test_an_index_is_walked_news_first_then_the_newest_and_never_the_old() -> None:
    urls, pages = visit(WORLD)
    assert urls == [HOME, f"{SITE}/news.xml", f"{SITE}/b.xml", f"{SITE}/a.xml"]
    assert [len(page.items) for page in pages] == [0, 2, 0, 2]
    assert not any(page.bad for page in pages)
    assert pages[-1].cursor["rest"] == ""


def test_a_sitemap_that_did_not_change_is_not_asked_again() -> None:
    _, pages = visit(WORLD)
    urls, _ = visit(WORLD, pages[-1].cursor)
    assert urls == [HOME, f"{SITE}/news.xml"], "a day without a time may still bring more"
    changed = WORLD | {HOME: WORLD[HOME].replace(b"07:00:00Z", b"07:45:00Z")}
    urls, _ = visit(changed, pages[-1].cursor)
    assert urls == [HOME, f"{SITE}/news.xml", f"{SITE}/b.xml"]


def test_a_sitemap_that_is_gone_or_broken_is_counted_and_the_next_one_is_read() -> None:
    urls, pages = visit({url: body for url, body in WORLD.items() if not url.endswith("news.xml")})
    assert len(urls) == 4
    assert [page.bad for page in pages] == [0, 1, 0, 0]
    nested = WORLD | {f"{SITE}/news.xml": WORLD[HOME], f"{SITE}/b.xml": b"<html>"}
    assert [page.bad for page in visit(nested)[1]] == [0, 1, 1, 0]


def test_an_endless_index_is_read_in_parts_and_says_so() -> None:
    many = [(f"{SITE}/{n}.xml", f"2026-11-22T10:00:{n:02}Z") for n in range(25)]
    world = {HOME: index(*many)} | {url: urlset(entry(n)) for n, (url, _) in enumerate(many)}
    urls, pages = visit(world)
    assert urls[1:] == [f"{SITE}/{n}.xml" for n in range(24, 14, -1)]
    assert pages[0].short == "full_page"
    urls, pages = visit(world, pages[-1].cursor)
    assert urls[1:] == [f"{SITE}/{n}.xml" for n in range(14, 4, -1)]
    assert visit(world, pages[-1].cursor)[1][0].short == ""


TITLED = urlset(entry(1, title="Eén brug"), entry(2, title="Café")).decode()


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (TITLED.encode("latin-1"), ""),
        (TITLED.replace(' encoding="UTF-8"', "").encode("latin-1"), "application/xml; charset=iso-8859-1"),
        ((TITLED.replace("UTF-8", "UTF-16") + "\n").encode("utf-16"), ""),
        (TITLED.replace("UTF-8", "x-eigen").encode(), ""),
        (gz(TITLED.encode("latin-1")), "application/gzip"),
        (TITLED.replace("<news:name>", "<news:name>& ").encode("latin-1"), ""),
    ],
)
def test_a_sitemap_in_any_charset(body: bytes, kind: str) -> None:
    made = sitemap.parse(body, asked(content_type=kind))
    assert ([each.title for each in made.items], made.bad) == (["Eén brug", "Café"], 0)
