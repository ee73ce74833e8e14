"""One visit to one source: ask, read, land, remember; whatever happens is one line of the run ledger."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from kaders.collect.secrets import secret_of
from kaders.detect.source_words import english, of_pages
from kaders.errors import Quarantine
from kaders.jobs import memory as remember
from kaders.jobs.haul import Haul, Round, haul
from kaders.jobs.pages import read_pages
from kaders.model import Fetch, Item, Outcome
from kaders.net.door import FetchFailed
from kaders.read.items import digest, fingerprint, is_known
from kaders.read.readers import READERS
from kaders.settings import Settings, Source
from kaders.store import erased, forgotten, landing, pages, state, withdrawn
from kaders.store.files import Unwritable
from kaders.store.lock import source_lock

PARTLY = "partly_unreadable"
"""The reason of a visit that brought entries and could not read others; detect.source_words says it."""
MEMORY_LOST = "memory_lost"
"""The reason of a visit whose memory was damaged: what its cursor had passed by may be missing."""
FULL_PAGE = "full_page"
"""The reason of a visit to a list in which nothing was known any more: entries may have passed by unseen."""
SHORT = "the reply holds less than there is"
OLD = timedelta(days=1)
"""An entry that is dated so long before the last visit may be one that memory has let go of; what is dated
later would still be remembered. Our choice."""
PAGES_REFUSED = "pages_refused"
"""The reason of a visit whose entries came and whose articles were refused."""
READING = 60.0
"""Seconds that the pages of one source are read for at a visit; the rest waits for the next one."""
PAGES_AT_ONCE = 40
"""Pages of one source at a visit: with a second between two, about what the time allows."""


def visit(source: Source, by: Round) -> Fetch | None:
    """Visit a source; its line for the ledger, or None when it is not due and there is nothing to say.

    A source that we wait for after a failure has a line a day, so that its silence is never read as calm. One
    that another run is visiting at this moment is left to it. Raises files.Unwritable when the disk is full:
    no fault of the source, and nothing can be kept after it.
    """
    with source_lock(by.settings.places, source.id) as ours:
        return _visit(source, by) if ours else None


def _visit(source: Source, by: Round) -> Fetch | None:
    memory = remember.of_this_source(state.load(by.settings.places, source.id), source)
    if memory and not _to_be_asked(memory, source, by):
        return _waiting(source, memory, by)
    try:
        line = _collected(source, memory, by)
    except Unwritable:
        raise
    except FetchFailed as failed:
        return _failed(source, memory, by, failed)
    except Quarantine as bad:
        detail = bad.detail or "the reply holds no entries that can be read"
        return _failed(source, memory, by, FetchFailed(str(bad), detail))
    except Exception as error:  # the promise to the other sources; the name of the error is kept
        return _failed(source, memory, by, FetchFailed("our_fault", f"unexpected: {type(error).__name__}"))
    if source.pages and not by.past:
        line = _with_articles(source, by, line)
        by.journal.note(line)
    return line


def _to_be_asked(memory: state.State, source: Source, by: Round) -> bool:
    """Whether the source is due, or waits for a key that has come, and its host lets us."""
    closed = by.closed_until(source)
    if closed and memory.moment <= by.moment < closed:
        return False
    if memory.waits_for == "no_secret" and secret_of(source, by.secrets):
        return True
    return remember.is_due(memory, by.moment, everything=by.everything)


def _waiting(source: Source, memory: state.State, by: Round) -> Fetch | None:
    if not memory.waits_for or memory.noted == by.day:
        return None
    again = f"{memory.next_visit:%Y-%m-%d %H:%M} UTC" if memory.next_visit else "later"
    line = Fetch(source.id, by.moment, "FAILED", memory.waits_for, f"not asked now, asked again {again}")
    by.journal.note(line)
    state.save(by.settings.places, source.id, replace(memory, noted=by.day))
    return line


def _failed(source: Source, memory: state.State | None, by: Round, failed: FetchFailed) -> Fetch | None:
    """The line of a visit that failed, after remembering when to try again; None when it was not our turn."""
    at, places = by.moment, by.settings.places
    if failed.reason == "turn":  # our own politeness, and no fault of the source
        later = remember.until(at, failed.retry_after)
        state.save(places, source.id, replace(memory or state.State(at), next_visit=later))
        return None
    if failed.reason == "no_past":
        line = Fetch(source.id, at, "NOT EXPECTED", failed.reason, failed.detail, failed.status)
        by.journal.note(line)
        return line
    reason = _meaning(source, failed)
    line = Fetch(source.id, at, "FAILED", reason, failed.detail, failed.status)
    by.journal.note(line)
    if failed.status not in (404, 410):  # which speak of an address, and not of all that its host has
        by.wait_for(source, failed.retry_after)
    if not memory or at >= memory.moment:
        waits = remember.after_failure(memory, source, at, failed, reason, by.day)
        state.save(places, source.id, waits)
    return line


def _meaning(source: Source, failed: FetchFailed) -> str:
    """The reason code, as far as a status has a meaning of its own with this kind of source."""
    reader = READERS[source.reader]
    if failed.status in reader.closed:
        return "closed"
    return "service_fault" if failed.status in reader.soft else failed.reason


def _collected(source: Source, remembered: state.State | None, by: Round) -> Fetch:
    """A visit that goes well.

    Its line is noted first, then its entries land, then they are remembered: interrupted in between, they
    land twice, not never, and a line whose entries did not land does not count.
    """
    places, at = by.settings.places, by.moment
    # A backfill goes back before the last visit: what is remembered is of a later time and stays as it is.
    backfill = remembered is not None and at < remembered.moment
    memory = remembered if remembered and not backfill else state.State(at)
    brought = haul(source, memory, by, first=remembered is None or remembered.full is None)
    nothing = not (brought.items or brought.skipped or brought.gone)
    if nothing and brought.bad and READERS[source.reader].whole:
        raise Quarantine("unreadable", f"none of its {brought.bad} entries could be read")
    if brought.unchanged:
        line = _line(source, brought, memory, at, entries=memory.count, bad=memory.bad)
        by.journal.note(line)
        state.save(places, source.id, remember.after_nothing_new(memory, source, brought, at, by.settings))
        return line
    known, guids = _known(by.settings, source.id, memory, by, all_of_it=backfill or memory.lost)
    gone = withdrawn.concerned(places, source.id, brought.gone, brought.gone_authors)
    entries = [*_once(brought.items), *(_withdrawn(source, guid, by) for guid in gone)]
    fresh, left_out = erased.sift(places, [item for item in entries if not is_known(item, known)])
    new = _unheard(by.settings, source.id, memory, fresh, guids)
    file = landing.prepared(places, source.id, at, fresh) if fresh else None
    line = replace(
        _line(source, brought, memory, at, entries=len(brought.items) + brought.skipped, bad=brought.bad),
        new_entries=len(new),
        landing=file.name if file else "",
        erased=left_out,
    )
    line = _said(line, [f"{left_out} left out, for they were erased"] if left_out else [])
    by.journal.note(line)
    if file:
        file.write()
    if source.pages:  # before memory: after it nobody would know that their pages are still to be read
        pages.queue(places, source.id, fresh)
    withdrawn.withdraw(places, source.id, gone, brought.gone_authors)
    if not backfill:
        brought.cursor = erased.forgets(places, source.id, brought.items, brought.cursor)
        after = remember.after_success(memory, source, brought, at, by.settings, landed=fresh, new=new)
        state.save(places, source.id, after)
    return line


def _known(
    settings: Settings, source: str, memory: state.State, by: Round, *, all_of_it: bool
) -> tuple[set[str], set[str]]:
    """The fingerprints that need not land (remembered, withdrawn, or gone by retention), and known guids.

    Guids are as memory has them, hashed. all_of_it: from landing itself, where memory cannot say.
    """
    if not all_of_it:
        marks = set(memory.entries.values()) | forgotten.known(settings.places, source)
        return marks, set(memory.entries)
    upto = None if memory.lost else by.moment
    return landed_before(settings, source, upto), {
        digest(item.guid) for item in _landed(settings, source, upto)
    }


def _unheard(
    settings: Settings, source: str, memory: state.State, fresh: Iterable[Item], guids: Collection[str]
) -> list[Item]:
    """The entries that are new: no changes of known ones, and no word that one was taken back.

    Memory lets go of entries once it is full. What is dated long ago, or not at all, is then looked up in
    what ever landed, so that an old entry that is shown again is no news.
    """
    new = [item for item in fresh if not item.withdrawn and digest(item.guid) not in guids]
    if len(memory.entries) < remember.REMEMBERED:
        return new
    old = [item.guid for item in new if not item.published or item.published < memory.moment - OLD]
    shown = withdrawn.held(settings.places, source, old)
    return [item for item in new if item.guid not in shown]


def _with_articles(source: Source, by: Round, line: Fetch) -> Fetch:
    """The line of a visit after which the pages of new entries were read too, as far as time allows.

    An article lands a second after its entry, so that it is the later revision. What goes wrong with pages
    takes nothing back of the visit itself.
    """
    places, at = by.settings.places, by.moment + timedelta(seconds=1)
    try:
        found = read_pages(
            by.settings,
            source,
            at,
            door=by.door,
            read=partial(by.sandbox.read, "page"),
            budget_seconds=READING,
            most=PAGES_AT_ONCE,
        )
        items, left_out = erased.sift(places, found.items)
        if items:
            landing.write(places, source.id, at, items)
        pages.done(places, source.id, [item.guid for item in found.items])
    except Unwritable:
        raise
    except Exception as error:
        return _said(line, [f"its pages could not be read: {type(error).__name__}"])
    by.wait_for(source, found.retry_after)
    said = [f"{len(items)} articles read"] if items else []
    said += [f"{left_out} articles left out, for they were erased"] if left_out else []
    said += [of_pages(found.failures)] if found.failures else []
    said += [f"{found.left} pages wait"] if found.left else []
    if found.refused and line.outcome == "OK":
        line = replace(line, outcome="PARTIAL", reason=PAGES_REFUSED)
    return _said(line, said)


def _said(line: Fetch, more: list[str]) -> Fetch:
    return replace(line, detail="; ".join(filter(None, [line.detail, *more])))


def _line(
    source: Source, brought: Haul, memory: state.State, at: datetime, *, entries: int, bad: int
) -> Fetch:
    """The line of a visit that brought entries: PARTIAL when it is known that there were more."""
    renewed = remember.renewed(memory, source, brought)
    renamed = renewed and remember.renamed(memory, brought)
    short = brought.short or (FULL_PAGE if renewed and not renamed else "")
    reasons = {
        PARTLY: (bool(bad), f"{bad} of {entries + bad} entries could not be read"),
        brought.stopped: (bool(brought.stopped), "a later page could not be had"),
        short: (bool(short), SHORT if brought.short else "nothing in the list was known any more"),
        MEMORY_LOST: (memory.lost, "what was remembered of the source was damaged"),
    }
    told = ["all entries have new identifiers"] if renamed else []
    told += [_of_older(brought)] if brought.older else []
    reason, detail = next(((code, said) for code, (so, said) in reasons.items() if so), ("", "; ".join(told)))
    outcome: Outcome = "PARTIAL" if reason else "OK"
    status = brought.reply.status
    return Fetch(source.id, at, outcome, reason, detail, status, entries, bad_entries=bad)


def _of_older(brought: Haul) -> str:
    if brought.unread:
        return f"there are older pages, which could not be read: {english(brought.unread)}"
    return "there are older pages, which are not read"


def _withdrawn(source: Source, guid: str, by: Round) -> Item:
    """A line that says an entry was taken back: its name and nothing else."""
    return Item(source.id, guid, "", "", "", None, by.moment, withdrawn=True)


def _once(items: Iterable[Item]) -> list[Item]:
    """The items, each guid once: an entry may stand on two pages, and the first of them is the newest."""
    first: dict[str, Item] = {}
    for item in items:
        first.setdefault(item.guid, item)
    return list(first.values())


def landed_before(settings: Settings, source: str, moment: datetime | None = None) -> set[str]:
    """Fingerprints of what landed from a source, up to and with `moment` when one is given.

    What retention has removed since is among them. Raises Quarantine landing_damaged when a file cannot be
    read.
    """
    gone = forgotten.known(settings.places, source, moment)
    return gone | {fingerprint(item) for item in _landed(settings, source, moment)}


def _landed(settings: Settings, source: str, moment: datetime | None) -> Iterator[Item]:
    """What landed from a source, up to and with `moment`; Quarantine landing_damaged as landed_before."""
    paths = landing.paths(settings.places, source)
    try:
        for path in paths:
            if moment is None or landing.landed_at(path) <= moment:
                yield from landing.read(path)
    except Quarantine as bad:
        raise Quarantine("landing_damaged", "a landing file of this source cannot be read") from bad
