"""Collect: visit the sources, land what is new, remember, and write the visit in the run ledger."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import islice

from kaders.collect.fetch import FetchFailed, Reply, Validators, fetch
from kaders.collect.session import Session, session
from kaders.errors import ConfigurationError, Quarantine
from kaders.jobs.remembered import remembered
from kaders.model import Fetch, Outcome, Summary
from kaders.read import bluesky, feed, mastodon
from kaders.read.items import Asked, Found, Reader, digest, fingerprint
from kaders.read.known import cut
from kaders.settings import Settings, Source
from kaders.store import forgotten, keys, landing, ledger_files, state
from kaders.store.files import Unwritable

WORKERS = 8
"""Threads that wait for sources side by side; more would only make one server answer slower."""
REMEMBERED = 1000
"""Entries of a source that are remembered: the longest feeds have some hundred, and caches serve old ones."""
PARTLY = "partly_unreadable"
"""The reason of a visit that brought entries and could not read others; detect.wording says it in words."""
READERS: dict[str, Reader] = {"feed": feed.parse, "mastodon": mastodon.parse, "bluesky": bluesky.parse}


@dataclass(frozen=True, slots=True)
class _Round:
    """What all visits of one call share."""

    settings: Settings
    moment: datetime
    now: datetime
    key: bytes
    local: threading.local

    def http(self) -> Session:
        """One session for each thread: requests' sessions are not made to be shared."""
        if not hasattr(self.local, "session"):
            self.local.session = session()
        made: Session = self.local.session
        return made


def shards(settings: Settings, size: int = 8) -> list[list[str]]:
    """The ids of the sources that can be fetched, in lists of at most `size`, for side by side tasks."""
    ids = [source.id for source in settings.sources if _fetchable(source)]
    return [ids[start : start + size] for start in range(0, len(ids), size)]


@remembered("collect")
def collect(
    settings: Settings, moment: datetime, *, now: datetime, only: Sequence[str] | None = None
) -> Summary:
    """Visit the sources (those in `only`, or all) as they stood at `moment`.

    New and changed entries land, then the memory of the source is written, then the ledger: a run that is
    interrupted anywhere loses nothing. A source that fails is a line in the ledger and a sentence in the
    summary, and never stops another. Raises ConfigurationError for an unknown id and files.Unwritable when
    the disk is full.
    """
    sources = _chosen(settings, only)
    visits = _Round(settings, moment.astimezone(UTC), now, keys.key(settings.places), threading.local())
    fetches = _side_by_side(sources, visits)
    ledger = ledger_files.append(settings.places, visits.moment, _shard(only), fetches) if fetches else ""
    return _summary(moment, fetches, ledger, settings)


def _side_by_side(sources: list[Source], visits: _Round) -> list[Fetch]:
    pool = ThreadPoolExecutor(max_workers=WORKERS)
    try:
        return list(pool.map(lambda source: _visit(source, visits), sources))
    finally:  # after Ctrl-C nothing new starts; a visit that is under way ends within its own deadline
        pool.shutdown(wait=False, cancel_futures=True)


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
        outcome: Outcome = "NOT EXPECTED" if failed.reason == "no_past" else "FAILED"
        return Fetch(source.id, at, outcome, failed.reason, failed.detail, failed.status)
    except Quarantine as unreadable:
        return Fetch(source.id, at, "FAILED", str(unreadable), "the reply holds no entries that can be read")
    except Exception as error:  # the promise to the other sources; the name of the error is kept
        return Fetch(source.id, at, "FAILED", "unreadable", f"unexpected: {type(error).__name__}")


