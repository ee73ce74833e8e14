"""A real web server on loopback that behaves as its paths say, and an organisation that reads from it."""

from __future__ import annotations

import gzip
import json
import socketserver
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from kaders.settings import Organisation, OwnerRules, Places, Settings, Source, Text


def rss(*titles: str) -> bytes:
    """A feed with these titles as entries."""
    items = "".join(
        f"<item><guid>{title.split(' ')[0]}</guid><title>{title}</title><link>https://t.example/{number}</link>"
        "<pubDate>Sun, 22 Nov 2026 10:00:00 +0100</pubDate></item>"
        for number, title in enumerate(titles)
    )
    return (
        f'<?xml version="1.0"?><rss version="2.0"><channel><title>T</title>{items}</channel></rss>'.encode()
    )


class Web(ThreadingHTTPServer):
    """Serves `feed` under /feed; every other path is a way to misbehave."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.feed = rss("een", "twee")
        self.past: dict[str, bytes] = {}
        self.asked: list[dict[str, str]] = []
        self.open = threading.Event()
        self.keys: list[str] = []
        self.broken_page = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Handler(BaseHTTPRequestHandler):
    server: Web
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.server.asked.append({"path": self.path, **{k.lower(): v for k, v in self.headers.items()}})
        way = getattr(
            self,
            "on_" + self.path.strip("/").partition("?")[0].split("/")[0].replace("-", "_"),
            self.on_nothing,
        )
        try:
            way()
        except OSError:  # the collector hung up, as it should
            self.close_connection = True

    def give(self, status: int = 200, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def on_feed(self) -> None:
        tag = f'"{hash(self.server.feed)}"'
        if self.headers["If-None-Match"] == tag:
            return self.give(304)
        return self.give(body=self.server.feed, ETag=tag, Last_Modified="Sun, 22 Nov 2026 09:00:00 GMT")

    def on_stubborn(self) -> None:
        self.give(body=self.server.feed)

    def on_memento(self) -> None:
        asked = self.headers["Accept-Datetime"]
        self.give(body=self.server.past.get(asked, self.server.feed), Memento_Datetime=asked or "now")

    def on_memento_gone(self) -> None:
        self.give(404, Memento_Datetime=self.headers["Accept-Datetime"])

    def on_status(self) -> None:
        self.give(int(self.path.rsplit("/", 1)[-1]), b"<html>niets</html>")

    def on_html(self) -> None:
        self.give(body=b"<!doctype html><html><body>Onderhoud</body></html>", Content_Type="text/html")

    def on_empty(self) -> None:
        self.give()

    def on_hop(self) -> None:
        left = int(self.path.rsplit("/", 1)[-1])
        self.give(302, b"x" * 100, Location=f"/hop/{left - 1}" if left > 1 else "/feed")

    def on_busy(self) -> None:
        self.give(503, Retry_After="3600")

    def on_nothing(self) -> None:
        self.give(404)

    def on_story(self) -> None:
        words = "<p>" + "</p><p>".join(
            f"Alinea {n} van het artikel over het peil in de polder." for n in range(9)
        )
        page = f"<!doctype html><html lang='nl'><head><title>Peil</title></head><body><article><h1>Peil</h1>{words}</p></article></body></html>"
        self.give(body=page.encode(), Content_Type="text/html; charset=utf-8")

    def on_archive(self) -> None:
        """An archive without end (RFC 5005): each page names the one before it."""
        number = int(self.path.rsplit("/", 1)[-1])
        link = (
            f'<a:link xmlns:a="http://www.w3.org/2005/Atom" rel="prev-archive" href="/archive/{number + 1}"/>'
        )
        self.give(
            body=rss(f"bericht{number}").replace(b"<title>T</title>", f"<title>T</title>{link}".encode())
        )

    def on_moved(self) -> None:
        self.give(301, Location="/feed")

    def on_lying(self) -> None:
        """Keeps its ETag when the feed changes."""
        same = self.headers["If-None-Match"] == '"always"'
        self.give(304) if same else self.give(body=self.server.feed, ETag='"always"')

    def on_lying_anew(self) -> None:
        """Says "unchanged" whenever it may, and has a new ETag for every whole reply."""
        self._lie(ETag=f'"{hash(self.server.feed)}"')

    def on_lying_dated(self) -> None:
        """The same with a Last-Modified that stays what it was."""
        self._lie(Last_Modified="Sun, 22 Nov 2020 09:00:00 GMT")

    def _lie(self, **validators: str) -> None:
        asked = self.headers["If-None-Match"] or self.headers["If-Modified-Since"]
        self.give(304) if asked else self.give(200, self.server.feed, **validators)

    def on_fading(self) -> None:
        """A feed whose page before this one answers with the status in the path."""
        tag, status = f'"{hash(self.server.feed)}"', self.path.rsplit("/", 1)[-1]
        if self.headers["If-None-Match"] == tag:
            return self.give(304)
        link = f'<a:link xmlns:a="http://www.w3.org/2005/Atom" rel="next" href="/status/{status}"/>'
        head = f"<title>T</title>{link}".encode()
        return self.give(body=self.server.feed.replace(b"<title>T</title>", head), ETag=tag)

    def on_refusing(self) -> None:
        """Asks us to come back at a moment, with the status in the path, and does not say what time it is."""
        self.send_response_only(int(self.path.rsplit("/", 1)[-1]))
        self.send_header("Retry-After", "Mon, 23 Nov 2026 10:30:00 GMT")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def on_api(self) -> None:
        """Three entries on three pages; `broken_page` names one that cannot be had."""
        page = int(parse_qs(urlsplit(self.path).query).get("page", ["1"])[0])
        self.server.keys.append(self.headers["X-Api-Key"] or "")
        if page == self.server.broken_page:
            return self.give(500)
        entry = {"id": str(page), "title": f"Bericht {page}", "url": f"https://t.example/{page}"}
        onward = f"/api?page={page + 1}" if page < 3 else None
        return self.give(body=json.dumps({"items": [entry], "next": onward}).encode())

    def on_to_file(self) -> None:
        self.give(302, Location="file:///etc/passwd")

    def on_gzip(self) -> None:
        self.give(body=gzip.compress(self.server.feed), Content_Encoding="gzip")

    def on_cut_gzip(self) -> None:
        self.give(body=gzip.compress(self.server.feed)[:-20], Content_Encoding="gzip")

    def on_bad_gzip(self) -> None:
        self.give(body=b"geen gzip", Content_Encoding="gzip")

    def on_brotli(self) -> None:
        self.give(body=b"x", Content_Encoding="br")

    def on_bomb(self) -> None:
        self.give(body=gzip.compress(b"\0" * 30_000_000), Content_Encoding="gzip")

    def on_cut(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "100000")
        self.end_headers()
        self.wfile.write(self.server.feed)
        self.close_connection = True

    def on_endless(self) -> None:
        self.send_response(200)
        self.end_headers()
        while not self.server.open.is_set():
            self.wfile.write(b"x" * 65536)

    def on_silent(self) -> None:
        self.server.open.wait(30)

    def on_drip(self) -> None:
        self._drip(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", b"x")

    def on_drip_head(self) -> None:
        self._drip(b"HTTP/1.1 200 OK\r\nX-Long: ", b"x")

    def on_continue(self) -> None:
        self._drip(b"", b"HTTP/1.1 100 Continue\r\n\r\n")

    def _drip(self, head: bytes, drop: bytes) -> None:
        self.wfile.write(head)
        while not self.server.open.is_set():
            self.wfile.write(drop)
            time.sleep(0.05)

    def log_message(self, format: str, *args: object) -> None:
        """Keep the test's output quiet."""


