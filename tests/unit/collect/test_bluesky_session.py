"""The session of an account, against a real service on loopback through the real door."""

from __future__ import annotations

import base64
import json
import os
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from kaders.collect import bluesky_session
from kaders.collect.bluesky_session import token
from kaders.net.door import Door, FetchFailed

SECRET = "gemeente.example:abcd-efgh-ijkl-mnop"


def jwt(number: int, seconds: int = 7200) -> str:
    """A token that says how long it lives."""
    parts = [{"alg": "x"}, {"iat": 1_000_000, "exp": 1_000_000 + seconds, "jti": number}]
    packed = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts]
    return ".".join([*packed, "handtekening"])


class Service(ThreadingHTTPServer):
    """Starts sessions, as com.atproto.server.createSession says."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[Any] = []
        self.status, self.seconds, self.body = 200, 7200, b""

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/xrpc"


class Handler(BaseHTTPRequestHandler):
    server: Service

    def do_POST(self) -> None:
        given = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked.append((self.path, given))
        made = {
            "accessJwt": jwt(len(self.server.asked), self.server.seconds),
            "refreshJwt": "blijft-hier-niet",
        }
        body = self.server.body or json.dumps(made).encode()
        self.send_response(self.server.status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Keep the test's output quiet."""


@pytest.fixture
def service() -> Iterator[Service]:
    with Service() as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def door(service: Service) -> Iterator[Door]:
    with Door(contact="pers@toets.example", allow=[f"127.0.0.1:{service.server_address[1]}"]) as opened:
        yield opened


@pytest.fixture
def keep(tmp_path: Path) -> Path:
    return tmp_path / "sessions" / "bluesky.json"


def test_a_session_is_started_once_and_kept(service: Service, door: Door, keep: Path) -> None:
    given = token(door, service.address, SECRET, keep)
    assert given == jwt(1)
    assert token(door, service.address, SECRET, keep) == given
    assert service.asked == [
        ("/xrpc/com.atproto.server.createSession", {"identifier": "gemeente.example", "password": "abcd-efgh-ijkl-mnop"})
    ]  # fmt: skip


def test_nobody_else_may_read_the_file_and_it_holds_no_password(
    service: Service, door: Door, keep: Path
) -> None:
    token(door, service.address, SECRET, keep)
    assert keep.stat().st_mode & 0o777 == 0o600
    for kept_back in ("abcd", "gemeente.example", "blijft-hier-niet"):
        assert kept_back not in keep.read_text("utf-8")
    assert [path.name for path in keep.parent.iterdir()] == [keep.name]


@pytest.mark.parametrize(("seconds", "age"), [(7200, 7000), (60, 0)], ids=["ran out", "lives too short"])
def test_a_token_that_runs_out_is_not_used(
    service: Service, door: Door, keep: Path, seconds: int, age: int
) -> None:
    service.seconds = seconds
    token(door, service.address, SECRET, keep)
    past = keep.stat().st_mtime - age
    os.utime(keep, (past, past))
    assert token(door, service.address, SECRET, keep) == jwt(2, seconds)


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b'{"whose": "x", "token": "y"}'])
def test_a_damaged_file_is_made_anew(service: Service, door: Door, keep: Path, damage: bytes) -> None:
    token(door, service.address, SECRET, keep)
    keep.write_bytes(damage)
    assert token(door, service.address, SECRET, keep) == jwt(2)


def test_another_account_has_another_session(service: Service, door: Door, keep: Path) -> None:
    token(door, service.address, SECRET, keep)
    assert token(door, service.address, "did:plc:anders:wxyz-wxyz", keep) == jwt(2)
    assert service.asked[1][1] == {"identifier": "did:plc:anders", "password": "wxyz-wxyz"}


def test_a_forgotten_session_is_started_again(service: Service, door: Door, keep: Path) -> None:
    token(door, service.address, SECRET, keep)
    bluesky_session.forget(keep)
    assert token(door, service.address, SECRET, keep) == jwt(2)


@pytest.mark.parametrize(
    ("secret", "status", "body", "reason"),
    [
        ("zonder-dubbelepunt", 200, b"", "no_secret"),
        ("naam:", 200, b"", "no_secret"),
        (":wachtwoord", 200, b"", "no_secret"),
        (SECRET, 401, b"", "secret_refused"),
        (SECRET, 400, b"", "secret_refused"),
        (SECRET, 500, b"", "http_5xx"),
        (SECRET, 200, b"<html>", "unreadable"),
        (SECRET, 200, b'{"accessJwt": "twee\\nregels"}', "unreadable"),
        (SECRET, 200, b"[]", "unreadable"),
    ],
)
def test_why_there_is_no_session(
    service: Service, door: Door, keep: Path, secret: str, status: int, body: bytes, reason: str
) -> None:
    service.status, service.body = status, body
    with pytest.raises(FetchFailed) as failed:
        token(door, service.address, secret, keep)
    assert failed.value.reason == reason
    assert "abcd" not in repr(failed.value) + str(failed.value)
    assert not keep.exists()
