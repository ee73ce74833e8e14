"""What a site's robots.txt says about reading its pages (RFC 9309), asked once and then remembered."""

from __future__ import annotations

import threading
from collections.abc import Callable, MutableMapping

from protego import Protego

from kaders.net.failures import FetchFailed
from kaders.net.journey import Target

TOKEN = "Kaders"
"""The product token by which a robots.txt names us."""
LARGEST = 500 * 1024
"""Bytes that are read; RFC 9309 asks for at least so many, and the rest is left out."""


class Robots:
    """The rules of the origins that one Door visits; threads share it.

    fetch  gives the text of an origin's robots.txt; '' when there is none, so that everything may be read.
           Raises FetchFailed when nobody can say, so that for now nothing may be read
    kept   texts by origin that somebody keeps from one job to the next. Whoever gives it keeps a text a day
           at most, as the standard asks; that nobody could say is never put there
    """

    def __init__(self, fetch: Callable[[str], str], kept: MutableMapping[str, str] | None = None) -> None:
        self._fetch = fetch
        self._kept = {} if kept is None else kept
        self._lock = threading.Lock()
        self._asking: dict[str, threading.Lock] = {}
        self._rules: dict[str, Protego | FetchFailed] = {}

    def check(self, target: Target) -> float:
        """The seconds between two pages that the site asks for, 0 when it asks for none.

        Raises FetchFailed robots when this page may not be read; when the rules cannot be had, and nothing
        may be read for now, the reason for that (http_5xx, timeout, dns …), for it may pass.
        """
        rules = self._of(target.origin)
        if isinstance(rules, FetchFailed):
            detail = f"the site's robots.txt cannot be read now: {rules.detail}"
            raise FetchFailed(rules.reason, detail, rules.status, rules.retry_after)
        if not rules.can_fetch(target.url, TOKEN):
            raise FetchFailed("robots", "the site's robots.txt asks us not to read this page")
        return float(rules.crawl_delay(TOKEN) or 0.0)

    def _of(self, origin: str) -> Protego | FetchFailed:
        with self._lock:
            asking = self._asking.setdefault(origin, threading.Lock())
        with asking:
            if origin not in self._rules:
                self._rules[origin] = self._read(origin)
            return self._rules[origin]

    def _read(self, origin: str) -> Protego | FetchFailed:
        text = self._kept.get(origin)
        if text is None:
            try:
                text = self._fetch(origin)
            except FetchFailed as failed:
                return _passing(failed)
            self._kept[origin] = text
        return Protego.parse(text)


def _passing(failed: FetchFailed) -> FetchFailed:
    """Why nobody can say, with a reason that belongs to no page: the page itself may be in order."""
    if failed.reason in ("redirects", "refused_address", "unreadable", "too_large", "empty"):
        return FetchFailed("unreachable", failed.detail, failed.status, failed.retry_after)
    return failed
