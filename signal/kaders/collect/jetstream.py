"""Listens to Bluesky's stream of all posts for one visit, from where the last one stopped.

The stream (bluesky-social/jetstream) plays back what came after a cursor, at least once and the cursor's own
event included, up to 36 hours back; an older cursor is moved up silently. A visit catches up with the moment
that it is about and leaves. What is kept is for read.jetstream to say, and to read.
"""

from __future__ import annotations

import json
import ssl
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException
from websockets.frames import CloseCode
from websockets.sync.client import ClientConnection
from websockets.sync.client import connect as open_websocket

from kaders.net.door import Connect, Door, FetchFailed
from kaders.net.headers import retry_after, user_agent
from kaders.queries import Stream
from kaders.read import posts
from kaders.read.jetstream import POST, wanted
from kaders.settings import Source

SECOND = 1_000_000
"""The stream counts in microseconds since 1970."""
REWIND = 5 * SECOND
"""Asked twice, as its documentation advises: events of one moment may come in another order."""
KEPT = 36 * 3600 * SECOND
"""How far back the public servers play (jetstream, docs/README.md, section 5)."""
FIRST = 10 * 60 * SECOND
"""How far back the first visit goes: a day of all posts is some gigabytes, and there is no end to before."""
QUIET = 5.0
"""Seconds without an event after which there is nothing more to play back: it plays thousands a second."""
LAG = 60 * SECOND
"""How far before the moment a visit is thought to have come when the stream was quiet."""
AHEAD = 60 * SECOND
"""How far after the moment an event may be: servers' clocks differ by less. One that is further off would
take the cursor along to where nothing comes any more."""
LARGEST = 4 * 1024 * 1024
"""Bytes of one event: a post is 1 kB, and the protocol allows a record 1 MB before it is written as JSON."""
CONNECTIONS = 4
"""Of one visit: the first and three more after a break."""
CONNECT = 10.0
"""Seconds for the greeting."""

FOR_GOOD = ("refused_address", "dns", "tls", "turn", "rate_limited")
"""Reasons that are no other a second later."""
GAP = b'{"kind":"gap"}'
"""The line that says that the stream holds more than was heard."""


Turn = Callable[[], AbstractContextManager[Connect]]
"""Door.stream for one address."""
Opened = Callable[[Connect, float], ClientConnection]
"""Opens the stream within a turn, until a moment on the monotonic clock."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What a visit heard.

    lines   the events that are kept, as read.jetstream.parse reads them
    cursor  up to where the stream was heard (microseconds since 1970), '' when nothing is known
    """

    lines: bytes
    cursor: str


@dataclass(slots=True)
class _Ear:
    """What a visit has heard so far. latest: the last moment that is believed."""

    query: Stream
    reached: int
    most: int
    latest: int
    lines: list[bytes] = field(default_factory=list)
    size: int = 0
    rewind: int = REWIND

    def keep(self, line: bytes) -> None:
        self.lines.append(line)
        self.size += len(line) + 1

    def step_over(self) -> None:
        """Goes on a second later without going back, past an event that is too large; and says so."""
        self.reached, self.rewind = self.reached + SECOND, 0
        self.keep(GAP)

    def hear(self, message: str | bytes) -> None:
        """One event; what is no JSON object with a moment that can be is passed over."""
        raw = message.encode() if isinstance(message, str) else message
        event: Any = None
        with suppress(ValueError, RecursionError):
            event = json.loads(raw)
        moment = event.get("time_us") if isinstance(event, dict) else None
        if isinstance(moment, int) and not isinstance(moment, bool) and 0 < moment <= self.latest:
            if wanted(event, self.query):
                self.keep(
                    json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
                )
            self.reached = max(self.reached, moment)


