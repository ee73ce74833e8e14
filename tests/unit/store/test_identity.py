"""What an entry is to what was there: new, a revision, retitled, reposted, copied, or another one by the same name."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from houses import START, House, tagged

from kaders.cli import main
from kaders.load import load
from kaders.read.same import keys
from kaders.store.connection import publish

LATER = START + timedelta(hours=3, minutes=42)
ORGANISATION = Path(__file__).resolve().parents[3] / "organisations" / "waterdam"
STORY = "De gemeente zet de nieuwe containers pas in het voorjaar neer, zo meldt het college aan de raad in een brief "
TEXT = STORY + "die vandaag is verstuurd en waarin ook staat wat het de inwoners van de wijken gaat kosten."
OTHER = "In de haven is vannacht een schip gezonken dat al weken lag te wachten op een plaats aan de kade van het dok."
SHORTER = "die gisteren is verstuurd en die de raad volgende week bespreekt."
SKETCH, UNLIKE = tuple(range(64)), tuple(range(100, 164))
KRANT: dict[str, Any] = {"source": "krant", "owner_group": "krant"}


def first(**more: Any) -> Any:
    return tagged(1, text=TEXT, sketch=SKETCH, **more)


# what comes three hours later; whether it is the same document; what it is to the other; whether it is one story
CASES: dict[str, tuple[dict[str, Any], bool, str, bool]] = {
    "another title": ({"id": "d1", "title": "Anders", "text": TEXT}, True, "retitled", True),
    "another text": ({"id": "d1", "title": "Titel 1", "text": TEXT + " Zo is dat."}, True, "revision", True),
    "all of it another, at the same address": (
        {"id": "d1", "url": "https://bode.example/1", "sketch": UNLIKE, "published": LATER},
        True, "revision", True,
    ),
    "all of it another, of the same moment": (
        {"id": "d1", "sketch": UNLIKE, "published": START - timedelta(hours=2)}, True, "revision", True,
    ),
    "told anew, at another address": (
        {"id": "d1", "sketch": (*SKETCH[:10], *UNLIKE[10:]), "published": LATER}, True, "revision", True,
    ),
    "the name used again for something else": (
        {"id": "d1", "sketch": UNLIKE, "published": LATER}, False, "new", False,
    ),
    "another name at the same address": (
        {"title": "Anders", "url": "https://bode.example/1"}, False, "retitled", False,
    ),
    "another name for the same text": ({"title": "Titel 1", "text": TEXT}, False, "repost", True),
    "another name, the same text, another title": ({"title": "Anders", "text": TEXT}, False, "retitled", True),
    "the same beginning": ({"text": STORY + SHORTER}, False, "repost", True),
    "the text in another paper": ({"text": TEXT, **KRANT}, False, "copy", True),
    "its beginning in another paper": ({"text": STORY + SHORTER, **KRANT}, False, "copy", True),
    "with the agency before it": ({"text": f"WATERDAM (ANP) - {TEXT}", **KRANT}, False, "copy", True),
    "in another paper after four days": (
        {"text": TEXT, "published": START + timedelta(days=4), **KRANT}, False, "new", False,
    ),
    "about something else": ({"text": OTHER, **KRANT}, False, "new", False),
}  # fmt: skip


@pytest.mark.parametrize(("more", "same", "relation", "story"), CASES.values(), ids=CASES)
@pytest.mark.parametrize("turned", [False, True], ids=["in order", "the later one loaded first"])
def test_what_it_is(
    house: House, more: dict[str, Any], same: bool, relation: str, story: bool, turned: bool
) -> None:
    landed = [house.tag(first()), house.tag(tagged(2, LATER, **{"text": OTHER, "sketch": UNLIKE} | more))]
    for each in reversed(landed) if turned else landed:
        house.load(only=[each])
    rows = house.rows("SELECT id, relation, story FROM core_document ORDER BY first_seen")
    (one, was, head), (two, became, belongs) = rows
    assert (was, head) == ("new", one)
    assert (two == one, became, belongs == head) == (same, relation, story)


def test_a_name_used_every_day_is_a_document_every_day(house: House) -> None:
    """A feed that numbers its entries from 1 each morning."""
    for day in range(3):
        text, sketch = f"{OTHER} Dag {day * 7}. {day}", tuple(range(day * 64, day * 64 + 64))
        at = START + timedelta(days=day)
        house.tag(
            tagged(
                1,
                at,
                content=f"c{day}",
                url="",
                title=f"Nieuws van dag {day}",
                text=f"{day} {text}",
                sketch=sketch,
            )
        )
    house.load()
    assert house.rows(
        "SELECT count(DISTINCT id), count(DISTINCT entry), max(revision) FROM core_document"
    ) == [(3, 1, 1)]
    tags = house.rows("SELECT count(DISTINCT t.id) FROM core_tag AS t JOIN core_document USING (id, content)")
    assert tags == [(3,)], "tags go with their documents"
    assert len(house.documents(START + timedelta(days=1, hours=1))) == 2, (
        "and a past morning has those of then"
    )


def test_keys_are_what_duckdb_makes_of_them(house: House) -> None:
    """So that rows of before there were keys are known again (migration 0005)."""
    made = keys("https://bode.example/1", "", "Eén  titel!", TEXT)
    text = "regexp_replace(lower({}), '[^\\p{{L}}\\p{{N}}]+', ' ', 'g')"
    asked = (text.format(f"'{part}'") for part in ("Eén  titel!", TEXT))
    title, body = (f"md5_number_lower(trim({each}))" for each in asked)
    found = house.rows(f"SELECT md5_number_lower('https://bode.example/1'), {title}, {body}")
    assert found == [(made.address, made.title, made.text)]


def test_history_is_told_in_words(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    settings = load(ORGANISATION, data=tmp_path, world="http://127.0.0.1")
    house, (one, two) = House(settings.places), settings.sources[:2]
    house.tag(first(source=one.id, title="Containers later"))
    changed = {"id": "d1", "content": "c2", "url": "https://bode.example/1", "source": one.id}
    house.tag(tagged(1, LATER, text=TEXT, title="Containers pas in het voorjaar", **changed))
    house.tag(tagged(2, LATER, text=TEXT, title="Bakken", source=two.id, owner_group="krant"))
    house.load()
    publish(settings.places)
    place = [str(ORGANISATION), "--data", str(tmp_path), "--moment", "2026-11-23T05:30:00Z"]
    assert main(["history", "https://bode.example/1?utm_source=x", *place]) == 0
    assert capsys.readouterr().out.splitlines() == [
        f"{one.name}  https://bode.example/1",
        "  2026-11-02 06:30  first seen: Containers later",
        '  2026-11-02 10:12  title changed from "Containers later" to "Containers pas in het voorjaar"',
        "  the same story:",
        f"  2026-11-02 10:12  {two.name}  Bakken  https://bode.example/2",
    ]
    assert main(["history", "https://bode.example/2", *place]) == 0
    assert "first seen, a copy of what another publisher had: Bakken" in capsys.readouterr().out
    assert main(["history", "https://bode.example/none", *place]) == 1
    assert capsys.readouterr().out == "no document is known by https://bode.example/none\n"
