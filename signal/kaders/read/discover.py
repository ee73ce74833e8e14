"""Where a site keeps its feeds: what an address gives away, what a page says, and where to guess."""

from __future__ import annotations

import html
import json
import re
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit

from kaders.queries import ReaderName
from kaders.read.accounts import neutral
from kaders.read.text import plain
from kaders.read.url import canonical

LOOKED_AT = 400_000
"""Characters of a page: feeds are named in its head, which measures some ten thousand."""
MOST_LINKS = 20
"""Feeds that a page may name; sites with more have a page that lists them, and a person chooses there."""
MOST_SITEMAPS = 5
PATHS = ("feed", "rss", "rss.xml", "atom.xml", "feed.json", "feeds")
"""Where content systems put their feed when the page does not say so: WordPress and Ghost, Drupal, older
news systems, Jekyll and its kin, micro.blog, and pages that list feeds."""
TYPES = ("application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml")
SEARCHES = "Bluesky's search is for people, not for monitoring: use the reader jetstream with these words."
NO_FEED = "This platform offers no public feed and no open interface for monitoring."
ACCOUNT = (
    "This is an account, and persons are never followed. Is it a channel of your own organisation: --own."
)
_CLOSED = ("x.com", "twitter.com", "facebook.com", "fb.com", "instagram.com", "linkedin.com", "tiktok.com")
_YOUTUBE = "https://www.youtube.com/feeds/videos.xml?"
_AUTHOR_FEED = "https://public.api.bsky.app/xrpc/app.bsky.feed.getAuthorFeed?actor="

