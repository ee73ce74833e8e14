"""Names and addresses of items: feed guids, Mastodon and Bluesky ids, accounts of nobody."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from random import Random

from kaders.settings import Source

ACCOUNTS = 700
"""Of the demo town's residents on social media; a few of them write much, most of them seldom."""
CALLED = (
    "bewoner", "buurtbewoner", "waterdammer", "fietser", "wandelaar", "polderkind", "havenrat", "stadsmus",
    "koffiedrinker", "marktganger", "dijkloper", "bakfietser", "balkontuinier", "nachtbraker", "regenjas",
)  # fmt: skip
RKEY = "234567abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class Identity:
    """What tells an item apart: the id its source gives it and the address of its page."""

    id: str
    url: str


def account(rng: Random) -> str:
    """A fictional handle; the square makes some accounts speak often."""
    number = int(ACCOUNTS * rng.random() ** 2)
    return f"{CALLED[number % len(CALLED)]}{number + 11}"


def did(handle: str) -> str:
    """The Bluesky identifier of a handle."""
    return "did:plc:" + "".join(
        RKEY[byte % 32] for byte in hashlib.blake2b(handle.encode(), digest_size=24).digest()
    )


def identity(source: Source, published: datetime, number: int, author: str | None) -> Identity:
    """The id and address of the `number`th item of a source on a day."""
    if source.reader == "mastodon":
        salt = hashlib.blake2b(f"{source.id}/{number}".encode(), digest_size=2).digest()
        status = str((int(published.timestamp() * 1000) << 16) + int.from_bytes(salt, "big"))
        return Identity(status, f"https://{source.id}.example/@{author}/{status}")
    if source.reader == "bluesky":
        who, record = did(author or source.id), _record(source.id, published, number)
        return Identity(
            f"at://{who}/app.bsky.feed.post/{record}", f"https://bsky.app/profile/{who}/post/{record}"
        )
    place = f"https://{source.id}.example/{published:%Y/%m/%d}/{published:%H%M%S}-{number}"
    return Identity(f"{source.id}-{published:%Y%m%d%H%M%S}-{number}", place)


def _record(source: str, published: datetime, number: int) -> str:
    salt = int.from_bytes(hashlib.blake2b(f"{source}/{number}".encode(), digest_size=2).digest(), "big")
    value = (int(published.timestamp() * 1_000_000) << 10) + salt % 1024
    digits = ""
    for _ in range(13):
        value, digit = divmod(value, 32)
        digits = RKEY[digit] + digits
    return digits
