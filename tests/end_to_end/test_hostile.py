"""A source at every path of a hostile server, visited by the real job: each comes to the right end in time."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from hostile.case import Case, says
from hostile.dates import UNTOLD, WRITTEN
from hostile.feeds import GOOD
from hostile.paths import FAMILIES, PATHS
from hostile.server import Server
from hostile.visiting import NOW, Visited, hurried, organisation
from kaders.jobs.collect import collect
from kaders.model import Item
from kaders.store import landing, ledger_files

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

LATEST = 30.0
"""Seconds that a good source may be late because of a hostile one."""
WORST = (
    "never-answers", "endless-body", "endless-headers", "flood-continue", "one-byte-a-second", "bomb-gzip", "bomb-zstd",
    "categories-50000", "attributes-50000", "entries-100000", "entry-of-9-mb", "nested-100000",
)  # fmt: skip
"""What holds up a collector longest, by the measurements that the kit was made from."""
_TAG = re.compile(r"<\s*(?:script|img|svg|iframe|form|a|style|object|meta|math|body|template)\b[^<>]*>", re.I)
_CONTROL = re.compile(r"[\0-\x08\x0b-\x1f\x7f]")


@pytest.fixture(scope="module")
def visited(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visited]:
    """Everything visited, as often as its case asks for."""
    with Server(PATHS) as server, hurried():
        done = Visited(server, tmp_path_factory.mktemp("hostile"))
        done.run()
        yield done


def test_the_kit_is_as_large_as_it_says() -> None:
    assert len(PATHS) == sum(len(cases) for cases in FAMILIES.values()), "two families share a name"
    assert len(PATHS) >= 150


@pytest.mark.parametrize("path", PATHS)
def test_it_ends_as_it_must_and_in_time(path: str, visited: Visited) -> None:
    case, line = PATHS[path], visited.lines[path]
    assert not case.fault(line), case.fault(line)
    assert visited.seconds[path] <= case.seconds
    words = " ".join(_words(item) for item in visited.landed(path))
    assert [each for each in case.holds if each not in words] == []
    assert [each for each in case.never if each in words + line.detail] == []


def test_nobody_was_led_to_an_address_that_is_not_allowed(visited: Visited) -> None:
    assert visited.server.robbed == []


def test_nothing_that_landed_is_live(visited: Visited) -> None:
    found = []
    for path in PATHS:
        for item in visited.landed(path):
            if item.url and not re.match(r"https?://[^\s<>\"]+$", item.url):
                found.append((path, item.url[:80]))
            if match := _TAG.search(item.title) or _TAG.search(item.text) or _CONTROL.search(_words(item)):
                found.append((path, match.group()[:80]))
    assert found == []


@pytest.mark.parametrize("name", WRITTEN)
def test_a_date_is_read_as_it_was_meant(name: str, visited: Visited) -> None:
    first = visited.landed(f"date-{name}")[0]
    published = first.published and first.published.replace(microsecond=0)
    assert published == WRITTEN[name][1]


@pytest.mark.parametrize("name", UNTOLD)
def test_a_date_is_never_invented(name: str, visited: Visited) -> None:
    first = visited.landed(f"undated-{name}")[0]
    assert first.published is None
    assert first.date_mark in ("missing", "unreadable", "future", "ancient")


def test_one_hostile_source_holds_up_none_of_the_others(tmp_path: Path) -> None:
    """For a dozen of the worst, side by side: each in an organisation of its own with 49 good sources."""
    good = {f"goed-{number}": Case(says(GOOD), entries=3) for number in range(49)}
    with Server({name: PATHS[name] for name in WORST} | good) as server, hurried():
        threads = [
            threading.Thread(target=_among_good, args=(server, name, list(good), tmp_path)) for name in WORST
        ]
        began = time.time()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        late = [_late(tmp_path / name, name, began) for name in WORST]
    assert late == [""] * len(WORST)


def _among_good(server: Server, name: str, good: list[str], folder: Path) -> None:
    urls = {path: server.url(path) for path in [name, *good]}
    collect(organisation(folder / name, urls, server.allowed), NOW, now=NOW)


def _late(folder: Path, name: str, began: float) -> str:
    """Which good sources of an organisation are incomplete or late; '' when none is."""
    places = organisation(folder, {}, ()).places
    lines = [line for path in ledger_files.paths(places) for line in ledger_files.read(path)]
    whole = [line.source for line in lines if line.source != name and line.new_entries == 3]
    landed = [p.stat().st_mtime - began for path in whole for p in landing.paths(places, path)]
    if len(whole) == 49 and max(landed) <= LATEST:
        return ""
    return f"beside {name} {len(whole)} of 49 were complete, the last after {max(landed, default=0):.0f} s"


def _words(item: Item) -> str:
    return " ".join((item.title, item.text, item.url, item.guid, item.author or ""))
