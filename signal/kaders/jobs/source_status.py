"""How the sources stand, a line each: alarms first, then what fails, then the rest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pandas as pd

from kaders.detect import source_advice, source_words
from kaders.detect.health import Alarm, health
from kaders.detect.history import HISTORY_DAYS, Volume, weeks
from kaders.detect.silence import Silence, quiet_sources
from kaders.detect.sources import told
from kaders.errors import Quarantine
from kaders.model import Fetch
from kaders.settings import Settings, Source
from kaders.store import ledger_files, state
from kaders.store.connection import Connection
from kaders.store.inventory import pending_ledger
from kaders.store.ledger import VOLUMES, SourceState, last_period, source_states, volumes
from kaders.store.state import State

MANY = 100
"""Sources from which only those with something to say have a line of their own: two screens full."""
INDENT = " " * 13
"""Before a line that goes with the source above it."""
RANK = {"FAILED": 1, "NEVER": 1, "PARTIAL": 2}
"""In which the outcomes are told, after the alarms."""
WORD = {"fixed": "NOTE", "moved": "PROPOSAL"}
"""What stands before a line about a source that is no alarm."""


@dataclass(frozen=True, slots=True)
class Standing:
    """All there is to say of one source; None where nothing is known."""

    source: Source
    stands: SourceState | None
    memory: State | None
    week: Volume | None
    alarms: tuple[Alarm, ...]
    quiet: Silence | None = None

    @property
    def outcome(self) -> str:
        """The last one, or NEVER."""
        return self.stands.outcome if self.stands else "NEVER"

    @property
    def rank(self) -> int:
        """0 for an alarm, then failing, then in part, then the rest."""
        return 0 if self.alarms else RANK.get(self.outcome, 3)


def standings(con: Connection, settings: Settings, moment: datetime) -> list[Standing]:
    """Every source that is visited on schedule as it stood at `moment` (aware), in the order of their rank.

    What the collector remembers is of now: it is left out where it is later than `moment`. Visits that were
    not loaded yet count for how a source stands, and not for its alarms.
    """
    history = volumes(con, moment, settings.organisation.timezone, HISTORY_DAYS)
    waiting = pending_ledger(con, settings.places).values()
    stands = _with_later(source_states(con, moment), _visits(waiting, moment))
    return _standings(settings, moment, history, stands)


def standings_unloaded(settings: Settings, moment: datetime) -> list[Standing]:
    """The same where there is no warehouse yet: from the files of the run ledger alone."""
    stands = _with_later({}, _visits(ledger_files.paths(settings.places), moment))
    return _standings(settings, moment, pd.DataFrame(columns=list(VOLUMES)), stands)


def _visits(paths: Iterable[Path], moment: datetime) -> list[Fetch]:
    """The visits up to `moment` in these ledger files, in the order in which they were made.

    A damaged file is left out: the load that follows names it.
    """
    found: list[Fetch] = []
    for path in paths:
        with suppress(Quarantine):
            found += [fetch for fetch in ledger_files.read(path) if fetch.moment <= moment]
    return sorted(found, key=lambda fetch: fetch.moment)


def _with_later(known: Mapping[str, SourceState], visits: Iterable[Fetch]) -> dict[str, SourceState]:
    """How the sources stand after these visits as well."""
    stands = dict(known)
    for fetch in visits:
        before = stands.get(fetch.source)
        if before and before.last >= fetch.moment:
            continue
        since = before.since if before and before.outcome == fetch.outcome else fetch.moment
        said = fetch.detail or fetch.reason
        stands[fetch.source] = SourceState(
            fetch.source, fetch.outcome, said, since, fetch.moment, fetch.reason
        )
    return stands


def _standings(
    settings: Settings, moment: datetime, history: pd.DataFrame, stands: Mapping[str, SourceState]
) -> list[Standing]:
    own, visited = settings.organisation, settings.visited
    day = last_period(moment, own.timezone)
    memories = {source.id: _memory(settings, source, moment) for source in visited}
    moved = {name: memory.moved_to for name, memory in memories.items() if memory and memory.moved_to}
    alarms = health(history, visited, day, own, moved)
    week, quiet = weeks(history, visited, day, own), quiet_sources(history, visited, day, own)
    by_source: dict[str, tuple[Alarm, ...]] = {}
    for alarm in alarms:
        by_source[alarm.source] = (*by_source.get(alarm.source, ()), alarm)
    found = [
        Standing(
            s, stands.get(s.id), memories[s.id], week.get(s.id), by_source.get(s.id, ()), quiet.get(s.id)
        )
        for s in (told(source, settings) for source in visited)
    ]
    return sorted(found, key=lambda each: each.rank)


def _memory(settings: Settings, source: Source, moment: datetime) -> State | None:
    memory = state.load(settings.places, source.id)
    return memory if memory and memory.moment <= moment else None


def source_lines(found: list[Standing], settings: Settings, *, every: bool = False) -> list[str]:
    """The summary, then a line per source; of more than MANY those with something to say, unless `every`."""
    told = found if every or len(found) <= MANY else [each for each in found if each.rank < 3]
    rest = len(found) - len(told)
    more = [f"and {rest:,} sources as they should be (--all shows each)"] if rest else []
    lines = [line for each in told for line in (_line(each, settings), *_alarms(each))]
    return [_summary(found), *lines, *more]


def _summary(found: list[Standing]) -> str:
    counts = Counter(each.outcome for each in found)
    order = ("OK", "PARTIAL", "FAILED", "NOT EXPECTED", "NEVER")
    said = ", ".join(f"{counts[outcome]:,} {outcome}" for outcome in order if counts[outcome])
    alarms = sum(any(alarm.kind not in WORD for alarm in each.alarms) for each in found)
    moved = sum(any(alarm.kind == "moved" for alarm in each.alarms) for each in found)
    new = f", {moved:,} with a new address" if moved else ""
    return f"sources: {len(found):,} visited on schedule ({said or 'none'}), {alarms:,} with an alarm{new}"


def _line(each: Standing, settings: Settings) -> str:
    if each.stands is None:
        said = f"{'NEVER':<12} {each.source.id}: not visited yet"
    else:
        since, last = clock(each.stands.since, settings), clock(each.stands.last, settings)
        why = f" ({_why(each.stands)})" if each.stands.reason or each.stands.code else ""
        said = f"{each.outcome:<12} {each.source.id}: since {since}{why}, last visit {last}"
    return "; ".join([said, *_week(each), *_quiet(each), *_waiting(each, settings)])


def _why(stands: SourceState) -> str:
    """The reason in words, and what the visit itself said of it."""
    return source_words.with_detail(stands.code, stands.reason)


def _waiting(each: Standing, settings: Settings) -> list[str]:
    """When it is visited next, and what it waits for."""
    if each.memory is None:
        return []
    due = clock(each.memory.next_visit, settings) if each.memory.next_visit else "at the next run"
    if not each.memory.failures:
        return [f"next {due}"]
    n = each.memory.failures
    asked = " as it asked" if each.memory.waits_for == "rate_limited" else ""
    return [f"waits{asked}: {n} {'visit' if n == 1 else 'visits'} in a row failed, next {due}"]


def _week(each: Standing) -> list[str]:
    """What came in seven days against what is usual, or declared as long as nothing is learned."""
    if each.week is None:
        return [f"declared {7 * each.source.expected_per_day:.3g} a week"]
    kind = "usual" if each.week.learned else "not learned yet, expected"
    return [f"{each.week.seen} new in 7 days, {kind} {each.week.expected:.3g}"]


def _quiet(each: Standing) -> list[str]:
    """That nothing came for longer than usual, as long as that is no alarm."""
    if each.quiet is None or any(alarm.kind in ("silent", "html") for alarm in each.alarms):
        return []
    days = round(each.quiet.days)
    expected = source_words.about(each.quiet.expected)["en"]
    return [f"quiet for {days} {'day' if days == 1 else 'days'}, {expected} expected"]


def _alarms(each: Standing) -> Iterable[str]:
    """A line for each alarm, note and proposal, and one for what to do; for a mere failure only the last."""
    code = each.stands.code if each.stands and each.outcome in ("FAILED", "PARTIAL") else ""
    todo = [source_advice.of_failure(each.source, code, each.outcome)["en"]]
    for alarm in each.alarms:
        yield f"{INDENT}{WORD.get(alarm.kind, 'ALARM')} {source_words.alarm(alarm)['en']}"
        todo.append(source_advice.of_alarm(each.source, alarm)["en"])
    yield from (f"{INDENT}{what}" for what in dict.fromkeys(todo) if what)


def clock(moment: datetime | None, settings: Settings) -> str:
    """A moment on the organisation's own clock; "never" for none."""
    return f"{moment.astimezone(settings.organisation.zone):%Y-%m-%d %H:%M}" if moment else "never"
