"""RSS, Atom, RDF and JSON Feed, whole and broken."""

from __future__ import annotations

import gzip
import time
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest
from reading import FEEDS, KEY, asked

from kaders.errors import Quarantine
from kaders.model import Item
from kaders.read import loose, second, tree
from kaders.read.charset import text_of
from kaders.read.feed import parse
from kaders.read.mend import from_root
from kaders.read.people import pseudonym

gz = partial(gzip.compress, mtime=0)  # workers collect alike only when the same bytes come out


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


def test_one_broken_entry_never_loses_the_feed() -> None:
    body = rss("<title>een</title>", "<title>&#xD800;twee</title>", "<title>drie & vier</title>")
    assert [item.title for item in read(body)] == ["een", "twee", "drie & vier"]


def test_an_entry_that_stops_feedparser_comes_from_the_second_parser(monkeypatch: pytest.MonkeyPatch) -> None:
    import feedparser

    parse_once = feedparser.parse

    def fragile(stream: object, **options: object) -> object:
        if b"bom" in stream.getvalue():  # type: ignore[attr-defined]
            raise UnicodeEncodeError("utf-8", "x", 0, 1, "surrogates not allowed")
        return parse_once(stream, **options)

    monkeypatch.setattr(feedparser, "parse", fragile)
    found = parse(rss("<title>een</title><x y=z/>", "<title>bom</title>", "<title>drie</title>"), asked())
    assert sorted(item.title for item in found.items) == ["bom", "drie", "een"]
    assert found.bad == 0


@pytest.mark.parametrize(
    ("body", "bad"),
    [
        (
            rss(
                "<title>een</title>",
                "<pubDate>Sun, 22 Nov 2026 10:00:00 +0100</pubDate>",
                "<guid isPermaLink='false'>3</guid>",
            ),
            1,
        ),
        (rss("<title>een</title>", "<link>https://t.example/2</link>", "<description>drie</description>"), 0),
        (rss("<title> </title><description/>"), 1),
        (b'{"items": [{"title": "een"}, "geen object", {"id": 3}, null, {"id": 5, "title": ["x"]}]}', 2),
    ],
)
def test_entries_with_nothing_at_all_are_counted(body: bytes, bad: int) -> None:
    """One that has no more than a name is an entry; document() gives it the fate `no_text`."""
    assert parse(body, asked()).bad == bad


def test_entries_that_share_a_guid_stay_apart() -> None:
    entry = "<guid isPermaLink='false'>zelfde</guid><title>{0}</title><link>https://t.example/{0}</link>"
    items = read(rss(entry.format(1), entry.format(2), entry.format(2)))
    assert [item.title for item in items] == ["1", "2"]
    assert len({item.guid for item in items}) == 2


def test_an_enormous_author_takes_no_time() -> None:
    (only,) = read(rss(f"<title>t</title><author>{'a(' * 32_000}</author>"))
    assert only.author


ENTRIES = [
    f"<guid>g{n}</guid><title>Bericht {n} café</title><link>https://t.example/{n}</link>" for n in range(4)
]
WHOLE = rss(*ENTRIES).decode()
DOCTYPE = '<!DOCTYPE rss [<!ENTITY lol "lol"><!ENTITY x SYSTEM "file:///etc/hosts"><!ENTITY % p "q"> ]>'


def declared(charset: str) -> str:
    return WHOLE.replace('version="1.0"?', f'version="1.0" encoding="{charset}"?', 1)


@pytest.mark.parametrize(
    "body",
    [
        declared("utf-8").encode("cp1252"),
        declared("iso-8859-1").encode("utf-8"),
        declared("utf-16").encode("utf-8"),
        declared("iso-8859-2").encode("iso-8859-2"),
        declared("utf-16").encode("utf-16"),
        declared("utf-16").encode("utf-16-le"),
        declared("utf-16").encode("utf-16-be"),
        declared("utf-32").encode("utf-32"),
        declared("utf-32").encode("utf-32-be"),
        b"\xef\xbb\xbf" + WHOLE.encode(),
        gz(WHOLE.encode()),
        b"\n\0 \n" + WHOLE.encode(),
        b"Warning: no such table <br />\n" + WHOLE.encode(),
        WHOLE.encode() + b"<!-- cached --><script>1</script>",
        WHOLE.replace("Bericht 1", "Bericht\0\x08 1").encode(),
        WHOLE.replace("Bericht 1", "Bericht&nbsp;1").replace("caf\u00e9", "caf&eacute;").encode(),
        WHOLE.replace("<title>Bericht 1", "<media:x/><dc:y>1</dc:y><title>Bericht 1").encode(),
        WHOLE.replace("<rss", DOCTYPE + "<rss").encode(),
        WHOLE.replace("<title>Bericht 1", "<br><title>Bericht 1").encode(),
        WHOLE.replace("item>", "ITEM>").encode(),
        WHOLE.replace('version="2.0"', "version=2.0").encode(),
    ],
    ids=lambda body: repr(body[:30]),
)
def test_nothing_is_lost_to_sloppiness(body: bytes) -> None:
    items = read(body)
    assert [item.guid for item in items] == ["g0", "g1", "g2", "g3"]
    assert [item.title for item in items] == [f"Bericht {n} café" for n in range(4)]
    assert [item.url for item in items] == [f"https://t.example/{n}" for n in range(4)]


