"""Erases what a person asks to have erased: everywhere, for good, and so that it does not come back.

What is erased is put on a list of hashes first (store/erased.py); everything after that goes by the list, can
be done again, and is finished by the next load or housekeeping when it breaks off.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from kaders.errors import ConfigurationError, KadersError
from kaders.jobs import erase_made
from kaders.jobs.erase_look import Looked, Request, hash_of, named_in, warehouse
from kaders.jobs.load import files_to_load
from kaders.jobs.remembered import remembered
from kaders.model import Summary
from kaders.read.erased import Marks, entry_marks, marks_for
from kaders.report.removed import Trace, trace, without
from kaders.settings import Places, Settings, Storage
from kaders.store import audit, erased, erasing, keys, retention, rewrite, search_index
from kaders.store.connection import Connection, transaction
from kaders.store.connection import alone as warehouse_alone
from kaders.store.loader import load_pending

LEFT = 600.0
"""Seconds after which a half-written file has no writer any more: writing one takes less than a second."""

Progress = Callable[[int, int], None]


@dataclass
class _Way:
    """What an erasure needs on its way: the marks, when, and whether what was sent goes too.

    home: where the list is. waits: whether something is left that the next load can do
    """

    home: Places
    marks: Marks
    moment: datetime
    sent_too: bool
    progress: Progress | None = None
    waits: bool = False
    failures: list[str] = field(default_factory=list)
    still: list[str] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=lambda: {"documents": 0, "files": 0, "made": 0})


@remembered("erase")
def erase(
    settings: Settings,
    moment: datetime,
    request: Request,
    looked: Looked,
    *,
    now: datetime | None = None,
    why: str = "",
    sent_too: bool = False,
    progress: Progress | None = None,
) -> Summary:
    """Erases what `look` found. counts: documents, landing files that lost words, made (reports, messages).

    now: the clock, for the log, when it is not the moment.
    sent_too: pages and messages that people have had lose it too. failures: what could not be searched;
    outputs: what was sent and still shows it. Raises ConfigurationError when the reason names what is erased,
    Busy and files.Unwritable; what is not done by then the next load or housekeeping does.
    """
    places, ring = settings.places, keys.ring(settings.places)
    if named_in(why, request):
        raise ConfigurationError("--why names what is erased, and the log would keep that: say it without")
    told = {
        "moment": moment.isoformat(),
        "now": (now or moment).isoformat(),
        "by": audit.user(),
        "why": why,
        "about": hash_of(request, ring[0]),
        "documents": len(looked.entries),
        "sent_too": sent_too,
        "marks": sorted(marks_for(looked.asked, looked.entries, ring[0], ring)),
    }
    erased.owe(places, told)
    return _finished(settings, moment, told, progress)


def finish(settings: Settings, moment: datetime) -> tuple[str, ...]:
    """Finishes an erasure that was broken off, when there is one; sentences about what is still left."""
    told = erased.owed(settings.places)
    return () if told is None else _finished(settings, moment, told, None).failures


def again(settings: Settings, moment: datetime, *, now: datetime | None = None) -> Summary:
    """Erases all that is on the list once more, as after a restore of what was written before."""
    when = {"moment": moment.isoformat(), "now": (now or moment).isoformat()}
    told = erased.owed(settings.places) or when | {"note": "again, after a restore"}
    if not erased.marks(settings.places) and not told.get("marks"):
        erased.done(settings.places)
        return Summary("erase", moment)
    erased.owe(settings.places, told)
    return _finished(settings, moment, told, None)


def _finished(
    settings: Settings, moment: datetime, told: dict[str, Any], progress: Progress | None
) -> Summary:
    """Does all that the list asks, here and in what restores have put aside, and writes it in the log."""
    places = settings.places
    erased.list_owed(places)
    way = _Way(places, erased.marks(places), moment, bool(told.get("sent_too")), progress)
    _everywhere(settings, way)
    _left_lying(places)
    for folder in sorted((places.data / "aside").glob(f"{places.organisation}-*")):
        _aside(settings, folder, way)
    if not way.waits:
        _logged(places, told, way)
        if not retention.stray_files(places, older=float("-inf")):
            erased.done(places)  # else the next load looks at what another job is writing now, or left
    counts = way.counts | ({"documents": int(told["documents"])} if "documents" in told else {})
    return Summary("erase", moment, counts, tuple(way.failures), tuple(way.still))


def _everywhere(settings: Settings, way: _Way) -> None:
    """One data folder: first what was made of the words, while they are known; then the words."""
    places = settings.places
    with warehouse(places) as con:
        found = erasing.marked(places, con, way.marks)
        gone = _trace(settings, con, found)
    made = erase_made.clean(settings, gone, way.moment, sent_too=way.sent_too)
    erasing.empty_files(places, way.marks, found, way.progress)
    erased.add(way.home, entry_marks(found.ids, way.marks.key))  # for what landed since it was looked for
    with warehouse(places) as con:
        erasing.land_tombstones(settings, con, found, way.moment)
        if con is not None:
            rewrite.owe(places)
            _, failures = load_pending(con, places, files_to_load(settings), way.moment)
            way.failures += failures
            erasing.empty_rows(con, found.ids)
            _empty_signals(con, gone)
    if places.warehouse.exists():
        rewrite.rewrite(places)
        search_index.update(places, anew=True)
    erase_made.paint_lists(settings)
    way.counts["documents"] += len(found.ids)
    way.counts["files"] += found.files
    way.counts["made"] += made.changed
    way.still += made.still
    way.failures += made.failures
    way.failures += [f"{path} is damaged, so it was not searched" for path in found.damaged]
    way.waits |= bool(found.waiting)
    way.failures += [
        f"{source} was being visited all the time: the next load does the rest" for source in found.waiting
    ]


def _trace(settings: Settings, con: Connection | None, found: erasing.Found) -> Trace:
    words, questions = erase_made.quoted(settings)
    own = erasing.own_words(settings.places, con, words | questions, found)
    return trace(found.words, found.shapes, questions=own & questions, own_words=own & words)


def _empty_signals(con: Connection, gone: Trace) -> None:
    """Takes it out of what the mornings have decided, as the warehouse keeps it."""
    changed = []
    for day, id_, payload in con.execute("SELECT day, id, payload FROM out_signal ORDER BY ALL").fetchall():
        before = json.loads(payload)
        after = without(before, gone)
        if after != before:
            changed.append((json.dumps(after, ensure_ascii=False), day, id_))
    with transaction(con):
        for row in changed:
            con.execute("UPDATE out_signal SET payload = ? WHERE day = ? AND id = ?", row)


def _aside(settings: Settings, folder: Path, way: _Way) -> None:
    """The same in what a restore has put aside: all of it lies there as it lay in the data folder.

    A warehouse there that cannot be read is removed: nothing reads it, and nobody can look into it.
    """
    places = settings.places.model_copy(update={"data": folder, "storage": Storage()})
    try:
        _everywhere(settings.model_copy(update={"places": places}), way)
    except KadersError:
        if not places.warehouse.exists():
            raise
        places.warehouse.unlink()
        _everywhere(settings.model_copy(update={"places": places}), way)
    for path in (places.published, places.search):
        if not places.warehouse.exists():
            path.unlink(missing_ok=True)


def _left_lying(places: Places) -> None:
    """Removes what runs that broke off left: half-written files, and what could not be read and was kept."""
    retention.remove(retention.stray_files(places, older=LEFT))
    with warehouse_alone(places), search_index.alone(places):
        for folder in (places.warehouse.parent, places.published.parent):
            for path in folder.glob(f"*{places.organisation}.*duckdb*.tmp*"):
                shutil.rmtree(path) if path.is_dir() else path.unlink()
        places.warehouse.with_name(f"{places.warehouse.name}.unreadable").unlink(missing_ok=True)
    for path in places.data.glob(f".restore-{places.organisation}-*.tmp"):
        shutil.rmtree(path)


def _logged(places: Places, told: dict[str, Any], way: _Way) -> None:
    """One line for a request, also when it was broken off after its line was written."""
    given = datetime.fromisoformat(str(told.get("moment") or way.moment.isoformat()))
    begun = datetime.fromisoformat(str(told.get("now") or given.isoformat()))
    about = str(told.get("about", ""))
    lines = [line for line in audit.lines(places, begun) if isinstance(line, audit.Line)]
    if any((line.moment, line.what, line.about) == (begun, "erasure", about) for line in lines):
        return
    audit.note(
        places,
        begun,
        "erasure",
        given=given,
        why=str(told.get("why", "")),
        counts=way.counts | {"documents": int(told.get("documents", way.counts["documents"]))},
        about=about,
        note=str(told.get("note", "")),
        by=str(told.get("by", "")),
    )
