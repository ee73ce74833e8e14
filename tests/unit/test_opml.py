"""Lists of feeds come in from other readers with every bad line named, and go out to them without secrets."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from xml.etree import ElementTree

import pytest
import yaml

from kaders import source_commands
from kaders.errors import ConfigurationError
from kaders.jobs.look import Read, look
from kaders.jobs.opml import export_opml, import_opml
from kaders.jobs.source_add import add
from kaders.load import load
from kaders.net.door import Door
from kaders.settings import Settings
from small_site import Site

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
Make = Callable[[str], Settings]
OURS = """\
sources:
  - {id: krant, name: De Krant & Zo, kind: news, url: "https://krant.example/feed?a=1&b=2", owner_group: uitgever, expected_per_day: 3, terms: t}
  - {id: tag, name: "#brug", kind: social, reader: mastodon, url: "https://sociaal.example/api/v1/timelines/tag/brug", owner_group: tag, expected_per_day: 1, terms: t}
  - {id: guardian, name: The Guardian, kind: news, reader: guardian, query: {words: water}, secret: "env:GUARDIAN_KEY", owner_group: g, expected_per_day: 1, terms: t}
  - {id: sleutel, name: Met sleutel, kind: news, url: "https://bron.example/feed?api_key=zeer-geheim", owner_group: b, expected_per_day: 1, terms: t}
  - {id: bestand, name: Bestand, kind: news, reader: import, owner_group: b, expected_per_day: 1, terms: t}
"""
LIST = """\
<?xml version="1.0" encoding="UTF-8"?>
<opml version="2.0"><head><title>Mijn feeds</title></head><body>
<outline text="News"><outline text="Regio">
  <outline type="rss" text="De Dijkbode" title="x" xmlUrl="{url}/dijk.rss" htmlUrl="{url}/"/>
  <outline type="rss" text="Weg &amp; Wij" xmlUrl="{url}/weg.rss"/>
