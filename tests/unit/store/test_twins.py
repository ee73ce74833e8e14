"""The queries against slow plain-Python twins, over random worlds loaded in random order."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import md5
from itertools import pairwise
from typing import Any

import pytest
from houses import START, House, tagged

from kaders.model import Document, Tagged

HOURS = 8
TEXTS = ("een " * 40, "twee " * 40, "drie", "een " * 25 + "vier " * 20)
SKETCHES = (tuple(range(64)), tuple(range(64, 128)), tuple(range(4, 68)), ())
Key = tuple[str, str]


def world(rng: random.Random) -> list[list[Tagged]]:
    """Visits with few names, addresses and texts, so that everything collides with everything."""
    visits = []
    for hour in range(HOURS):
        seen, found = START + timedelta(hours=hour), list[Tagged]()
        for _ in range(rng.randrange(5)):
            text = rng.randrange(len(TEXTS))
            more: dict[str, Any] = {
                "content": f"c{rng.randrange(3)}",
                "owner_group": rng.choice("ab"),
                "url": rng.choice(["", "https://x.example/", "https://x.example/1", "https://x.example/2"]),
                "same_as": rng.choice(["", "", "", "0123456789abcdef"]),
                "title": f"Titel {rng.randrange(3)}",
                "text": TEXTS[text],
                "sketch": SKETCHES[text],
                "published": START - timedelta(hours=rng.choice([1, 1, 50, 90])),
                "fate": rng.choices(["kept", "no_text", "other_language", "withdrawn"], [16, 2, 2, 1])[0],
            }
            if more["fate"] == "withdrawn":
                more |= {"content": "gone", "title": "", "text": "", "url": "", "same_as": ""}
            found.append(tagged(rng.randrange(6), seen, **more))
        visits.append([*{(one.document.id, one.document.content): one for one in found}.values()])
    return [visit for visit in visits if visit]


@dataclass
class Revision:
    """What the twin knows of a revision; document.id is the name of the entry."""

    document: Document
    sketch: tuple[int, ...]
    id: str = ""
    number: int = 0
    born: datetime = START
    dated: datetime = START
    superseded: datetime | None = None
    fate: str = ""
    relation: str = ""
    story: str = ""

    @property
    def seen(self) -> tuple[datetime, str]:
        return self.document.first_seen, self.document.content


def in_common(one: Revision, other: Revision) -> bool:
    new, old = one.document, other.document
    if (new.address_key and new.address_key == old.address_key) or new.published == old.published:
        return True
    keys = [(new.title_key, old.title_key), (new.text_key, old.text_key), (new.lead_key, old.lead_key)]
    if any(a is None or b is None or a == b for a, b in keys):
        return True
    pairs = list(zip(one.sketch, other.sketch, strict=False))
    return len(one.sketch) != len(other.sketch) or not pairs or sum(a == b for a, b in pairs) >= 6.4


def twin(visits: list[list[Tagged]]) -> dict[Key, Revision]:
    """Everything the loader concludes, entry by entry and pair by pair."""
    known: dict[Key, Revision] = {}
    for visit in visits:
        for one in visit:
            known.setdefault((one.document.id, one.document.content), Revision(one.document, one.tags.sketch))
    lines: dict[str, list[Revision]] = {}
    for revision in known.values():
        lines.setdefault(revision.document.id, []).append(revision)
    for entry, line in lines.items():
        identify(entry, sorted(line, key=lambda r: r.seen))
    everything = list(known.values())
    tell_stories(everything)
    for revision in everything:
        judge(revision, everything)
    return known


def identify(entry: str, line: list[Revision]) -> None:
    withdrawn = min((r.document.first_seen for r in line if r.document.fate == "withdrawn"), default=None)
    name = entry
    for before, revision in pairwise([None, *line]):
        assert revision
        if before and withdrawn is None and not in_common(revision, before):
            name = md5(f"{entry} {revision.document.content}".encode()).hexdigest()[:24]
        revision.id = name
    for name in {r.id for r in line}:
        document = [r for r in line if r.id == name]
        for number, revision in enumerate(document, start=1):
            revision.number, first = number, document[0].document
            revision.born, revision.dated = first.first_seen, first.published
            later = [r.document.first_seen for r in document[number : number + 1]]
            revision.superseded = min([*later, *([withdrawn] if withdrawn else [])], default=None)
            if withdrawn and revision.document.first_seen >= withdrawn:
                gone = revision.document.fate == "withdrawn"
                revision.superseded = None if gone else revision.document.first_seen
        if withdrawn:
            empty(document)


def empty(document: list[Revision]) -> None:
    for r in document:
        if r.document.fate != "withdrawn":
            r.document = replace(
                r.document,
                title="",
                text="",
                url="",
                address_key=None,
                title_key=None,
                text_key=None,
                lead_key=None,
            )


def tell_stories(everything: list[Revision]) -> None:
    firsts = sorted((r for r in everything if r.number == 1), key=lambda r: (r.born, r.id))
    heads: list[Revision] = []
    for first in firsts:
        near = [
            head
            for head in heads
            if first.document.lead_key is not None
            and head.document.lead_key == first.document.lead_key
            and abs(head.dated - first.dated) <= timedelta(hours=72)
        ]
        heads += [] if near else [first]
        for r in everything:
            if r.id == first.id:
                r.story = near[0].id if near else first.id


def judge(new: Revision, everything: list[Revision]) -> None:
    readable = [r for r in everything if r.document.fate == "kept" and r.id != new.id]
    earlier = [
        r
        for r in readable
        if new.document.fate == "kept"
        and r.document.owner_group == new.document.owner_group
        and (r.born, r.id) < (new.born, new.id)
        and r.document.first_seen <= new.document.first_seen
    ]
    by_address = [r for r in earlier if r.document.address_key == new.document.address_key is not None]
    by_text = [r for r in earlier if r.document.text_key == new.document.text_key is not None]
    new.fate = "duplicate" if by_address or by_text else new.document.fate
    head = next(r for r in everything if r.id == new.story and r.number == 1)
    if new.document.fate == "withdrawn":
        new.relation = "withdrawal"
    elif new.number > 1:
        before = next(r for r in everything if r.id == new.id and r.number == new.number - 1)
        titles = new.document.title, before.document.title
        new_title = all(titles) and titles[0] != titles[1] and new.document.text == before.document.text
        new.relation = "retitled" if new_title else "revision"
    elif by_address or by_text:
        first = min(
            by_address or by_text, key=lambda r: (r.born, r.id, r.document.first_seen, r.document.title_key)
        )
        new.relation = "repost" if first.document.title_key == new.document.title_key else "retitled"
    elif new.story == new.id:
        new.relation = "new"
    else:
        new.relation = "repost" if head.document.owner_group == new.document.owner_group else "copy"


def twin_known(revisions: dict[Key, Revision], cutoff: datetime) -> dict[str, str]:
    """The content in which each readable document stood."""
    stands = [
        r
        for r in revisions.values()
        if r.document.first_seen <= cutoff and (r.superseded is None or r.superseded > cutoff)
    ]
    return {r.id: r.document.content for r in stands if r.fate in ("kept", "duplicate")}


FOUND = """
SELECT entry, content, id, revision, born, dated, superseded, fate, relation, story
FROM core_document
"""


@pytest.mark.parametrize("seed", range(24))
def test_identities_stories_and_fates_are_those_of_the_twin(house: House, seed: int) -> None:
    rng = random.Random(seed)
    visits = world(rng)
    landed = [house.tag(*visit) for visit in visits]
    rng.shuffle(landed)
    while landed:
        part = [landed.pop() for _ in range(min(len(landed), rng.randint(1, 4)))]
        house.load(only=part)
    expected = twin(visits)
    found = {(entry, content): tuple(rest) for entry, content, *rest in house.rows(FOUND)}
    assert found == {
        key: (r.id, r.number, r.born, r.dated, r.superseded, r.fate, r.relation, r.story)
        for key, r in expected.items()
    }
    tags = house.rows("SELECT DISTINCT id, content FROM core_tag")
    assert set(tags) <= {(r.id, r.document.content) for r in expected.values()}
    cutoff = START + timedelta(hours=rng.randrange(HOURS))
    documents: dict[str, str] = dict(house.documents(cutoff)[["doc", "content"]].itertuples(index=False))
    assert documents == twin_known(expected, cutoff)
