"""Webhooks against a real HTTP receiver on loopback."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from kaders.deliver import webhook
from kaders.deliver.addresses import NotConfigured, Undelivered
from kaders.report.alert_message import Alert
from kaders.settings import Network

ALERT = Alert(
    "0123456789abcdef", "chat", "Onderwerp", "Tekst\n", "<p>Tekst</p>", ({"id": "2026-11-23/topic:x"},)
)


class Receiver(ThreadingHTTPServer):
    """Keeps what it got; answers with the code in the path."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.got: list[tuple[str, dict[str, Any], str | None]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.got.append((self.path, body, self.headers["Idempotency-Key"]))
        self.send_response(int(self.path.rsplit("/", 1)[-1]))
        self.send_header("Location", "/200")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Keep the test's output quiet."""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield server
        server.shutdown()


def test_the_message_is_posted_as_json(receiver: Receiver) -> None:
    webhook.send(ALERT, url=f"{receiver.url}/geheim/204")
    ((path, body, key),) = receiver.got
    assert path == "/geheim/204"
    assert body == {"text": "Onderwerp\n\nTekst\n", "signals": [{"id": "2026-11-23/topic:x"}]}
    assert key == ALERT.key


@pytest.mark.parametrize("code", [302, 307, 404, 500])
def test_another_answer_is_a_failure_without_the_address(receiver: Receiver, code: int) -> None:
    with pytest.raises(Undelivered) as caught:
        webhook.send(ALERT, url=f"{receiver.url}/geheim/{code}")
    assert str(caught.value) == f"The webhook answered with code {code}"
    assert len(receiver.got) == 1


def test_nobody_there(receiver: Receiver) -> None:
    receiver.server_close()
    with pytest.raises(Undelivered) as caught:
        webhook.send(ALERT, url=f"{receiver.url}/geheim/200")
    assert str(caught.value) == "The webhook cannot be reached"


@pytest.mark.parametrize("url", ["https://naam:geheim@hooks.example/x", "http://[geheim/x"])
def test_an_address_that_may_not_be_gone_to(url: str) -> None:
    with pytest.raises(Undelivered) as caught:
        webhook.send(ALERT, url=url)
    assert str(caught.value) == "The address of the webhook is one that Kaders may not go to"


def test_nobody_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhook, "TIMEOUT_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as mute, pytest.raises(Undelivered) as caught:
        webhook.send(ALERT, url=f"http://127.0.0.1:{mute.getsockname()[1]}/geheim")
    assert str(caught.value) == "The webhook did not answer within 10 seconds"


def test_through_a_proxy_an_inner_webhook_has_to_be_allowed(receiver: Receiver) -> None:
    proxy = Network(proxy="http://127.0.0.1:1")
    with pytest.raises(Undelivered, match="may not go to"):
        webhook.send(ALERT, url=f"{receiver.url}/geheim/204", network=proxy)
    own = Network(proxy="http://127.0.0.1:1", allow=(receiver.url.removeprefix("http://"),))
    webhook.send(ALERT, url=f"{receiver.url}/geheim/204", network=own)
    assert len(receiver.got) == 1


def test_authorities_that_cannot_be_read(receiver: Receiver, tmp_path: Path) -> None:
    network = Network(authorities=str(tmp_path / "gezag.pem"))
    with pytest.raises(NotConfigured, match=r"organisation\.yaml"):
        webhook.send(ALERT, url=f"{receiver.url}/geheim/204", network=network)
    assert not receiver.got


def test_an_address_that_is_no_web_address() -> None:
    with pytest.raises(NotConfigured, match="https://"):
        webhook.send(ALERT, url="hooks.example/geheim")
