"""A Bluesky author feed as items: own posts only, reposts skipped, nobody by name.

A visit reads from the newest post back to the last one that is known. The first visit of a day reads the last
three days again: a changed record comes as a revision, and a post that does not come by any more is asked
after by its address before it counts as deleted. Older ones are asked after in turns (read.posts), for
deletions only. Posts whose author asks not to be shown to those who are not signed in, or that were hidden,
are not kept; when we have one, it is taken back.

The cursor: newest (moment of the newest post), until (how far back this visit reads), held (posts that are
met again), kept (posts that are asked after in turns), unmet (those not met yet in today's long reading),
doubt (to ask after), witness (one that ought to be there: posts.witness), checked (the day of the last long
reading).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from kaders.errors import Quarantine
from kaders.model import Item, Question
from kaders.read import dates, posts
from kaders.read.items import BROKEN, Asked, Found, found, item, number, string
from kaders.read.people import pseudonym
from kaders.read.posts import listed, reply
from kaders.read.text import tidy
from kaders.read.url import canonical
from kaders.settings import Source

COUNTS = ("replyCount", "repostCount", "likeCount", "quoteCount")
LIMIT = "100"
"""Posts of a page: the most that getAuthorFeed and searchPosts give."""
FILTER = "posts_and_author_threads"
"""Without replies to others: what an account says to one person is no statement to all. Threads stay, as
accounts tell a longer story in replies to themselves."""
TOGETHER = 25
"""Posts that getPosts takes in one question."""
HIDDEN = frozenset({"!hide", "!no-unauthenticated", "!takedown"})
"""Labels (com.atproto.label.defs) of what is not for everyone."""
PAGES = 15
"""Replies of a visit at most: no organisation writes a thousand posts in three days."""
ABSENT = frozenset({400, 404})
"""Statuses of a service that does not answer questions after posts; nothing counts as deleted then."""
AFTER = "app.bsky.feed.getPosts"


def first(source: Source, cursor: Mapping[str, str], moment: datetime) -> Question:
    """The newest page of the feed, without replies to others unless the address says what it wants."""
    wanted = [] if posts.queried(source.address, "filter") else [("filter", FILTER)]
    return Question(posts.with_query(source.address, [("limit", LIMIT), *wanted]))


def parse(body: bytes, asked: Asked) -> Found:
    """The posts of app.bsky.feed.getAuthorFeed in the order of the reply; reposts are skipped.

    Also reads the replies to what it asks after that (getPosts). Found.gone holds the posts that the service
    does not know any more, and those that are not for everyone. Raises Quarantine as read.posts.reply does.
    """
    if is_after(asked):
        return after_doubt(body, asked)
    refused(asked)
    answer = reply(body, asked)
    entries = listed(answer.get("feed") if isinstance(answer, dict) else None)
    own = [entry for entry in entries if not _repost(entry)]
    made = found(own, _item, asked)
    return _read_on(made, [_post(entry) for entry in own], string(answer.get("cursor")), asked)


def _read_on(made: Found, read: list[dict[str, Any]], mark: str, asked: Asked) -> Found:
    """A page of the feed: its items, what to ask next and what to remember."""
    at_start = not posts.queried(asked_for(asked), "cursor")
    cursor = _started(asked) if at_start else dict(asked.cursor)
    gone, moments = hidden(read), moments_of(read, asked)
    cursor = remembered(cursor, made.items, moments, gone, asked)
    uris = {_uri(post) for post in read}
    cursor["unmet"] = " ".join(each for each in posts.names(cursor, "unmet") if each not in uris)
    oldest = min(moments, default=asked.fetched_at)  # a page of reposts alone says nothing
    if mark and cursor["until"] and _stamp(oldest) > cursor["until"]:
        question = Question(posts.with_query(asked_for(asked), [("cursor", mark)]))
        return Found(made.items, made.bad, next=question, cursor=cursor, gone=gone)
    doubts = dict.fromkeys((*posts.names(cursor, "doubt"), *posts.names(cursor, "unmet")))
    cursor |= {"unmet": "", "until": ""} | in_turn(cursor, doubts, made.items, asked)
    return Found(made.items, made.bad, next=ask_after(asked.source, cursor), cursor=cursor, gone=gone)


def _started(asked: Asked) -> dict[str, str]:
    """The cursor at the start of a visit: how far back it reads, and which posts it should meet."""
    newest, long_reading = asked.cursor.get("newest", ""), due(asked)
    back = _stamp(asked.fetched_at - posts.WATCHED) if long_reading else newest
    unmet = " ".join(posts.held(asked.cursor)) if long_reading else ""
    return {**asked.cursor, "until": min(back, newest) if newest else "", "unmet": unmet}


def due(asked: Asked) -> bool:
    """Whether the posts that we have are looked after in this visit: the first one of a day."""
    return asked.cursor.get("checked") != posts.today(asked.fetched_at)


def in_turn(
    cursor: Mapping[str, str], doubts: Iterable[str], met: Iterable[Item], asked: Asked
) -> dict[str, str]:
    """What changes in the cursor at the end of a reading: the posts in doubt, with those whose turn it is on
    the first visit of a day; a post just met as their witness; and that this day is done.
    """
    today, doubt = posts.today(asked.fetched_at), {"doubt": " ".join(doubts)}
    if asked.cursor.get("checked", today) != today:
        doubt = posts.in_turn({**cursor, **doubt}, TOGETHER)
    witness = posts.witness({**cursor, **doubt}, (each.guid for each in met))
    return {**doubt, "checked": today, "witness": witness}


def remembered(
    cursor: Mapping[str, str],
    items: Iterable[Item],
    moments: Iterable[datetime],
    gone: Iterable[str],
    asked: Asked,
) -> dict[str, str]:
    """The cursor with the newest moment and the posts to look after, without those that are gone."""
    seen = {each.guid: (each.published or asked.fetched_at).toordinal() for each in items}
    taken = set(gone)
    left = {uri: day for uri, day in (posts.held(cursor) | seen).items() if uri not in taken}
    latest = _stamp(asked.fetched_at)  # a post of tomorrow would hide those of today
    newest = max((cursor.get("newest", ""), *(min(_stamp(each), latest) for each in moments)))
    return {
        **cursor,
        "newest": newest,
        "held": posts.packed(left, asked.fetched_at),
        "kept": posts.kept(cursor, seen, taken, asked.fetched_at),
    }


def ask_after(source: Source, cursor: Mapping[str, str], *, key: str = "") -> Question | None:
    """The question after posts in doubt and their witness; None when there are none."""
    doubt = posts.names(cursor, "doubt")[: TOGETHER - 1]
    if not doubt:
        return None
    url = posts.beside(source.address, "/app.bsky.", AFTER)
    together = filter(None, (*doubt, cursor.get("witness", "")))
    return Question(posts.with_query(url, [("uris", uri) for uri in together]), key=key)


def is_after(asked: Asked) -> bool:
    """Whether a reply is one to a question after posts."""
    return urlsplit(asked_for(asked)).path.endswith(AFTER)


def after_doubt(body: bytes, asked: Asked, *, key: str = "") -> Found:
    """The reply to a question after posts: Found.gone, and what is there.

    As items come only those that are met again: others were forgotten, and would land as if they were new.
    """
    answer = None if posts.absent(asked) else reply(body, asked)
    there = listed(answer.get("posts") if isinstance(answer, dict) else None) if answer else []
    if not there and (not answer or asked.cursor.get("witness")):  # not even the witness: it does not answer
        return Found((), cursor={**asked.cursor, "doubt": ""})
    known, met = {_uri(post) for post in there}, posts.held(asked.cursor)
    made = found([post for post in there if _uri(post) in met], post_item, asked)
    named = posts.queried(asked_for(asked), "uris")
    gone = (*(uri for uri in named if uri not in known), *hidden(there))
    doubt = [uri for uri in posts.names(asked.cursor, "doubt") if uri not in named]
    cursor = remembered({**asked.cursor, "doubt": " ".join(doubt)}, made.items, (), gone, asked)
    question = ask_after(asked.source, cursor, key=key)
    return Found(made.items, made.bad, next=question, cursor=cursor, gone=gone)


def refused(asked: Asked) -> None:
    """Quarantine with the status as reason when a status stands in the place of a page of posts."""
    if status := posts.absent(asked):
        raise Quarantine("http_404" if status == 404 else "http_4xx")


def hidden(read: Iterable[Any]) -> tuple[str, ...]:
    """The addresses of posts that are not for everyone, by a label on the post or on its account."""
    return tuple(_uri(post) for post in read if _uri(post) and _is_hidden(post))


def page_of(uri: str) -> str:
    """at://did/app.bsky.feed.post/key as the public page; by DID, which does not show a name."""
    repository, _, record = uri.removeprefix("at://").partition("/")
    return canonical(f"https://bsky.app/profile/{repository}/post/{record.rpartition('/')[2]}")


