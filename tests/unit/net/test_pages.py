"""Pages are read where robots.txt allows it."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from kaders.model import Question
from kaders.net.door import Door

ROBOTS = b"User-agent: kaders\nDisallow: /dicht\nCrawl-delay: 5\n\nUser-agent: *\nDisallow: /\n"


def test_a_page_is_read_where_robots_txt_allows_it(
    raw: Any, door: Door, answer: Any, hop: Any, failed: Any
) -> None:
    raw.ways |= {"/robots.txt": answer(ROBOTS), "/open": answer(b"<html>"), "/via": hop("/dicht/1")}
    assert door.ask(Question(f"{raw.url}/open"), page=True).body == b"<html>"
    assert failed(door, f"{raw.url}/dicht/1", page=True).reason == "robots"
    assert failed(door, f"{raw.url}/via", page=True).reason == "robots"
    assert raw.paths == ["/robots.txt", "/open", "/via"], "asked once, and nothing that is closed"
    raw.ways["/dicht/1"] = answer(b"feed")
    assert door.ask(Question(f"{raw.url}/dicht/1")).body == b"feed", "feeds are offered; it is about pages"


@pytest.mark.parametrize(
    ("robots", "why_not"),
    [
        ((b"", 404), ""), ((b"", 403), ""), ((b"", 500), "http_5xx"), ((b"", 429), "http_5xx"), ((b"<html>", 200), ""), ((b"", 204), ""),
        ((b"\xef\xbb\xbfUser-agent: *\r\nDisallow: /\r\n", 200), "robots"), ((b"# x\n" * 200_000 + b"User-agent: *\nDisallow: /\n", 200), ""),
    ],
    ids=["404", "403", "500", "429", "a page", "204", "all closed, as Windows writes it", "beyond the limit"],
)  # fmt: skip
def test_what_a_robots_txt_amounts_to(
    raw: Any, door: Door, answer: Any, robots: tuple[bytes, int], why_not: str, failed: Any
) -> None:
    raw.ways |= {"/robots.txt": answer(*robots), "/p": answer(b"<html>")}
    if not why_not:
        assert door.ask(Question(f"{raw.url}/p"), page=True).status == 200
    else:
        assert failed(door, f"{raw.url}/p", page=True).reason == why_not
        assert raw.paths == ["/robots.txt"]


def test_a_robots_txt_may_be_kept_between_jobs(raw: Any, answer: Any) -> None:
    kept: dict[str, str] = {}
    raw.ways |= {"/robots.txt": answer(ROBOTS), "/open": answer(b"<html>")}
    for _ in range(2):
        with Door(allow=(raw.place,), robots=kept) as door:
            door.ask(Question(f"{raw.url}/open"), page=True)
    assert raw.paths == ["/robots.txt", "/open", "/open"]
    assert kept == {raw.url: ROBOTS.decode()}


def test_a_robots_txt_that_nobody_could_read_is_not_kept(raw: Any, answer: Any, failed: Any) -> None:
    kept: dict[str, str] = {}
    raw.ways["/robots.txt"] = answer(b"", 500)
    failed(Door(allow=(raw.place,), robots=kept), f"{raw.url}/p", page=True)
    assert not kept


def test_many_threads_share_a_door(raw: Any, door: Door, answer: Any) -> None:
    raw.ways |= {"/robots.txt": answer(b""), "/p": answer(b"<html>")}
    got: list[int] = []

    def ask() -> None:
        return got.append(door.ask(Question(f"{raw.url}/p"), page=True).status)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert got == [200] * 8
    assert raw.paths.count("/robots.txt") == 1
