"""What is no fault in an organisation's files and yet wants a person's eye: examples, terms nobody read."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kaders.desk import Desk, Entry
from kaders.errors import Problem
from kaders.settings import Source

TO_FILL_IN = "REPLACE"
"""The word that stands in the starter packs and in proposed entries where a person has to write something."""
UNFILLED = re.compile(
    rf"{TO_FILL_IN}|(?<=_)replace|\$\{{|^\w+://[^/]*\.example(?:[:/]|$)"
    r"|^https?://(?!127\.0\.0\.1|localhost)[^?]*\?.*\.example(?:[&/]|$)"
)
"""A value that cannot be asked: what a starter pack leaves open (small where capitals are not taken, as in
`ori_replace*`), an example's address or handle, or a demo world that is not served. The loopback address is
that of a demo world: its handles may end in .example."""
READ_THEM = "Read them; then say in 'terms' what they allow, and in 'permission' on what ground it is read."


def remarks(desk: Desk) -> Iterator[Problem]:
    """A remark about every field that still holds an example, and about terms that nobody has read."""
    for entry in desk.sources.entries:
        for name in unfilled(entry.item):
            what = f"'{name}' of {entry.where} is still an example"
            yield entry.problem(what, "Fill in your own, or take the entry away.", name)
        yield from _unread(entry)


def unfilled(source: Source) -> tuple[str, ...]:
    """The fields of a source that still hold an example; its terms are no part of how it is asked."""
    values = source.model_dump(mode="json", exclude={"terms"}, exclude_unset=True)
    return tuple(name for name, value in values.items() if any(map(UNFILLED.search, _texts(value))))


def _texts(value: object) -> Iterator[str]:
    """Every text within a value, in lists and mappings too."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from _texts(part)
    elif isinstance(value, list):
        for part in value:
            yield from _texts(part)


def _unread(entry: Entry[Source]) -> Iterator[Problem]:
    if TO_FILL_IN in entry.item.terms:
        yield entry.problem(f"nobody has read the terms of {entry.where} yet", READ_THEM, "terms")
    elif "permission" not in entry.item.model_fields_set:
        what = f"{entry.where} does not say on what ground it is read"
        yield entry.problem(what, "Add a line 'permission: …'; docs/sources.md has the choices.", "id")
