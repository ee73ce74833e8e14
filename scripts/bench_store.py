"""Measures the warehouse: how fast it loads, beside a peer, and how that holds with ten million documents.

Loading is from tagged files to the committed state; the peer, the `reader` package, stores the same entries
in the same run and in turn with us, and of three rounds the median counts. Then a day of 100,000 documents is
loaded into warehouses of several sizes and published, and the daily counts are asked. All of it runs in
processes of their own, of which the most memory is kept. The files go when it is done. Exit code 1 when a
measure is missed.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import bench_organisation
from bench_measure import PEER, SCRIPTS, run
from bench_store_made import A_DAY, write
from kaders.load import load

RATE, TIMES, DAY, COUNTS, MEMORY = 20_000, 5.0, 30.0, 10.0, 4_000.0
"""What issue 4 asks: documents a second; times the peer's rate; seconds to load a day, and to count, at ten
million documents; megabytes."""
SIZES = (100_000, 1_000_000, 10_000_000)
MORNING = 1_000_000
"""The largest warehouse of which a morning is asked: it holds all documents of 42 days in memory."""
EACH, BESIDE = 2_400, 3e9
"""Bytes of disk that a document takes: 850 each in the warehouse and its copy (measured), the rest for what
DuckDB puts aside while it counts; and those of the files of a day and of the peer."""


@dataclass(frozen=True)
class Loaded:
    """Documents a second into an empty warehouse: ours, the peer's, and the most megabytes of ours.

    writing: the peer's when only the writing of finished entries counts, for who thinks that fairer. whole:
    whether every round stored every entry, ours and the peer's.
    """

    ours: float
    peers: float
    writing: float
    memory: float
    whole: bool

    @property
    def good(self) -> bool:
        """Whether both that are asked were reached."""
        return self.whole and self.ours >= RATE and self.ours >= TIMES * self.peers


@dataclass(frozen=True)
class Grown:
    """One line of the curve, seconds and megabytes.

    day: until the day was published, of which `loaded` until it was committed; disk: of the warehouse and its
    copy; morning: None where it was not asked, -1 where memory had no room for it.
    """

    documents: int
    fill: float
    disk: float
    loaded: float
    day: float
    counts: float
    morning: float | None
    memory: Mapping[str, float]

    @property
    def most(self) -> float:
        """The most megabytes of what is asked to take less: loading a day and counting."""
        return max(self.memory["day"], self.memory["counts"])

    @property
    def good(self) -> bool:
        """Whether all that is asked was reached."""
        return self.loaded < DAY and self.counts < COUNTS and self.most < MEMORY


class House:
    """An organisation in a folder of its own, the day that it loads, and the same day as feeds."""

    def __init__(self, home: Path) -> None:
        self.folder, self.data, self.feeds = home / "organisation", home / "data", home / "feeds"
        self.database = home / "peer.sqlite"
        bench_organisation.write(self.folder, {"s0": "https://s0.example/"}, [])
        write(load(self.folder, data=self.data, only_sources=True).places, self.feeds, A_DAY)

    def does(self, what: str, number: int = 0) -> tuple[dict[str, Any], float]:
        """What bench_store_once.py says of one thing that it does, and the most megabytes it took."""
        script = str(SCRIPTS / "bench_store_once.py")
        (said,), most = run([sys.executable, script, what, str(self.folder), str(self.data), str(number)], "")
        return said, most

    def peer(self) -> dict[str, Any]:
        """What the peer says of storing the same entries, in a database that is new."""
        for path in self.database.parent.glob(f"{self.database.name}*"):
            path.unlink()
        script = str(SCRIPTS / "bench_peer_store.py")
        (said,), _ = run([str(PEER), script, str(self.database), str(self.feeds)], "")
        return said

    def begin_anew(self) -> None:
        """Takes the warehouse and its copy away."""
        for room in ("warehouse", "published"):
            shutil.rmtree(self.data / room, ignore_errors=True)


def loading(house: House, rounds: int) -> Loaded:
    """Ours and the peer's in turn, each time from nothing."""
    ours, peers, writing, memory, whole = list[float](), list[float](), list[float](), 0.0, True
    for _ in range(rounds):
        house.begin_anew()
        mine, most = house.does("load")
        theirs = house.peer()
        ours.append(mine["documents"] / mine["seconds"])
        peers.append(theirs["entries"] / theirs["seconds"])
        writing.append(theirs["entries"] / theirs["storage"])
        whole &= mine["documents"] == theirs["entries"] == A_DAY
        memory = max(memory, most)
    house.begin_anew()
    return Loaded(median(ours), median(peers), median(writing), memory, whole)


