"""Official publications of the Dutch government (Staatscourant, Gemeenteblad and so on) through SRU 2.0.

The service refuses `sortKeys`, so what comes is sorted here, newest first within a page. `==` is exact.
Fields as public clients of repository.overheid.nl/sru read them (to October 2026): identifier, title,
creator and modified in owmskern; date, available and abstract in owmsmantel; preferredUrl and itemUrl in
enrichedData. Nothing here was tried on the live service.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from xml.etree.ElementTree import Element

from kaders.errors import Quarantine
from kaders.model import Item, Question
from kaders.queries import Sru
from kaders.read import dates
from kaders.read.items import Asked, Found, found, item
from kaders.read.markup import name, named, tree, words
from kaders.read.services import asked_at, moment_of, parameters, said, with_parameters
from kaders.read.text import plain
from kaders.read.url import canonical
from kaders.settings import Source

PAGE = 100
"""Records a page; the service allows 1,000, and 100 keeps a page well within our limit of size."""
FIRST = timedelta(days=7)
"""How far a first visit looks back."""
OVERLAP = timedelta(days=2)
"""Asked again at every visit: records bear a day and no time, and may enter the repository a day late."""


def first(source: Source, cursor: Mapping[str, str], moment: datetime) -> Question:
    """What was modified since the last day that was read whole, or the rest of a visit that was cut off."""
    done = moment_of(cursor.get("done", ""))
    start = min(done, moment) - OVERLAP if done else moment - FIRST
    since = cursor.get("since") or f"{start.astimezone(UTC):%Y-%m-%d}"
    asks = {
        "operation": "searchRetrieve",
        "version": "2.0",
        "query": _cql(source, since),
        "startRecord": cursor.get("start") or "1",
        "maximumRecords": PAGE,
    }
    return Question(with_parameters(source.address, asks), accept="application/xml")


def parse(body: bytes, asked: Asked) -> Found:
    """The publications of one page, newest first, and the question for the next.

    As cursor the day up to which everything was read; on a page that is not the last, where to go on. A
    service that says what is wrong gives Quarantine("service_fault") with its words; `short` is cut_off when
    it promises records and gives none. Else Quarantine as read.markup.tree does.
    """
    root = tree(body, asked.content_type)
    _refuse(root)
    total, records = words(root, "numberOfRecords"), _records(root)
    if not re.fullmatch(r"[0-9]{1,9}", total):
        raise Quarantine("unreadable", "the reply does not say how many records there are")
    read = found(records, _item, asked)
    newest = sorted(read.items, key=lambda each: each.published or asked.fetched_at, reverse=True)
    start = int(_asked_start(asked)) + len(records)
    more = start <= int(total)
    return replace(
        read,
        items=tuple(newest),
        next=_page(asked, start) if more and records else None,
        cursor=_where(asked, start) if more else _done(asked),
        short="cut_off" if more and not records else "",
    )


def _cql(source: Source, since: str) -> str:
    query = source.query
    assert isinstance(query, Sru)
    clauses = ['c.product-area=="officielepublicaties"', f"dt.modified>={since}"]
    asks = {
        "dt.creator=": query.creator,
        "cql.textAndIndexes=": query.words,
        "w.publicatienaam==": query.publication,
    }
    return " and ".join((*clauses, *(index + _quoted(text) for index, text in asks.items() if text)))


def _quoted(text: str) -> str:
    """A text within CQL: backslashes and quotes are escaped, so that it stays one term."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _page(asked: Asked, start: int) -> Question:
    return Question(with_parameters(asked_at(asked), {"startRecord": start}), accept="application/xml")


def _asked_start(asked: Asked) -> str:
    start = parameters(asked_at(asked)).get("startRecord", "")
    return start if start.isascii() and start.isdigit() else "1"


def _where(asked: Asked, start: int) -> dict[str, str]:
    since = re.search(r"dt\.modified>=(\d{4}-\d\d-\d\d)", parameters(asked_at(asked)).get("query", ""))
    return {"since": since[1], "start": str(start)} if since else {}


def _done(asked: Asked) -> dict[str, str]:
    return {"done": f"{asked.fetched_at.astimezone(UTC):%Y-%m-%d}", "since": "", "start": ""}


def _refuse(root: Element) -> None:
    """Quarantine for what is no answer to a search: a diagnosis in words, or something else."""
    if name(root) == "searchRetrieveResponse" and not any(name(each) == "diagnostics" for each in root):
        return
    wrong = next(named(root, "diagnostic"), None)
    if wrong is not None:
        raise Quarantine("service_fault", said(words(wrong, "message"), words(wrong, "details")))
    raise Quarantine("unreadable", "the reply is no answer of an SRU service")


def _records(root: Element) -> list[Element]:
    lists = (each for each in root if name(each) == "records")
    return [record for each in lists for record in each if name(record) == "record"]


def _item(record: Element, asked: Asked) -> Item:
    title = plain(words(record, "title"))
    guid = words(record, "identifier")
    if not guid or not title:
        raise ValueError("nothing to know it by, or nothing to read")
    raw = [words(record, field) for field in ("available", "issued", "date", "modified")]
    published, mark = dates.first_of(filter(None, raw), fetched_at=asked.fetched_at)
    return item(
        asked,
        guid=guid,
        url=_url(record, guid),
        title=title,
        text=plain(words(record, "abstract", "description")),
        published=published,
        language="nl",
        date_mark=mark,
    )


def _url(record: Element, guid: str) -> str:
    """The page that the service prefers, its page in HTML, or the one that follows from the identifier."""
    pages = [each.text or "" for each in named(record, "itemUrl") if each.get("manifestation") == "html"]
    derived = f"https://zoek.officielebekendmakingen.nl/{guid}.html" if re.fullmatch(r"[\w-]+", guid) else ""
    candidates = (words(record, "preferredUrl"), *pages, derived)
    return next(filter(None, (canonical(each) for each in candidates)), "")
