"""A web server on loopback whose sources get new, changed and deleted entries when they are told to.

Of every three sources one is a tag timeline as Mastodon has them, walked with `min_id`; the others are feeds,
some of them of sites whose pages are read too, with a robots.txt.
"""

from __future__ import annotations

import json
import random
import sys
import threading
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

START = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
"""The first day of all that is shown here."""
Version = tuple[str, str, str]
"""Source, address and title of an entry."""
SHOWN = 40
"""Entries in a feed; what falls off has been seen, as a source gets but a few between two whole runs."""
PAGE = 20
"""Posts in a reply of a timeline: as many as make the collector ask for the next one."""
FIRST_POST = 1000
"""The id of the first post of a timeline."""
ROBOTS = b"User-agent: *\nDisallow: /beheer/\n"
WORDS = (
    "dijk", "brug", "water", "afval", "energie", "wijk", "school", "zorg", "verkeer", "bomen", "haven",
    "markt", "sluis", "polder", "gemaal", "stroom", "warmte", "parkeren", "huur", "bouwen",
    "veiligheid", "geluid", "lucht", "bodem", "natuur", "sport", "cultuur", "kermis", "tram", "fietspad",
)  # fmt: skip


class Changing(ThreadingHTTPServer):
    """So many sources, by the ids bron-0 and on. A context; `urls`, `fields`, `allowed` are for settings."""

    EVERY = 3
    """Days from one change of the sources whose pages are read to the next: their reader takes a second to
    load."""
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, sources: int) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.allowed = (f"127.0.0.1:{self.server_address[1]}",)
        names = [f"bron-{number}" for number in range(sources)]
        self.timelines, self.read = set(names[1::3]), set(names[2::12])
        self.urls = {name: self._home(name) for name in names}
        self._titles: dict[str, list[str]] = {name: [] for name in names}  # '' for a post that was deleted
        self._days: dict[str, list[int]] = {name: [] for name in names}
        self._ever: set[Version] = set()
        self._gone: set[tuple[str, str]] = set()
        self._gone_today: set[tuple[str, str]] = set()
        chance = random.Random(sources)
        for _ in range(8):
            self._add(chance, 0, 3)
        self._ever = self.shown()

    @property
    def fields(self) -> Mapping[str, Mapping[str, object]]:
        """What sources.yaml says of a source beside its address."""
        social = {"kind": "social", "reader": "mastodon"}
        read = {
            "pages": True,
            "permission": "own",
            "every_minutes": 5,
        }  # so that the mending run reads the pages that wait
        return dict.fromkeys(self.timelines, social) | dict.fromkeys(self.read, read)

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

    def change(self, chance: random.Random, day: int) -> None:
        """What a day brings: new entries, other titles for some that are shown, posts that are deleted."""
        before = set(self._gone)
        for name in self.timelines:
            self._delete(name, chance, day)
        self._gone_today = self._gone - before
        self._add(chance, day, 11)
        self._ever |= self.shown()

    def shown(self) -> set[Version]:
        """What the sources show now."""
        return {
            (name, self.address(name, number), title)
            for name, titles in self._titles.items()
            for number, title in list(enumerate(titles))[-SHOWN:]
            if title
        }

    def ever(self) -> set[Version]:
        """Every version that was ever shown to a run that was let to its end."""
        return set(self._ever)

    def gone(self, *, today: bool = False) -> set[tuple[str, str]]:
        """Source and address of every post that was deleted, ever or at the last change.

        Each of them was seen before by a run that was let to its end.
        """
        return set(self._gone_today if today else self._gone)

    def to_read(self) -> set[tuple[str, str]]:
        """Source and address of every entry whose page is read too."""
        return {(name, self.address(name, n)) for name in self.read for n in range(len(self._titles[name]))}

    def address(self, name: str, number: int) -> str:
        """Where an entry can be read; made up unless its pages are read."""
        if name in self.timelines:
            return f"https://{name}.example/statuses/{FIRST_POST + number}"
        return (
            f"http://{self.allowed[0]}/{name}/{number}"
            if name in self.read
            else f"https://{name}.example/{number}"
        )

    def answer(self, path: str, query: Mapping[str, list[str]]) -> tuple[bytes, str] | None:
        """Body and Link header; None for what is not there."""
        name, _, rest = path.strip("/").partition("/")
        if path == "/robots.txt":
            return ROBOTS, ""
        if name not in self.urls:
            return None
        if name in self.timelines:
            return self._api(name, rest.removeprefix("api/v1/"), query)
        if not rest:
            return self._feed(name), ""
        return (self._article(name, int(rest)), "") if rest.isdigit() and name in self.read else None

    def _home(self, name: str) -> str:
        path = "/api/v1/timelines/tag/water" if name in self.timelines else ""
        return f"http://{self.allowed[0]}/{name}{path}"

    def _add(self, chance: random.Random, day: int, most_posts: int) -> None:
        for name, titles in self._titles.items():
            if name in self.read and day % self.EVERY:
                continue
            new = chance.randrange(most_posts if name in self.timelines else 3)
            titles += [_title(chance) for _ in range(new)]
            self._days[name] += [day] * new
            recent = [n for n, at in enumerate(self._days[name]) if titles[n] and at >= day - 2][-SHOWN:]
            if recent and chance.random() < 0.2:
                titles[chance.choice(recent)] = _title(chance)

    def _delete(self, name: str, chance: random.Random, day: int) -> None:
        """Now and then a post of yesterday."""
        titles = self._titles[name]
        there = [n for n, at in enumerate(self._days[name]) if titles[n] and at == day - 1]
        if there and chance.random() < 0.3:
            number = chance.choice(there)
            titles[number] = ""
            self._gone.add((name, self.address(name, number)))

    def _feed(self, name: str) -> bytes:
        """The feed of a source, newest first."""
        shown = list(enumerate(self._titles[name]))[-SHOWN:]
        items = "".join(
            f"<item><guid>{(page := self.address(name, number))}</guid><link>{page}</link>"
            f"<title>{title}</title><description>{title} in {name}, bericht {number}.</description></item>"
            for number, title in reversed(shown)
        )
        channel = f"<channel><title>{name}</title>{items}</channel>"
        return f'<?xml version="1.0"?><rss version="2.0">{channel}</rss>'.encode()

    def _article(self, name: str, number: int) -> bytes:
        """The page of an entry, with more words than the feed gives."""
        title = self._titles[name][number]
        told = "".join(
            f"<p>{title}: de raad sprak in vergadering {n} lang over {word}, en besloot daarna nog niets.</p>"
            for n, word in enumerate(WORDS[:12])
        )
        page = f"<head><title>{title}</title></head><body><article><h1>{title}</h1>{told}</article></body>"
        return f'<!doctype html><html lang="nl">{page}</html>'.encode()

    def _api(self, name: str, method: str, query: Mapping[str, list[str]]) -> tuple[bytes, str] | None:
        """The methods of Mastodon's API that the collector uses."""
        there = [number for number, title in enumerate(self._titles[name]) if title]
        if method == "statuses":
            wanted = {int(one) - FIRST_POST for one in query["id[]"]}
            return self._posts(name, [number for number in there if number in wanted]), ""
        if method.startswith("statuses/"):
            number = int(method.rpartition("/")[2]) - FIRST_POST
            return (json.dumps(self._post(name, number)).encode(), "") if number in there else None
        after = query.get("min_id")
        page = [n for n in there if n + FIRST_POST > int(after[0])][:PAGE] if after else there[-PAGE:]
        link = '<https://x.example/?max_id=1>; rel="next", <https://x.example/?min_id=1>; rel="prev"'
        return self._posts(name, page[::-1]), link if page else ""

    def _posts(self, name: str, numbers: list[int]) -> bytes:
        return json.dumps([self._post(name, number) for number in numbers]).encode()

    def _post(self, name: str, number: int) -> dict[str, object]:
        title, identity = self._titles[name][number], str(FIRST_POST + number)
        return {
            "id": identity,
            "created_at": (START + timedelta(days=self._days[name][number])).isoformat(),
            "visibility": "public",
            "spoiler_text": title,
            "content": f"<p>{title} bij {name}, bericht {number}.</p>",
            "uri": f"https://{name}.example/users/bo/statuses/{identity}",
            "url": f"https://{name}.example/@bo/{identity}",
            "account": {"acct": "bo"},
        }


class _Handler(BaseHTTPRequestHandler):
    server: Changing
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        """What was asked, or 304 to whoever has it."""
        parts = urlsplit(self.path)
        answer = self.server.answer(parts.path, parse_qs(parts.query))
        if answer is None:
            self.send_error(404)
            return
        body, link = answer
        tag = f'"{hash(body)}"'
        unchanged = self.headers["If-None-Match"] == tag
        self.send_response(304 if unchanged else 200)
        self.send_header("ETag", tag)
        self.send_header("Content-Length", "0" if unchanged else str(len(body)))
        if link:
            self.send_header("Link", link)
        self.end_headers()
        if not unchanged:
            self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Keep the output for the figures."""


def _title(chance: random.Random) -> str:
    return " ".join(chance.sample(WORDS, 4)).capitalize() + f" {chance.randrange(10**6)}"
