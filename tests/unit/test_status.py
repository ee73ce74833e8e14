"""What `kaders status` says of the sources: the alarms first, in words, and short however many there are."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from kaders.jobs.load import load as load_job
from kaders.jobs.source_status import INDENT, MANY
from kaders.jobs.status import status
from kaders.load import load, root
from kaders.model import Fetch, Outcome
from kaders.settings import Settings, Source
from kaders.store import ledger_files, state

NOW = datetime(2026, 11, 20, 5, 30, tzinfo=UTC)
"""A Friday: the day before was a working day."""
NAMES = ("rtv-waterstreek", "polderbode", "kustdagblad", "dagnieuws")


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Four sources of the demo, each of about five a day."""
    own = load(root() / "organisations" / "waterdam", data=tmp_path, world="http://127.0.0.1")
    four = tuple(own.source(name).model_copy(update={"expected_per_day": 5.0}) for name in NAMES)
    return own.model_copy(update={"sources": four})


def visits(settings: Settings, days: int = 30, **last: tuple[Outcome, str, int]) -> None:
    """A visit to every source every morning, five new of twenty; `last` says how the last one went."""
    for back in range(days, -1, -1):
        moment, round_ = NOW - timedelta(days=back), []
        for source in settings.sources:
            usual: tuple[Outcome, str, int] = ("OK", "", 5)
            outcome, reason, new = last.get(source.id.partition("-")[0], usual) if back == 0 else usual
            entries = 20 if outcome != "FAILED" else 0
            round_.append(Fetch(source.id, moment, outcome, reason, "", 200, entries, new))
        ledger_files.append(settings.places, moment, "all", round_)
    load_job(settings, NOW)


def told(settings: Settings, *, every: bool = False, moment: datetime = NOW) -> list[str]:
    """The lines about sources."""
    lines = status(settings, moment, every=every)
    return lines[1 : next(n for n, line in enumerate(lines) if line.startswith("in the warehouse"))]


def of(lines: list[str], name: str) -> tuple[str, list[str]]:
    """The line of a source and those that go with it."""
    at = next(n for n, line in enumerate(lines) if f" {name}:" in line)
    rest = lines[at + 1 :]
    own = next((n for n, line in enumerate(rest) if not line.startswith(INDENT)), len(rest))
    return lines[at], [line.strip() for line in rest[:own]]


def test_alarms_come_first_then_failures_then_the_rest(settings: Settings) -> None:
    visits(settings, kustdagblad=("FAILED", "login_wall", 0), polderbode=("PARTIAL", "full_page", 5))
    lines = told(settings)
    assert lines[0] == "sources: 4 visited on schedule (2 OK, 1 PARTIAL, 1 FAILED), 1 with an alarm"
    order = [line.split()[1].rstrip(":") for line in lines if line.startswith(("OK", "PARTIAL", "FAILED"))]
    assert order == ["kustdagblad", "polderbode", "rtv-waterstreek", "dagnieuws"]


def test_a_source_says_what_it_brings_and_an_alarm_what_to_do(settings: Settings) -> None:
    visits(settings, kustdagblad=("FAILED", "login_wall", 0))
    line, more = of(told(settings), "kustdagblad")
    assert "since 2026-11-20 06:30 (a login page instead of entries), last visit 2026-11-20 06:30" in line
    assert "30 new in 7 days, usual 35" in line
    assert more == [
        "ALARM always gave entries, and since 20 Nov gives a login page instead of entries",
        "Find a public address, or come to an agreement with the publisher.",
    ]


def test_a_silence_is_told_with_what_was_expected(settings: Settings) -> None:
    visits(settings, dagnieuws=("OK", "", 0))
    line, more = of(told(settings), "dagnieuws")
    assert line.startswith("OK ")
    assert more[0].startswith("ALARM silent: nothing new since 19 Nov, where about 5 were expected")


def remember(settings: Settings, source: str, **more: Any) -> None:
    state.save(settings.places, source, replace(state.State(NOW), **more))


def test_a_new_address_is_a_proposal_and_waiting_is_told(settings: Settings) -> None:
    visits(settings, polderbode=("FAILED", "rate_limited", 0))
    later = NOW + timedelta(hours=6)
    remember(settings, "dagnieuws", moved_to="https://nieuw.example/rss", next_visit=later)
    remember(settings, "polderbode", failures=3, waits_for="rate_limited", next_visit=later)
    lines = told(settings)
    assert lines[0].endswith("1 with an alarm, 1 with a new address")
    assert of(lines, "dagnieuws")[1] == [
        "PROPOSAL moved for good to https://nieuw.example/rss: change url: in sources.yaml"
    ]
    assert "next 2026-11-20 12:30" in of(lines, "dagnieuws")[0]
    assert "waits as it asked: 3 visits in a row failed, next 2026-11-20 12:30" in of(lines, "polderbode")[0]


def test_what_is_remembered_of_later_says_nothing_of_an_earlier_moment(settings: Settings) -> None:
    visits(settings)
    remember(settings, "dagnieuws", moved_to="https://nieuw.example/rss")
    assert not any("moved for good" in line for line in told(settings, moment=NOW - timedelta(days=1)))


def test_a_source_that_waits_for_its_next_visit_is_not_late(settings: Settings) -> None:
    visits(settings)
    for name in NAMES[:2]:
        remember(settings, name, next_visit=NOW + timedelta(days=9))
    late = [line for line in status(settings, NOW + timedelta(days=2)) if line.startswith("late: ")]
    assert [f"late: {name} was not visited in the last day" in late for name in NAMES] == [
        False,
        False,
        True,
        True,
    ]


