"""What the readers of social platforms share: their replies are JSON."""

from __future__ import annotations

import json
from typing import Any

from kaders.errors import Quarantine
from kaders.read.items import Asked


def reply(body: bytes, asked: Asked) -> Any:
    """The JSON of an API reply.

    Raises Quarantine with the reason code empty, html_instead_of_feed or unreadable when there is none.
    """
    if not body.strip():
        raise Quarantine("empty")
    if body.lstrip()[:1] == b"<":
        raise Quarantine("html_instead_of_feed" if "xml" not in asked.content_type else "unreadable")
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise Quarantine("unreadable") from None


def listed(posts: Any) -> list[Any]:
    """The posts of a reply; Quarantine("unreadable") when they are no list."""
    if not isinstance(posts, list):
        raise Quarantine("unreadable")
    return posts
