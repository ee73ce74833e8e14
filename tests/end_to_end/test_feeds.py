"""Real feed files, when the environment variable KADERS_FEEDS names a folder of them.

What each file holds is judged by feedparser alone (or by its JSON), so that our reader is held against another.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb
import feedparser
import pytest
from running import kaders

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(600),
    pytest.mark.skipif(not os.environ.get("KADERS_FEEDS"), reason="KADERS_FEEDS names no folder of feeds"),
]
FEEDS = Path(os.environ.get("KADERS_FEEDS", "."))
WORDS = ("title", "summary", "content", "content_html", "content_text")
LINKS = ("links", "url", "external_url")
DATES = ("published", "updated", "created", "date_published", "date_modified")
COLUMNS = ("id", "title", "text", "url", "published", "date_origin")
HTML = (
    "a|b|i|p|em|li|ol|ul|td|th|tr|br|hr|h[1-6]|img|div|pre|code|span|font|cite|small|strong|table|tbody|figure"
    "|blockquote|script|style|iframe|video|audio|section|article"
)
UNCLEAN = {
    "a tag of HTML": rf"</?(?:{HTML})(?:\s[^<>]*)?/?>|<!--",
    "an entity": r"&(?:#\d+|#[xX][0-9a-fA-F]+|[a-zA-Z]{2,8});",
    "a control character": r"[\x00-\x1f\x7f-\x9f\ufffe\uffff]",
    "a character of another code": "\ufffd|Ã[\u0080-\u00bf]|â€|Â[\u00a0-\u00bf]",
}
"""What a text never holds after reading; the last one is UTF-8 that was read as Latin-1. Other things between
angle brackets are words: real articles quote XML and the code of programs."""


def says_something(entry: dict[str, Any]) -> bool:
    """Whether an entry has a word, an address or at least a name."""
    return any(entry.get(field) for field in (*WORDS, *LINKS, "id"))


@dataclass(frozen=True)
class Feed:
    """A file of the folder, as another reader sees it."""

    path: Path

    @cached_property
    def found(self) -> list[dict[str, Any]] | None:
        """All entries, those with nothing in them too; None when it is no feed."""
        body = self.path.read_bytes()
        if body.lstrip()[:1] == b"{":
            items = json.loads(body).get("items")
            return items if isinstance(items, list) else None
        feed = feedparser.parse(body)
        return list(feed.entries) if feed.version or feed.entries else None

    @property
    def entries(self) -> list[dict[str, Any]]:
        """The same for a file that is a feed."""
        return self.found or []

    @property
    def readable(self) -> list[dict[str, Any]]:
        """The entries that have a word or an address, each once."""
        known = {
            (str(entry.get("id")), str(entry.get("link") or entry.get("url"))): entry
            for entry in self.entries
            if says_something(entry)
        }
        return list(known.values())

    def traces(self, text: str) -> Iterator[str]:
        """What a clean text does not hold, with what stands around it.

        An article that shows how an entity is written has it escaped twice, and keeps it.
        """
        for what, pattern in UNCLEAN.items():
            for found in re.finditer(pattern, text):
                if f"&amp;{found.group()[1:]}" not in str(self.entries):
                    yield f"{what}: {text[max(0, found.start() - 30) : found.end() + 30]!r}"

    @property
    def linked(self) -> int:
        """How many of those have a web address."""
        given = ([entry.get("link"), entry.get("url")] for entry in self.readable)
        return sum(any(str(link).startswith("http") for link in links) for links in given)

    @property
    def dated(self) -> tuple[int, int]:
        """How many have a date that feedparser too can read, and how many have one at all."""
        parsed = [entry.get("published_parsed") for entry in self.readable]
        stated = [any(entry.get(field) for field in DATES) for entry in self.readable]
        return sum(1 for date in parsed if date and date[0] >= 1995), sum(stated)


FILES = [Feed(path) for path in sorted(FEEDS.iterdir()) if path.is_file()] if str(FEEDS) != "." else []
READABLE = [feed for feed in FILES if feed.found is not None]
UNREADABLE = {feed.path.name for feed in FILES if feed.found is None}


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder after the whole job ran over the folder."""
    folder = tmp_path_factory.mktemp("feeds")
    done = kaders("feeds", str(FEEDS), "--airflow", data=folder)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.fixture(scope="module")
