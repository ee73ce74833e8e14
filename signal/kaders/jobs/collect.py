"""Collect: visit the sources, land what is new, remember, and write the visits in the run ledger."""

from __future__ import annotations

import atexit
import hashlib
import heapq
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import cache
from itertools import zip_longest

from kaders.collect.sandbox import Sandbox
from kaders.collect.secrets import Secrets, from_environment
from kaders.detect.source_advice import of_failure
from kaders.detect.source_words import with_detail
from kaders.errors import ConfigurationError
from kaders.jobs.haul import Round, host
from kaders.jobs.memory import is_due, of_this_source
from kaders.jobs.remembered import remembered
from kaders.jobs.visit import visit
from kaders.model import Fetch, Summary
from kaders.net.door import open_door
from kaders.settings import Settings, Source
from kaders.store import erased, keys, state
from kaders.store.journal import Journal, fold
from kaders.store.robots import KeptRobots
from kaders.store.waits import Waits

WORKERS = 32
"""Threads that wait for sources side by side: nearly all of a visit is waiting, and the door keeps more than
a few from one host."""
PATIENCE = 120.0
"""Seconds that a visit waits for its turn at a host; when that is further away it is due again then."""
BUDGET = 240.0
"""Seconds within which the visits of a scheduled round begin: the next round is five minutes later, and one
slow host must not hold up all others. What was not begun is still due then."""
SHARDS = 16
"""Tasks of one round at most: under a scheduler a task costs a second or two, whatever it does."""
WORTH = 25
"""Sources that make a further task worth its cost: some six seconds of work."""


def shards(settings: Settings, moment: datetime, *, most: int = SHARDS) -> list[list[str]]:
    """The ids of the sources that are due at a moment, in at most `most` lists, for side by side tasks.

    The sources of one host stay together, as only one process can be polite to it. A source that we wait for
    after a failure is among them once a day: the ledger must say so.
    """
    due = [source for source in settings.visited if _to_visit(settings, source, moment)]
    hosts: dict[str, list[str]] = defaultdict(list)
    for source in due:
        hosts[host(source)].append(source.id)
    count = min(most, len(hosts), -(-len(due) // WORTH))
    piles: list[tuple[int, int, list[str]]] = [(0, number, []) for number in range(count)]
    for ids in sorted(hosts.values(), key=len, reverse=True):
        size, number, pile = heapq.heappop(piles)
        heapq.heappush(piles, (size + len(ids), number, pile + ids))
    return [pile for _, _, pile in sorted(piles, key=lambda each: each[1])]


def _to_visit(settings: Settings, source: Source, moment: datetime) -> bool:
    memory = of_this_source(state.load(settings.places, source.id), source)
    if memory is None or is_due(memory, moment) or memory.waits_for == "no_secret":
        return True
    return bool(memory.waits_for) and memory.noted != settings.day_of(moment).isoformat()


@remembered("collect")
def collect(
    settings: Settings,
    moment: datetime,
    *,
    now: datetime,
    only: Sequence[str] | None = None,
    due: bool = False,
    secrets: Secrets = from_environment,
) -> Summary:
    """Visit the sources (those in `only`, or all) as they stood at `moment`.

    due      leave alone what is not due yet; otherwise only those that asked us to wait are left alone
    secrets  where the keys of services are

    The line of a visit is noted, its entries land, the memory of the source is written; at the end the lines
    go to the ledger. What an interrupted run has noted the next one hands to the ledger, so nothing is lost.
    A source that fails is a line in the ledger and a sentence in the summary, and never stops another. Raises
    ConfigurationError for an unknown id and files.Unwritable when the disk is full.
    """
    sources = _chosen(settings, only)
    places, at = settings.places, moment.astimezone(UTC)
    fold(places)
    erased.marks(places)  # a damaged list is one sentence here, and not a fault of every source
    with (
        open_door(settings, KeptRobots(places, now), patience=PATIENCE) as door,
        Journal(places, at, _shard(only)) as journal,
    ):
        shared = (keys.key(places), door, _sandbox(), secrets, journal, Waits(places))
        fetches = _side_by_side(sources, Round(settings, at, now, *shared, everything=not due))
        ledger = journal.close()
    return _summary(moment, fetches, ledger, settings)


@cache
def _sandbox() -> Sandbox:
    """The children that read, shared by all rounds of this process: they end with it."""
    made = Sandbox()
    atexit.register(made.close)
    return made


def _side_by_side(sources: list[Source], by: Round) -> list[Fetch]:
    end = time.monotonic() + BUDGET

    def one(source: Source) -> tuple[str, Fetch | None]:
        begun = by.everything or time.monotonic() < end
        return source.id, visit(source, by) if begun else None

    pool = ThreadPoolExecutor(max_workers=WORKERS)
    try:
        lines = dict(pool.map(one, _mixed(sources)))
    finally:  # after Ctrl-C nothing new starts; a visit that is under way ends within its own deadline
        pool.shutdown(wait=False, cancel_futures=True)
    return [line for source in sources if (line := lines[source.id])]


def _mixed(sources: Iterable[Source]) -> list[Source]:
    """The sources with those of one host far apart, so that few threads wait for the same host."""
    hosts: dict[str, list[Source]] = defaultdict(list)
    for source in sources:
        hosts[host(source)].append(source)
    return [source for row in zip_longest(*hosts.values()) for source in row if source]


def _chosen(settings: Settings, only: Sequence[str] | None) -> list[Source]:
    unknown = sorted(set(only or ()) - {source.id for source in settings.sources})
    if unknown:
        raise ConfigurationError(f"These sources are not in sources.yaml: {', '.join(unknown)}.")
    return [source for source in settings.visited if only is None or source.id in only]


def _shard(only: Sequence[str] | None) -> str:
    """A short name for a set of sources, so that tasks side by side write ledger files side by side."""
    if only is None:
        return "all"
    return hashlib.blake2b("\n".join(sorted(only)).encode(), digest_size=4).hexdigest()


def _summary(moment: datetime, fetches: list[Fetch], ledger: str, settings: Settings) -> Summary:
    by: dict[str, list[Fetch]] = {outcome: [] for outcome in ("OK", "PARTIAL", "FAILED", "NOT EXPECTED")}
    for line in fetches:
        by[line.outcome].append(line)
    left_out = sum(line.erased for line in fetches)
    good, named = by["OK"] + by["PARTIAL"], by["FAILED"] + by["PARTIAL"]
    return Summary(
        job="collect",
        moment=moment,
        counts={
            "sources": len(fetches),
            "ok": len(by["OK"]),
            "partial": len(by["PARTIAL"]),
            "failed": len(by["FAILED"]),
            "not_expected": len(by["NOT EXPECTED"]),
            "unchanged": sum(not line.landing for line in good),
            "entries": sum(line.entries for line in good),
            "new": sum(line.new_entries for line in good),
        }
        | ({"erased": left_out} if left_out else {}),
        failures=tuple(_sentence(line, settings) for line in named),
        outputs=tuple(line.landing for line in good if line.landing) + ((ledger,) if ledger else ()),
    )


def _sentence(line: Fetch, settings: Settings) -> str:
    """Which source did not answer well, why, and what to do about it."""
    todo = of_failure(settings.source(line.source), line.reason, line.outcome)["en"]
    return f"{line.source}: {with_detail(line.reason, line.detail)}. {todo}".rstrip()
