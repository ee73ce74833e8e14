"""Leaving out of a feed what was read before."""

from __future__ import annotations

import time

import pytest
from reading import FEEDS, asked

from kaders.errors import Quarantine
from kaders.read.feed import parse
from kaders.read.known import cut


def titles(body: bytes) -> list[str]:
    return [item.title for item in parse(body, asked()).items]


@pytest.mark.parametrize("name", ["gazet.rss", "raad.atom", "oud.rdf"])
def test_every_entry_can_be_left_out_alone(name: str) -> None:
    body = (FEEDS / name).read_bytes()
    whole = titles(body)
    marks = cut(body, ()).marks
    assert len(marks) == len(whole)
    for number, mark in enumerate(marks):
        rest = cut(body, {mark})
        assert titles(rest.body) == whole[:number] + whole[number + 1 :]
        assert (rest.skipped, rest.marks) == (1, marks)
    assert titles(cut(body, set(marks)).body) == [], "a feed without entries is still a feed"


@pytest.mark.parametrize(
    "items",
    [
        "<item><guid>1</guid><title>een</title></item><item><guid>1</guid><title>twee</title></item>",
        "<item><title>een</title><description><![CDATA[zo </item> dus]]></description></item>",
        "<item><title>een</title><!-- </item> --><guid>1</guid></item>",
    ],
)
def test_an_unusual_feed_stays_whole(items: str) -> None:
    body = f"<rss version='2.0'><channel>{items}</channel></rss>".encode()
    assert cut(body, set(cut(body, ()).marks)).body == body


def test_json_stays_whole() -> None:
    body = (FEEDS / "wijk.json").read_bytes()
    assert cut(body, ()).body == body


@pytest.mark.parametrize(
    "body",
    [
        b"<item>" * 200_000,
        b"<item>" * 200_000 + b"</items>",
        b"<entry>" * 200_000 + b"</item>",
        b"<item></item>" * 50_000,
    ],
)
def test_a_hostile_body_takes_no_time(body: bytes) -> None:
    started = time.monotonic()
    cut(body, ())
    assert time.monotonic() - started < 3


def test_a_hostile_preamble_takes_no_time() -> None:
    with pytest.raises(Quarantine):
        titles(b"<!-- x -->" * 200 + b"geen feed")
