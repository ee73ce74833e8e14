"""A past morning comes out the same, byte for byte, whatever was collected, changed and judged since."""

from __future__ import annotations

import json
import random
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from houses import House, tagged

from kaders.jobs.detect import detect
from kaders.jobs.report import report
from kaders.load import load, root
from kaders.model import Fetch, Tagged
from kaders.settings import Settings
from kaders.tag.pipeline import tagger_version

pytestmark = pytest.mark.slow
MONDAY = date(2026, 11, 23)
HISTORY = 70
"""Days of talk before the morning: two weeks now and guard, eight to compare with."""
PLACES = ("de-waterdammer", "rtv-waterstreek", "kustdagblad", "de-landkrant")
OURS, THEIRS = {"economic": 0.6, "policy_prescription": 0.4}, {"fairness_and_equality": 1.0}


@pytest.fixture
def town(tmp_path: Path) -> tuple[Settings, House]:
    """Seventy ordinary days, then a week in which the waste pass is talked about otherwise and far more."""
    whole = load(root() / "organisations" / "waterdam", data=tmp_path / "data")
    settings = whole.model_copy(update={"sources": tuple(whole.source(place) for place in PLACES)})
    house = House(settings.places)
    for back in range(HISTORY, 0, -1):
        day = MONDAY - timedelta(days=back)
        burst = back <= 7
        collected(
            house,
            day,
            [story(settings, day, n, THEIRS if burst else OURS) for n in range(12 if burst else 3)],
        )
    house.load()
    return settings, house


@cache
def version() -> str:
    """Of the tagger of Waterdam: what another has tagged counts as too old to compare with."""
    return tagger_version(load(root() / "organisations" / "waterdam", data=Path("unused")))


def story(settings: Settings, day: date, number: int, frames: dict[str, float], **more: Any) -> Tagged:
    """A story on the waste pass with a text of its own, published at noon."""
    source = settings.source(PLACES[number % len(PLACES)])
    name = more.pop("name", f"{day:%m%d}-{number}")
    words = " ".join(
        random.Random(name).choices(["straat", "plein", "school", "haven", "winkel", "stoep"], k=60)
    )
    given: dict[str, Any] = {
        "published": datetime.combine(day, time(12), UTC),
        "source": source.id,
        "owner_group": source.owner_group,
        "text": f"De afvalpas {name}: {words}",
        "snippet": f"De afvalpas {name}",
        "policy_areas": {settings.topic("afvalpas").policy_area: 1.0},
        "frames": frames,
        "counters": (),
        "questions": (f"Wie betaalt {name}?",),
        "version": version(),
        "sketch": tuple(random.Random(name).choices(range(2**16), k=64)),
    }
    return tagged(name, visited(day), **given | more)


def visited(day: date) -> datetime:
    """Half past five of the morning after, on the clock of the town: the visit that completes a day."""
    return datetime.combine(day + timedelta(days=1), time(5, 30), ZoneInfo("Europe/Amsterdam")).astimezone(
        UTC
    )


def collected(house: House, day: date, stories: list[Tagged]) -> None:
    """The files of a day on which every source was visited."""
    house.tag(*stories)
    house.visit(*(Fetch(place, visited(day), "OK", entries=20, new_entries=3) for place in PLACES))


def morning(settings: Settings, day: date) -> dict[str, bytes]:
    """The files of a morning, judged and painted now."""
    for job in (detect, report):
        assert not job(settings, settings.morning_of(day)).failures
    folder = settings.places.reports / day.isoformat()
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_what_came_after_it_leaves_a_morning_as_it_was(town: tuple[Settings, House]) -> None:
    settings, house = town
    before = morning(settings, MONDAY)
    judged = json.loads(before["signals.json"])
    assert [signal["issue"] for signal in judged["signals"]] == ["topic:afvalpas"], (
        "there is something to lose"
    )
    assert {"signals.json", "report.nl.html", "report.en.html"} <= before.keys()

    after = MONDAY + timedelta(days=1)
    old = story(settings, MONDAY - timedelta(days=2), 0, THEIRS)
    late = story(settings, MONDAY, 40, THEIRS, published=old.document.published, name="laat")
    changed = story(settings, MONDAY, 0, OURS, name=old.document.id[1:], content="nieuw", title="Anders")
    copy = story(settings, MONDAY, 0, OURS, name="kopie", url=old.document.url)
    collected(house, MONDAY, [late, changed, copy, *(story(settings, MONDAY, n, THEIRS) for n in range(20))])
    collected(house, after, [story(settings, after, n, OURS) for n in range(20)])
    house.visit(Fetch("kustdagblad", settings.morning_of(after), "FAILED", "timeout"), name="later")
    house.load()
    assert morning(settings, after + timedelta(days=1))["signals.json"] != before["signals.json"]
    assert morning(settings, MONDAY) == before


def test_words_that_lawfully_went_take_evidence_with_them_and_leave_the_counts(
    town: tuple[Settings, House],
) -> None:
    """Retention and withdrawal break the bytes, as docs/architecture.md says, and not what was measured."""
    settings, house = town
    before = json.loads(morning(settings, MONDAY)["signals.json"])
    house.rows("UPDATE core_document SET title = '', text = '', snippet = ''")
    house.rows("DELETE FROM core_question")
    after = json.loads(morning(settings, MONDAY)["signals.json"])
    assert after != before and after["questions"] == [] != before["questions"]
    one, other = before["signals"][0], after["signals"][0]
    assert {piece["snippet"] for piece in other["evidence"]} == {""}
    for part in ("issue", "kind", "divergence", "volume"):
        assert other[part] == one[part], part
