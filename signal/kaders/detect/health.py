"""Which sources behave unlike themselves: silent, turned to HTML, shrunk, flooded, or back again.

The thresholds were set together and are held by tests/unit/detect/test_health_chance.py, which plays steady
sources of 0.2 to 60 items a day with a rhythm of the week; steady.py beside it has the figures.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np
import pandas as pd

from kaders.detect.history import DAY, GOOD_DAYS, WEEK, Line, lines_of, our_faults
from kaders.detect.usual import BURST_RATIO, Usual
from kaders.settings import Organisation, Source

Kind = Literal["silent", "html", "shrunk", "flooded", "fixed", "moved"]
ORDER: tuple[Kind, ...] = ("html", "silent", "shrunk", "flooded", "moved", "fixed")
"""In which they are told: what needs a hand first."""
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
SHRUNK_RATIO = 0.5
"""Share of the expected week under which a source has shrunk: less than half is a loss that shows in the
counts of a topic; our choice."""
SHRUNK = 2e-4
"""Chance of so poor a week. The weeks of a year overlap: some 150 of them count as independent."""
FLOOD_RATIO = BURST_RATIO
"""Times the expected day from which it is a flood: a large news day brings twice as much; our choice."""
FLOOD_LEAST = 10
"""Fewer items than this flood nobody."""
FLOODED = 2e-5
"""Chance of so full a day, with 365 of them a year and tails that are heavier than any model's."""
NEWS = 2
"""Sources that are flooded on one day from which it is news and no alarm: that is what we look for."""
AGAIN = "published_again"
"""The reason of a flood that is an archive published once more, as when every entry gets a new identifier."""
AGAIN_RATIO = 2.0
"""Times the expected day that is enough when a whole list came anew; our choice."""
ALWAYS = 0.9
"""Share of the good days with old entries in the reply from which a source always has them: the first day has
none, nor has one that follows a loss."""
LISTED_DAYS = 3
"""Days with old entries in the reply from which a source is known to give a standing list; our choice."""
HTML = frozenset({"html_instead_of_feed", "login_wall", "consent_wall"})
"""The reasons of a source that answers with a page for people."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """One source that behaves unlike itself.

    since     the day from which it does: of the last new item (silent), of the first page (html), the first
              of the poor week (shrunk), the day itself (flooded, fixed, moved)
    expected  items that were expected since then; in the week or the day for shrunk, flooded and fixed
    seen      and that came
    reason    code of what it answered instead (source_words.REASONS), "" when it answered well; for flooded
              AGAIN or "", for moved the new address
    """

    source: str
    kind: Kind
    since: date
    expected: float
    seen: int
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Silence:
    """How long a source has brought nothing.

    since    the day of the last new item, or of the first good visit
    whole    days of each kind in whole periods without
    part     days of each kind in the rest of the period that still brought something
    days     both together
    settled  place of that period; -1 when nothing ever came
    """

    since: date
    whole: np.ndarray
    part: np.ndarray
    days: float
    settled: int


def health(
    history: pd.DataFrame,
    sources: Sequence[Source],
    day: date,
    organisation: Organisation,
    moved: Mapping[str, str] | None = None,
) -> tuple[Alarm, ...]:
    """The alarms of a morning, the most pressing first: at most one a source, and a new address besides.

    Sources that are flooded together are news, and no alarm, save by an archive that is published again.

    history  as store.ledger.volumes gives it up to the cut-off: nothing after it is known
    day      the last period (store.ledger.last_period)
    moved    per source the address that it names as its own for good, as far as the caller knows any
    """
    lines, ours = lines_of(history, day, organisation), our_faults(history)
    found = [alarm for source in sources for alarm in _of(source, lines.get(source.id), ours)]
    known = {source.id for source in sources}
    found += [Alarm(s, "moved", day, 0.0, 0, to) for s, to in (moved or {}).items() if to and s in known]
    floods = [alarm for alarm in found if alarm.kind == "flooded" and not alarm.reason]
    found = [alarm for alarm in found if len(floods) < NEWS or alarm not in floods]
    return tuple(sorted(found, key=lambda each: (ORDER.index(each.kind), -each.expected, each.source)))


def _of(source: Source, line: Line | None, ours: frozenset[date]) -> Iterator[Alarm]:
    """What is wrong with a source now, or that what was wrong the day before is over."""
    if line is None or not line.good.any():
        return
    now = worst(source, line, ours)
    if now:
        yield now
        return
    was = worst(source, line.between(0, len(line.days) - 1), ours) if line.good[-1] else None
    if was and was.kind in ("html", "silent"):
        expected = line.learned(source).expected(line.exposure[-1])
        yield Alarm(source.id, "fixed", line.days[-1], expected, int(line.new[-1]))


def worst(source: Source, line: Line, ours: frozenset[date]) -> Alarm | None:
    """What is wrong with a source at the end of its line, the clearest sign first; None when nothing is.

    ours: the days on which the fault was our own.
    """
    if not line.good.any():
        return None
    return (
        _turned(source, line, ours)
        or _silent(source, line, ours)
        or _shrunk(source, line)
        or _flooded(source, line)
    )


def _turned(source: Source, line: Line, ours: frozenset[date]) -> Alarm | None:
    """It answers with a page for people, or with an empty list as it never did: one visit is enough."""
    seen, reason = _last(line.visited), last_reason(line)
    if line.days[seen] in ours:  # as when the login page of our own network stands before everything
        return None
    if reason in HTML:
        first = _turn(line, line.good)
        return Alarm(source.id, "html", line.turned[first], _missed(source, line, first), 0, reason)
    if reason == "empty" or (not reason and line.held[seen] == 0):
        first = _turn(line, line.good & (line.held > 0))
        if _never_empty(line, first):
            return Alarm(source.id, "silent", line.turned[first], _missed(source, line, first), 0, "empty")
    return None


def _last(true: np.ndarray) -> int:
    """The last place where it is so; -1 for none."""
    found = np.flatnonzero(true)
    return int(found[-1]) if len(found) else -1


def last_reason(line: Line) -> str:
    """Why the last visit failed; "" when it did not, or when there was none."""
    seen = _last(line.visited)
    return line.reason[seen] if seen >= 0 and line.outcome[seen] == "FAILED" else ""


def _turn(line: Line, well: np.ndarray) -> int:
    """The first period that was visited since the last that was well, or that one if it turned there."""
    seen, fine = _last(line.visited), _last(well)
    later = np.flatnonzero(line.visited[fine + 1 :])
    return fine + 1 + int(later[0]) if len(later) else seen


def _missed(source: Source, line: Line, first: int) -> float:
    """What the days since `first` would have brought."""
    usual = line.learned(source, first)
    return usual.rate * float(usual.factors[line.kinds[first:]].sum())


def _never_empty(line: Line, end: int) -> bool:
    """Whether every reply used to be a standing list: old entries in it, and never an empty one."""
    good = line.good[:end]
    listed = int((line.kept[:end][good] > 0).sum()) >= LISTED_DAYS
    return listed and bool((line.least[:end][good] > 0).all())


def _silent(source: Source, line: Line, ours: frozenset[date]) -> Alarm | None:
    """Longer without anything new than chance allows, by its own rhythm of the week."""
    quiet = _silence(line, ours)
    usual = line.learned(source, quiet.settled + 1)
    expected = usual.expected(quiet.whole + quiet.part)
    if usual.none(usual.expected(quiet.whole)) <= SURE or _unheard_of(line, quiet, usual, expected):
        return Alarm(source.id, "silent", quiet.since, expected, 0, last_reason(line))
    return None


def _unheard_of(line: Line, quiet: Silence, usual: Usual, expected: float) -> bool:
    """Whether a source that brings something every day was never silent so long at this time of the day."""
    followed = int(line.good[: quiet.settled + 1].sum()) >= GOOD_DAYS
    fast = quiet.days > 0 and expected >= FAST * quiet.days
    if not (followed and fast and usual.none(expected) <= RARE):
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


def _silence(line: Line, ours: frozenset[date]) -> Silence:
    """The silence in which a source is now. A failed visit counts as its day, unless the fault was ours."""
    settled = _last(~np.isnan(line.brought) & line.exposure.any(axis=1))
    after = np.arange(len(line.days)) > settled
    exposure = np.where(after[:, None], line.exposure, 0.0)
    for n in np.flatnonzero(after & (_after_a_gap(line) | _unanswered(line, ours))):
        exposure[n] = np.arange(WEEK) == line.kinds[n]
    part = np.zeros(WEEK)
    if settled >= 0:
        part[line.kinds[settled]] = max(0.0, (line.until[settled] - line.brought[settled]) / DAY)
    since = line.heard[settled] if settled >= 0 else line.turned[int(line.good.argmax())]
    whole = exposure.sum(axis=0)
    return Silence(since, whole, part, float(whole.sum() + part.sum()), settled)


def _after_a_gap(line: Line) -> np.ndarray:
    """The periods whose good visits come so long after the last that they count for one day."""
    return np.asarray(line.good & ~np.isnan(line.since) & ~line.exposure.any(axis=1))


def _unanswered(line: Line, ours: frozenset[date]) -> np.ndarray:
    """The periods since the last good visit in which all visits failed, and not through us."""
    later = np.arange(len(line.days)) > _last(line.good)
    theirs = np.array([day not in ours for day in line.days], dtype=bool)
    return np.asarray(later & line.visited & theirs)


def _shrunk(source: Source, line: Line) -> Alarm | None:
    """Something still comes, and over a week far less than usual."""
    start = len(line.days) - WEEK
    if start < 0 or int(line.good[:start].sum()) < GOOD_DAYS or not line.good[-1]:
        return None
    usual = line.learned(source, start)
    expected, seen = usual.expected(line.exposure[start:]), int(line.new[start:].sum())
    if seen > SHRUNK_RATIO * expected or usual.at_most(seen, expected) > SHRUNK:
        return None
    return Alarm(source.id, "shrunk", line.days[start], expected, seen)


def _flooded(source: Source, line: Line) -> Alarm | None:
    """Far more in a day than it ever brings: news, another source at the address, or an archive again."""
    if int(line.good[:-1].sum()) < GOOD_DAYS or not line.exposure[-1].any():
        return None
    usual, seen = line.learned(source, len(line.days) - 1), int(line.new[-1])
    working = usual.rate * float(usual.factors[line.days[-1].weekday()])
    expected = max(usual.expected(line.exposure[-1]), working)  # not everybody keeps the holidays
    again = _published_again(line)
    enough = max(FLOOD_LEAST, (AGAIN_RATIO if again else FLOOD_RATIO) * expected)
    if seen < enough or usual.at_least(seen, expected) > FLOODED:
        return None
    return Alarm(source.id, "flooded", line.days[-1], expected, seen, AGAIN if again else "")


def _published_again(line: Line) -> bool:
    """Whether a reply was new from top to bottom, of a source whose replies always held old entries."""
    good = line.good[:-1]
    before = np.nan_to_num(line.renewed[:-1][good])
    lists = bool((line.kept[:-1][good] > 0).mean() >= ALWAYS)
    return bool(line.renewed[-1] >= FLOOD_LEAST) and lists and not (before >= FLOOD_LEAST).any()
