"""A thousand sources on loopback, each a host of its own: most of them good, some odd, slow or dead.

Run as a program it serves until its standard input closes, so that its time and memory are not those of who
is measured. The first line of its output is JSON: the address and the kind of each source. Nothing ever
changes, and whoever has a feed already is told so, as far as the source is one that remembers.
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import json
import random
import socket
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

NEWEST = datetime(2026, 3, 2, 5, 0, tzinfo=UTC)
"""Of the newest entry; the visits of the bench are an hour later."""
WORDS = (
    "de", "het", "een", "dijk", "brug", "water", "afval", "energie", "wijk", "school", "zorg",
    "verkeer", "bomen", "haven", "markt", "sluis", "polder", "gemaal", "stroom", "warmte", "parkeren",
    "huur", "bouwen", "veiligheid", "gemeente", "raad", "college", "wethouder", "plan", "besluit",
    "bewoners", "vragen", "over", "met", "voor", "door", "maar", "nog", "niet", "wel", "ook", "meer",
    "minder",
)  # fmt: skip
SLOWEST = 300.0
"""Seconds after which even a server that never answers closes: longer than anybody's deadline."""
Say = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Feed:
    """A good source: its reply, its validator, and the address of its host."""

    body: bytes
    etag: str
    since: str


def feed(number: int, entries: int) -> Feed:
    """The feed of one source, the same every time; of four, two have an ETag and one a date."""
    chance = random.Random(number)
    items = "".join(_item(number, each, chance) for each in range(entries))
    body = (
        '<?xml version="1.0" encoding="utf-8"?><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f"<channel><title>Bron {number}</title><link>https://bron-{number}.example/</link>"
        f"<description>Nieuws</description><language>nl</language>{items}</channel></rss>"
    ).encode()
    dated = format_datetime(NEWEST, usegmt=True) if number % 4 == 2 else ""
    return Feed(body, f'"v{number}"' if number % 4 < 2 else "", dated)


def _item(source: int, number: int, chance: random.Random) -> str:
    title = " ".join(chance.choices(WORDS, k=8)).capitalize()
    text = " ".join(chance.choices(WORDS, k=60)).capitalize()
    date = format_datetime(NEWEST - timedelta(minutes=37 * number + source % 60))
    page = f"https://bron-{source}.example/{number}"
    return (
        f"<item><title>{title} {number}</title><link>{page}</link><guid>{page}</guid>"
        f"<pubDate>{date}</pubDate><dc:creator>Redactie</dc:creator><category>Regio</category><description>"
        f"&lt;p&gt;{text}. &lt;a href='{page}'&gt;Lees meer&lt;/a&gt;&lt;/p&gt;</description></item>"
    )


def _head(status: str, size: int, *more: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {size}", "Content-Type: application/rss+xml", *more]
    return "\r\n".join([*lines, "Connection: close", "", ""]).encode()


def good(source: Feed) -> Say:
    """The feed, or 304 to whoever has it."""
    named = [f"ETag: {source.etag}"] if source.etag else []
    named += [f"Last-Modified: {source.since}"] if source.since else []
    whole = _head("200 OK", len(source.body), *named) + source.body
    known = _head("304 Not Modified", 0, *named)
    marks = [mark.encode() for mark in (source.etag, source.since) if mark]

    async def say(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        has = b"\r\nif-" in head.lower() and any(mark in head for mark in marks)
        writer.write(known if has else whole)
        await writer.drain()

    return say


def _plain(reply: bytes) -> Say:
    async def say(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(reply)
        await writer.drain()

    return say


async def _never(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(SLOWEST)


async def _drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    for _ in range(int(SLOWEST)):
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(1)


async def _reset(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readuntil(b"\r\n\r\n")
    writer.transport.abort()


def _status(status: str, *more: str) -> Say:
    page = b"<html><body>Fout</body></html>"
    return _plain(_head(status, len(page), *more) + page)


def odd() -> dict[str, Say | None]:
    """The ways in which a source is not as it should be; None for one at which nobody listens."""
    page = b"<!doctype html><html><body><h1>Onderhoud</h1></body></html>"
    bomb = gzip.compress(b" " * 40_000_000, 9)
    cut = feed(1, 25).body[:5000]
    large = b"<rss><channel>" + b" " * 20_000_000
    return {
        "dead": None,
        "never": _never,
        "drip": _drip,
        "reset": _reset,
        "404": _status("404 Not Found"),
        "410": _status("410 Gone"),
        "429": _status("429 Too Many Requests", "Retry-After: 3600"),
        "500": _status("500 Internal Server Error"),
        "html": _plain(_head("200 OK", len(page)) + page),
        "empty": _plain(_head("200 OK", 0)),
        "short": _plain(_head("200 OK", 50_000) + cut),
        "bomb": _plain(_head("200 OK", len(bomb), "Content-Encoding: gzip") + bomb),
        "large": _plain(_head("200 OK", len(large)) + large),
        "loop": _plain(_head("302 Found", 0, "Location: /feed")),
    }


def listening(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 takes a free one."""
    made = socket.socket()
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    made.bind((host, port))
    made.listen(32)
    made.setblocking(False)
    return made


def addresses(count: int, first: int = 10) -> list[str]:
    """So many addresses of this machine that nobody else has."""
    return [f"127.{first}.{number // 250}.{number % 250 + 1}" for number in range(count)]


def _served(say: Say) -> Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            await say(reader, writer)
        writer.close()

    return talk


async def serve(count: int, share: float, entries: int) -> None:
    """Serve until standard input closes."""
    ways = odd()
    names = list(ways)
    wrong = round(count * share)
    step = count / wrong if wrong else count + 1
    odd_ones = {int(number * step): names[number % len(names)] for number in range(wrong)}
    spare = listening("127.0.0.1", 0)
    port = spare.getsockname()[1]
    told = {}
    for number, host in enumerate(addresses(count)):
        kind = odd_ones.get(number, "good")
        say = good(feed(number, entries)) if kind == "good" else ways[kind]
        told[f"bron-{number}"] = {"url": f"http://{host}:{port}/feed", "kind": kind}
        if say is not None:
            await asyncio.start_server(_served(say), sock=listening(host, port))
    print(json.dumps(told), flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


def main() -> None:
    """Serve what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--sources", type=int, default=1000)
    parser.add_argument("--odd", type=float, default=0.14)
    parser.add_argument("--entries", type=int, default=25)
    given = parser.parse_args()
    asyncio.run(serve(given.sources, given.odd, given.entries))


if __name__ == "__main__":
    main()
