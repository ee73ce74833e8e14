"""What is kept of Bluesky's stream of all posts, and how it is read."""

from __future__ import annotations

import json
from typing import Any

import pytest
from reading import KEY, NOW, source

from kaders.queries import Stream
from kaders.read import jetstream
from kaders.read.items import Asked, Found
from kaders.read.people import pseudonym

US = int(NOW.timestamp() * 1_000_000)
QUERY = Stream(words=("afvalpas", "betaald parkeren", "fiets*"), dids=("did:plc:gemeente",))


def commit(
    operation: str, text: str = "", did: str = "did:plc:bo", rkey: str = "1", **more: Any
) -> dict[str, Any]:
    record = {
        "record": {"$type": jetstream.POST, "text": text, "createdAt": NOW.isoformat(), "langs": ["nl"]}
        | more
    }
    body = {"operation": operation, "collection": jetstream.POST, "rkey": rkey, "rev": "r", "cid": "c"}
    return {"did": did, "time_us": US, "kind": "commit", "commit": body | (record if text else {})}


def account(status: str, did: str = "did:plc:bo") -> dict[str, Any]:
    return {
        "did": did,
        "time_us": US,
        "kind": "account",
        "account": {"active": False, "did": did, "status": status},
    }


def read(*events: Any) -> Found:
    reader = source(kind="social", reader="jetstream", url=None, query=QUERY)
    lines = b"\n".join(each if isinstance(each, bytes) else json.dumps(each).encode() for each in events)
    return jetstream.parse(lines, Asked(reader, NOW, KEY))


@pytest.mark.parametrize(
    ("event", "kept"),
    [
        (commit("create", "Mijn afvalpas doet het niet"), True),
        (commit("create", "Mijn AFVALPAS!"), True),
        (commit("create", "De #afvalpas"), True),
        (commit("create", "afvalpassen zijn een ander woord"), False),
        (commit("create", "betaald  parkeren komt eraan"), True),
        (commit("create", "parkeren en betaald"), False),
        (commit("create", "Fietsenstallingen zijn vol"), True),
        (commit("create", "Een ligfiets"), False),
        (commit("create", "iets anders", did="did:plc:gemeente"), True),
        (commit("create", "afvalpas", labels={"values": [{"val": "!no-unauthenticated"}]}), False),
        (commit("update", "iets anders"), True),
        (commit("delete"), True),
        (account("deleted"), True),
        (account("takendown"), True),
        (account("deactivated"), False),
        ({"kind": "identity", "did": "did:plc:bo", "time_us": US}, False),
        (
            commit("create", "afvalpas")
            | {"commit": {"operation": "create", "collection": "app.bsky.feed.like"}},
            False,
        ),
        (None, False),
        ({"kind": "commit", "commit": 3}, False),
    ],
)
def test_what_is_kept(event: Any, kept: bool) -> None:
    assert jetstream.wanted(event, QUERY) is kept


def test_accents_do_not_matter() -> None:
    assert jetstream.matches("Wij willen géén café-overlast", ("geen cafe",))
    assert not jetstream.matches("wat dan ook", ())


def test_a_post_becomes_an_item_without_a_name() -> None:
    [post] = read(commit("create", "De afvalpas van @jan.bsky.social weigert")).items
    assert (post.guid, post.url) == (
        "at://did:plc:bo/app.bsky.feed.post/1",
        "https://bsky.app/profile/did:plc:bo/post/1",
    )
    assert (post.text, post.published, post.language) == ("De afvalpas van @… weigert", NOW, "nl")
    assert post.author == pseudonym("did:plc:bo", KEY)


def test_changes_and_deletions_are_honoured() -> None:
    found = read(
        commit("create", "afvalpas, eerste versie", rkey="1"),
        commit("update", "afvalpas, tweede versie", rkey="1"),
        commit("create", "afvalpas", rkey="2"),
        commit("delete", rkey="2"),
        commit("update", "gaat nergens meer over", rkey="3"),
        commit("create", "afvalpas", did="did:plc:weg"),
        account("deleted", "did:plc:weg"),
    )
    assert [post.text for post in found.items] == ["afvalpas, tweede versie"]
    assert found.gone == ("at://did:plc:bo/app.bsky.feed.post/2", "at://did:plc:bo/app.bsky.feed.post/3")
    assert found.gone_authors == (pseudonym("did:plc:weg", KEY),)


def test_the_same_event_twice_is_one_item() -> None:
    assert len(read(commit("create", "afvalpas"), commit("create", "afvalpas")).items) == 1


def test_where_it_was_heard_and_what_was_missed() -> None:
    found = read({"kind": "gap"}, commit("create", "afvalpas"), {"kind": "reached", "time_us": US})
    assert (found.cursor, found.short, found.bad) == ({"time_us": str(US)}, "cut_off", 0)
    assert read().short == ""


@pytest.mark.parametrize(
    "broken",
    [b"{", b"3", b"[]", {"kind": "commit"}, {"kind": "commit", "did": 3, "commit": {"operation": "create"}}, {"kind": "reached"}],
)  # fmt: skip
def test_a_broken_event_is_counted_and_the_others_are_read(broken: Any) -> None:
    found = read(broken, commit("create", "afvalpas"))
    assert (len(found.items), found.bad) == (1, 1)