def fail(settings: Settings, reason: str, moment: datetime, name: str = "dagnieuws") -> None:
    """A round of one failed visit, written down and not loaded."""
    ledger_files.append(settings.places, moment, "all", [Fetch(name, moment, "FAILED", reason)])


def test_before_anything_landed_the_failures_are_told(settings: Settings) -> None:
    rounds = [NOW - timedelta(hours=n) for n in range(8, 0, -1)]
    for moment in rounds:
        fail(settings, "http_404", moment)
    later = NOW + timedelta(hours=6)
    remember(settings, "dagnieuws", failures=8, waits_for="http_404", next_visit=later, moment=rounds[-1])
    remember(settings, "polderbode", moved_to="https://nieuw.example/rss", moment=rounds[-1])
    head, summary, *lines = status(settings, NOW)
    assert head == "waterdam: nothing has been loaded yet; run `kaders run` first"
    assert (
        summary == "sources: 4 visited on schedule (1 FAILED, 3 NEVER), 0 with an alarm, 1 with a new address"
    )
    line, more = of(lines, "dagnieuws")
    assert "since 2026-11-19 22:30 (the address no longer exists (404)), last visit 2026-11-20 05:30" in line
    assert "waits: 8 visits in a row failed, next 2026-11-20 12:30" in line
    assert more[0].startswith("Find the new address: “kaders source add http://synthetic.example/")
    assert "moved for good to https://nieuw.example/rss" in of(lines, "polderbode")[1][0]


def test_a_source_that_is_back_is_noted_and_no_alarm(settings: Settings) -> None:
    for back in range(20, -1, -1):
        moment, failing = NOW - timedelta(days=back), back in (1, 2)
        outcome: tuple[Outcome, str] = ("FAILED", "http_404") if failing else ("OK", "")
        new = 0 if failing else 5
        round_ = [Fetch("dagnieuws", moment, *outcome, "", 200, 4 * new, new)]
        round_ += [Fetch(s.id, moment, "OK", "", "", 200, 20, 5) for s in settings.sources[:3]]
        ledger_files.append(settings.places, moment, "all", round_)
    load_job(settings, NOW)
    lines = told(settings)
    assert lines[0].endswith("(4 OK), 0 with an alarm")
    line, more = of(lines, "dagnieuws")
    assert more == ["NOTE is back (was: the address no longer exists (404)); new: 5"]
    assert "25 new in 7 days" in line, "four days of five, and what came on its return"


def test_what_was_visited_since_the_last_load_counts(settings: Settings) -> None:
    visits(settings)
    fail(settings, "tls", NOW + timedelta(hours=1))
    fail(settings, "tls", NOW + timedelta(hours=3))
    line, _ = of(told(settings, moment=NOW + timedelta(hours=2)), "dagnieuws")
    assert line.startswith("FAILED       dagnieuws: since 2026-11-20 07:30 (the security certificate")
    assert "last visit 2026-11-20 07:30" in line


def test_a_damaged_line_of_the_ledger_does_not_stop_status(settings: Settings) -> None:
    fail(settings, "http_404", NOW)
    (settings.places.of("ledger") / "2026-11-20" / "060000Z-all.jsonl").write_text("{", encoding="utf-8")
    assert of(status(settings, NOW), "dagnieuws")[0].startswith("FAILED")


def test_a_source_that_is_quiet_for_long_says_so_before_it_is_an_alarm(settings: Settings) -> None:
    slow = settings.sources[0].model_copy(update={"expected_per_day": 1.0})
    settings = settings.model_copy(update={"sources": (slow, *settings.sources[1:])})
    for back in range(40, -1, -1):
        moment = NOW - timedelta(days=back)
        round_ = [Fetch(s.id, moment, "OK", "", "", 200, 20, 5) for s in settings.sources[1:]]
        round_ += [Fetch(slow.id, moment, "OK", "", "", 200, 20, int(back >= 5))]
        ledger_files.append(settings.places, moment, "all", round_)
    load_job(settings, NOW)
    line, more = of(told(settings), slow.id)
    assert "quiet for 5 days, about 5 expected" in line
    assert more == []
    assert "quiet" not in of(told(settings), "dagnieuws")[0]


def test_of_very_many_only_those_with_something_to_say_are_told(settings: Settings) -> None:
    many = tuple(_copy(settings.sources[0], n) for n in range(MANY + 20))
    crowd = settings.model_copy(update={"sources": (*settings.sources, *many)})
    visits(crowd, 3, kustdagblad=("FAILED", "http_404", 0))
    short, whole = told(crowd), told(crowd, every=True)
    assert [line for line in short if line.startswith(("OK", "FAILED"))] == [of(whole, "kustdagblad")[0]]
    assert short[-1] == "and 123 sources as they should be (--all shows each)"
    assert sum(line.startswith(("OK", "FAILED")) for line in whole) == 124


def _copy(source: Source, n: int) -> Source:
    return source.model_copy(update={"id": f"bron{n}", "name": f"Bron {n}"})


def test_a_source_that_was_never_visited_says_so(settings: Settings) -> None:
    visits(settings)
    more = settings.model_copy(update={"sources": (*settings.sources, _copy(settings.sources[0], 1))})
    assert of(told(more), "bron1")[0].startswith("NEVER        bron1: not visited yet; declared 35 a week")
