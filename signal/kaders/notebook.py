"""The published warehouse as pandas frames, for notebooks and scripts: what `kaders.open()` gives."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import date, datetime
from pathlib import Path
from types import TracebackType
from typing import Any

import pandas as pd

from kaders.ask.unclear import unknown
from kaders.commands import now
from kaders.desk import read_desk
from kaders.errors import ConfigurationError
from kaders.load import load, root
from kaders.settings import Settings
from kaders.store import audit
from kaders.store.connection import Connection
from kaders.store.frames import frame, texts, viewing

Day = date | str


class Published:
    """What was published of one organisation; as it was known at `as_of` when that is given.

    Each frame is read from the copy that stands published at that instant, so a later call may see more.
    Within `with kaders.open(...) as warehouse:` all are read from the same copy. Nothing waits for a load,
    and no load waits for this. Days are those of the organisation's calendar, moments are in UTC; `since`
    and `until` are days (datetime.date or YYYY-MM-DD), both included. docs/data-dictionary.md says what each
    column means.
    """

    def __init__(self, settings: Settings, *, as_of: datetime | None = None) -> None:
        self._settings, self.as_of = settings, as_of
        self._held: tuple[ExitStack, Connection] | None = None

    def __enter__(self) -> Published:
        stack = ExitStack()
        self._held = stack, stack.enter_context(self._view())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._held:
            stack, self._held = self._held[0], None
            stack.close()

    def signals(
        self, since: Day | None = None, until: Day | None = None, *, watched: bool = False
    ) -> pd.DataFrame:
        """One row per morning and signal, most urgent first; `watched`: issues at level watch too."""
        more = [] if watched else ["level <> 'watch'"]
        return self._days("signals", since, until, *more, order="day, position")

    def trends(
        self, since: Day | None = None, until: Day | None = None, *, issue: str | None = None
    ) -> pd.DataFrame:
        """One row per morning and issue, or those of one issue ("topic:<id>" or "area:<code>")."""
        return self._days("trends", since, until, order="day, issue", issue=issue)

    def attention(
        self, since: Day | None = None, until: Day | None = None, *, issue: str | None = None
    ) -> pd.DataFrame:
        """One row per day and issue on which others published something, or those of one issue.

        documents counts them all; items counts a story once, however many publishers carry it.
        """
        return self._days("attention", since, until, order="day, issue", issue=issue)

    def documents(
        self,
        since: Day | None = None,
        until: Day | None = None,
        *,
        topic: str | None = None,
        source: str | None = None,
        text: bool = False,
    ) -> pd.DataFrame:
        """One row per document published on these days, kept or a copy, in its latest revision.

        topic, source: only those of one topic, of one source. text: a column with the full text as well, NA
        for sources whose `licence` in sources.yaml is not "full". Handing out texts is noted in the audit
        log, so it needs the right to write that.
        """
        more = ["list_contains(string_split(topics, ', '), $topic)"] if topic else []
        with self._view() as con:
            self._there(con, source=source, topic=topic)
            found = self._rows(
                con, "documents", since, until, *more, order="first_seen, id", source=source, topic=topic
            )
            return found.merge(self._texts(con), on="id", how="left") if text else found

    def history(
        self, since: Day | None = None, until: Day | None = None, *, document: str | None = None
    ) -> pd.DataFrame:
        """One row per revision that was first seen on these days, or those of one document: what changed."""
        order = "seen, id, revision"
        return self._days("document_history", since, until, order=order, day="seen::DATE", id=document)

    def tags(
        self, since: Day | None = None, until: Day | None = None, *, layer: str | None = None
    ) -> pd.DataFrame:
        """One row per document published on these days, layer and code, or those of one layer."""
        return self._days("tags", since, until, order="day, id, layer, position", layer=layer)

    def coverage(
        self, since: Day | None = None, until: Day | None = None, *, source: str | None = None
    ) -> pd.DataFrame:
        """One row per day and source that was visited, or those of one source."""
        with self._view() as con:
            self._there(con, source=source)
            return self._rows(con, "coverage", since, until, order="day, source", source=source)

    def sources(self) -> pd.DataFrame:
        """One row per source: those of sources.yaml in its order, then those that are no longer in it.

        Beside the columns of the view sources: name, licence and expected_per_day as sources.yaml has them,
        NA for a source that is no longer there.
        """
        with self._view() as con:
            seen = frame(con, "sources", order="source").set_index("source")
        told = pd.DataFrame(
            [
                (one.id, one.name, one.kind, one.owner_group, one.licence, one.expected_per_day)
                for one in self._settings.sources
            ],
            columns=["source", "name", "kind", "owner_group", "licence", "expected_per_day"],
        ).set_index("source")
        told = told.astype({"expected_per_day": "Float64"})
        found = told.reindex([*told.index, *seen.index.difference(told.index)])
        rest = seen.reindex(found.index)
        found = found.fillna({"kind": rest["kind"], "owner_group": rest["owner_group"]})
        numbers = ["visits_7d", "failed_7d", "entries_7d", "documents_7d", "documents"]
        rest[numbers] = rest[numbers].fillna(0)
        return found.join(rest.drop(columns=["kind", "owner_group"])).reset_index()

    def _there(self, con: Connection, *, source: str | None = None, topic: str | None = None) -> None:
        """Refuses a source or a topic that the organisation does not name and of which nothing was seen."""
        sources = [one.id for one in self._settings.sources]
        if source is not None and source not in sources:
            _refuse("source", source, sources, frame(con, "sources", order="source")["source"])
        topics = read_desk(self._settings.places.folder, world="").topics.ids if topic is not None else None
        if topic is not None and topics is not None and topic not in topics:
            given, here = {"code": topic}, ("layer = 'topic'", "code = $code")
            heard = frame(con, "tags", conditions=here, given=given, order="code")
            _refuse("topic", topic, topics, heard["code"])

    def _texts(self, con: Connection) -> pd.DataFrame:
        found = texts(con, [one.id for one in self._settings.sources if one.licence == "full"])
        counts = {"texts": int(found["text"].notna().sum())}
        if counts["texts"]:
            audit.note(self._settings.places, now(), "full_texts", counts=counts, note="for a notebook")
        return found

    def _days(
        self, view: str, since: Day | None, until: Day | None, *conditions: str, order: str, **equal: Any
    ) -> pd.DataFrame:
        with self._view() as con:
            return self._rows(con, view, since, until, *conditions, order=order, **equal)

    def _rows(
        self,
        con: Connection,
        view: str,
        since: Day | None,
        until: Day | None,
        *conditions: str,
        order: str,
        day: str = "day",
        topic: str | None = None,
        **equal: Any,
    ) -> pd.DataFrame:
        """The rows of a view on some days; `equal`: columns and what they must be, None for anything."""
        given = {name: value for name, value in equal.items() if value is not None}
        where = [*conditions, *(f"{name} = ${name}" for name in given)]
        bounds = {"since": (since, ">="), "until": (until, "<=")}
        for name, (bound, sign) in bounds.items():
            if bound is not None:
                where.append(f"{day} {sign} ${name}::DATE")
                given[name] = _day(bound)
        if topic:
            given["topic"] = topic
        return frame(con, view, conditions=where, given=given, order=order)

    @contextmanager
    def _view(self) -> Iterator[Connection]:
        if self._held:
            yield self._held[1]
            return
        zone = self._settings.organisation.timezone
        with viewing(self._settings.places, zone, self.as_of) as con:
            yield con


def _refuse(kind: str, value: str, named: Iterable[str], seen: Iterable[str]) -> None:
    if value not in set(seen):
        raise unknown(kind, value, {each: each for each in named})


def published(
    organisation: str | Path, *, as_of: datetime | date | str | None, data: str | Path | None
) -> Published:
    """What `kaders.open()` gives; it looks once whether there is something to read."""
    kept = data or os.environ.get("KADERS_DATA", "data")
    settings = load(_found(organisation), data=_found(kept), only_sources=True)
    with Published(settings, as_of=_moment(as_of, settings)) as warehouse:
        return warehouse


def _found(path: str | Path) -> Path:
    """A folder where we stand, else in the project: a notebook often lies in a folder of its own."""
    here, there = Path(path), root() / path
    return there if not here.exists() and there.exists() else here


def _day(day: Day) -> date:
    try:
        return date.fromisoformat(day) if isinstance(day, str) else day
    except ValueError as error:
        raise ConfigurationError(f"{day!r} is no day. Write it as YYYY-MM-DD") from error


def _moment(as_of: datetime | date | str | None, settings: Settings) -> datetime | None:
    """An aware moment: without a zone on the organisation's clock, a day as its morning."""
    if isinstance(as_of, str):
        as_of = _written(as_of)
    if isinstance(as_of, datetime):
        return as_of if as_of.tzinfo else as_of.replace(tzinfo=settings.organisation.zone)
    return settings.morning_of(as_of) if as_of else None


def _written(text: str) -> datetime | date:
    only_day = len(text) == len("2026-11-23")
    try:
        return date.fromisoformat(text) if only_day else datetime.fromisoformat(text)
    except ValueError as error:
        raise ConfigurationError(
            f"{text!r} is no moment. Write it as 2026-11-23 or as 2026-11-23T08:00+01:00"
        ) from error