def judged(data: Path) -> dict[str, dict[str, Any]]:
    """How each file stands in signals.json, by its name."""
    payload = json.loads(next((data / "out").rglob("signals.json")).read_text("utf-8"))
    return {source["name"]: source for source in payload["sources"]}


@pytest.fixture(scope="module")
def documents(data: Path, judged: dict[str, dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """What is in the warehouse of each file, by its name."""
    query = f"SELECT {', '.join(COLUMNS)} FROM core_document WHERE source = ?"
    with duckdb.connect(str(data / "published" / "feeds.duckdb"), read_only=True) as con:
        con.execute("SET TimeZone = 'UTC'")
        return {
            name: [
                dict(zip(COLUMNS, row, strict=True)) for row in con.execute(query, [source["id"]]).fetchall()
            ]
            for name, source in judged.items()
        }


def test_the_folder_holds_both_kinds() -> None:
    """Else the tests below would ask nothing of the one that misses."""
    assert READABLE
    assert UNREADABLE


@pytest.mark.parametrize("feed", READABLE, ids=lambda feed: feed.path.name)
def test_every_readable_entry_arrives_with_title_link_date_and_clean_text(
    feed: Feed, documents: dict[str, list[dict[str, Any]]]
) -> None:
    rows = documents[feed.path.name]
    assert len({row["id"] for row in rows}) == len(rows) == len(feed.readable)
    assert all(row["title"].strip() or row["text"].strip() for row in rows)
    links = [row["url"] for row in rows if row["url"]]
    assert all(re.fullmatch(r"https?://[^\s<>]+", link) for link in links)
    assert len(links) >= feed.linked
    assert not [trace for row in rows for trace in feed.traces(f"{row['title']} {row['text']}")]


@pytest.mark.parametrize("feed", READABLE, ids=lambda feed: feed.path.name)
def test_every_entry_has_a_date_and_says_where_it_is_from(
    feed: Feed, documents: dict[str, list[dict[str, Any]]]
) -> None:
    rows = documents[feed.path.name]
    assert all(row["published"].year >= 1995 for row in rows)
    origins = [row["date_origin"] for row in rows]
    fewest, most = feed.dated
    assert set(origins) <= {"source", "first_seen"}
    assert fewest <= origins.count("source") <= most


def test_every_unreadable_file_is_one_named_failure(data: Path, judged: dict[str, dict[str, Any]]) -> None:
    failed = {name: source for name, source in judged.items() if source["state"] == "FAILED"}
    assert set(failed) == UNREADABLE
    for language in ("nl", "en"):
        page = next((data / "out").rglob(f"report.{language}.html")).read_text("utf-8")
        for name, source in failed.items():
            assert name in page
            assert source["reason"][language] and source["reason"][language] in page
    with duckdb.connect(str(data / "published" / "feeds.duckdb"), read_only=True) as con:
        visits = con.execute("SELECT source FROM raw_fetch WHERE outcome = 'FAILED'").fetchall()
    assert sorted(source for (source,) in visits) == sorted(source["id"] for source in failed.values())


def test_a_file_with_entries_that_say_nothing_is_partial_and_says_how_many(
    data: Path, judged: dict[str, dict[str, Any]]
) -> None:
    empty = {
        feed.path.name: count
        for feed in READABLE
        if (count := sum(not says_something(entry) for entry in feed.entries))
    }
    # the older pages of a feed lie out in the world (RFC 5005), where no test goes
    paged = {
        feed.path.name
        for feed in READABLE
        if re.search(rb"rel=.(?:next|prev-archive)", feed.path.read_bytes())
    }
    partial = {name: source for name, source in judged.items() if source["state"] == "PARTIAL"}
    assert set(partial) - paged == set(empty)
    page = next((data / "out").rglob("report.nl.html")).read_text("utf-8")
    for name, count in empty.items():
        assert str(count) in partial[name]["reason"]["nl"]
        assert name in page and partial[name]["reason"]["nl"] in page
    assert {source["state"] for source in judged.values()} <= {"OK", "PARTIAL", "FAILED"}
