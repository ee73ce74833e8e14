"""RSS, Atom, RDF and JSON Feed, whole and broken."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from reading import FEEDS, KEY, asked

from kaders.errors import Quarantine
from kaders.model import Item
from kaders.read.feed import parse
from kaders.read.people import pseudonym


def read(body: bytes | str, **changes: Any) -> tuple[Item, ...]:
    content = body if isinstance(body, bytes) else (FEEDS / body).read_bytes()
    return parse(content, asked(**changes)).items


def rss(*items: str) -> bytes:
    head = '<?xml version="1.0"?><rss version="2.0"><channel><title>T</title><link>https://t.example/</link>'
    return f"{head}{''.join(f'<item>{item}</item>' for item in items)}</channel></rss>".encode()


def test_rss() -> None:
    first, second, third = read("gazet.rss")
    assert first.guid == "gazet-1"
    assert first.url == "https://gazet.example/nieuws/brug"
    assert first.title == "Brug & kade: raad beslist in maart"
    assert first.text == "De raad beslist. Vragen? Mail @… of @…."
    assert first.published == datetime(2026, 11, 23, 6, 15, tzinfo=UTC)
    assert first.language == "nl-NL"
    assert first.author == pseudonym("bron: Anna de Vries", KEY)
    assert (second.url, second.published, second.text) == ("", None, "Tekst vet en klaar.")
    assert second.guid
    assert third.title == ""
    assert third.url == third.guid == "https://gazet.example/nieuws/kade"
    assert third.published is None, "a month ahead is no date"


def test_atom() -> None:
    first, second = read("raad.atom")
    assert (first.title, first.text) == ("Begroting vastgesteld", "De begroting is vastgesteld.")
    assert first.url == "https://raad.example/1"
    assert first.published == datetime(2026, 11, 22, 20, 30, tzinfo=UTC), "updated stands in for published"
    assert second.url == "https://raad.example/2?a=1"


def test_rdf_in_latin_1() -> None:
    (only,) = read("oud.rdf")
    assert (only.title, only.text) == ("Café heropend", "Het café aan de haven is weer open.")
    assert only.published == datetime(2026, 11, 20, 8, tzinfo=UTC)


def test_json_feed() -> None:
    first, second, third = read("wijk.json")[0], read("wijk.json")[1], read("wijk.json")[-1]
    assert (first.guid, first.url, first.text) == ("7", "https://wijk.example/7", "Het buurthuis gaat dicht.")
    assert second.text == "Speeltuin open voor a < b kinderen"
    assert second.published == datetime(2026, 11, 20, 23, tzinfo=UTC)
    assert third.author == pseudonym("bron: Bo", KEY)
    assert first.author == pseudonym("bron: Redactie Wijkblad", KEY)


def test_the_declared_language_of_a_source_beats_that_of_its_feed() -> None:
    assert {item.language for item in read("gazet.rss", language="en")} == {"en"}


def test_without_a_key_no_author() -> None:
    items = parse((FEEDS / "gazet.rss").read_bytes(), asked(key=None)).items
    assert [item.author for item in items] == [None, None, None]


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "empty"),
        (b" \n\0 ", "empty"),
        (b"<!DOCTYPE html><html><title>Weg</title><body>Niet hier</body></html>", "html_instead_of_feed"),
        (b"<head><title>Verhuisd</title></head><body>elders</body>", "html_instead_of_feed"),
        (b"<?xml version='1.0'?><!-- x --><HTML></HTML>", "html_instead_of_feed"),
        (b"zomaar tekst", "unreadable"),
        (b"\x89PNG\r\n\x1a\n\0\0", "unreadable"),
        (b'{"error": "no"}', "unreadable"),
        (b"{geen json", "unreadable"),
        (b"[" * 100_000, "unreadable"),
        (b"file:///etc/passwd", "unreadable"),
    ],
)
def test_what_is_no_feed_is_refused_with_a_reason(body: bytes, reason: str) -> None:
    with pytest.raises(Quarantine, match=f"^{reason}$"):
        read(body)


def test_a_feed_without_entries_is_a_feed() -> None:
    assert read(rss()) == ()


def test_a_feed_that_breaks_off_keeps_its_whole_entries() -> None:
    body = rss(*(f"<title>Bericht {n}</title><guid>{n}</guid>" for n in range(3)))
    assert [item.guid for item in read(body[: body.index(b"Bericht 2")])][:2] == ["0", "1"]


def test_one_broken_entry_never_loses_the_feed(monkeypatch: pytest.MonkeyPatch) -> None:
    body = rss("<title>een</title>", "<title>&#xD800;twee</title>", "<title>drie & vier</title>")
    assert [item.title for item in read(body)] == ["een", "twee", "drie & vier"]


def test_an_entry_that_stops_feedparser_is_left_out_and_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    import feedparser

    parse_once = feedparser.parse

    def fragile(stream: object, **options: object) -> object:
        if b"bom" in stream.getvalue():  # type: ignore[attr-defined]
            raise UnicodeEncodeError("utf-8", "x", 0, 1, "surrogates not allowed")
        return parse_once(stream, **options)

    monkeypatch.setattr(feedparser, "parse", fragile)
    found = parse(rss("<title>een</title>", "<title>bom</title>", "<title>drie</title>"), asked())
    assert [item.title for item in found.items] == ["een", "drie"]
    assert found.bad == 1


@pytest.mark.parametrize(
    ("body", "bad"),
    [
        (
            rss(
                "<title>een</title>",
                "<pubDate>Sun, 22 Nov 2026 10:00:00 +0100</pubDate>",
                "<guid isPermaLink='false'>3</guid>",
            ),
            2,
        ),
        (rss("<title>een</title>", "<link>https://t.example/2</link>", "<description>drie</description>"), 0),
        (rss("<title> </title><description/>"), 1),
        (b'{"items": [{"title": "een"}, "geen object", {"id": 3}, null, {"id": 5, "title": ["x"]}]}', 4),
    ],
)
def test_entries_with_nothing_to_read_or_open_are_counted(body: bytes, bad: int) -> None:
    found = parse(body, asked())
    assert found.bad == bad
    assert all(item.title or item.text or item.url for item in found.items)


def test_entries_that_share_a_guid_stay_apart() -> None:
    entry = "<guid isPermaLink='false'>zelfde</guid><title>{0}</title><link>https://t.example/{0}</link>"
    items = read(rss(entry.format(1), entry.format(2), entry.format(2)))
    assert [item.title for item in items] == ["1", "2"]
    assert len({item.guid for item in items}) == 2


def test_an_enormous_author_takes_no_time() -> None:
    (only,) = read(rss(f"<title>t</title><author>{'a(' * 32_000}</author>"))
    assert only.author
