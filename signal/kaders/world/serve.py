"""An HTTP server on loopback that answers as the world's sources stood at the asked moment (RFC 7089)."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

from kaders.world.archive import Archive, Shelf, open_world
from kaders.world.formats import reply

GONE = b"<!doctype html><html lang='en'><title>404</title><h1>Not found</h1></html>\n"
ROBOTS = b"User-agent: *\nAllow: /\n"


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back: status, headers, body."""

    status: int
    headers: dict[str, str]
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request says, as far as it matters here."""

    path: str
    moment: str | None = None
    etag: str | None = None
    since: str | None = None


class Server(ThreadingHTTPServer):
    """Room for every source asking at once, and nothing that outlives the context."""

    daemon_threads = True
    request_queue_size = 128


def answer(archive: Archive, asked: Asked) -> Answer:
    """The world's answer to a request: 200, 304, 400 for an impossible moment, or 404."""
    if asked.path == "/robots.txt":
        return Answer(200, {"Content-Type": "text/plain; charset=utf-8"}, ROBOTS)
    try:
        moment = min(_http_date(asked.moment), archive.last) if asked.moment else archive.last
    except ValueError:
        return Answer(400, {"Content-Type": "text/plain"}, b"Accept-Datetime is not an HTTP date\n")
    shelf = archive.shelves.get(asked.path)
    headers = {"Memento-Datetime": _http(moment), "Vary": "accept-datetime"}
    if shelf is None or not shelf.alive(moment):
        return Answer(404, {**headers, "Content-Type": "text/html; charset=utf-8"}, GONE)
    return _fresh(archive, shelf, moment, asked, headers)


def _fresh(archive: Archive, shelf: Shelf, moment: datetime, asked: Asked, headers: dict[str, str]) -> Answer:
    shown = shelf.shown(moment)
    edits = shelf.edits(moment)
    changed = max([shelf.moments[shown[-1]], *edits]) if shown else archive.first
    mark = f"{archive.seed}/{shelf.id}/{shown.start}/{shown.stop}/{len(edits)}"
    etag = f'"{hashlib.blake2b(mark.encode(), digest_size=8).hexdigest()}"'
    headers |= {"ETag": etag, "Last-Modified": _http(changed)}
    if _unchanged(asked, etag, changed):
        return Answer(304, headers)
    content_type, body = reply(shelf, archive.notice, moment)
    return Answer(200, {**headers, "Content-Type": content_type}, body)


def _unchanged(asked: Asked, etag: str, changed: datetime) -> bool:
    """If-None-Match goes before If-Modified-Since (RFC 9110, 13.2.2)."""
    if asked.etag is not None:
        return asked.etag.strip() == "*" or etag in {
            tag.strip().removeprefix("W/") for tag in asked.etag.split(",")
        }
    try:
        return asked.since is not None and changed <= _http_date(asked.since)
    except ValueError:
        return False


def _http_date(text: str) -> datetime:
    moment = parsedate_to_datetime(text)
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def _http(moment: datetime) -> str:
    return format_datetime(moment.astimezone(UTC), usegmt=True)


@contextmanager
def serve(out: Path, *, port: int = 0) -> Iterator[str]:
    """Serves the world in the folder `out` on 127.0.0.1 and gives the base url; ends with the context.

    Raises ConfigurationError when the folder holds no world.
    """
    server = Server(("127.0.0.1", port), _handler(open_world(out)))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(archive: Archive) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        server_version = "kaders-world"
        timeout = 30
        # One packet a reply: without these, small writes wait for the other side's delayed acknowledgement.
        wbufsize = -1
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            self._send(with_body=True)

        def do_HEAD(self) -> None:
            self._send(with_body=False)

        def _send(self, *, with_body: bool) -> None:
            given = answer(archive, _asked(self))
            self.send_response(given.status)
            for name, value in given.headers.items():
                self.send_header(name, value)
            if given.status != 304:
                self.send_header("Content-Length", str(len(given.body)))
            self.end_headers()
            if with_body and given.body:
                self.wfile.write(given.body)

        def log_message(self, format: str, *args: object) -> None:
            """Nothing: the job that asks keeps the ledger."""

    return Handler


def _asked(request: BaseHTTPRequestHandler) -> Asked:
    headers = request.headers
    return Asked(
        path=unquote(urlsplit(request.path).path),
        moment=headers.get("Accept-Datetime"),
        etag=headers.get("If-None-Match"),
        since=headers.get("If-Modified-Since"),
    )
