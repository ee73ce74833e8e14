"""No account gets past the door in an address: not of a post, not in a text, not in a guid."""

from __future__ import annotations

import json
import time
from dataclasses import asdict
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reading import KEY, asked
from reading import item as landed
from reading import source as source_of

from kaders.model import Item
from kaders.read import bluesky, feed, imported, mastodon
from kaders.read.accounts import is_page, neutral, without_accounts
from kaders.read.document import document
from kaders.read.items import known_as
from kaders.read.text import plain

NAME = "jansen_1978"


@pytest.mark.parametrize(
    ("address", "nameless"),
    [
        ("https://sociaal.example/@NAME/1157", "https://sociaal.example/statuses/1157"),
        ("https://sociaal.example/@NAME@elders.example/1157", "https://sociaal.example/statuses/1157"),
        ("https://sociaal.example/web/@NAME/1157", "https://sociaal.example/statuses/1157"),
        ("https://sociaal.example/%40NAME/1157", "https://sociaal.example/statuses/1157"),
        ("https://sociaal.example/users/NAME/statuses/1157", "https://sociaal.example/statuses/1157"),
        ("https://sociaal.example:8443/@NAME/1157?x=1", "https://sociaal.example:8443/statuses/1157"),
        ("https://sociaal.example/@NAME", "https://sociaal.example/"),
        ("https://sociaal.example/@1NAME", "https://sociaal.example/"),
        (
            "https://sociaal.example/authorize_interaction?uri=@NAME",
            "https://sociaal.example/authorize_interaction",
        ),
        ("https://krant.example/nieuws/brug?mail=NAME%40x.example", "https://krant.example/nieuws/brug"),
        ("https://sociaal.example/users/NAME", "https://sociaal.example/"),
        ("https://lemmy.example/u/NAME", "https://lemmy.example/"),
        ("https://x.com/NAME/status/12345?s=20", "https://x.com/i/status/12345"),
        ("https://mobile.twitter.com/NAME/status/12345/photo/1", "https://mobile.twitter.com/i/status/12345"),
        ("https://twitter.com/NAME", "https://twitter.com/"),
        ("https://twitter.com/intent/user?screen_name=NAME", "https://twitter.com/"),
        ("https://bsky.app/profile/NAME.bsky.social/post/3kabc", "https://bsky.app/"),
        ("https://deer.example/profile/NAME.nl", "https://deer.example/"),
        ("https://www.instagram.com/NAME/", "https://www.instagram.com/"),
        ("https://www.instagram.com/NAME/p/CxYz-1/?img=1", "https://www.instagram.com/p/CxYz-1/"),
        ("https://www.instagram.com/stories/NAME/123/", "https://www.instagram.com/"),
        ("https://m.facebook.com/NAME/posts/pfbid0", "https://m.facebook.com/"),
        ("https://www.facebook.com/people/NAME/1000/", "https://www.facebook.com/"),
        ("https://www.threads.net/@NAME/post/C1", "https://www.threads.net/"),
        ("https://nl.linkedin.com/in/NAME", "https://nl.linkedin.com/"),
        ("https://www.linkedin.com/posts/NAME_waterdam-activity-7-x", "https://www.linkedin.com/"),
        ("https://www.tiktok.com/@NAME/video/7", "https://www.tiktok.com/"),
        ("https://www.youtube.com/@NAME/videos", "https://www.youtube.com/"),
        ("https://medium.com/@NAME/een-stuk-3f2a1b9c0d", "https://medium.com/p/3f2a1b9c0d"),
        ("https://www.reddit.com/user/NAME/comments/abc/", "https://www.reddit.com/"),
        ("https://t.me/NAME/15", "https://t.me/"),
    ],
)
def test_an_address_with_an_account_gets_a_nameless_form(address: str, nameless: str) -> None:
    found = neutral(address.replace("NAME", NAME))
    assert found == nameless
    assert neutral(found) == found


