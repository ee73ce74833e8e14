"""Reads an organisation's folder into Settings, or says everything that is wrong with it at once."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import kaders
from kaders.cross_checks import check, find_area
from kaders.desk import Desk, Shelf, T, read_desk, read_shelf
from kaders.errors import ConfigurationError, Problem
from kaders.remarks import remarks
from kaders.settings import FrameName, Places, PolicyArea, Settings, Subscription, Topic

NO_SOURCE = "Add one, by hand or with `kaders source add`."
EMPTY: Shelf[Any] = Shelf((), (), ())
"""A file without entries and without faults."""


def root() -> Path:
    """The folder that holds `data/reference` and `nlp_models`: KADERS_ROOT, else found from this package."""
    given = os.environ.get("KADERS_ROOT")
    return Path(given) if given else Path(kaders.__file__).resolve().parents[2]


def load(
    folder: Path, *, data: Path, world: str = "", only_sources: bool = False, may_be_empty: bool = False
) -> Settings:
    """The organisation in `folder`, whose data lies under `data`.

    `world` takes the place of ${WORLD} in the addresses of sources; when it is empty they stay as they are.
    `only_sources` leaves topics, frames and subscriptions out, with their faults: enough to collect by.
    `may_be_empty` lets a list without one source pass, for who is about to add the first.
    Policy areas of topics and subscriptions come out as codes, weights of stated frames as percentages.
    Raises ConfigurationError with every Problem in every file.
    """
    folder = Path(folder)
    if not folder.is_dir():
        what, mend = "this folder does not exist", "Make it with `kaders init`, or correct the path."
        raise ConfigurationError(problems=(Problem(str(folder), 1, what, mend),))
    project = root()
    areas = _reference(project, "policy_areas.yaml", "areas", PolicyArea, noun="policy area")
    names = _reference(project, "policy_frames.yaml", "frames", FrameName, noun="policy frame")
    desk = read_desk(folder, world=world)
    if only_sources:
        desk = replace(desk, topics=EMPTY, frames=EMPTY, subscriptions=EMPTY)
    none = () if may_be_empty else _no_sources(desk)
    problems = tuple(dict.fromkeys([*desk.problems(), *check(desk, areas), *none]))
    if problems:
        raise ConfigurationError(problems=problems)
    places = _places(desk, project=project, data=data)
    return _settings(desk, areas=areas, names=names, places=places, world=world)


def remarks_on(folder: Path, *, world: str = "") -> tuple[Problem, ...]:
    """What is no fault in the files of `folder` and yet wants a person's eye, by file and line."""
    return tuple(sorted(remarks(read_desk(Path(folder), world=world))))


def _reference(project: Path, file: str, key: str, model: type[T], *, noun: str) -> tuple[T, ...]:
    shelf = read_shelf(project / "data" / "reference" / file, key, model, noun=noun)
    if shelf.problems:
        raise ConfigurationError(problems=shelf.problems)
    return _items(shelf)


def _items(shelf: Shelf[T]) -> tuple[T, ...]:
    return tuple(entry.item for entry in shelf.entries)


def _no_sources(desk: Desk) -> tuple[Problem, ...]:
    """A list without sources is right in form, and yet nothing could ever be seen."""
    if desk.sources.ids is None or desk.sources.ids or desk.sources.problems:
        return ()
    file = str(desk.folder / "sources.yaml")
    return (Problem(file, 1, "there is not one source in this file", NO_SOURCE),)


def _places(desk: Desk, *, project: Path, data: Path) -> Places:
    return Places(
        folder=desk.folder,
        data=Path(data),
        reference=project / "data" / "reference",
        patterns=project / "nlp_models" / "patterns",
        organisation=desk.organisation.entries[0].item.id,
        storage=desk.organisation.entries[0].item.storage,
    )


def _settings(
    desk: Desk, *, areas: tuple[PolicyArea, ...], names: tuple[FrameName, ...], places: Places, world: str
) -> Settings:
    organisation = desk.organisation.entries[0].item
    served = (urlsplit(world).netloc,) if world else ()
    return Settings(
        organisation=organisation,
        sources=_items(desk.sources),
        topics=tuple(_topic_with_code(topic, areas) for topic in _items(desk.topics)),
        frames=_items(desk.frames),
        subscriptions=tuple(_subscription_with_codes(one, areas) for one in _items(desk.subscriptions)),
        policy_areas=areas,
        frame_names=names,
        places=places,
        allowed=organisation.network.allow + served,
    )


def _code(word: str, areas: tuple[PolicyArea, ...]) -> str:
    area = find_area(word, areas)
    return area.code if area else word


def _topic_with_code(topic: Topic, areas: tuple[PolicyArea, ...]) -> Topic:
    return topic.model_copy(update={"policy_area": _code(topic.policy_area, areas)})


def _subscription_with_codes(one: Subscription, areas: tuple[PolicyArea, ...]) -> Subscription:
    return one.model_copy(update={"policy_areas": tuple(_code(word, areas) for word in one.policy_areas)})
