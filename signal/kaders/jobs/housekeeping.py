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
from kaders.store import aside, audit, files, forgotten, landing, retention, rewrite, rotation, withdrawn
from kaders.store.blocks import read_before_publishing
from kaders.store.connection import publish, writing
from kaders.store.search_index import keep_up


def remember(settings: Settings, paths: list[Path]) -> None:
    """Keeps the fingerprints of what goes from landing: a source that still shows it lands it no more."""
    root = settings.places.of("landing")  # which may be on the disk, and tagged files in object storage
    for path in files.ahead(path for path in paths if str(path).startswith(f"{root}/")):
        with suppress(Quarantine):  # what cannot be read cannot be recognised either
            marks = [fingerprint(item) for item in landing.read(path)]
            forgotten.remember(settings.places, path.parent.parent.name, landing.landed_at(path), marks)


@remembered("housekeeping")
def housekeeping(settings: Settings, moment: datetime) -> Summary:
    """Empties old texts, removes old landing and tagged files that were loaded, and strays; publishes.

    Before that it finishes an erasure that was broken off, takes out what was withdrawn while another job had
    it in hand, and brings pseudonyms up to the newest key, which a rotation may have left to it
    (store/rotation.py). When words went from the warehouse, here or by a load, the file is written anew.

    counts: texts_emptied, files_removed, strays_removed (*.tmp, and what was put aside long ago:
    store/aside.py). A file that was never loaded is never removed, however old. Raises Busy when another
    process writes the warehouse.
    """
    from kaders.jobs.erase import finish  # which loads as well

    places, keep = settings.places, settings.organisation.retention
    left = finish(settings, moment)
    rotation.raise_files(places)
    withdrawn.sweep(places)
    with writing(places) as con:
        rotation.raise_rows(con, places)
        emptied = retention.forget_words(con, places, moment, retention.words_of(keep, settings.sources))
        old = retention.old_files(con, places, moment, keep.landing)
        remember(settings, old)
        read_before_publishing(con, places.warehouse, all_of_it=True)
    if not rewrite.settle(places, daily=True):
        publish(places)
    keep_up(places)
    counts = {
        "texts_emptied": emptied,
        "files_removed": retention.remove([*old, *audit.too_old(places, moment, keep.audit_years)]),
        "strays_removed": retention.remove(retention.stray_files(places)),
    }
    counts["strays_removed"] += aside.forget(places, moment, keep.text)
    failures = tuple(filter(None, [*left, rotation.too_old(places)]))
    return Summary(job="housekeeping", moment=moment, counts=counts, failures=failures)