_TAG = re.compile(r"<(?:link|a|base)\b([^<>]{0,2000})>", re.IGNORECASE)
_BASE = re.compile(r"<base\b([^<>]{0,2000})>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""([\w:-]{1,40})\s{0,5}=\s{0,5}(?:"([^"]*)"|'([^']*)'|([^\s"'<>]+))""")
_TITLE = re.compile(
    r"<(?:\w{1,20}:)?title\b[^<>]{0,200}>\s{0,200}(?:<!\[CDATA\[)?([^<\]]{1,500})", re.IGNORECASE
)
_ENCODING = re.compile(rb"""<\?xml[^>]{0,200}encoding=["']([\w-]{1,40})["']""")
_FEEDLIKE = re.compile(
    r"(?:^|[/._-])(?:rss|atom|feeds?|rdf)(?:$|[/._?-])|\.(?:rss|atom|rdf|xml|xml\.gz)$", re.I
)
_CHANNEL = re.compile(r'"(?:externalId|channelId|browseId)"\s{0,3}:\s{0,3}"(UC[\w-]{22})"')
_LINKED = re.compile(
    r"\.(?:rss|atom|rdf)$|/(?:rss|feed)/?$|rss\.xml$|^https?://(?:feeds?|rss)\.[\w.-]+/\w", re.IGNORECASE
)
_REPLIES = re.compile(r"comments|reacties|/feed/.*comment", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A place where entries may come from, still to be looked at.

    title    what the page calls it
    how      where the address comes from, in words
    offered  whether somebody offers it: a link, or the person who asks; a guess asks robots.txt first
    own      whether it is a channel of the organisation itself
    """

    url: str
    reader: ReaderName = "feed"
    title: str = ""
    how: str = ""
    offered: bool = True
    own: bool = False


@dataclass(frozen=True, slots=True)
class Refused:
    """An address that is not followed, and why: a sentence for a person."""

    why: str


def known_place(url: str, *, own: bool = False) -> Candidate | Refused | None:
    """What an address of a platform stands for; None when only a look at the page can tell.

    Tags and subreddits are subjects and are followed as they are. An account is refused, unless `own` says
    that it belongs to the organisation.
    """
    parts = urlsplit(url)
    host, path = (parts.hostname or "").removeprefix("www."), parts.path.rstrip("/")
    if _within(host, _CLOSED):
        return Refused(NO_FEED)
    if _within(host, ("youtube.com",)):
        return _youtube(path, parts.query, own)
    if _within(host, ("reddit.com",)):
        return _reddit(path)
    if host == "bsky.app":
        return _bluesky(path, own)
    return _fediverse(url, parts.scheme, parts.netloc, path, own)


def channel(body: bytes) -> Candidate | None:
    """The feed of the YouTube channel that a page of it is about."""
    found = _CHANNEL.search(_text(body, limit=2_000_000))
    return (
        Candidate(f"{_YOUTUBE}channel_id={found[1]}", "youtube", how="the channel's own feed")
        if found
        else None
    )


def feeds_in_page(body: bytes, base: str) -> tuple[Candidate, ...]:
    """The feeds that a page names in its head, in its order, then links on it that look like feeds.

    Each once. Nothing outside http(s), nothing that stands in a comment.
    """
    page = _without_comments(_text(body))
    stated = _BASE.search(page)
    base = urljoin(base, _attributes(stated[1]).get("href", "")) if stated else base
    tags = [_attributes(tag[1]) for tag in _TAG.finditer(page)]
    named = [_candidate(tag, base, "named by the page") for tag in tags if _is_alternate(tag)]
    linked = [_candidate(tag, base, "linked on the page") for tag in tags if _looks_linked(tag)]
    first: dict[str, Candidate] = {}
    for each in (*named, *linked):
        if each.url:
            first.setdefault(each.url, each)
    return tuple(first.values())[:MOST_LINKS]


def guesses(url: str) -> tuple[Candidate, ...]:
    """Where a site keeps its feed if it does as most do: under the page itself, then at its root."""
    parts = urlsplit(url)
    root = f"{parts.scheme}://{parts.netloc}/"
    under = [urljoin(url.split("?")[0].rstrip("/") + "/", PATHS[0])] if parts.path.strip("/") else []
    places = dict.fromkeys([*under, *(urljoin(root, path) for path in PATHS)])
    return tuple(Candidate(place, how="a usual place", offered=False) for place in places)


def sitemaps(robots: bytes, base: str) -> tuple[Candidate, ...]:
    """The sitemaps that a robots.txt names, those for news first."""
    lines = (line.partition(":") for line in _text(robots).splitlines())
    urls = [
        canonical(value.strip(), base=base) for name, _, value in lines if name.strip().lower() == "sitemap"
    ]
    urls.sort(key=lambda url: not re.search(r"news|nieuws", url, re.IGNORECASE))
    kept = tuple(dict.fromkeys(filter(None, urls)))[:MOST_SITEMAPS]
    return tuple(Candidate(url, "sitemap", how="named in robots.txt") for url in kept)


def looks_like_feed(url: str) -> bool:
    """Whether an address looks like that of a feed rather than of a page."""
    return bool(_FEEDLIKE.search(urlsplit(url).path.lower()))


def is_sitemap(body: bytes) -> bool:
    """Whether a reply is a sitemap or an index of them."""
    return bool(re.search(rb"<(?:\w+:)?(?:urlset|sitemapindex)\b", body[:4096]))


def is_page_of_html(body: bytes) -> bool:
    """Whether a reply is a page for people."""
    return bool(re.match(rb"[^<]{0,200}<(?:!doctype\s+html|html|head|body|!--)", body[:4096].lower()))


def about_replies(candidate: Candidate) -> bool:
    """Whether a feed holds the comments below the articles instead of the articles."""
    return bool(_REPLIES.search(candidate.title) or _REPLIES.search(urlsplit(candidate.url).path))


def title(body: bytes) -> str:
    """What a feed or page calls itself; '' when it does not say."""
    text = _text(body)
    if text[:1] in "{[":
        return _json_title(text)
    found = _TITLE.search(text)
    return plain(html.unescape(found[1]))[:120].strip() if found else ""


def _json_title(text: str) -> str:
    found = re.search(r'"title"\s{0,5}:\s{0,5}("(?:[^"\\]|\\.){0,500}")', text)
    try:
        return plain(str(json.loads(found[1])))[:120] if found else ""
    except ValueError:
        return ""


def _youtube(path: str, query: str, own: bool) -> Candidate | Refused | None:
    """A channel by its number may be that of a broadcaster; a handle is an account, as on other platforms."""
    if path == "/feeds/videos.xml":
        return Candidate(f"{_YOUTUBE}{query}", "youtube", how="as given", own=own)
    if found := re.fullmatch(r"/channel/(UC[\w-]{22})(?:/.*)?", path):
        url = f"{_YOUTUBE}channel_id={found[1]}"
        return Candidate(url, "youtube", how="the channel's own feed", own=own)
    if re.match(r"/(?:@|c/|user/)", path) and not own:
        return Refused(ACCOUNT)
    if found := re.search(r"(?:^|&)list=([\w-]{10,60})", query):
        return Candidate(f"{_YOUTUBE}playlist_id={found[1]}", "youtube", how="the playlist's own feed")
    return None


def _reddit(path: str) -> Candidate | Refused:
    found = re.match(r"/r/(\w{2,30})(?:/|$)", path)
    if not found:
        return Refused(
            ACCOUNT if re.match(r"/u(?:ser)?/", path) else "Name a subreddit, as in reddit.com/r/name."
        )
    return Candidate(
        f"https://www.reddit.com/r/{found[1]}/new/.rss", "reddit", f"r/{found[1]}", "the subreddit"
    )


def _bluesky(path: str, own: bool) -> Candidate | Refused:
    found = re.fullmatch(r"/profile/([\w.:-]{3,253})(?:/rss)?", path)
    if not found:
        return Refused(SEARCHES if path.startswith(("/hashtag", "/search")) else NO_FEED)
    if not own:
        return Refused(ACCOUNT)
    return Candidate(_AUTHOR_FEED + found[1], "bluesky", "Bluesky", "your own account", own=True)


def _fediverse(url: str, scheme: str, netloc: str, path: str, own: bool) -> Candidate | Refused | None:
    """A tag or an account on a Mastodon server. Other sites have /tags/ too: whoever visits, finds out."""
    site = f"{scheme}://{netloc}"
    if found := re.fullmatch(r"/(?:tags?|api/v1/timelines/tag)/(\w{2,100})(?:\.rss)?", path):
        api = f"{site}/api/v1/timelines/tag/{found[1]}"
        return Candidate(api, "mastodon", f"Mastodon #{found[1]}", "the tag's public timeline")
    if neutral(url) == url:
        return None
    if not own:
        return Refused(ACCOUNT)
    found = re.fullmatch(r"/(?:@|users/)([\w.-]{1,100}?)(?:\.rss)?", path)
    if not found:
        return Candidate(url, title=netloc, how="your own account", own=True)
    return Candidate(f"{site}/@{found[1]}.rss", title="Mastodon", how="your own account", own=True)


def _within(host: str, domains: tuple[str, ...]) -> bool:
    return any(host == domain or host.endswith("." + domain) for domain in domains)


def _candidate(tag: dict[str, str], base: str, how: str) -> Candidate:
    return Candidate(_resolved(tag.get("href", ""), base), title=plain(tag.get("title", ""))[:120], how=how)


def _resolved(href: str, base: str) -> str:
    """An http(s) address with its parameters in their own order, as some feeds are asked for by them."""
    try:
        url = urljoin(base, href.strip())
        return url.split("#")[0] if canonical(url) and not urlsplit(url).username else ""
    except ValueError:
        return ""


def _is_alternate(tag: dict[str, str]) -> bool:
    kind = tag.get("type", "").split(";")[0].strip().lower()
    return "alternate" in tag.get("rel", "").lower().split() and kind in TYPES


def _looks_linked(tag: dict[str, str]) -> bool:
    """A link for people to a feed, by its end or its host; what has a `rel` is none."""
    return "rel" not in tag and bool(_LINKED.search(tag.get("href", "").split("?")[0]))


def _attributes(tag: str) -> dict[str, str]:
    found = _ATTRIBUTE.finditer(tag)
    return {each[1].lower(): html.unescape(each[2] or each[3] or each[4] or "") for each in found}


def _without_comments(page: str) -> str:
    """In one pass; an unclosed comment hides what follows it, as in a browser."""
    head, *rest = page.split("<!--")
    return head + "".join(part.partition("-->")[2] for part in rest)


def _text(body: bytes, *, limit: int = LOOKED_AT) -> str:
    declared = _ENCODING.match(body[:400].lstrip())
    try:
        return body[:limit].decode(declared[1].decode() if declared else "utf-8-sig", "replace")
    except LookupError:
        return body[:limit].decode("utf-8", "replace")