@pytest.fixture
def web() -> Iterator[Web]:
    with Web() as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield server
        server.open.set()
        server.shutdown()


@pytest.fixture
def refused() -> str:
    """An address on which nobody listens."""
    with socketserver.TCPServer(("127.0.0.1", 0), socketserver.BaseRequestHandler) as free:
        port = free.server_address[1]
    return f"http://127.0.0.1:{port}/feed"


@pytest.fixture
def settings_for(tmp_path: Path) -> Callable[..., Settings]:
    """Makes the settings of an organisation with a feed for each id and address."""

    def make(**urls: str | None) -> Settings:
        rules = OwnerRules(absent="w", contested="w", reframed="w", unframed="w")
        sources = [
            Source(
                id=name.replace("_", "-"),
                name=f"Bron {name}",
                kind="news",
                reader="feed" if url else "import",
                url=url,
                owner_group="groep",
                expected_per_day=2,
                terms="test",
            )
            for name, url in urls.items()
        ]
        return Settings(
            organisation=Organisation(
                id="toets", name=Text(nl="Toets"), contact="pers@toets.example", owners={}, owner_rules=rules
            ),
            sources=tuple(sources),
            topics=(),
            frames=(),
            subscriptions=(),
            policy_areas=(),
            frame_names=(),
            allowed=tuple({urlsplit(url).netloc for url in urls.values() if url and urlsplit(url).port}),
            places=Places(
                folder=tmp_path,
                data=tmp_path / "data",
                reference=tmp_path,
                patterns=tmp_path,
                organisation="toets",
            ),
        )

    return make
