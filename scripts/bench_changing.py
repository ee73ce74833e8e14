"""A web server on loopback whose sources get new and changed entries when they are told to."""

from __future__ import annotations

import random
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Version = tuple[str, str, str]
"""Source, address and title of an entry; the address is its guid too."""
SHOWN = 40
"""Entries in a feed; what falls off has been seen, as a source gets but a few between two whole runs."""
WORDS = (
    "dijk", "brug", "water", "afval", "energie", "wijk", "school", "zorg", "verkeer", "bomen", "haven",
    "markt", "sluis", "polder", "gemaal", "stroom", "warmte", "parkeren", "huur", "bouwen",
    "veiligheid", "geluid", "lucht", "bodem", "natuur", "sport", "cultuur", "kermis", "tram", "fietspad",
)  # fmt: skip


class Changing(ThreadingHTTPServer):
    """So many sources, under /bron-0 and on. A context; `urls` and `allowed` are for the settings."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, sources: int) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.allowed = (f"127.0.0.1:{self.server_address[1]}",)
        self.urls = {f"bron-{n}": f"http://{self.allowed[0]}/bron-{n}" for n in range(sources)}
        self._entries: dict[str, list[str]] = {name: [] for name in self.urls}
        self._ever: set[Version] = set()
        chance = random.Random(len(self.urls))
        for _ in range(8):
            self.change(chance)
        self._ever = self.shown()

    def __enter__(self) -> Changing:
        threading.Thread(target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, *args: object) -> None:
        self.shutdown()
        self.server_close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A caller that was killed breaks its connections off; anything else is a fault of ours."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)

    def change(self, chance: random.Random) -> None:
        """A few new entries, and now and then another title for one that is still shown."""
        for titles in self._entries.values():
            titles += [_title(chance) for _ in range(chance.randrange(3))]
            if titles and chance.random() < 0.2:
                titles[chance.randrange(max(0, len(titles) - SHOWN), len(titles))] = _title(chance)
        self._ever |= self.shown()

    def shown(self) -> set[Version]:
        """What the sources show now."""
        return {
            (name, _address(name, number), title)
            for name, titles in self._entries.items()
            for number, title in list(enumerate(titles))[-SHOWN:]
        }

    def ever(self) -> set[Version]:
        """Every version that was ever shown to a run that was let to its end."""
        return set(self._ever)

    def feed(self, name: str) -> bytes:
        """The feed of a source, newest first."""
        shown = list(enumerate(self._entries[name]))[-SHOWN:]
        items = "".join(
            f"<item><guid>{(page := _address(name, number))}</guid><link>{page}</link>"
            f"<title>{title}</title><description>{title} in {name}, bericht {number}.</description></item>"
            for number, title in reversed(shown)
        )
        channel = f"<channel><title>{name}</title>{items}</channel>"
        return f'<?xml version="1.0"?><rss version="2.0">{channel}</rss>'.encode()


class _Handler(BaseHTTPRequestHandler):
    server: Changing
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """The feed of the source, or 304 to whoever has it."""
        name = self.path.strip("/")
        if name not in self.server.urls:
            self.send_error(404)
            return
        body = self.server.feed(name)
        tag = f'"{hash(body)}"'
        unchanged = self.headers["If-None-Match"] == tag
        self.send_response(304 if unchanged else 200)
        self.send_header("ETag", tag)
        self.send_header("Content-Length", "0" if unchanged else str(len(body)))
        self.end_headers()
        if not unchanged:
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Keep the output for the figures."""


def _address(name: str, number: int) -> str:
    return f"https://{name}.example/{number}"


def _title(chance: random.Random) -> str:
    return " ".join(chance.sample(WORDS, 4)).capitalize() + f" {chance.randrange(10**6)}"
