"""Health does not cry wolf: steady sources, played for two years each, with fixed seeds."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator

import numpy as np
import pytest

from kaders.detect import health
from kaders.detect.history import HISTORY_DAYS
from kaders.detect.usual import Usual, learn
from kaders.load import root

from .steady import PER_DAY, RHYTHMS, counts, line_of, source, wolves

YEARS = 2
MOST = 0.5
"""False alarms per source and year, all kinds together; the requirement."""


@pytest.mark.parametrize("spread", [1.0, 2.0], ids=["Poisson", "in bursts"])
@pytest.mark.parametrize("every", [24, 1], ids=["daily visits", "hourly visits"])
def test_steady_sources_are_seldom_alarmed(spread: float, every: int) -> None:
    rng = np.random.default_rng(20261123)
    alarms = 0
    for per_day in PER_DAY:
        items = counts(rng, per_day, RHYTHMS["office"], spread, 365 * YEARS)
        alarms += len(list(wolves(line_of(items, rng, every), per_day)))
    assert alarms / (len(PER_DAY) * YEARS) <= MOST


@pytest.mark.parametrize("per_day", [7.0, 20.0, 60.0])
@pytest.mark.parametrize("days", [15, 57], ids=["two good weeks", "eight"])
def test_a_source_that_stops_is_mostly_heard_of_the_next_morning(per_day: float, days: int) -> None:
    """Of a source of seven a day nine in ten; of five a day about half, as its own chance of none is 0.7 %."""
    rng = np.random.default_rng(5)
    told = 0
    for _ in range(40):
        items = counts(rng, per_day, RHYTHMS["flat"], 1.0, days + 1)
        items[-1] = 0
        found = health.worst(source(per_day), line_of(items, rng), frozenset())
        told += found is not None and found.kind == "silent"
    assert told >= 34


def promised() -> Iterator[tuple[float, int, int]]:
    """The table of docs/sources.md: items a day, days until half of such sources are told, and nine in ten."""
    text = (root() / "docs" / "sources.md").read_text(encoding="utf-8")
    _, _, table = text.partition("| items a day | ")
    for row in re.finditer(r"^\| ([\d.]+) \| (\d+) \| (\d+) \|$", table.partition("\n\n")[0], re.MULTILINE):
        yield float(row[1]), int(row[2]), int(row[3])


def days_until_told(per_day: float, rng: np.random.Generator) -> int:
    """Days without anything, after twelve weeks with, at the end of which a source is called silent."""
    items = counts(rng, per_day, RHYTHMS["flat"], 1.0, HISTORY_DAYS)
    line = line_of(np.append(items, np.zeros(60, dtype=int)), rng)
    for days in range(1, 61):
        found = health.worst(source(per_day), line.between(days, HISTORY_DAYS + days), frozenset())
        if found and found.kind == "silent":
            return days
    raise AssertionError("never told")


def test_the_manual_says_how_long_a_silence_takes() -> None:
    table, rng = list(promised()), np.random.default_rng(20261123)
    found = {per_day: sorted(days_until_told(per_day, rng) for _ in range(41)) for per_day, _, _ in table}
    assert [(per_day, days[20], days[36]) for per_day, days in found.items()] == table
    assert [per_day for per_day, _, _ in table] == [0.5, 1.0, 2.0, 3.0, 5.0, 7.0]


def test_a_source_of_exactly_five_a_day_is_heard_of_the_next_morning() -> None:
    rng = np.random.default_rng(1)
    items = np.array([5] * 14 + [0])
    found = health.worst(source(5.0), line_of(items, rng), frozenset())
    assert found is not None and found.kind == "silent"


@pytest.mark.parametrize(("rate", "spread"), [(0.5, 1.0), (4.0, 1.0), (4.0, 3.0), (30.0, 2.0)])
def test_chances_are_those_of_the_counts_they_speak_of(rate: float, spread: float) -> None:
    """With a rate that is known for certain they are those of a Poisson or negative binomial count."""
    usual = Usual(rate, np.ones(7), rate, spread, 1e12)
    rng = np.random.default_rng(3)
    seen = counts(rng, rate, RHYTHMS["flat"], spread, 40_000)
    few, many = round(0.5 * rate), round(2 * rate) + 1
    assert usual.none(rate) == pytest.approx((seen == 0).mean(), abs=0.006)
    assert usual.at_most(few, rate) == pytest.approx((seen <= few).mean(), abs=0.01)
    assert usual.at_least(many, rate) == pytest.approx((seen >= many).mean(), abs=0.01)


def test_what_is_not_known_of_the_rate_makes_chances_larger() -> None:
    sure, unsure = (Usual(5.0, np.ones(7), 5.0, 1.0, known) for known in (1e9, 10.0))
    assert sure.none(5.0) == pytest.approx(math.exp(-5), rel=1e-3)
    assert unsure.none(5.0) == pytest.approx(1.5**-10, rel=1e-6)


def test_before_anything_is_known_the_declaration_is_what_is_expected() -> None:
    usual = learn(np.zeros(0), np.zeros((0, 7)), 3.0)
    assert usual.per_day == pytest.approx(3.0)
    assert usual.known == pytest.approx(4.0)


def test_the_weekdays_are_learned() -> None:
    rng = np.random.default_rng(2)
    items = counts(rng, 10.0, RHYTHMS["office"], 1.0, 84)
    usual = learn(items, np.eye(7)[np.arange(84) % 7], 10.0)
    assert usual.per_day == pytest.approx(10.0, rel=0.1)
    assert (usual.rate * usual.factors)[6] == pytest.approx(2.0, abs=0.8)
    assert (usual.rate * usual.factors)[0] == pytest.approx(13.0, rel=0.15)
