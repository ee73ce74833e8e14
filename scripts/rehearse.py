"""Run whole synthetic worlds and hold what the mornings found against what was planted.

For every scenario and seed: history in bulk, then the last mornings in full, without Airflow, in a folder of
its own. Prints one line per world and the sums below: planted issues found and of the right kind, signals on
issues that were left alone, how far ordinary topics stand from our messages, and how much of what was said
the word lists hear. This is the only place that reads a truth file; detection never does. Exit code 1 when a
world could not be run.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from statistics import quantiles
from typing import Any

import duckdb

ROOT = Path(__file__).resolve().parents[1]
ORGANISATION = ROOT / "organisations" / "waterdam"
SCENARIOS = (ORGANISATION / "scenario.yaml", ORGANISATION / "scenario-spring.yaml")


TAGGED = """
SELECT d.source, d.url, timezone('UTC', d.published)::DATE,
    coalesce(list(t.code) FILTER (WHERE t.layer = 'topic'), []),
    coalesce(list(t.code) FILTER (WHERE t.layer = 'message'), []),
    coalesce(list(t.code) FILTER (WHERE t.layer = 'counter'), [])
FROM core_document AS d LEFT JOIN core_tag AS t USING (id, content)
WHERE d.url IS NOT NULL GROUP BY ALL
"""


@dataclass
class Score:
    """What became of one world's plants, and what else was called a signal."""

    plants: int = 0
    found: int = 0
    kinds: int = 0
    mornings: int = 0
    false: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)
    gaps: list[float] = field(default_factory=list)
    heard: Counter[tuple[str, bool, bool]] = field(default_factory=Counter)
    """Documents by layer (topic, message, counter), whether it was said, and whether it was recognised."""


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--scenario", type=Path, nargs="+", default=list(SCENARIOS))
    parser.add_argument("--seed", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument(
        "--mornings", type=int, default=10, help="judged in full; the last few have the plants"
    )
    parser.add_argument("--data", type=Path, help="keep the worlds here (default: a folder that goes away)")
    return parser.parse_args()


def played(scenario: Path, seed: int, mornings: int, data: Path) -> bool:
    """Run one world; False when a stage stopped with an error."""
    command = [sys.executable, "-m", "kaders.cli", "run", str(ORGANISATION)]
    command += ["--scenario", str(scenario), "--seed", str(seed), "--mornings", str(mornings)]
    done = subprocess.run(
        [*command, "--data", str(data)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if done.returncode:
        print(done.stderr, file=sys.stderr)
    return done.returncode == 0


def reports(data: Path) -> list[dict[str, Any]]:
    """The signals.json of every morning, oldest first."""
    paths = sorted((data / "out" / "waterdam" / "reports").glob("*/signals.json"))
    return [json.loads(path.read_text("utf-8")) for path in paths]


def planted(data: Path) -> list[dict[str, Any]]:
    """What the truth file says was put in."""
    truth = next((data / "world" / "waterdam").glob("*/truth.json"))
    return list(json.loads(truth.read_text("utf-8"))["plants"])


def is_of(signal: dict[str, Any], plant: dict[str, Any]) -> bool:
    """Whether a signal can be of a plant: the same topic, or any policy area for a subject without one."""
    if plant["kind"] == "unframed":
        return bool(signal["kind"] == "unframed")
    return bool(signal["topic"] == plant["topic"])


def recognised(data: Path) -> Counter[tuple[str, bool, bool]]:
    """How often topic, message and counter-frame were said and recognised, over all that the truth knows."""
    truth, found = _truth(data), Counter[tuple[str, bool, bool]]()
    with duckdb.connect(str(data / "published" / "waterdam.duckdb"), read_only=True) as con:
        rows = con.execute(TAGGED).fetchall()
    for source, url, day, topics, messages, counters in rows:
        said = truth.get((source, url.rsplit("/", 1)[-1], str(day)))
        if said is None or said["topic"] is None:
            continue
        topic = said["topic"]
        found["topic", True, topic in topics] += 1
        if topic in topics:
            found["message", said["stated"], topic in messages] += 1
            opposed = any(counter.startswith(f"{topic}/") for counter in counters)
            found["counter", said["counter"] is not None, opposed] += 1
    return found


def _truth(data: Path) -> dict[tuple[str, str, str], dict[str, Any]]:
    """What is true of an item, by source, last part of its address and day (UTC)."""
    world = next((data / "world" / "waterdam").iterdir())
    told = [json.loads(line) for line in (world / "truth.jsonl").open(encoding="utf-8")]
    by_id = {(item["source"], item["id"]): item for item in told}
    found = {}
    for path in (world / "items").glob("*.jsonl"):
        for item in map(json.loads, path.open(encoding="utf-8")):
            if (path.stem, item["id"]) in by_id:
                key = (path.stem, item["url"].rsplit("/", 1)[-1], item["published"][:10])
                found[key] = by_id[path.stem, item["id"]]
    return found


def score(mornings: list[dict[str, Any]], plants: Iterable[dict[str, Any]]) -> Score:
    """The last morning against the plants, and every morning against what should not have been a signal."""
    due, result = [p for p in plants if p["must_be_signal"]], Score(mornings=len(mornings))
    result.plants = len(due)
    for plant in due:
        hits = [s for s in mornings[-1]["signals"] if is_of(s, plant)]
        result.found += bool(hits)
        right = [s for s in hits if s["kind"] == plant["kind"]]
        result.kinds += bool(right)
        if not right:
            said = hits[0]["kind"] if hits else "nothing"
            result.missed.append(f"{plant['kind']} {plant['topic']}: {said}")
    for morning in mornings:
        result.false += [f"{morning['day']} {s['issue']}" for s in morning["signals"] if not _due(s, due)]
        result.gaps += [
            i["divergence"]
            for i in morning["issues"]
            if i["status"] == "normal" and i["divergence"] is not None
        ]
    return result


def _due(signal: dict[str, Any], due: list[dict[str, Any]]) -> bool:
    """Whether a plant had begun on the day that the signal is about."""
    day = date.fromisoformat(signal["day"])
    return any(is_of(signal, plant) and date.fromisoformat(plant["first_day"]) < day for plant in due)


def line(name: str, one: Score) -> str:
    """One world in a line."""
    left = f"; {', '.join(one.missed)}" if one.missed else ""
    alarms = f"; false: {', '.join(one.false)}" if one.false else ""
    return f"{name:<28} found {one.found}/{one.plants}, right kind {one.kinds}/{one.plants}{left}{alarms}"


def main() -> int:
    """Play every world and print what came of it."""
    asked, scores, broken = arguments(), [], 0
    with tempfile.TemporaryDirectory() as gone:
        for scenario in asked.scenario:
            for seed in asked.seed:
                data = (asked.data or Path(gone)) / f"{scenario.stem}-{seed}"
                if not played(scenario, seed, asked.mornings, data):
                    broken += 1
                    continue
                scores.append(score(reports(data), planted(data)))
                scores[-1].heard = recognised(data)
                print(line(f"{scenario.stem} seed {seed}", scores[-1]), flush=True)
    if scores:
        _sums(scores)
    return 1 if broken else 0


def _sums(scores: list[Score]) -> None:
    plants, mornings = sum(s.plants for s in scores), sum(s.mornings for s in scores)
    print(
        f"planted {plants}, found {sum(s.found for s in scores)}, right kind {sum(s.kinds for s in scores)}"
    )
    print(f"mornings {mornings}, signals on what was left alone {sum(len(s.false) for s in scores)}")
    gaps = [gap for s in scores for gap in s.gaps]
    if len(gaps) > 1:
        cuts = quantiles(gaps, n=20)
        print(f"divergence of ordinary topics, bits: median {cuts[9]:.2f}, 95 % below {cuts[18]:.2f}")
    heard = sum((s.heard for s in scores), Counter[tuple[str, bool, bool]]())
    for layer in ("topic", "message", "counter"):
        said, mistaken = _share(heard, layer, said=True), _share(heard, layer, said=False)
        print(f"{layer}: {said} recognised, {mistaken} by mistake")


def _share(heard: Counter[tuple[str, bool, bool]], layer: str, *, said: bool) -> str:
    yes, no = heard[layer, said, True], heard[layer, said, False]
    return f"{yes} of {yes + no} ({100 * yes / (yes + no):.0f} %)" if yes + no else "none"


if __name__ == "__main__":
    sys.exit(main())
