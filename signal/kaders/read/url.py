"""One address for one page: http(s) only, without trackers and wrappers."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, urljoin, urlsplit, urlunsplit

from w3lib.url import canonicalize_url

LONGEST = 2048
"""Characters; the limit of the sitemap protocol and of what most servers accept."""
UNWRAPPINGS = 3
"""A wrapper within a wrapper occurs; deeper nesting is an attempt to keep us busy."""

_TRACKED = re.compile(
    r"utm_|fbclid|gclid|dclid|gbraid|wbraid|msclkid|mc_[ce]id|igshid|yclid|twclid|_hs(?:enc|mi)|mkt_tok"
    r"|oly_enc_id|vero_id|wt_mc|at_(?:medium|campaign)|ns_(?:mchannel|source|campaign)",
    re.IGNORECASE,
)
_PLAIN = re.compile(
    r"https?://(?!(?:www\.)?google\.)[a-z0-9-]+(?:\.[a-z0-9-]+)+(?:/(?=[.~]*[A-Za-z0-9_-])[\w.~-]+)+/?",
    re.ASCII,
)
"""An address in which there is nothing to put right, as most are: no query, no port, no dots to resolve."""


def canonical(raw: str, *, base: str = "") -> str:
    """The canonical form of an http(s) address, resolved against `base`; '' for anything else.

    utm_*, fbclid, gclid and their like are dropped, parameters sorted, fragments and credentials removed, and
    google.com/url?...&url= gives the page it points at.
    """
    if len(raw) <= LONGEST and _PLAIN.fullmatch(raw):
        return raw
    url = "".join(c for c in raw[: UNWRAPPINGS * LONGEST].strip() if c.isprintable() and c != "\\")
    try:
        url = urljoin(base, url) if base else url
        for _ in range(UNWRAPPINGS):
            url = _unwrapped(url)
        return _clean(url) if len(url) <= LONGEST else ""
    except (ValueError, UnicodeError):
        return ""


def _unwrapped(url: str) -> str:
    parts = urlsplit(url)
    if not re.fullmatch(r"(www\.)?google\.[a-z.]{2,6}", parts.hostname or "") or parts.path != "/url":
        return url
    query = parse_qs(parts.query)
    return (query.get("url") or query.get("q") or [url])[0]


def _clean(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or re.search(r"\s", parts.netloc):
        return ""
    kept = [pair for pair in parts.query.split("&") if not _TRACKED.match(pair)]
    host = parts.netloc.rpartition("@")[2]
    standard = {"http": ":80", "https": ":443"}[parts.scheme]
    parts = parts._replace(netloc=host.removesuffix(standard), query="&".join(kept), fragment="")
    return canonicalize_url(urlunsplit(parts))
