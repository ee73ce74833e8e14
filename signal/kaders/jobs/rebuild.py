"""Makes the warehouse anew from landing, for after damage or a change in how things are read."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from kaders.jobs.load import files_to_load
from kaders.jobs.remembered import remembered
from kaders.model import Summary
from kaders.settings import Settings
from kaders.store.published import fetch
from kaders.store.rebuild import rebuild_warehouse
from kaders.store.retention import words_of
from kaders.store.search_index import keep_up


@remembered("rebuild")
def rebuild(
    settings: Settings, moment: datetime, progress: Callable[[int, int], None] | None = None
) -> Summary:
    """Tags what is not tagged yet, loads everything into a new warehouse, swaps it in and publishes it.

    progress is told how many tagged files are done and how many there are. Raises Busy when another process
    writes the warehouse. Stopped half-way, the old warehouse stands as it was.
    """
    from kaders.jobs.tag import tag  # spaCy takes a second to import

    tagged = tag(settings, moment)
    fetch(settings.places)  # on a new machine: it has what no file holds any more
    counts, failures = rebuild_warehouse(
        settings.places,
        files_to_load(settings),
        moment,
        keep_words=words_of(settings.organisation.retention, settings.sources),
        progress=progress,
    )
    keep_up(settings.places, anew=True)
    outputs = (str(settings.places.warehouse), str(settings.places.published))
    return Summary(
        job="rebuild", moment=moment, counts=counts, failures=tagged.failures + failures, outputs=outputs
    )
