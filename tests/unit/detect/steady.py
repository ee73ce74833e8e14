"""Plays steady sources with a rhythm of the week, and counts how often health calls wolf.

`PYTHONPATH=signal python tests/unit/detect/steady.py 10` plays ten sources of each of the 120 kinds below for two
years and prints the alarms per source and year. On 23 November 2026 that was 0.26 over all (silent 0.20, flooded
0.04, shrunk 0.02): 0.03 for sources of one in five days, 0.2 for one or two a day, 0.7 for five a day and 0.1
for sixty. Five a day is the price of hearing within a day of a source that stops: by chance alone such a source has
two or three days a year without anything.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import product

import numpy as np
import pandas as pd

from kaders.detect import health
from kaders.detect.history import HISTORY_DAYS, Line, lines_of
from kaders.entries import Organisation, Owner, OwnerRules, Source, Text
from kaders.store.ledger import VOLUMES

PER_DAY = (0.2, 0.5, 1.0, 2.0, 3.5, 5.0, 7.0, 10.0, 20.0, 60.0)
"""Items on a mean day."""
RHYTHMS = {
    "flat": (1.0,) * 7,
    "office": (1.3, 1.3, 1.3, 1.3, 1.3, 0.3, 0.2),
    "council": (0.5, 0.5, 3.5, 1.2, 1.0, 0.2, 0.1),
}
"""Times the mean per weekday, Monday first."""
SPREADS = (1.0, 2.0)
"""Variance ÷ mean of a day: Poisson, and a negative binomial that comes in bursts."""
START = date(2026, 1, 5)
HOURS = np.array([0.2] * 6 + [1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 1, 0.5, 0.5, 0.5])
"""When items are published, per hour of the day."""


def organisation() -> Organisation:
    owner = Owner(role="spokesperson", name=Text(nl="Pers"), mail="pers@klein.example")
    rules = OwnerRules(absent="pers", contested="pers", reframed="pers", unframed="pers")
    return Organisation(
        id="klein", name=Text(nl="Klein"), contact="pers@klein.example", owners={"pers": owner}, owner_rules=rules,
        timezone="UTC",
    )  # fmt: skip


def source(per_day: float) -> Source:
    return Source(
        id="bron", name="Bron", kind="news", url="https://bron.example/feed", owner_group="bron",
        expected_per_day=per_day, terms="test",
    )  # fmt: skip


def counts(
    rng: np.random.Generator, per_day: float, rhythm: tuple[float, ...], spread: float, days: int
) -> np.ndarray:
    """Items per day."""
    mean = per_day * np.resize(np.array(rhythm), days)
    if spread == 1:
        return rng.poisson(mean)
    return rng.negative_binomial(mean / (spread - 1), 1 / spread)


def rows(
    items: np.ndarray, rng: np.random.Generator, *, every: int = 24, start: date = START
) -> pd.DataFrame:
    """The history of a source that is visited every so many hours, in periods that end at half past six."""
    end = datetime.combine(start, time(6, 30), UTC) + timedelta(days=1)
    found = []
    for n, new in enumerate(items):
        until = (end + timedelta(days=n)).timestamp()
        brought = np.nan
        if new:
            hours = rng.choice(24, size=new, p=HOURS / HOURS.sum())
            # published at an hour of the day, counted from half past six; seen at the next visit
            latest = int(((hours - 7) % 24).max()) + 1
            brought = until - 3600 * (24 - min(24, -(-latest // every) * every))
        first = until - 86400
        found.append(
            (
                "bron",
                start + timedelta(days=n),
                24 // every,
                int(new),
                first,
                until,
                brought,
                until,
                "OK",
                "",
                20,
                20,
                15,
                np.nan,
                None,
                None,
            )
        )
    return pd.DataFrame(found, columns=list(VOLUMES))


def line_of(items: np.ndarray, rng: np.random.Generator, every: int = 24) -> Line:
    """The same as the whole line of a source, longer than health looks at."""
    table, days = rows(items, rng, every=every), len(items)
    return lines_of(table, table["day"].iloc[-1], organisation(), days)["bron"]


def wolves(line: Line, per_day: float) -> Iterator[str]:
    """The kinds of alarm that begin, evaluated every morning; the same on the next day is no new one."""
    one, before = source(per_day), None
    for end in range(1, len(line.days) + 1):
        found = health.worst(one, line.between(max(0, end - HISTORY_DAYS), end), frozenset())
        if found and found.kind != before:
            yield found.kind
        before = found.kind if found else None


def play(
    number: int, days: int = 730, seed: int = 1
) -> Iterator[tuple[float, str, float, int, Counter[str]]]:
    """Per volume, rhythm, spread and hours between visits the alarms of so many sources."""
    for per_day, rhythm, spread, every in product(PER_DAY, RHYTHMS, SPREADS, (24, 1)):
        rng = np.random.default_rng([seed, int(per_day * 10), len(rhythm), int(spread), every])
        kinds: Counter[str] = Counter()
        for _ in range(number):
            kinds.update(
                wolves(line_of(counts(rng, per_day, RHYTHMS[rhythm], spread, days), rng, every), per_day)
            )
        yield per_day, rhythm, spread, every, kinds


if __name__ == "__main__":
    wanted = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    total: Counter[str] = Counter()
    cells = 0
    for per_day, rhythm, spread, every, kinds in play(wanted):
        rate = {kind: round(n / wanted / 2, 2) for kind, n in kinds.items()}
        print(
            f"{per_day:>5} {rhythm:<8} spread {spread} every {every:>2} h: {sum(kinds.values()) / wanted / 2:.2f} {rate}"
        )
        total.update(kinds)
        cells += 1
    print(
        {kind: round(n / wanted / 2 / cells, 3) for kind, n in total.items()},
        sum(total.values()) / wanted / 2 / cells,
    )
