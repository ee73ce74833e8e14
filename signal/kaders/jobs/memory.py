"""What a visit leaves to be remembered of its source; data in, data out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import islice

from kaders.collect import rhythm
from kaders.jobs.haul import Haul, shown
from kaders.model import Item
from kaders.net.door import FetchFailed, Validators
from kaders.read.items import digest, fingerprint
from kaders.settings import Settings, Source
from kaders.store.state import State

REMEMBERED = 1000
"""Entries of a source that are remembered: the longest feeds have some hundred, and caches serve old ones."""
LONGEST_WAIT = rhythm.HARD_WAIT * 2
"""A visit planned further ahead comes from a clock that was wrong."""


def asked(source: Source) -> str:
    """A mark of what is asked: who changes the address, the query or the key starts anew."""
    return digest(source.reader, source.address, source.query.model_dump_json(), source.secret or "")


def of_this_source(memory: State | None, source: Source) -> State | None:
    """What is remembered, as far as it was learned from what is asked now.

    After a change only the entries stay, by which they are known again: another address has its own
    validators and cursor, and nobody waits for a mended one.
    """
    if memory is None or not memory.asked or memory.asked == asked(source):
        return memory
    return State(memory.moment, entries=memory.entries, rate=memory.rate, asked=asked(source))


def is_due(memory: State, moment: datetime, *, everything: bool = False) -> bool:
    """Whether a source is to be asked at a moment; one that asked us to wait is not, whoever asks.

    A moment before the last good visit is a backfill, which nobody plans ahead.
    """
    if memory.not_before and moment < memory.not_before and moment >= memory.moment:
        return False
    due = memory.next_visit
    if due is None or due <= moment or due - moment > LONGEST_WAIT or moment < memory.moment:
        return True
    return everything


def until(moment: datetime, retry_after: int) -> datetime | None:
    """The end of a wait that was asked for in seconds; at most HARD_WAIT is granted."""
    return moment + min(timedelta(seconds=retry_after), rhythm.HARD_WAIT) if retry_after > 0 else None


def after_failure(
    memory: State | None, source: Source, at: datetime, failed: FetchFailed, reason: str, day: str
) -> State:
    """A visit that failed: when to try again, and that the ledger was told on this day."""
    before = memory or State(at)
    failures = before.failures + 1
    again = rhythm.after_failure(
        source.id, at, failures=failures, reason=reason, retry_after=failed.retry_after
    )
    return replace(
        before,
        asked=asked(source),
        failures=failures,
        waits_for=reason,
        next_visit=again,
        not_before=until(at, failed.retry_after),
        noted=day,
    )


def after_nothing_new(
    memory: State, source: Source, brought: Haul, at: datetime, settings: Settings
) -> State:
    """A visit on which nothing had changed."""
    seen = _seen(memory, source, brought, at, settings, new=0)
    return replace(seen, count=memory.count, bad=memory.bad, marks=memory.marks, entries=memory.entries)


def after_success(
    memory: State, source: Source, brought: Haul, fresh: Iterable[Item], at: datetime, settings: Settings
) -> State:
    """A visit that was read: the last fingerprint of every entry, those of this reply first.

    A reply with entries that cannot be read is read whole the next time too, so that they are counted again.
    """
    landed = list(fresh)
    latest = {digest(item.guid): fingerprint(item) for item in (*landed, *brought.items)}
    earlier = {guid: mark for guid, mark in memory.entries.items() if guid not in latest}
    most = max(REMEMBERED, len(latest))
    return replace(
        _seen(memory, source, brought, at, settings, new=len(landed)),
        count=len(brought.items) + brought.skipped,
        bad=brought.bad,
        marks=() if brought.bad else brought.marks,
        entries=dict(islice((latest | earlier).items(), most)),
    )


def _seen(
    memory: State, source: Source, brought: Haul, at: datetime, settings: Settings, *, new: int
) -> State:
    """What every good visit leaves behind, whether it brought something or not.

    After a visit that stopped half-way the next one may not take the first page for unchanged, nor the walk
    through an archive for done.
    """
    given = Validators() if brought.stopped else brought.reply.validators
    for_all = shown(memory, at) == Validators()
    believed = source.expected_per_day if memory.rate is None else memory.rate
    rate = rhythm.rate(believed, new, at - memory.moment) if memory.full else believed
    asked_for = brought.every or (memory.asked_minutes if brought.unchanged else 0)
    body = memory.body if brought.reply.status == 304 else brought.body
    return State(
        moment=at,
        etag=given.etag,
        last_modified=given.last_modified,
        body="" if brought.stopped else body,
        short=brought.short,
        asked=asked(source),
        cursor=brought.cursor,
        lies=memory.lies or (for_all and _lied(memory, brought)),
        full=at if for_all and not brought.stopped else memory.full,
        moved_to=brought.reply.moved_to,
        rate=rate,
        asked_minutes=asked_for,
        not_before=until(at, brought.retry_after),
        next_visit=rhythm.after_success(
            source.id,
            at,
            per_day=rate,
            asked_minutes=max(asked_for, brought.reply.fresh_for // 60),
            fixed_minutes=source.every_minutes,
            zone=settings.organisation.zone,
        ),
    )


def _lied(memory: State, brought: Haul) -> bool:
    """Whether the ETag stayed when the reply changed."""
    etag = brought.reply.validators.etag
    same = bool(etag) and etag == memory.etag and brought.reply.status != 304
    return same and bool(memory.body) and brought.body != memory.body
