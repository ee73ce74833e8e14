"""One question on its way along redirects: where it goes next, and what it may carry there."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import quote, urljoin, urlsplit, urlunsplit

import requests
from requests.structures import CaseInsensitiveDict
from urllib3.exceptions import HTTPError
from urllib3.util import parse_url

from kaders.net.failures import FetchFailed
from kaders.net.spelling import spelled

LONGEST = 8192
"""Characters of an address; what common servers take."""
SHORTEST_KEY = 6
"""Characters; a shorter word is no key, and looking for it would find ordinary words."""
MOVED = (301, 302, 303, 307, 308)
LASTING = (301, 308)
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Target:
    """An address as it is sent: ASCII, without a fragment; its parts are those that are connected to."""

    url: str
    scheme: str
    host: str
    port: int

    @property
    def origin(self) -> str:
        """scheme://host:port, in which two addresses with the same rules and rights agree."""
        return f"{self.scheme}://{self.host}:{self.port}"


def target(raw: str, base: str = "") -> Target:
    """An http or https address in the form in which it is sent, resolved against `base`.

    A host in other letters or digits becomes what it stands for (IDNA). Raises FetchFailed refused_address
    for another scheme, a name or password in it, and what cannot be read as an address.
    """
    try:
        text = urljoin(base, re.sub(r"[\t\r\n]", "", raw).strip("\0 ")).partition("#")[0]
        if not re.match(r"https?:", text, re.IGNORECASE):
            raise FetchFailed("refused_address", "the address is not http or https")
        if "@" in urlsplit(text).netloc or "\\" in urlsplit(text).netloc:
            raise FetchFailed("refused_address", "a name or password stands in the address")
        prepared = requests.PreparedRequest()
        prepared.prepare_url(text, None)
        url = prepared.url or ""
        parts = parse_url(url)
    except (requests.RequestException, HTTPError, ValueError):
        raise FetchFailed("refused_address", "this is not an address that can be asked") from None
    if not parts.host or parts.auth or len(url) > LONGEST or parts.scheme not in _PORTS:
        raise FetchFailed("refused_address", "this is not an address that can be asked")
    port = _PORTS[parts.scheme] if parts.port is None else parts.port
    return Target(url, parts.scheme, parts.host.lower(), port)


@dataclass(frozen=True, slots=True)
class Key:
    """A secret and how it goes along: in a header, as a bearer token or in the query. It is never shown."""

    form: str = ""
    name: str = ""
    secret: str = field(default="", repr=False)

    @property
    def headers(self) -> dict[str, str]:
        """The header that carries it, if one does."""
        if self.form == "bearer":
            return {"Authorization": f"Bearer {self.secret}"}
        return {self.name: self.secret} if self.form == "header" else {}

    def on(self, url: str) -> str:
        """The address with the key in its query, in place of one that stands there, when it goes there."""
        if self.form != "query":
            return url
        parts = urlsplit(self.off(url))
        query = "&".join(filter(None, (parts.query, f"{self.name}={quote(self.secret, safe='')}")))
        return urlunsplit(parts._replace(query=query))

    def off(self, url: str) -> str:
        """An address, or a header with some, without the key: servers repeat it where we would keep it."""
        if self.form == "query" and self.name + "=" in url:
            name = re.escape(self.name)
            url = re.sub(rf"([?&]){name}=[^&#>\s]*(&?)", lambda m: m[1] if m[2] else "", url)
        return re.sub(spelled(self.secret), "", url) if self._known else url

    def out_of(self, body: bytes) -> bytes:
        """A reply without the key: services repeat it in the addresses of their entries."""
        return re.sub(spelled(self.secret).encode(), b"", body) if self._known else body

    @property
    def _known(self) -> bool:
        return len(self.secret) >= SHORTEST_KEY


def key_of(form: str, secret: str) -> Key:
    """The key in the form that a Question names: "header:NAME", "bearer", "query:NAME" or "".

    Raises FetchFailed no_secret when there is a form and no secret, or a secret that cannot be sent.
    """
    if not form:
        return Key()
    kind, _, name = form.partition(":")
    if not secret:
        raise FetchFailed("no_secret", "the key of this source is not there")
    if not (secret.isascii() and secret.isprintable()):
        raise FetchFailed("no_secret", "the key holds characters that no request can carry")
    return Key(kind, name, secret)


@dataclass(slots=True)
class Journey:
    """A question underway.

    at        where it goes now; its address never holds the key
    key       the secret, for as long as it may go along
    body      JSON to post; empty for GET
    inside    whether it may go to places inside our own walls
    moved_to  where the address has moved for good: as far as redirects are permanent from the first on
    """

    at: Target
    key: Key = Key()
    body: str = ""
    inside: bool = False
    moved_to: str = ""
    _lasting: bool = True

    def request(self, headers: dict[str, str]) -> requests.PreparedRequest:
        """The request for where it is now, with these headers and with the key."""
        made = requests.PreparedRequest()
        body = self.body.encode()
        made.method = "POST" if body else "GET"
        made.url = self.key.on(self.at.url)
        made.headers = CaseInsensitiveDict(headers | self.key.headers)
        if body:
            made.body = body
            made.headers["Content-Type"] = "application/json"
            made.headers["Content-Length"] = str(len(body))
        return made

    def follow(self, status: int, location: str) -> None:
        """Go where a redirect points.

        A key goes on within its own origin and from http to https of the same host, and never comes back
        once it was left behind. A posted question becomes a plain one as the Fetch standard has it; what is
        posted may hold a password, so it goes to no other origin. Raises FetchFailed refused_address.
        """
        came, self.at = self.at, target(self.key.off(_decoded(location)), self.at.url)
        if not _within(came, self.at):
            self.key = Key()
        if status == 303 or (status in (301, 302) and self.body):
            self.body = ""
        if self.body and not _within(came, self.at):
            raise FetchFailed("refused_address", "a posted question is sent on to another host", status)
        self._lasting = self._lasting and status in LASTING
        if self._lasting:
            self.moved_to = self.at.url


def _within(came: Target, goes: Target) -> bool:
    """Whether a secret for the one may be shown to the other."""
    if came.origin == goes.origin:
        return True
    upgrade = (came.scheme, came.port, goes.scheme, goes.port) == ("http", 80, "https", 443)
    return came.host == goes.host and upgrade


def _decoded(location: str) -> str:
    """The header as text: HTTP gives bytes as Latin-1, and who writes others than ASCII means UTF-8."""
    try:
        return location.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return location
