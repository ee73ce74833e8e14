"""Finds what somebody asks to have erased, so that a person can see whether it is the right thing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from kaders.errors import ConfigurationError
from kaders.read.erased import Asked, Entry, Marks, asked_for, holds, phrase
from kaders.read.people import sealed
from kaders.settings import Places, Settings
from kaders.store import erasable, erased, erasing, keys
from kaders.store.connection import Connection, writing

SMALL = 3
"""Letters of the longest word that stands in many names and in any sentence: van, der, den, ten, het."""


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked, as it was typed. source: whose authors are meant; '' for those of every source."""

    authors: tuple[str, ...] = ()
    urls: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    source: str = ""


@dataclass(frozen=True, slots=True)
class Looked:
    """What a request is about.

    entries   the documents that go
    before    whether the same was asked before, so that nothing of it should be left
    mentions  documents by others that name the authors: those stay
    damaged   landing files that cannot be read
    """

    asked: Asked
    entries: tuple[Entry, ...]
    before: bool
    mentions: int
    damaged: tuple[Path, ...]


def look(settings: Settings, request: Request) -> Looked:
    """What would be erased; nothing is changed.

    Raises ConfigurationError when nothing is asked, for an address that is none, for words that say nothing
    and for a source that nobody knows; Busy when another process writes the warehouse.
    """
    places = settings.places
    key = keys.key(places)
    with warehouse(places) as con:
        sources = list(({} if con is None else erasing.stand_ins(con)).values()) + list(settings.sources)
        _checked(request, {source.id for source in sources})
        asked = asked_for(
            request.authors, request.urls, request.texts, sources, keys.ring(places) or (key,),
            source=request.source,
        )  # fmt: skip
        entries, damaged = erasable.entries(places, con, asked)
        names = [phrase(name) for name in request.authors if phrase(name)]
        mentions = erasable.mentions(places, con, names, {each.id for each in entries}) if names else 0
    return Looked(
        asked, tuple(entries), _known(erased.marks(places), request, asked), mentions, tuple(damaged)
    )


def _checked(request: Request, sources: set[str]) -> None:
    if not (request.authors or request.urls or request.texts):
        raise ConfigurationError("say what to erase: --author NAME, --url ADDRESS or --text WORDS")
    if request.source and request.source not in sources:
        raise ConfigurationError(f"there is no source '{request.source}' in sources.yaml, and never was")
    for url in request.urls:
        if not url.startswith(("http://", "https://")):
            raise ConfigurationError(f"'{url}' is no address: write it as https://site.example/page")
    for given in (*request.texts, *request.authors):
        if not phrase(given):
            raise ConfigurationError(f"'{given}' has no letter and no digit, so nothing can be found by it")


def _known(marks: Marks, request: Request, asked: Asked) -> bool:
    """Whether all of this was erased before."""
    phrases = {sealed(f"text {words}", marks.key) for words in asked.phrases}
    return (
        bool(marks.entries | marks.addresses | marks.authors | marks.texts)
        and (not request.authors or any(marks.author(each, request.source) for each in asked.authors))
        and (not request.urls or any(map(marks.address, asked.addresses)))
        and phrases <= marks.texts
    )


def named_in(why: str, request: Request) -> bool:
    """Whether a reason holds what is asked, or a word of a name that is no small one as "van" is."""
    words = {word for name in request.authors for word in phrase(name.strip("@ ").partition("@")[0]).split()}
    asked = {phrase(each) for each in (*request.authors, *request.texts, *request.urls)}
    return any(holds(why, each) for each in asked | {word for word in words if len(word) > SMALL} if each)


def hash_of(request: Request, key: bytes) -> str:
    """The same request gives the same hash, and nobody can read it."""
    parts = [[phrase(each) for each in request.authors], list(request.urls)]
    parts += [[phrase(each) for each in request.texts], [request.source]]
    return sealed(f"request {json.dumps([sorted(each) for each in parts])}", key)


@contextmanager
def warehouse(places: Places) -> Iterator[Connection | None]:
    """The warehouse when there is one."""
    if not places.warehouse.exists():
        yield None
        return
    with writing(places) as con:
        yield con