def post_item(post: dict[str, Any], asked: Asked) -> Item | None:
    """The item of one post as the API shows it (app.bsky.feed.defs#postView); None when it is hidden."""
    record, author = post["record"], post.get("author") or {}
    if _is_hidden(post):
        return None
    languages = record.get("langs") or [""]
    return item(
        asked,
        guid=str(post["uri"]),
        url=page_of(post["uri"]),
        title="",
        text=tidy(string(record.get("text"))),
        published=_published(post, record, asked.fetched_at),
        language=string(languages[0]),
        author=pseudonym(string(author.get("did")) or string(author.get("handle")), asked.key),
        engagement=sum(number(post.get(name)) for name in COUNTS),
    )


def _item(entry: dict[str, Any], asked: Asked) -> Item | None:
    return post_item(entry["post"], asked)


def _repost(entry: Any) -> bool:
    return _reason(entry).endswith("reasonRepost")


def _reason(entry: Any) -> str:
    reason = entry.get("reason") if isinstance(entry, dict) else None
    return string(reason.get("$type")) if isinstance(reason, dict) else ""


def _post(entry: Any) -> dict[str, Any]:
    """The post of an entry, marked when it is pinned: that one stands first however old it is."""
    post = entry.get("post") if isinstance(entry, dict) else None
    pinned = _reason(entry).endswith("reasonPin")
    return {**post, "pinned": pinned} if isinstance(post, dict) else {}


