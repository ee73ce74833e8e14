"""Visiting the hostile server with the real job, as an organisation with a source at every path."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator, Mapping, MutableMapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from hostile.moves import NAMES_WITHIN
from hostile.server import Server
from kaders.jobs import collect as job
from kaders.model import Fetch, Item, Question
from kaders.net.door import Door, Reply
from kaders.settings import Network, Organisation, OwnerRules, Places, Settings, Source, Text
from kaders.store import landing, ledger_files

NOW = datetime(2026, 11, 23, 6, 30, tzinfo=UTC)
"""The moment of the first visit; the feeds are of the day before."""
BETWEEN = timedelta(hours=2)
"""Between two visits: within the day in which validators are shown."""
DEADLINE = 5.0
"""Seconds for an exchange here; the door's own deadline is four times that, for the same behaviour."""


def _looked_up(host: Any, port: Any, *more: Any, **others: Any) -> Any:
    """As getaddrinfo, which is asked for all but the names that lead within."""
    if host not in NAMES_WITHIN:
        return socket.getaddrinfo(host, port, *more, **others)
    if not NAMES_WITHIN[host]:
        raise socket.gaierror(socket.EAI_NONAME, "no such name")
    given = (socket.getaddrinfo(address, port, type=socket.SOCK_STREAM) for address in NAMES_WITHIN[host])
    return [each for addresses in given for each in addresses]


class Hurried(Door):
    """The door as it is, with less patience."""

    def ask(self, question: Question, **more: object) -> Reply:
        """The reply, within DEADLINE."""
        return super().ask(question, **({"deadline": DEADLINE} | more))  # type: ignore[arg-type]


@contextmanager
def hurried() -> Iterator[None]:
    """The job goes out through a door with less patience."""

    def opened(
        settings: Settings, robots: MutableMapping[str, str] | None = None, *, patience: float = 60
    ) -> Door:
        network = settings.organisation.network
        return Hurried(
            contact=settings.organisation.contact,
            allow=settings.allowed,
            pause=network.pause_seconds,
            at_once=network.at_once,
            robots=robots,
            patience=patience,
            resolve=_looked_up,
        )

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(job, "open_door", opened)
        yield


def organisation(folder: Path, urls: Mapping[str, str], allowed: Sequence[str]) -> Settings:
    """The settings of an organisation with a feed for each id and address."""
    rules = OwnerRules(absent="w", contested="w", reframed="w", unframed="w")
    who = Organisation(
        id="toets",
        name=Text(nl="Toets"),
        contact="pers@toets.example",
        owners={},
        owner_rules=rules,
        network=Network(pause_seconds=0, at_once=8),
    )
    places = Places(folder=folder, data=folder, reference=folder, patterns=folder, organisation="toets")
    return Settings(
        organisation=who,
        sources=tuple(_source(name, url) for name, url in urls.items()),
        topics=(),
        frames=(),
        subscriptions=(),
        policy_areas=(),
        frame_names=(),
        places=places,
        allowed=tuple(allowed),
    )


def _source(name: str, url: str) -> Source:
    return Source(
        id=name,
        name=f"Bron {name}",
        kind="news",
        url=url,
        owner_group="groep",
        expected_per_day=2,
        terms="toets",
    )


class Visited:
    """What became of every source of a hostile server.

    lines   the last line of the ledger for each
    items   everything that landed from each
    seconds from its first request to its memory being written
    """

    def __init__(self, server: Server, folder: Path) -> None:
        self.server = server
        self.settings = organisation(
            folder, {path: server.url(path) for path in server.cases}, server.allowed
        )
        self.lines: dict[str, Fetch] = {}
        self.took = 0.0
        self.seconds: dict[str, float] = {}

    def run(self) -> None:
        """As many visits as each case asks for; the first of all of them side by side."""
        began = time.monotonic()
        most = max(case.visits for case in self.server.cases.values())
        for number in range(most):
            ids = [path for path, case in self.server.cases.items() if case.visits > number]
            self._visit(ids, NOW + number * BETWEEN)
        self.took = time.monotonic() - began

    def _visit(self, ids: list[str], at: datetime) -> None:
        before = time.time()
        job.collect(self.settings, at, now=at, only=ids)
        for path in ledger_files.paths(self.settings.places):
            self.lines |= {line.source: line for line in ledger_files.read(path) if line.moment == at}
        for name in ids:
            self.seconds.setdefault(name, self._remembered(name, before) - self.server.began_at(name, before))

    def _remembered(self, name: str, before: float) -> float:
        state = self.settings.places.of("state") / f"{name}.json"
        return state.stat().st_mtime if state.exists() else before

    def landed(self, name: str) -> list[Item]:
        """The items that landed from a source, oldest file first."""
        return [each for path in landing.paths(self.settings.places, name) for each in landing.read(path)]
