"""Makes certificates for servers on loopback."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID


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
