"""An entry of sources.yaml as text, for a person to read, change and keep."""

from __future__ import annotations

import json
import re
from datetime import date

from kaders.settings import Source

FIELDS = (
    "id",
    "name",
    "kind",
    "reader",
    "url",
    "owner_group",
    "language",
    "expected_per_day",
    "permission",
    "terms",
    "known_to_work",
)
"""In the order in which the files of the project have them; what has its default value is left out."""
PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9 _-]*[A-Za-z0-9]|https?://[\w./-]+")
"""What YAML reads as itself without quotes."""
WORDS = frozenset({"true", "false", "null", "yes", "no", "on", "off", "y", "n"})


UNREAD = "Nobody has read its terms: read them, fill in 'terms', and add 'permission' (see docs/sources.md)."
"""Stands above an entry without a permission: Kaders states no ground that nobody has looked for."""


def entry_text(source: Source, comment: str) -> str:
    """The entry as YAML, `comment` above it; it reads back as the same source.

    The comment is one line, whatever it quotes. A permission that nobody stated is not written, and a second
    line asks for it.
    """
    values = {name: getattr(source, name) for name in FIELDS}
    stated = "permission" in source.model_fields_set
    kept = [
        (name, value)
        for name, value in values.items()
        if not _default(name, value) and (stated or name != "permission")
    ]
    comments = [" ".join(comment.split()), *([] if stated else [UNREAD])]
    lines = [f"{'- ' if name == 'id' else '  '}{name}: {_value(value)}" for name, value in kept]
    return "\n".join([*(f"# {each}" for each in comments), *lines]) + "\n"


def _default(name: str, value: object) -> bool:
    return value is None or (name == "reader" and value == "feed")


def _value(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float):
        return f"{value:g}"
    text = " ".join(str(value).split())
    plain = PLAIN.fullmatch(text) and text.lower() not in WORDS
    return text if plain else json.dumps(text, ensure_ascii=False)
