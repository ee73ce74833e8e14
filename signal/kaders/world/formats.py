"""Replies as the real services write them: RSS 2.0, Atom, JSON Feed 1.1, Mastodon and Bluesky."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from email.utils import format_datetime
from html import escape
from typing import Any

from kaders.world.archive import Entry, Shelf
from kaders.world.clock import stamp
from kaders.world.identity import did

HASHTAG = re.compile(r"(?<!\S)#(\w+)")
XML = '<?xml version="1.0" encoding="UTF-8"?>\n'
SITE = "https://{}.example"


def reply(shelf: Shelf, notice: str, moment: datetime) -> tuple[str, bytes]:
    """The content type and the body of a source's reply at a moment, newest entry first."""
    paint, frame, content_type = _style(shelf)
    shown: list[str] = []
    for number in reversed(shelf.shown(moment)):
        entry = shelf.entries[number].as_of(moment)
        painted = shelf.painted.get(entry)
        if painted is None:
            painted = shelf.painted[entry] = paint(shelf, entry)
        shown.append(painted)
    return content_type, frame(shelf, shown, notice).encode()


Paint = Callable[[Shelf, Entry], str]
Frame = Callable[[Shelf, Sequence[str], str], str]


def _style(shelf: Shelf) -> tuple[Paint, Frame, str]:
    if shelf.reader == "mastodon":
        return _status, _timeline, "application/json; charset=utf-8"
    if shelf.reader == "bluesky":
        return _post, _author_feed, "application/json; charset=utf-8"
    if shelf.path.endswith(".atom"):
        return _atom_entry, _atom, "application/atom+xml; charset=utf-8"
    if shelf.path.endswith(".json"):
        return _json_item, _json_feed, "application/feed+json; charset=utf-8"
    return _rss_item, _rss, "application/rss+xml; charset=utf-8"


def _rss_item(shelf: Shelf, entry: Entry) -> str:
    # Two habits seen in the wild: plain text that is escaped, and paragraphs in CDATA.
    body = f"<![CDATA[<p>{escape(entry.text)}</p>]]>" if shelf.number % 2 else escape(entry.text)
    return (
        f"<item><title>{escape(entry.title)}</title><link>{entry.url}</link>"
        f'<guid isPermaLink="false">{entry.id}</guid><pubDate>{_rfc822(shelf, entry.published)}</pubDate>'
        f"<description>{body}</description></item>"
    )


def _rfc822(shelf: Shelf, moment: datetime) -> str:
    local = moment.astimezone(shelf.zone)
    if shelf.number % 5 == 4:  # some write universal time, some a zone's name, most an offset
        return format_datetime(moment.astimezone(UTC), usegmt=True)
    if shelf.number % 5 == 2:
        return f"{format_datetime(local)[:-6]} {local.tzname()}"
    return format_datetime(local)


def _rss(shelf: Shelf, items: Sequence[str], notice: str) -> str:
    return (
        f'{XML}<rss version="2.0"><channel><title>{escape(shelf.name)}</title>'
        f"<link>{SITE.format(shelf.id)}/</link><description>{escape(notice)}</description>"
        f"<language>{shelf.language or 'nl'}</language>\n" + "\n".join(items) + "\n</channel></rss>\n"
    )


def _atom_entry(shelf: Shelf, entry: Entry) -> str:
    local = entry.published.astimezone(shelf.zone).isoformat()
    return (
        f"<entry><id>{entry.id}</id><title>{escape(entry.title)}</title>"
        f'<link rel="alternate" href="{entry.url}"/><published>{local}</published><updated>{local}</updated>'
        f'<content type="html">{escape(f"<p>{escape(entry.text)}</p>")}</content></entry>'
    )


def _atom(shelf: Shelf, entries: Sequence[str], notice: str) -> str:
    return (
        f'{XML}<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{shelf.language or "nl"}">'
        f"<id>{SITE.format(shelf.id)}/</id><title>{escape(shelf.name)}</title>"
        f'<subtitle>{escape(notice)}</subtitle><link href="{SITE.format(shelf.id)}/"/>'
        f"<author><name>{escape(shelf.name)}</name></author>\n" + "\n".join(entries) + "\n</feed>\n"
    )


def _json_item(shelf: Shelf, entry: Entry) -> str:
    return _json(
        {
            "id": entry.id,
            "url": entry.url,
            "title": entry.title,
            "content_html": f"<p>{escape(entry.text)}</p>",
            "date_published": entry.published.astimezone(shelf.zone).isoformat(),
            "language": entry.language,
        }
    )


def _json_feed(shelf: Shelf, items: Sequence[str], notice: str) -> str:
    head = _json(
        {
            "version": "https://jsonfeed.org/version/1.1",
            "title": shelf.name,
            "home_page_url": f"{SITE.format(shelf.id)}/",
            "description": notice,
            "language": shelf.language or "nl",
        }
    )
    return f'{head[:-1]},"items":[' + ",\n".join(items) + "]}\n"


def _status(shelf: Shelf, entry: Entry) -> str:
    site, (replies, shares, likes) = SITE.format(shelf.id), entry.counts
    return _json(
        {
            "id": entry.id,
            "created_at": entry.published.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
            "in_reply_to_id": None,
            "sensitive": False,
            "spoiler_text": "",
            "visibility": "public",
            "language": entry.language,
            "uri": f"{site}/users/{entry.author}/statuses/{entry.id}",
            "url": entry.url,
            "replies_count": replies,
            "reblogs_count": shares,
            "favourites_count": likes,
            "content": f"<p>{_with_tags(escape(entry.text, quote=False), site)}</p>",
            "reblog": None,
            "account": {
                "id": str(
                    int.from_bytes(hashlib.blake2b(entry.author.encode(), digest_size=6).digest(), "big")
                ),
                "username": entry.author,
                "acct": entry.author,
                "display_name": entry.author,
                "bot": False,
                "url": f"{site}/@{entry.author}",
            },
            "media_attachments": [],
            "mentions": [],
            "tags": [
                {"name": tag.lower(), "url": f"{site}/tags/{tag.lower()}"}
                for tag in HASHTAG.findall(entry.text)
            ],
            "emojis": [],
        }
    )


def _with_tags(text: str, site: str) -> str:
    link = rf'<a href="{site}/tags/\1" class="mention hashtag" rel="tag">#<span>\1</span></a>'
    return HASHTAG.sub(link, text)


def _timeline(shelf: Shelf, statuses: Sequence[str], notice: str) -> str:
    return "[" + ",\n".join(statuses) + "]\n"


def _post(shelf: Shelf, entry: Entry) -> str:
    replies, shares, likes = entry.counts
    written = stamp(entry.published).replace("Z", ".000Z")
    return _json(
        {
            "post": {
                "uri": entry.id,
                "cid": "bafyrei" + hashlib.blake2b(entry.id.encode(), digest_size=26).hexdigest(),
                "author": {
                    "did": did(entry.author),
                    "handle": f"{entry.author}.waterdam.example",
                    "displayName": entry.author,
                },
                "record": {
                    "$type": "app.bsky.feed.post",
                    "createdAt": written,
                    "langs": [entry.language],
                    "text": entry.text,
                },
                "replyCount": replies,
                "repostCount": shares,
                "likeCount": likes,
                "quoteCount": 0,
                "indexedAt": written,
            }
        }
    )


def _author_feed(shelf: Shelf, posts: Sequence[str], notice: str) -> str:
    return '{"feed":[' + ",\n".join(posts) + "]}\n"


def _json(content: dict[str, Any]) -> str:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))
