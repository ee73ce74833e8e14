"""What the entries and the address of a new source give away: volume, language, kind, publisher, an id."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from math import ceil
from urllib.parse import urlsplit

from kaders.model import Item, SourceKind
from kaders.read.discover import Candidate
from kaders.read.language import language
from kaders.read.url import canonical

HEARD = 10
"""Entries whose language is heard: the majority of ten is hardly ever wrong."""
OLD = 0.1
"""Share of the oldest entries that do not count for the volume: a feed often keeps one from long ago."""
SECOND_LEVELS = frozenset({"co", "com", "org", "net", "gov", "ac", "edu"})
"""Labels under which countries register domains, as in bbc.co.uk; .nl and its neighbours do without."""
PUBLIC_BODY = re.compile(r"overheid|gemeente|waterschap|provincie|ministerie|hoogheemraad|\.gov\b|europa\.eu")
NEWS = re.compile(
    r"nieuws|news|krant|dagblad|courant|omroep|weekblad|radio|\brtv\b|journaal|redactie|gazet", re.IGNORECASE
)
NEWS_A_DAY = 5.0
"""From so many entries a day a publisher is taken for a news medium; a guess that a person can change."""


def same(url: str) -> str:
    """An address by which a feed is known: without scheme, www, trackers and a last slash."""
    bare = re.sub(r"^https?://(www\.)?", "", canonical(url) or url)
    return bare.rstrip("/").lower()


def as_http(url: str) -> str:
    """An address as it is; one that calls a feed reader (feed://site/rss) as what it stands for."""
    bare = re.sub(r"^feed:(?=https?://)", "", url.strip(), flags=re.IGNORECASE)
    return re.sub(r"^feed:(?://)?", "https://", bare, flags=re.IGNORECASE)


def domain_of(url: str) -> str:
    """The domain that somebody registered: nos.nl for feeds.nos.nl, bbc.co.uk for news.bbc.co.uk."""
    host = (urlsplit(url).hostname or "").rstrip(".").removeprefix("www.")
    labels = host.split(".")
    if not labels[-1].isalpha():  # a number is an address, and has no domain
        return host.replace(":", "-")
    size = 3 if len(labels) > 2 and labels[-2] in SECOND_LEVELS and len(labels[-1]) == 2 else 2
    return ".".join(labels[-size:])


def slug(text: str) -> str:
    """Small letters, digits and hyphens, at most 40 characters; 'bron' when nothing is left."""
    plain = text.lower().translate(str.maketrans("áàäâéèëêíìïîóòöôúùüûç", "aaaaeeeeiiiioooouuuuc"))
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:40].strip("-") or "bron"


def free_id(wanted: str, taken: Iterable[str]) -> str:
    """The id itself, or the first of id-2, id-3 … that nobody has."""
    used, number, free = set(taken), 1, wanted
    while free in used:
        number += 1
        free = f"{wanted}-{number}"
    return free


def volume(items: Sequence[Item], moment: datetime) -> tuple[float, int]:
    """Entries on an ordinary day, and the days that this rests on; (1, 0) when no entry has a date."""
    dates = sorted(item.published for item in items if item.published)
    if not dates:
        return 1.0, 0
    kept = dates[int(len(dates) * OLD) :]
    days = max(1.0, (moment - kept[0]) / timedelta(days=1))
    rate = len(kept) / days
    return max(0.05, round(rate, 0 if rate >= 10 else 1 if rate >= 1 else 2)), ceil(days)


def heard(items: Sequence[Item]) -> str | None:
    """nl or en when most entries are; None when most are in another language."""
    votes = Counter(language(f"{item.title} {item.text}", item.language) for item in items[:HEARD])
    most = votes.most_common(1)
    return most[0][0] if most and most[0][0] != "other" else None


def kind_of(candidate: Candidate, title: str, rate: float) -> SourceKind:
    """A guess from who publishes, what it is called and how much it gives."""
    if candidate.own:
        return "own"
    if candidate.reader in ("mastodon", "reddit", "youtube", "bluesky"):
        return "social"
    site = urlsplit(candidate.url).netloc
    if PUBLIC_BODY.search(f"{site} {title.lower()}"):
        return "rss"
    return "news" if NEWS.search(f"{site} {title}") or rate >= NEWS_A_DAY else "rss"