</outline></outline>
<outline type="rss" text="De Krant" xmlUrl="http://www.krant.example/feed?a=1&amp;b=2"/>
<outline type="rss" text="Zonder adres"/>
<outline type="rss" text="Jan" xmlUrl="https://sociaal.example/@jan.rss"/>
<outline type="rss" text="Met wachtwoord" xmlUrl="https://jan:geheim@bron.example/x"/>
<outline type="rss" text="Script" xmlUrl="javascript:alert(1)"/>
<outline type="rss" text="Kamer" xmlUrl="https://www.reddit.com/r/thenetherlands/.rss"/>
</body></opml>
"""


@pytest.fixture
def listed(tmp_path: Path, site: Site) -> Path:
    path = tmp_path / "feeds.opml"
    path.write_text(LIST.format(url=site.url), "utf-8")
    return path


def test_each_new_feed_becomes_an_entry_and_each_bad_line_is_named(
    organisation: Make, listed: Path, site: Site
) -> None:
    found = import_opml(organisation(OURS), listed, NOW)
    rows = {row["id"]: row for row in yaml.safe_load(found.text)}
    assert list(rows) == ["de-dijkbode", "weg-wij", "kamer"]
    assert rows["de-dijkbode"] == {
        "id": "de-dijkbode",
        "name": "De Dijkbode",
        "kind": "news",
        "url": f"{site.url}/dijk.rss",
        "owner_group": "127-0-0-1",
        "expected_per_day": 1,
        "terms": f"REPLACE: read the terms of {site.place} and say what they allow.",
    }
    assert found.text.count("# Nobody has read its terms") == 3, "no ground is stated that nobody looked for"
    assert (rows["kamer"]["kind"], rows["kamer"]["reader"]) == ("social", "reddit")
    assert found.duplicates == ("De Krant (is 'krant')",)
    assert "geheim" not in str(found.faults)
    for line, words in ((8, "'Zonder adres' has no address"), (9, "'Jan': its address is that of an account"), (10, "'Met wachtwoord': a name or password"), (11, "'Script': its address does not start with http")):  # fmt: skip
        assert any(fault.startswith(f"line {line}: ") and words in fault for fault in found.faults), (
            found.faults
        )
    assert len(found.faults) == 4


def test_the_entries_are_added_and_load(organisation: Make, listed: Path) -> None:
    settings = organisation(OURS)
    add(settings, import_opml(settings, listed, NOW).text)
    after = load(settings.places.folder, data=settings.places.data)
    assert len(after.sources) == 8
    again = import_opml(after, listed, NOW)
    assert not again.entries and len(again.duplicates) == 4


def test_with_a_visit_the_dead_are_named_and_the_living_measured(
    organisation: Make, listed: Path, site: Site, door: Door, read: Read
) -> None:
    listed.write_text(
        listed.read_text("utf-8").replace(
            "https://www.reddit.com/r/thenetherlands/.rss", f"{site.url}/ook-weg"
        )
    )
    site.feed("/dijk.rss", *["De gemeenteraad vergadert vanavond over de nieuwe brug bij de haven"] * 4)
    visit = partial(look, moment=NOW, door=door, read=read)
    found = import_opml(organisation(OURS), listed, NOW, visit=visit)
    (source, text) = found.entries[0]
    assert len(found.entries) == 1
    assert (source.language, source.known_to_work) == ("nl", NOW.date())
    assert "rests on" in text
    assert any("'Weg & Wij': the address no longer exists (404)" in fault for fault in found.faults)


def test_the_export_is_opml_that_comes_back_as_duplicates(organisation: Make, tmp_path: Path) -> None:
    settings = organisation(OURS)
    made = export_opml(settings, NOW)
    root = ElementTree.fromstring(made.text)
    assert (root.tag, root.get("version"), made.feeds) == ("opml", "2.0", 2)
    assert [outline.attrib for outline in root.iter("outline")] == [
        {"type": "rss", "text": "De Krant & Zo", "title": "De Krant & Zo", "xmlUrl": "https://krant.example/feed?a=1&b=2", "htmlUrl": "https://krant.example/", "category": "/news/uitgever"},
        {"type": "rss", "text": "#brug", "title": "#brug", "xmlUrl": "https://sociaal.example/tags/brug.rss", "htmlUrl": "https://sociaal.example/", "category": "/social/tag"},
    ]  # fmt: skip
    assert made.left_out == ("The Guardian", "Met sleutel", "Bestand")
    assert "geheim" not in made.text and "GUARDIAN_KEY" not in made.text
    path = tmp_path / "uit.opml"
    path.write_text(made.text, "utf-8")
    back = import_opml(settings, path, NOW)
    assert (back.entries, back.faults, len(back.duplicates)) == ((), (), 2)


LAUGHS = '<!DOCTYPE o [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><opml version="2.0"><body><outline text="&b;" xmlUrl="https://x.example/"/></body></opml>'
FILE = '<!DOCTYPE o [<!ENTITY a SYSTEM "file:///etc/hostname">]><opml><body><outline text="&a;" xmlUrl="https://x.example/"/></body></opml>'


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "is empty"),
        (b"   \n", "is empty"),
        (b"<html><body>Hallo</body></html>", "no OPML list"),
        (b'{"feeds": []}', "no OPML list"),
        (LAUGHS.encode(), "no OPML list"),
        (FILE.encode(), "no OPML list"),
        (b"<opml><body>" + b"<outline text='>'>" * 100_000, "no OPML list"),
        (b"<opml><body>" + b" " * 4 * 1024 * 1024, "larger than 4 MB. Split it"),
        (b'<opml version="2.0"><body><outline text="Nieuws"/></body></opml>', "there is not one feed in it"),
    ],
)
def test_what_is_no_list_is_refused_in_one_sentence(
    organisation: Make, tmp_path: Path, body: bytes, words: str
) -> None:
    path = tmp_path / "feeds.opml"
    path.write_bytes(body)
    with pytest.raises(ConfigurationError, match=words):
        import_opml(organisation(OURS), path, NOW)
    with pytest.raises(ConfigurationError, match="does not exist"):
        import_opml(organisation(OURS), tmp_path / "nergens.opml", NOW)


def test_a_list_that_breaks_off_is_read_as_far_as_it_goes(organisation: Make, tmp_path: Path) -> None:
    path = tmp_path / "feeds.opml"
    path.write_text(
        '<opml version="1.0">\n<body>\n<outline text="A & B" xmlUrl="https://a.example/feed"/>\n<outline tex',
        "utf-8",
    )
    found = import_opml(organisation(OURS), path, NOW)
    assert [source.name for source, _ in found.entries] == ["A & B"]
    assert found.faults == ("line 3: the file is not well formed there; what could be read was read",)


def test_the_commands_import_and_export(
    organisation: Make, listed: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = organisation(OURS)
    args = argparse.Namespace(
        org=settings.places.folder, data=settings.places.data, file=listed, check=False, yes=True
    )
    assert source_commands.import_(args) == 1
    shown = capsys.readouterr()
    assert "already there: De Krant" in shown.out and "left out: line 8" in shown.err
    args.file = tmp_path / "uit" / "onze.opml"
    assert source_commands.export(args) == 0
    assert "4 feeds" not in capsys.readouterr().err
    assert args.file.read_text("utf-8").count("<outline ") == 5


def rows(*urls: str, folder: str = "Nieuws") -> bytes:
    """A list of feeds in one folder."""
    feeds = "\n".join(f'<outline type="rss" text="F{n}" xmlUrl="{url}"/>' for n, url in enumerate(urls))
    return (
        f'<opml version="2.0"><body>\n<outline text="{folder}">\n{feeds}\n</outline></body></opml>'.encode()
    )


def test_keys_stay_out_and_faults_stand_in_the_order_of_the_file(organisation: Make, tmp_path: Path) -> None:
    path = tmp_path / "feeds.opml"
    path.write_bytes(
        rows(
            "https://a.example/rss?token=zeer-geheim",
            "https://sociaal.example/@jan.rss",
            "feed://b.example/rss",
            "https://x.com/gemeente",
        )
    )
    found = import_opml(organisation(OURS), path, NOW)
    assert [(source.url, source.kind) for source, _ in found.entries] == [("https://b.example/rss", "news")]
    assert [fault.split(":")[0] for fault in found.faults] == ["line 3", "line 4", "line 6"]
    assert "seems to hold a key" in found.faults[0]
    assert "zeer-geheim" not in str(found)


def test_a_visit_takes_the_new_address_and_knows_it_again(
    organisation: Make, tmp_path: Path, site: Site, door: Door, read: Read
) -> None:
    site.feed("/nieuw.rss", "Een bericht")
    site.feed("/leeg.rss")
    site.feed("/oud.rss", "Een bericht", year=2024)
    site.pages["/verhuisd.rss"] = (301, "/nieuw.rss")
    site.page("/inlog.rss", body='<form><input type="password"></form>')
    path = tmp_path / "feeds.opml"
    path.write_bytes(
        rows(*(f"{site.url}/{name}.rss" for name in ("verhuisd", "nieuw", "leeg", "oud", "inlog")))
    )
    visit = partial(look, moment=NOW, door=door, read=read)
    found = import_opml(organisation(OURS), path, NOW, visit=visit)
    assert [source.url for source, _ in found.entries] == [
        f"{site.url}/{name}.rss" for name in ("nieuw", "leeg", "oud")
    ]
    assert found.duplicates == ("F1 (is 'f0')",)
    assert "it has no entries now" in found.text and "the newest of 2024-11-22" in found.text
    (fault,) = found.faults
    assert "a login page instead of entries" in fault


def test_a_long_list_is_summed_up_before_the_question(
    organisation: Make, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings, path = organisation(OURS), tmp_path / "feeds.opml"
    path.write_bytes(rows(*(f"https://s{n}.example/rss" for n in range(2000))))
    args = argparse.Namespace(
        org=settings.places.folder, data=settings.places.data, file=path, check=False, yes=False
    )
    assert source_commands.import_(args) == 0
    shown = capsys.readouterr().out
    assert len(shown.splitlines()) < 200
    assert "and 1990 more like these. In all 2000 new feeds (2000 news)" in shown
