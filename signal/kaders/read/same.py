"""By what a document is known again: its address, its title, its text and how its text begins.

Keys are 64 bits of MD5 over letters and digits in small letters, so that spaces, capitals and quotation marks
make no new text: among 10 million documents the chance that any two coincide is one in 370,000. They protect
nothing and are compared within one warehouse only. docs/decisions/0019 says what is concluded from them.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

LONG_ENOUGH = 100
"""Characters from which an equal text makes a copy whatever its title; feeds' read-on lines are shorter."""
LEAD = 20
"""Words by which a text with another tail or headline is known again: the first sentence of a news story has
15 to 25, and papers shorten agency copy from the end."""
LEAD_OF = 30
"""Words from which a text has a lead and a tail; a shorter one is known as a whole."""
STORY_HOURS = 72
"""A copy appears within three days (Miranda 2018's decay; research/detection A3), as in detect/stories.py."""

_OTHER = re.compile(r"[\W_]+")
_DATELINE = re.compile(r"^[^.!?]{0,40}?\((?:ANP|Novum|Reuters|AFP|AP|Belga|dpa)[^)]{0,20}\)\s*[-–—]?\s*")
"""The place and agency that agency copy begins with; some titles drop it and some keep it."""
_FRONT_PAGE = re.compile(r"https?://[^/?]*/?")
"""A link to the front page of a site names the site, not the document."""


@dataclass(frozen=True, slots=True)
class Keys:
    """By what a document is known again; None where it has nothing of the kind."""

    address: int | None
    title: int | None
    text: int | None
    lead: int | None


def keys(url: str, same_as: str, title: str, text: str) -> Keys:
    """The keys of a document. same_as: hash of a post's own address, which names an account and is not kept.

    A short text ("read more on our site") says nothing without its title, so both make the key of the text.
    """
    words = _words(text)
    whole = words if len(words) >= LONG_ENOUGH else _words(f"{title} {text}")
    beginning = _words(_DATELINE.sub("", text, count=1)).split(" ", LEAD_OF)
    lead = " ".join(beginning[:LEAD]) if len(beginning) >= LEAD_OF else whole
    address = same_as or ("" if _FRONT_PAGE.fullmatch(url) else url)
    return Keys(number(address), number(_words(title)), number(whole), number(lead))


def number(text: str) -> int | None:
    """64 bits of MD5, the lower half as DuckDB's md5_number_lower gives it; None for nothing."""
    if not text:
        return None
    return int.from_bytes(hashlib.md5(text.encode(), usedforsecurity=False).digest()[8:], "little")


@dataclass(frozen=True, slots=True)
class Sight:
    """One document as it was first seen, for finding the story it belongs to."""

    id: str
    lead: int | None
    published: datetime


def stories(sights: Iterable[Sight]) -> Iterator[tuple[str, str]]:
    """Per document its id and the id of its story: that of the first document of the story.

    sights: those of one lead together, in the order they were first seen. A document joins the earliest story
    with its lead whose first document was published at most STORY_HOURS before or after it; otherwise it
    begins one. It looks back only, so that a story as of any moment is the story as it stands now.
    """
    heads: list[Sight] = []
    for sight in sights:
        if heads and (sight.lead is None or heads[0].lead != sight.lead):
            heads = []
        head = next((one for one in heads if _near(one, sight)), sight)
        if head is sight:
            heads.append(sight)
        yield sight.id, head.id


def _near(one: Sight, other: Sight) -> bool:
    return abs(one.published - other.published) <= timedelta(hours=STORY_HOURS)


def _words(text: str) -> str:
    return _OTHER.sub(" ", text.lower()).strip()
