"""A Mastodon timeline as items: public posts only, boosts skipped, nobody by name.

A visit walks forward from the last post that is known (`min_id`), page by page, so nothing is skipped however
long ago the last visit was. The first visit of a day walks from three days back: what was edited comes as a
revision, and a post that does not come by any more is asked after by its id before it counts as deleted.
Older ones are asked after in turns (read.posts), for deletions only.

The cursor: newest (highest id), at (where the walk is), held (posts that are met again), kept (posts that are
asked after in turns), checked (day of the last long walk), doubt (ids to ask after), witness (an id that
ought to be there: posts.witness), missed (those in doubt that were missing among others), single (whether
all are asked after one by one: "yes" when the witness comes first, PROVEN when the server knew it).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from kaders.errors import Quarantine
from kaders.model import Item, Question
from kaders.queries import Tags
from kaders.read import dates, posts
from kaders.read.items import Asked, Found, found, item, known_as, number, string
from kaders.read.people import pseudonym
from kaders.read.posts import listed, reply
from kaders.read.text import plain
from kaders.read.url import canonical
from kaders.settings import Source

PUBLIC = ("public", "unlisted")
"""What everyone may read; `private` and `direct` posts are never kept, even when a server leaks them."""
COUNTS = ("replies_count", "reblogs_count", "favourites_count")
LIMIT = 40
"""Posts of a page: the most that Mastodon gives (docs.joinmastodon.org, methods/timelines)."""
HALF = LIMIT // 2
"""Posts from which a page counts as full: servers leave out some of them after counting to LIMIT."""
TOGETHER = 20
"""Posts that may be asked after in one question (mastodon, statuses_controller: DEFAULT_STATUSES_LIMIT)."""
PAGES = 25
"""Replies of a visit at most: a thousand posts; Mastodon allows 300 questions in five minutes."""
ABSENT = frozenset({404, 410, 401, 403, 422})
"""Statuses that are an answer: 404 and 410 of a post that is gone, the others of a server that shows its
timelines to its own people only (methods/timelines; 422 in mastodon/documentation#942)."""
CLOSED = frozenset({401, 403, 422})
OPENING = frozenset({404})
"""What a server answers for a tag that nobody has used there yet (methods/timelines, "Record not found")."""
PROVEN = "proven"


def first(source: Source, cursor: Mapping[str, str], moment: datetime) -> Question:
    """The newest page at first, then what came after the newest post; once a day from further back."""
    newest = cursor.get("newest", "")
    if newest and cursor.get("checked") != posts.today(moment):
        newest = _before(min((*posts.held(cursor), newest), key=_rank))
    return _walk(source, cursor.get("at") or newest)


def parse(body: bytes, asked: Asked) -> Found:
    """The posts of a timeline in the order of the reply, without boosts and non-public ones.

    Also reads the replies to what it asks after that: several posts by id, or one. Found.gone holds the posts
    that the server itself says are not there. Raises Quarantine as read.posts.reply does, and with the reason
    code closed when the server keeps its timelines to itself.
    """
    asked_for = asked.question.url if asked.question else asked.source.address
    if _is_about_posts(asked_for):
        return _after_doubt(body, asked, asked_for)
    instance = posts.beside(asked.source.address, "/timelines/", "instance")
    if asked_for == instance:
        return _no_such_tag(body, asked)
    status = posts.absent(asked)
    if status in OPENING and "/timelines/tag/" in asked_for and not asked.cursor.get("newest"):
        return Found((), next=Question(instance))
    if status:
        raise Quarantine("closed" if status in CLOSED else f"http_{status}")
    page = listed(reply(body, asked))
    if not page and asked.first_visit and urlsplit(asked_for).path.rstrip("/").endswith("/public"):
        raise Quarantine("closed")
    return _walked(page, asked, asked_for)


def _no_such_tag(body: bytes, asked: Asked) -> Found:
    """Nothing, when the server that knows no such tag says what it is; else the address is wrong.

    What answers 404 to a tag may as well be no such server at all; every kind that has these timelines gives
    its version (methods/instance). Raises Quarantine http_404, or closed.
    """
    if posts.absent(asked) in CLOSED:
        raise Quarantine("closed")
    try:
        answer = None if posts.absent(asked) else reply(body, asked)
    except Quarantine:
        raise Quarantine("http_404") from None
    if not isinstance(answer, dict) or not string(answer.get("version")):
        raise Quarantine("http_404")
    return Found(())


def _walked(page: list[Any], asked: Asked, asked_for: str) -> Found:
    """A page of the timeline: its items, what to ask next and what to remember."""
    made = found(page, _item, asked)
    ids = sorted((i for i in map(_id, page) if i), key=_rank)
    start = next(iter(posts.queried(asked_for, "min_id")), "")
    pages = "prev" in posts.relations(asked.link)
    today = posts.today(asked.fetched_at)
    on = bool(start and ids) and pages and len(page) >= HALF and _rank(ids[-1]) > _rank(start)
    # A server that does not page shows what it likes: what is missing on its page proves nothing.
    missed = _missed(ids, start, asked, last=not on) if start and (pages or not page) else []
    cursor = _remembered(made.items, ids, asked, doubt=missed)
    if on:
        cursor["at"] = ids[-1]
        return Found(made.items, made.bad, next=_walk(asked.source, ids[-1]), cursor=cursor, left=True)
    if asked.cursor.get("checked", today) != today:
        cursor |= posts.in_turn(cursor, TOGETHER)
    cursor |= {"at": "", "single": "", "checked": today, "witness": posts.witness(cursor, reversed(ids))}
    return Found(made.items, made.bad, next=_ask_after(asked.source, cursor), cursor=cursor)


def _remembered(items: Iterable[Item], ids: list[str], asked: Asked, *, doubt: list[str]) -> dict[str, str]:
    """The cursor after a page of the timeline."""
    seen = {each.guid: (each.published or asked.fetched_at).toordinal() for each in items}
    doubts = dict.fromkeys((*posts.names(asked.cursor, "doubt"), *doubt))
    return {
        **asked.cursor,
        "newest": max((asked.cursor.get("newest", ""), *ids), key=_rank),
        "held": posts.packed(posts.held(asked.cursor) | seen, asked.fetched_at),
        "kept": posts.kept(asked.cursor, seen, (), asked.fetched_at),
        "doubt": " ".join(each for each in doubts if each not in ids),
    }


def _missed(ids: list[str], start: str, asked: Asked, *, last: bool) -> list[str]:
    """The posts we hold that should have been on this page of the walk; on the last page, also all later."""
    after = (one for one in posts.held(asked.cursor) if _rank(one) > _rank(start))
    return [one for one in after if one not in ids and (last or _rank(one) <= _rank(ids[-1]))]


def _after_doubt(body: bytes, asked: Asked, asked_for: str) -> Found:
    """The reply to a question after posts: those that are gone, and those that are there.

    As items come only those that are met again: others were forgotten, and would land as if they were new.
    """
    several, status = posts.queried(asked_for, "id[]"), posts.absent(asked)
    named = several or [urlsplit(asked_for).path.rpartition("/")[2]]
    there, witness = _there(body, asked, several=bool(several)), asked.cursor.get("witness", "")
    ids, met = {_id(post) for post in there}, posts.held(asked.cursor)
    made = found([post for post in there if _id(post) in met], _item, asked)
    if several and witness not in ids:  # before Mastodon 4.3, or it shows a part: one by one makes it sure
        return _on(asked, {"single": "yes"} if witness else {"doubt": "", "missed": ""})
    if named == [witness]:
        return _on(asked, {"single": PROVEN} if ids else {"doubt": "", "missed": ""})
    if status in CLOSED:  # says nothing about the posts: they are asked after again another day
        return _on(asked, {"doubt": "", "missed": ""})
    missing = [each for each in named if each not in ids]
    gone = () if several else tuple(missing)
    cursor = _settled(asked, [each for each in named if each in ids], gone, missing if several else [])
    return Found(made.items, made.bad, next=_ask_after(asked.source, cursor), cursor=cursor, gone=gone)


def _there(body: bytes, asked: Asked, *, several: bool) -> list[Any]:
    """The posts of a reply to a question after posts."""
    if posts.absent(asked):
        return []
    answer = reply(body, asked)
    if not several and not _id(answer):
        raise Quarantine("unreadable")
    return listed(answer) if several else [answer]


def _on(asked: Asked, change: dict[str, str]) -> Found:
    """A reply that says nothing of the posts themselves: what is asked next."""
    cursor = {**asked.cursor, **change}
    return Found((), next=_ask_after(asked.source, cursor), cursor=cursor)


def _settled(asked: Asked, there: list[str], gone: tuple[str, ...], missing: list[str]) -> dict[str, str]:
    """The cursor when of some posts is known whether they are there, and of some that they were missing."""
    settled = {*there, *gone}
    doubt = [each for each in posts.names(asked.cursor, "doubt") if each not in settled]
    missed = dict.fromkeys((*posts.names(asked.cursor, "missed"), *missing))
    left = {name: day for name, day in posts.held(asked.cursor).items() if name not in gone}
    return {
        **asked.cursor,
        "doubt": " ".join(doubt),
        "missed": " ".join(each for each in missed if each in doubt),
        "held": posts.packed(left, asked.fetched_at),
        "kept": posts.kept(asked.cursor, {}, gone, asked.fetched_at),
    }


def _ask_after(source: Source, cursor: Mapping[str, str]) -> Question | None:
    """The question after posts in doubt and their witness, together or one by one; None when none is left.

    Together first; what was missing there is asked after one by one, as its absence is believed then alone.
    """
    doubt, witness = posts.names(cursor, "doubt"), cursor.get("witness", "")
    missed, single = set(posts.names(cursor, "missed")), cursor.get("single")
    if not doubt:
        return None
    api = posts.beside(source.address, "/timelines/", "statuses")
    unasked = [each for each in doubt if each not in missed]
    if single or not unasked:
        one = doubt[0] if single == PROVEN else witness
        return Question(f"{api}/{one}") if one else None
    together = filter(None, (*unasked[: TOGETHER - 1], witness))
    return Question(posts.with_query(api, [("id[]", each) for each in together]))


def _walk(source: Source, start: str) -> Question:
    query = source.query
    asked = query if isinstance(query, Tags) else Tags()
    pairs = [(f"{name}[]", word) for name in ("any", "all", "none") for word in getattr(asked, name)]
    pairs += [("local", "true")] if asked.local else []
    pairs += [("limit", str(LIMIT)), *([("min_id", start)] if start else [])]
    return Question(posts.with_query(source.address, pairs))


def _is_about_posts(url: str) -> bool:
    return "/timelines/" not in urlsplit(url).path and "/statuses" in urlsplit(url).path


def _rank(identifier: str) -> tuple[int, str]:
    """Ids grow: by length, then as text; they are numbers on most servers and never to be counted on."""
    return len(identifier), identifier


def _before(identifier: str) -> str:
    """An id from which the walk meets this one: `min_id` leaves out the post that it names."""
    return str(int(identifier) - 1) if identifier.isdigit() and int(identifier) > 0 else identifier


def _id(post: Any) -> str:
    """The id of a post; '' for one that cannot be asked after."""
    raw = post.get("id") if isinstance(post, dict) else None
    return raw if isinstance(raw, str) and re.fullmatch(r"[\w-]{1,60}", raw) else ""


def _item(post: dict[str, Any], asked: Asked) -> Item | None:
    if post.get("reblog") or post.get("visibility", "public") not in PUBLIC:
        return None
    return item(
        asked,
        guid=str(post["id"]),
        url=_page(post, asked.source),
        title=plain(string(post.get("spoiler_text"))),
        text=plain(string(post.get("content"))),
        published=dates.moment(post.get("created_at"), fetched_at=asked.fetched_at),
        language=string(post.get("language")),
        author=pseudonym(_account(post, asked.source), asked.key),
        engagement=sum(number(post.get(name)) for name in COUNTS),
        same_as=known_as(_own_address(post), asked.key) if _own_address(post) else "",
    )


def _page(post: dict[str, Any], source: Source) -> str:
    """The page of a post on the instance that was asked, by its id there: its own address names the account.

    read.accounts.PAGES says where Mastodon promises this address. The web pages of an instance may have
    another host than its API; a post of its own people says which.
    """
    home = urlsplit(string(post.get("url"))) if "@" not in _handle(post) else None
    site = home if home and home.hostname else urlsplit(source.address)
    number = str(post["id"])
    path = f"statuses/{number}" if re.fullmatch(r"[\w-]+", number) else ""
    return canonical(f"{site.scheme}://{site.netloc}/{path}")


def _own_address(post: dict[str, Any]) -> str:
    """What names the post on every server: its identifier, else its address."""
    return string(post.get("uri")) or string(post.get("url"))


def _handle(post: dict[str, Any]) -> str:
    return string((post.get("account") or {}).get("acct"))


def _account(post: dict[str, Any], source: Source) -> str:
    """name@host, also for an account of the asked server itself, so that one person is one pseudonym."""
    handle, host = _handle(post), urlsplit(source.address).hostname or ""
    return handle if "@" in handle or not handle else f"{handle}@{host}"
