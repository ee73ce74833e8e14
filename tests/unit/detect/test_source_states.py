"""A day counts by its best visit; a source stands as its last visit left it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from kaders.detect import panel
from kaders.detect.calendar import window
from kaders.detect.sources import sources

from .town import MONDAY, YESTERDAY, Row, ledger, moment, settings, visit


def krant(back: int, best: str, last: str, reason: str = "", bad: int = 0) -> Row:
    """A day of the newspaper with another last word than its best."""
    day = MONDAY - timedelta(days=back)
    return visit("krant", day, best, reason) | {"last_outcome": last, "bad_entries": bad}


def state(*rows: Row) -> dict[str, Any]:
    return next(s for s in sources(ledger(list(rows)), settings(), MONDAY) if s["id"] == "krant")


def test_a_late_failure_is_how_a_source_stands_and_takes_nothing_from_the_day() -> None:
    rows = [krant(1, "OK", "OK"), krant(0, "OK", "FAILED", "timeout")]
    found = state(*rows)
    assert (found["state"], found["since"]) == ("FAILED", MONDAY.isoformat())
    assert found["reason"]["en"] == "answered too slowly"
    span = window(moment(MONDAY), settings().organisation)
    assert panel.covered(ledger(rows), settings(), span, [YESTERDAY]) == [1.0]


def test_entries_that_could_not_be_read_are_named_with_their_number() -> None:
    found = state(krant(0, "OK", "PARTIAL", "partly_unreadable", bad=3))
    assert found["state"] == "PARTIAL"
    assert found["reason"] == {"nl": "niet te lezen berichten: 3", "en": "entries that could not be read: 3"}


def test_what_is_told_of_a_synthetic_source_does_not_change_with_the_port_it_is_served_at() -> None:
    def told(home: str, *, synthetic: bool) -> str:
        own = settings()
        sources_ = tuple(s.model_copy(update={"url": f"{home}/{s.id}"}) for s in own.sources)
        organisation = own.organisation.model_copy(update={"synthetic": synthetic})
        own = own.model_copy(update={"sources": sources_, "organisation": organisation})
        rows = ledger([krant(0, "FAILED", "FAILED", "http_404")])
        return str(sources(rows, own, MONDAY))

    here = "http://127.0.0.1:1234"
    for elsewhere in ("http://127.0.0.1:4321", "${WORLD}"):
        assert told(here, synthetic=True) == told(elsewhere, synthetic=True)
    assert here in told(here, synthetic=False)
