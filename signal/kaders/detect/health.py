"""Which sources behave unlike themselves: silent, turned to HTML, shrunk, flooded, or back again.

The thresholds were set together and are held by tests/unit/detect/test_health_chance.py, which plays steady
sources of 0.2 to 60 items a day with a rhythm of the week; steady.py beside it has the figures.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

import numpy as np
import pandas as pd

from kaders.detect.history import GOOD_DAYS, WEEK, Line, last_of, lines_of, our_faults
from kaders.detect.silence import fallen_silent
from kaders.detect.usual import BURST_RATIO
from kaders.settings import Organisation, Source

Kind = Literal["silent", "html", "shrunk", "flooded", "fixed", "moved"]
ORDER: tuple[Kind, ...] = ("html", "silent", "shrunk", "flooded", "moved", "fixed")
"""In which they are told: what needs a hand first."""
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
NEWS = 0.1
"""Share of the publishers heard that day that must be flooded at once for it to be news and no alarm: what
fills a paper four times over fills most papers of its region, and fewer than one in ten have something of
their own the matter; our choice. By chance one source in 10,000 is flooded on a day."""
NEWS_LEAST = 3
"""Publishers that it takes at least where more than five are heard: two of twenty are as likely a fault that
they share, and an alarm too many costs a look; our choice."""
NEWS_FEW = 2
"""The same where they are half of all that are heard: one alone is no news, however many its sources."""
AGAIN = "published_again"
"""The reason of a flood that is an archive published once more, as when every entry gets a new identifier."""
AGAIN_RATIO = 2.0
"""Times the expected day that is enough when a whole list came anew; our choice."""
ALWAYS = 0.9
"""Share of the good days with old entries in the reply from which a source always has them: the first day has
none, nor has one that follows a loss."""
LISTED_DAYS = 3
"""Days with old entries in the reply from which a source is known to give a standing list; our choice."""
BLIP = 6 * 3600
"""Seconds without a good answer, at the end of a day that had one, from which its return is worth a word: a
quarter of a day; our choice. One visit that fails between good ones is none."""
AWAY: frozenset[Kind] = frozenset({"html", "silent"})
"""The alarms of a source that brings nothing, from which it can be back."""
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
              AGAIN or "", for fixed what it answered before, for moved the new address
    """

    source: str
    kind: Kind
    since: date
    expected: float
    seen: int
    reason: str = ""


def health(
    history: pd.DataFrame,
    sources: Sequence[Source],
    day: date,
    organisation: Organisation,
    moved: Mapping[str, str] | None = None,
) -> tuple[Alarm, ...]:
    """The alarms of a morning, the most pressing first: at most one a source, and a new address besides.

    Sources that are flooded together (NEWS) are news, and no alarm, save by an archive published again.

    history  as store.ledger.volumes gives it up to the cut-off: nothing after it is known
    day      the last period (store.ledger.last_period)
    moved    per source the address that it names as its own for good, as far as the caller knows any
    """
    lines, ours = lines_of(history, day, organisation), our_faults(history)
    told = (_of(source, lines.get(source.id), ours) for source in sources)
    found = [alarm for alarm in told if alarm]
    known = {source.id for source in sources}
    found += [Alarm(s, "moved", day, 0.0, 0, to) for s, to in (moved or {}).items() if to and s in known]
    floods = [alarm for alarm in found if alarm.kind == "flooded" and not alarm.reason]
    if _is_news(floods, sources, lines):
        found = [alarm for alarm in found if alarm not in floods]
    return tuple(sorted(found, key=lambda each: (ORDER.index(each.kind), -each.expected, each.source)))


def _is_news(floods: Sequence[Alarm], sources: Sequence[Source], lines: Mapping[str, Line]) -> bool:
    """Whether so many publishers are flooded at once that it must be what they write about."""
    publisher = {each.id: each.owner_group for each in sources}
    heard = {publisher[name] for name, line in lines.items() if name in publisher and line.good[-1]}
    flooded = {publisher[alarm.source] for alarm in floods}
    return len(flooded) >= max(NEWS_FEW, min(NEWS_LEAST, len(heard) / 2), NEWS * len(heard))


def _of(source: Source, line: Line | None, ours: frozenset[date]) -> Alarm | None:
    """What is wrong with a source now, or that what was wrong the day before is over.

    On the day of a return what had piled up makes a full day, and what was missed a poor week: neither is
    told before the days after it. A failure that nobody was alarmed by hides no poor week.
    """
    if line is None or not line.good.any():
        return None
    found = worst(source, line, ours)
    if (found and found.kind in AWAY) or not line.good[-1]:
        return found
    reason = _away_before(source, line, ours)
    if reason is None and (found is None or found.kind == "flooded"):
        reason = _failed_before(line, ours)
    return found if reason is None else _fixed(source, line, reason)


def _fixed(source: Source, line: Line, was: str) -> Alarm:
    """That a source is back, with what it answered before."""
    expected = line.learned(source).expected(line.exposure[-1])
    return Alarm(source.id, "fixed", line.days[-1], expected, int(line.came[-1]), was)


def _away_before(source: Source, line: Line, ours: frozenset[date]) -> str | None:
    """Why a source was silent or turned the day before; None when it was not."""
    was = worst(source, line.between(0, len(line.days) - 1), ours)
    return was.reason if was and was.kind in AWAY else None


def _failed_before(line: Line, ours: frozenset[date]) -> str | None:
    """Why a source that is well now failed on the last day that it was visited before; None when it did not.

    Nor when that was a moment between good answers, or our own fault.
    """
    n = last_of(line.visited[:-1])
    if n < 0 or line.outcome[n] != "FAILED" or line.outcome[-1] == "FAILED" or line.days[n] in ours:
        return None
    blip = line.good[n] and line.last[n] - line.until[n] < BLIP
    return None if blip else line.reason[n]


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
    seen, reason = last_of(line.visited), last_reason(line)
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


def last_reason(line: Line) -> str:
    """Why the last visit failed; "" when it did not, or when there was none."""
    seen = last_of(line.visited)
    return line.reason[seen] if seen >= 0 and line.outcome[seen] == "FAILED" else ""


def _turn(line: Line, well: np.ndarray) -> int:
    """The first period that was visited since the last that was well, or that one if it turned there."""
    seen, fine = last_of(line.visited), last_of(well)
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
    quiet = fallen_silent(source, line, ours)
    return Alarm(source.id, "silent", quiet.since, quiet.expected, 0, last_reason(line)) if quiet else None


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