def curve(house: House, sizes: Sequence[int]) -> Iterator[Grown]:
    """A line for each size. Raises SystemExit when the disk has no room for one."""
    for documents in sizes:
        house.begin_anew()
        _room(house.data, documents)
        yield _grown(house, documents)
    house.begin_anew()


def _grown(house: House, documents: int) -> Grown:
    filled, _ = house.does("fill", documents)
    asked = ["day", "counts", *(["morning"] if documents <= MORNING else [])]
    found = {what: house.does(what) for what in asked}
    return Grown(
        documents,
        filled["seconds"],
        found["day"][0]["bytes"] / 1e6,
        found["day"][0]["loaded"],
        found["day"][0]["seconds"],
        found["counts"][0]["seconds"],
        found["morning"][0]["seconds"] if "morning" in found else None,
        {what: most for what, (_, most) in found.items()},
    )


def _room(folder: Path, documents: int) -> None:
    needed, free = documents * EACH + BESIDE, shutil.disk_usage(folder).free
    print(f"{documents:,} documents need {needed / 1e9:.0f} GB of {free / 1e9:.0f} GB free", file=sys.stderr)
    if free < needed:
        raise SystemExit(
            f"{documents:,} documents need {needed / 1e9:.0f} GB and {folder} has {free / 1e9:.0f} GB: "
            "make room, set TMPDIR to a larger disk, or measure with --quick"
        )


def table(lines: Sequence[Grown]) -> str:
    """The curve as lines of text."""
    names = ("filled", "on disk", "loaded", "day", "counts", "morning")
    head = " ".join([f"{'documents':>12}", *(f"{name:>9}" for name in names), " most MB of each"])
    return "\n".join([head, *map(_line, lines)])


def _line(one: Grown) -> str:
    spent = (one.loaded, one.day, one.counts, one.morning)
    seconds = ["" if each is None else f"{each:.1f} s" if each >= 0 else "no room" for each in spent]
    cells = [f"{one.fill:.0f} s", f"{one.disk / 1e3:.1f} GB", *seconds]
    memory = ", ".join(f"{what} {most:.0f}" for what, most in one.memory.items())
    return " ".join([f"{one.documents:>12,}", *(f"{cell:>9}" for cell in cells), f" {memory}"])


def main() -> int:
    """Prints what was reached."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rounds", type=int, default=3, help="of loading, beside the peer; 0 for none")
    parser.add_argument("--sizes", type=int, nargs="*", default=SIZES, help="documents in the warehouse")
    given = parser.parse_args()
    good = True
    with tempfile.TemporaryDirectory(prefix="kaders-store-") as name:
        house = House(Path(name))
        if given.rounds:
            found = loading(house, given.rounds)
            print(
                f"{found.ours:,.0f} documents/s, the peer {found.peers:,.0f}/s (its writing alone "
                f"{found.writing:,.0f}/s), {found.memory:.0f} MB",
                flush=True,
            )
            good = found.good
        lines = []
        for one in curve(house, given.sizes):
            lines.append(one)
            good &= one.good
            print(_line(one), file=sys.stderr, flush=True)
        print(table(lines))
    return 0 if good else 1


if __name__ == "__main__":
    raise SystemExit(main())
