"""A server on loopback that keeps to no rule of HTTP unless its path says so: it answers with raw bytes."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from kaders.model import Question
from kaders.net.door import Door, FetchFailed

Way = Callable[["Handler"], None]


class Raw(socketserver.ThreadingTCPServer):
    """Answers a path of `ways` with its bytes, or lets its function do as it likes; keeps what it was asked."""

    allow_reuse_address = daemon_threads = True
    request_queue_size = 64

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.ways: dict[str, bytes | Way] = {}
        self.asked: list[tuple[str, dict[str, str], bytes]] = []
        self.connections = 0
        self.over = threading.Event()

    @property
    def place(self) -> str:
        return f"127.0.0.1:{self.server_address[1]}"

    @property
    def url(self) -> str:
        return f"http://{self.place}"

    @property
    def paths(self) -> list[str]:
        """The paths that were asked, in order."""
        return [path for path, _, _ in self.asked]

    def handle_error(self, request: object, client_address: object) -> None:
        """We hung up, as we should."""


class Handler(socketserver.StreamRequestHandler):
    server: Raw

    def handle(self) -> None:
        self.server.connections += 1
        while line := self.rfile.readline():
            _, path, _ = line.decode("latin-1").split(" ", 2)
            headers = dict(self._headers())
            body = self.rfile.read(int(headers.get("content-length", 0)))
            self.server.asked.append((path, headers, body))
            way = self.server.ways.get(path.partition("?")[0], reply(b"", status=404))
            if not isinstance(way, bytes):
                return way(self)
            self.wfile.write(way)
            if b"Connection: close" in way:
                return None
        return None

    def _headers(self) -> Iterator[tuple[str, str]]:
        while (line := self.rfile.readline().decode("latin-1").strip()) != "":
            name, _, value = line.partition(":")
            yield name.lower(), value.strip()

    def pour(self, head: bytes, drop: bytes, *, seconds: float = 0.0) -> None:
        """`head`, and then `drop` again and again, so many seconds apart, until the test is over."""
        self.wfile.write(head)
        while not self.server.over.wait(seconds) if seconds else not self.server.over.is_set():
            self.wfile.write(drop)


def reply(body: bytes, status: int = 200, **headers: str) -> bytes:
    """The bytes of a proper reply."""
    lines = [f"HTTP/1.1 {status} Ja", f"Content-Length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


@pytest.fixture
def raw() -> Iterator[Raw]:
    """The server, with a feed under /feed."""
    yield from serving()


@pytest.fixture
def inner() -> Iterator[Raw]:
    """A second server, for what lies inside our walls."""
    yield from serving()


def serving() -> Iterator[Raw]:
    with Raw() as server:
        server.ways["/feed"] = reply(b"<rss/>", ETag='"een"')
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield server
        server.over.set()
        server.shutdown()


@pytest.fixture
def answer() -> Callable[..., bytes]:
    """Makes the bytes of a proper reply: body, status and headers."""
    return reply


@pytest.fixture
def hop() -> Callable[..., bytes]:
    """Makes the bytes of a redirect: where to, and with which status."""
    return lambda location, status=302: reply(b"", status, Location=location)


@pytest.fixture
def door(raw: Raw) -> Door:
    """A door that may go to the server."""
    return Door(contact="pers@a.example", allow=(raw.place,))


@pytest.fixture
def failed() -> Callable[..., FetchFailed]:
    """Asks a door for an address, with further arguments of Door.ask, and gives what it fails with."""

    def ask(door: Door, url: str, **options: Any) -> FetchFailed:
        with pytest.raises(FetchFailed) as caught:
            door.ask(Question(url), **options)
        return caught.value

    return ask
