"""Reads a scenario and the sources of its world, or says everything that is wrong with them at once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pydantic import ValidationError

from kaders.desk import read_shelf
from kaders.entries import WORLD
from kaders.errors import ConfigurationError, Problem
from kaders.plain_words import meant, problems_of
from kaders.settings import Source
from kaders.world.grammar import counter_frames, grammar
from kaders.world.scenario_model import NEWS_KINDS, Plant, Scenario
from kaders.yaml_lines import Path_, Sheet, read_sheet

WORLD_PREFIX = f"{WORLD}/"
Counters = dict[str, set[str]]
"""Topic -> the ids of its counter-frames."""
Mismatch = tuple[Path_, str, str]
"""Where in the scenario, what is wrong, how to mend it."""


def read_scenario(file: Path, *, sources: Path | None = None) -> Scenario:
    """A checked scenario; see load_scenario."""
    return load_scenario(file, sources=sources)[0]


def load_scenario(file: Path, *, sources: Path | None = None) -> tuple[Scenario, tuple[Source, ...]]:
    """A scenario and the world's sources (those with a `${WORLD}/` address), both checked.

    sources  sources.yaml; by default what the scenario's `sources` names, else the one beside it

    Raises ConfigurationError with all problems of the first file that has any.
    """
    sheet = read_sheet(file)
    scenario = _typed(sheet)
    known = load_sources(sources or file.parent / (scenario.sources or "sources.yaml"))
    found = _mismatches(scenario, counter_frames(), known)
    problems = tuple(sheet.problem(path, what, mend) for path, what, mend in found)
    if problems:
        raise ConfigurationError(problems=problems)
    return scenario, known


def load_sources(file: Path) -> tuple[Source, ...]:
    """The sources of sources.yaml that the world serves; ConfigurationError when there is none."""
    shelf = read_shelf(file, "sources", Source)
    if shelf.problems:
        raise ConfigurationError(problems=shelf.problems)
    found = tuple(entry.item for entry in shelf.entries if (entry.item.url or "").startswith(WORLD_PREFIX))
    if not found:
        mend = f"Give the demo world's sources an address such as {WORLD_PREFIX}my-paper/feed.rss."
        problem = Problem(str(file), 1, f"no source has an address that starts with {WORLD_PREFIX}", mend)
        raise ConfigurationError(problems=(problem,))
    return found


def _typed(sheet: Sheet) -> Scenario:
    if sheet.problems:
        raise ConfigurationError(problems=sheet.problems)
    if not isinstance(sheet.data, dict):
        mend = "Write each field on a line as 'name: value', as in the scenario of organisations/waterdam."
        raise ConfigurationError(problems=(sheet.problem((), "this is not a scenario", mend),))
    try:
        return Scenario.model_validate(sheet.data)
    except ValidationError as error:
        told = problems_of(error, Scenario, sheet=sheet, path=(), where="the scenario")
        raise ConfigurationError(problems=tuple(told)) from error


def _mismatches(scenario: Scenario, counters: Counters, sources: tuple[Source, ...]) -> Iterator[Mismatch]:
    for topic in scenario.topics:
        if topic not in counters:
            what = f"the demo world's grammar has no topic '{topic}'"
            yield ("topics", topic), what, meant(topic, counters, noun="topics")
        elif scenario.topics[topic].own_per_week and not grammar("nl").subjects[topic].press:
            what = f"the demo world's grammar has no press releases on '{topic}'"
            yield ("topics", topic, "own_per_week"), what, "Write 0, or take the line away."
    for index, plant in enumerate(scenario.plants):
        checks = (
            _source_mismatch(plant, sources),
            _topic_mismatch(plant, scenario, counters),
            _room_mismatch(plant, sources),
        )
        for path, what, mend in filter(None, checks):
            yield ("plants", index, *path), what, mend


def _source_mismatch(plant: Plant, sources: tuple[Source, ...]) -> Mismatch | None:
    """A source that a plant names must be one of the world's."""
    ids = [source.id for source in sources]
    if plant.source in ids or (plant.source is None and plant.kind != "dead_source"):
        return None
    if plant.source is None:
        return (), "a dead source needs a source", "Add a line 'source: …'."
    what = f"the demo world has no source '{plant.source}'"
    return ("source",), what, meant(plant.source, ids, noun="sources")


def _topic_mismatch(plant: Plant, scenario: Scenario, counters: Counters) -> Mismatch | None:
    """The topic must be one of the scenario's, and the counter-frame one of the topic's."""
    if plant.kind == "dead_source":
        return None
    if plant.topic is None:
        return (), f"a plant of kind '{plant.kind}' has no topic", "Add a line 'topic: …'."
    if plant.topic not in scenario.topics:
        what = f"the scenario has no topic '{plant.topic}'"
        return ("topic",), what, meant(plant.topic, scenario.topics, noun="topics")
    known = counters.get(plant.topic, set())
    if plant.counter is None or plant.counter in known:
        return None
    what = f"'{plant.topic}' has no counter-frame '{plant.counter}'"
    return ("counter",), what, meant(plant.counter, known, noun="counter-frames")


def _room_mismatch(plant: Plant, sources: tuple[Source, ...]) -> Mismatch | None:
    """Copies and bots need sources to appear in."""
    titles = sum(source.kind in NEWS_KINDS for source in sources)
    if plant.kind == "wire_storm" and plant.copies > titles:
        what = f"{plant.copies} copies need as many news titles, and there are {titles}"
        return ("copies",), what, f"Write a number up to {titles}, or add sources."
    if plant.kind == "bot_burst" and not any(source.kind == "social" for source in sources):
        return (), "a bot burst needs a social source", "Add one to sources.yaml."
    return None
