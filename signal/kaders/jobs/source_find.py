"""Looks for the feed of a site, politely: at the address, at what it names, then at the usual places."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import urljoin, urlsplit

from kaders.detect.source_words import reason
from kaders.errors import ConfigurationError
from kaders.jobs.look import Asking, Led, Look, Read, look, mend_new
from kaders.model import Question, SourceKind
from kaders.net.failures import FetchFailed
from kaders.read import discover
from kaders.read.discover import Candidate, Refused
from kaders.read.guessed import as_http, domain_of
from kaders.read.url import canonical
from kaders.remarks import KEY_SEEN, KEYED, NO_KEY
from kaders.settings import Source

MOST_LOOKED_AT = 6
"""Feeds of one site that are looked at: each is a request to the same host, with its pause before it."""
UNTELLING = ("http_404", "http_410", "html_instead_of_feed", "unreadable")
"""What an address that only looks like that of a platform may answer too: other sites have /tags/ as well."""
QUIET = timedelta(days=60)
"""A feed without anything newer is offered after one that is alive."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A place that was looked at and gave something readable."""

    candidate: Candidate
    seen: Look
    title: str

    @property
    def line(self) -> str:
        """The offer on one line: address, title, entries, newest."""
        newest = f", newest of {self.seen.newest:%Y-%m-%d}" if self.seen.newest else ""
        return f"{self.candidate.url}  {self.title}  ({len(self.seen.items)} entries{newest})"


def find(url: str, moment: datetime, *, door: Asking, read: Read, own: bool = False) -> tuple[Offer, ...]:
    """What was found at an address and can be read, best first; at least one.

    own: the channel belongs to the organisation itself; without it an account is refused.
    Raises ConfigurationError, in words, for an address that is not followed or offers nothing readable.
    """
    door, place = Led(door, url), _place(url, own)
    seen = _seen(place, moment, door, read) if place else None
    if place and seen and seen.readable:
        return (_offer(place, seen),)
    if seen and seen.reason not in UNTELLING:
        raise ConfigurationError(f"{url}: {seen.why}. {mend_new(seen.reason)}")
    return tuple(_searched(url, moment, door, read, own))


def address_of(url: str) -> str:
    """What a person typed as an address; ConfigurationError when it cannot be one, or holds a password."""
    url = as_http(url)
    url = url if "://" in url else f"https://{url}"
    if "@" in urlsplit(url).netloc:
        raise ConfigurationError(
            "a name or password may not stand in an address; name a 'secret:' in the entry"
        )
    if KEYED.search(url):
        raise ConfigurationError(f"{KEY_SEEN}; nothing was asked. {NO_KEY.removesuffix('.')}")
    if not canonical(url):
        raise ConfigurationError(f"'{url[:200]}' is no address; write it as https://site.nl")
    return url.split("#")[0]


def asleep(seen: Look, moment: datetime) -> bool:
    """Whether the newest entry of a source is from long ago."""
    return seen.newest is not None and moment - seen.newest > QUIET


def _place(address: str, own: bool) -> Candidate | None:
    place = discover.known_place(address, own=own)
    if isinstance(place, Refused):
        raise ConfigurationError(f"{address} is not followed. {place.why}")
    return place


def _looked_at(candidates: Sequence[Candidate], moment: datetime, door: Asking, read: Read) -> list[Offer]:
    """The candidates that can be read, best first."""
    offers = []
    for candidate in candidates[:MOST_LOOKED_AT]:
        seen = _seen(candidate, moment, door, read)
        if seen.readable:
            offers.append(_offer(candidate, seen))
    return _ranked(offers, moment)


def _seen(candidate: Candidate, moment: datetime, door: Asking, read: Read) -> Look:
    return look(_trial(candidate), moment, door=door, read=read, page=not candidate.offered)


