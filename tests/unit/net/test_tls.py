"""Certificates that are in order and that are not, each with words that an operator understands."""

from __future__ import annotations

import socket
import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from kaders.model import Question
from kaders.net.door import Door


def certificate(
    folder: Path, name: str, *, issuer: str = "", subject: str = "127.0.0.1", days: int = 2
) -> Path:
    """A certificate in one file with its key beside it; signed by itself when no issuer is given."""
    key = ec.generate_private_key(ec.SECP256R1())
    by, signer = issuer or name, key
    if issuer:
        given = serialization.load_pem_private_key((folder / f"{issuer}.key").read_bytes(), None)
        assert isinstance(given, ec.EllipticCurvePrivateKey)
        signer = given
    until = datetime.now(UTC) + timedelta(days=days)
    place = x509.IPAddress(ip_address(subject)) if subject[0].isdigit() else x509.DNSName(subject)
    made = (
        x509.CertificateBuilder(x509.Name([_name(by)]), x509.Name([_name(name)]), key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(until - timedelta(days=9))
        .not_valid_after(until)
        .add_extension(x509.SubjectAlternativeName([place]), critical=False)
        .add_extension(x509.BasicConstraints(ca=not issuer, path_length=None), critical=True)
        .sign(signer, hashes.SHA256())
    )
    at = folder / f"{name}.pem"
    at.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    at.with_suffix(".key").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return at


def _name(text: str) -> x509.NameAttribute[str]:
    return x509.NameAttribute(NameOID.COMMON_NAME, text)


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


def test_no_tls_where_it_was_promised(raw: Any, door: Door, failed: Any) -> None:
    fault = failed(door, f"https://{raw.place}/feed")
    assert fault.reason in {"tls", "unreachable"}


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
