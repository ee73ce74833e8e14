"""Proxies, our own places and webhooks."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import pytest

from kaders.model import Question
from kaders.net.door import Door, FetchFailed


def test_a_proxy_is_used_for_all_but_our_own(raw: Any, answer: Any) -> None:
    raw.ways["http://nieuws.example/feed"] = answer(b"via")
    door = Door(proxy=raw.url, allow=(raw.place, "intern.example:80"), pause=0)
    assert door.ask(Question("http://nieuws.example/feed")).body == b"via"
    assert door.ask(Question(f"{raw.url}/feed")).body == b"<rss/>"
    assert raw.paths == ["http://nieuws.example/feed", "/feed"]


@pytest.mark.parametrize("host", ["10.0.0.1", "2130706433", "0x7f.1", "127.1", "[::1]", "localhost", "localhost.", "a.localhost", "intranet", "wiki.internal", "169.254.169.254"])  # fmt: skip
def test_a_proxy_is_not_asked_for_inner_addresses(raw: Any, host: str, hop: Any, failed: Any) -> None:
    door = Door(proxy=raw.url, pause=0)
    raw.ways["/hop"] = hop(f"http://{host}/")
    assert failed(door, f"http://{host}:8000/x").reason == "refused_address"
    raw.ways["http://nieuws.example/"] = hop(f"http://{host}/")
    assert failed(door, "http://nieuws.example/").reason == "refused_address"
    assert raw.paths == ["http://nieuws.example/"]


def test_proxies_and_passwords_of_the_environment_are_not_used(
    raw: Any, door: Door, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login ik password geheim\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    assert door.ask(Question(f"{raw.url}/feed")).status == 200
    assert "authorization" not in raw.asked[0][1]


@pytest.mark.parametrize("status", [200, 204, 302, 404, 500])
def test_a_message_is_handed_over_once_and_the_status_given(
    raw: Any, door: Door, status: int, hop: Any
) -> None:
    raw.ways["/hook"] = hop("/feed", status)
    assert door.send(f"{raw.url}/hook", {"text": "é"}, {"Idempotency-Key": "1"}) == status
    ((_, headers, body),) = raw.asked
    assert (headers["content-type"], headers["idempotency-key"], body) == (
        "application/json",
        "1",
        b'{"text": "\\u00e9"}',
    )


def test_a_message_does_not_go_inside_either(raw: Any) -> None:
    with pytest.raises(FetchFailed) as caught:
        Door().send(f"{raw.url}/hook", {}, {})
    assert caught.value.reason == "refused_address"
    assert not raw.connections


@pytest.mark.parametrize("by_proxy", [False, True])
def test_the_secret_in_the_path_of_a_webhook_is_in_no_log(
    raw: Any, answer: Any, caplog: pytest.LogCaptureFixture, by_proxy: bool
) -> None:
    url = "http://hooks.example" if by_proxy else raw.url
    path = "/services/T000/B000/GEHEIM?k=GEHEIM"
    raw.ways[("http://hooks.example" if by_proxy else "") + path.partition("?")[0]] = answer(b"")
    door = Door(allow=(raw.place,), proxy=raw.url if by_proxy else None, pause=0)
    with caplog.at_level(logging.DEBUG):
        assert door.send(url + path, {}, {}) == 200
    assert "GEHEIM" in raw.paths[0]
    assert "POST" in caplog.text and "T000" not in caplog.text and "GEHEIM" not in caplog.text
