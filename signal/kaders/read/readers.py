"""The readers by the name that sources.yaml has for them: how each is asked, and how its reply is read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from kaders.model import Question
from kaders.read import bluesky, feed, mastodon
from kaders.read.items import Asked, Found
from kaders.settings import Source


def plainly(source: Source, cursor: Mapping[str, str], moment: datetime) -> Question:
    """The address of the source as it is."""
    return Question(source.address)


@dataclass(frozen=True, slots=True)
class Reader:
    """How a kind of source is asked and read; everything in it is pure.

    parse   the body of a reply in, items out; Quarantine with a reason code when nothing can be read
    first   what a visit asks first: source, what was remembered, the moment (aware)
    pages   replies of one visit at most; `Found.next` asks for them
    soft    statuses that say nothing about the source, as it gives them at random
    pause   seconds between two requests that its terms or its limits ask for
    """

    parse: Callable[[bytes, Asked], Found]
    first: Callable[[Source, Mapping[str, str], datetime], Question] = plainly
    pages: int = 1
    soft: frozenset[int] = frozenset()
    pause: float = 0.0


READERS: dict[str, Reader] = {
    "feed": Reader(feed.parse),
    "mastodon": Reader(mastodon.parse),
    "bluesky": Reader(bluesky.parse),
}
