"""Replaces the key of pseudonyms: whoever has the old one cannot look names up in what is stored any more."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from kaders.errors import ConfigurationError
from kaders.jobs.remembered import remembered
from kaders.model import Summary
from kaders.settings import Places, Settings
from kaders.store import audit, keys, rewrite, rotation
from kaders.store.connection import alone, writing
from kaders.store.search_index import keep_up

PATIENCE = 60.0
"""Seconds to wait for a source that is being visited; a visit of many pages takes some tens of seconds."""


@remembered("rotate")
def rotate(
    settings: Settings,
    moment: datetime,
    *,
    now: datetime | None = None,
    why: str = "",
    progress: Callable[[int, int], None] | None = None,
) -> Summary:
    """Adds a key and brings every stored pseudonym up to it; people stay who they are among each other.

    When an earlier rotation was broken off, that one is finished and no key is added. counts: keys, and the
    pseudonyms and files that were changed. now: the clock, for the log and the date of the key, when it is
    not the moment. progress: told how many sources are done of how many. Raises ConfigurationError when the
    ring is damaged or older than what is stored, Busy when another process writes the warehouse,
    files.Unwritable; what was done by then stays done, and doing it again goes on.
    """
    places = settings.places
    if said := rotation.too_old(places):
        raise ConfigurationError(said)
    if not rotation.unfinished(places):
        with alone(places):
            count = {"key": len(keys.made(places)) + 1}
            audit.note(places, now or moment, "rotation", given=moment, why=why, counts=count)
            keys.add(places, now or moment, why)
    changed = _rows(places)
    raised = rotation.raise_files(places, patience=PATIENCE, progress=progress)  # it notes that all is done
    counts = {"keys": len(keys.ring(places)), "pseudonyms": changed, "files": raised.files}
    failures = tuple(
        f"{source} was being visited all the time: `kaders housekeeping` does the rest"
        for source in raised.waiting
    )
    return Summary("rotate", moment, counts, failures, outputs=(str(keys.path_of(places)),))


def _rows(places: Places) -> int:
    """Brings up the warehouse and the published copy, of which then no byte is of before."""
    if not places.warehouse.exists():
        return 0
    with writing(places) as con:
        changed = rotation.raise_rows(con, places)
    rewrite.settle(places)
    keep_up(places)
    return changed
