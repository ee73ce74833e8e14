"""The decision rule: which tested issues are signals, of what kind and how urgent (design section 5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from kaders.detect.divergence import Divergence
from kaders.detect.novelty import Novelty
from kaders.detect.volume import Volume
from kaders.model import Level, SignalKind
from kaders.settings import StatedFrame

Q = 0.10
"""False discovery rate per family and day (Benjamini-Hochberg; design section 5)."""
Q_ELEVATED = 0.01
MIN_GROUPS, MAX_SHARE, MIN_EFFECTIVE = 3, 0.6, 3.0
"""Independent publishers, largest share of one, and exp(entropy) of the shares (R4)."""
ROUNDING = 1e-9
"""exp(entropy) of three equal publishers is a hair under 3."""
LEAVE_OUT = 0.05
UNHEARD = 0.25
"""Our message counts as not heard when fewer than one story in four carries it: above the share in which the
rules hear it by mistake (`make rehearse` prints it per world); our choice (docs/decisions/0009)."""
COUNTER_GROWTH, COUNTER_P = 0.05, 0.01
"""A registered counter-frame contests when it grew five points and chance explains that once in a hundred
times. The floor is low because word lists hear but a part of what is said (docs/decisions/0009)."""


@dataclass(frozen=True, slots=True)
class Carriers:
    """Who carries an issue now: items per owner group and per kind of source."""

    groups: dict[str, int]
    kinds: dict[str, int]
    p_without_largest: float

    @property
    def largest_share(self) -> float:
        """Share of the items that the largest owner group brings."""
        return max(self.groups.values()) / sum(self.groups.values()) if self.groups else 1.0

    @property
    def diverse(self) -> bool:
        """Rule R4: several publishers, none dominating, and growth that survives without the largest."""
        counts = np.array(list(self.groups.values()), dtype=float)
        effective = float(np.exp(stats.entropy(counts))) if len(counts) else 0.0
        enough = len(counts) >= MIN_GROUPS and effective >= MIN_EFFECTIVE - ROUNDING
        return enough and self.largest_share <= MAX_SHARE and self.p_without_largest <= LEAVE_OUT


@dataclass(frozen=True, slots=True)
class CounterFrame:
    """In how many stories a registered counter-frame is heard: now and before, each of how many.

    outgrown: whether another frame clearly grew more, and so is what the talk turned to.
    """

    now: int
    now_of: int
    before: int
    before_of: int
    outgrown: bool = False

    @property
    def share(self) -> float:
        """Share of the stories now."""
        return self.now / self.now_of if self.now_of else 0.0

    @property
    def before_share(self) -> float:
        """Share of the stories before."""
        return self.before / self.before_of if self.before_of else 0.0

    @property
    def grows(self) -> bool:
        """Whether the share rose, by its floor and by Fisher's exact test, and nothing else rose more."""
        if self.outgrown:
            return False
        heard, stories = self.now + self.before, self.now_of + self.before_of
        p = float(stats.hypergeom.sf(self.now - 1, stories, heard, self.now_of)) if self.before_of else 1.0
        return self.share - self.before_share >= COUNTER_GROWTH and p <= COUNTER_P


@dataclass(frozen=True, slots=True)
class Tested:
    """One issue with all that was measured; `q_*` are filled in over its family."""

    issue: str
    talk: pd.DataFrame
    stated: StatedFrame | None
    volume: Volume | None
    divergence: Divergence | None
    novelty: Novelty | None
    carriers: Carriers
    echo: float | None
    counters: dict[str, CounterFrame]
    not_tested: str = ""
    q: float = 1.0
    q_volume: float = 1.0
    q_divergence: float = 1.0
    folded: bool = False

    @property
    def family(self) -> str:
        """Topics and policy areas are separate families."""
        return self.issue.split(":", 1)[0]

    @property
    def p_other(self) -> float:
        """The second question: divergence, or novelty where nothing has been stated."""
        if self.stated is None:
            return self.novelty.p if self.novelty else 1.0
        return self.divergence.p if self.divergence else 1.0

    @property
    def p(self) -> float:
        """Both must say yes: the larger of the two p-values (intersection-union)."""
        return max(self.volume.p, self.p_other) if self.volume else 1.0

    @property
    def grows(self) -> bool:
        """Whether the growth passes its floors and does not hang on one publisher."""
        return bool(self.volume and self.volume.big_enough and self.carriers.diverse)

    @property
    def departs(self) -> bool:
        """Whether the second question passes its floors."""
        if self.stated is None:
            return bool(self.novelty and self.novelty.terms)
        return bool(self.divergence and (self.divergence.further or self.divergence.apart))

    @property
    def is_signal(self) -> bool:
        """Growth and departure together, below the false discovery rate."""
        return self.q <= Q and self.grows and self.departs and not self.folded

    @property
    def is_watch(self) -> bool:
        """Only one of the two: growth that fits, or a movement without growth."""
        moved = bool(self.divergence and self.divergence.further and self.q_divergence <= Q)
        return not self.is_signal and ((self.q_volume <= Q and self.grows) or moved)

    @property
    def fits(self) -> bool:
        """Whether the talk stands where it stood, within the tolerance, and no counter-frame grows."""
        away = self.divergence and (self.divergence.further or self.divergence.apart)
        return not away and not any(counter.grows for counter in self.counters.values())

    @property
    def standing_gap(self) -> bool:
        """A gap beyond the tolerance without growth: for the weekly export, not for an alert."""
        apart = bool(self.divergence and self.divergence.apart)
        return apart and not self.is_signal and not self.not_tested


