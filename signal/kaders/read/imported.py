"""Documents from a CSV or JSONL file as items; a bad row is one sentence and the rest goes on."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, get_args

from kaders.errors import ConfigurationError, Problem
from kaders.model import Item, SourceKind
from kaders.read import dates
from kaders.read.items import BROKEN, Asked, item, unique
from kaders.read.people import byline
from kaders.read.text import plain, tidy
from kaders.read.url import canonical

COLUMNS = ("id", "title", "text", "url", "published", "author", "language", "kind")
LONGEST_FIELD = 10_000_000
"""Characters; csv refuses fields over 131,072 by default, and whole policy papers are longer."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What came out of a file: the items, a sentence for each bad row, and two counts.

    rows        rows that were looked at
    other_kind  rows that state another kind than their source; the source's kind is the one that counts
    """

    items: tuple[Item, ...]
    problems: tuple[Problem, ...]
    rows: int
    other_kind: int


class _BadRow(ValueError):
    """A row that cannot be imported: what is wrong, and how to mend it."""

    def __init__(self, what: str, mend: str) -> None:
        super().__init__(what)
        self.what, self.mend = what, mend


def parse(body: bytes, asked: Asked, *, name: str) -> Imported:
    """The items of a CSV (comma, semicolon or tab) or JSONL file with the columns of COLUMNS.

    `name` is the file's name for the sentences. Raises ConfigurationError when no row can be read: an empty
    file, or a CSV without the columns that make a document.
    """
    text = _decoded(body)
    if not text.strip():
        raise ConfigurationError(problems=(Problem(name, 1, "the file is empty", _expects()),))
    rows = list(_jsonl(text) if text.lstrip().startswith("{") else _csv(text, name))
    results = [_result(line, row, name, asked) for line, row in rows]
    kinds = [str(row.get("kind") or "").strip() for _, row in rows if isinstance(row, dict)]
    return Imported(
        items=unique(each for each in results if isinstance(each, Item)),
        problems=tuple(each for each in results if isinstance(each, Problem)),
        rows=len(rows),
        other_kind=sum(kind in get_args(SourceKind) and kind != asked.source.kind for kind in kinds),
    )


def _decoded(body: bytes) -> str:
    """UTF-8, or the Windows code page that Excel writes CSV in."""
    try:
        return body.decode("utf-8-sig").replace("\0", "")
    except UnicodeDecodeError:
        return body.decode("cp1252", "replace").replace("\0", "")


def _jsonl(text: str) -> Iterator[tuple[int, Any]]:
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            yield number, json.loads(line)
        except (ValueError, RecursionError):
            yield number, _BadRow("the line is no JSON", "Write one JSON object on each line")


def _csv(text: str, name: str) -> Iterator[tuple[int, Any]]:
    csv.field_size_limit(LONGEST_FIELD)
    head = text.lstrip().split("\n", 1)[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=head.count))
    columns = [column.strip().lower() for column in next(filter(any, reader), [])]
    if not {"title", "text"} & set(columns) or not {"id", "url"} & set(columns):
        raise ConfigurationError(
            problems=(Problem(name, 1, "the columns are not the expected ones", _expects()),)
        )
    start = reader.line_num + 1
    for row in reader:
        if any(row):
            fits = len(row) <= len(columns)
            mend = "Put quotation marks round a value that holds the separator"
            yield (
                start,
                dict(zip(columns, row, strict=False))
                if fits
                else _BadRow("the row has too many values", mend),
            )
        start = reader.line_num + 1


def _result(line: int, row: Any, name: str, asked: Asked) -> Item | Problem:
    try:
        if isinstance(row, _BadRow):
            raise row
        return _item(row, asked)
    except _BadRow as bad:
        return Problem(name, line, bad.what, bad.mend)
    except BROKEN:
        return Problem(name, line, "the row is no document", _expects())


def _item(row: dict[str, Any], asked: Asked) -> Item:
    value = {
        column: str(row.get(column) if row.get(column) is not None else "").strip() for column in COLUMNS
    }
    title, text = plain(value["title"]), plain(value["text"])
    if value["kind"] and value["kind"] not in get_args(SourceKind):
        raise _BadRow(
            f"the kind '{value['kind']}' does not exist", "Use news, rss, social or own, or leave it empty"
        )
    if not (title or text):
        raise _BadRow("the row has neither a title nor a text", "Fill at least one of the two")
    url = _address(value["url"])
    if not value["id"] and not url:
        raise _BadRow("the row has neither an id nor an address", "Fill at least one of the two")
    return item(
        asked,
        guid=value["id"],
        url=url,
        title=title,
        text=text,
        published=_published(value["published"], asked.fetched_at),
        language=value["language"],
        author=byline(value["author"], asked.source, asked.key),
    )


def _address(raw: str) -> str:
    url = canonical(raw)
    if raw and not url:
        raise _BadRow(f"'{tidy(raw)[:80]}' is no web address", "An address starts with http:// or https://")
    return url


def _published(raw: str, fetched_at: datetime) -> datetime | None:
    """None for an empty value; one that cannot be read is a fault, as a wrong day misleads every count."""
    published = dates.moment(raw, fetched_at=fetched_at)
    if raw and published is None:
        mend = "Write it as 2026-11-23T08:00:00+01:00, between 1995 and today, or leave it empty"
        raise _BadRow(f"'{raw[:80]}' is no date that can be used", mend)
    return published


def _expects() -> str:
    return f"Expected: {', '.join(COLUMNS)}, with a title or a text and an id or a url in every row"
