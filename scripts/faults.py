"""Kills collection at random moments and looks whether an entry was lost or came twice.

A server on loopback has sources that get new and changed entries all the time. Each round, a real process
that collects is killed with SIGKILL somewhere between its first and its last breath, and a second one runs to
its end. Then everything that the sources show must have landed, the second run must have had no failures, and
nothing of the killed one may still be running. At the end all is tagged and loaded: each version of each
entry must be there exactly once. Prints one line with the figures; exit code 1 when one of them is not 0.
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

from bench_changing import Changing, Version
from bench_once import START, settings_of
from bench_organisation import write
from kaders.jobs.load import load
from kaders.jobs.tag import tag
from kaders.settings import Settings
from kaders.store import landing
from kaders.store.connection import reading

ONCE = Path(__file__).with_name("bench_once.py")
"""What collects, and is killed."""
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
    left: list[str] = field(default_factory=list)

    @property
    def sound(self) -> bool:
        """Whether everything that must be 0 is."""
        return not (self.lost or self.twice or self.unmended or self.left)


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--times", type=int, default=100, help="kills (100)")
    parser.add_argument("--sources", type=int, default=40, help="sources (40)")
    parser.add_argument("--seed", type=int, default=0, help="of the moments and the changes (0)")
    return parser.parse_args()


def started(folder: Path, number: int) -> subprocess.Popen[str]:
    """A collecting process in a session of its own, that is about to begin."""
    process = subprocess.Popen(
        [sys.executable, str(ONCE), str(folder), str(number)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    process.stdout.readline()  # it has its settings, and only collecting is left to do
    return process


def whole(folder: Path, number: int) -> tuple[str, float]:
    """A run to its end: what went wrong ('' for nothing), and the seconds from its beginning."""
    process = started(folder, number)
    began = time.monotonic()
    out, errors = process.communicate(timeout=120)
    said = f"exit {process.returncode}: {out[-300:]} {errors[-300:]}" if process.returncode else ""
    return said, time.monotonic() - began


def killed(folder: Path, number: int, after: float, tally: Tally) -> None:
    """A run that is killed; tells the tally when it was over before that, and what it leaves running."""
    process = started(folder, number)
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


def moments(times: int, span: float, chance: random.Random) -> Iterator[float]:
    """Moments to kill at, without end: of each `times`, one in each equal part of a run, in any order."""
    while True:
        spread = [(part + chance.random()) / times * span for part in range(times)]
        chance.shuffle(spread)
        yield from spread


def landed(settings: Settings, seen: dict[Path, set[Version]]) -> set[Version]:
    """Every version that landed; files that were read before are not read again."""
    for path in landing.paths(settings.places):
        if path not in seen:
            seen[path] = {(item.source, item.guid, item.title) for item in landing.read(path)}
    return set().union(*seen.values())


def rounds(folder: Path, web: Changing, times: int, chance: random.Random) -> Tally:
    """Kill and mend until so many kills hit a run that was under way; prints how far it is now and then."""
    tally, settings = Tally(), settings_of(folder)
    seen: dict[Path, set[Version]] = {}
    said, span = whole(folder, 0)
    if said:
        tally.unmended.append(f"the first run, {said}")
    for number, after in enumerate(moments(times, span, chance), start=1):
        web.change(chance)
        killed(folder, 2 * number - 1, after, tally)
        if said := whole(folder, 2 * number)[0]:
            tally.unmended.append(f"after kill {number}, {said}")
        missing = web.shown() - landed(settings, seen)
        tally.lost += [f"after kill {number} at {after:.3f} s: {one}" for one in sorted(missing)]
        if number % 10 == 0:
            print(f"{tally.kills - tally.early} of {times} kills, over runs of {span:.2f} s", flush=True)
        if tally.kills - tally.early >= times:
            break
    return tally


def loaded(settings: Settings, web: Changing, tally: Tally) -> None:
    """Tag and load all, and hold the warehouse against what the sources ever showed."""
    moment = START + timedelta(days=300)
    for summary in (tag(settings, moment), load(settings, moment)):
        tally.unmended += summary.failures
    query = "SELECT source, url, title, count(*) FROM core_document GROUP BY ALL"
    with reading(settings.places) as con:
        counts = {(source, url, title): count for source, url, title, count in con.execute(query).fetchall()}
    ever = web.ever()
    tally.lost += [f"in the warehouse: {one}" for one in sorted(ever - counts.keys())]
    tally.twice += [f"{one}, {count} times" for one, count in counts.items() if count > 1 or one not in ever]


def main() -> int:
    """Run what was asked and print the figures."""
    given = arguments()
    with tempfile.TemporaryDirectory(prefix="kaders-faults-") as name, Changing(given.sources) as web:
        folder = Path(name)
        write(folder / "organisation", web.urls, web.allowed)
        tally = rounds(folder, web, given.times, random.Random(given.seed))
        loaded(settings_of(folder), web, tally)
        size = len(web.ever())
    for fault in (*tally.lost, *tally.twice, *tally.unmended, *tally.left)[:20]:
        print(fault, file=sys.stderr)
    print(
        f"kill -9 during collection: {tally.kills - tally.early} times ({tally.early} more came too late), "
        f"{len(tally.lost)} entries lost and {len(tally.twice)} twice of {size}, "
        f"{len(tally.unmended)} next runs that did not mend, {len(tally.left)} times something ran on"
    )
    return 0 if tally.sound else 1


if __name__ == "__main__":
    raise SystemExit(main())