def _trial(candidate: Candidate) -> Source:
    """A source that is as good as nothing yet, for the reader to read by."""
    kind: SourceKind = "own" if candidate.own else "rss"
    return Source(
        id="trial",
        name="trial",
        kind=kind,
        reader=candidate.reader,
        url=candidate.url,
        owner_group="trial",
        expected_per_day=1,
        terms="",
    )


def _offer(candidate: Candidate, seen: Look) -> Offer:
    title = discover.title(seen.body) if candidate.reader in ("feed", "youtube", "reddit") else ""
    return Offer(candidate, seen, title or candidate.title or (urlsplit(candidate.url).hostname or ""))


def _ranked(offers: list[Offer], moment: datetime) -> list[Offer]:
    """Articles before comments, entries before none, alive before asleep, then in the order of the page."""
    return sorted(
        offers,
        key=lambda offer: (
            discover.about_replies(offer.candidate),
            not offer.seen.items,
            asleep(offer.seen, moment),
        ),
    )


def _searched(address: str, moment: datetime, door: Asking, read: Read, own: bool) -> list[Offer]:
    """Looks at the address itself, then at what it names, then at the usual places, then at the sitemaps."""
    itself = Candidate(address, how="as given", offered=discover.looks_like_feed(address), own=own)
    seen = _seen(itself, moment, door, read)
    if seen.readable and seen.items:
        return [_offer(itself, seen)]
    if not seen.body:
        remedy = "Give the address of its feed itself" if seen.reason == "robots" else mend_new(seen.reason)
        raise ConfigurationError(f"{address}: {seen.why}. {remedy}")
    base = seen.url or address
    for candidates in _named(seen, base, own):
        if offers := _with_entries(_looked_at(candidates, moment, door, read)):
            return offers
    if offers := _guessed(base, moment, door, read):
        return offers
    if offers := _with_entries(_looked_at(_sitemaps(base, door), moment, door, read)):
        return offers
    if seen.readable:  # a sound feed without entries: nothing else was found, and it may fill
        return [_offer(itself, seen)]
    raise ConfigurationError(f"{address}{_given(seen)}. {mend_new(seen.reason)}")


def _given(seen: Look) -> str:
    """What an address gave itself, behind the address."""
    if seen.reason == "html_instead_of_feed":
        return " is an ordinary page, and offers no feed that can be read"
    if seen.reason in ("login_wall", "consent_wall"):
        return f" gives {reason(seen.reason)['en']}, and offers no feed that can be read"
    return f": {seen.why}"


def _with_entries(offers: list[Offer]) -> list[Offer]:
    """The offers that hold something: an empty feed is no reason to stop looking."""
    return [offer for offer in offers if offer.seen.items]


def _named(seen: Look, base: str, own: bool) -> Iterator[Sequence[Candidate]]:
    """What an address itself names: as a sitemap, as a channel, as a page."""
    if discover.is_sitemap(seen.body):
        yield [Candidate(base, "sitemap", how="as given")]
    channel = discover.channel(seen.body) if domain_of(base) == "youtube.com" else None
    yield [replace(channel, own=own)] if channel else []
    yield discover.feeds_in_page(seen.body, base)


def _guessed(base: str, moment: datetime, door: Asking, read: Read) -> list[Offer]:
    """The first of the usual places that is a feed, or a page that lists feeds."""
    for candidate in discover.guesses(base):
        seen = _seen(candidate, moment, door, read)
        if seen.readable and seen.items:
            return [_offer(candidate, seen)]
        if discover.is_page_of_html(seen.body):
            listed = discover.feeds_in_page(seen.body, seen.url or candidate.url)
            if offers := _with_entries(_looked_at(listed, moment, door, read)):
                return offers
    return []


def _sitemaps(base: str, door: Asking) -> Sequence[Candidate]:
    """The sitemaps that robots.txt names; none when a site has no robots.txt."""
    robots = urljoin(base, "/robots.txt")
    try:
        return discover.sitemaps(door.ask(Question(robots)).body, robots)
    except FetchFailed:
        return ()
