"""Authors as pseudonyms: the same person gives the same hash, and nobody without the key can go back.

The keys are a ring, oldest first (store/keys.py). A name is hashed with the first; a rotation adds a key, and
what the keys before gave is hashed once more with the new one. So the same person stays one, and who has only
old keys cannot tell any more whether a name is among ours. What takes more than the first key says of how
many keys it is: "2:0123456789abcdef".
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Sequence

from kaders.settings import Source

DIGEST_BYTES = 8
"""64 bits: among a million authors two coincide with a chance of one in 30 million."""
_RAISED = re.compile(r"([2-9]|[1-9]\d+):[0-9a-f]{16}")
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


def generation(given: str) -> int:
    """How many keys of the ring a pseudonym was made with."""
    raised = _RAISED.fullmatch(given)
    return int(raised[1]) if raised else 1


def current(given: str, ring: Sequence[bytes]) -> str:
    """The pseudonym with all keys of the ring: what of it was made before a key was added is brought up.

    Two pseudonyms are of one person when this is equal for both. One that is up to date stays, and so does
    one of more keys than the ring has, as nothing can be made of it.
    """
    for number in range(generation(given) + 1, len(ring) + 1):
        given = f"{number}:{sealed(given, ring[number - 1])}"
    return given


def sealed(value: str, key: bytes | None) -> str:
    """The keyed hash of something that is known again by it and must not be read: an address with a name.

    Without a key, as a reader outside the collector may be called, it is a hash all the same.
    """
    return hashlib.blake2b(
        value.encode("utf-8", "replace"), key=key or b"", digest_size=DIGEST_BYTES
    ).hexdigest()
