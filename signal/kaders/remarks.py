"""What is no fault in an organisation's files and yet wants a person's eye: examples, keys, terms unread."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kaders.desk import Desk, Entry
from kaders.errors import Problem
from kaders.settings import Organisation, Source

TO_FILL_IN = "REPLACE"
"""The word that stands in the starter packs and in proposed entries where a person has to write something."""
UNFILLED = re.compile(
    rf"{TO_FILL_IN}|(?<=_)replace|\$\{{|^\w+://[^/]*\.example(?:[:/]|$)"
    r"|^https?://(?!127\.0\.0\.1|localhost)[^?]*\?.*\.example(?:[&/]|$)"
)
"""A value that cannot be asked: what a starter pack leaves open (small where capitals are not taken, as in
`ori_replace*`), an example's address or handle, or a demo world that is not served. The loopback address is
that of a demo world: its handles may end in .example."""
EXAMPLE = re.compile(rf"{TO_FILL_IN}|@[\w.-]+\.example$|^\w+://[^/]*\.example(?:[:/]|$)")
"""A mail address or a page that nobody has, as the starter packs have them."""
EXAMPLE_NAME = re.compile(rf"{TO_FILL_IN}|\b(?:voorbeeld|example)\b", re.IGNORECASE)
"""A name that a starter pack gives: Gemeente Voorbeeld."""
FILL_IN = "Fill in your own."
KEYED = re.compile(r"[?&](?:[\w-]*(?:key|token|secret|password|signature)|pass|auth|sig)=", re.IGNORECASE)
"""An address with such a parameter may open something to whoever holds it."""
KEY_SEEN = "its address seems to hold a key"
NO_KEY = (
    "Ask the publisher for a feed without one, or let `reader: json_api` send it by the name of a 'secret:'."
)
READ_THEM = "Read them; then say in 'terms' what they allow, and in 'permission' on what ground it is read."


def remarks(desk: Desk) -> Iterator[Problem]:
    """A remark about every field that still holds an example, about keys, and about terms nobody has read.

    A synthetic organisation has examples only, and they are meant.
    """
    for entry in desk.sources.entries:
        for name in unfilled(entry.item):
            what = f"'{name}' of {entry.where} is still an example"
            yield entry.problem(what, "Fill in your own, or take the entry away.", name)
        if KEYED.search(entry.item.url or ""):
            what = f"the address of {entry.where} seems to hold a key, which would stand in files and reports"
            yield entry.problem(what, NO_KEY, "url")
        yield from _unread(entry)
    if not any(entry.item.synthetic for entry in desk.organisation.entries):
        yield from _examples(desk)


def _examples(desk: Desk) -> Iterator[Problem]:
    """The examples of a starter pack in the files other than sources.yaml."""
    for entry in desk.organisation.entries:
        yield from _organisation(entry)
    for frame in desk.frames.entries:
        if EXAMPLE.search(frame.item.source or ""):
            yield frame.problem(f"'source' of {frame.where} is still an example", FILL_IN, "source")
    for one in desk.subscriptions.entries:
        if EXAMPLE.search(one.item.to):
            yield one.problem(f"'to' of {one.where} is still an example", FILL_IN, "to")


def _organisation(entry: Entry[Organisation]) -> Iterator[Problem]:
    ours = entry.item
    if any(map(EXAMPLE_NAME.search, (ours.name.nl, ours.name.en))):
        yield entry.problem(f"'name' of {entry.where} is still an example", FILL_IN, "name")
    told: list[tuple[tuple[str, ...], str]] = [(("contact",), ours.contact)]
    told += [(("owners", name, "mail"), owner.mail) for name, owner in ours.owners.items()]
    told += [(("mail", "sender"), ours.mail.sender)] if ours.mail else []
    for steps, value in told:
        if EXAMPLE.search(value):
            yield entry.problem(f"'{'.'.join(steps)}' of {entry.where} is still an example", FILL_IN, *steps)


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
