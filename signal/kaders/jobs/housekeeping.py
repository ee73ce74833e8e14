"""Removes what retention says must go, and what broken-off runs left lying."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from pathlib import Path

from kaders.errors import Quarantine
from kaders.jobs.remembered import remembered
from kaders.model import Summary
from kaders.read.items import fingerprint
from kaders.settings import Settings
from kaders.store import forgotten, landing, retention, withdrawn
from kaders.store.connection import writing
from kaders.store.publish import publish_from
from kaders.store.search_index import keep_up


def remember(settings: Settings, paths: list[Path]) -> None:
    """Keeps the fingerprints of what goes from landing: a source that still shows it lands it no more."""
    root = settings.places.of("landing")
    for path in paths:
        if path.is_relative_to(root):
            with suppress(Quarantine):  # what cannot be read cannot be recognised either
                marks = [fingerprint(item) for item in landing.read(path)]
                forgotten.remember(settings.places, path.parent.parent.name, landing.landed_at(path), marks)


@remembered("housekeeping")
def housekeeping(settings: Settings, moment: datetime) -> Summary:
    """Empties old texts, removes old landing and tagged files that were loaded, and strays; publishes.

    Before that it takes out what was withdrawn while another job had it in hand.

    counts: texts_emptied, files_removed, strays_removed (*.tmp). A file that was never loaded is never
    removed, however old. Raises Busy when another process writes the warehouse.
    """
    places, keep = settings.places, settings.organisation.retention
    withdrawn.sweep(places)
    with writing(places) as con:
        emptied = retention.forget_words(con, moment, retention.words_of(keep, settings.sources))
        old = retention.old_files(con, places, moment, keep.landing)
        remember(settings, old)
        con.execute("CHECKPOINT")
        publish_from(con, places)
    keep_up(places)
    counts = {
        "texts_emptied": emptied,
        "files_removed": retention.remove(old),
        "strays_removed": retention.remove(retention.stray_files(places)),
    }
    return Summary(job="housekeeping", moment=moment, counts=counts)
