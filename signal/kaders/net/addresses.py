"""Which addresses may be asked: what is checked is what is connected to, so that no name can turn inward.

A name is looked up once for each connection, every address that it has is judged, and the connection goes to
one of the addresses that were judged (OWASP's notes on server-side request forgery, case 2). So it does not
matter how an address is spelled, or what the same name says a moment later.
"""

from __future__ import annotations

import ipaddress
import queue
import re
import socket
import threading
import time
from collections.abc import Callable, Collection
from contextlib import suppress
from functools import lru_cache
from typing import Any

from kaders.net.failures import FetchFailed

CONNECT = 5.0
"""Seconds for one address to accept: a host that is up does so within one, the rest is lost packets."""
NOT_PUBLIC = "the address leads into a network that is not public"
"""What is said of an inner address; which one it is stays unsaid."""
IP = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve = Callable[[str, int, int, int], Any]
"""As socket.getaddrinfo: host, port, family and type in, rows of which the last field is an address out."""

_REFUSED = tuple(
    ipaddress.ip_network(net)
    for net in (
        "100.64.0.0/10",  # shared by the customers of a provider, RFC 6598
        "192.0.0.0/24",  # protocol assignments, RFC 6890
        "192.88.99.0/24",  # 6to4 relays, withdrawn by RFC 7526
        "::/96",  # IPv4-compatible, withdrawn by RFC 4291
        "64:ff9b::/96",  # NAT64, RFC 6052: leads to any IPv4 address
        "64:ff9b:1::/48",  # NAT64 of one's own, RFC 8215
        "2001::/23",  # protocol assignments with Teredo, RFC 2928: may hold any IPv4 address
        "2002::/16",  # 6to4, RFC 3056: holds an IPv4 address
        "3fff::/20",  # documentation, RFC 9637
        "5f00::/16",  # segment routing, RFC 9602
        "fec0::/10",  # site-local, withdrawn by RFC 3879
    )
)
"""Beside what Python's ipaddress calls not global: what older versions of it do not know."""
_NUMERIC = re.compile(r"(?:\A|\.)(?:[0-9]+|0[xX][0-9a-fA-F]*)\.*\Z")
_LOCALHOST = re.compile(r"(?:\A|\.)localhost\.*\Z", re.IGNORECASE)
"""Always this machine (RFC 6761), whatever a resolver makes of a dot at its end."""
_INWARD = ("localhost", "local", "internal", "intranet", "lan", "home.arpa")
"""Endings of names that mean something on one network only: RFC 6761, 6762, 8375 and ICANN's `internal`."""


def refused(address: IP) -> bool:
    """Whether an address is not on the public internet, or may lead to one that is not."""
    if isinstance(address, ipaddress.IPv6Address):
        if address.scope_id is not None:
            return True
        if address.ipv4_mapped is not None:
            return refused(address.ipv4_mapped)
    known = any(address in net for net in _REFUSED if net.version == address.version)
    return known or not address.is_global or address.is_multicast or address.is_reserved


def literal(host: str) -> IP | None:
    """The address that a host is spelled as, in any spelling that the system's own parser takes; else None.

    127.1, 0x7f.1, 0177.0.0.1 and 2130706433 are all 127.0.0.1, with or without a dot at the end.
    """
    bare = host.strip("[]").rstrip(".")
    with suppress(ValueError):
        return ipaddress.ip_address(bare)
    try:
        return ipaddress.IPv4Address(socket.inet_aton(bare)) if _NUMERIC.search(bare) else None
    except OSError:
        return None


def spelled_inward(host: str) -> bool:
    """Whether a host is written as an inner address or as this machine, so that no look-up is needed."""
    address = literal(host)
    return _LOCALHOST.search(host) is not None or (address is not None and refused(address))


def inward(host: str) -> bool:
    """Whether a host, as it is written, lies inside somebody's walls; what a name stands for is not asked."""
    bare = host.strip("[]").rstrip(".").lower()
    address = literal(bare)
    if address is not None:
        return refused(address)
    ending = any(bare == end or bare.endswith("." + end) for end in _INWARD)
    return ending or "." not in bare or "%" in bare or bool(_NUMERIC.search(bare))


