"""Addresses without the account in them: a page keeps a link that names nobody, or only its site stays.

On most platforms the address of a post or a profile holds the name of an account. Such a name may not get
past the door, and evidence that cannot be opened is none, so a post gets the address that its platform offers
without the name (PAGES); where there is none, the site is all that is left.
"""

from __future__ import annotations

import re
from typing import TypeVar
from urllib.parse import unquote, urlsplit

T = TypeVar("T")

ELLIPSIS = "…"
"""What stands in a text where the account stood."""
PAGES = (
    # Mastodon serves /statuses/<id of that server> to anyone, and leads visitors to the home of a post from
    # elsewhere: mastodon/mastodon config/routes/web_app.rb (`/statuses/(*any)`), its web app's
    # features/ui/index.jsx (`/statuses/:statusId`) and app/lib/permalink_redirector.rb, as of 2026.
    (re.compile(r"/(?:web/|deck/)?@[^/]+/(\d+)(?:/embed)?/?"), r"/statuses/\1"),
    (re.compile(r"/users/[^/]+/statuses/(\d+)(?:/activity)?/?"), r"/statuses/\1"),
)
"""The path of a post with its account, and where the same server shows the post without it."""
PAGES_OF = {
    # These platforms ignore the name before the number or code: these are the forms that they use themselves.
    "x.com": ((re.compile(r"/\w+/status(?:es)?/(\d+).*"), r"/i/status/\1"),),
    "twitter.com": ((re.compile(r"/\w+/status(?:es)?/(\d+).*"), r"/i/status/\1"),),
    "instagram.com": ((re.compile(r"/(?!p/|reel/|tv/)[\w.]+/(p|reel|tv)/([\w-]+).*"), r"/\1/\2/"),),
    "medium.com": ((re.compile(r"/@[^/]+/(?:.*-)?([0-9a-f]{8,12})"), r"/p/\1"),),
}
"""The same for platforms by their host."""


def _names_but(words: str) -> re.Pattern[str]:
    """A path whose first part is an account, unless it is one of the platform's own words."""
    return re.compile(
        rf"/(?!(?:{'|'.join(words.split())})(?:/|$))\w[\w.-]*(?:/.*)?", re.IGNORECASE | re.DOTALL
    )


_TWITTER = _names_but("i home search hashtag share explore settings login tos privacy about jobs")
_FACEBOOK = _names_but(
    "groups events watch share share.php sharer sharer.php photo photo.php story.php "
    "permalink.php marketplace hashtag help policies reel login plugins dialog l.php"
)
ACCOUNTS_OF = {
    "bsky.app": re.compile(r"/profile/(?!did:).+", re.DOTALL),
    "x.com": _TWITTER,
    "twitter.com": _TWITTER,
    "instagram.com": _names_but("p reel reels tv explore about legal developer"),
    "facebook.com": _FACEBOOK,
    "fb.com": _FACEBOOK,
    "linkedin.com": re.compile(r"/(?:mwlite/)?(?:in|pub|posts)/.+", re.IGNORECASE | re.DOTALL),
    "youtube.com": re.compile(r"/c/.+", re.IGNORECASE | re.DOTALL),
    "snapchat.com": re.compile(r"/add/.+", re.IGNORECASE | re.DOTALL),
    "t.me": _names_but("c s joinchat share addstickers"),
}
"""Paths with an account on platforms that put it where others put a subject."""

_ANYWHERE = re.compile(
    r"(?:.*/)?@(?!-?\d+\.\d+,)\w.*"  # Mastodon and its kin, Threads, TikTok, YouTube; no map
    r"|/(?:users?|u)/[\w@].*"  # ActivityPub, Reddit, Lemmy
    r"|/profile/[\w-]+\.[\w.-]+(?:/.*)?",  # Bluesky in other clothes; a DID has no dots
    re.IGNORECASE | re.DOTALL,
)
_NUMBERED = re.compile(r"https?://[^/]+/api/v\d/accounts/\d+(?:[/?]|$)")
_QUERY = re.compile(r"(?:^|&)(?:screen_name|user_?name)=|@\w", re.IGNORECASE)
_LINK = re.compile(
    r"(?<![\w@/.-])(https?://)?((?:[\w-]{1,63}\.){1,6}[^\W\d_]{2,24}(?::\d{1,5})?)(/[^\s<>\"”’|]*)",
    re.IGNORECASE,
)


def neutral(url: str) -> str:
    """An http(s) address without an account: as it is when it has none, else its nameless form or its site.

    A query with a name in it goes as a whole. Anything but an http(s) address comes back as it is.
    """
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").removeprefix("www.")
    except ValueError:
        return url
    if parts.scheme not in ("http", "https") or not _named(host, parts.path, parts.query):
        return url
    site = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
    return site + ((_nameless(host, parts.path) or "/") if _named(host, parts.path) else parts.path)


def is_account(url: str) -> bool:
    """Whether an address is that of an account, by its name or, on Mastodon's API, by its number."""
    return neutral(url) != url or bool(_NUMBERED.match(url))


def is_page(url: str) -> bool:
    """Whether an address names a page, and not only a site."""
    return bool(re.fullmatch(r"https?://[^/?#]+(?:/[^?#].*|/?\?.+)", url, re.DOTALL))


def without_accounts(text: str) -> str:
    """The text with every link to an account or its posts cut back to its site: `https://site.example/…`."""
    return _LINK.sub(_cut_back, text) if "/" in text else text


def _cut_back(link: re.Match[str]) -> str:
    scheme, site, rest = link[1] or "", link[2], link[3]
    path, _, query = rest.partition("?")
    host = site.lower().partition(":")[0].removeprefix("www.")
    if not _named(host, path.rstrip(".,;:!?)…"), query):
        return link[0]
    return f"{scheme}{site}/{ELLIPSIS}" + rest[len(rest.rstrip(".,;:!?)")) :]


def _named(host: str, path: str, query: str = "") -> bool:
    """Whether an address holds the name of an account."""
    own, plain = _of(host, ACCOUNTS_OF), unquote(path)
    return bool(_ANYWHERE.fullmatch(plain) or (own and own.fullmatch(plain)) or _QUERY.search(unquote(query)))


def _nameless(host: str, path: str) -> str:
    """The path of the same page without the account; '' when the platform has none that we know."""
    for pattern, page in (*(_of(host, PAGES_OF) or ()), *PAGES):
        if found := pattern.fullmatch(unquote(path)):
            return str(found.expand(page))
    return ""


def _of(host: str, table: dict[str, T]) -> T | None:
    """The entry of a host or of the domain that it belongs to."""
    labels = host.split(".")
    return next(
        (table[name] for n in range(len(labels) - 1) if (name := ".".join(labels[n:])) in table), None
    )
