"""Kills what writes the warehouse at random moments and looks whether a document was lost or came twice.

A small organisation has landing files, tagged files, a ledger and a filled warehouse. In each round a real
process that loads, publishes, migrates, rebuilds or erases is killed with SIGKILL somewhere between its first
and its last breath. Then:

- who reads the published copy reads a whole one, with no document less than before;
- the next load runs to its end without a failure, and every document is there exactly once, as when nobody
  had killed anything;
- `kaders verify` finds nothing: no damaged file, no orphan, no double, and readers have what was loaded;
- of a person whose erasure was killed no byte is left in any file, and nothing else has gone: by the next
  load when the erasure was noted by then, else by the same erasure again.

Prints one line with the figures for each job and one for all; exit code 1 when one of them is not 0.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import duckdb

from faults import moments
from faults_store_once import JOBS, MOMENT, PERSON, erase
from kaders.errors import KadersError
from kaders.jobs.load import load
from kaders.jobs.verify import verify
from kaders.load import load as settings_of
from kaders.model import Fetch, Item, Tagged, Tags
from kaders.read.document import document
from kaders.settings import Places, Settings
from kaders.store import erased, landing, ledger_files, pages, search_index, tagged
from kaders.store.connection import reading
from kaders.store.migrate import migrations
from kaders.store.sql import quoted
from traces import traces

ONCE = Path(__file__).with_name("faults_store_once.py")
FILES, EACH, HELD_BACK = 20, 60, 8
"""Landing files, documents in each, and files that are not loaded yet when a round begins: a load of some
hundred documents, so that a kill hits every part of it."""
ORGANISATION = {
    "organisation.yaml": """\
id: dijkdorp
name: {nl: Gemeente Dijkdorp}
contact: pers@dijkdorp.example
owners:
  pers: {role: spokesperson, name: {nl: Pers}, mail: pers@dijkdorp.example}
owner_rules: {absent: pers, contested: pers, reframed: pers, unframed: pers}
""",
    "sources.yaml": """\
sources:
- {id: a, name: a, kind: news, url: 'https://a.example/', owner_group: a, expected_per_day: 9, terms: open}
- {id: b, name: b, kind: social, url: 'https://b.example/', owner_group: b, expected_per_day: 9, terms: open}
""",
    "topics.yaml": "topics: []\n",
    "frames.yaml": "frames: []\n",
    "subscriptions.yaml": "subscriptions: []\n",
}
ROWS = """
    SELECT id, content, title, text, fate, landing, (SELECT count(*) FROM core_tag AS t WHERE t.id = d.id)
    FROM core_document AS d ORDER BY ALL
