"""Run whole synthetic worlds and hold what the mornings found against what was planted.

For every scenario and seed: history in bulk, then the last mornings in full, without Airflow, in a folder of
its own. Prints one line per world and the sums below: planted issues found and of the right kind, signals on
issues that were left alone, and how far ordinary topics stand from our messages. This is the only place
that reads a truth file; detection never does. Exit code 1 when a world could not be run.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from statistics import quantiles
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
ORGANISATION = ROOT / "organisations" / "waterdam"
SCENARIOS = (ORGANISATION / "scenario.yaml", ORGANISATION / "scenario-spring.yaml")


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
    if done.returncode == 2:
        print(done.stderr, file=sys.stderr)
    return done.returncode != 2


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


if __name__ == "__main__":
    sys.exit(main())
