"""A folder of feed files, each with one outcome."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from kaders.errors import ConfigurationError
from kaders.jobs.parse import parse
from kaders.store.files import Unwritable

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
RSS = (
    "<rss version='2.0'><channel><item><guid>1</guid><title>Een caf\u00e9</title><link>https://t.example/1</link>"
    "<pubDate>Sun, 22 Nov 2026 10:00:00 CET</pubDate><description>tekst</description></item></channel></rss>"
)


def lines(folder: Path, out: Path) -> dict[str, dict[str, Any]]:
    parse(folder, out, NOON)
    return {line["file"]: line for line in map(json.loads, out.read_text("utf-8").splitlines())}


def test_every_file_has_one_outcome(tmp_path: Path) -> None:
    folder = tmp_path / "feeds"
    (folder / "below").mkdir(parents=True)
    files: dict[str, bytes] = {
        "good.rss": RSS.encode(),
        "below/good": RSS.encode(),
        "half.xml": RSS[: RSS.index("</item>")].encode(),
        "none.rss": b"<rss><channel></channel></rss>",
        "empty.rss": b"",
        "page.html": b"<!doctype html><html><body>x</body></html>",
        "image.png": b"\x89PNG\r\n\x1a\n\0\0\xff",
        "one bad.json": b'{"items": [{"id": 1, "title": "een"}, null]}',
        "cut.xml": b"<rss><chan",
    }
    for name, content in files.items():
        (folder / name).write_bytes(content)
    (tmp_path / "elsewhere").write_text(RSS)
    (folder / "outside").symlink_to(tmp_path / "elsewhere")
    (folder / "nowhere").symlink_to(folder / "gone")
    (folder / "circle").symlink_to(folder / "circle")
    os.mkfifo(folder / "pipe")
    found = lines(folder, folder / "out.jsonl")
    assert {name: (line["outcome"], line["reason"]) for name, line in found.items()} == {
        "good.rss": ("OK", ""),
        "below/good": ("OK", ""),
        "half.xml": ("PARTIAL", "cut_off"),
        "none.rss": ("OK", "no_entries"),
        "empty.rss": ("FAILED", "empty"),
        "page.html": ("FAILED", "html_instead_of_feed"),
        "image.png": ("FAILED", "unreadable"),
        "one bad.json": ("PARTIAL", "partly_unreadable"),
        "cut.xml": ("FAILED", "truncated"),
        "outside": ("FAILED", "outside"),
        "nowhere": ("FAILED", "not_a_file"),
        "circle": ("FAILED", "not_a_file"),
        "pipe": ("FAILED", "not_a_file"),
    }
    assert found["good.rss"]["entries"] == [
        {
            "title": "Een café",
            "link": "https://t.example/1",
            "date": "2026-11-22T09:00:00+00:00",
            "date_mark": "",
            "id": "1",
            "text": "tekst",
        }
    ]
    assert list(found) == sorted(found), "in order of name"


def test_the_summary_counts_what_came_of_them(tmp_path: Path) -> None:
    (tmp_path / "a.rss").write_text(RSS)
    (tmp_path / "b.rss").write_text("")
    told: list[str] = []
    summary = parse(tmp_path, tmp_path / "out" / "lines.jsonl", NOON, tell=told.append)
    assert summary.counts == {"files": 2, "ok": 1, "partial": 0, "failed": 1, "entries": 1}
    assert summary.failures == ("b.rss: empty",)
    assert told == ["a.rss", "b.rss"]


def test_a_folder_that_is_none_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="nergens"):
        parse(tmp_path / "nergens", tmp_path / "out.jsonl", NOON)


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is forbidden to root")
def test_a_place_that_may_not_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "feeds").mkdir()
    (tmp_path / "shut").mkdir(mode=0o500)
    with pytest.raises(Unwritable):
        parse(tmp_path / "feeds", tmp_path / "shut" / "out.jsonl", NOON)


def test_what_cannot_be_written_down_stops_no_file(tmp_path: Path) -> None:
    folder = tmp_path / "feeds"
    folder.mkdir()
    (folder / "half.json").write_bytes(rb'{"items": [{"id": "a\ud800b", "title": "een \ud800"}]}')
    found = lines(folder, folder / "out.jsonl")["half.json"]
    assert (found["outcome"], found["entries"][0]["id"], found["entries"][0]["title"]) == (
        "OK",
        r"a\ud800b",
        "een",
    )
