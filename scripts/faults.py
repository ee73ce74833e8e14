"""Kills collection at random moments and looks whether an entry was lost or came twice.

A server on loopback has sources that change all the time: feeds, feeds of sites whose pages are read too, and
timelines that are walked with a cursor and whose posts are deleted now and then. Each round is a day later,
when everything is due: a real process that collects is killed with SIGKILL somewhere between its first and
its last breath, and soon after it a second one runs to its end. It visits only what is due then, so what the
killed one has remembered as done must be done. After it:

- everything that the sources show has landed, and every page that is read too;
- every post that was deleted is taken back, and its words are gone;
- the ledger accounts for every landing file: its line has what landed for the first time as new entries, and
  changes of what was known as none;
- the second run had no failures, and nothing of the killed one still runs.

At the end all is tagged and loaded: each version of each entry must be there exactly once, and nothing of
what was deleted. Prints one line with the figures; exit code 1 when one of them is not 0.
"""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import psutil

from bench_changing import START, Changing
from bench_landed import Landed
from bench_once import settings_of
from bench_organisation import write
from kaders.jobs.load import load
from kaders.jobs.tag import tag
from kaders.settings import Settings
from kaders.store.connection import reading

ONCE = Path(__file__).with_name("bench_once.py")
"""What collects, and is killed."""
DAY, SOON = 24 * 60, 10
"""Minutes from one kill to the next, and to the run that mends: later than what a source with a fixed
distance of five minutes waits, sooner than any other that was visited comes due again."""
PATIENCE = 10.0
"""Seconds in which the helpers of a killed process must have noticed."""


@dataclass
class Tally:
    """What the rounds came to."""

    kills: int = 0
    early: int = 0  # the run was over before the kill: these are not counted
    lost: list[str] = field(default_factory=list)
    twice: list[str] = field(default_factory=list)
    unmended: list[str] = field(default_factory=list)
    untold: list[str] = field(default_factory=list)
    kept: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)

    @property
    def sound(self) -> bool:
        """Whether everything that must be 0 is."""
        return not self.faults

    @property
    def faults(self) -> list[str]:
        """All that went wrong."""
        return [*self.lost, *self.twice, *self.unmended, *self.untold, *self.kept, *self.left]


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--times", type=int, default=100, help="kills (100)")
    parser.add_argument("--sources", type=int, default=40, help="sources (40)")
    parser.add_argument("--seed", type=int, default=0, help="of the moments and the changes (0)")
    return parser.parse_args()


