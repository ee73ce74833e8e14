"""No address leads inside: not by its spelling, not by its name, not by a redirect, not the second time."""

from __future__ import annotations

import ipaddress
import socket
import time
from typing import Any

import pytest

from kaders.model import Question
from kaders.net import addresses
from kaders.net.addresses import connect, inward, place, places, refused
from kaders.net.door import Door, FetchFailed

INSIDE = """
127.0.0.1 127.255.255.254 0.0.0.0 10.0.0.1 172.16.0.1 192.168.1.1 169.254.169.254 100.64.0.1 100.127.255.255
192.0.0.1 192.0.2.1 192.88.99.1 198.18.0.1 198.51.100.1 203.0.113.1 224.0.0.1 239.255.255.250 240.0.0.1 255.255.255.255
:: ::1 ::7f00:1 ::808:808 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:169.254.169.254 64:ff9b::7f00:1 64:ff9b::808:808 64:ff9b:1::1
100::1 2001::1 2001:0:4136:e378:8000:63bf:3fff:fdd2 2001:db8::1 2002:7f00:1:: 2002:808:808:: 3fff::1 5f00::1
fc00::1 fd12::1 fe80::1 fe80::1%lo 2606:4700::1%lo fec0::1 ff02::1 ff0e::1
"""
OUTSIDE = (
    "8.8.8.8 93.184.216.34 100.63.255.255 100.128.0.1 172.32.0.1 ::ffff:8.8.8.8 2606:4700::1111 2a02:a44f::1"
)


