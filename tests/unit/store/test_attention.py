"""The view attention, daily counts per issue, against a plain-Python twin and as a reader sees it."""

from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from houses import START, TEXT, House, places, tagged
from test_twins import HOURS, world

from kaders.detect.talk import issues_of
from kaders.model import Tagged, Window
from kaders.store.connection import publish
from kaders.store.documents import documents_as_of
from kaders.store.frames import frame, viewing

ZONE = "Europe/Amsterdam"
Counts = dict[tuple[date, str], tuple[int, int]]


def counted(house: House, as_of: datetime | None = None) -> Counts:
    """Documents and items of each day and issue, from what is published."""
    with viewing(house.places, ZONE, as_of) as con:
        rows = frame(con, "attention", order="day, issue")
    told = rows[["day", "issue", "documents", "items"]].to_dict("records")
    return {(row["day"], row["issue"]): (row["documents"], row["items"]) for row in told}


def twin(house: House, moment: datetime) -> Counts:
    """The same, one document after the other, from what a morning of that moment would read."""
    window = Window(moment.date(), moment.date(), moment.date(), moment.date(), date(2020, 1, 1), moment)
    with viewing(house.places, ZONE, moment) as con:
        documents = documents_as_of(con, window, ZONE)
        story = dict(con.execute("SELECT DISTINCT id, story FROM core_document").fetchall())
    heard = defaultdict[tuple[date, str], list[str]](list)
    for row in documents.to_dict("records"):
        if row["kind"] != "own" and row["fate"] == "kept":
            for issue in issues_of(row["topics"], row["areas"]):
                heard[row["day"], issue].append(story[row["doc"]])
    return {key: (len(stories), len(set(stories))) for key, stories in heard.items()}


def _varied(one: Tagged, rng: random.Random) -> Tagged:
    tags = replace(
        one.tags,
        topics=tuple(rng.sample(["afvalpas", "haven", "zwembad"], rng.randrange(3))),
        policy_areas=dict(rng.sample([("c_a", 0.6), ("c_b", 0.4), ("c_c", 0.2)], rng.randrange(4))),
    )
    return Tagged(replace(one.document, kind=rng.choice(["news", "rss", "social", "own"])), tags)


@pytest.mark.parametrize("seed", range(8))
def test_the_counts_are_those_of_the_documents_one_by_one(tmp_path: Path, seed: int) -> None:
    """At every hour, over random worlds full of copies, revisions and withdrawals, loaded in random order."""
    rng = random.Random(seed)
    house, visits = House(places(tmp_path)), world(rng)
    for visit in rng.sample(visits, len(visits)):
        house.tag(*(_varied(one, rng) for one in visit))
    house.load()
    publish(house.places)
    told = [twin(house, START + timedelta(hours=hour, minutes=30)) for hour in range(-1, HOURS)]
    for hour, expected in enumerate(told, start=-1):
        assert counted(house, START + timedelta(hours=hour, minutes=30)) == expected, hour
    assert counted(house) == told[-1] and any(told), "and now, when all has been seen"


def test_a_story_of_several_publishers_is_one_item_and_several_documents(house: House) -> None:
    wire = " ".join(f"woord{number}" for number in range(40))
    house.tag(tagged(1, text=wire), tagged(2, text=f"{wire} slot", owner_group="krant"))
    house.tag(tagged(3), tagged(4, kind="own", owner_group="wij", text=f"Van ons. {TEXT}"))
    house.tag(tagged(5, topics=(), policy_areas={"c_a": 0.6, "c_b": 0.4}))
    house.load()
    publish(house.places)
    day = date(2026, 11, 2)
    assert counted(house) == {(day, "topic:afvalpas"): (3, 2), (day, "area:c_a"): (1, 1)}
    house.tag(
        tagged(3, START + timedelta(hours=1), content="weg", title="", text="", url="", fate="withdrawn")
    )
    house.load()
    publish(house.places)
    assert counted(house)[day, "topic:afvalpas"] == (2, 1), "what its source took back is no longer counted"
    assert counted(house, START)[day, "topic:afvalpas"] == (3, 2), "and then it was"
