"""Lets the tests of this folder import `houses`, and gives them two empty ones."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from houses import House, places
from stocked import SOURCES, Stocked, copied

if TYPE_CHECKING:
    from clouds import Cloud

    from kaders.settings import Settings


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(places(tmp_path / "een"))


@pytest.fixture
def other(tmp_path: Path) -> House:
    return House(places(tmp_path / "twee"))


@pytest.fixture(scope="session")
def stock(loaded: Settings, tmp_path_factory: pytest.TempPathFactory) -> Stocked:
    """Two sources, three days, loaded once; tests get copies."""
    from kaders.desk import read_shelf
    from kaders.settings import Source

    folder = tmp_path_factory.mktemp("stock")
    (folder / "sources.yaml").write_text(SOURCES, "utf-8")
    sources = tuple(entry.item for entry in read_shelf(folder / "sources.yaml", "sources", Source).entries)
    at = loaded.places.model_copy(update={"data": folder / "data"})
    made = Stocked(loaded.model_copy(update={"sources": sources, "places": at}))
    made.fill()
    made.load()
    return made


@pytest.fixture
def full(stock: Stocked, tmp_path: Path) -> Stocked:
    """A filled organisation of one's own."""
    return copied(stock, tmp_path / "full")


@pytest.fixture(scope="session")
def sky() -> Iterator[Cloud]:
    """An S3 service for all tests that want one."""
    from clouds import served

    with served() as cloud:
        yield cloud


@pytest.fixture
def cloud(sky: Cloud, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cloud]:
    """The same with its address and its key in the environment, as it works, its requests counted anew."""
    from clouds import ENVIRONMENT, forget_connections

    for name, value in (ENVIRONMENT | {"AWS_ENDPOINT_URL": sky.address}).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("s3fs.S3FileSystem.retries", 3)  # five tries take two seconds
    sky.fault = None
    sky.asked.clear()
    yield sky
    sky.fault = None
    forget_connections()
