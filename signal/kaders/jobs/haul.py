"""Everything that one visit to a source brings: its pages, asked in turn and read in the sandbox."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from kaders.collect import bluesky_session, jetstream
from kaders.collect.rhythm import HARD_WAIT, SOFT
from kaders.collect.sandbox import Sandbox
from kaders.collect.secrets import Secrets, secret_of
from kaders.errors import Quarantine
from kaders.model import Item, Question
from kaders.net.door import LARGEST, Door, FetchFailed, Reply, Validators
from kaders.net.headers import LONGEST_AWAY
from kaders.net.walls import wall
from kaders.queries import JsonApi
from kaders.read.items import Asked, Found, digest
from kaders.read.known import Rest, cut
from kaders.read.readers import READERS, Reader
from kaders.settings import Settings, Source
from kaders.store import state
from kaders.store.journal import Journal
from kaders.store.waits import Waits

NOW = timedelta(hours=1)
"""Within this distance the reply of now is the reply of the moment; a late run asks nothing special."""
LISTENED = 60.0
"""Seconds that a stream is listened to at a visit: it plays thousands of posts a second, and a quarter of an
hour of all posts in the world is some forty thousand."""
FULL_EVERY = timedelta(days=1)
"""How often a source is asked for everything, whether or not its validators say that nothing changed: some
keep their ETag when the feed changes (rss-fetcher's config says so; NewsBlur asks one time in a hundred)."""
WALKS = 10
"""First visits on which an older page may fail for a reason that passes: with some visits a day it has days
to come back, and a source whose archive never answers is not taken for a new one for ever. Our choice."""
PASSES = SOFT | {"turn"}
"""The reasons for which an older page is asked for again."""


@dataclass(frozen=True, slots=True)
class Round:
    """What all visits of one call share.

    moment      as of when (UTC); `now` is the clock
    everything  whether sources are visited that are not due yet
    journal     where each visit is noted before it is remembered
    waits       the hosts that asked to be left alone
    """

    settings: Settings
    moment: datetime
    now: datetime
    key: bytes
    door: Door
    sandbox: Sandbox
    secrets: Secrets
    journal: Journal
    waits: Waits
    everything: bool

    @property
    def past(self) -> datetime | None:
        """The moment to ask the source about, None when that is now."""
        return self.moment if abs(self.moment - self.now) > NOW else None

    @property
    def day(self) -> str:
        """The organisation's own day."""
        return self.settings.day_of(self.moment).isoformat()

    def closed_until(self, source: Source) -> datetime | None:
        """Until when the host of a source is to be left alone; None when it may be asked."""
        return self.waits.until(host(source))

    def wait_for(self, source: Source, seconds: int) -> None:
        """Leave the host of a source alone, as it asked; our own hosts, which hold many, are asked on."""
        if seconds > 0 and not self.past and host(source) not in self.settings.allowed:
            until = self.moment + min(timedelta(seconds=seconds), HARD_WAIT)
            self.waits.wait(host(source), until, now=self.moment)


def host(source: Source) -> str:
    """The host and port that a source is asked at."""
    return urlsplit(source.address).netloc.lower()


@dataclass(slots=True)
class Haul:
    """What the pages of one visit brought together.

    marks    hashes of the raw entries of the first page; `skipped` were known by them and not read again
    older    whether this first visit left older pages alone, as there were more than a reader asks for
    unread   the reason when that was because an older page could not be read and will not be
    stopped  the reason why a later page could not be had, and the seconds after which it may be
    """

    reply: Reply
    body: str
    cursor: dict[str, str]
    unchanged: bool = False
    items: list[Item] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    gone_authors: list[str] = field(default_factory=list)
    marks: tuple[str, ...] = ()
    skipped: int = 0
    bad: int = 0
    every: int = 0
    short: str = ""
    older: bool = False
    unread: str = ""
    stopped: str = ""
    retry_after: int = 0

    def add(self, found: Found) -> None:
        """One page more."""
        self.items += found.items
        self.gone += found.gone
        self.gone_authors += found.gone_authors
        self.bad += found.bad
        self.every = max(self.every, found.every)
        self.short = self.short or found.short
        self.cursor |= found.cursor


def haul(source: Source, memory: state.State, by: Round, *, first: bool) -> Haul:
    """Everything that the pages of one visit hold, as far as it is not known to be unchanged."""
    reader = READERS[source.reader]
    question = reader.first(source, memory.cursor, by.moment)
    whole = one_list(source)
    validators = shown(memory, by.moment) if whole else Validators()
    try:
        reply = _ask(question, source, by, validators, memory.cursor)
    except FetchFailed as failed:
        return _opened(failed, question, source, memory, by, first=first)
    brought = Haul(reply, _hash(question, reply), dict(memory.cursor))
    same = reply.status == 304 or brought.body == memory.body
    if memory.body and same and whole:
        brought.unchanged, brought.short = True, memory.short
        return brought
    rest = cut(reply.body, set(memory.marks)) if reader.cuts else Rest(reply.body, (), 0)
    brought.marks, brought.skipped = rest.marks, rest.skipped
    found = _read(source, question, reply, rest.body, brought, by, first=first)
    brought.add(found)
    _walk_on(found, source, memory, brought, by, home=question.url, first=first)
    return brought


def _opened(
    failed: FetchFailed, question: Question, source: Source, memory: state.State, by: Round, *, first: bool
) -> Haul:
    """A visit whose first reply is a status that its reader takes for an answer; else that fault."""
    if failed.status not in READERS[source.reader].opening or not failed.reason.startswith("http_"):
        raise failed
    reply = _absent(failed)
    brought = Haul(reply, "", dict(memory.cursor))
    try:
        found = _read(source, question, reply, b"", brought, by, first=first)
    except Quarantine:
        raise failed from None
    brought.add(found)
    _walk_on(found, source, memory, brought, by, home=question.url, first=first)
    if brought.stopped and not brought.items:
        raise failed
    return brought


def one_list(source: Source) -> bool:
    """Whether a source gives one list, from which the oldest go as new ones come: no cursor and no pages."""
    return READERS[source.reader].whole or (isinstance(source.query, JsonApi) and source.query.pages is None)


def _walk_on(
    found: Found, source: Source, memory: state.State, brought: Haul, by: Round, *, home: str, first: bool
) -> None:
    """The pages after the first, until there is no next one, nothing new, or enough.

    A page that cannot be had ends the visit: what came before it lands.
    """
    reader, moved = READERS[source.reader], False
    for _ in range(reader.pages - 1):
        question = found.next
        if question is None:
            return
        before = dict(brought.cursor)
        try:
            reply = _next(question, source, by, reader, at_home=_origin(question.url) == _origin(home))
            found = _read(source, question, reply, reply.body, brought, by, first=first)
        except (FetchFailed, Quarantine) as failed:
            _stop(failed, memory, brought, backwards=first and one_list(source))
            return
        brought.add(found)
        moved = brought.cursor != before
    if found.next and found.left and moved:  # the next visit goes on there
        brought.short = brought.short or "cut_off"
    elif found.next and reader.pages > 1 and not moved:
        brought.older = first
        brought.short = brought.short or ("" if first else "full_page")


def _stop(failed: FetchFailed | Quarantine, memory: state.State, brought: Haul, *, backwards: bool) -> None:
    """A later page cannot be had. The cursor stays where it was, so that the next visit comes by here again.

    backwards: whether the page was an older one of a first visit. Then the next visit comes by again when the
    reason may pass, and not for ever (WALKS): else the source would stay new, and be asked in full each time.
    """
    reason = failed.reason if isinstance(failed, FetchFailed) else str(failed)
    brought.retry_after = failed.retry_after if isinstance(failed, FetchFailed) else 0
    if backwards and (reason not in PASSES or memory.walks >= WALKS):
        brought.older, brought.unread = True, reason
        return
    brought.cursor, brought.stopped = dict(memory.cursor), reason


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc


def _next(question: Question, source: Source, by: Round, reader: Reader, *, at_home: bool) -> Reply:
    """The reply to a later question of a visit; the secret of the source goes to its own host alone."""
    try:
        return _ask(question if at_home else replace(question, key=""), source, by, Validators(), {})
    except FetchFailed as failed:
        if failed.status in reader.absent:
            return _absent(failed)
        raise


def _absent(failed: FetchFailed) -> Reply:
    """A status in the place of a reply, as parse is told of it."""
    return Reply(failed.status, b"", f"absent/{failed.status}", Validators(), of_moment=True)


def _read(
    source: Source, question: Question, reply: Reply, body: bytes, brought: Haul, by: Round, *, first: bool
) -> Found:
    asked = Asked(
        source=source,
        fetched_at=by.moment,
        key=by.key,
        content_type=reply.content_type,
        question=question,
        url=reply.url,
        link=reply.link,
        cursor=brought.cursor,
        first_visit=first,
    )
    try:
        return by.sandbox.read(source.reader, body, asked)
    except Quarantine as bad:
        if str(bad) != "html_instead_of_feed":
            raise
        reason = wall(reply.body, reply.content_type, question.url, reply.url)
        raise Quarantine(reason or str(bad), bad.detail) from bad


def shown(memory: state.State, at: datetime) -> Validators:
    """What to show the source; nothing when it lies, and once a day nothing to find out whether it does."""
    if memory.lies or memory.full is None or at - memory.full >= FULL_EVERY:
        return Validators()
    return Validators(memory.etag, memory.last_modified)


def _ask(
    question: Question, source: Source, by: Round, validators: Validators, cursor: Mapping[str, str]
) -> Reply:
    """The source's reply; FetchFailed no_secret without its key, no_past when it is not of the moment."""
    secret = secret_of(source, by.secrets)
    if secret is None:
        raise FetchFailed("no_secret", f"there is no secret at {source.secret}{_hint(source.secret)}")
    if source.reader == "bluesky_search":
        return _with_session(question, source, by, secret)
    if source.reader == "jetstream":
        return _heard(question, source, by, cursor)
    return _reply(question, source, by, secret, validators)


def _hint(secret: str | None) -> str:
    """Where a connection of Airflow is looked for outside Airflow."""
    kind, _, name = (secret or "").partition(":")
    return f" (outside Airflow: AIRFLOW_CONN_{name.upper()})" if kind == "connection" else ""


def _reply(question: Question, source: Source, by: Round, secret: str, validators: Validators) -> Reply:
    pause = source.pause_seconds or READERS[source.reader].pause or None
    try:
        reply = by.door.ask(
            question,
            secret=secret,
            validators=validators,
            past=by.past,
            pause=pause,
            inside=by.door.is_inside(source.address),
        )
    except FetchFailed as failed:
        if failed.away_until:  # a moment, of a server that does not say what time it has: we count from ours
            left = int((failed.away_until - by.now).total_seconds())
            failed.retry_after = max(0, min(left, LONGEST_AWAY))
        raise
    if not reply.of_moment:
        raise FetchFailed("no_past", "the source does not keep its past", status=reply.status)
    return reply


def _with_session(question: Question, source: Source, by: Round, secret: str) -> Reply:
    """The reply to somebody with an account: one session for all sources that name the same secret."""
    keep = by.settings.places.of("state") / "sessions" / f"{digest(source.address, source.secret or '')}.json"
    token = bluesky_session.token(by.door, source.address, secret, keep)
    try:
        return _reply(question, source, by, token, Validators())
    except FetchFailed as failed:
        if failed.reason == "secret_refused":
            bluesky_session.forget(keep)
        raise


def _heard(question: Question, source: Source, by: Round, cursor: Mapping[str, str]) -> Reply:
    """What the stream has said since the cursor, as if it were a reply; it has no other past than that."""
    if by.past:
        raise FetchFailed("no_past", "a stream plays back a day and a half, and not a moment")
    heard = jetstream.listen(
        source,
        cursor,
        door=by.door,
        until_us=int(by.now.timestamp() * jetstream.SECOND),
        deadline=LISTENED,
        most=LARGEST,
        contact=by.settings.organisation.contact,
    )
    return Reply(200, heard.lines, "application/x-ndjson", Validators(), of_moment=True, url=question.url)


def _hash(question: Question, reply: Reply) -> str:
    asked = f"{question.url} {question.body}\n".encode()
    return hashlib.blake2b(asked + reply.body, digest_size=16).hexdigest()
