"""Authors as pseudonyms: the same person gives the same hash, and nobody without the key can go back."""

from __future__ import annotations

import hashlib
import unicodedata

DIGEST_BYTES = 8
"""64 bits: among a million authors two coincide with a chance of one in 30 million."""


def pseudonym(name: str, key: bytes | None) -> str | None:
    """The keyed BLAKE2b hash of a name as 16 hexadecimal characters; None without a name or without a key."""
    folded = " ".join(unicodedata.normalize("NFKC", name).casefold().split())
    if not folded or not key:
        return None
    return hashlib.blake2b(folded.encode("utf-8", "replace"), key=key, digest_size=DIGEST_BYTES).hexdigest()
