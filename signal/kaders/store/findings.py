"""What looking at the files and the warehouse of an organisation brought to light."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import PurePosixPath

from kaders.settings import Places
from kaders.store import forgotten, landing

MOST = 20
"""Findings of one kind that are written out, a screen full; the others are counted."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it should be: its kind, what it is, and how to mend it."""

    kind: str
    what: str
    mend: str

    def __str__(self) -> str:
        return f"{self.what}. {self.mend}"


def told(findings: Iterable[Finding]) -> tuple[str, ...]:
    """A sentence for each finding, MOST of a kind and then one that says how many more there are."""
    lines, seen = [], Counter[str]()
    for finding in findings:
        seen[finding.kind] += 1
        if seen[finding.kind] <= MOST:
            lines.append(str(finding))
    return (*lines, *(f"and {n - MOST} more: {kind}" for kind, n in seen.items() if n > MOST))


@dataclass
class Removed:
    """Knows which landing files retention has removed: those that are too old, or were under another rule.

    first  the first day of which landing files are kept
    """

    places: Places
    moment: datetime
    days: int
    _moments: dict[str, set[datetime]] = field(default_factory=dict)

    @property
    def first(self) -> date:
        """The first day that is not too old; as retention.old_files counts."""
        return self.moment.date() - timedelta(days=self.days)

    def __call__(self, name: str) -> bool:
        """Whether a landing file, by its path in the landing folder, is gone rightly."""
        path = self.places.of("landing") / PurePosixPath(name)
        try:
            landed = landing.landed_at(path)
        except ValueError:
            return False
        if landed.date() < self.first:
            return True
        source = path.parent.parent.name
        if source not in self._moments:
            self._moments[source] = forgotten.moments(self.places, source)
        return landed in self._moments[source]
