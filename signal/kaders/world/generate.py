"""The items of a world, day by day: pure, the same for the same scenario and seed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta

from kaders.world.piece import Memory, Piece, piece_at
from kaders.world.plan import Plan
from kaders.world.planted import copies, wire_storms
from kaders.world.robots import bursts


def days_of(plan: Plan) -> Iterator[tuple[date, list[Piece]]]:
    """Every day of the plan with its items, in order of publication."""
    memory = Memory()
    for offset in range(plan.days):
        day = plan.first + timedelta(days=offset)
        numbers: Counter[str] = Counter()
        written = [piece_at(plan, place, day, numbers, memory) for place in plan.places(day)]
        written += copies(plan, written, day, numbers)
        written += wire_storms(plan, day, numbers)
        written += bursts(plan, day, numbers)
        yield day, sorted(written, key=lambda piece: (piece.published, piece.source, piece.identity.id))
