"""Collect: visit the sources, land what is new, remember, and write the visit in the run ledger."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime

import requests

from kaders.collect.fetch import FetchFailed, Reply, Validators, fetch
from kaders.collect.session import session
from kaders.errors import ConfigurationError, KadersError, Quarantine
from kaders.model import Fetch, Item, Summary
from kaders.read import bluesky, feed, mastodon
from kaders.read.items import Reader, fingerprint
from kaders.settings import Settings, Source
from kaders.store import keys, landing, ledger_files, state
from kaders.store.files import Unwritable

WORKERS = 8
"""Threads that wait for sources side by side; more would only make one server answer slower."""
READERS: dict[str, Reader] = {"feed": feed.parse, "mastodon": mastodon.parse, "bluesky": bluesky.parse}


@dataclass(frozen=True, slots=True)
class _Round:
    """What all visits of one call share."""

    settings: Settings
    moment: datetime
    now: datetime
    key: bytes
    local: threading.local

    def http(self) -> requests.Session:
        """One session for each thread: requests' sessions are not made to be shared."""
        if not hasattr(self.local, "session"):
            self.local.session = session()
        made: requests.Session = self.local.session
        return made


def shards(settings: Settings, size: int = 8) -> list[list[str]]:
    """The ids of the sources that can be fetched, in lists of at most `size`, for side by side tasks."""
    ids = [source.id for source in settings.sources if _fetchable(source)]
    return [ids[start : start + size] for start in range(0, len(ids), size)]


def collect(settings: Settings, moment: datetime, *, now: datetime, only: Sequence[str] | None = None) -> Summary:
    """Visit the sources (those in `only`, or all) as they stood at `moment`.

    New and changed entries land, then the memory of the source is written, then the ledger: a run that is
    interrupted anywhere loses nothing. A source that fails is a line in the ledger and a sentence in the
    summary, and never stops another. Raises ConfigurationError for an unknown id and files.Unwritable when the
    disk is full.
    """
    sources = _chosen(settings, only)
    visits = _Round(settings, moment.astimezone(UTC), now, keys.key(settings.places), threading.local())
    with ThreadPoolExecutor(max_workers=WORKERS) as pool:
        fetches = list(pool.map(lambda source: _visit(source, visits), sources))
    ledger = ledger_files.append(settings.places, visits.moment, _shard(only), fetches) if fetches else ""
    return _summary(moment, fetches, ledger, settings)


def _chosen(settings: Settings, only: Sequence[str] | None) -> list[Source]:
    unknown = sorted(set(only or ()) - {source.id for source in settings.sources})
    if unknown:
        raise ConfigurationError(f"These sources are not in sources.yaml: {', '.join(unknown)}.")
    return [s for s in settings.sources if _fetchable(s) and (only is None or s.id in only)]


def _fetchable(source: Source) -> bool:
    return source.reader in READERS and source.url is not None


def _shard(only: Sequence[str] | None) -> str:
    """A short name for a set of sources, so that tasks side by side write ledger files side by side."""
    if only is None:
        return "all"
    return hashlib.blake2b("\n".join(sorted(only)).encode(), digest_size=4).hexdigest()


def _visit(source: Source, visits: _Round) -> Fetch:
    """One visit, whatever happens: every fault of a source becomes its line in the ledger."""
    at = visits.moment
    try:
        return _collected(source, visits)
    except Unwritable:  # no fault of the source, and nothing after it can be kept either
        raise
    except FetchFailed as failed:
        outcome = "NOT EXPECTED" if failed.reason == "no_past" else "FAILED"
        return Fetch(source.id, at, outcome, failed.reason, failed.detail, failed.status)
    except Quarantine as unreadable:
        return Fetch(source.id, at, "FAILED", str(unreadable), "the reply holds no entries that can be read")
    except Exception as error:  # the promise to the other sources; the name of the error is kept
        return Fetch(source.id, at, "FAILED", "unreadable", f"unexpected: {type(error).__name__}")


def _collected(source: Source, visits: _Round) -> Fetch:
    places = visits.settings.places
    remembered = state.load(places, source.id)
    # A backfill goes back before the last visit: that visit's memory is of a later time, so it is left alone.
    backfill = remembered is not None and visits.moment < remembered.moment
    memory = None if backfill else remembered
    reply = _asked(source, visits, memory)
    if not reply.of_moment:
        raise FetchFailed("no_past", "the source does not keep its past", status=reply.status)
    if memory and (reply.status == 304 or _hash(reply.body) == memory.body):
        state.save(places, source.id, memory.seen_again(visits.moment, reply.validators))
        return Fetch(source.id, visits.moment, "OK", status=reply.status, entries=len(memory.entries))
    items = READERS[source.reader](
        reply.body, content_type=reply.content_type, source=source, fetched_at=visits.moment, key=visits.key
    )
    known = _landed(source, visits) if backfill else frozenset(memory.entries if memory else ())
    prints = tuple(fingerprint(item) for item in items)
    fresh = [item for item, mark in zip(items, prints, strict=True) if mark not in known]
    landed = landing.write(places, source.id, visits.moment, fresh) if fresh else ""
    if not backfill:
        state.save(places, source.id, _memory(visits.moment, reply, prints))
    return Fetch(
        source.id,
        visits.moment,
        "OK",
        status=reply.status,
        entries=len(items),
        new_entries=len(fresh),
        landing=landed,
    )
