"""How it stands: the sources, the last runs, and what is late."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from textwrap import shorten

from kaders.jobs.source_status import Standing, clock, source_lines, standings, standings_unloaded
from kaders.settings import Settings
from kaders.store import inventory, landing, runs
from kaders.store.connection import reading
from kaders.store.published import is_there
from kaders.store.results import sizes

DUE = time(8, 0)
"""When the morning report must be there (docs/glossary.md), on the organisation's own clock."""
SILENT = timedelta(hours=26)
"""Without a visit for longer than this a source is late: once a day is the least, with two hours to spare."""
FLOW = (
    "collect",
    "import",
    "tag",
    "load",
    "detect",
    "report",
    "alerts",
    "export",
    "housekeeping",
    "rebuild",
    "rotate",
    "erase",
)
"""The jobs that are remembered, in the order in which a day needs them."""
NAMED = 10
"""Late sources that are named one by one."""
SENTENCE = 100
"""Characters of a failure: it says which one it is, and each job stays one line."""


def status(settings: Settings, moment: datetime, *, every: bool = False) -> list[str]:
    """Lines for a person, as of `moment` (aware): the sources, the last runs, what is late.

    every: a line for each source also where there are very many; otherwise for those with something to say.
    """
    if not is_there(settings.places):
        return _unloaded(settings, moment, every=every)
    with reading(settings.places) as con:
        found, size = standings(con, settings, moment), sizes(con)
        loaded = inventory.loaded_landing(con)
    late = [
        *_late_sources(found, moment),
        *_late_report(settings, size["last_report"], moment),
        *_late_files(settings, loaded),
    ]
    loaded_at, reported = clock(size["last_load"], settings), size["last_report"] or "never"
    return [
        f"{settings.organisation.id}, {clock(moment, settings)}",
        *source_lines(found, settings, every=every),
        f"in the warehouse: {size['documents']} documents ({size['duplicates']} of them copies), "
        f"{size['files']} landing files, {size['signals']} signals",
        f"last new items loaded {loaded_at}; last report {reported}",
        *_runs(settings),
        *(f"late: {what}" for what in late or ["nothing"]),
    ]


def _unloaded(settings: Settings, moment: datetime, *, every: bool) -> list[str]:
    """The same before anything was loaded: of the sources as soon as one was visited."""
    nothing = f"{settings.organisation.id}: nothing has been loaded yet; run `kaders run` first"
    found = standings_unloaded(settings, moment)
    visited = any(each.stands or each.memory for each in found)
    lines = source_lines(found, settings, every=every) if visited else []
    return [nothing, *lines, *_runs(settings, begun=True)]


def _runs(settings: Settings, *, begun: bool = False) -> list[str]:
    """A line for each job; begun: only for those that ever ran."""
    last = {job: runs.last(settings.places, job) for job in FLOW}
    return [f"last {job}: {_run(run, settings)}" for job, run in last.items() if run or not begun]


def _run(run: runs.Run | None, settings: Settings) -> str:
    if run is None:
        return "never"
    result = run.result
    count = f" ({result.failures})" if result.failures > 1 else ""
    first = f": {shorten(result.first, SENTENCE, placeholder='…')}" if result.first else ""
    return f"{clock(run.moment, settings)}, {result.ending}{count}{first}"


def _late_sources(found: list[Standing], moment: datetime) -> list[str]:
    """The sources that nobody came by in the last day, save those left alone for longer on purpose."""
    late = [each for each in found if _missed(each, moment)]
    if found and len(late) == len(found):
        return ["no source was visited in the last day; is the schedule running? (`make start`)"]
    names = [each.source.id for each in late]
    if len(names) > NAMED:
        first = ", ".join(names[:NAMED])
        return [f"{len(names):,} sources were not visited in the last day, {first} among them"]
    return [f"{name} was not visited in the last day" for name in names]


def _missed(each: Standing, moment: datetime) -> bool:
    waits = each.memory and each.memory.next_visit and each.memory.next_visit > moment
    return not waits and (each.stands is None or moment - each.stands.last > SILENT)


def _late_report(settings: Settings, last: object, moment: datetime) -> list[str]:
    local = moment.astimezone(settings.organisation.zone)
    due = local.date() if local.time() >= DUE else local.date() - timedelta(days=1)
    return [] if last is not None and str(last) >= due.isoformat() else [f"the report of {due}"]


def _late_files(settings: Settings, loaded: set[str]) -> list[str]:
    root, known = settings.places.of("landing"), {source.id for source in settings.sources}
    waiting = {path.relative_to(root).as_posix() for path in landing.paths(settings.places)} - loaded
    gone = {file for file in waiting if file.partition("/")[0] not in known}
    late = []
    if waiting - gone:
        late.append(f"{len(waiting - gone)} landing files are not loaded; run `kaders tag` and `kaders load`")
    if gone:
        names = ", ".join(sorted({file.partition("/")[0] for file in gone}))
        late.append(f"{len(gone)} landing files wait for sources that are no longer in sources.yaml: {names}")
    return late
