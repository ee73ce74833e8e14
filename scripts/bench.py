"""Measures collection, search and the warehouse on this machine; prints what was reached and what is asked.

Everything is served on loopback by a process of its own: a thousand sources, each a host of its own, of which
14 % are odd, slow or dead. The peer, the `reader` package with its workers, updates the same good sources, in
the same run and in turn with us; of three rounds the median counts. Both start with nothing. Exit code 1 when
a measure is missed.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import bench_files
import bench_search
import bench_store
from bench_measure import PEER, ours, peer, planned, served
from bench_organisation import write

MINUTES, MEGABYTES, TIMES, MILLISECONDS, SECONDS = 5.0, 600.0, 3.0, 5.0, 0.5
"""What is asked of: the round over all sources; its memory; entries a second against the peer; the CPU of an
unchanged source; the slowest hundredth of feed files."""
WORKERS = 32
"""Of the peer: with these it was fastest of 1, 4, 10 and 32, and we have as many."""
PLANNING, TASKS, PLANNED = 30.0, 16, 5000
"""Seconds to plan a round: a tenth of the five minutes until the next; tasks that it may become; sources."""
ODD = 0.14
ENTRIES = 25
MEASURES = ("speed", "peer", "quiet", "plan", "files", "search", "store")


@dataclass(frozen=True)
class Measure:
    """One line of the table: what it is, what was reached, what is asked, and whether that is reached.

    good: None where nothing is asked, and the figure is there for who wants to know.
    """

    name: str
    reached: str
    asked: str
    good: bool | None


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument(
        "--quick", action="store_true", help="a tenth of the sources; against the peer half of them, once"
    )
    parser.add_argument("--feeds", type=Path, help="folder of feed files; without it some are made")
    parser.add_argument("--only", choices=MEASURES, action="append")
    return parser.parse_args()


def organisation(folder: Path, told: dict[str, dict[str, str]]) -> Path:
    """The files of an organisation that reads these sources."""
    urls = {name: each["url"] for name, each in told.items()}
    write(folder, urls, [url.split("/")[2] for url in urls.values()], per_day=ENTRIES)
    return folder


def speed(home: Path, count: int) -> list[Measure]:
    """One round over all sources, good and bad."""
    with served(count, ODD, ENTRIES) as told:
        folder = organisation(home / "speed", told)
        (said,), most = ours(folder, home / "speed-data", 1)
    good = sum(each["kind"] == "good" for each in told.values())
    every = f"{said['ok']} of {good} good ones, {said['new']} of {good * ENTRIES} entries"
    complete = said["ok"] == good and said["new"] == good * ENTRIES and said["failed"] == count - good
    return [
        Measure(
            f"{count} sources, {count - good} of them bad",
            f"{said['seconds']:.0f} s",
            f"{MINUTES * 60:.0f} s",
            said["seconds"] <= MINUTES * 60,
        ),
        Measure("memory of all processes", f"{most:.0f} MB", f"{MEGABYTES:.0f} MB", most < MEGABYTES),
        Measure("complete, and each bad one named", every, "all", complete),
    ]


def against(home: Path, count: int, rounds: int) -> list[Measure]:
    """The same good sources, ours and the peer's in turn, each time from nothing."""
    mine: list[dict[str, Any]] = []
    theirs: list[dict[str, Any]] = []
    with served(count, 0, ENTRIES) as told:
        folder = organisation(home / "peer", told)
        urls = [each["url"] for each in told.values()]
        for number in range(rounds):
            mine += ours(folder, home / f"ours-{number}", 1)[0]
            theirs.append(dict(peer(home / f"peer-{number}.sqlite", urls, WORKERS)))
    our_rate = median(said["new"] / said["seconds"] for said in mine)
    peer_rate = median(said["entries"] / said["seconds"] for said in theirs)
    equal = all(each["new"] == other["entries"] for each, other in zip(mine, theirs, strict=True))
    ratio = our_rate / peer_rate
    return [
        Measure(
            f"entries a second over {count} good sources, against the peer's",
            f"{our_rate:.0f} / {peer_rate:.0f} = {ratio:.1f} x",
            f"{TIMES:.0f} x",
            ratio >= TIMES and equal,
        )
    ]


def quiet(home: Path, count: int) -> list[Measure]:
    """Rounds in which nothing has changed."""
    with served(count, 0, ENTRIES) as told:
        first, *later = ours(organisation(home / "quiet", told), home / "quiet-data", 4)[0]
    spent = median(said["cpu"] for said in later) / count * 1000
    asked = f"{MILLISECONDS:.0f} ms"
    added = later[-1]["files"] - first["files"]
    whole = all(said["unchanged"] == count for said in later)
    return [
        Measure("CPU of a quiet source", f"{spent:.1f} ms", asked, whole and spent <= MILLISECONDS),
        Measure("new landing files of unchanged sources", str(added), "0", added == 0),
    ]  # fmt: skip


def plan(home: Path, count: int) -> list[Measure]:
    """A round over many sources, divided into tasks: all of them due, and none."""
    told = {f"bron-{number}": {"url": f"https://b{number}.example:8443/rss"} for number in range(count)}
    busy, calm = planned(organisation(home / "plan", told), home / "plan-data")
    longest = max(busy["seconds"], calm["seconds"])
    whole = busy["sources"] == count and calm["tasks"] == 0
    return [
        Measure(
            f"planning a round of {count} sources",
            f"{longest:.1f} s",
            f"{PLANNING:.0f} s",
            whole and longest <= PLANNING,
        ),
        Measure("tasks of that round", str(busy["tasks"]), str(TASKS), 0 < busy["tasks"] <= TASKS),
    ]