def started(folder: Path, minutes: int) -> subprocess.Popen[str]:
    """A collecting process in a session of its own, that is about to begin."""
    process = subprocess.Popen(
        [sys.executable, str(ONCE), str(folder), str(minutes)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    process.stdout.readline()  # it has its settings, and only collecting is left to do
    return process


def whole(folder: Path, minutes: int) -> tuple[str, float]:
    """A run to its end: what went wrong ('' for nothing), and the seconds that collecting took."""
    process = started(folder, minutes)
    began = time.monotonic()
    assert process.stdout is not None
    summary = process.stdout.readline()
    span = time.monotonic() - began
    _, errors = process.communicate(timeout=120)
    said = f"exit {process.returncode}: {summary[-300:]} {errors[-300:]}" if process.returncode else ""
    return said, span


def killed(folder: Path, minutes: int, after: float, tally: Tally) -> None:
    """A run that is killed; tells the tally when it was over before that, and what it leaves running."""
    process = started(folder, minutes)
    time.sleep(after)
    tally.early += process.poll() is not None
    process.kill()
    process.communicate()
    tally.kills += 1
    if left := _still_running(process.pid):
        tally.left.append(f"after kill {tally.kills}: {left}")


def _still_running(session: int) -> str:
    """The processes of a session after PATIENCE, which are then ended; '' when there are none."""
    until = time.monotonic() + PATIENCE
    while (alive := _of_session(session)) and time.monotonic() < until:
        time.sleep(0.05)
    for process in alive:
        with suppress(psutil.Error):
            process.kill()
    return ", ".join(str(process.pid) for process in alive)


def _of_session(session: int) -> list[psutil.Process]:
    found = []
    for process in psutil.process_iter():
        with suppress(ProcessLookupError, psutil.Error):
            if os.getsid(process.pid) == session and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
    return found


def moments(times: int, chance: random.Random) -> Iterator[float]:
    """Shares of a run to kill at, without end: of each `times` one in each equal part of it, in any order."""
    while True:
        spread = [(part + chance.random()) / times for part in range(times)]
        chance.shuffle(spread)
        yield from spread


def rounds(folder: Path, web: Changing, landed: Landed, times: int, chance: random.Random) -> Tally:
    """Kill and mend until so many kills hit a run that was under way; prints how far it is now and then."""
    tally = Tally()
    usual, longer = untouched(folder, web, landed, tally, chance)
    for day, share in enumerate(moments(times, chance), start=web.EVERY + 1):
        web.change(chance, day)
        after = share * (usual if day % web.EVERY else longer)
        killed(folder, day * DAY, after, tally)
        if said := whole(folder, day * DAY + SOON)[0]:
            tally.unmended.append(f"after kill {day}, {said}")
        mended(web, landed, tally, f"after kill {day} at {after:.3f} s: ")
        if day % 10 == 0:
            done = f"{tally.kills - tally.early} of {times} kills"
            print(f"{done}, over runs of {usual:.2f} s, with pages {longer:.2f} s", flush=True)
        if tally.kills - tally.early >= times:
            break
    return tally


def untouched(
    folder: Path, web: Changing, landed: Landed, tally: Tally, chance: random.Random
) -> tuple[float, float]:
    """Runs that nobody kills, up to the first day on which pages change: the seconds of the last two."""
    spans = []
    for day in range(web.EVERY + 1):
        if day:
            web.change(chance, day)
        said, span = whole(folder, day * DAY)
        tally.unmended += [f"on day {day}, {said}"] if said else []
        mended(web, landed, tally, f"on day {day}: ")
        spans.append(span)
    return spans[-2], spans[-1]


def mended(web: Changing, landed: Landed, tally: Tally, when: str) -> None:
    """Tell the tally what the run that mends has not mended."""
    landed.look()
    shown = web.shown()
    missing = [*sorted(shown - landed.versions), *sorted(web.to_read() - landed.articles)]
    tally.lost += [f"{when}{one}" for one in missing]
    tally.untold += [f"{when}{one}" for one in landed.unaccounted()]
    tally.kept += [f"{when}{one}" for one in landed.kept(web.gone(today=True))]


def loaded(settings: Settings, web: Changing, tally: Tally) -> None:
    """Tag and load all, and hold the warehouse against what the sources ever showed."""
    moment = START + timedelta(minutes=(tally.kills + 1) * DAY)
    for summary in (tag(settings, moment), load(settings, moment)):
        tally.unmended += summary.failures
    query = """
        SELECT source, url, title, text, count(*) FROM core_document
        WHERE title <> '' OR text <> '' GROUP BY ALL
    """
    with reading(settings.places) as con:
        rows = con.execute(query).fetchall()
    gone, there = web.gone(), {row[:3] for row in rows}
    ever = {one for one in web.ever() if one[:2] not in gone}
    tally.lost += [f"in the warehouse: {one}" for one in sorted(ever - there)]
    tally.twice += [f"{row[:3]}, {row[4]} times" for row in rows if row[4] > 1 or row[:3] not in web.ever()]
    tally.kept += [f"in the warehouse: {row[:3]}" for row in rows if row[:2] in gone]


def main() -> int:
    """Run what was asked and print the figures."""
    given = arguments()
    with tempfile.TemporaryDirectory(prefix="kaders-faults-") as name, Changing(given.sources) as web:
        folder = Path(name)
        write(folder / "organisation", web.urls, web.allowed, fields=web.fields)
        landed = Landed(settings_of(folder))
        tally = rounds(folder, web, landed, given.times, random.Random(given.seed))
        tally.kept += landed.kept(web.gone())
        loaded(settings_of(folder), web, tally)
        size, gone = len(web.ever()), len(web.gone())
    for fault in tally.faults[:20]:
        print(fault, file=sys.stderr)
    print(
        f"kill -9 during collection: {tally.kills - tally.early} times ({tally.early} more came too late), "
        f"{len(tally.lost)} entries lost and {len(tally.twice)} twice of {size}, "
        f"{len(tally.kept)} kept of {gone} deleted, {len(tally.untold)} files not in the ledger, "
        f"{len(tally.unmended)} next runs that did not mend, {len(tally.left)} times something ran on"
    )
    return 0 if tally.sound else 1


if __name__ == "__main__":
    raise SystemExit(main())
