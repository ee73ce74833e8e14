"""Where redirects may lead, and which of them give a new address."""

from __future__ import annotations

import socket
from typing import Any

import pytest

from kaders.model import Question
from kaders.net import addresses
from kaders.net.door import Door


def test_five_redirects_are_followed_and_a_sixth_is_not(raw: Any, door: Door, hop: Any, failed: Any) -> None:
    raw.ways |= {f"/{left}": hop(f"/{left - 1}" if left > 1 else "/feed") for left in range(1, 7)}
    reply = door.ask(Question(f"{raw.url}/5"))
    assert (reply.body, reply.url, reply.moved_to) == (b"<rss/>", f"{raw.url}/feed", "")
    assert failed(door, f"{raw.url}/6").reason == "redirects"


@pytest.mark.parametrize(
    ("statuses", "moved_to"),
    [((301,), "/feed"), ((308, 301), "/feed"), ((302,), ""), ((302, 301), ""), ((301, 302), "/1"), ((301, 308, 307), "/2")],
)  # fmt: skip
def test_only_what_is_permanent_from_the_first_is_a_new_address(
    raw: Any, door: Door, statuses: tuple[int, ...], moved_to: str, hop: Any
) -> None:
    for number, status in enumerate(statuses):
        raw.ways[f"/{number}"] = hop(f"/{number + 1}" if number + 1 < len(statuses) else "/feed", status)
    assert door.ask(Question(f"{raw.url}/0")).moved_to == (raw.url + moved_to if moved_to else "")


@pytest.mark.parametrize(
    "location",
    ["file:///etc/passwd", "ftp://a.example/", "gopher://127.0.0.1/", "javascript:alert(1)", "data:text/xml,x", "http://[::1", "http://127.1:1/", "http://a:b@a.example/"],
)  # fmt: skip
def test_redirects_to_elsewhere_are_refused(
    raw: Any, door: Door, location: str, hop: Any, failed: Any
) -> None:
    raw.ways["/x"] = hop(location)
    assert failed(door, f"{raw.url}/x").reason == "refused_address"


@pytest.mark.parametrize(
    ("location", "path"),
    [(b"/caf\xc3\xa9", "/caf%C3%A9"), (b"/caf\xe9", "/caf%C3%A9"), (b"/a b", "/a%20b"), (b"/%zz", "/%25zz"), (b"?q=\xff", "/x?q=%C3%BF")],
)  # fmt: skip
def test_a_location_with_odd_bytes_is_asked_for_as_it_is_meant(
    raw: Any, door: Door, answer: Any, location: bytes, path: str
) -> None:
    raw.ways |= {path: answer(b"ja"), "/x": lambda handler: None}
    first = b"HTTP/1.1 302 X\r\nContent-Length: 0\r\nLocation: " + location + b"\r\n\r\n"
    raw.ways["/x"] = lambda handler: handler.wfile.write(answer(b"ja") if "?" in raw.paths[-1] else first)
    assert door.ask(Question(f"{raw.url}/x")).body == b"ja"
    assert raw.paths == ["/x", path]


@pytest.fixture
def both(raw: Any, inner: Any, monkeypatch: pytest.MonkeyPatch) -> Door:
    """A door for which `raw` is http://nieuws.example on the public internet and `inner` one of our places."""
    dial = addresses._dial

    def reach(family: int, address: Any, timeout: float, end: float) -> socket.socket:
        there = raw.server_address if address[0] == "93.184.216.34" else address
        return dial(family, there, timeout, end)

    def look_up(host: str, port: int, family: int, kind: int) -> list[Any]:
        return [(socket.AF_INET, kind, 6, "", ("93.184.216.34", port))]

    monkeypatch.setattr(addresses, "_dial", reach)
    return Door(allow=(inner.place,), resolve=look_up, pause=0)


@pytest.mark.parametrize("page", [False, True])
def test_a_public_source_does_not_lead_inside(
    both: Door, raw: Any, inner: Any, hop: Any, failed: Any, page: bool
) -> None:
    raw.ways["/x"] = hop(f"{inner.url}/feed")
    assert both.ask(Question("http://nieuws.example/feed")).body == b"<rss/>"
    assert both.ask(Question(f"{inner.url}/feed")).body == b"<rss/>", "its own address may lie inside"
    fault = failed(both, "http://nieuws.example/x", page=page)
    assert (fault.reason, inner.place in str(fault)) == ("refused_address", False)
    assert failed(both, f"{inner.url}/feed", page=page, inside=False).reason == "refused_address"
    assert both.ask(Question("http://nieuws.example/feed"), inside=False).body == b"<rss/>"
    assert inner.paths == ["/feed"]


def test_the_rules_of_a_public_site_are_not_looked_up_inside(
    both: Door, raw: Any, inner: Any, hop: Any, failed: Any
) -> None:
    raw.ways |= {"/robots.txt": hop(f"{inner.url}/feed"), "/x": hop("/feed")}
    failed(both, "http://nieuws.example/x", page=True)
    assert (raw.paths, inner.paths) == (["/robots.txt"], [])


def test_a_place_inside_leads_inside_and_out_but_not_back_in(
    both: Door, raw: Any, inner: Any, hop: Any, failed: Any
) -> None:
    inner.ways |= {
        "/near": hop("/feed"),
        "/out": hop("http://nieuws.example/feed"),
        "/back": hop("http://nieuws.example/in"),
    }
    raw.ways["/in"] = hop(f"{inner.url}/feed")
    assert both.ask(Question(f"{inner.url}/near")).url == f"{inner.url}/feed"
    assert both.ask(Question(f"{inner.url}/out")).url == "http://nieuws.example/feed"
    assert failed(both, f"{inner.url}/back").reason == "refused_address"
    assert failed(both, f"{inner.url}/near", inside=False).reason == "refused_address"


def test_which_addresses_lie_inside(both: Door, inner: Any) -> None:
    others = ("http://nieuws.example/", "http://127.0.0.1:1/", f"ftp://{inner.place}/", "", "http://[::1")
    assert both.is_inside(f"{inner.url}/feed?page=2")
    assert not any(map(both.is_inside, others))