@pytest.mark.parametrize("address", INSIDE.split())
def test_what_is_not_on_the_public_internet(address: str) -> None:
    assert refused(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", OUTSIDE.split())
def test_what_is(address: str) -> None:
    assert not refused(ipaddress.ip_address(address))


SPELLINGS = """
127.0.0.1 127.1 127.0.1 2130706433 0x7f000001 0x7f.1 0x7f.0.0.1 0177.0.0.1 0177.1 017700000001 127.0.0.1. 127.0.0.1.. 0 0.0.0.0
localhost localhost. LOCALHOST LocalHost [::1] [::ffff:127.0.0.1] [::ffff:7f00:1] [0:0:0:0:0:ffff:127.0.0.1] [::127.0.0.1] [::]
①②⑦.⓪.⓪.① １２７.0.0.1 127。0。0。1 127．0．0．1 ⓛocalhost 127.0.0.1%2f %31%32%37.0.0.1 [fe80::1%25lo] [fe80::1%lo]
user@127.0.0.1 news.example@127.0.0.1 news.example:80@127.0.0.1 127.0.0.1:80\\@news.example news.example\\@127.0.0.1 127.0.0.1#@news.example 127.0.0.1?@news.example
169.254.169.254 0xa9fea9fe 2852039166 [::ffff:a9fe:a9fe] [64:ff9b::a9fe:a9fe] 256.256.256.256 1.2.3.4.5 0x7f.0.0.0.1
"""


@pytest.mark.parametrize("host", SPELLINGS.split())
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_every_spelling_ends_refused(scheme: str, host: str) -> None:
    with pytest.raises(FetchFailed) as caught:
        Door(pause=0).ask(Question(f"{scheme}://{host}/feed"), deadline=2)
    assert caught.value.reason == "refused_address"


@pytest.mark.parametrize("host", [host for host in SPELLINGS.split() if "@" not in host])
def test_every_spelling_ends_refused_after_a_redirect(
    raw: Any, door: Door, hop: Any, failed: Any, host: str
) -> None:
    there = f"{host}:9" if not host.endswith("%2f") else host
    raw.ways["/x"] = (
        b"HTTP/1.1 302 X\r\nContent-Length: 0\r\nLocation: " + f"http://{there}/".encode() + b"\r\n\r\n"
    )
    assert failed(door, f"{raw.url}/x", deadline=2).reason == "refused_address"
    assert raw.paths == ["/x"]


@pytest.mark.parametrize("url", ["", "feed", "//a.example/", "file:///etc/passwd", "ftp://a.example/", "wss://a.example/", "http:", "http://", "http:///x", "http://[::1", "http://a:b:c/", "http://a.example:99999/", "http://a.example/" + "x" * 9000])  # fmt: skip
def test_what_is_no_web_address_is_not_asked(failed: Any, url: str) -> None:
    assert failed(Door(), url).reason == "refused_address"


class Names:
    """A resolver that gives an answer to each look-up in turn, and the last one from then on."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers, self.asked = list(answers), 0

    def __call__(self, host: str, port: int, family: int, kind: int) -> list[Any]:
        self.asked += 1
        found = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        return [
            (
                socket.AF_INET6 if ":" in one else socket.AF_INET,
                kind,
                6,
                "",
                (one, port) + (0, 0) * (":" in one),
            )
            for one in found
        ]


@pytest.mark.parametrize("found", [["127.0.0.1"], ["8.8.8.8", "127.0.0.1"], ["127.0.0.1", "8.8.8.8"], ["2606:4700::1111", "::1"], ["::ffff:10.0.0.1"], ["100.64.0.1"], ["64:ff9b::a00:1"]])  # fmt: skip
def test_a_name_with_one_inner_address_is_refused_whole(failed: Any, found: list[str]) -> None:
    assert failed(Door(resolve=Names(found)), "http://nieuws.example/").reason == "refused_address"


def test_what_is_checked_is_connected_to(raw: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    dialled = []

    def dial(family: int, address: Any, timeout: float, end: float) -> socket.socket:
        dialled.append(address[0])  # a public address cannot be reached here; our server answers in its place
        return socket.create_connection(raw.server_address)

    monkeypatch.setattr(addresses, "_dial", dial)
    names = Names(["93.184.216.34"], ["127.0.0.1"])
    door = Door(resolve=names, pause=0)
    assert door.ask(Question("http://rebinding.example/feed")).body == b"<rss/>"
    assert (dialled, names.asked) == (["93.184.216.34"], 1)
    raw.ways["/bye"] = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
    door.ask(Question("http://rebinding.example/bye"))
    with pytest.raises(FetchFailed) as caught:  # the next connection asks the name anew
        door.ask(Question("http://rebinding.example/feed"))
    assert (caught.value.reason, dialled) == ("refused_address", ["93.184.216.34"])


def test_our_own_places_are_exact(raw: Any, failed: Any) -> None:
    port = raw.server_address[1]
    inner = Names(["127.0.0.1"])
    door = Door(allow=(f"feeds.intern:{port}",), resolve=inner, pause=0)
    assert door.ask(Question(f"http://FEEDS.intern.:{port}/feed")).body == b"<rss/>"
    for other in (
        f"http://feeds.intern:{port + 1}/",
        f"http://x.feeds.intern:{port}/",
        f"{raw.url}/feed",
        "http://feeds.intern/",
    ):
        assert failed(door, other).reason == "refused_address"
    by_address = Door(allow=(raw.place,), resolve=inner)
    assert failed(by_address, f"http://name-of-it.example:{port}/feed").reason == "refused_address"


def test_a_name_that_does_not_exist_and_one_that_is_not_found_in_time(failed: Any) -> None:
    def nobody(*args: Any) -> Any:
        raise socket.gaierror(socket.EAI_NONAME, "nieuws.example is secret")

    assert failed(Door(resolve=nobody), "http://nieuws.example/").reason == "dns"
    assert failed(Door(resolve=lambda *args: []), "http://nieuws.example/").reason == "dns"
    started = time.monotonic()
    slow = Door(resolve=lambda *args: time.sleep(1))
    assert failed(slow, "http://nieuws.example/", deadline=0.2).reason == "timeout"
    assert time.monotonic() - started < 0.8


def test_other_doors_get_a_checked_connection_too(raw: Any) -> None:
    host, port = raw.server_address
    with pytest.raises(FetchFailed, match="refused_address"):
        connect(host, port, timeout=1)
    with connect(host, port, timeout=1, allow=(raw.place,)) as sock:
        sock.sendall(b"GET /feed HTTP/1.1\r\n\r\n")
        assert sock.recv(15) == b"HTTP/1.1 200 Ja"


@pytest.mark.parametrize(
    ("written", "same"),
    [(("A.example.", 80), "a.example:80"), (("[::1]", 8000), "[::1]:8000"), (("0:0::1", 8000), "[::1]:8000"), (("127.0.0.1", 1), "127.0.0.1:1")],
)  # fmt: skip
def test_a_place_has_one_form(written: tuple[str, int], same: str) -> None:
    assert place(*written) == same
    assert places([same]) == {same}


@pytest.mark.parametrize(
    ("host", "inside"),
    [("nieuws.example", False), ("8.8.8.8", False), ("0x08080808", False), ("intranet", True), ("a.local", True), ("wiki.internal.", True), ("127.1", True), ("[fd00::1]", True), ("1.2.3.4.5", True)],
)  # fmt: skip
def test_what_a_host_shows_of_itself(host: str, inside: bool) -> None:
    assert inward(host) == inside
