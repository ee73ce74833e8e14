"""What the tests of reading share: a source, a moment and the feeds under tests/feeds."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from kaders.model import Item
from kaders.read.items import Asked
from kaders.settings import Source

FEEDS = Path(__file__).parents[2] / "feeds"
NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
KEY = b"a key for tests"


def source(**changes: Any) -> Source:
    """A Dutch news feed, with changes."""
    fields: dict[str, Any] = {
        "id": "bron",
        "name": "Bron",
        "kind": "news",
        "url": "https://bron.example/feed",
        "owner_group": "bron",
        "expected_per_day": 1,
        "terms": "test",
    }
    return Source(**fields | changes)


def asked(key: bytes | None = KEY, **changes: Any) -> Asked:
    """What is known of a reply of that source, with changes."""
    return Asked(source(**changes), NOW, key)


def item(**changes: Any) -> Item:
    """An item of that source, with changes."""
    fields: dict[str, Any] = {
        "source": "bron",
        "guid": "1",
        "url": "https://bron.example/1",
        "title": "De raad beslist over de brug",
        "text": "De raad van Waterdam beslist vanavond over de brug in de haven.",
        "published": NOW,
        "fetched_at": NOW,
    }
    return Item(**fields | changes)
