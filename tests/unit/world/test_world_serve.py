"""The world's server: every format parses, the past is served as it was, the rest behaves like the web."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from http.client import HTTPResponse
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import feedparser
import pytest

from kaders.errors import ConfigurationError
from kaders.world import generate, serve
from kaders.world.archive import open_world
from kaders.world.serve import Asked, _http, answer

EARLIER = "Sun, 15 Nov 2026 05:30:00 GMT"
MASTODON = "/toots/api/v1/timelines/tag/waterdam"
BLUESKY = "/skies/xrpc/app.bsky.feed.getAuthorFeed?actor=praat.example"


@pytest.fixture(scope="module")
def world(sample: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("served")
    return generate(sample.written(folder), 1, None, folder / "out")


@pytest.fixture(scope="module")
def base(world: Path) -> Iterator[str]:
    with serve(world) as url:
        yield url


def _get(url: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    request = Request(url, headers={name.replace("_", "-"): value for name, value in headers.items()})
    try:
        reply: HTTPResponse | HTTPError = urlopen(request, timeout=10)
    except HTTPError as error:
        reply = error
    with reply:
        return reply.status or 0, dict(reply.headers), reply.read()


@pytest.mark.parametrize("path", ["/stadskrant/feed.rss", "/streekbode/feed.atom", "/english/feed.rss"])
def test_feeds_parse_without_a_complaint(base: str, path: str) -> None:
    status, headers, body = _get(base + path)
    feed = feedparser.parse(body, response_headers={"content-type": headers["Content-Type"]})
    assert status == 200 and not feed.bozo and len(feed.entries) >= 25
    for entry in feed.entries:
        assert entry.id and entry.title and entry.link.startswith("https://")
        assert entry.published_parsed and (entry.get("summary") or entry.content[0].value)
    assert "Synthetic" in feed.feed.subtitle


def test_json_feed_has_what_its_standard_asks(base: str) -> None:
    feed = json.loads(_get(base + "/radio/feed.json")[2])
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    for item in feed["items"]:
        assert item["id"] and item["content_html"].startswith("<p>")
        assert datetime.fromisoformat(item["date_published"]).utcoffset() is not None


def test_mastodon_statuses_look_like_mastodon(base: str) -> None:
    statuses = json.loads(_get(base + MASTODON)[2])
    ids = [int(status["id"]) for status in statuses]
    assert ids == sorted(ids, reverse=True) and len(set(ids)) == len(ids)
    for status in statuses:
        assert status["visibility"] == "public" and status["content"].startswith("<p>")
        assert status["account"]["acct"] and status["created_at"].endswith("Z")
        assert status["language"] in ("nl", "en")


def test_bluesky_feed_looks_like_bluesky(base: str) -> None:
    feed = json.loads(_get(base + BLUESKY)[2])["feed"]
    for entry in feed:
        post = entry["post"]
        assert post["uri"].startswith("at://did:plc:") and post["author"]["handle"].endswith(".example")
        assert post["record"]["text"] and post["record"]["createdAt"] == post["indexedAt"]


def test_the_past_is_served_as_it_was(base: str) -> None:
    status, headers, body = _get(base + MASTODON, Accept_Datetime=EARLIER)
    assert status == 200 and headers["Memento-Datetime"] == EARLIER
    newest = max(post["created_at"] for post in json.loads(body))
    assert newest <= "2026-11-15T05:30:00.000Z"
    assert max(post["created_at"] for post in json.loads(_get(base + MASTODON)[2])) > newest


def test_without_a_moment_the_world_stands_at_its_end(base: str) -> None:
    assert _get(base + MASTODON)[1]["Memento-Datetime"] == "Mon, 23 Nov 2026 07:00:00 GMT"
    future = _get(base + MASTODON, Accept_Datetime="Fri, 01 Jan 2027 00:00:00 GMT")
    assert future[1]["Memento-Datetime"] == "Mon, 23 Nov 2026 07:00:00 GMT"


def test_before_the_world_a_feed_is_empty_but_whole(base: str) -> None:
    status, _, body = _get(base + "/stadskrant/feed.rss", Accept_Datetime="Thu, 01 Jan 2026 00:00:00 GMT")
    assert status == 200 and feedparser.parse(body).entries == [] and not feedparser.parse(body).bozo


def test_unchanged_is_said_with_304(base: str) -> None:
    _, headers, body = _get(base + "/stadskrant/feed.rss", Accept_Datetime=EARLIER)
    again = _get(base + "/stadskrant/feed.rss", Accept_Datetime=EARLIER, If_None_Match=headers["ETag"])
    assert again[0] == 304 and again[2] == b"" and "Memento-Datetime" in again[1]
    since = _get(
        base + "/stadskrant/feed.rss", Accept_Datetime=EARLIER, If_Modified_Since=headers["Last-Modified"]
    )
    assert since[0] == 304
    later = _get(base + "/stadskrant/feed.rss", If_None_Match=headers["ETag"])
    assert later[0] == 200 and later[2] != body


def test_a_dead_source_was_alive_before(base: str) -> None:
    assert _get(base + "/wijkblad/feed.rss", Accept_Datetime=EARLIER)[0] == 200
    status, headers, body = _get(base + "/wijkblad/feed.rss")
    assert status == 404 and headers["Content-Type"].startswith("text/html") and b"404" in body
    assert "Memento-Datetime" in headers


def test_unknown_paths_bad_moments_and_robots(base: str) -> None:
    assert _get(base + "/nergens/feed.rss")[0] == 404
    assert _get(base + MASTODON, Accept_Datetime="gisteren")[0] == 400
    assert b"Allow" in _get(base + "/robots.txt")[2]


def test_a_daily_visit_misses_nothing(world: Path) -> None:
    archive = open_world(world)
    shelf = archive.shelves[MASTODON]
    seen: set[int] = set()
    for day in range(9, 24):
        seen.update(shelf.shown(datetime(2026, 11, day, 5, 30, tzinfo=UTC)))
    assert seen == set(range(len(shelf.entries)))


def test_many_ask_at_once_and_each_is_answered_quickly(world: Path, base: str) -> None:
    with ThreadPoolExecutor(16) as pool:
        assert {status for status, _, _ in pool.map(_get, [base + MASTODON] * 100)} == {200}
    archive, asked = open_world(world), Asked(MASTODON)
    answer(archive, asked)
    started = time.perf_counter()
    for _ in range(50):
        answer(archive, asked)
    assert (time.perf_counter() - started) / 50 < 0.003


def test_a_folder_without_a_world_is_one_clear_message(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="holds no whole world"), serve(tmp_path):
        pass


def test_a_headline_that_was_changed_is_shown_as_it_stood(world: Path) -> None:
    archive = open_world(world)
    shelf, entry = next(
        (shelf, entry)
        for shelf in archive.shelves.values()
        for entry in shelf.entries
        if entry.edited and entry.edited[0] < archive.last
    )
    at, title = entry.edited or (archive.last, "")
    moments = (at - timedelta(seconds=1), at)
    before, after = (answer(archive, Asked(shelf.path, _http(m))) for m in moments)
    assert before.body and after.body and before.headers["ETag"] != after.headers["ETag"]
    for reply, words in ((before, entry.title), (after, title)):
        assert [one.title for one in feedparser.parse(reply.body).entries if one.id == entry.id] == [words]
