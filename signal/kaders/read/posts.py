"""What the readers of social platforms share: JSON replies, pages, and which posts they look after.

A platform shows new posts; that one was deleted it does not show. So a reader remembers the posts of the last
days (`held`, in the cursor), walks over them again once a day, and asks by name after those it does not meet.
The posts of the last three months (`kept`, in the cursor) it asks after by name in turns, some each day, so
that every one comes round once a week to once a month. Only what the platform itself says is not there any
more counts as taken back.

What this does not reach: posts older than KEPT, those that fell off `kept` because a source had more than
MOST_KEPT, and those from before a source's memory was lost or its reader began to keep this list.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

from kaders.errors import Quarantine
from kaders.read import json_text
from kaders.read.charset import text_of
from kaders.read.dates import HOME
from kaders.read.items import Asked

WATCHED = timedelta(days=3)
"""How long a post is met again every day: edits and deletions come mostly within a day or two, and a morning
judges the week by what was said, not by what was left standing."""
MOST_HELD = 1000
"""Posts that are met again at most: 20 kB of memory for a source."""
KEPT = timedelta(days=90)
"""How long it is asked whether a post is still there: as long as its words are kept (entries.Retention)."""
MOST_KEPT = 5000
"""Posts that are asked after in turns at most, the newest by their day: with ROUNDS questions of twenty a day
each comes up every 25 days. In the memory of a source they take 130 kB (Mastodon) or 400 kB (Bluesky)."""
ROUNDS = 10
"""Questions after old posts that one day may add: about as many as a day of visits asks anyway."""
TURN = 7
"""Days in which all come up when that takes fewer questions: a source of two hundred posts a week."""
ABSENT = "absent/"
"""How the content type begins when a status is the answer (readers.Reader.absent)."""

_LINK = re.compile(r"<([^<>]*)>\s*((?:;\s*[\w*-]+\s*=\s*(?:\"[^\"]*\"|[^\s\",;]+)\s*)*)")
_RELATION = re.compile(r";\s*rel\s*=\s*\"?([^\";]+)", re.IGNORECASE)

Held = dict[str, int]
"""Posts that are looked after: identifier -> the day (ordinal) on which it was published."""


def reply(body: bytes, asked: Asked) -> Any:
    """The JSON of an API reply, whatever charset it is in and with control characters in its strings or not.

    Raises Quarantine with the reason code empty, html_instead_of_feed or unreadable when there is none.
    """
    if not body.strip():
        raise Quarantine("empty")
    if body.lstrip()[:1] == b"<":
        raise Quarantine("html_instead_of_feed" if "xml" not in asked.content_type else "unreadable")
    try:
        return json_text.value(text_of(body, asked.content_type).strip("\ufeff\0 \t\r\n"))
    except ValueError:
        raise Quarantine("unreadable") from None


def listed(posts: Any) -> list[Any]:
    """The posts of a reply; Quarantine("unreadable") when they are no list."""
    if not isinstance(posts, list):
        raise Quarantine("unreadable")
    return posts


def absent(asked: Asked) -> int:
    """The status that stands in the place of a reply; 0 when there is a reply."""
    given = asked.content_type.removeprefix(ABSENT)
    return int(given) if given != asked.content_type and given.isdigit() else 0


def relations(link: str) -> dict[str, str]:
    """The addresses of a Link header (RFC 8288) by their relation, such as {"next": ..., "prev": ...}."""
    pairs = ((_RELATION.search(rest), target) for target, rest in _LINK.findall(link[:4000]))
    return {name: target for rel, target in pairs if rel for name in rel[1].lower().split()}


def with_query(url: str, pairs: Iterable[tuple[str, str]]) -> str:
    """The address with these parameters in the place of any of the same names."""
    parts, new = urlsplit(url), list(pairs)
    names = {name for name, _ in new}
    kept = [pair for pair in parse_qsl(parts.query, keep_blank_values=True) if pair[0] not in names]
    return urlunsplit(parts._replace(query=urlencode(kept + new), fragment=""))


def queried(url: str, name: str) -> list[str]:
    """The values of a parameter of an address."""
    return [value for key, value in parse_qsl(urlsplit(url).query, keep_blank_values=True) if key == name]


def beside(url: str, marker: str, path: str) -> str:
    """The address of another method of the same API: everything before `marker` in the path, then `path`."""
    parts = urlsplit(url)
    before, found, _ = parts.path.partition(marker)
    base = urlunsplit(parts._replace(path=(before if found else "/"), query="", fragment=""))
    return urljoin(base, base.rstrip("/") + "/" + path)


def today(moment: datetime) -> str:
    """The day at home (dates.HOME) on which a moment falls, as ISO text."""
    return moment.astimezone(HOME).date().isoformat()


def held(cursor: Mapping[str, str], field: str = "held") -> Held:
    """The posts of a list in the cursor, in its order; a part that is not understood is left out."""
    parts = (each.rpartition("|") for each in cursor.get(field, "").split())
    return {name: int(day) for name, _, day in parts if name and day.isdigit()}


def packed(posts: Held, moment: datetime) -> str:
    """Posts as text for the cursor: those of the last WATCHED, the newest MOST_HELD of them."""
    first = (moment - WATCHED).toordinal()
    kept = sorted((day, name) for name, day in posts.items() if day >= first and " " not in name)
    return " ".join(f"{name}|{day}" for day, name in kept[-MOST_HELD:])


def kept(cursor: Mapping[str, str], seen: Held, gone: Iterable[str], moment: datetime) -> str:
    """The cursor's list of posts to ask after, with those that were seen and without those that are gone.

    The next in turn stands first; what is new comes at the end. The oldest fall off.
    """
    first, taken = (moment - KEPT).toordinal(), set(gone)
    every = (held(cursor, "kept") | seen).items()
    left = [(name, day) for name, day in every if day >= first and name not in taken and " " not in name]
    if len(left) > MOST_KEPT:
        newest = {name for name, _ in sorted(left, key=lambda each: each[1])[-MOST_KEPT:]}
        left = [each for each in left if each[0] in newest]
    return " ".join(f"{name}|{day}" for name, day in left)


def in_turn(cursor: Mapping[str, str], together: int) -> dict[str, str]:
    """What changes in the cursor on a new day: the posts whose turn it is are in doubt, and last in the list.

    together: posts of one question. Posts that are met again anyway are left out; what is still in doubt from
    the day before is asked first.
    """
    every, met, doubt = held(cursor, "kept"), held(cursor), names(cursor, "doubt")
    candidates = [name for name in every if name not in met and name not in doubt]
    room = ROUNDS * together - len(doubt)
    turn = candidates[: max(0, min(room, -(-len(candidates) // TURN)))]
    after = {name: day for name, day in every.items() if name not in set(turn)} | {n: every[n] for n in turn}
    listed_again = " ".join(f"{name}|{day}" for name, day in after.items())
    return {"doubt": " ".join([*doubt, *turn]), "kept": listed_again}


def witness(cursor: Mapping[str, str], met: Iterable[str]) -> str:
    """A post to ask after beside those in doubt: one just met, the last witness, or the newest that is kept.

    It ought to be there. A service that does not know one of them, nor this one, does not answer such
    questions, and nothing it says is believed. '' when every post that we know is in doubt.
    """
    doubt, every = set(names(cursor, "doubt")), held(cursor, "kept")
    known = [cursor.get("witness", ""), *sorted(every, key=lambda name: every[name], reverse=True)]
    return next((name for name in (*met, *known) if name and name not in doubt), "")


def names(cursor: Mapping[str, str], field: str) -> list[str]:
    """A list of identifiers in the cursor."""
    return cursor.get(field, "").split()
