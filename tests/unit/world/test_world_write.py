"""A world on disk: the same bytes for the same seed, its rhythm, its plants."""

from __future__ import annotations

import json
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from kaders.world import generate

SHIPPED = Path(__file__).parents[3] / "organisations" / "waterdam" / "scenario.yaml"
Row = dict[str, Any]


def _lines(file: Path) -> list[Row]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def _items(world: Path) -> Iterator[tuple[str, Row]]:
    for file in sorted((world / "items").glob("*.jsonl")):
        yield from ((file.stem, row) for row in _lines(file))


def _bytes(world: Path) -> dict[str, bytes]:
    return {str(f.relative_to(world)): f.read_bytes() for f in sorted(world.rglob("*.json*"))}


@pytest.fixture(scope="module")
def small(sample: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("world")
    return generate(sample.written(folder), 1, None, folder / "out")


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return generate(SHIPPED, 1, None, tmp_path_factory.mktemp("shipped") / "out")


def test_the_same_seed_gives_the_same_bytes(sample: Any, small: Path, tmp_path: Path) -> None:
    again = generate(sample.written(tmp_path), 1, 14, tmp_path / "again")
    assert _bytes(again) == _bytes(small)


def test_another_seed_gives_another_world(sample: Any, small: Path, tmp_path: Path) -> None:
    other = generate(sample.written(tmp_path), 2, 14, tmp_path / "other")
    mine, theirs = ({row["text"] for _, row in _items(world)} for world in (small, other))
    assert len(mine & theirs) < 0.05 * len(mine)


def test_a_longer_world_tells_the_same_last_days(sample: Any, small: Path, tmp_path: Path) -> None:
    longer = generate(sample.written(tmp_path), 1, 20, tmp_path / "longer")
    days = Counter(row["day"] for row in _lines(small / "truth.jsonl") if not row["copy_of"])
    more = Counter(row["day"] for row in _lines(longer / "truth.jsonl") if not row["copy_of"])
    assert all(more[day] == days[day] for day in days)


def test_every_item_has_its_truth_and_a_day_of_its_own_zone(small: Path) -> None:
    truth = {(row["source"], row["id"]) for row in _lines(small / "truth.jsonl")}
    items = [(source, row["id"]) for source, row in _items(small)]
    assert len(items) == len(set(items)) and set(items) == truth


def test_nothing_happens_outside_the_world(small: Path) -> None:
    moments = [row["published"] for _, row in _items(small)]
    assert min(moments) >= "2026-11-08T23:00:00Z" and max(moments) < "2026-11-22T23:00:00Z"


def test_the_plants_stand_in_the_truth(small: Path) -> None:
    planted = json.loads((small / "truth.json").read_text())["plants"]
    assert {p["kind"]: p["must_be_signal"] for p in planted} == {
        "unframed": True,
        "contested": True,
        "festival": False,
        "wire_storm": False,
        "bot_burst": False,
        "dead_source": False,
    }
    assert planted[0]["first_day"] == "2026-11-19" and planted[0]["days"] == 4


def test_a_planted_issue_grows_and_is_talked_about_as_asked(small: Path) -> None:
    rows = [row for row in _lines(small / "truth.jsonl") if row["plant"] == "contested"]
    days = Counter(row["day"] for row in rows)
    assert days["2026-11-19"] < days["2026-11-20"] and 18 <= days["2026-11-21"] <= 45
    assert 0.35 < sum(row["counter"] == "wurgcontract" for row in rows) / len(rows) < 0.65
    assert 0.15 < sum(row["stated"] for row in rows) / len(rows) < 0.45


def test_bots_speak_from_one_script_within_minutes(small: Path) -> None:
    bots = {row["id"] for row in _lines(small / "truth.jsonl") if row["plant"] == "bot_burst"}
    posts = [row for _, row in _items(small) if row["id"] in bots]
    assert len(posts) == 120 and len({row["author"] for row in posts}) == 30
    shared = frozenset.intersection(*map(_shingles, posts))
    assert len(shared) >= 10 and len({row["text"] for row in posts}) > 90
    moments = sorted(row["published"] for row in posts)
    assert moments[0][:13] == moments[-1][:13] and int(moments[-1][14:16]) - int(moments[0][14:16]) <= 8


def test_a_storm_is_one_story_in_many_titles(small: Path) -> None:
    storm = {(r["source"], r["id"]) for r in _lines(small / "truth.jsonl") if r["plant"] == "wire_storm"}
    stories = [row["text"] for source, row in _items(small) if (source, row["id"]) in storm]
    assert len(stories) == len({source for source, _ in storm}) == 3
    assert len({story[:200] for story in stories}) == 1


def test_a_dead_source_says_nothing(small: Path) -> None:
    last = max(row["day"] for row in _lines(small / "truth.jsonl") if row["source"] == "wijkblad")
    assert last == "2026-11-18"


def test_sources_keep_their_language(small: Path) -> None:
    spoken = defaultdict(set)
    for source, row in _items(small):
        spoken[source].add(row["language"])
    assert spoken["stadskrant"] == {"nl"} and spoken["english"] == {"en"} and spoken["toots"] == {"nl", "en"}


@pytest.mark.slow
def test_weekends_and_the_holiday_are_quieter(shipped: Path) -> None:
    days = Counter(row["day"] for row in _lines(shipped / "truth.jsonl") if row["day"] < "2026-11-16")
    week = defaultdict(list)
    for day, count in days.items():
        week[date.fromisoformat(day).weekday()].append(count)
    means = {weekday: sum(counts) / len(counts) for weekday, counts in week.items()}
    assert means[6] < means[5] < min(means[n] for n in range(5))
    assert days["2026-10-08"] < 0.75 * means[3]


@pytest.mark.slow
def test_the_shipped_world_has_all_plants_and_the_asked_volume(shipped: Path) -> None:
    rows = _lines(shipped / "truth.jsonl")
    assert 16_000 < len(rows) < 24_000
    plants = Counter(row["plant"] for row in rows)
    must = [
        p["kind"] for p in json.loads((shipped / "truth.json").read_text())["plants"] if p["must_be_signal"]
    ]
    assert sorted(must) == ["absent", "contested", "reframed", "unframed"]
    assert all(plants[kind] > 50 for kind in must)
    storm = [row for row in rows if row["plant"] == "wire_storm"]
    assert len({row["source"] for row in storm}) >= 12 and plants["bot_burst"] == 200
    dike = [row for row in rows if row["topic"] == "dijkversterking" and row["source"] not in _own(shipped)]
    assert not any(row["stated"] for row in dike)


def _own(world: Path) -> set[str]:
    sources = json.loads((world / "world.json").read_text())["sources"]
    return {source["id"] for source in sources if source["kind"] == "own"}


def _shingles(row: Row) -> frozenset[tuple[str, ...]]:
    words = f"{row['title']} {row['text']}".lower().split()
    return frozenset(tuple(words[n : n + 3]) for n in range(max(1, len(words) - 2)))


@pytest.mark.slow
def test_repeats_are_rare_apart_from_the_copies(shipped: Path) -> None:
    copied = {
        (row["source"], row["id"])
        for row in _lines(shipped / "truth.jsonl")
        if row["copy_of"] or row["plant"] in ("wire_storm", "bot_burst")
    }
    texts = [_shingles(row) for source, row in _items(shipped) if (source, row["id"]) not in copied]
    seen: dict[tuple[str, ...], list[int]] = defaultdict(list)
    repeats = 0
    for number, shingles in enumerate(texts):
        shared = Counter(other for shingle in shingles for other in seen[shingle])
        nearest = shared.most_common(3)
        repeats += any(n / (len(shingles) + len(texts[other]) - n) >= 0.7 for other, n in nearest)
        for shingle in shingles:
            seen[shingle].append(number)
    assert repeats < 0.02 * len(texts)


@pytest.mark.slow
def test_a_whole_season_is_written_quickly(tmp_path: Path) -> None:
    started = time.perf_counter()
    generate(SHIPPED, 3, None, tmp_path / "out")
    assert time.perf_counter() - started < 12


def test_one_day_is_a_world_too(sample: Any, tmp_path: Path) -> None:
    world = generate(sample.written(tmp_path), 5, 1, tmp_path / "out")
    assert {row["day"] for row in _lines(world / "truth.jsonl")} == {"2026-11-22"}
