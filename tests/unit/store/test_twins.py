"""The queries against slow plain-Python twins, over random worlds loaded in random order."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Any

import pytest
from houses import START, House, tagged

from kaders.model import Document, Tagged

HOURS = 8


def world(rng: random.Random) -> list[list[Tagged]]:
    """Visits with few ids, addresses and texts, so that everything collides with everything."""
    visits = []
    for hour in range(HOURS):
        seen, found = START + timedelta(hours=hour), list[Tagged]()
        for _ in range(rng.randrange(5)):
            more: dict[str, Any] = {
                "content": f"c{rng.randrange(3)}",
                "owner_group": rng.choice("ab"),
                "url": rng.choice(["", "https://x.example/", "https://x.example/1", "https://x.example/2"]),
                "same_as": rng.choice(["", "", "", "0123456789abcdef"]),
                "text": rng.choice(["een " * 40, "twee " * 40, "drie"]),
                "fate": rng.choices(["kept", "no_text", "other_language"], [8, 1, 1])[0],
            }
            found.append(tagged(rng.randrange(6), seen, **more))
        visits.append([*{(one.document.id, one.document.content): one for one in found}.values()])
    return [visit for visit in visits if visit]


def revisions(visits: list[list[Tagged]]) -> dict[tuple[str, str], Document]:
    """The first sight of every revision."""
    known: dict[tuple[str, str], Document] = {}
    for visit in visits:
        for one in visit:
            known.setdefault((one.document.id, one.document.content), one.document)
    return known


def texts(document: Document) -> str:
    return document.text.strip() if len(document.text) >= 100 else f"{document.title} {document.text}".strip()


def known_as(document: Document) -> str:
    return document.same_as or document.url


def is_copy(new: Document, old: Document, born: dict[str, datetime]) -> bool:
    earlier = (born[old.id], old.id) < (born[new.id], new.id) and old.first_seen <= new.first_seen
    address = known_as(new) == known_as(old) and known_as(new) not in ("", "https://x.example/")
    return old.owner_group == new.owner_group and earlier and (address or texts(new) == texts(old))


def twin_fates(visits: list[list[Tagged]]) -> dict[tuple[str, str], str]:
    known = revisions(visits)
    born: dict[str, datetime] = {}
    for document in known.values():
        born[document.id] = min(born.get(document.id, document.first_seen), document.first_seen)
    readable = [document for document in known.values() if document.fate == "kept"]
    copies = {
        (new.id, new.content)
        for new in readable
        if any(is_copy(new, old, born) for old in readable if old.id != new.id)
    }
    return {key: "duplicate" if key in copies else document.fate for key, document in known.items()}


def twin_known(visits: list[list[Tagged]], cutoff: datetime) -> dict[str, str]:
    """The content in which each readable document stood."""
    fates, latest = twin_fates(visits), dict[str, Document]()
    for document in revisions(visits).values():
        now = latest.get(document.id)
        newer = now is None or (document.first_seen, document.content) > (now.first_seen, now.content)
        if document.first_seen <= cutoff and newer:
            latest[document.id] = document
    return {d.id: d.content for d in latest.values() if fates[d.id, d.content] in ("kept", "duplicate")}


@pytest.mark.parametrize("seed", range(12))
def test_fates_and_documents_are_those_of_the_twin(house: House, seed: int) -> None:
    rng = random.Random(seed)
    visits = world(rng)
    landed = [house.tag(*visit) for visit in visits]
    rng.shuffle(landed)
    while landed:
        part = [landed.pop() for _ in range(min(len(landed), rng.randint(1, 4)))]
        house.load(only=part)
    fates = {(i, c): fate for i, c, fate in house.rows("SELECT id, content, fate FROM core_document")}
    assert fates == twin_fates(visits)
    cutoff = START + timedelta(hours=rng.randrange(HOURS))
    found: dict[str, str] = dict(house.documents(cutoff)[["doc", "content"]].itertuples(index=False))
    assert found == twin_known(visits, cutoff)
