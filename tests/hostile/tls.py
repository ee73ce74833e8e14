"""Servers whose certificate or whose TLS is not in order."""

from __future__ import annotations

import functools
import ssl
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from hostile.case import Case, after, dripping, raw, reply
from hostile.feeds import GOOD

_DAY = timedelta(days=1)
_LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


@functools.cache
def context(name: str, years: int) -> ssl.SSLContext:
    """The server's side of TLS with a certificate that nobody signed, for a name, from 2020 on."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(_LONG_AGO)
        .not_valid_after(_LONG_AGO + years * 365 * _DAY)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "both.pem"
        path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM) + private)
        made.load_cert_chain(path)
    return made


def _secure(home: str, treasure: str) -> str:
    return f"https://{home}/"


def _certified(make: Callable[[], ssl.SSLContext]) -> Case:
    return Case(raw(reply(GOOD)), "FAILED", ("tls",), url=_secure, secure=make)


_ALERT = b"\x15\x03\x03\x00\x02\x02\x28"
"""TLS for: handshake failure."""

CASES = {
    "tls-self-signed": _certified(lambda: context("localhost", 20)),
    "tls-expired": _certified(lambda: context("localhost", 1)),
    "tls-other-name": _certified(lambda: context("ander.example", 20)),
    "tls-spoken-to-plain": Case(raw(reply(GOOD)), "FAILED", ("tls",), url=_secure),
    "tls-alert": Case(raw(_ALERT), "FAILED", ("tls",), url=_secure),
    "tls-closes": Case(raw(b""), "FAILED", ("tls", "unreachable"), url=_secure),
    "tls-reset": Case(raw("reset"), "FAILED", ("tls", "unreachable"), url=_secure),
    "tls-silence": Case(after(60, b""), "FAILED", ("timeout", "tls"), url=_secure),
    "tls-drip": Case(dripping(b"\x16\x03\x03\x40\x00", b"\x02"), "FAILED", ("timeout", "tls"), url=_secure),
}
