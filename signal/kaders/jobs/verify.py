"""Looks whether nothing is damaged, lost or there twice; changes nothing."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from kaders.model import Summary
from kaders.settings import Settings
from kaders.store.findings import Removed, told
from kaders.store.verify_files import verify_files
from kaders.store.verify_rows import verify_rows


def verify(settings: Settings, moment: datetime) -> Summary:
    """A failure for each finding, with its mend. Nothing is written, not even that it ran.

    counts: landing_files, changed (words were taken out since), waiting (not loaded yet), ledger_files,
    visits, tagged_files, documents, findings. Raises Busy when another process writes the warehouse.
    """
    gone = Removed(settings.places, moment, settings.organisation.retention.landing)
    files = verify_files(settings.places, gone)
    rows = verify_rows(settings.places, files, gone)
    findings = [*files.findings, *rows.findings]
    names = ("landing_files", "changed", "waiting", "ledger_files", "visits", "tagged_files", "documents")
    counts = Counter[str](files.counts) + rows.counts
    return Summary(
        "verify", moment, {name: counts[name] for name in names} | {"findings": len(findings)}, told(findings)
    )
