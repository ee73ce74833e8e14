"""Loads what was tagged and visited into the warehouse, and publishes a copy for those who read."""

from __future__ import annotations

from datetime import datetime

from kaders.jobs.remembered import remembered
from kaders.model import Summary
from kaders.settings import Settings
from kaders.store import erased, erasing, rewrite, rotation
from kaders.store.connection import writing
from kaders.store.inventory import TaggedFile, pending, tagged_files, tagger_versions
from kaders.store.loader import load_pending
from kaders.store.search_index import keep_up


@remembered("load")
def load(settings: Settings, moment: datetime) -> Summary:
    """Loads tagged files and ledger lines that are not loaded yet, in one transaction, and publishes.

    An erasure that was broken off is finished first. What was tagged while a key of pseudonyms was added is
    brought up to that (store/rotation.py).

    counts: files, documents (new ones), duplicates (more than before), visits. Raises Busy when another
    process writes the warehouse, KadersError when it is damaged or the disk full; then nothing of this load
    is there.
    """
    from kaders.jobs.erase import finish  # which loads as well

    left = finish(settings, moment)
    files = files_to_load(settings)
    with writing(settings.places, publishing=True) as con:
        erasing.empty_pending(erased.marks(settings.places), pending(con, files))
        counts, failures = load_pending(con, settings.places, files, moment)
        rotation.raise_rows(con, settings.places)
    rewrite.settle(settings.places)
    keep_up(settings.places)
    return Summary("load", moment, counts, left + failures, (str(settings.places.published),))


def files_to_load(settings: Settings) -> list[TaggedFile]:
    """One tagged file per landing file; today's tagger is asked for only when there are files of several."""
    current = ""
    if len(tagger_versions(settings.places)) > 1:
        from kaders.tag.pipeline import tagger_version  # spaCy takes a second to import

        current = tagger_version(settings)
    return tagged_files(settings.places, current=current)
