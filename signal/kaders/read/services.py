"""What the readers of services share: addresses with parameters, the next page, a fault in words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import parse_qsl, quote, urlencode, urljoin, urlsplit, urlunsplit

from kaders.read.items import Asked
from kaders.read.text import plain

LONGEST_DETAIL = 200
"""Characters of a service's own words that reach the ledger: a sentence, not a page."""


def asked_at(asked: Asked) -> str:
    """The address that was asked: that of the question, else that of the source."""
    return asked.question.url if asked.question else asked.source.address


def parameters(url: str) -> dict[str, str]:
    """The parameters of an address; of one that stands there twice the last."""
    return dict(parse_qsl(url.partition("#")[0].partition("?")[2], keep_blank_values=True))


def with_parameters(url: str, changed: Mapping[str, object], *, without: str = "") -> str:
    """The address with these parameters set and one taken out; its others stay, its fragment goes."""
    parts = urlsplit(url)
    aside = {*changed, without}
    kept = [pair for pair in parse_qsl(parts.query, keep_blank_values=True) if pair[0] not in aside]
    query = urlencode([*kept, *changed.items()], quote_via=quote, safe="$")
    return urlunsplit(parts._replace(query=query, fragment=""))


def onward(link: object, asked: Asked) -> str:
    """The address of a next page, resolved against the one that was asked; '' when it leads elsewhere.

    Another host is refused: a service that is trusted to be asked is not trusted to send us anywhere. A
    service behind a proxy may call itself http; the page is asked as the first one was.
    """
    if not link or not isinstance(link, str):
        return ""
    here = urlsplit(asked_at(asked))
    try:
        there = urlsplit(urljoin(here.geturl(), link))
        same = there.hostname == here.hostname and (there.port or here.port) == here.port
    except ValueError:
        return ""
    if not same or there.scheme not in ("http", "https"):
        return ""
    return urlunsplit(there._replace(scheme=here.scheme, netloc=here.netloc, fragment=""))


def moment_of(kept: str) -> datetime | None:
    """A moment that a cursor kept, aware; None when it kept none that can be read."""
    try:
        found = datetime.fromisoformat(kept)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def stamp(moment: datetime) -> str:
    """A moment as services write it, in UTC and to the second: 2026-11-22T23:00:00Z."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def said(*parts: object) -> str:
    """What a service says is wrong, as a short plain line for a person; '' when it says nothing."""
    words = ": ".join(filter(None, (plain(part) for part in parts if isinstance(part, str))))
    return words if len(words) <= LONGEST_DETAIL else words[: LONGEST_DETAIL - 1].rstrip() + "…"