def place(host: str, port: int) -> str:
    """host:port in the one form in which places are compared: small letters, no dot at the end."""
    bare = host.strip("[]").rstrip(".").lower()
    with suppress(ValueError):
        bare = str(ipaddress.ip_address(bare))
    return f"[{bare}]:{port}" if ":" in bare else f"{bare}:{port}"


def places(allow: Collection[str]) -> frozenset[str]:
    """The places of an allow-list of host:port; ValueError when an entry has no port."""
    return _places(frozenset(allow))


@lru_cache(maxsize=8)
def _places(allow: frozenset[str]) -> frozenset[str]:
    """Once for each list: a connection asks, and an organisation may have hundreds of places."""
    parts = [entry.rpartition(":") for entry in allow]
    return frozenset(place(host, int(port)) for host, _, port in parts)


def connect(
    host: str,
    port: int,
    *,
    timeout: float,
    allow: Collection[str] = (),
    resolve: Resolve = socket.getaddrinfo,
    trusted: bool = False,
) -> socket.socket:
    """A connection to a public address of `host`, within `timeout` seconds; the socket gets what is left.

    allow: exact host:port that may lie inside our own walls; trusted: whether this is such a one, as a proxy
    of our own is. A host of which only one address is not public is refused whole. Raises FetchFailed:
    refused_address, dns, timeout or unreachable.
    """
    end = time.monotonic() + timeout
    ours = trusted or place(host, port) in places(allow)
    if not ours and _LOCALHOST.search(host):
        raise FetchFailed("refused_address", NOT_PUBLIC)
    addresses = _looked_up(host, port, end, resolve)
    if not ours and any("%" in at[0] or refused(ipaddress.ip_address(at[0])) for _, at in addresses):
        raise FetchFailed("refused_address", NOT_PUBLIC)
    return _first(addresses, end)


def _looked_up(host: str, port: int, end: float, resolve: Resolve) -> list[tuple[int, Any]]:
    """The family and socket address of all that a host stands for, each once."""
    bare = host.strip("[]")
    spelled = literal(bare)
    if "%" in bare or (spelled is None and _NUMERIC.search(bare)):
        raise FetchFailed("refused_address", "the host is no name and no address")
    if spelled is not None:
        family = socket.AF_INET if spelled.version == 4 else socket.AF_INET6
        return [(family, (str(spelled), port))]
    rows = _in_time(lambda: resolve(bare, port, 0, socket.SOCK_STREAM), end)
    return list(dict.fromkeys((row[0], row[4]) for row in rows))


def _in_time(look_up: Callable[[], Any], end: float) -> Any:
    """What the look-up gives. In a thread of its own: the system's resolver has no deadline to be given."""
    answers: queue.SimpleQueue[Any] = queue.SimpleQueue()

    def ask() -> None:
        try:
            answers.put(look_up())
        except (OSError, UnicodeError) as error:
            answers.put(error)

    threading.Thread(target=ask, daemon=True).start()
    try:
        answer = answers.get(timeout=max(0.0, end - time.monotonic()))
    except queue.Empty:
        raise FetchFailed("timeout", "the name was not found in time") from None
    if isinstance(answer, Exception) or not answer:
        raise FetchFailed("dns", "the name does not exist, or nobody can say what it stands for")
    return answer


def _first(addresses: list[tuple[int, Any]], end: float) -> socket.socket:
    """A connection to the first of the addresses that accepts one."""
    slow = False
    for family, address in addresses:
        left = end - time.monotonic()
        if left <= 0:
            break
        try:
            return _dial(family, address, min(CONNECT, left), end)
        except TimeoutError:
            slow = True
        except OSError:
            slow = False
    if slow or time.monotonic() >= end:
        raise FetchFailed("timeout", "the server does not accept a connection in time")
    raise FetchFailed("unreachable", "the server does not accept a connection")


def _dial(family: int, address: Any, timeout: float, end: float) -> socket.socket:
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.settimeout(timeout)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.connect(address)
        sock.settimeout(max(0.001, end - time.monotonic()))
    except BaseException:
        sock.close()
        raise
    return sock
