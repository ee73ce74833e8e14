"""One visit to one source: ask, read, land, remember; whatever happens is one line of the run ledger."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from itertools import islice

from kaders.collect import rhythm
from kaders.errors import Quarantine
from kaders.jobs.haul import Haul, Round, haul, shown
from kaders.jobs.pages import read_pages
from kaders.model import Fetch, Item, Outcome
from kaders.net.door import FetchFailed, Validators
from kaders.read.items import digest, fingerprint
from kaders.read.readers import READERS
from kaders.settings import Settings, Source
from kaders.store import forgotten, landing, pages, state, withdrawn
from kaders.store.files import Unwritable

REMEMBERED = 1000
"""Entries of a source that are remembered: the longest feeds have some hundred, and caches serve old ones."""
PARTLY = "partly_unreadable"
"""The reason of a visit that brought entries and could not read others; detect.wording says it in words."""
READING = 60.0
"""Seconds that the pages of one source are read for at a visit; the rest waits for the next one."""
PAGES_AT_ONCE = 40
"""Pages of one source at a visit: with a second between two, about what the time allows."""
LONGEST_WAIT = rhythm.HARD_WAIT * 2
"""A visit planned further ahead comes from a clock that was wrong."""


def visit(source: Source, by: Round) -> Fetch | None:
    """Visit a source; its line for the ledger, or None when it is not due and there is nothing to say.

    A source that we wait for after a failure has a line a day, so that its silence is never read as calm.
    Raises files.Unwritable when the disk is full: no fault of the source, and nothing can be kept after it.
    """
    memory = state.load(by.settings.places, source.id)
    if memory and not is_due(memory, by.moment, everything=by.everything):
        return _waiting(source, memory, by)
    try:
        line = _collected(source, memory, by)
        return _with_articles(source, by, line) if source.pages and not by.past else line
    except Unwritable:
        raise
    except FetchFailed as failed:
        return _failed(source, memory, by, failed)
    except Quarantine as bad:
        detail = bad.detail or "the reply holds no entries that can be read"
        return _failed(source, memory, by, FetchFailed(str(bad), detail))
    except Exception as error:  # the promise to the other sources; the name of the error is kept
        return _failed(source, memory, by, FetchFailed("unreadable", f"unexpected: {type(error).__name__}"))


def is_due(memory: state.State, moment: datetime, *, everything: bool = False) -> bool:
    """Whether a source is to be asked at a moment; one that asked us to wait is not, whoever asks.

    A moment before the last good visit is a backfill, which nobody plans ahead.
    """
    due = memory.next_visit
    if due is None or due <= moment or due - moment > LONGEST_WAIT or moment < memory.moment:
        return True
    return everything and memory.waits_for != "rate_limited"


def _waiting(source: Source, memory: state.State, by: Round) -> Fetch | None:
    today = _day(by)
    if not memory.waits_for or memory.noted == today:
        return None
    state.save(by.settings.places, source.id, replace(memory, noted=today))
    again = f"{memory.next_visit:%Y-%m-%d %H:%M} UTC" if memory.next_visit else "later"
    detail = f"not asked now, asked again {again}"
    return Fetch(source.id, by.moment, "FAILED", memory.waits_for, detail)


def _failed(source: Source, memory: state.State | None, by: Round, failed: FetchFailed) -> Fetch:
    """The line of a visit that failed, after remembering when to try again."""
    at = by.moment
    if failed.reason == "no_past":
        return Fetch(source.id, at, "NOT EXPECTED", failed.reason, failed.detail, failed.status)
    reason = _meaning(source, failed)
    before = memory or state.State(at)
    if not memory or at >= memory.moment:
        failures = before.failures + 1
        again = rhythm.after_failure(
            source.id, at, failures=failures, reason=reason, retry_after=failed.retry_after
        )
        waits = replace(before, failures=failures, waits_for=reason, next_visit=again, noted=_day(by))
        state.save(by.settings.places, source.id, waits)
    return Fetch(source.id, at, "FAILED", reason, failed.detail, failed.status)


def _meaning(source: Source, failed: FetchFailed) -> str:
    """The reason code, as far as a status has a meaning of its own with this kind of source."""
    reader = READERS[source.reader]
    if failed.status in reader.closed:
        return "closed"
    return "service_fault" if failed.status in reader.soft else failed.reason


def _collected(source: Source, remembered: state.State | None, by: Round) -> Fetch:
    """A visit that goes well. Landing precedes memory: interrupted in between, it lands twice, not never."""
    places, at = by.settings.places, by.moment
    # A backfill goes back before the last visit: what is remembered is of a later time and stays as it is.
    backfill = remembered is not None and at < remembered.moment
    memory = remembered if remembered and not backfill else state.State(at)
    brought = haul(source, memory, by, first=remembered is None or remembered.full is None)
    if brought.unchanged:
        state.save(places, source.id, _unchanged(source, memory, brought, by))
        return _line(source, brought, at, entries=memory.count, bad=memory.bad)
    known = landed_before(by.settings, source.id, at) if backfill else _known(by.settings, source.id, memory)
    gone = withdrawn.concerned(places, source.id, brought.gone, brought.gone_authors)
    taken_back = [_withdrawn(source, guid, at) for guid in gone]
    fresh = [item for item in (*_once(brought.items), *taken_back) if fingerprint(item) not in known]
    landed = landing.write(places, source.id, at, fresh) if fresh else ""
    if source.pages:  # before memory: after it nobody would know that their pages are still to be read
        pages.queue(places, source.id, fresh)
    withdrawn.withdraw(places, source.id, gone, brought.gone_authors)
    if not backfill:
        state.save(places, source.id, _memorised(source, memory, brought, fresh, by))
    count = len(brought.items) + brought.skipped
    return _line(source, brought, at, entries=count, bad=brought.bad, new=len(fresh), landed=landed)


def _with_articles(source: Source, by: Round, line: Fetch) -> Fetch:
    """The line of a visit after which the pages of new entries were read too, as far as time allows.

    An article lands a second after its entry, so that it is the later revision.
    """
    places, at = by.settings.places, by.moment + timedelta(seconds=1)
    found = read_pages(
        by.settings,
        source,
        at,
        door=by.door,
        read=partial(by.sandbox.read, "page"),
        budget_seconds=READING,
        most=PAGES_AT_ONCE,
    )
    if found.items:
        landing.write(places, source.id, at, found.items)
        pages.done(places, source.id, [item.guid for item in found.items])
    said = [f"{len(found.items)} articles read"] if found.items else []
    said += [f"{count} pages {reason}" for reason, count in sorted(found.failures.items())]
    said += [f"{found.left} pages wait"] if found.left else []
    return replace(line, detail="; ".join(filter(None, [line.detail, *said])))


def _unchanged(source: Source, memory: state.State, brought: Haul, by: Round) -> state.State:
    seen = _seen(source, memory, brought, by, new=0)
    return replace(seen, count=memory.count, bad=memory.bad, marks=memory.marks, entries=memory.entries)


def _memorised(
    source: Source, memory: state.State, brought: Haul, fresh: list[Item], by: Round
) -> state.State:
    """What to remember: the last fingerprint of every entry, those of this reply first, REMEMBERED at most.

    A reply with entries that cannot be read is read whole the next time too, so that they are counted again.
    """
    latest = {digest(item.guid): fingerprint(item) for item in (*fresh, *brought.items)}
    earlier = {guid: mark for guid, mark in memory.entries.items() if guid not in latest}
    most = max(REMEMBERED, len(latest))
    return replace(
        _seen(source, memory, brought, by, new=len(fresh)),
        count=len(brought.items) + brought.skipped,
        bad=brought.bad,
        marks=() if brought.bad else brought.marks,
        entries=dict(islice((latest | earlier).items(), most)),
    )


def _seen(source: Source, memory: state.State, brought: Haul, by: Round, *, new: int) -> state.State:
    """What every good visit leaves behind, whether it brought something or not.

    After a visit that stopped half-way the next one may not take the first page for unchanged.
    """
    at, reply = by.moment, brought.reply
    given = reply.validators
    asked_for_all = shown(memory, at) == Validators()
    same_tag = bool(given.etag) and given.etag == memory.etag and reply.status != 304
    believed = source.expected_per_day if memory.rate is None else memory.rate
    rate = rhythm.rate(believed, new, at - memory.moment) if memory.full else source.expected_per_day
    asked = max(brought.every or (memory.asked_minutes if brought.unchanged else 0), reply.fresh_for // 60)
    return state.State(
        moment=at,
        etag="" if brought.stopped else given.etag,
        last_modified="" if brought.stopped else given.last_modified,
        body="" if brought.stopped else memory.body if reply.status == 304 else brought.body,
        cursor=brought.cursor,
        lies=memory.lies
        or (asked_for_all and same_tag and bool(memory.body) and brought.body != memory.body),
        full=at if asked_for_all else memory.full,
        moved_to=reply.moved_to,
        rate=rate,
        asked_minutes=brought.every or (memory.asked_minutes if brought.unchanged else 0),
        next_visit=rhythm.after_success(
            source.id,
            at,
            per_day=rate,
            asked_minutes=asked,
            fixed_minutes=source.every_minutes,
            zone=by.settings.organisation.zone,
        ),
    )


def _line(
    source: Source, brought: Haul, at: datetime, *, entries: int, bad: int, new: int = 0, landed: str = ""
) -> Fetch:
    """The line of a visit that brought entries: PARTIAL when it is known that there were more."""
    reason = PARTLY if bad else brought.stopped or brought.short
    details = {
        PARTLY: f"{bad} of {entries + bad} entries could not be read",
        brought.short: "the reply holds less than there is",
        brought.stopped: "a later page could not be had",
        "": "",
    }
    outcome: Outcome = "PARTIAL" if reason else "OK"
    detail = details.get(reason, "") if reason else ""
    return Fetch(source.id, at, outcome, reason, detail, brought.reply.status, entries, new, landed, bad)


def _withdrawn(source: Source, guid: str, at: datetime) -> Item:
    """A line that says an entry was taken back: its name and nothing else."""
    return Item(source.id, guid, "", "", "", None, at, withdrawn=True)


def _once(items: Iterable[Item]) -> list[Item]:
    """The items, each guid once: an entry may stand on two pages, and the first of them is the newest."""
    first: dict[str, Item] = {}
    for item in items:
        first.setdefault(item.guid, item)
    return list(first.values())


def _day(by: Round) -> str:
    return by.settings.day_of(by.moment).isoformat()


def _known(settings: Settings, source: str, memory: state.State) -> set[str]:
    """The fingerprints that an ordinary visit need not land: remembered, withdrawn, or gone by retention."""
    return set(memory.entries.values()) | forgotten.known(settings.places, source)


def landed_before(settings: Settings, source: str, moment: datetime | None = None) -> set[str]:
    """Fingerprints of what landed from a source, up to and with `moment` when one is given.

    What retention has removed since is among them. Raises Quarantine when a landing file is damaged.
    """
    paths = landing.paths(settings.places, source)
    upto = (path for path in paths if moment is None or landing.landed_at(path) <= moment)
    gone = forgotten.known(settings.places, source, moment)
    return gone | {fingerprint(item) for path in upto for item in landing.read(path)}
