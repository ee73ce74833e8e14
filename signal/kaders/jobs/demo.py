"""The demo world of an organisation: written once per scenario, seed and length, then served on loopback."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from kaders import world
from kaders.errors import ConfigurationError
from kaders.jobs.run import morning_of
from kaders.settings import Settings
from kaders.world.scenario import read_scenario

MARKER = ".world"
"""The file among the landing files that names the world they come from."""
ROOMS = ("landing", "state", "ledger", "tagged", "out")


@dataclass(frozen=True, slots=True)
class World:
    """Which world: a scenario, a seed and a length in days (None: as the scenario says)."""

    scenario: Path
    seed: int
    days: int | None
    sources: Path

    @property
    def name(self) -> str:
        """A name that changes with everything that changes the world."""
        content = self.scenario.read_bytes() + self.sources.read_bytes()
        digest = hashlib.blake2b(content + f"|{self.seed}|{self.days}".encode(), digest_size=6)
        return digest.hexdigest()


def world_of(settings: Settings, *, scenario: Path | None, seed: int, days: int | None) -> World:
    """The world asked for; ConfigurationError when the organisation has none and no scenario is given."""
    folder = settings.places.folder
    own = settings.organisation.world
    if scenario is None and own is None:
        raise ConfigurationError(
            f"{folder} has no demo world: give --scenario, or leave --seed and --days out"
        )
    path = scenario or folder / str(own)
    if not path.is_file():
        raise ConfigurationError(f"{path}: this scenario does not exist. Give the path of a scenario file")
    return World(path, seed, days, folder / "sources.yaml")


def span(asked: World, sources: Path) -> tuple[date, int]:
    """The last day of a world and its length in days."""
    read = read_scenario(asked.scenario, sources=sources)
    return read.end, asked.days or read.days


def moments(asked: World, settings: Settings, *, last: date | None) -> tuple[datetime, ...]:
    """The mornings of a world, up to `last` when given; ConfigurationError when that is none of them."""
    days = mornings(*span(asked, asked.sources))
    if last is not None and last not in days:
        raise ConfigurationError(
            f"this world has mornings from {days[0]} to {days[-1]}; {last} is none of them"
        )
    return tuple(morning_of(day, settings) for day in days if last is None or day <= last)


def in_use(settings: Settings) -> Path | None:
    """The folder of the world that the collected data come from; None when there is none."""
    _on_disk(settings)
    marker = settings.places.of("landing") / MARKER
    if not marker.is_file():
        return None
    folder = settings.places.data / "world" / settings.organisation.id / marker.read_text()
    return folder if folder.is_dir() else None


def prepare(asked: World, settings: Settings) -> Path:
    """The folder of the world, written when it is not there; another world starts from a clean slate."""
    _on_disk(settings)
    folder = settings.places.data / "world" / settings.organisation.id / asked.name
    if not folder.is_dir():
        fresh = folder.with_suffix(".tmp")
        shutil.rmtree(fresh, ignore_errors=True)
        world.generate(asked.scenario, asked.seed, asked.days, fresh, sources=asked.sources)
        fresh.rename(folder)
    marker = settings.places.of("landing") / MARKER
    if settings.places.of("landing").is_dir() and (not marker.is_file() or marker.read_text() != asked.name):
        forget(settings)
    marker.parent.mkdir(parents=True, exist_ok=True)
    marker.write_text(asked.name)
    return folder


def _on_disk(settings: Settings) -> None:
    """A world is thrown away when another is asked for, and no bucket is ever emptied by Kaders."""
    if settings.places.storage.rooms():
        raise ConfigurationError("A demo world stays on the disk: take `storage` out of organisation.yaml")


def forget(settings: Settings) -> None:
    """Removes what an earlier demo world left; never for an organisation that is not synthetic."""
    if not settings.organisation.synthetic:
        raise ConfigurationError(
            f"{settings.organisation.id} is not synthetic: a demo world is never mixed with its real data. "
            "Use another organisation folder"
        )
    for room in ROOMS:
        shutil.rmtree(settings.places.of(room), ignore_errors=True)
    for path in (settings.places.warehouse, settings.places.published):
        path.unlink(missing_ok=True)
        path.with_name(path.name + ".wal").unlink(missing_ok=True)


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serves a written world; gives the base url for ${WORLD}."""
    with world.serve(folder) as url:
        yield url


def mornings(end: date, days: int) -> list[date]:
    """All mornings of a world: the day after its first day up to the day after its last."""
    return [end + timedelta(days=1 - n) for n in range(days)][::-1]
