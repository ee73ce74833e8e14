"""A scenario that is not right is refused with one clear problem per fault."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from kaders.errors import ConfigurationError
from kaders.world.scenario import load_scenario, read_scenario
from kaders.world.scenario_model import Plant, Rhythm, Scenario, Size


def _problems(sample: Any, folder: Path, scenario: str) -> list[tuple[int, str]]:
    with pytest.raises(ConfigurationError) as caught:
        load_scenario(sample.written(folder, scenario))
    assert all(problem.mend for problem in caught.value.problems)
    return [(problem.line, f"{problem.what}. {problem.mend}") for problem in caught.value.problems]


def _line(scenario: str, part: str) -> int:
    return next(n for n, line in enumerate(scenario.splitlines(), 1) if part in line)


@pytest.mark.parametrize(
    ("old", "new", "where", "word"),
    [
        ("  warmtenet:", "  aardwarmte:", "aardwarmte", "no topic 'aardwarmte'"),
        ("topic: havenbrug", "topic: onbekend", "topic: onbekend", "no topic 'onbekend'"),
        ("counter: wurgcontract", "counter: bomenkap", "counter: bomenkap", "no counter-frame 'bomenkap'"),
        ("size: 25", "size: -25", "size: -25", "greater than 0"),
        ("size: x6", "size: xx", "size: xx", "a multiple of the normal day"),
        ("size: 25", "size: .inf", "size: .inf", "should be a number"),
        ("{health_and_safety: 100}", "{}", "talk: {}", "at least 1"),
        ("{health_and_safety: 100}", "{economic: 0}", "talk: {economic: 0}", "more than 0"),
        ("per_day: 0.1", "own_per_week: 1\n    per_day: 0.1", "own_per_week: 1", "no press releases"),
        ("source: wijkblad", "source: nergens", "source: nergens", "no source 'nergens'"),
        ("kind: unframed", "kind: raar", "kind: raar", "'raar' is not a word"),
        ("copies: 3", "copies: 30", "copies: 30", "30 copies"),
        ("per_day: 5", "per_day: -5", "per_day: -5", "greater than or equal to 0"),
        ("economic: 60", "ekonomie: 60", "ekonomie: 60", "Did you mean 'economic'"),
        ("end: 2026-11-22", "end: ooit", "end: ooit", "existing date"),
        ("end: 2026-11-22", "eind: 2026-11-22", "eind:", "field 'eind'"),
        ("timezone: Europe/Amsterdam", "timezone: Mars/Olympus", "timezone:", "time zone"),
    ],
)
def test_a_fault_is_told_with_its_line(
    sample: Any, tmp_path: Path, old: str, new: str, where: str, word: str
) -> None:
    scenario = sample.scenario.replace(old, new, 1)
    found = _problems(sample, tmp_path, scenario)
    assert (_line(scenario, where), True) in [(line, word in what) for line, what in found]


def test_all_faults_are_told_at_once(sample: Any, tmp_path: Path) -> None:
    scenario = sample.scenario.replace("topic: havenbrug", "topic: onbekend")
    scenario = scenario.replace("source: wijkblad", "source: nergens")
    assert len(_problems(sample, tmp_path, scenario)) == 2


def test_broken_yaml_and_missing_files_are_one_problem(sample: Any, tmp_path: Path) -> None:
    assert len(_problems(sample, tmp_path, "topics: [")) == 1
    assert "not a scenario" in _problems(sample, tmp_path, "- a\n")[0][1]
    with pytest.raises(ConfigurationError, match="missing"):
        read_scenario(tmp_path / "nowhere.yaml")
    file = sample.written(tmp_path)
    (tmp_path / "sources.yaml").write_text("sources: []\n", encoding="utf-8")
    with pytest.raises(ConfigurationError, match="no source has an address"):
        read_scenario(file)


def test_sources_may_lie_elsewhere(sample: Any, tmp_path: Path) -> None:
    file = sample.written(tmp_path)
    (tmp_path / "sources.yaml").rename(tmp_path / "elsewhere.yaml")
    assert read_scenario(file, sources=tmp_path / "elsewhere.yaml").days == 14
    file.write_text(sample.scenario + "sources: elsewhere.yaml\n", encoding="utf-8")
    assert read_scenario(file).days == 14


def test_a_plant_knows_its_days() -> None:
    first, end = date(2026, 11, 1), date(2026, 11, 22)
    assert Plant(kind="absent", **{"from": -3}).span(first, end) == (date(2026, 11, 19), end)
    assert Plant(kind="wire_storm", days=1, **{"from": -1}).span(first, end) == (date(2026, 11, 21),) * 2
    assert Plant(kind="standing_gap").span(first, end) == (first, end)
    assert not Plant(kind="absent", days=2, **{"from": -60}).covers(first, first, end)


def test_a_size_is_a_number_a_day_or_a_multiple() -> None:
    assert Size(per_day=28).at_peak(5) == 28
    assert Size(times=6).at_peak(4) == 24
    assert Plant(kind="festival", size="x6").size == Size(times=6)


def test_a_holiday_is_a_sunday() -> None:
    scenario = Scenario(end=date(2026, 11, 22), topics={}, holidays=(date(2026, 10, 8),))
    assert scenario.weekday_of(date(2026, 10, 8)) == 6
    assert scenario.weekday_of(date(2026, 10, 9)) == 4


def test_the_week_averages_to_one() -> None:
    rhythm = Rhythm()
    for kind in ("news", "rss", "social", "own"):
        assert sum(rhythm.factor(kind, day) for day in range(7)) == pytest.approx(7)
