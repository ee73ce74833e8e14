"""A real server on loopback, and a walk through the pages of a visit as the collector makes it."""

from __future__ import annotations

import threading
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from reading import KEY, NOW

from kaders.model import Item, Question
from kaders.read.items import Asked, Found
from kaders.read.readers import READERS
from kaders.settings import Source

Answer = Callable[[str, str], bytes]
"""What a service answers to a path with its parameters and to a body ('' for GET)."""


@dataclass
class Walked:
    """What a visit brought: the pages in order, and what is remembered of them."""

    questions: list[Question] = field(default_factory=list)
    pages: list[Found] = field(default_factory=list)
    cursor: dict[str, str] = field(default_factory=dict)

    @property
    def items(self) -> list[Item]:
        return [item for page in self.pages for item in page.items]

    @property
    def guids(self) -> list[str]:
        return [item.guid for item in self.items]

    @property
    def gone(self) -> list[str]:
        return [guid for page in self.pages for guid in page.gone]


@contextmanager
def served(answer: Answer) -> Iterator[str]:
    """The address of a server that answers so."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._say("")

        def do_POST(self) -> None:
            self._say(self.rfile.read(int(self.headers["Content-Length"])).decode())

        def _say(self, body: str) -> None:
            said = answer(self.path, body)
            self.send_response(200)
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, *args: object) -> None:
            """A test says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def walk(source: Source, cursor: Mapping[str, str] | None = None, moment: datetime = NOW) -> Walked:
    """A visit from its first question to its last page, over the network."""
    reader, walked = READERS[source.reader], Walked(cursor=dict(cursor or {}))
    question: Question | None = reader.first(source, walked.cursor, moment)
    while question and len(walked.pages) < reader.pages:
        asked = Asked(source, moment, KEY, question=question, url=question.url, cursor=dict(walked.cursor))
        found = reader.parse(_get(question), asked)
        walked.questions.append(question)
        walked.pages.append(found)
        walked.cursor |= found.cursor
        question = found.next
    return walked


def _get(question: Question) -> bytes:
    headers = {"Content-Type": "application/json"} if question.body else {}
    request = urllib.request.Request(question.url, question.body.encode() or None, headers)
    with urllib.request.urlopen(request, timeout=5) as reply:
        body: bytes = reply.read()
    return body
