"""Turns what pydantic says about a wrong value into one sentence for a person, with a mend."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from kaders.errors import Problem
from kaders.yaml_lines import Path_, Sheet

LISTED = 16
"""How many allowed words a mend names at most: the fourteen policy frames must fit."""

ALSO_CALLED = {
    **dict.fromkeys(("rss", "atom", "rdf", "xml", "jsonfeed", "json_feed", "web"), "feed"),
    **dict.fromkeys(("json", "api", "rest"), "json_api"),
    **dict.fromkeys(("csv", "jsonl", "file"), "import"),
    "fediverse": "mastodon",
    "subreddit": "reddit",
}
"""Words that people have for a choice of ours and that do not look like it."""

NUMBER_TYPES = ("int_type", "int_parsing", "int_from_float", "float_type", "float_parsing", "finite_number")


def meant(word: str, known: Iterable[str], *, noun: str) -> str:
    """The mend for a word that is not known: the nearest known one, else what there is."""
    words = sorted(set(known))
    if (same := ALSO_CALLED.get(word.lower(), "")) in words:
        return f"Did you mean '{same}'?"
    near = difflib.get_close_matches(word.lower(), words, n=1, cutoff=0.6)
    if near:
        return f"Did you mean '{near[0]}'?"
    more = ", …" if len(words) > LISTED else ""
    return f"The {noun} are: {', '.join(words[:LISTED])}{more}." if words else f"There are no {noun} yet."


def problems_of(
    error: ValidationError, model: type[BaseModel], *, sheet: Sheet, path: Path_, where: str
) -> Iterator[Problem]:
    """One Problem for each fault that pydantic found in the value at `path` of `sheet`."""
    for detail in error.errors():
        steps = tuple(step for step in detail["loc"] if step != "[key]")
        what, mend = _sentence(detail, model, steps, where)
        yield sheet.problem((*path, *steps), what, mend)


def _sentence(detail: ErrorDetails, model: type[BaseModel], steps: Path_, where: str) -> tuple[str, str]:
    kind, given = detail["type"], detail["input"]
    field = ".".join(str(step) for step in steps)
    if kind == "missing":
        return f"{where} has no '{field}'", f"Add a line '{steps[-1]}: …'."
    if kind == "extra_forbidden":
        fields = _fields_at(model, steps[:-1])
        return f"{where} has a field '{field}' that does not exist", meant(
            str(steps[-1]), fields, noun="fields"
        )
    if kind == "literal_error":
        allowed = re.findall(r"'([^']*)'", str(detail.get("ctx", {}).get("expected", "")))
        return f"'{given}' is not a word for '{field}' of {where}", meant(str(given), allowed, noun="choices")
    if given is None:
        return f"'{field}' of {where} is empty", "Fill it in, or take the line away."
    return f"'{field}' of {where} is {_shown(given)}", _mend(kind, detail)


def _mend(kind: str, detail: ErrorDetails) -> str:
    if kind == "string_type":
        return "It should be a text: put it between double quotes."
    if kind == "tuple_type":
        return "It should be a list: write [first, second], also when there is only one."
    if kind in ("dict_type", "model_type", "model_attributes_type"):
        return "It should have named parts: write {nl: …, en: …} or put them on indented lines."
    if kind.startswith("date"):
        return "Write an existing date as year-month-day, like 2026-10-08."
    if kind in NUMBER_TYPES:
        return "It should be a number, written without quotes, with a point before decimals."
    if kind.startswith("bool"):
        return "Write true or false."
    said = detail["msg"].removeprefix("Value error, ").replace("Input should be", "it should be")
    return f"{said[:1].upper()}{said[1:]}."


def _shown(value: Any) -> str:
    text = f"'{value}'" if isinstance(value, str) else str(value)
    return text if len(text) <= 60 else f"{text[:57]}…"


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _models(part)


def _fields_at(model: type[BaseModel], steps: Path_) -> list[str]:
    """The fields of the model that stands at `steps` within `model`; keys and positions are passed over."""
    for step in steps:
        if step in model.model_fields:
            model = next(_models(model.model_fields[str(step)].annotation), model)
    return list(model.model_fields)