def test_an_entity_of_a_feed_is_never_expanded_nor_fetched() -> None:
    (only,) = read(rss("<title>a &lol; b &x;</title>").replace(b"<rss", DOCTYPE.encode() + b"<rss"))
    assert only.title == "a &lol; b &x;"


@pytest.mark.parametrize(
    "entry",
    [
        "<author>" + "a(" * 32_000 + "</author>",
        "<category>x</category>" * 20_000,
        "<x " + " ".join(f"a{n}='1'" for n in range(20_000)) + "/>",
        "<description><![CDATA[" + "<p>hallo <b>daar</b></p>" * 80_000 + "]]></description>",
        "<description>" + "<b>" * 20_000 + "</b>" * 20_000 + "</description>",
    ],
    ids=["author", "categories", "attributes", "html", "depth"],
)
@pytest.mark.parametrize("broken", [False, True], ids=["well-formed", "broken"])
def test_an_enormous_entry_takes_little_time(entry: str, broken: bool) -> None:
    started = time.process_time()
    assert len(read(rss(*ENTRIES, "<title>t</title>" + "<br>" * broken + entry))) == 5
    assert time.process_time() - started < 3


def test_many_entries_take_time_in_proportion() -> None:
    started = time.process_time()
    assert len(read(rss(*(f"<guid>{n}</guid><title>t</title><br>" for n in range(1500))))) == 1500
    assert time.process_time() - started < 5


@pytest.mark.parametrize(
    ("body", "titles", "short"),
    [
        (WHOLE[: WHOLE.index("Bericht 3") + 4], 4, "cut_off"),
        (WHOLE[: WHOLE.index("<guid>g3") + 7], 3, "cut_off"),  # half a guid would be another entry
        (WHOLE[: WHOLE.index("</channel>")], 4, "cut_off"),
        (WHOLE.replace("<title>Bericht 1", "<br><title>Bericht 1")[:-20], 4, "cut_off"),
        (WHOLE, 4, ""),
        (WHOLE.removesuffix("</rss>"), 4, ""),
    ],
)
def test_a_feed_that_breaks_off_says_so(body: str, titles: int, short: str) -> None:
    found = parse(body.encode(), asked())
    assert (len(found.items), found.short) == (titles, short)


def test_asked_again_the_second_parser_reads_alone() -> None:
    assert read(WHOLE.encode()) == parse(WHOLE.encode(), replace(asked(), again=True)).items


def test_addresses_are_seen_from_where_they_stand() -> None:
    body = b"""<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://b.example/x/">
      <entry xml:base="y/"><id>1</id><title>een</title><link href="z"/></entry>
      <entry><id>2</id><title>twee</title><link href="/z"/></entry></feed>"""
    assert [item.url for item in read(body)] == ["https://b.example/x/y/z", "https://b.example/z"]
    plain = rss("<title>een</title><link>nieuws/1</link>").replace(b"<link>https://t.example/</link>", b"")
    assert parse(plain, replace(asked(), url="https://elders.example/rss/")).items[0].url == (
        "https://elders.example/rss/nieuws/1"
    )


@pytest.mark.parametrize("rel", ["next", "prev-archive"])
def test_a_first_visit_goes_back_through_the_archive(rel: str) -> None:
    link = f'<link xmlns="http://www.w3.org/2005/Atom" rel="{rel}" href="/feed?page=2"/>'
    body = rss("<title>een</title>").replace(b"<item>", link.encode() + b"<item>", 1)
    first = parse(body, replace(asked(), first_visit=True))
    assert first.next is not None
    assert first.next.url == "https://bron.example/feed?page=2"
    assert parse(body, asked()).next is None


@pytest.mark.parametrize(
    ("said", "minutes"),
    [
        ("<ttl>30</ttl>", 30),
        ("<ttl>soms</ttl>", 0),
        (
            "<sy:updatePeriod>daily</sy:updatePeriod><sy:updateFrequency>4</sy:updateFrequency>",
            360,
        ),
        ("<sy:updatePeriod>hourly</sy:updatePeriod>", 60),
        ("", 0),
    ],
)
def test_a_feed_says_how_often_it_wants_to_be_visited(said: str, minutes: int) -> None:
    assert (
        parse(rss("<title>een</title>").replace(b"<item>", said.encode() + b"<item>", 1), asked()).every
        == minutes
    )


