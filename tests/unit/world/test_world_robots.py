"""The trap of the robots is a trap: what catches them is the filter of bursts, not the counting of copies."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from kaders.detect import stories, talk
from kaders.load import load
from kaders.model import Item, Language
from kaders.read.document import document
from kaders.settings import Settings
from kaders.store.counts import items_of_count
from kaders.tag.pipeline import Tagger
from kaders.world import generate
from kaders.world.grammar import grammar
from kaders.world.robots import plain_name

WATERDAM = Path(__file__).parents[3] / "organisations" / "waterdam"
ISSUE = {"scenario.yaml": "topic:parkeren-centrum", "scenario-spring.yaml": "topic:afvalpas"}
pytestmark = pytest.mark.slow
Row = dict[str, Any]


@cache
def settings() -> Settings:
    return load(WATERDAM, data=Path("data"), world="http://127.0.0.1")


@cache
def tagger() -> Tagger:
    return Tagger(settings())


def lines(path: Path) -> list[Row]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


@pytest.fixture(
    scope="module", params=[("scenario.yaml", 1), ("scenario.yaml", 7), ("scenario-spring.yaml", 3)]
)
def day(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, pd.DataFrame]:
    """The issue, and the documents of the day of a burst as the warehouse would give them, with `robot`."""
    scenario, seed = request.param
    world = generate(WATERDAM / scenario, seed, 2, tmp_path_factory.mktemp("world") / "out")
    truth = {(row["source"], row["id"]): row for row in lines(world / "truth.jsonl")}
    burst = next(row["day"] for row in truth.values() if row["plant"] == "bot_burst")
    rows = [
        (path.stem, row)
        for path in sorted((world / "items").glob("*.jsonl"))
        for row in lines(path)
        if truth[path.stem, row["id"]]["day"] == burst
    ]
    robots = [truth[source, row["id"]]["plant"] == "bot_burst" for source, row in rows]
    return ISSUE[scenario], as_stored(rows).assign(robot=robots, day=date.fromisoformat(burst))


def as_stored(rows: list[tuple[str, Row]]) -> pd.DataFrame:
    found = [document(item_of(source, row), settings().source(source)) for source, row in rows]
    stored = [
        asdict(one.document)
        | {"doc": one.document.id, **asdict(one.tags), "areas": list(one.tags.policy_areas)}
        for one in tagger().tag(found)
    ]
    return pd.DataFrame(stored).assign(published=lambda table: pd.to_datetime(table["published"], utc=True))


def item_of(source: str, row: Row) -> Item:
    seen = datetime.fromisoformat(row["published"]).astimezone(UTC) + timedelta(minutes=15)
    item = Item(source, row["id"], row["url"], row["title"], row["text"], None, seen, row["language"])
    return replace(item, published=datetime.fromisoformat(row["published"]), author=row["author"])


def counted(documents: pd.DataFrame, issue: str) -> int:
    """The items of count of an issue on the day."""
    told = documents.sort_values(["first_seen", "doc"], ignore_index=True)
    counts = items_of_count(talk.public(talk.by_issue(told.assign(story=stories.assign(told)))))
    return int(counts.loc[counts["issue"] == issue, "items"].sum())


def test_the_robots_are_many_fast_and_on_the_topic(day: tuple[str, pd.DataFrame]) -> None:
    issue, documents = day
    robots = documents[documents["robot"]]
    assert len(robots) == 200 and robots["author"].nunique() >= 40
    assert robots["published"].max() - robots["published"].min() <= timedelta(minutes=10)
    heard = [issue in talk.issues_of(*row) for row in zip(robots["topics"], robots["areas"], strict=True)]
    assert sum(heard) == 200
    assert robots["text"].nunique() > 150


def test_robots_are_alike_and_no_copies(day: tuple[str, pd.DataFrame]) -> None:
    texts = [shingles(text) for text in day[1].loc[day[1]["robot"], "text"]]
    near = [len(one & other) / len(one | other) for one, other in combinations(texts, 2)]
    within = sum(talk.BURST_LIKENESS <= share < stories.SAME_STORY for share in near)
    assert within >= 0.9 * len(near)


def shingles(text: str) -> set[tuple[str, ...]]:
    words = "".join(c if c.isalnum() else " " for c in text.lower()).split()
    return {tuple(words[n : n + 3]) for n in range(len(words) - 2)}


def test_the_filter_and_nothing_else_holds_them_out(
    day: tuple[str, pd.DataFrame], monkeypatch: pytest.MonkeyPatch
) -> None:
    issue, documents = day
    people = counted(documents[~documents["robot"]], issue)
    assert counted(documents, issue) == people, "with the filter the burst counts for nothing"
    monkeypatch.setattr(talk, "synchronous", lambda rows: np.zeros(len(rows), dtype=bool))
    assert counted(documents, issue) > people + 20, "without it the day would look like a storm"


@pytest.mark.parametrize("language", ["nl", "en"])
def test_every_subject_has_a_name_that_a_listener_knows(language: Language) -> None:
    """Robots can be planted on any topic of the organisation."""
    for topic in settings().topics:
        name = plain_name(grammar(language).subjects[topic.id])
        made = document(
            item_of("mastodon-waterdam", post(f"Schande, {name}!", language)), settings().sources[0]
        )
        (tagged,) = tagger().tag([replace(made, language=language)])
        assert topic.id in tagged.tags.topics, name


def post(text: str, language: str) -> Row:
    published = "2026-11-21T13:00:00Z"
    return {"id": "1", "url": "", "title": "", "text": text, "language": language, "author": "a"} | {
        "published": published
    }
