"""A YouTube channel or playlist as items, through the feed that YouTube keeps for each.

The feed holds the last fifteen videos, and answers 404 and 500 at random (Ranchero-Software/NetNewsWire,
issue 5212): both say nothing about the channel.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from urllib.parse import urlsplit

from kaders.model import Question
from kaders.read import feed, posts
from kaders.read.items import Asked, Found
from kaders.settings import Source

FEED = "https://www.youtube.com/feeds/videos.xml"
SOFT = frozenset({404, 500})
"""Statuses that YouTube gives at random for feeds that are there."""


def first(source: Source, cursor: Mapping[str, str], moment: datetime) -> Question:
    """The feed of the channel or playlist in the address; an address that is neither is asked as it is.

    The page of a channel by its name (/@name) holds no number, so its feed cannot be told from it.
    """
    parts = urlsplit(source.address)
    if not re.fullmatch(r"(?:www\.|m\.)?youtube\.com", parts.hostname or ""):
        return Question(source.address)
    channel = re.match(r"/channel/(UC[\w-]{22})(?:/|$)", parts.path)
    playlist = [one for one in posts.queried(source.address, "list") if re.fullmatch(r"[\w-]{10,64}", one)]
    if channel:
        return Question(f"{FEED}?channel_id={channel[1]}")
    if playlist and parts.path.rstrip("/") in ("/playlist", "/watch"):
        return Question(f"{FEED}?playlist_id={playlist[0]}")
    return Question(source.address)


def parse(body: bytes, asked: Asked) -> Found:
    """The videos of the feed: the title, and the description (media:group) as text. Raises as feed.parse."""
    return feed.parse(body, asked)