@pytest.mark.parametrize(
    "address",
    [
        "https://krant.example/nieuws/brug",
        "https://krant.example/2026/11/23/users-van-de-brug",
        "https://sociaal.example/statuses/1157",
        "https://sociaal.example/tags/afvalpas",
        "https://bsky.app/profile/did:plc:abc/post/3kabc",
        "https://x.com/i/status/12345",
        "https://twitter.com/search?q=brug",
        "https://www.facebook.com/groups/waterdam/",
        "https://www.instagram.com/p/CxYz-1/",
        "https://www.linkedin.com/company/waterdam",
        "https://www.youtube.com/watch?v=dQw4",
        "https://www.reddit.com/r/waterdam/comments/abc/brug/",
        "https://www.google.com/maps/@52.3,4.9,15z",
        "https://netflix.com/nl",
        "tag:sociaal.example,2026:1",
        "http://[::1",
        "",
    ],
)
def test_an_address_without_one_stays(address: str) -> None:
    assert neutral(address) == address


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("kijk https://x.com/NAME/status/1, nu", "kijk https://x.com/…, nu"),
        ("kijk (x.com/NAME).", "kijk (x.com/…)."),
        ("via https://sociaal.example/@NAME/12.", "via https://sociaal.example/…."),
        ("https://sociaal.example/users/NAME/statuses/1", "https://sociaal.example/…"),
        ("https://bsky.app/profile/NAME.nl/post/3k", "https://bsky.app/…"),
        ("www.instagram.com/NAME en facebook.com/NAME", "www.instagram.com/… en facebook.com/…"),
        ("linkedin.com/in/NAME tiktok.com/@NAME threads.net/@NAME", "linkedin.com/… tiktok.com/… threads.net/…"),
        ("lees https://krant.example/nieuws/brug?id=1 en/of bel", "lees https://krant.example/nieuws/brug?id=1 en/of bel"),
    ],
)  # fmt: skip
def test_links_in_a_text_lose_the_account(text: str, left: str) -> None:
    raw = text.replace("NAME", NAME)
    assert without_accounts(raw) == left
    assert plain(raw) == plain(left) == left


def test_a_link_that_mastodon_shows_in_parts_is_one_link() -> None:
    shown = (
        f'<a href="https://x.com/{NAME}/status/1"><span class="invisible">https://</span>'
        f'<span class="ellipsis">x.com/{NAME}/st</span><span class="invisible">atus/1</span></a>'
    )
    assert plain(f"<p>zie {shown} dus</p>") == "zie https://x.com/… dus"


@given(st.text(alphabet="ax./@:?-…u1 "))
def test_cutting_back_twice_changes_nothing(text: str) -> None:
    once = plain(text)
    assert plain(once) == once


