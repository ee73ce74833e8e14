"""Any JSON API that an operator describes in YAML: where the entries stand, and how the next page is asked.

A path is names with dots between them: `data.items`, `author.name`, `links[0].href`. A name that meets a list
is looked up in each of its members, so `tags.name` gives all names; `[*]` does the same without a name. The
empty path is the whole reply.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from kaders.errors import Quarantine
from kaders.model import Item, Question
from kaders.queries import JsonApi, Paging
from kaders.read import dates, json_text
from kaders.read.charset import text_of
from kaders.read.items import Asked, Found, found, item
from kaders.read.people import byline
from kaders.read.posts import reply
from kaders.read.services import asked_at, moment_of, onward, parameters, said, stamp, with_parameters
from kaders.read.text import LONGEST_HTML, plain
from kaders.read.url import canonical
from kaders.settings import Source

OVERLAP = timedelta(hours=1)
"""Asked again with `since`: an entry may appear after one with a later date. Our guess."""
MOST_ENTRIES = 20_000
"""Entries of one reply that are read; the largest pages that APIs offer hold a thousand."""
FAR = 10
"""Pages, half of what a visit walks (readers.py). When the oldest entries come first, a collection that goes
further is read on from its last full page; a shorter one from its start, so that changes are seen."""
ORDERED = 5
"""Entries of a page that must have dates in order before we take the order for the API's: by chance five are
one time in 120."""
FAULTS = ("error", "errors", "fault", "message")
"""Where an API that answers with status 200 says that something is wrong."""
_STEP = re.compile(r"[^.\[\]]+|\[(?:\d{1,6}|\*)\]")


def first(source: Source, cursor: Mapping[str, str], moment: datetime) -> Question:
    """The address with its parameters, the number of the page to begin at, and the moment of what we have."""
    query = _query(source)
    asks: dict[str, str | int] = {}
    if query.pages and query.pages.parameter and query.pages.step:
        asks[query.pages.parameter] = _begin(query.pages, cursor)
    newest = moment_of(cursor.get("newest", ""))
    if query.since and newest:
        asks[query.since] = stamp(newest - OVERLAP)
    address = with_parameters(source.address, query.parameters) if query.parameters else source.address
    body = json.dumps(query.body, ensure_ascii=False) if query.body else ""
    return _with(Question(address, body, query.key, "application/json"), asks)


def parse(body: bytes, asked: Asked) -> Found:
    """The entries of one page, the next page, and as cursor the moment of the newest entry.

    Of pages with numbers whose oldest entries come first, the cursor also has the last full one, when it lies
    far from the start: what is new is behind it. A visit begins one page before, as entries may have gone.

    An entry in which nothing stands where title, text and address should is counted as bad; when that is all
    of them, or `items` leads to no list, Quarantine("unreadable") says which path it was. A reply that has a
    fault in place of entries is service_fault. Else Quarantine as read.posts.reply does.

    Of a reply that is no sound JSON the entries are read one by one, when `items` is names only. One that
    breaks off leaves `newest` where it was: what it did not show is asked again.
    """
    query, (answer, broken, cut_off) = _query(asked.source), _answer(body, asked)
    entries = _entries(answer, query)
    read = found(entries, _item, asked)
    if entries and read.bad == len(entries):
        paths = ", ".join(f"'{path}'" for path in (query.title, *query.text, query.url) if path)
        raise Quarantine(
            "unreadable", f"in none of {read.bad} entries something stands at {paths or 'a path'}"
        )
    page, refused = _next(answer, len(entries) + broken, asked)
    cut = refused or cut_off or len(entries) == MOST_ENTRIES
    cursor = _newest(Found(()) if cut_off else read, asked) | _last_full(read, page, asked)
    if cursor.get("page") == "":  # where we began in vain, the pages before have to be walked after all
        page = first(asked.source, cursor, asked.fetched_at)
    return replace(read, bad=read.bad + broken, next=page, cursor=cursor, short="cut_off" if cut else "")


def _answer(body: bytes, asked: Asked) -> tuple[Any, int, bool]:
    """The reply, how many of its entries are broken, and whether it ends before its end."""
    path = _query(asked.source).items
    try:
        return reply(body, asked), 0, False
    except Quarantine as refused:
        if str(refused) != "unreadable" or "[" in path:
            raise
        names = path.removeprefix("$").strip(".").split(".") if path else []
        with suppress(ValueError):
            text = text_of(body, asked.content_type).strip("\ufeff\0 \t\r\n")
            made = json_text.salvaged(text, *filter(None, names))
            return made.answer, made.bad, made.cut_off
        raise


def reached(value: Any, path: str) -> list[Any]:
    """Everything that a path leads to in a JSON value; empty when it leads nowhere."""
    here = [value]
    for step in _STEP.findall(path.removeprefix("$")):
        here = [further for each in here for further in _stepped(each, step)]
    return here


def _stepped(value: Any, step: str) -> list[Any]:
    if isinstance(value, dict):
        return [value[step]] if step in value else []
    if not isinstance(value, list):
        return []
    if step == "[*]":
        return value
    if step[0] == "[":
        return value[int(step[1:-1]) :][:1]
    return [each[step] for each in value if isinstance(each, dict) and step in each]


def _texts(value: Any, path: str) -> list[str]:
    """The texts at a path; of a list all of them. Numbers count as text, true and null do not."""
    if not path:
        return []
    leaves = [leaf for each in reached(value, path) for leaf in (each if isinstance(each, list) else [each])]
    kept = (leaf for leaf in leaves if isinstance(leaf, str | int | float) and not isinstance(leaf, bool))
    return [text for text in map(str, kept) if text]


def _words(value: Any, path: str) -> str:
    """All texts at a path as one."""
    return ", ".join(_texts(value, path))[:LONGEST_HTML]


def _one(value: Any, path: str) -> str:
    """The first text at a path, where several make no sense."""
    return next(iter(_texts(value, path)), "")


def _query(source: Source) -> JsonApi:
    assert isinstance(source.query, JsonApi)
    return source.query


def _entries(answer: Any, query: JsonApi) -> list[Any]:
    """The list that `items` leads to, several lists as one, null as none; Quarantine when it is no list."""
    lists = reached(answer, query.items)
    if lists and all(each is None or isinstance(each, list) for each in lists):
        return [entry for each in lists for entry in each or ()][:MOST_ENTRIES]
    wrong = (
        next((answer[key] for key in FAULTS if answer.get(key)), None) if isinstance(answer, dict) else None
    )
    if wrong and not lists:
        raise Quarantine("service_fault", _fault(wrong, query))
    raise Quarantine("unreadable", f"the path '{query.items}' leads to no list of entries")


def _fault(wrong: Any, query: JsonApi) -> str:
    """The API's own words; not when it needs a key, as it may repeat that."""
    if query.key:
        return "the API says that something is wrong"
    if isinstance(wrong, list):
        wrong = wrong[0]
    named = ("code", "type", "message", "detail")
    return said(*(wrong.get(each) for each in named)) if isinstance(wrong, dict) else said(wrong)