def adjust(tested: list[Tested]) -> list[Tested]:
    """Benjamini-Hochberg within each family: growth over all that was counted, the rest over tested ones."""
    q: dict[str, float] = {}
    q_volume: dict[str, float] = {}
    q_divergence: dict[str, float] = {}
    for family in sorted({t.family for t in tested}):
        counted = {t.issue: t for t in tested if t.family == family and t.volume}
        eligible = {issue: t for issue, t in counted.items() if not t.not_tested}
        q_volume |= _adjusted({issue: t.volume.p for issue, t in counted.items() if t.volume})
        q |= _adjusted({issue: t.p for issue, t in eligible.items()})
        q_divergence |= _adjusted({issue: t.p_other for issue, t in eligible.items()})
    fields = ((t, (field.get(t.issue, 1.0) for field in (q, q_volume, q_divergence))) for t in tested)
    return _folded([replace(t, q=a, q_volume=b, q_divergence=c) for t, (a, b, c) in fields])


def _adjusted(chances: dict[str, float]) -> dict[str, float]:
    """The p-values of a family after Benjamini-Hochberg, by issue."""
    if not chances:
        return {}
    return dict(zip(chances, map(float, stats.false_discovery_control(list(chances.values()))), strict=True))


def _folded(tested: list[Tested]) -> list[Tested]:
    """One event in two policy areas is one signal: the surer area keeps it, the other is watched."""
    taken: set[str] = set()
    folded = set()
    for one in sorted((t for t in tested if t.stated is None and t.is_signal), key=lambda t: (t.q, t.issue)):
        terms = {term.term for term in one.novelty.terms} if one.novelty else set()
        if len(terms & taken) * 2 >= len(terms):
            folded.add(one.issue)
        taken |= terms
    return [replace(t, folded=True) if t.issue in folded else t for t in tested]


def kind(tested: Tested) -> SignalKind:
    """What sort of divergence a signal is; each asks for another action (design section 1)."""
    if tested.stated is None:
        return "unframed"
    if any(counter.grows for counter in tested.counters.values()):
        return "contested"
    gap = tested.divergence
    never_near = gap is None or gap.usual is None or gap.usual > gap.tolerance or not gap.further
    return "absent" if never_near and (tested.echo or 0) < UNHEARD else "reframed"


def settled(measured: SignalKind, before: Mapping[str, Any]) -> SignalKind:
    """The kind that a morning tells: it changes within an episode only when two mornings measure the new one.

    before: the latest earlier finding of the episode, empty when there is none. Advice that flips from day to
    day is no advice.
    """
    known = before.get("kind")
    if known is None or measured == before.get("measured_kind", known):
        return measured
    told: SignalKind = known
    return told


def level(tested: Tested, recent: int) -> Level:
    """How urgent a signal is; `recent` = on how many of the last two mornings it was a signal."""
    if not tested.is_signal:
        return "watch"
    volume, gap = tested.volume, tested.divergence
    assert volume is not None
    broad = len(tested.carriers.groups) >= 5 and len(tested.carriers.kinds) >= 2
    elevated = recent >= 1 or (tested.q <= Q_ELEVATED and volume.ratio >= 2 and broad)
    if not elevated:
        return "signal"
    big = volume.ratio >= 3 or bool(tested.novelty and tested.novelty.p <= LEAVE_OUT)
    far = gap is None or gap.low > gap.tolerance
    sure = tested.q <= Q_ELEVATED and broad
    return "high" if recent >= 1 and sure and big and far else "elevated"
