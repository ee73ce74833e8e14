"""The one door to the outside: every question to a source, and every message to a webhook, goes through it.

What it promises: only public addresses are asked (addresses.py), nothing lasts longer or gets larger than it
may (wire.py, unpack.py), hosts are asked in turn and never while they want to be left alone (turns.py), pages
only where robots.txt allows it (robots.py), keys never go to another host or into a message (journey.py), and
every way to fail has one reason code (FetchFailed).
"""

from __future__ import annotations

import json
import socket
import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping, MutableMapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Self

from requests import PreparedRequest
from requests.structures import CaseInsensitiveDict

from kaders.model import Question
from kaders.net import headers as said
from kaders.net.addresses import NOT_PUBLIC, Resolve, inward, place, places, spelled_inward
from kaders.net.failures import FetchFailed
from kaders.net.headers import Reply, Validators
from kaders.net.journey import MOVED, Journey, Target, key_of, target
from kaders.net.line import line
from kaders.net.robots import LARGEST as LARGEST_ROBOTS
from kaders.net.robots import Robots
from kaders.net.turns import PATIENCE, Turns
from kaders.net.verdict import BUSY, check, reply
from kaders.net.wire import Answer, Way, trust
from kaders.settings import Settings

__all__ = ["DEADLINE", "LARGEST", "Door", "FetchFailed", "Reply", "Validators", "open_door"]

DEADLINE = 20.0
"""Seconds for the whole exchange, redirects included; the deadline that Miniflux and FreshRSS came to."""
LARGEST = 15 * 1024 * 1024
"""Bytes, as received and as unpacked; Miniflux's limit, and the largest real feeds are 5 MB."""
REDIRECTS = 5
"""FreshRSS's limit, and RFC 9309's for robots.txt; more is a loop."""
NOTHING_KNOWN = Validators()
OURS = "a place inside our own walls, to which only its own address in our files may lead"
"""What is said when another leads to a place of the allow-list."""
Connect = Callable[[float], socket.socket]
"""Connects to the address that a turn is held for, within so many seconds."""


@dataclass(slots=True)
class _Allowance:
    """What is left of one question: seconds that were not spent waiting for a turn, and how it is asked."""

    seconds: float
    largest: int
    page: bool = False
    pause: float = 0.0
    cut: bool = False


