"""What a visit leaves to be remembered of its source; data in, data out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from itertools import islice

from kaders.collect import rhythm
from kaders.jobs.haul import Haul, one_list, shown
from kaders.model import Item
from kaders.net.door import FetchFailed, Validators
from kaders.read.items import digest, fingerprint
from kaders.settings import Settings, Source
from kaders.store.state import State

REMEMBERED = 1000
"""Entries of a source that are remembered: the longest feeds have some hundred, and caches serve old ones."""
LONGEST_WAIT = rhythm.HARD_WAIT * 2
"""A visit planned further ahead comes from a clock that was wrong."""
TURNED = 5
"""Entries from which a list without a known one was asked too late: fewer than five may well be replaced in
one go; our choice."""
FACES = 50
"""Titles that are remembered, by which a list is known whose entries have got new identifiers."""
LIKE = 3
"""Titles that must be known for that: one or two stand in every forecast and every list of vacancies."""
WELL_BEFORE = timedelta(hours=2)
"""An entry dated so long before the source said "unchanged", and not shown until later, was kept from us; an
editor holds back what is dated for less long, as a rule. Our choice."""


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
    seen = _seen(memory, source, brought, at, settings, new=())
    return replace(
        seen,
        count=memory.count,
        bad=memory.bad,
        marks=memory.marks,
        entries=memory.entries,
        faces=memory.faces,
    )


def after_success(
    memory: State,
    source: Source,
    brought: Haul,
    at: datetime,
    settings: Settings,
    *,
    landed: Iterable[Item],
    new: Sequence[Item],
) -> State:
    """A visit that was read: the last fingerprint of every entry, those of this reply first.

    landed: every line that landed; new: those of them that are entries that were never seen before. A reply
    with entries that cannot be read is read whole the next time too, so that they are counted again.
    """
    held = len(brought.items) + brought.skipped
    latest = {digest(item.guid): fingerprint(item) for item in (*landed, *brought.items)}
    earlier = {guid: mark for guid, mark in memory.entries.items() if guid not in latest}
    faces = dict.fromkeys((*map(_face, brought.items), *memory.faces))
    return replace(
        _seen(memory, source, brought, at, settings, new=new),
        count=held,
        bad=brought.bad,
        marks=() if brought.bad else brought.marks,
        entries=dict(islice((latest | earlier).items(), max(REMEMBERED, held, len(latest)))),
        faces=tuple(islice(faces, FACES)) if one_list(source) else (),
    )


def renewed(memory: State, source: Source, brought: Haul) -> bool:
    """Whether a list that we follow holds nothing that is known, whatever it is known by."""
    if memory.full is None or not memory.entries or brought.skipped or not one_list(source):
        return False
    unknown = not any(digest(item.guid) in memory.entries for item in brought.items)
    return unknown and len(brought.items) >= TURNED


def renamed(memory: State, brought: Haul) -> bool:
    """Whether a list without a known identifier is the one we know, by the titles of its entries."""
    shown_now = set(map(_face, brought.items))
    known = shown_now & set(memory.faces)
    return len(known) >= LIKE and 2 * len(known) >= min(len(shown_now), len(memory.faces))


def _face(item: Item) -> str:
    return digest(item.title or item.text or item.url)


def _rate(memory: State, source: Source, brought: Haul, at: datetime, new: Sequence[Item]) -> float:
    """New entries a day, by all we know now.

    A first visit teaches nothing, as it brings a stock. A list that was renewed brought at least what it
    holds, so the rate does not fall by it; one that was only renamed brought what has a title that is new.
    """
    believed = source.expected_per_day if memory.rate is None else memory.rate
    if memory.full is None:
        return believed
    again = renewed(memory, source, brought)
    if again and renamed(memory, brought):
        new, again = [item for item in new if _face(item) not in memory.faces], False
    learned = rhythm.rate(believed, len(new), at - memory.moment)
    return max(believed, learned) if again else learned


def _seen(
    memory: State, source: Source, brought: Haul, at: datetime, settings: Settings, *, new: Sequence[Item]
) -> State:
    """What every good visit leaves behind, whether it brought something or not.

    After a visit that stopped half-way the next one may not take the first page for unchanged, nor the walk
    through an archive for done.
    """
    given = Validators() if brought.stopped else brought.reply.validators
    for_all = shown(memory, at) == Validators()
    rate = _rate(memory, source, brought, at, new)
    held = memory.count if brought.unchanged else len(brought.items) + brought.skipped
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
        lies=memory.lies or (for_all and _lied(memory, brought, new, settings)),
        unchanged_at=at if brought.reply.status == 304 else None,
        walks=memory.walks + 1 if brought.stopped else 0,
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
            held=held if one_list(source) else 0,
        ),
    )


def _lied(memory: State, brought: Haul, new: Sequence[Item], settings: Settings) -> bool:
    """Whether the source said "unchanged" when it was not, by a reply to a question for everything.

    Its ETag stayed when the reply changed; or it had just said "unchanged", and either its Last-Modified,
    being all it gives, stayed too, or what is new had been there for long.
    """
    given = brought.reply.validators
    if brought.reply.status == 304 or not memory.body or brought.body == memory.body:
        return False
    if given.etag and given.etag == memory.etag:
        return True
    if memory.unchanged_at is None:
        return False
    same = bool(given.last_modified) and given.last_modified == memory.last_modified
    if same and not (given.etag or memory.etag):
        return True
    return _kept_from_us(new, memory.unchanged_at - WELL_BEFORE, settings)


def _kept_from_us(new: Iterable[Item], before: datetime, settings: Settings) -> bool:
    """Whether most of the new entries are dated before a moment; dates without a time of day say nothing."""
    zones = (UTC, settings.organisation.zone)
    dated = [item.published for item in new if item.published and not item.date_mark]
    timed = [at for at in dated if not any(at.astimezone(zone).time() == time() for zone in zones)]
    return 2 * sum(at < before for at in timed) > len(timed)
