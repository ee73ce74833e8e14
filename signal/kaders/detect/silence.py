"""How long a source has brought nothing, and whether chance allows it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from kaders.detect.history import DAY, GOOD_DAYS, WEEK, Line, last_of, lines_of, our_faults
from kaders.detect.usual import Usual
from kaders.settings import Organisation, Source

SURE = 5e-4
"""Chance of so long a silence from which it is no chance: a source falls silent for a day or more at most 90
times a year, so that one in twenty would be called silent for nothing in a year."""
FAST = 4.5
"""Items a day from which one day without is worth a word; their chance of none is 1 %."""
RARE = 0.02
"""The chance of so long a silence for a source of FAST a day or more that was never silent so long: a day
without five expected items has 0.7 % when the rate is known, and up to 2 % after two good weeks."""
BEYOND = 0.003
"""The same by its own waits for something new, which know of the night: a morning a year."""
LONGER = 0.02
"""Chance of so long a silence from which a list of sources says that it is long: one in fifty, to be seen
before it is an alarm; our choice."""


@dataclass(frozen=True, slots=True)
class Silence:
    """How long a source has brought nothing.

    since     the day of the last new item, or of the first good visit
    days      that were watched: whole periods without, and the rest of the one that still brought something
    expected  items in them
    chance    of none in the whole periods
    settled   place of the period that brought something; -1 when nothing ever came
    """

    since: date
    days: float
    expected: float
    chance: float
    settled: int


def fallen_silent(source: Source, line: Line, ours: frozenset[date]) -> Silence | None:
    """The silence of a source when it is longer than chance allows; None when it is not."""
    quiet, usual = _silence(source, line, ours)
    return quiet if quiet.chance <= SURE or _unheard_of(line, quiet, usual) else None


def quiet_sources(
    history: pd.DataFrame, sources: Sequence[Source], day: date, organisation: Organisation
) -> dict[str, Silence]:
    """The sources that are quiet for a day or more and longer than usual (LONGER), in alarm or not.

    history and day as for health.health().
    """
    lines, ours = lines_of(history, day, organisation), our_faults(history)
    known = {each.id: lines[each.id] for each in sources if each.id in lines and lines[each.id].good.any()}
    found = {each.id: _silence(each, known[each.id], ours)[0] for each in sources if each.id in known}
    return {name: quiet for name, quiet in found.items() if quiet.days >= 1 and quiet.chance <= LONGER}


def _unheard_of(line: Line, quiet: Silence, usual: Usual) -> bool:
    """Whether a source that brings something every day was never silent so long at this time of the day."""
    followed = int(line.good[: quiet.settled + 1].sum()) >= GOOD_DAYS
    fast = quiet.days > 0 and quiet.expected >= FAST * quiet.days
    if not (followed and fast and usual.none(quiet.expected) <= RARE):
        return False
    waits = _waits(line, quiet.settled)
    return quiet.days > waits.max(initial=0.0) and _beyond(quiet.days, waits) <= BEYOND


def _waits(line: Line, end: int) -> np.ndarray:
    """At the end of each period before `end`: how many days ago the last new item came."""
    last = np.fmax.accumulate(np.where(np.isnan(line.brought[:end]), -np.inf, line.brought[:end]))
    known = np.isfinite(last) & ~np.isnan(line.until[:end])
    return np.asarray((line.until[:end] - last)[known] / DAY)


def _beyond(days: float, waits: np.ndarray) -> float:
    """The chance of a wait so long, by the waits so far: half are longer than the median, by a mean excess.

    The nights are in it, as all are waits at the same time of the day.
    """
    middle = float(np.median(waits))
    excess = float((waits[waits > middle] - middle).mean()) if (waits > middle).any() else 0.0
    return 0.5 * math.exp(-(days - middle) / max(excess, 1 / 24))


def _silence(source: Source, line: Line, ours: frozenset[date]) -> tuple[Silence, Usual]:
    """The silence in which a source is now, and what it brought up to then.

    A failed visit counts as its day, unless the fault was ours.
    """
    settled = last_of(~np.isnan(line.brought) & ~np.isnan(line.since))
    after = np.arange(len(line.days)) > settled
    exposure = np.where(after[:, None], line.exposure, 0.0)
    for n in np.flatnonzero(after & (_after_a_gap(line) | _unanswered(line, ours))):
        exposure[n] = np.arange(WEEK) == line.kinds[n]
    part = np.zeros(WEEK)
    if settled >= 0:
        part[line.kinds[settled]] = max(0.0, (line.until[settled] - line.brought[settled]) / DAY)
    since = line.heard[settled] if settled >= 0 else line.turned[int(line.good.argmax())]
    whole = exposure.sum(axis=0)
    usual, days = line.learned(source, settled + 1), float(whole.sum() + part.sum())
    chance = usual.none(usual.expected(whole))
    return Silence(since, days, usual.expected(whole + part), chance, settled), usual


def _after_a_gap(line: Line) -> np.ndarray:
    """The periods whose good visits come so long after the last that they count for one day."""
    return np.asarray(line.good & ~np.isnan(line.since) & ~line.exposure.any(axis=1))


def _unanswered(line: Line, ours: frozenset[date]) -> np.ndarray:
    """The periods since the last good visit in which all visits failed, and not through us."""
    later = np.arange(len(line.days)) > last_of(line.good)
    theirs = np.array([day not in ours for day in line.days], dtype=bool)
    return np.asarray(later & line.visited & theirs)