@pytest.mark.parametrize(
    ("date", "mark"),
    [
        ("Sun, 22 Nov 2026 10:00:00 CET", ""),
        ("22-11-26 10:00", "two_digit_year"),
        ("22 november 2026 10:00", "no_zone"),
        ("2031-01-01T00:00:00Z", "future"),
        ("Thu, 01 Jan 1970 00:00:00 GMT", "ancient"),
        ("gisteren", "unreadable"),
        ("", "missing"),
    ],
)
def test_what_is_odd_about_a_date_is_marked(date: str, mark: str) -> None:
    (only,) = read(rss(f"<title>een</title><pubDate>{date}</pubDate>"))
    assert only.date_mark == mark


@pytest.mark.parametrize("name", ["gazet.rss", "raad.atom", "oud.rdf"])
def test_every_parser_reads_the_same_feed(name: str) -> None:
    text = from_root(text_of((FEEDS / name).read_bytes()))
    by_tree, by_feedparser, by_second = tree.read(text), loose.read(text), second.read(text)
    assert by_tree and by_feedparser and by_second
    for other in (by_feedparser, by_second):
        both = list(zip(by_tree.entries, other.entries, strict=True))
        assert all(one and two and one.title.split() == two.title.split() for one, two in both)
    assert len(second.together(by_feedparser.entries, by_second.entries)) == len(by_tree.entries)


FEED = '{"language": "nl", "items": [{"id": "1", "title": "Een"}, {"id": "2", "title": "Twee"}, {"id": "3", "title": "Drie"}]}'


@pytest.mark.parametrize(
    ("body", "titles", "bad", "short"),
    [
        (FEED.replace("Een", "Een\tb\r\nc").encode(), ["Een b c", "Twee", "Drie"], 0, ""),
        (FEED.replace("}]", "},\n]").encode(), ["Een", "Twee", "Drie"], 0, ""),
        (FEED.replace('"Een"', '"Een, ]",').encode(), ["Een, ]", "Twee", "Drie"], 0, ""),
        (FEED.replace("Een", "Eén").encode("latin-1"), ["Eén", "Twee", "Drie"], 0, ""),
        (FEED.replace("Twee", 'Twee "en" drie').encode(), ["Een", "Drie"], 1, ""),
        (FEED.replace("Drie", 'Drie "en" vier').encode(), ["Een", "Twee"], 1, ""),
        (FEED[: FEED.index("Drie")].encode(), ["Een", "Twee"], 0, "cut_off"),
        (FEED[:-2].encode(), ["Een", "Twee", "Drie"], 0, "cut_off"),
        ((FEED + "<!-- 0.2 s -->").encode(), ["Een", "Twee", "Drie"], 0, ""),
    ],
)
def test_a_broken_json_feed_gives_all_that_can_be_read(
    body: bytes, titles: list[str], bad: int, short: str
) -> None:
    made = parse(body, asked())
    assert ([each.title for each in made.items], made.bad, made.short) == (titles, bad, short)


@pytest.mark.timeout(20)
@pytest.mark.parametrize("part", ['{"id":[{"x":1},', '{"id":"a},', '{"id":"a" x},', '\\"', '{"items":['])
def test_hostile_json_does_not_take_long(part: str) -> None:
    with pytest.raises(Quarantine):
        parse(('{"items":[' + part * 50_000).encode(), asked())


def test_ids_and_languages_that_cannot_be_written_down_are_spelled_out_and_stay_apart() -> None:
    body = rb'{"items": [{"id": "a\ud800b", "language": "\ud800"}, {"id": "a\ud801b"}, {"id": "a\u0000b"}]}'
    items = parse(body, asked()).items
    assert [each.guid for each in items] == [r"a\ud800b", r"a\ud801b", r"a\u0000b"]
    assert items[0].language is None


@pytest.mark.parametrize("codec", ["iso-8859-15", "iso-8859-2", "windows-1250"])
def test_a_page_says_its_charset_itself(codec: str) -> None:
    said = f"<html><head><meta http-equiv=content-type content='text/html; charset={codec}'>"
    assert text_of(f"{said}Ž €".encode(codec, "replace"), "text/html").endswith(
        f"{'Ž €'.encode(codec, 'replace').decode(codec)}"
    )
    assert text_of(f"{said}Ž".encode("cp1252"), "text/html; charset=windows-1252").endswith("Ž"), (
        "the header counts first"
    )


@pytest.mark.parametrize("codec", ["iso-8859-12", "iso-8859-99", "latin-9", "mac_roman"])
def test_any_name_of_a_charset_gives_a_text(codec: str) -> None:
    assert text_of(b"<p>\xe9</p>", f"text/html; charset={codec}").startswith("<p>")