"""
Rows = list[tuple[Any, ...]]


@dataclass
class Tally:
    """What the rounds of one job came to."""

    kills: int = 0
    early: int = 0  # the job was over before the kill: these are not counted
    lost: list[str] = field(default_factory=list)
    twice: list[str] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)
    unmended: list[str] = field(default_factory=list)

    @property
    def faults(self) -> list[str]:
        """All that went wrong."""
        return [*self.lost, *self.twice, *self.unreadable, *self.unmended]

    def __str__(self) -> str:
        return (
            f"{self.kills - self.early} times ({self.early} more came too late), {len(self.lost)} documents "
            f"lost, {len(self.twice)} twice, {len(self.unreadable)} files that cannot be read, "
            f"{len(self.unmended)} next runs that did not mend"
        )


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--times", type=int, default=300, help="kills, over all jobs together (300)")
    parser.add_argument("--jobs", nargs="+", choices=sorted(JOBS), default=list(JOBS), help="all of them")
    parser.add_argument("--seed", type=int, default=0, help="of the moments (0)")
    return parser.parse_args()


def landed(settings: Settings) -> None:
    """Landing files, ledger and tagged files of some days."""
    places = settings.places
    for number in range(FILES):
        source, seen = "ab"[number % 2], MOMENT - timedelta(days=FILES - number)
        items = [_item(source, number * EACH + n, seen) for n in range(EACH)]
        file = landing.prepared(places, source, seen, items)
        visit = Fetch(source, seen, "OK", entries=EACH, new_entries=EACH, landing=file.name)
        ledger_files.append(places, seen, source, [visit])
        path = places.of("landing") / file.write()
        tags = Tags({"c_a": 1.0}, (), {}, (), (), ("Waarom?",), tuple(range(64)), "v1")
        made = [Tagged(document(item, settings.source(source)), tags) for item in items]
        tagged.write(tagged.path_of(places, "v1", path), made)


def _item(source: str, number: int, seen: Any) -> Item:
    url = f"https://{source}.example/{number}"
    title = f"Titel {number} van {PERSON}" if number % 50 == 7 else f"Titel {number}"
    return Item(source, f"g{number}", url, title, f"Zin {number}. " * 40, seen, seen)


def made_of_words(places: Places) -> None:
    """What an erasure must find by the words, while they are known: a message, a log, a queue of pages."""
    told = f"Signaal\n   - Titel 7 van {PERSON} (a)\n     https://a.example/7\n   - Titel 8 (a)\n"
    for path in (_alert(places), places.data / "airflow" / "logs" / "load.log"):
        path.parent.mkdir(parents=True)
        path.write_text(told, "utf-8")
    pages.queue(places, "a", [_item("a", number, MOMENT) for number in (7, 8)])
    search_index.update(places)


def _alert(places: Places) -> Path:
    return places.of("out") / "alerts" / "2026-11-20" / "pers.txt"


class Stage:
    """The data folders that rounds begin with, and what must be there after each."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.organisation = folder, folder / "organisation"
        self.organisation.mkdir()
        for name, text in ORGANISATION.items():
            (self.organisation / name).write_text(text, "utf-8")
        settings = self.settings("first load")
        landed(settings)
        self._copy("first load", "publish")
        load(self.settings("publish"), MOMENT)
        with reading(self.settings("publish").places) as con:
            self.expected: Rows = con.execute(ROWS).fetchall()
        self._copy("publish", "rebuild")
        self._copy("publish", "migrate")
        self._copy("publish", "erase")
        made_of_words(self.settings("erase").places)
        erase(self.fresh("erase"))
        with reading(self.fresh_places) as con:
            self.without: Rows = con.execute(ROWS).fetchall()
        _aged(self.settings("migrate").places.warehouse)
        self._copy("first load", "load")
        self._half("load")
        shutil.copy(self.settings("load").places.published, self.settings("publish").places.published)

    def settings(self, job: str) -> Settings:
        """The organisation as rounds of a job find it."""
        return settings_of(self.organisation, data=self.folder / job)

    def fresh(self, job: str) -> Settings:
        """A copy of it, in the place of the one before."""
        round_of = self.folder / "round"
        shutil.rmtree(round_of, ignore_errors=True)
        shutil.copytree(self.folder / job, round_of)
        return settings_of(self.organisation, data=round_of)

    @property
    def fresh_places(self) -> Places:
        """Where the last fresh copy lies."""
        return self.settings("round").places

    def after(self, job: str) -> Rows:
        """What readers must find after a round."""
        return self.without if job == "erase" else self.expected

    def _copy(self, job: str, to: str) -> None:
        shutil.copytree(self.folder / job, self.folder / to)

    def _half(self, job: str) -> None:
        """Loads and publishes all but the files that are held back."""
        settings, aside = self.settings(job), self.folder / "aside"
        places = settings.places
        back = landing.paths(places)[-HELD_BACK:]
        moved = [
            (each, aside / str(n))
            for n, path in enumerate(back)
            for each in [tagged.path_of(places, "v1", path)]
        ]
        aside.mkdir()
        for path, to in moved:
            path.rename(to)
        load(settings, MOMENT)
        for path, to in moved:
            to.rename(path)


def _aged(path: Path) -> None:
    """Makes a warehouse as the first schema had it, with the same rows."""
    new = path.with_name("old.duckdb")
    with duckdb.connect(str(new)) as con:
        con.execute("SET TimeZone = 'UTC'")
        con.execute(f"ATTACH {quoted(path)} AS now (READ_ONLY)")
        con.execute(migrations()[1].read_text("utf-8"))
        con.execute("INSERT INTO schema_migration FROM now.schema_migration WHERE number = 1")
        for (table,) in con.execute(
            "SELECT table_name FROM duckdb_tables() WHERE database_name = 'old'"
        ).fetchall():
            then = _columns(con, "old", table) & _columns(con, "now", table)
            if table != "schema_migration":
                names = ", ".join(sorted(name for name, _ in then))
                con.execute(f"INSERT INTO {table} BY NAME SELECT {names} FROM now.{table}")
    new.replace(path)


def _columns(con: duckdb.DuckDBPyConnection, database: str, table: str) -> set[tuple[str, str]]:
    """Names and types: what has another type now cannot be put back, and nothing here asks for it."""
    query = "SELECT column_name, data_type FROM duckdb_columns() WHERE database_name = ? AND table_name = ?"
    return {(name, kind) for name, kind in con.execute(query, [database, table]).fetchall()}


