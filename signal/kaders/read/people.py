"""Authors as pseudonyms: the same person gives the same hash, and nobody without the key can go back."""

from __future__ import annotations

import hashlib
import re
import unicodedata

from kaders.settings import Source

DIGEST_BYTES = 8
"""64 bits: among a million authors two coincide with a chance of one in 30 million."""
_ADDRESS = re.compile(r"@?[\w.+-]+@[\w-]+(?:\.[\w-]+)*|did:\w+:\S+")


def pseudonym(name: str, key: bytes | None) -> str | None:
    """The keyed BLAKE2b hash of a name as 16 hexadecimal characters; None without a name or without a key."""
    folded = " ".join(unicodedata.normalize("NFKC", name).casefold().split())
    return sealed(folded, key) if folded and key else None


def byline(name: str, source: Source, key: bytes | None) -> str | None:
    """The pseudonym of a name as a publisher writes it: "Redactie" of two publishers is two authors.

    The full address of an account (name@host or a DID) on a social source names one person everywhere, so it
    stands by itself.
    """
    everywhere = source.kind == "social" and _ADDRESS.fullmatch(name.strip())
    whole = name.strip().removeprefix("@") if everywhere else f"{source.owner_group}: {name}"
    return pseudonym(whole, key) if name.strip() else None


def sealed(value: str, key: bytes | None) -> str:
    """The keyed hash of something that is known again by it and must not be read: an address with a name.

    Without a key, as a reader outside the collector may be called, it is a hash all the same.
    """
    return hashlib.blake2b(
        value.encode("utf-8", "replace"), key=key or b"", digest_size=DIGEST_BYTES
    ).hexdigest()
