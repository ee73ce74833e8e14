"""The morning's judgement: reads the documents as they were known, thinks, writes signals.json."""

from __future__ import annotations

import json
from datetime import datetime

from kaders.detect.calendar import window
from kaders.detect.health import health
from kaders.detect.history import HISTORY_DAYS
from kaders.detect.morning import morning
from kaders.jobs.remembered import remembered
from kaders.model import Summary
from kaders.settings import Settings
from kaders.store.connection import writing
from kaders.store.counts import items_of_count
from kaders.store.documents import documents_as_of
from kaders.store.files import write
from kaders.store.ledger import coverage, last_period, volumes
from kaders.store.results import past_findings, save_results
from kaders.tag.pipeline import stop_words, tagger_version

PAST_DAYS = 30


@remembered("detect")
def detect(settings: Settings, moment: datetime) -> Summary:
    """Judges the morning of `moment` (aware) from what was first seen before it.

    Writes out/<organisation>/reports/<day>/signals.json and replaces the day's rows in the warehouse;
    a rerun gives the same bytes. Raises Busy when another process holds the warehouse.
    """
    zone, span = settings.organisation.timezone, window(moment, settings.organisation)
    with writing(settings.places, publishing=True) as con:
        history = volumes(con, moment, zone, HISTORY_DAYS)
        alarms = health(history, settings.visited, last_period(moment, zone), settings.organisation)
        payload = morning(
            documents_as_of(con, span, zone),
            coverage(con, span, zone),
            past_findings(con, span.day, PAST_DAYS),
            settings,
            span,
            count=items_of_count,
            tagger=tagger_version(settings),
            ordinary=stop_words(),
            alarms=alarms,
        )
        save_results(con, payload)
    path = settings.places.signals(span.day)
    write(path, (json.dumps(payload, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode())
    failed = [s for s in payload["sources"] if s["state"] == "FAILED"]
    return Summary(
        job="detect",
        moment=moment,
        counts={
            "signals": len(payload["signals"]),
            "watch": len(payload["watch"]),
            "tested": sum(issue["status"] != "not_tested" for issue in payload["issues"]),
            "failed_sources": len(failed),
            "source_alarms": len(alarms),
        },
        outputs=(str(path),),
    )
