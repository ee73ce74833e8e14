"""Papers of Dutch councils through Open Raadsinformatie: an Elasticsearch that is asked with POST.

Known from public clients (to October 2026): only documents are supported since March 2023; nothing says when
a paper was published or changed, so the date of the last meeting that discussed it has to do, and papers for
a coming meeting have a date ahead. That is why every visit reads the whole window again: visit once or twice
a day. `url` leads to the paper through the service and opens more often than `original_url`, the address in
the council's own system; the latter is used when there is no other. Nothing here was tried on the live
service.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from kaders.errors import Quarantine
from kaders.model import Item, Question
from kaders.queries import Raadsinformatie
from kaders.read import dates
from kaders.read.items import Asked, Found, found, item, number, string
from kaders.read.posts import reply
from kaders.read.services import asked_at, said
from kaders.read.text import LONGEST_HTML, plain
from kaders.read.url import canonical
from kaders.settings import Source

PAGE = 20
"""Papers a page: each comes with its whole text, up to some 100 KB, and a reply may be 15 MB."""
WINDOW = timedelta(days=14)
"""How long ago a paper was last discussed at most: two weeks of meetings; coming ones have no bound."""
DEEPEST = 10_000
"""Elasticsearch goes no further than this with `from` and `size` (index.max_result_window)."""
DATE = "last_discussed_at"
FIELDS = ("@type", "name", "title", "file_name", "description", "text", "url", "original_url", DATE)
"""What is asked of each paper: its text stands in three more fields, which would be megabytes."""
SOUGHT = ("text", "title", "description", "name")
PAPERS = ("", "MediaObject", "Report", "AgendaItem", "Meeting")
"""The kinds that are kept; the service also has persons and their memberships, which are not ours to keep."""


def first(source: Source, cursor: Mapping[str, str], moment: datetime) -> Question:
    """The papers that were discussed since WINDOW or will be, the latest meeting first."""
    query = source.query
    assert isinstance(query, Raadsinformatie)
    day = f"{moment.astimezone(UTC) - WINDOW:%Y-%m-%d}"
    return Question(
        f"{source.address.rstrip('/')}/{query.index}/_search",
        body=json.dumps(_body(query.words, day), ensure_ascii=False),
        accept="application/json",
    )


def parse(body: bytes, asked: Asked) -> Found:
    """The papers of one page and the question for the next.

    Raises Quarantine: service_fault with the service's own words, else as read.posts.reply does. `short` is
    cut_off when the service says that it did not look everywhere.
    """
    answer = reply(body, asked)
    hits = answer.get("hits") if isinstance(answer, dict) else None
    if not isinstance(hits, dict) or not isinstance(hits.get("hits"), list):
        raise _fault(answer)
    rows: list[Any] = hits["hits"]
    return replace(
        found(rows, _item, asked),
        next=_next(asked, len(rows), _total(hits)) if rows else None,
        short="cut_off" if _partial(answer) else "",
    )


def _body(words: str, day: str) -> dict[str, object]:
    sought = {"query": words, "fields": list(SOUGHT), "default_operator": "and"}
    matching: dict[str, object] = {"simple_query_string": sought} if words else {"match_all": {}}
    since = {"gte": day, "format": "strict_date_optional_time", "time_zone": "Europe/Amsterdam"}
    return {
        "query": {"bool": {"must": [matching], "filter": [{"range": {DATE: since}}]}},
        "sort": [{DATE: {"order": "desc", "unmapped_type": "date"}}],
        "_source": list(FIELDS),
        "size": PAGE,
        "from": 0,
    }


def _next(asked: Asked, given: int, total: int) -> Question | None:
    """The same question further on, as long as there is more and Elasticsearch goes that far."""
    if not asked.question or not asked.question.body:
        return None
    body = json.loads(asked.question.body)
    start = number(body.get("from")) + given
    if start >= total or start + PAGE > DEEPEST:
        return None
    return Question(
        asked_at(asked), json.dumps({**body, "from": start}, ensure_ascii=False), accept="application/json"
    )


def _total(hits: dict[str, Any]) -> int:
    """How many there are: a number, or since version 7 an object with one."""
    total = hits.get("total")
    return number(total.get("value") if isinstance(total, dict) else total)


def _partial(answer: dict[str, Any]) -> bool:
    shards = answer.get("_shards")
    failed = number(shards.get("failed")) if isinstance(shards, dict) else 0
    return answer.get("timed_out") is True or failed > 0


def _item(hit: dict[str, Any], asked: Asked) -> Item | None:
    paper = hit["_source"]
    if string(paper.get("@type")) not in PAPERS:
        return None
    guid = string(hit["_id"])
    title = next(
        filter(None, (plain(string(paper.get(field))) for field in ("name", "title", "file_name"))), ""
    )
    text = plain(_pages(paper.get("text"))) or plain(_pages(paper.get("description")))
    if not guid or not (title or text):
        raise ValueError("nothing to know it by, or nothing to read")
    published, mark = dates.judged(paper.get(DATE), fetched_at=asked.fetched_at)
    return item(
        asked,
        guid=guid,
        url=canonical(string(paper.get("url"))) or canonical(string(paper.get("original_url"))),
        title=title,
        text=text,
        published=published,
        language="nl",
        date_mark=mark,
    )


def _pages(text: object) -> str:
    """A text, or a text in pages as the first of them, as far as we look."""
    if isinstance(text, list):
        return "\n".join(string(page) for page in text[:100])[:LONGEST_HTML]
    return string(text)


def _fault(answer: Any) -> Quarantine:
    error = answer.get("error") if isinstance(answer, dict) else None
    if isinstance(error, dict):
        return Quarantine("service_fault", said(error.get("type"), error.get("reason")))
    if isinstance(error, str):
        return Quarantine("service_fault", said(error))
    return Quarantine("unreadable", "the reply has no list 'hits.hits'")
