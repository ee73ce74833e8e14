"""A site on loopback that serves what a test puts on it, the door to it, and an organisation of one's own."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from small_site import Site

if TYPE_CHECKING:  # the fixtures load what they need, so that a test that uses none pays for nothing
    from kaders.jobs.look import Read
    from kaders.net.door import Door
    from kaders.settings import Settings


@pytest.fixture
def site() -> Iterator[Site]:
    server = Site()
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def door(site: Site) -> Iterator[Door]:
    from kaders.net.door import Door

    with Door(contact="pers@dijkdorp.example", allow=(site.place,)) as opened:
        yield opened


@pytest.fixture(scope="session")
def read() -> Iterator[Read]:
    from kaders.collect.sandbox import Sandbox
    from kaders.jobs.look import guarded

    with Sandbox(workers=1) as sandbox:
        yield guarded(sandbox)


SMALL = {
    "organisation.yaml": """\
id: dijkdorp
name: {nl: Gemeente Dijkdorp}
contact: pers@dijkdorp.example
owners:
  pers: {role: spokesperson, name: {nl: Pers}, mail: pers@dijkdorp.example}
owner_rules: {absent: pers, contested: pers, reframed: pers, unframed: pers}
""",
    "topics.yaml": "topics: []\n",
    "frames.yaml": "frames: []\n",
    "subscriptions.yaml": "subscriptions: []\n",
}


@pytest.fixture(scope="session")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A small organisation with one source, loaded once: reading the policy areas takes a while."""
    from kaders.load import load

    folder = tmp_path_factory.mktemp("dijkdorp")
    for name, text in SMALL.items():
        (folder / name).write_text(text, "utf-8")
    (folder / "sources.yaml").write_text(
        "sources: [{id: a, name: a, kind: rss, url: 'https://a.example/', owner_group: a, expected_per_day: 1, terms: a}]"
    )
    return load(folder, data=folder / "data")


@pytest.fixture
def organisation(loaded: Settings, tmp_path: Path) -> Callable[[str], Settings]:
    """Makes a small organisation with the given sources.yaml."""
    from kaders.desk import read_shelf
    from kaders.settings import Source

    def make(sources: str) -> Settings:
        folder = tmp_path / "dijkdorp"
        shutil.copytree(loaded.places.folder, folder, dirs_exist_ok=True)
        (folder / "sources.yaml").write_text(sources, "utf-8")
        shelf = read_shelf(folder / "sources.yaml", "sources", Source)
        assert not shelf.problems
        places = loaded.places.model_copy(update={"folder": folder, "data": tmp_path / "data"})
        entries = tuple(entry.item for entry in shelf.entries)
        return loaded.model_copy(update={"sources": entries, "places": places})

    return make