def _collected(source: Source, visits: _Round) -> Fetch:
    """A visit that goes well. Landing precedes memory: interrupted in between, it lands twice, not never."""
    places, at = visits.settings.places, visits.moment
    remembered = state.load(places, source.id)
    # A backfill goes back before the last visit: what is remembered is of a later time and stays as it is.
    backfill = remembered is not None and at < remembered.moment
    memory = remembered if remembered and not backfill else state.State(at)
    reply = _asked(source, visits, memory)
    seen = state.State(at, reply.validators.etag, reply.validators.last_modified, _hash(reply))
    if memory.body and (reply.status == 304 or seen.body == memory.body):
        same = replace(memory, moment=at, etag=seen.etag, last_modified=seen.last_modified)
        state.save(places, source.id, same)
        return _visited(source, at, reply, entries=memory.count, bad=memory.bad)
    rest = cut(reply.body, set(memory.marks))
    found = _read(source, visits, reply, rest.body)
    known = landed_before(visits.settings, source.id, at) if backfill else set(memory.entries.values())
    fresh = [item for item in found.items if fingerprint(item) not in known]
    landed = landing.write(places, source.id, at, fresh) if fresh else ""
    count = len(found.items) + rest.skipped
    if not backfill:
        state.save(places, source.id, _memorised(replace(seen, count=count), found, rest.marks, memory))
    return _visited(source, at, reply, entries=count, bad=found.bad, new=len(fresh), landed=landed)


def _visited(
    source: Source, at: datetime, reply: Reply, *, entries: int, bad: int, new: int = 0, landed: str = ""
) -> Fetch:
    """The line of a visit that brought entries: PARTIAL when it held others that could not be read."""
    outcome: Outcome = "PARTIAL" if bad else "OK"
    detail = f"{bad} of {entries + bad} entries could not be read" if bad else ""
    reason = PARTLY if bad else ""
    return Fetch(source.id, at, outcome, reason, detail, reply.status, entries, new, landed, bad)


def _memorised(seen: state.State, found: Found, marks: tuple[str, ...], memory: state.State) -> state.State:
    """What to remember: the last fingerprint of every entry, those of this reply first, REMEMBERED at most.

    A reply with entries that cannot be read is read whole the next time too, so that they are counted again.
    """
    latest = {digest(item.guid): fingerprint(item) for item in found.items}
    earlier = {guid: mark for guid, mark in memory.entries.items() if guid not in latest}
    entries = dict(islice((latest | earlier).items(), REMEMBERED))
    return replace(seen, bad=found.bad, marks=() if found.bad else marks, entries=entries)


def _asked(source: Source, visits: _Round, memory: state.State) -> Reply:
    """The source's reply; FetchFailed no_past when it is not of the moment that was asked for."""
    reply = fetch(
        source.url or "",
        validators=Validators(memory.etag, memory.last_modified),
        moment=visits.moment,
        now=visits.now,
        contact=visits.settings.organisation.contact,
        http=visits.http(),
    )
    if not reply.of_moment:
        raise FetchFailed("no_past", "the source does not keep its past", status=reply.status)
    return reply


def _read(source: Source, visits: _Round, reply: Reply, body: bytes) -> Found:
    return READERS[source.reader](body, Asked(source, visits.moment, visits.key, reply.content_type))


def _hash(reply: Reply) -> str:
    return hashlib.blake2b(reply.body, digest_size=16).hexdigest()


def landed_before(settings: Settings, source: str, moment: datetime | None = None) -> set[str]:
    """Fingerprints of what landed from a source, up to and with `moment` when one is given.

    What retention has removed since is among them. Raises Quarantine when a landing file is damaged.
    """
    paths = landing.paths(settings.places, source)
    upto = (path for path in paths if moment is None or landing.landed_at(path) <= moment)
    gone = forgotten.known(settings.places, source, moment)
    return gone | {fingerprint(item) for path in upto for item in landing.read(path)}


def _summary(moment: datetime, fetches: list[Fetch], ledger: str, settings: Settings) -> Summary:
    by: dict[str, list[Fetch]] = {outcome: [] for outcome in ("OK", "PARTIAL", "FAILED", "NOT EXPECTED")}
    for visit in fetches:
        by[visit.outcome].append(visit)
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
            "unchanged": sum(not visit.new_entries for visit in good),
            "entries": sum(visit.entries for visit in good),
            "new": sum(visit.new_entries for visit in good),
        },
        failures=tuple(f"{settings.source(f.source).name}: {f.detail} ({f.reason})." for f in named),
        outputs=tuple(visit.landing for visit in good if visit.landing) + ((ledger,) if ledger else ()),
    )
