"""A reply, and what its headers say about time and place; no connection is touched here."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime

from kaders import __version__

FEEDS = "application/rss+xml, application/atom+xml, application/feed+json, application/json, */*;q=0.5"
PAGES = "text/html, application/xhtml+xml;q=0.9, */*;q=0.5"
PACKED = "gzip, deflate, br, zstd"
"""The encodings that unpack.py knows."""
LONGEST_AWAY = 31 * 24 * 3600
"""Seconds that a Retry-After may keep us away; lemon24/reader's cap."""
LONGEST_VALIDATOR = 1024
"""Characters of an ETag that are sent back: real ones have a hundred, and we have to keep them."""
_SECONDS = re.compile(r"[0-9]{1,12}")


@dataclass(frozen=True, slots=True)
class Validators:
    """What the source gave with its last reply, to be told when nothing changed since."""

    etag: str = ""
    last_modified: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    """What a source answered. `status` is 200 or another success, or 304 for unchanged.

    body        unpacked, and without our key in any usual spelling
    of_moment   whether the reply is what the source said at the moment that was asked for
    url         the address that answered, after redirects, without our key
    moved_to    where the address has moved for good; '' when it has not
    link        the Link header, without our key
    fresh_for   seconds for which the source says that it will say the same; 0 when it says nothing
    """

    status: int
    body: bytes
    content_type: str
    validators: Validators
    of_moment: bool
    url: str = ""
    moved_to: str = ""
    link: str = ""
    fresh_for: int = 0


def user_agent(contact: str) -> str:
    """Who asks, and whom to write to: Kaders/1.2 (+contact). Only ASCII on one line goes along."""
    to = " ".join(contact.encode("ascii", "ignore").decode().split())
    return f"Kaders/{__version__}" + (f" (+{to})" if to else "")


def asking(validators: Validators, past: datetime | None) -> dict[str, str]:
    """The headers of a question that depend on what we know and on the moment we ask for (RFC 7089)."""
    headers = {}
    if validators.etag:
        headers["If-None-Match"] = validators.etag
    if validators.last_modified:
        headers["If-Modified-Since"] = validators.last_modified
    if past:
        headers["Accept-Datetime"] = format_datetime(past.astimezone(UTC), usegmt=True)
    return headers


def given(headers: Mapping[str, str]) -> Validators:
    """The validators of a reply; one that is too long to be one is left out."""
    both = (headers.get("ETag", ""), headers.get("Last-Modified", ""))
    etag, modified = (value if len(value) <= LONGEST_VALIDATOR else "" for value in both)
    return Validators(etag, modified)


def retry_after(headers: Mapping[str, str], *, limits: bool = True) -> int:
    """Seconds to stay away: Retry-After as a number, or as a date counted from the reply's own Date.

    Our clock has no part in it, so a server whose clock is wrong asks for what it means; for a reply without
    a Date there is `away_until`. Where Retry-After is missing the reset of X-RateLimit-Reset or
    RateLimit-Reset counts, as Mastodon and Bluesky give it, unless `limits` is False: they stand on every
    reply, and only one that asks for patience means them. Whatever is negative or unreadable counts as
    nothing, and at most LONGEST_AWAY is given.
    """
    for name in ("Retry-After", *(("X-RateLimit-Reset", "RateLimit-Reset") if limits else ())):
        value = headers.get(name, "").strip()
        if value:
            return max(0, min(_seconds(value, _date(headers.get("Date", ""))), LONGEST_AWAY))
    return 0


def away_until(headers: Mapping[str, str]) -> datetime | None:
    """The date in a Retry-After when the reply has no readable Date to count it from; else None."""
    value = headers.get("Retry-After", "").strip()
    if not value or _SECONDS.fullmatch(value) or _date(headers.get("Date", "")):
        return None
    return _date(value)


def fresh_for(headers: Mapping[str, str]) -> int:
    """Seconds that a reply says it stays good: max-age less Age, else Expires less Date (RFC 9111)."""
    control = headers.get("Cache-Control", "").lower()
    if "no-store" in control or "no-cache" in control:
        return 0
    aged = headers.get("Age", "").strip()
    if age := re.search(r"\bmax-age\s*=\s*\"?([0-9]{1,12})", re.sub(r"s-max-?age", "", control)):
        left = int(age[1]) - (int(aged) if _SECONDS.fullmatch(aged) else 0)
        return max(0, min(left, LONGEST_AWAY))
    now, until = _date(headers.get("Date", "")), _date(headers.get("Expires", ""))
    return max(0, min(_between(now, until), LONGEST_AWAY))


def _seconds(value: str, now: datetime | None) -> int:
    """A number of seconds, the moment of a Unix clock, an HTTP date or an ISO one, as seconds from `now`."""
    if not _SECONDS.fullmatch(value):
        return _between(now, _date(value))
    seconds = int(value)
    if seconds <= LONGEST_AWAY or now is None:
        return seconds
    since = seconds - int(now.timestamp())
    return since if abs(since) <= LONGEST_AWAY else seconds


def _between(start: datetime | None, end: datetime | None) -> int:
    """Whole seconds from one to the other, rounded up; 0 when one of them is not known."""
    return -((start - end) // timedelta(seconds=1)) if start and end else 0


def _date(value: str) -> datetime | None:
    """A date as HTTP or ISO 8601 writes it; None for anything else. Without a zone it is UTC."""
    for read in (parsedate_to_datetime, datetime.fromisoformat):
        try:
            moment = read(value)
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
        return moment.replace(tzinfo=moment.tzinfo or UTC)
    return None
