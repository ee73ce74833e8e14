"""The replication feed of the House of Representatives."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from reading import KEY, NOW, source
from walking import served, walk

from kaders.errors import Quarantine
from kaders.read.items import Asked, Found
from kaders.read.syncfeed import START, first, parse
from kaders.settings import Source

FEED = "https://gegevensmagazijn.tweedekamer.nl/SyncFeed/2.0/Feed"
ID = "4f5e2f60-1111-4222-8333-{:012d}"
TK = "http://www.tweedekamer.nl/xsd/tkData/v1-0"


def sync(url: str | None = None, **query: Any) -> Source:
    return source(reader="syncfeed", url=url, query=query)


def entry(number: int, inner: str | None = None, *, token: int | None = None, deleted: str = "false") -> str:
    """An entry as the service gives it, with the link that resumes the feed after it."""
    if inner is None:
        inner = (
            f"<soort>Motie</soort><documentNummer>2026D{number:05d}</documentNummer><titel>Begroting</titel>"
            f"<onderwerp>De brug bij Waterdam ({number})</onderwerp><datum>2026-11-20T00:00:00</datum><kamer ref='x'/>"
        )
    return (
        f"<entry><title>{ID.format(number)}</title><id>{FEED}/{number}</id><updated>2026-11-22T10:00:00.0962032Z</updated>"
        f'<link rel="next" href="{FEED}?skiptoken={token or 100 + number}&amp;category=Document"/><category term="document"/>'
        f'<content type="application/xml"><document xmlns="{TK}" xmlns:tk="{TK}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
        f'id="{ID.format(number)}" tk:bijgewerkt="2026-11-22T11:00:00.5570000" tk:verwijderd="{deleted}">{inner}</document></content></entry>'
    )


def feed(*entries: str, head: str = "") -> bytes:
    return f'<?xml version="1.0"?><feed xmlns="http://www.w3.org/2005/Atom"><title>T</title>{head}{"".join(entries)}</feed>'.encode()


def read(body: bytes, asks: Source | None = None, cursor: dict[str, str] | None = None) -> Found:
    by, known = asks or sync(), cursor or {"skiptoken": "100"}
    return parse(body, Asked(by, NOW, KEY, question=first(by, known, NOW), cursor=known))


def test_an_entry_is_the_same_item_as_from_odata() -> None:
    (only,) = read(feed(entry(1))).items
    assert (only.guid, only.title, only.text) == (
        ID.format(1),
        "De brug bij Waterdam (1)",
        "Motie. Begroting",
    )
    assert only.url == "https://www.tweedekamer.nl/downloads/document?id=2026D00001"
    assert only.published == datetime(2026, 11, 19, 23, tzinfo=UTC)


@pytest.mark.parametrize(
    ("cursor", "url", "token"),
    [
        ({}, None, START),
        ({}, f"{FEED}?skiptoken=77", "77"),
        ({"skiptoken": "99"}, f"{FEED}?skiptoken=77", "99"),
    ],
    ids=["somewhere in 2026", "where the operator says", "where we were"],
)
def test_where_a_visit_begins(cursor: dict[str, str], url: str | None, token: str) -> None:
    asked = parse_qs(urlsplit(first(sync(url, category="Zaak"), cursor, NOW).url).query)
    assert asked == {"category": ["Zaak"], "content": ["internal"], "skiptoken": [token]}


def test_deletions_are_gone_and_words_do_not_hide_them() -> None:
    body = feed(entry(1), entry(2, "", deleted="true"), entry(3, "", deleted="True"))
    found = read(body, sync(words=["kade"]))
    assert (found.items, found.bad, found.gone) == ((), 0, (ID.format(2), ID.format(3)))
    assert len(read(body, sync(words=["kade", "BRUG"])).items) == 1


def test_the_cursor_is_the_furthest_token_and_the_next_page_is_asked_of_the_source_itself() -> None:
    found = read(feed(entry(1), entry(2), head='<link rel="next" href="https://evil.example/?skiptoken=9"/>'))
    assert found.cursor == {"skiptoken": "102"}
    assert found.next and found.next.url == f"{FEED}?category=Document&content=internal&skiptoken=102"


@pytest.mark.parametrize(
    "body",
    [
        feed(),
        feed(head=f'<link rel="next" href="{FEED}?skiptoken=100"/>'),
        feed(head=f'<link rel="next" href="{FEED}?skiptoken=999"/>'),
        feed(entry(1, token=100)),
    ],
    ids=["no entries", "a next that is this page", "no entries and a next", "a token that stands still"],
)
def test_the_end_of_the_feed(body: bytes) -> None:
    found = read(body)
    assert (found.next, found.cursor) == (None, {"skiptoken": "100"})


@pytest.mark.parametrize("token", ["x", "-5", "٣٤", "1e9", "", "9" * 5000])
def test_a_token_that_is_no_number_moves_nothing(token: str) -> None:
    body = feed(entry(1).replace("skiptoken=101", f"skiptoken={token}"))
    assert read(body).cursor == {"skiptoken": "100"}


def test_an_address_that_is_none_stops_nothing() -> None:
    found = read(feed(entry(1), head='<link rel="next" href="http://[?skiptoken=150"/>'))
    assert (len(found.items), found.cursor) == (1, {"skiptoken": "150"})


def test_broken_entries_are_counted_and_the_others_read() -> None:
    found = read(
        feed(entry(1), "<entry><title>leeg</title></entry>", entry(2, "<soort xsi:nil='true'/>"), "<entry/>")
    )
    assert (len(found.items), found.bad) == (1, 3)


LAUGHS = '<!DOCTYPE feed [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'
OUTSIDE = '<!DOCTYPE feed [<!ENTITY x SYSTEM "file:///etc/hostname">]>'


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b" \n", "empty"),
        (b"<!DOCTYPE html><html></html>", "html_instead_of_feed"),
        (b"<feed><entry>", "unreadable"),
        (b"{}", "unreadable"),
        (b"<rss/>", "unreadable"),
        (LAUGHS.encode() + b"<feed>&b;</feed>", "unreadable"),
        (OUTSIDE.encode() + b"<feed>&x;</feed>", "unreadable"),
        (b"<feed>" + b"<a/>" * 900_000 + b"</feed>", "too_large"),
    ],
)
def test_what_is_no_sound_feed_is_refused(body: bytes, reason: str) -> None:
    with pytest.raises(Quarantine, match=f"^{reason}$"):
        read(body)


def test_deep_nesting_does_no_harm() -> None:
    depth = 50_000
    assert read(feed(entry(1, "<a>" * depth + "x" + "</a>" * depth))).bad == 1


def test_the_feed_is_walked_to_its_end_and_resumed_there() -> None:
    entries = {101 + n: entry(101 + n, token=101 + n) for n in range(7)}

    def answer(path: str, body: str) -> bytes:
        after = int(parse_qs(urlsplit(path).query)["skiptoken"][0])
        return feed(*[each for token, each in entries.items() if token > after][:3])

    with served(answer) as home:
        whole = walk(sync(f"{home}?skiptoken=100"))
        entries[108] = entry(108, "", token=108, deleted="true")
        again = walk(sync(f"{home}?skiptoken=100"), whole.cursor)
    assert (len(whole.items), len(whole.questions), whole.cursor) == (7, 4, {"skiptoken": "107"})
    assert (again.items, again.gone, again.cursor) == ([], [ID.format(108)], {"skiptoken": "108"})


def test_entries_from_which_nothing_leads_on_are_no_whole_answer() -> None:
    lost = entry(1).replace("skiptoken=101", "skiptoken=x")
    assert (read(feed(lost)).short, read(feed(entry(1, token=100))).short, read(feed()).short) == (
        "cut_off",
        "",
        "",
    )


def test_more_entries_than_a_visit_has_pages_arrive_in_the_next_ones() -> None:
    entries = {101 + n: entry(101 + n, token=101 + n) for n in range(55)}

    def answer(path: str, body: str) -> bytes:
        after = int(parse_qs(urlsplit(path).query)["skiptoken"][0])
        return feed(*[each for token, each in entries.items() if token > after][:2])

    with served(answer) as home:
        visits = [walk(sync(f"{home}?skiptoken=100"))]
        for _ in range(2):
            visits.append(walk(sync(f"{home}?skiptoken=100"), visits[-1].cursor))
    assert [len(visit.items) for visit in visits] == [40, 15, 0]
