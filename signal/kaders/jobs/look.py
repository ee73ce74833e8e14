"""One look at one source: asked once as the collector would, read, and nothing kept of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from kaders.collect.sandbox import Sandbox
from kaders.detect.source_words import reason
from kaders.errors import Quarantine
from kaders.model import Item, Question
from kaders.net.failures import FetchFailed
from kaders.net.walls import wall
from kaders.read.items import Asked, Found
from kaders.read.readers import READERS, Reader
from kaders.settings import Source

PAGES = 3
"""Replies of one look: an index of sitemaps, the first sitemap, and one more when that is empty."""
MENDS = {
    "unreachable": "Try again later; if it stays so, look whether the site has moved",
    "dns": "See whether the address is written well, or has moved to another site",
    "timeout": "Try again at a quiet hour; if it stays so, ask the publisher",
    "tls": "Tell the publisher that the certificate is wrong; Kaders does not go around it",
    "refused_address": "The address lies inside a private network: list its host:port under network.allow",
    "redirects": "The site sends us round in circles: open it in a browser and take the address it ends at",
    "http_404": "The address is gone: `kaders source add` with the site's front page finds the new one",
    "http_410": "The publisher took it away for good: remove the entry, or find what took its place",
    "http_4xx": "The site refuses us: ask the publisher, or look whether the entry needs a 'secret:'",
    "http_5xx": "A fault at the publisher's: try again later",
    "html_instead_of_feed": "There is a page now: `kaders source add` with this address looks for its feed",
    "login_wall": "It asks for a login now: ask the publisher for access, or remove the entry",
    "consent_wall": "It asks for consent to cookies first: ask the publisher for a feed without",
    "robots": "The site's robots.txt does not want this read: take `pages: true` away, or ask the publisher",
    "rate_limited": "We asked too often: give the entry a longer 'pause_seconds', and wait an hour",
    "no_secret": "Put the key in the environment under the name that 'secret:' says",
    "secret_refused": "The key is not accepted: renew it, and look whether it is the one for this service",
    "closed": "This server keeps its timelines to itself: name another server in the address",
    "too_large": "It is larger than a feed should be: ask for a part of it, or for another feed",
    "empty": "It answered nothing: try again later; if it stays so, look for another feed",
    "service_fault": "The service said that something is wrong with the question: look at 'query:'",
}
NEW = {
    "http_404": "The address does not exist: give that of the site's front page",
    "http_410": "The publisher took it away for good: give the address of the site's front page",
    "http_4xx": "The site refuses us: ask the publisher for a feed, or for access",
    "html_instead_of_feed": "Look on the site for 'RSS', or ask its publisher for a feed",
    "login_wall": "Ask the publisher for access, or for an address that is open to all",
    "consent_wall": "Ask the publisher for a feed that needs no consent",
    "rate_limited": "We asked too often: wait an hour, then try again",
    "closed": "This server keeps its timelines to itself: give the same tag on another server",
    "too_large": "It is larger than a feed should be: ask the publisher for another feed",
    "empty": "It answered nothing: try again later, or look on the site for another feed",
    "partly_unreadable": "Tell the publisher that no program can read its entries",
    "unreadable": "Open it in a browser: is it a feed? Then tell the publisher that it is broken",
}
"""What to do about an address that has no entry yet, where that differs."""
OTHERWISE = "Open the address in a browser and look at what it shows"
"""What to do about a reason without a remedy of its own: the reply itself is odd."""


class Reply(Protocol):
    """What is used of a reply of the fetching door."""

    @property
    def body(self) -> bytes:
        """The whole reply, unpacked."""

    @property
    def content_type(self) -> str:
        """Its type, as the server says."""

    @property
    def url(self) -> str:
        """The address that answered, after redirects."""

    @property
    def moved_to(self) -> str:
        """Where it has moved to for good; '' when it has not."""

    @property
    def link(self) -> str:
        """Its Link header."""


class Asking(Protocol):
    """What is used of the fetching door."""

    def ask(
        self,
        question: Question,
        *,
        secret: str = "",
        page: bool = False,
        pause: float | None = None,
        inside: bool = True,
    ) -> Reply:
        """One polite, bounded request; raises FetchFailed."""

    def is_inside(self, url: str) -> bool:
        """Whether an address is one of our own places."""


@dataclass(frozen=True, slots=True)
class Led:
    """The door for addresses that a site names: they lead inside our walls only from an address inside."""

    door: Asking
    start: str

    def ask(
        self,
        question: Question,
        *,
        secret: str = "",
        page: bool = False,
        pause: float | None = None,
        inside: bool = True,
    ) -> Reply:
        """As Asking.ask."""
        within = inside and self.is_inside(self.start)
        return self.door.ask(question, secret=secret, page=page, pause=pause, inside=within)

    def is_inside(self, url: str) -> bool:
        """As Asking.is_inside."""
        return self.door.is_inside(url)


Read = Callable[[bytes, Asked], Found]
"""A reply in, items out, by the reader of the source; `guarded` makes one."""


def guarded(sandbox: Sandbox) -> Read:
    """Reads by the reader of the source, in a process with little to lose: nobody has seen these replies yet.

    Raises Quarantine with a reason code, as Sandbox.read does.
    """
    return lambda body, asked: sandbox.read(asked.source.reader, body, asked)


@dataclass(frozen=True, slots=True)
class Look:
    """What a source gave when it was asked once.

    reason, detail  why there is nothing, or only a part; empty when all is well
    """

    source: Source
    items: tuple[Item, ...] = ()
    bad: int = 0
    reason: str = ""
    detail: str = ""
    body: bytes = b""
    url: str = ""
    moved_to: str = ""

    @property
    def readable(self) -> bool:
        """Whether it answered with something that its reader can read."""
        return not self.reason

    @property
    def why(self) -> str:
        """Why there is nothing, in words."""
        return f"{reason(self.reason, self.bad)['en']} ({self.detail or self.reason})"

    @property
    def newest(self) -> datetime | None:
        """The date of its newest entry; None when no entry has one."""
        return max((item.published for item in self.items if item.published), default=None)


def look(
    source: Source, moment: datetime, *, door: Asking, read: Read, secret: str = "", page: bool = False
) -> Look:
    """The first entries of a source, read as the collector would; a fault comes back as its reason.

    page: ask robots.txt first, for an address that nobody offered as a feed. A reply without entries that
    leads on, as the index of sitemaps does, is followed PAGES times at most.
    """
    reader = READERS.get(source.reader)
    if reader is None:
        return Look(source, reason="no_reader", detail=f"no reader is called {source.reader}")
    question: Question | None = reader.first(source, {}, moment)
    asked = Asked(source, moment, first_visit=True)
    pause = max(reader.pause, source.pause_seconds or 0.0) or None
    seen = Look(source)
    for _ in range(min(reader.pages, PAGES)):
        if question is None:
            break
        try:
            inside = door.is_inside(source.address)
            reply = door.ask(question, secret=secret, page=page, pause=pause, inside=inside)
        except FetchFailed as failed:
            return _refused(seen, failed, reader)
        asked = replace(
            asked, question=question, content_type=reply.content_type, url=reply.url, link=reply.link
        )
        seen, question, cursor = _read(asked, reply, read)
        asked = replace(asked, cursor=cursor)
    if seen.readable and seen.bad and not seen.items:
        return replace(seen, reason="partly_unreadable", detail="no entry is left")
    return seen


def _refused(seen: Look, failed: FetchFailed, reader: Reader) -> Look:
    """A question without a reply, with the meaning that its status has for this kind of source."""
    chance = "; this platform says so at random" if failed.status in reader.soft else ""
    code = "closed" if failed.status in reader.closed else failed.reason
    return replace(seen, reason=code, detail=failed.detail + chance)


def _read(asked: Asked, reply: Reply, read: Read) -> tuple[Look, Question | None, Mapping[str, str]]:
    """What one reply holds; while it holds nothing, what to ask next and what to remember for that."""
    seen = Look(asked.source, body=reply.body, url=reply.url, moved_to=reply.moved_to)
    try:
        found = read(reply.body, asked)
    except Quarantine as unreadable:
        code = str(unreadable)
        if code == "html_instead_of_feed":
            address = asked.question.url if asked.question else asked.source.address
            code = wall(reply.body, reply.content_type, address, reply.url) or code
        detail = unreadable.detail or "it holds no entries that can be read"
        return replace(seen, reason=code, detail=detail), None, {}
    seen = replace(seen, items=found.items, bad=found.bad)
    return seen, None if found.items else found.next, found.cursor


def mend(code: str) -> str:
    """What a person can do about a reason code of a source that has an entry."""
    return MENDS.get(code, OTHERWISE)


def mend_new(code: str) -> str:
    """What a person can do about a reason code of an address that has no entry yet."""
    return NEW.get(code, mend(code))
