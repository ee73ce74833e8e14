"""The newest posts of a subreddit as items, through its feed; nobody by name.

Since June 2026 Reddit gives feeds alone without a login, about one a minute for each address that asks
(Panonim/dynacat, issue 113), so PAUSE stands between two questions.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from urllib.parse import urlsplit, urlunsplit

from kaders.errors import Quarantine
from kaders.model import Item, Question
from kaders.read import feed
from kaders.read.items import Asked, Found
from kaders.settings import Source

PAUSE = 60.0
"""Seconds between two questions to Reddit."""

_SUBREDDIT = re.compile(r"(/r/\w{2,30})(?:/(?:new|hot|top|rising)?)?/?(?:\.rss)?/?")
_ACCOUNT = re.compile(r"/(?:u|user)/", re.IGNORECASE)
_FOOT = re.compile(r"\s*submitted by\s+\S*\s*(?:to\s+r/\w+\s*)?(?:\[link\]\s*)?(?:\[comments\]\s*)?$")


def first(source: Source, cursor: Mapping[str, str], moment: datetime) -> Question:
    """The feed of the newest posts of a subreddit, from its own address or that of its feed."""
    parts = urlsplit(source.address)
    subreddit = _SUBREDDIT.fullmatch(parts.path)
    path = f"{subreddit[1]}/new/.rss" if subreddit else parts.path
    return Question(urlunsplit(parts._replace(path=path)))


def parse(body: bytes, asked: Asked) -> Found:
    """The posts of the feed, without the foot that names who submitted them. Raises as feed.parse.

    The feed of an account is refused with the reason code unreadable: nobody is followed.
    """
    if _ACCOUNT.search(urlsplit(asked.source.address).path):
        raise Quarantine("unreadable")
    found = feed.parse(body, asked)
    return replace(found, items=tuple(map(_without_foot, found.items)))


def _without_foot(each: Item) -> Item:
    return replace(each, text=_FOOT.sub("", each.text))