def _uri(post: Any) -> str:
    return string(post.get("uri")) if isinstance(post, dict) else ""


def _is_hidden(post: dict[str, Any]) -> bool:
    """Whether a label hides a post: the service sets them on posts and accounts, an author in the record."""
    author, record = post.get("author") or {}, post.get("record") or {}
    own = record.get("labels") if isinstance(record, dict) else None
    lists = [post.get("labels"), author.get("labels") if isinstance(author, dict) else None]
    lists.append(own.get("values") if isinstance(own, dict) else None)
    labels = (label for each in lists if isinstance(each, list) for label in each if isinstance(label, dict))
    return any(label.get("val") in HIDDEN and not label.get("neg") for label in labels)


def moments_of(read: list[dict[str, Any]], asked: Asked) -> list[datetime]:
    """The moments by which the service orders its posts, without those that are pinned to the top."""
    dated = (_when(post, asked) for post in read if not post.get("pinned"))
    return [each for each in dated if each]


def _when(post: dict[str, Any], asked: Asked) -> datetime | None:
    """The moment of a post; None for one that cannot be read."""
    try:
        return _published(post, post["record"], asked.fetched_at)
    except BROKEN:
        return None


def _published(post: dict[str, Any], record: dict[str, Any], fetched_at: datetime) -> datetime | None:
    """The earlier of what the author's client and what the network says, as the protocol advises."""
    stated = (
        dates.moment(raw, fetched_at=fetched_at) for raw in (record.get("createdAt"), post.get("indexedAt"))
    )
    return min(filter(None, stated), default=None)


def _stamp(moment: datetime) -> str:
    """A moment (UTC) as text that sorts."""
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def asked_for(asked: Asked) -> str:
    return asked.question.url if asked.question else asked.source.address
