"""Writes a world to disk: what every source has said, and apart from it the truth."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import date, time, timedelta
from pathlib import Path
from typing import Any

from kaders.settings import Source
from kaders.world import SYNTHETIC
from kaders.world.clock import at, stamp, start_of
from kaders.world.edits import edit
from kaders.world.generate import days_of
from kaders.world.grammar import counter_frames
from kaders.world.piece import Piece
from kaders.world.plan import Plan
from kaders.world.scenario import WORLD_PREFIX, load_scenario

SCHEMA = "kaders/world/1"
LAST_MORNING = time(8)
"""Local time on the day after the last at which the world ends: its last report is out by then."""


def write(
    scenario: Path, *, seed: int, days: int | None = None, out: Path, sources: Path | None = None
) -> Path:
    """Writes world.json, truth.json, truth.jsonl and items/<source>.jsonl; see kaders.world.generate."""
    read, known = load_scenario(scenario, sources=sources)
    plan = Plan(read, known, counter_frames(), seed, days or read.days)
    lines: dict[str, list[str]] = {source.id: [] for source in known}
    truth: list[str] = []
    for day, pieces in days_of(plan):
        for piece in pieces:
            lines[piece.source].append(_line(_item(piece)))
            truth.append(_line(_truth(piece, day)))
    (out / "items").mkdir(parents=True, exist_ok=True)
    for source, entries in lines.items():
        _save(out / "items" / f"{source}.jsonl", entries)
    _save(out / "truth.jsonl", truth)
    _save(out / "truth.json", [_page(_planted(plan))])
    _save(out / "world.json", [_page(_meta(plan))])
    return out


def _item(piece: Piece) -> dict[str, Any]:
    edited = edit(piece)
    return {
        "id": piece.identity.id,
        "url": piece.identity.url,
        "published": stamp(piece.published),
        "title": piece.title,
        "text": piece.text,
        "language": piece.language,
        "author": piece.author,
        "counts": piece.counts,
        "edit": {"at": stamp(edited[0]), "title": edited[1]} if edited else None,
    }


def _truth(piece: Piece, day: date) -> dict[str, Any]:
    return {"source": piece.source, "id": piece.identity.id, "day": day.isoformat(), **asdict(piece.truth)}


def _planted(plan: Plan) -> dict[str, Any]:
    planted = []
    for plant in plan.scenario.plants:
        first, last = plant.span(plan.first, plan.scenario.end)
        if first <= last:
            planted.append(
                {
                    "kind": plant.kind,
                    "topic": plant.topic,
                    "source": plant.source,
                    "counter": plant.counter,
                    "first_day": first.isoformat(),
                    "last_day": last.isoformat(),
                    "days": (last - first).days + 1,
                    "must_be_signal": plant.must_be_signal,
                }
            )
    return {
        "seed": plan.seed,
        "first_day": plan.first.isoformat(),
        "last_day": plan.scenario.end.isoformat(),
        "plants": planted,
    }


def _meta(plan: Plan) -> dict[str, Any]:
    scenario = plan.scenario
    last = at(scenario.end + timedelta(days=1), LAST_MORNING, scenario.zone)
    return {
        "schema": SCHEMA,
        "notice": SYNTHETIC,
        "seed": plan.seed,
        "first_day": plan.first.isoformat(),
        "last_day": scenario.end.isoformat(),
        "timezone": scenario.timezone,
        "first_moment": stamp(start_of(plan.first, scenario.zone)),
        "last_moment": stamp(last),
        "sources": [_source(source, plan) for source in plan.sources],
    }


def _source(source: Source, plan: Plan) -> dict[str, Any]:
    return {
        "id": source.id,
        "name": source.name,
        "kind": source.kind,
        "reader": source.reader,
        "language": source.language,
        "path": "/" + (source.url or "").removeprefix(WORLD_PREFIX).partition("?")[0],
        "dead": list(_dead(source, plan)),
    }


def _dead(source: Source, plan: Plan) -> Iterator[list[str | None]]:
    """From when until when a source does not answer; None: it never answers again."""
    zone, end = plan.scenario.zone, plan.scenario.end
    for plant in plan.scenario.plants:
        first, last = plant.span(plan.first, end)
        if plant.kind == "dead_source" and plant.source == source.id and first <= last:
            over = stamp(start_of(last + timedelta(days=1), zone)) if last < end else None
            yield [stamp(start_of(first, zone)), over]


def _line(content: dict[str, Any]) -> str:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))


def _page(content: dict[str, Any]) -> str:
    return json.dumps(content, ensure_ascii=False, indent=1)


def _save(file: Path, lines: Iterable[str]) -> None:
    file.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8", newline="\n")
