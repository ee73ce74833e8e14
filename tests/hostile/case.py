"""One way for a server to behave, and the end that a visit to it must come to."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from kaders.model import Fetch, Outcome

RSS = "application/rss+xml; charset=utf-8"
ATOM = "application/atom+xml"
XML = "application/xml"
HTML = "text/html; charset=utf-8"
JSON = "application/feed+json"


@dataclass(frozen=True, slots=True)
class Call:
    """One request as it came in.

    path      without the leading slash
    headers   by their names in small letters
    here      http://host:port under which the caller sees this server
    treasure  http://host:port that nobody was allowed to ask; `vault` is its port
    number    how often this path was asked before
    stop      set when the test is over: what never ends, ends
    """

    path: str
    headers: Mapping[str, str]
    here: str
    treasure: str
    stop: threading.Event
    number: int = 0

    @property
    def vault(self) -> str:
        """The port of the treasure."""
        return self.treasure.rsplit(":", 1)[1]

    def rest(self, seconds: float) -> bool:
        """Wait; False when the test is over."""
        return not self.stop.wait(seconds)


Ending = Outcome | Literal["READ", "ANY"]
Part = bytes | Literal["reset"]
"""Bytes to send as they are, or to break the connection off with a TCP reset."""
Answer = Callable[[Call], Iterable[Part]]
"""What a server sends, status line and all, and at what pace."""


@dataclass(frozen=True, slots=True)
class Case:
    """How one path behaves, and what must become of a source that lives there.

    answer   what the server sends
    outcome  of the visit; READ is OK or PARTIAL, ANY is whichever: then only the limits count
    reasons  of an outcome that is not OK: the codes that say the same truth, the usual one first
    entries  that are read at least
    seconds  that the visit may take at most
    visits   how often it is visited in turn; the outcome is that of the last one
    holds    words that must land, and `never`: what may not land in any field
    url      an address of another form than http://host:port/path, from host:port and the treasure
    secure   the server's side of TLS, when it speaks that
    """

    answer: Answer
    outcome: Ending = "OK"
    reasons: tuple[str, ...] = ()
    entries: int = 0
    seconds: float = 20.0
    visits: int = 1
    holds: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    url: Callable[[str, str], str] | None = None
    secure: Callable[[], ssl.SSLContext] | None = None

    def fault(self, visit: Fetch) -> str:
        """What is wrong with how a visit ended, in a few words; '' when it ended as it must."""
        ended = f"{visit.outcome} {visit.reason} ({visit.detail}), {visit.entries} entries"
        right = {"READ": ("OK", "PARTIAL"), "ANY": ("OK", "PARTIAL", "FAILED")}.get(
            self.outcome, (self.outcome,)
        )
        if visit.outcome not in right:
            return ended
        if self.reasons and visit.outcome != "OK" and visit.reason not in self.reasons:
            return f"{ended}; that is called {' or '.join(self.reasons)}"
        if visit.entries < self.entries:
            return f"{ended}; there are {self.entries}"
        return f"{ended}: an unexpected error" if visit.detail.startswith("unexpected") else ""


def reply(
    body: bytes,
    *,
    status: str = "200 OK",
    kind: str = RSS,
    headers: Mapping[str, str] | None = None,
    length: int | None = None,
) -> bytes:
    """A whole HTTP/1.1 reply; `length` is what it says of its size, when that is to be a lie."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body) if length is None else length}"]
    lines += [f"Content-Type: {kind}"] if kind else []
    lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
    return "\r\n".join([*lines, "Connection: close", "", ""]).encode("latin-1", "replace") + body


def says(
    body: bytes, *, status: str = "200 OK", kind: str = RSS, headers: Mapping[str, str] | None = None
) -> Answer:
    """The same polite reply to everybody."""
    whole = reply(body, status=status, kind=kind, headers=headers)
    return lambda call: [whole]


def in_turn(*answers: Answer) -> Answer:
    """The first answer to the first request, and so on; the last one from then on."""
    return lambda call: answers[min(call.number, len(answers) - 1)](call)


def raw(*parts: Part) -> Answer:
    """These parts, as they are."""
    return lambda call: parts


def dripping(head: bytes, drop: bytes, pause: float = 0.05) -> Answer:
    """A beginning, and then a little at a time for ever."""

    def answer(call: Call) -> Iterator[Part]:
        yield head
        while call.rest(pause):
            yield drop

    return answer


def endless(head: bytes, block: bytes) -> Answer:
    """A beginning, and then as much as the other side takes, for ever."""

    def answer(call: Call) -> Iterator[Part]:
        yield head
        while not call.stop.is_set():
            yield block

    return answer


def after(seconds: float, then: bytes) -> Answer:
    """Silence, and then a reply."""

    def answer(call: Call) -> Iterator[Part]:
        if call.rest(seconds):
            yield then

    return answer