def _item(entry: Any, asked: Asked) -> Item:
    query, source = _query(asked.source), asked.source
    if not isinstance(entry, dict):
        raise TypeError("an entry is no object")
    link = _one(entry, query.url)
    url = canonical(link, base=asked.url or asked_at(asked)) if link else ""
    title = plain(_words(entry, query.title))
    text = plain("\n\n".join(filter(None, (_words(entry, path) for path in query.text))))
    if not (title or text or url):
        raise ValueError("nothing to read and nothing to open")
    published, mark = dates.judged(_one(entry, query.published), fetched_at=asked.fetched_at)
    return item(
        asked,
        guid=_one(entry, query.id),
        url=url,
        title=title,
        text=text,
        published=published,
        language=_one(entry, query.language) or source.language,
        author=byline(_words(entry, query.author), source, asked.key),
        date_mark=mark,
    )


def _newest(read: Found, asked: Asked) -> dict[str, str]:
    """The moment of the newest entry that we have, never after the visit itself."""
    known = moment_of(asked.cursor.get("newest", ""))
    moments = [*(each.published for each in read.items), known]
    newest = max((min(each, asked.fetched_at) for each in moments if each), default=None)
    return {"newest": stamp(newest)} if newest else {}


def _begin(pages: Paging, cursor: Mapping[str, str]) -> int:
    """The number of the first page to ask: the start, or one page before the last full one."""
    kept = _kept(cursor)
    return pages.start if kept is None else max(pages.start, kept - pages.step)


def _kept(cursor: Mapping[str, str]) -> int | None:
    """The number of the page that was the last full one, if it was worth keeping."""
    number = cursor.get("page", "")
    return int(number) if number.isascii() and number.isdigit() else None


def _last_full(read: Found, following: Question | None, asked: Asked) -> dict[str, str]:
    """As cursor the number of this page when the next visit may begin there.

    '' when this one did so in vain: the page is empty by now, or the newest entries come first.
    """
    query, question = _query(asked.source), asked.question
    pages = query.pages
    if not question or not pages or pages.next or not pages.parameter or not pages.step or query.since:
        return {}
    number, kept, ordered = _number(question, pages.parameter), _kept(asked.cursor), _oldest_first(read)
    if kept is not None and number < kept and not ordered:
        return {"page": ""}
    far = number >= pages.start + (FAR - 1) * pages.step
    return {"page": str(number)} if following and far and ordered else {}


def _oldest_first(read: Found) -> bool:
    moments = [each.published for each in read.items if each.published]
    return len(moments) >= ORDERED and moments == sorted(moments) and moments[0] < moments[-1]


def _next(answer: Any, count: int, asked: Asked) -> tuple[Question | None, bool]:
    """The question for the next page, and whether the API named one on another host."""
    query, question = _query(asked.source), asked.question
    pages = query.pages
    if not pages or not question or not count or count < pages.size:
        return None, False
    further, refused = question, False
    if pages.next:
        mark = _one(answer, pages.next)
        if mark and pages.parameter:
            further = _with(question, {pages.parameter: mark})
        elif mark:
            link = _address(mark, asked, query)
            further, refused = replace(question, url=link or question.url), not link
    elif pages.parameter and pages.step:
        further = _with(question, {pages.parameter: _number(question, pages.parameter) + pages.step})
    return (further if further != question else None), refused


def _address(link: str, asked: Asked, query: JsonApi) -> str:
    """The next page's address without our key, which some APIs write into it: it must not be written down."""
    page, (kind, _, name) = onward(link, asked), query.key.partition(":")
    return with_parameters(page, {}, without=name) if page and kind == "query" else page


def _with(question: Question, asks: Mapping[str, str | int]) -> Question:
    """The question with these parameters: in its body when it is sent with POST, else in its address."""
    if not asks:
        return question
    if question.body:
        return replace(question, body=json.dumps({**json.loads(question.body), **asks}, ensure_ascii=False))
    return replace(question, url=with_parameters(question.url, asks))


def _number(question: Question, parameter: str) -> int:
    given = json.loads(question.body) if question.body else parameters(question.url)
    number = str(given.get(parameter, ""))
    return int(number) if number.isascii() and number.isdigit() else 0
