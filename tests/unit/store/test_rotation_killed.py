"""The replacement of a key, killed with SIGKILL at random moments: the next runs finish it, nothing is lost."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from stocked import LATER, START, Stocked, copied, item

from kaders.jobs.housekeeping import housekeeping
from kaders.jobs.rotate import rotate
from kaders.jobs.verify import verify
from kaders.read.people import current, generation
from kaders.store import keys, landing, rotation, tagged
from kaders.store.connection import opened

KILLS = 4
FILES, EACH, PEOPLE = 30, 40, 40
ONCE = """
import sys
from pathlib import Path
from datetime import datetime
from kaders.jobs.rotate import rotate
from kaders.settings import Settings
settings = Settings.model_validate_json(sys.stdin.readline())
print("began", flush=True)
rotate(settings, datetime.fromisoformat("2026-11-05T06:30:00+00:00"))
print("done", flush=True)
"""


def author(number: int) -> str:
    """A pseudonym of the first key, as a reader makes it."""
    return f"{0xAB54A98CEB1F0AD0 + number % PEOPLE:016x}"


@pytest.fixture(scope="module")
def town(stock: Stocked, tmp_path_factory: pytest.TempPathFactory) -> Stocked:
    """Some hundred documents by forty people, so that a kill hits every part of the work."""
    made = copied(stock, tmp_path_factory.mktemp("town") / "data")
    keys.key(made.settings.places)
    for number in range(FILES):
        seen = START + timedelta(minutes=number)
        posts = [item(1000 + number * EACH + n, seen, "plein", author=author(n)) for n in range(EACH)]
        made.land(seen, *posts, source="plein")
    made.load()
    return made


def groups(town: Stocked) -> Counter[frozenset[str]]:
    with opened(town.settings.places.published) as con:
        query = "SELECT list(id) FROM core_document WHERE author IS NOT NULL GROUP BY author"
        return Counter(frozenset(ids) for (ids,) in con.execute(query).fetchall())


def started(town: Stocked) -> subprocess.Popen[str]:
    """A process that has only the rotation left to do."""
    process = subprocess.Popen(
        [sys.executable, "-c", ONCE], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdin and process.stdout
    process.stdin.write(town.settings.model_dump_json() + "\n")
    process.stdin.flush()
    assert process.stdout.readline() == "began\n"
    return process


def span(town: Stocked) -> float:
    """The seconds that it takes when nobody kills it."""
    process = started(town)
    began = time.monotonic()
    process.communicate(timeout=60)
    assert process.returncode == 0
    return time.monotonic() - began


def checked(town: Stocked, before: Counter[frozenset[str]]) -> None:
    """Everything is of the newest key alone, nobody is two, and no file is damaged."""
    places, ring = town.settings.places, keys.ring(town.settings.places)
    assert not rotation.unfinished(places) and groups(town) == before
    landed = [each.author for path in landing.paths(places) for each in landing.read(path)]
    made = [each.document.author for path in tagged.paths(places, "v1") for each in tagged.read(path)]
    for authors in (landed, made):
        assert {generation(one) for one in authors if one} == {len(ring)}
    assert {current(author(n), ring) for n in range(PEOPLE)} <= set(landed), "each key once"
    for path in (places.warehouse, places.published):
        content = path.read_bytes()
        assert not any(author(n).encode() in content for n in range(PEOPLE)), path
    assert verify(town.settings, LATER).failures == ()


@pytest.mark.slow
def test_the_next_runs_finish_it(town: Stocked, tmp_path: Path) -> None:
    chance, before, hit = random.Random(4), groups(town), 0
    usual = span(copied(town, tmp_path / "once"))
    for number in range(KILLS):
        one = copied(town, tmp_path / str(number))
        process = started(one)
        time.sleep(chance.random() * usual)
        hit += process.poll() is None
        process.kill()
        process.communicate()
        added = len(keys.ring(one.settings.places)) == 2
        if number % 2 and added:
            one.load(LATER)
            housekeeping(one.settings, LATER)
        else:
            done = added and not rotation.unfinished(one.settings.places)
            assert rotate(one.settings, LATER).counts["keys"] == (3 if done else 2), (
                "one more only when it was done"
            )
        checked(one, before)
    assert hit > KILLS / 2, "most kills came while it was at work"
