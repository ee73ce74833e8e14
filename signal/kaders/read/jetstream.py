"""What was kept of Bluesky's stream of all posts, as items, revisions and deletions; nobody by name.

The stream is listened to by collect.jetstream; this room says what of it is kept, and reads it: lines of one
JSON event each, and two kinds of lines of our own, {"kind": "reached", "time_us": N} and {"kind": "gap"}.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from kaders.model import Item
from kaders.queries import Stream
from kaders.read import dates
from kaders.read.bluesky_posts import HIDDEN, page_of
from kaders.read.items import BROKEN, Asked, Found, item, string, unique
from kaders.read.people import pseudonym
from kaders.read.text import tidy

POST = "app.bsky.feed.post"
"""The only kind of record that is listened to."""
ENDED = frozenset({"deleted", "takendown"})
"""What may have become of an account whose posts are then not for anyone any more; one that its owner puts
aside for a while ("deactivated") may come back."""


def wanted(event: Any, query: Stream) -> bool:
    """Whether an event is kept: a post with one of the words or of one of the repositories, every change and
    deletion of a post (whose it was is not known here), and the end of an account. False for anything else.
    """
    if not isinstance(event, dict):
        return False
    if event.get("kind") == "account":
        return _ended(event)
    commit = event.get("commit")
    if event.get("kind") != "commit" or not isinstance(commit, dict) or commit.get("collection") != POST:
        return False
    return commit.get("operation") in ("update", "delete") or _about(event, query)


def parse(body: bytes, asked: Asked) -> Found:
    """Items for posts, and what was deleted, of the events that were kept; each event on a line of its own.

    A change that takes the words out of a post takes the post back. The cursor holds time_us, up to where
    the stream was heard; Found.short is cut_off when it no longer held what came after the last visit.
    """
    query = asked.source.query
    assert isinstance(query, Stream)
    made, gone, ended, cursor = dict[str, Item | None](), dict[str, None](), dict[str, None](), {}
    bad, short = 0, ""
    for event in _events(body):
        try:
            match event["kind"]:
                case "reached":
                    cursor["time_us"] = str(int(event["time_us"]))
                case "gap":
                    short = "cut_off"
                case "account" if _ended(event):
                    ended[pseudonym(event["account"]["did"], asked.key) or ""] = None
                case "commit":
                    uri, post = _committed(event, query, asked)
                    made[uri] = post
                    gone.pop(uri, None)
                    if post is None:
                        gone[uri] = None
        except BROKEN:
            bad += 1
    authors = tuple(filter(None, ended))
    items = unique(post for post in made.values() if post and post.author not in ended)
    return Found(items, bad, cursor=cursor, gone=tuple(gone), gone_authors=authors, short=short)


def matches(text: str, words: tuple[str, ...]) -> bool:
    """Whether a text holds one of the phrases, as whole words, whatever the capitals and accents.

    A phrase that ends in `*` stands for every word that begins so.
    """
    return bool(words) and bool(_pattern(words).search(_folded(text)))


def _events(body: bytes) -> Iterator[dict[str, Any]]:
    """The events of the lines; {} for a line that is none, so that it is counted as one that is bad."""
    for line in body.splitlines():
        try:
            event = json.loads(line) if line.strip() else None
        except (ValueError, RecursionError):
            event = {}
        if event is not None:
            yield event if isinstance(event, dict) else {}


def _committed(event: dict[str, Any], query: Stream, asked: Asked) -> tuple[str, Item | None]:
    """The address of a post and what it says now; None when it says nothing to us any more."""
    commit = event["commit"]
    uri = f"at://{event['did']}/{commit['collection']}/{commit['rkey']}"
    if commit["operation"] == "delete" or not _about(event, query):
        return uri, None
    record = commit["record"]
    languages = record.get("langs") or [""]
    return uri, item(
        asked,
        guid=uri,
        url=page_of(uri),
        title="",
        text=tidy(string(record.get("text"))),
        published=_published(event, record, asked.fetched_at),
        language=string(languages[0]),
        author=pseudonym(event["did"], asked.key),
    )


def _about(event: dict[str, Any], query: Stream) -> bool:
    """Whether a post is one of those that are looked for, and is for everyone."""
    record = event["commit"].get("record")
    if not isinstance(record, dict) or _is_hidden(record):
        return False
    return event.get("did") in query.dids or matches(string(record.get("text")), query.words)


def _is_hidden(record: dict[str, Any]) -> bool:
    labels = record.get("labels")
    values = labels.get("values") if isinstance(labels, dict) else None
    return any(isinstance(each, dict) and each.get("val") in HIDDEN for each in values or ())


def _ended(event: dict[str, Any]) -> bool:
    account = event.get("account")
    return isinstance(account, dict) and not account.get("active", True) and account.get("status") in ENDED


def _published(event: dict[str, Any], record: dict[str, Any], fetched_at: datetime) -> datetime | None:
    """The earlier of what the author's client says and when the stream had it."""
    heard = datetime.fromtimestamp(int(event["time_us"]) / 1e6, UTC).replace(microsecond=0)
    stated = (dates.moment(record.get("createdAt"), fetched_at=fetched_at), heard)
    return min(filter(None, stated), default=None)


def _folded(text: str) -> str:
    spread = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in spread if not unicodedata.combining(c))


@lru_cache(maxsize=64)
def _pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    each = (_folded(" ".join(word.split())) for word in words)
    parts = (
        re.escape(w.removesuffix("*")).replace(r"\ ", r"\s+") + (r"\w*" if w.endswith("*") else "")
        for w in each
    )
    return re.compile(rf"(?<!\w)(?:{'|'.join(parts)})(?!\w)")