def warm() -> subprocess.Popen[str]:
    """A process that has imported all and waits for its job."""
    return subprocess.Popen(
        [sys.executable, str(ONCE)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def begun(process: subprocess.Popen[str], stage: Stage, settings: Settings, job: str) -> None:
    """Gives a process its job; returns when only the job is left to do."""
    assert process.stdin and process.stdout
    process.stdout.readline()  # ready
    process.stdin.write(json.dumps([str(stage.organisation), str(settings.places.data), job]) + "\n")
    process.stdin.flush()
    process.stdout.readline()  # began


def span(stage: Stage, job: str) -> float:
    """The seconds that a job takes when nobody kills it: the longest of three times."""
    spans = []
    for _ in range(3):
        process = warm()
        begun(process, stage, stage.fresh(job), job)
        began = time.monotonic()
        assert process.stdout
        process.stdout.readline()  # done
        spans.append(time.monotonic() - began)
        _, errors = process.communicate(timeout=60)
        if process.returncode:
            raise SystemExit(f"{job} failed by itself: {errors}")
    return max(spans)


def rounds(stage: Stage, job: str, times: int, chance: random.Random) -> Tally:
    """Kill and mend until so many kills hit a job that was under way."""
    tally, usual = Tally(), span(stage, job)
    following = warm()
    for share in moments(max(times, 1), chance):
        if tally.kills - tally.early >= times:
            break
        process, following = following, warm()
        settings = stage.fresh(job)
        before = read(settings, tally, f"{job}, before it")
        begun(process, stage, settings, job)
        time.sleep(share * usual)
        tally.early += process.poll() is not None
        process.kill()
        process.communicate()
        tally.kills += 1
        looked(stage, settings, before, tally, job, f"kill {tally.kills} at {share * usual:.3f} s: ")
    following.kill()
    following.communicate()
    return tally


def looked(stage: Stage, settings: Settings, before: Rows, tally: Tally, job: str, how: str) -> None:
    """Tell the tally what the kill has broken for readers, and what the next load has not mended."""
    when, expected = f"{job}, {how}", stage.after(job)
    now = read(settings, tally, when)
    staying = set(before) if job != "erase" else set(before) & set(expected)
    tally.lost += [f"{when}{row[:2]} is gone for readers" for row in staying - set(now)]
    try:
        noted = job != "erase" or bool(erased.owed(settings.places) or erased.marks(settings.places))
        summary = load(settings, MOMENT)
        if not noted:
            erase(settings)
        left = traces(settings.places.data, PERSON) if job == "erase" else []
        tally.unmended += [f"{when}{place} still holds the person" for place in left]
        if job == "erase" and _alert(settings.places).read_text("utf-8") != "Signaal\n   - Titel 8 (a)\n":
            tally.lost.append(f"{when}what a message says of others")
    except KadersError as error:
        tally.unmended.append(f"{when}{error}")
        return
    tally.unmended += [f"{when}{failure}" for failure in summary.failures]
    tally.unreadable += [f"{when}{finding}" for finding in verify(settings, MOMENT).failures]
    found = Counter(read(settings, tally, when))
    tally.lost += [f"{when}{row[:2]}" for row in expected if row not in found]
    tally.twice += [f"{when}{row[:2]}" for row in found if found[row] > 1 or row not in set(expected)]


def read(settings: Settings, tally: Tally, when: str) -> Rows:
    """What a reader finds; nothing before the first load."""
    if not settings.places.published.exists():
        return []
    try:
        with reading(settings.places) as con:
            return con.execute(ROWS).fetchall()
    except KadersError as error:
        tally.unreadable.append(f"{when}{error}")
        return []


def shares(times: int, jobs: Iterable[str]) -> dict[str, int]:
    """The kills, spread over the jobs."""
    names = list(jobs)
    return {job: times // len(names) + (n < times % len(names)) for n, job in enumerate(names)}


def main() -> int:
    """Run what was asked and print the figures."""
    given, faults, total = arguments(), [], Tally()
    with tempfile.TemporaryDirectory(prefix="kaders-faults-") as name:
        stage = Stage(Path(name))
        for job, times in shares(given.times, given.jobs).items():
            tally = rounds(stage, job, times, random.Random(given.seed))
            print(f"kill -9 during {job}: {tally}", flush=True)
            faults += tally.faults
            total.kills, total.early = total.kills + tally.kills, total.early + tally.early
            for part in ("lost", "twice", "unreadable", "unmended"):
                getattr(total, part).extend(getattr(tally, part))
    for fault in faults[:20]:
        print(fault, file=sys.stderr)
    print(f"kill -9 while the warehouse is written: {total}, of {len(stage.expected)} documents each time")
    return 1 if faults else 0


if __name__ == "__main__":
    raise SystemExit(main())
