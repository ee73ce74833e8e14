"""The five files of an organisation on the desk: read and typed, not yet held against each other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from pydantic import BaseModel, ValidationError

from kaders.entries import WORLD
from kaders.errors import Problem
from kaders.plain_words import meant, problems_of
from kaders.settings import Organisation, Source, StatedFrame, Subscription, Topic
from kaders.yaml_lines import Path_, Sheet, read_sheet

T = TypeVar("T", bound=BaseModel)
NOUNS = {"sources": "source", "topics": "topic", "frames": "stated frame", "subscriptions": "subscription"}


@dataclass(frozen=True, slots=True)
class Entry(Generic[T]):
    """One entry of a file: the typed object, and where it stands for whoever has a remark."""

    item: T
    where: str
    path: Path_
    sheet: Sheet

    def problem(self, what: str, mend: str, *steps: str | int) -> Problem:
        """A problem at the line of a field of this entry."""
        return self.sheet.problem((*self.path, *steps), what, mend)


@dataclass(frozen=True, slots=True)
class Shelf(Generic[T]):
    """All entries of one file that could be typed, all ids that stand in it, and what was wrong.

    `ids` has those of faulty entries too, so that a fault in one place is not reported in a second;
    it is None when the file could not be read.
    """

    entries: tuple[Entry[T], ...]
    ids: tuple[str, ...] | None
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything of one organisation; `organisation` holds one entry, or none when it is faulty."""

    organisation: Shelf[Organisation]
    sources: Shelf[Source]
    topics: Shelf[Topic]
    frames: Shelf[StatedFrame]
    subscriptions: Shelf[Subscription]
    owners: tuple[str, ...] | None
    folder: Path

    def problems(self) -> Iterator[Problem]:
        """What was wrong in each file by itself."""
        for shelf in (self.organisation, self.sources, self.topics, self.frames, self.subscriptions):
            yield from shelf.problems


def read_desk(folder: Path, *, world: str) -> Desk:
    """The five files in `folder`, with `world` in the place of ${WORLD} when it is not empty."""
    organisation = read_sheet(folder / "organisation.yaml")
    return Desk(
        organisation=_single(organisation, Organisation, "the organisation"),
        sources=read_shelf(folder / "sources.yaml", "sources", Source, world=world),
        topics=read_shelf(folder / "topics.yaml", "topics", Topic),
        frames=read_shelf(folder / "frames.yaml", "frames", StatedFrame),
        subscriptions=read_shelf(folder / "subscriptions.yaml", "subscriptions", Subscription),
        owners=_owner_ids(organisation.data),
        folder=folder,
    )


def _owner_ids(data: Any) -> tuple[str, ...] | None:
    owners = data.get("owners") if isinstance(data, dict) else None
    return tuple(str(key) for key in owners) if isinstance(owners, dict) else None


def _single(sheet: Sheet, model: type[T], where: str) -> Shelf[T]:
    if sheet.problems:
        return Shelf((), None, sheet.problems)
    if not isinstance(sheet.data, dict):
        wrong = sheet.problem((), "the file has no fields", "Write each field on a line as 'name: value'.")
        return Shelf((), None, (wrong,))
    return _shelf([_typed(sheet.data, model, sheet=sheet, path=(), where=where)], ids=())


def read_shelf(path: Path, key: str, model: type[T], *, world: str = "", noun: str = "") -> Shelf[T]:
    """The list under `key` in the file at `path`, each entry typed as `model`."""
    sheet = read_sheet(path)
    wrong = sheet.problems or tuple(_wrong_form(sheet, key))
    if wrong:
        return Shelf((), None, wrong)
    rows = [_with_world(row, world) for row in sheet.data[key]]
    noun = noun or NOUNS[key]
    typed = [
        _typed(row, model, sheet=sheet, path=(key, n), where=_where(row, noun, n))
        for n, row in enumerate(rows)
    ]
    return _shelf(typed, ids=tuple(str(row["id"]) for row in rows if isinstance(row, dict) and "id" in row))


def _wrong_form(sheet: Sheet, key: str) -> Iterator[Problem]:
    data = sheet.data
    if not isinstance(data, dict) or key not in data:
        found = next((str(k) for k in data), "") if isinstance(data, dict) else ""
        hint = f" (it says '{found}:')" if found else ""
        yield sheet.problem(
            (), f"the file does not begin with '{key}:'{hint}", f"Put '{key}:' above its entries."
        )
    elif not isinstance(data[key], list):
        mend = f"Begin every entry with '- id: …', or write '{key}: []' when there are none."
        yield sheet.problem((key,), f"'{key}' is not a list of entries", mend)
    else:
        for extra in [k for k in data if k not in (key, "version")]:
            what = f"'{extra}' stands beside '{key}' and is not known here"
            yield sheet.problem((str(extra),), what, meant(str(extra), [key], noun="fields"))


def _with_world(row: Any, world: str) -> Any:
    if world and isinstance(row, dict) and isinstance(row.get("url"), str):
        return row | {"url": row["url"].replace(WORLD, world.rstrip("/"))}
    return row


def _where(row: Any, noun: str, position: int) -> str:
    name = row.get("id") if isinstance(row, dict) else None
    return f"{noun} '{name}'" if name else f"{noun} number {position + 1}"


def _typed(
    row: Any, model: type[T], *, sheet: Sheet, path: Path_, where: str
) -> Entry[T] | tuple[Problem, ...]:
    if not isinstance(row, dict):
        return (
            sheet.problem(path, f"{where} has no fields", "Write each field on a line as 'name: value'."),
        )
    try:
        return Entry(model.model_validate(row), where, path, sheet)
    except ValidationError as error:
        return tuple(problems_of(error, model, sheet=sheet, path=path, where=where))


def _shelf(typed: list[Entry[T] | tuple[Problem, ...]], *, ids: tuple[str, ...]) -> Shelf[T]:
    entries = tuple(one for one in typed if isinstance(one, Entry))
    problems = tuple(problem for one in typed if isinstance(one, tuple) for problem in one)
    return Shelf(entries, ids, problems)