def listen(
    source: Source,
    cursor: Mapping[str, str],
    *,
    door: Door,
    until_us: int,
    deadline: float,
    most: int,
    contact: str = "",
) -> Heard:
    """What the stream says up to `until_us`, heard within `deadline` seconds, about `most` bytes at most.

    cursor: what the last visit remembered (time_us). When it is older than the stream goes back, the lines
    begin with a mark that says so; so do they when it lies in the future, where nothing was heard. door: the
    way there, in its turn; waiting for that does not count. contact: whom the service may write to. A visit
    that breaks off for good keeps what it has heard. Raises FetchFailed (refused_address, dns, timeout,
    unreachable, tls, turn, rate_limited) when nothing could be heard.
    """
    query = source.query
    assert isinstance(query, Stream)
    last, oldest, latest = _number(cursor.get("time_us", "")), until_us - KEPT, until_us + AHEAD
    known = 0 < last <= latest
    ear = _Ear(query, max(last, oldest) if known else until_us - FIRST, most, latest)
    if last and not oldest <= last <= latest:
        ear.keep(GAP)
    turn = partial(door.stream, source.address, pause=source.pause_seconds)
    opened = partial(_opened, source, ear, door, contact)
    _hear_all(ear, turn, opened, until_us, time.monotonic() + deadline)
    ear.keep(json.dumps({"kind": "reached", "time_us": ear.reached}).encode())
    return Heard(b"\n".join(ear.lines) + b"\n", str(ear.reached))


def _hear_all(ear: _Ear, turn: Turn, opened: Opened, until_us: int, end: float) -> None:
    """Listens, and again after a break, until there is nothing more to hear or no time or room for it."""
    start, failed = ear.reached, FetchFailed("unreachable", "the stream broke off before anything was heard")
    for attempt in range(CONNECTIONS):
        asked = time.monotonic()
        try:
            with turn() as connect:
                end += time.monotonic() - asked
                with opened(connect, end) as stream:
                    if _hear(stream, ear, until_us, end):
                        return
        except FetchFailed as why:
            if attempt and why.reason == "turn":
                break
            failed = why
        except ConnectionClosed as closed:
            if closed.sent and closed.sent.code == CloseCode.MESSAGE_TOO_BIG:
                ear.step_over()
        if time.monotonic() >= end or failed.reason in FOR_GOOD:
            break
    if ear.reached == start:
        raise failed


def _hear(stream: ClientConnection, ear: _Ear, until_us: int, end: float) -> bool:
    """Listens to an open stream; True when the visit is done, ConnectionClosed when the stream broke off."""
    while ear.reached < until_us and ear.size < ear.most:
        left = end - time.monotonic()
        if left <= 0:
            return True
        try:
            ear.hear(stream.recv(timeout=min(left, QUIET)))
        except TimeoutError:
            if left > QUIET:  # it plays back at once what it has, so there was nothing
                ear.reached = max(ear.reached, until_us - LAG)
            return True
    return True


def _opened(
    source: Source, ear: _Ear, door: Door, contact: str, connect: Connect, end: float
) -> ClientConnection:
    """The stream from a little before where we are; FetchFailed with the reason when it does not open."""
    parts = urlsplit(source.address)
    secure = parts.scheme == "wss"
    opened = connect(_greeting(end))
    try:
        return open_websocket(
            posts.with_query(source.address, _parameters(ear)),
            sock=opened,
            ssl=door.trust if secure else None,
            server_hostname=parts.hostname if secure else None,
            compression=None,  # a small packed event may unfold to a large one
            open_timeout=_greeting(end),
            close_timeout=1,
            max_size=LARGEST,
            proxy=None,
            user_agent_header=user_agent(contact),
        )
    except BaseException as error:
        opened.close()
        raise _failure(error) or error from error


def _greeting(end: float) -> float:
    """Seconds for the next step of a greeting."""
    return max(0.1, min(CONNECT, end - time.monotonic()))


def _parameters(ear: _Ear) -> list[tuple[str, str]]:
    """What is asked of the stream: with words every post must come by, else those of the repositories."""
    dids = () if ear.query.words else ear.query.dids
    pairs = [("wantedCollections", POST), ("cursor", str(max(0, ear.reached - ear.rewind)))]
    return pairs + [("wantedDids", did) for did in dids]


def _failure(error: BaseException) -> FetchFailed | None:
    """Why a stream did not open, in a word; None for what is no matter of the stream."""
    if isinstance(error, ssl.SSLError):
        return FetchFailed("tls", "the certificate or the encryption is not in order")
    if isinstance(error, InvalidStatus) and error.response.status_code == 429:
        away = retry_after(error.response.headers)
        return FetchFailed("rate_limited", "the stream is asked too often", 429, away)
    if isinstance(error, TimeoutError):
        return FetchFailed("timeout", "no greeting in time")
    if isinstance(error, WebSocketException | OSError | EOFError | ValueError):
        return FetchFailed("unreachable", f"the stream did not open ({type(error).__name__})")
    return None


def _number(text: str) -> int:
    return int(text) if text.isdigit() else 0
