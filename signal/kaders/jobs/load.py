"""Loads what was tagged and what the ledger says into the warehouse, then publishes the copy for readers."""

from __future__ import annotations

from datetime import datetime

from kaders.model import Summary
from kaders.settings import Settings
from kaders.store import loader
from kaders.store.connection import writing
from kaders.store.publish import publish
from kaders.tag.pipeline import tagger_version


def load(settings: Settings, moment: datetime) -> Summary:
    """Merges all pending files; the same files again change nothing."""
    version = tagger_version(settings)
    with writing(settings.places) as con:
        paths = loader.pending(con, settings.places, version)
        documents = loader.merge(con, paths, version, moment)
        visits, failures = loader.merge_ledger(con, settings.places)
        publish(con, settings.places)
    counts = {"files": len(paths), "documents": documents, "visits": visits}
    return Summary(job="load", moment=moment, counts=counts, failures=tuple(failures))
