"""Certificates that are in order and that are not, each with words that an operator understands."""

from __future__ import annotations

import socket
import ssl
import threading
from pathlib import Path
from typing import Any

import pytest

from certificates import certificate
from kaders.errors import ConfigurationError
from kaders.model import Question
from kaders.net.door import Door, open_door
from kaders.settings import Network, Settings


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tls")
    certificate(folder, "gezag")
    return folder


def served(raw: Any, at: Path) -> None:
    """From now on the server speaks TLS with this certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(at, at.with_suffix(".key"))
    raw.socket = context.wrap_socket(raw.socket, server_side=True, do_handshake_on_connect=False)


@pytest.mark.parametrize(
    ("issuer", "subject", "days", "detail"),
    [
        ("gezag", "127.0.0.1", 2, ""),
        ("gezag", "elders.example", 2, "another address"),
        ("gezag", "127.0.0.1", -1, "expired"),
        ("", "127.0.0.1", 2, "signed its certificate itself"),
        ("vreemd", "127.0.0.1", 2, "unknown issuer"),
    ],
)  # fmt: skip
def test_certificates(
    raw: Any, authority: Path, issuer: str, subject: str, days: int, detail: str, failed: Any
) -> None:
    if issuer == "vreemd":
        certificate(authority, "vreemd")
    served(raw, certificate(authority, "server", issuer=issuer, subject=subject, days=days))
    door = Door(allow=(raw.place,), authorities=str(authority / "gezag.pem"))
    url = f"https://{raw.place}/feed"
    if not detail:
        assert door.ask(Question(url)).body == b"<rss/>"
        return
    fault = failed(door, url)
    assert (fault.reason, detail in fault.detail, raw.place in str(fault)) == ("tls", True, False)


def test_no_tls_where_it_was_promised(failed: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as plain:

        def answer() -> None:
            taken, _ = plain.accept()
            with taken:
                taken.recv(4096)
                taken.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

        threading.Thread(target=answer, daemon=True).start()
        at = f"127.0.0.1:{plain.getsockname()[1]}"
        fault = failed(Door(allow=(at,)), f"https://{at}/feed", deadline=3)
    assert (fault.reason, fault.detail) == ("tls", "the other side does not speak TLS there")


def test_through_a_proxy_the_source_itself_is_checked(
    raw: Any, authority: Path, answer: Any, failed: Any
) -> None:
    inside = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    mine = certificate(authority, "bron", issuer="gezag", subject="nieuws.example")
    inside.load_cert_chain(mine, mine.with_suffix(".key"))

    def tunnel(handler: Any) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
        with inside.wrap_socket(handler.connection, server_side=True) as tls:
            tls.recv(4096)
            tls.sendall(answer(b"via"))

    raw.ways |= {f"{name}.example:443": tunnel for name in ("nieuws", "ander")}
    raw.ways["dicht.example:443"] = answer(b"", 403)
    door = Door(proxy=raw.url, authorities=str(authority / "gezag.pem"), pause=0)
    assert door.ask(Question("https://nieuws.example/feed")).body == b"via"
    assert failed(door, "https://ander.example/feed").reason == "tls"
    closed = failed(door, "https://dicht.example/feed")
    assert (closed.reason, closed.detail) == ("unreachable", "the proxy does not let this through")


def test_a_handshake_that_never_ends(raw: Any, failed: Any) -> None:
    with socket.socket() as mute:
        mute.bind(("127.0.0.1", 0))
        mute.listen(5)
        at = f"127.0.0.1:{mute.getsockname()[1]}"
        assert failed(Door(allow=(at,)), f"https://{at}/", deadline=0.3).reason == "timeout"


@pytest.mark.parametrize(
    ("made", "says"),
    [(None, "cannot be read (No such file"), (b"", "no certificates"), (b"dit is geen certificaat", "no certificates")],
)  # fmt: skip
def test_a_file_with_authorities_that_is_of_no_use_stops_the_job(
    loaded: Settings, tmp_path: Path, made: bytes | None, says: str
) -> None:
    named = tmp_path / "gezag.pem"
    if made is not None:
        named.write_bytes(made)
    network = Network(authorities=str(named))
    organisation = loaded.organisation.model_copy(update={"network": network})
    with pytest.raises(ConfigurationError) as caught:
        open_door(loaded.model_copy(update={"organisation": organisation}))
    assert all(part in str(caught.value) for part in (str(named), says, "organisation.yaml"))