def files(home: Path, folder: Path) -> list[Measure]:
    """The slowest of many feed files, by the seconds that `kaders parse` gives of each."""
    out = home / "parsed.jsonl"
    command = [sys.executable, "-m", "kaders.cli", "parse", str(folder), str(out)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    lines = [json.loads(line) for line in out.read_text("utf-8").splitlines()] if out.exists() else []
    if not lines:
        print(done.stderr, file=sys.stderr)
        return [Measure("feed files", f"none read, exit {done.returncode}", f"{SECONDS} s", False)]
    slowest = quantiles([line["seconds"] for line in lines], n=100, method="inclusive")[-1]
    silent = [
        line["file"] for line in lines if line["outcome"] == "OK" and not (line["entries"] or line["reason"])
    ]
    return [
        Measure(f"p99 of {len(lines)} feed files", f"{slowest:.2f} s", f"{SECONDS} s", slowest < SECONDS),
        Measure("feed files without entries and without a reason", str(len(silent)), "0", not silent),
    ]  # fmt: skip


def searching(home: Path, documents: int) -> list[Measure]:
    """The slowest of many boolean questions over so many documents; `bench_search.py` shows them all."""
    told = bench_search.slowest(home / "search", documents)
    limit = bench_search.ASKED
    return [
        Measure(
            f"slowest question over {documents:,} documents",
            f"{told.seconds:.2f} s ({told.name})",
            f"{limit:.0f} s",
            told.seconds < limit,
        )
    ]


def storing(home: Path, quick: bool) -> list[Measure]:
    """Loading beside the peer, and a day into warehouses of several sizes; prints the curve."""
    home.mkdir()
    house = bench_store.House(home)
    told = bench_store.loading(house, 1 if quick else 3)
    lines = list(bench_store.curve(house, bench_store.SIZES[:2] if quick else bench_store.SIZES))
    print(bench_store.table(lines), end="\n\n")
    last, ratio = lines[-1], told.ours / told.peers
    rates = f"{told.ours:,.0f} / {told.peers:,.0f} = {ratio:.1f} x"
    written = f"{told.ours:,.0f} / {told.writing:,.0f} = {told.ours / told.writing:.1f} x"
    most = max(told.memory, *(line.most for line in lines))
    at = f"beside {last.documents:,} documents"
    asked, times, day, counts, memory = (
        bench_store.RATE, bench_store.TIMES, bench_store.DAY, bench_store.COUNTS, bench_store.MEMORY,
    )  # fmt: skip
    return [
        Measure(
            "documents a second into the warehouse", f"{told.ours:,.0f}", f"{asked:,}", told.ours >= asked
        ),
        Measure(
            "the same, against the peer's update", rates, f"{times:.0f} x", told.whole and ratio >= times
        ),
        Measure("the same, against what it writes when all else is left out", written, "", None),
        Measure(f"a day loaded {at}", f"{last.loaded:.1f} s", f"{day:.0f} s", last.loaded < day),
        Measure(f"a day loaded and published {at}", f"{last.day:.1f} s", "", None),
        Measure(f"daily counts {at}", f"{last.counts:.1f} s", f"{counts:.0f} s", last.counts < counts),
        Measure("memory of loading and counting", f"{most:.0f} MB", f"{memory:.0f} MB", most < memory),
    ]


def table(measures: Sequence[Measure]) -> str:
    """The measures as lines of text."""
    rows = [("measure", "reached", "asked", "")]
    said = {True: "yes", False: "no", None: ""}
    rows += [(each.name, each.reached, each.asked, said[each.good]) for each in measures]
    wide = [max(len(row[column]) for row in rows) for column in range(4)]
    return "\n".join(
        " | ".join(cell.ljust(size) for cell, size in zip(row, wide, strict=True)) for row in rows
    )


def main() -> int:
    """Measure what was asked and print the table."""
    given = arguments()
    wanted = given.only or MEASURES
    if {"peer", "store"} & {*wanted} and not PEER.exists():
        print("the peer is not installed; `make bench` does that", file=sys.stderr)
        return 2
    part = 10 if given.quick else 1
    found: list[Measure] = []
    with tempfile.TemporaryDirectory(prefix="kaders-bench-") as name:
        home = Path(name)
        if "speed" in wanted:
            found += speed(home, 1000 // part)
        if "peer" in wanted:
            found += against(home, 430 if given.quick else 860, 1 if given.quick else 3)
        if "quiet" in wanted:
            found += quiet(home, 1000 // part)
        if "plan" in wanted:
            found += plan(home, PLANNED // part)
        if "files" in wanted:
            found += files(home, given.feeds or bench_files.write(home / "files", 400 // part))
        if "search" in wanted:
            found += searching(home, bench_search.DOCUMENTS // part)
        if "store" in wanted:
            found += storing(home / "store", given.quick)
    print(table(found))
    return 0 if all(each.good is not False for each in found) else 1


if __name__ == "__main__":
    raise SystemExit(main())
