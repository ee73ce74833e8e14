"""Searches what was published: the question, the period, and what of each hit may be shown."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import partial

from kaders.ask.excerpt import excerpt
from kaders.ask.names import names_of
from kaders.ask.question import question
from kaders.ask.tree import Node
from kaders.errors import Busy, ConfigurationError
from kaders.settings import Settings
from kaders.store.connection import Damaged
from kaders.store.files import Unwritable
from kaders.store.published import is_there
from kaders.store.search import Hit
from kaders.store.search import search as search_store
from kaders.store.search_index import Progress, current, update

_AGO = re.compile(r"(\d{1,4})([hdw])")
_UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}


@dataclass(frozen=True, slots=True)
class Line:
    """What is shown of a hit: never more than its title, a snippet and its link.

    published  on the organisation's own clock
    source     its name; the id when it is no longer in sources.yaml
    """

    published: datetime
    source: str
    kind: str
    title: str
    snippet: str
    url: str
    copy: bool
    changed: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """The newest hits, and how many there are per kind of source, shown or not."""

    lines: tuple[Line, ...]
    kinds: dict[str, int]

    @property
    def total(self) -> int:
        """All hits."""
        return sum(self.kinds.values())


def search(
    settings: Settings,
    moment: datetime,
    asked: str,
    *,
    since: str = "",
    until: str = "",
    limit: int = 20,
    progress: Progress | None = None,
) -> Answer:
    """Answers a boolean question over what was published before `moment`, newest first.

    since, until: as `bound` reads them; progress: told of documents that are indexed. Brings the index up to
    date when it is not, and makes it anew when it is damaged; when another process is bringing it up to date,
    or this user may not, the index of before is asked. Raises Unclear for a question that cannot be read,
    ConfigurationError for a period that cannot be, KadersError when nothing was loaded yet.
    """
    node = question(asked, names_of(settings))
    first = bound(settings, moment, since) if since else None
    last = bound(settings, moment, until, end=True) if until else moment
    if first and first >= last:
        raise ConfigurationError(
            "the period ends before it begins: give --since an earlier moment than --until"
        )
    _freshen(settings, progress)
    ask = partial(search_store, settings.places, node, since=first, until=last, limit=limit)
    try:
        found = ask()
    except Damaged as error:
        if error.path != settings.places.search:
            raise
        update(settings.places, anew=True, progress=progress)
        found = ask()
    return Answer(tuple(_line(settings, node, hit) for hit in found.hits), found.kinds)


def bound(settings: Settings, moment: datetime, said: str, *, end: bool = False) -> datetime:
    """The moment that `7d`, `24h`, `2w` (before `moment`) or a day of the organisation's calendar means.

    end: of a day its end is meant and not its beginning. Raises ConfigurationError for anything else.
    """
    if ago := _AGO.fullmatch(said.strip().lower()):
        return moment - int(ago.group(1)) * _UNITS[ago.group(2)]
    with suppress(ValueError):
        day = date.fromisoformat(said) + timedelta(days=end)
        return datetime.combine(day, time(), settings.organisation.zone)
    raise ConfigurationError(f"'{said}' is no period: write it as 7d, 24h, 2w or 2026-11-23")


def _freshen(settings: Settings, progress: Progress | None) -> None:
    places = settings.places
    if is_there(places) and current(places):
        return
    try:
        update(places, progress=progress)
    except (Busy, Unwritable):
        if not places.search.exists():
            raise


def _line(settings: Settings, node: Node, hit: Hit) -> Line:
    names = {source.id: source.name for source in settings.sources}
    return Line(
        published=hit.published.astimezone(settings.organisation.zone),
        source=names.get(hit.source, hit.source),
        kind=hit.kind,
        title=hit.title,
        snippet=excerpt(node, hit.text or hit.snippet),
        url=hit.url,
        copy=hit.copy,
        changed=hit.changed,
    )