@pytest.mark.parametrize("part", ["a.", "a-", "x.com/", "https://", "a.bc/@", "/@a", "a.bc/u/"])
def test_a_hostile_text_takes_no_time(part: str) -> None:
    started = time.monotonic()
    without_accounts(part * (100_000 // len(part)))
    assert time.monotonic() - started < 3


# -- posts ---------------------------------------------------------------------------------------------


def status(number: int, home: str, *, handle: str = NAME, origin: int = 1157) -> dict[str, Any]:
    """One post of `handle` at home.example, as a server shows it under its own number."""
    return {
        "id": str(number),
        "created_at": "2026-11-22T18:00:00.000Z",
        "visibility": "public",
        "uri": f"https://home.example/users/{NAME}/statuses/{origin}",
        "url": f"https://home.example/@{NAME}/{origin}",
        "content": "<p>Weer de afvalpas kapot</p>",
        "account": {"acct": handle, "url": f"https://home.example/@{NAME}"},
    }


def seen_at(server: str, post: dict[str, Any]) -> Item:
    where = asked(url=f"https://{server}/api/v1/timelines/tag/afvalpas", id=server, kind="social")
    (item,) = mastodon.parse(json.dumps([post]).encode(), where).items
    return item


def test_a_mastodon_post_links_to_the_server_that_was_asked() -> None:
    at_home = seen_at("home.example", status(1157, "home.example"))
    elsewhere = seen_at("elders.example", status(99, "elders.example", handle=f"{NAME}@home.example"))
    assert at_home.url == "https://home.example/statuses/1157"
    assert elsewhere.url == "https://elders.example/statuses/99"
    for item in (at_home, elsewhere):
        assert NAME not in json.dumps(asdict(item), default=str)


def test_one_post_is_known_on_every_server_and_in_the_feed_of_its_account() -> None:
    at_home = seen_at("home.example", status(1157, "home.example"))
    elsewhere = seen_at("elders.example", status(99, "elders.example", handle=f"{NAME}@home.example"))
    body = f"<rss version='2.0'><channel><item><guid>https://home.example/@{NAME}/1157</guid><description>Weer de afvalpas kapot</description><link>https://home.example/@{NAME}/1157</link></item></channel></rss>"
    (in_feed,) = feed.parse(body.encode(), asked()).items
    assert at_home.same_as == elsewhere.same_as == in_feed.same_as != ""
    assert at_home.same_as != seen_at("home.example", status(1158, "home.example", origin=1158)).same_as
    assert in_feed.url == "https://home.example/statuses/1157"
    assert NAME not in json.dumps(asdict(in_feed), default=str)


def test_the_hash_of_an_address_needs_the_key() -> None:
    address = f"https://home.example/@{NAME}/1157"
    assert known_as(address, KEY) != known_as(address, b"another key")
    assert len(known_as(address, KEY)) == 16


def test_the_web_pages_of_a_server_may_have_another_host_than_its_api() -> None:
    post = status(1157, "home.example") | {"url": f"https://www.home.example/@{NAME}/1157"}
    assert seen_at("api.home.example", post).url == "https://www.home.example/statuses/1157"


@pytest.mark.parametrize("identifier", ["../../etc/passwd", "1?x=@y", "1/2"])
def test_a_strange_id_makes_no_address(identifier: str) -> None:
    post = status(1, "home.example") | {"id": identifier}
    assert (
        seen_at("elders.example", post | {"account": {"acct": "a@b.example"}}).url
        == "https://elders.example/"
    )


def test_a_bluesky_feed_keeps_the_nameless_address_of_its_posts() -> None:
    link = f"https://bsky.app/profile/{NAME}.bsky.social/post/3kabc"
    body = f"<rss version='2.0'><channel><item><guid>at://did:plc:abc/app.bsky.feed.post/3kabc</guid><description>x</description><link>{link}</link></item></channel></rss>"
    (item,) = feed.parse(body.encode(), asked()).items
    assert item.url == "https://bsky.app/profile/did:plc:abc/post/3kabc"
    reply = {
        "feed": [{"post": {"uri": "at://did:plc:abc/app.bsky.feed.post/3kabc", "record": {"text": "x"}}}]
    }
    assert bluesky.parse(json.dumps(reply).encode(), asked()).items[0].url == item.url


def test_entries_of_which_only_the_site_may_stay_are_not_one_entry() -> None:
    links = [f"https://bsky.app/profile/{NAME}.nl/post/{n}" for n in range(3)]
    body = {"items": [{"url": link, "content_text": f"bericht {n}"} for n, link in enumerate(links)]}
    items = feed.parse(json.dumps(body).encode(), asked()).items
    assert [item.url for item in items] == ["https://bsky.app/"] * 3
    assert len({item.guid for item in items}) == len({item.same_as for item in items}) == 3
    assert NAME not in repr(items)


def test_an_imported_row_is_treated_as_a_post() -> None:
    rows = f"id,title,text,url,author\n@{NAME}/7,,zie x.com/{NAME},https://sociaal.example/@{NAME}/7,{NAME}@sociaal.example\n"
    found = imported.parse(rows.encode(), asked(kind="social"), name="posts.csv")
    (item,) = found.items
    assert item.url == "https://sociaal.example/statuses/7"
    assert item.text == "zie x.com/…"
    assert item.author and len(item.author) == 16
    assert NAME not in repr(item)
    at_home = seen_at("sociaal.example", status(7, "", handle=NAME))
    assert item.author == at_home.author, "one account, imported or collected"


def test_a_sentence_about_a_bad_row_names_nobody() -> None:
    rows = f"id,title,url\n1,T,x.com/{NAME}\n2,T,@{NAME}@sociaal.example\n"
    problems = imported.parse(rows.encode(), asked(), name="posts.csv").problems
    assert len(problems) == 2
    assert NAME not in " ".join(map(str, problems))


def test_what_landed_before_is_cleaned_when_it_is_read_again() -> None:
    old = landed(url=f"https://sociaal.example/@{NAME}/7", text=f"zie https://x.com/{NAME}/status/1 dus maar")
    assert NAME not in repr(document(old, source_of()))


def test_two_publishers_who_sign_alike_are_two_authors() -> None:
    body = (
        b"<rss version='2.0'><channel><item><title>t</title><author>Redactie</author></item></channel></rss>"
    )
    first, again, other = (
        feed.parse(body, asked(id=name, owner_group=group)).items[0].author
        for name, group in (("krant", "groep"), ("bode", "groep"), ("radio", "omroep"))
    )
    assert first == again != other


def test_a_site_is_no_page() -> None:
    assert is_page("https://a.example/x") and is_page("https://a.example/?id=1")
    assert not is_page("https://a.example/") and not is_page("https://a.example")