class Door:
    """Asks sources and hands messages to webhooks; threads share it, and a job opens one.

    contact   whom a source may write to; it goes along in the User-Agent
    allow     exact host:port, by name or by address, that may lie inside our own walls. They are asked past
              the proxy, and without turns: they are ours
    proxy     http://host:port through which everything else goes. It is trusted and looks up the names, so
              that only the address as it is written can be judged: one that is spelled as an inner address,
              a name without a dot and names such as localhost are refused. The environment's are not used
    pause     seconds between two starts to one host; at_once: requests to one host side by side
    patience  seconds that a question waits for its turn at most
    robots    texts of robots.txt by origin, for a caller who keeps them a day (robots.Robots)
    resolve   looks up a name; authorities: a file with the certificates to trust instead of the usual ones,
              ConfigurationError when it cannot be read
    """

    def __init__(
        self,
        *,
        contact: str = "",
        allow: Collection[str] = (),
        proxy: str | None = None,
        pause: float = 1.0,
        at_once: int = 2,
        robots: MutableMapping[str, str] | None = None,
        resolve: Resolve = socket.getaddrinfo,
        authorities: str | None = None,
        patience: float = PATIENCE,
    ) -> None:
        self._agent, self._allow, self._proxy = said.user_agent(contact), places(allow), proxy
        self._turns, self._robots = Turns(pause, at_once, patience), Robots(self._robots_text, robots)
        self._resolve, self.trust = resolve, trust(authorities)
        self._local, self._lock = threading.local(), threading.Lock()
        self._ways: list[Way] = []

    def ask(
        self,
        question: Question,
        *,
        secret: str = "",
        validators: Validators = NOTHING_KNOWN,
        past: datetime | None = None,
        deadline: float = DEADLINE,
        largest: int = LARGEST,
        page: bool = False,
        pause: float | None = None,
        inside: bool = True,
    ) -> Reply:
        """The reply to a question; one attempt, at most `deadline` seconds beside the waiting for a turn.

        secret: the key, sent as `question.key` says; past: the moment as of which to answer, which only a
        reply with Memento-Datetime does (RFC 7089); largest: bytes, as received and as unpacked; page:
        whether robots.txt must allow it; pause: seconds to the next question to this host, if more than ours;
        inside: whether it may go to our own places; False for an address that a public source gave us. To
        them a redirect leads only from them, and never back.
        Raises FetchFailed: refused_address, dns, unreachable, timeout, tls, redirects, too_large, truncated,
        unreadable, empty, robots, turn, rate_limited, no_secret, secret_refused, http_404, http_410,
        http_4xx, http_5xx, or no_past for an error that is not of the moment that was asked for.
        """
        key = key_of(question.key, secret)
        at = target(key.off(question.url))
        journey = Journey(at, key, question.body, inside=inside and self._ours(at))
        headers = self._headers(question.accept or (said.PAGES if page else said.FEEDS))
        headers |= said.asking(validators, past)
        answer = self._travel(journey, headers, _Allowance(deadline, largest, page, pause or 0.0))
        of_moment = past is None or "Memento-Datetime" in answer.headers
        check(answer, validators, of_moment=of_moment, keyed=bool(journey.key.form))
        return reply(answer, journey, key, validators, of_moment=of_moment)

    def send(self, url: str, payload: object, headers: Mapping[str, str], deadline: float = DEADLINE) -> int:
        """POST `payload` as JSON and give the status; a redirect is not followed, it would lose the message.

        Raises FetchFailed refused_address, dns, unreachable, timeout, tls or unreadable.
        """
        at, body = target(url), json.dumps(payload).encode()
        request = PreparedRequest()
        request.method, request.url, request.body = "POST", at.url, body
        sized = {"Content-Type": "application/json", "Content-Length": str(len(body))}
        request.headers = CaseInsensitiveDict(self._headers("*/*") | sized | dict(headers))
        direct = self._direct(at, inside=True)
        end = time.monotonic() + deadline
        return self._way().exchange(request, end=end, largest=0, direct=direct, read=False).status

    @contextmanager
    def stream(self, url: str, *, pause: float | None = None) -> Iterator[Connect]:
        """Hold a turn at a ws or wss address for the length of the block; what is given connects to it.

        The connection is judged and goes through the proxy as all others do; TLS is for who reads it, with
        `trust`. pause: as in `ask`. Raises FetchFailed refused_address, turn, rate_limited or timeout.
        """
        at = target("http" + url[2:] if url[:2].lower() == "ws" else url)
        direct = self._direct(at, inside=True)
        self._turns.check(self._shut_as(at))

        def connect(seconds: float) -> socket.socket:
            proxy, allow = None if direct else self._proxy, self._allow
            return line(at, seconds, proxy=proxy, allow=allow, resolve=self._resolve, agent=self._agent)

        with nullcontext() if self._ours(at) else self._turns.turn(at.host, pause=pause or 0.0):
            yield connect

    def is_inside(self, url: str) -> bool:
        """Whether an address is one of our own places, so that what it leads to may be one too."""
        try:
            return self._ours(target(url))
        except FetchFailed:
            return False

    def close(self) -> None:
        """Close the connections that are kept open; questions that wait for their turn are given up."""
        self._turns.stop()
        with self._lock:
            ways, self._ways = self._ways, []
        for way in ways:
            way.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _headers(self, accept: str) -> dict[str, str]:
        return {"User-Agent": self._agent, "Accept": accept, "Accept-Encoding": said.PACKED}

    def _travel(self, journey: Journey, headers: dict[str, str], allowance: _Allowance) -> Answer:
        """The first answer that is no redirect; `journey` is then where it came from."""
        came = ""
        for _ in range(REDIRECTS + 1):
            self._direct(journey.at, inside=journey.inside)  # what is refused does not wait for its turn
            self._turns.check(self._shut_as(journey.at))
            if allowance.page:
                self._turns.slow_down(journey.at.host, self._robots.check(journey.at))
            answer = self._step(journey, headers, allowance, again=journey.at.host == came)
            if answer.status not in MOVED:
                return answer
            if not answer.headers.get("Location"):
                raise FetchFailed("redirects", "a redirect that does not say where to", answer.status)
            came = journey.at.host
            journey.follow(answer.status, answer.headers["Location"])
            journey.inside = journey.inside and self._ours(journey.at)
        raise FetchFailed("redirects", f"more than {REDIRECTS} redirects", answer.status)

    def _step(
        self, journey: Journey, headers: dict[str, str], allowance: _Allowance, *, again: bool
    ) -> Answer:
        """One request, in its turn. A host that asks to be left alone is left alone from then on."""
        at = journey.at
        if self._ours(at):
            return self._exchange(journey, headers, allowance)
        with self._turns.turn(at.host, pause=allowance.pause, again=again):
            self._turns.check(at.host)
            return self._exchange(journey, headers, allowance)

    def _exchange(self, journey: Journey, headers: dict[str, str], allowance: _Allowance) -> Answer:
        started = time.monotonic()
        answer = self._way().exchange(
            journey.request(headers),
            end=started + allowance.seconds,
            largest=allowance.largest,
            direct=self._direct(journey.at, inside=journey.inside),
            cut=allowance.cut,
        )
        allowance.seconds -= time.monotonic() - started
        if answer.status in BUSY and (seconds := said.retry_after(answer.headers)):
            self._turns.shut(self._shut_as(journey.at), seconds)
        return answer

    def _shut_as(self, at: Target) -> str:
        """What is left alone when it asks for it: a host; of our own places, which hold many, a path."""
        return at.url.partition("?")[0] if self._ours(at) else at.host

    def _ours(self, at: Target) -> bool:
        return place(at.host, at.port) in self._allow

    def _direct(self, at: Target, *, inside: bool) -> bool:
        """Whether to go past the proxy. FetchFailed refused_address for what shows that it lies inside.

        inside: whether it may lie there, when it is one of our own places.
        """
        if self._ours(at) and inside:
            return True
        if self._ours(at):
            raise FetchFailed("refused_address", OURS)
        if spelled_inward(at.host) or (self._proxy and inward(at.host)):
            raise FetchFailed("refused_address", NOT_PUBLIC)
        return self._proxy is None

    def _way(self) -> Way:
        """This thread's own connections."""
        if not hasattr(self._local, "way"):
            with self._lock:
                self._local.way = Way(
                    allow=self._allow,
                    resolve=self._resolve,
                    trust=self.trust,
                    proxy=self._proxy,
                )
                self._ways.append(self._local.way)
        way: Way = self._local.way
        return way

    def _robots_text(self, origin: str) -> str:
        """The text of an origin's robots.txt; '' when it has none. FetchFailed when nobody can say."""
        at = target(origin + "/robots.txt")
        journey = Journey(at, inside=self._ours(at))
        allowance = _Allowance(DEADLINE, LARGEST_ROBOTS, cut=True)
        answer = self._travel(journey, self._headers("text/plain, */*;q=0.5"), allowance)
        if 200 <= answer.status < 300:
            return answer.body.decode("utf-8-sig", "replace")
        if 400 <= answer.status < 500 and answer.status != 429:
            return ""
        raise FetchFailed("http_5xx", f"status {answer.status}", answer.status)


def open_door(
    settings: Settings, robots: MutableMapping[str, str] | None = None, *, patience: float = PATIENCE
) -> Door:
    """The door as an organisation's settings have it; robots and patience: as in Door.

    ConfigurationError when the organisation's file of authorities cannot be read.
    """
    network = settings.organisation.network
    return Door(
        contact=settings.organisation.contact,
        allow=settings.allowed,
        proxy=network.proxy,
        pause=network.pause_seconds,
        at_once=network.at_once,
        robots=robots,
        authorities=network.authorities,
        patience=patience,
    )
