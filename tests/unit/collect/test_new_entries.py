"""What counts as new, what may have been missed, and which servers say "unchanged" when it is not so."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from kaders.jobs.collect import collect
from kaders.jobs.haul import WALKS
from kaders.model import Fetch
from kaders.settings import Settings
from kaders.store import landing, ledger_files, state

NOW = datetime(2026, 11, 23, 6, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)
Make = Callable[..., Settings]


def feed(
    numbers: Iterable[int], *, replies: int = 0, guid: str = "", head: str = "", at: datetime | None = None
) -> bytes:
    """A feed with an entry for each number, and a counter in their texts."""
    date = f"<pubDate>{at:%a, %d %b %Y %H:%M:%S} +0000</pubDate>" if at else ""
    items = "".join(
        f"<item><guid>{guid}{n}</guid><title>Bericht {n}</title><link>https://t.example/{guid}{n}</link>"
        f"<description>{replies} reacties</description>{date}</item>"
        for n in numbers
    )
    return f'<rss version="2.0"><channel><title>T</title>{head}{items}</channel></rss>'.encode()


def ledger(settings: Settings) -> list[Fetch]:
    return [line for path in ledger_files.paths(settings.places) for line in ledger_files.read(path)]


def memory(settings: Settings) -> state.State:
    found = state.load(settings.places, "a")
    assert found
    return found


def rate(settings: Settings) -> float:
    found = memory(settings).rate
    assert found is not None
    return found


def titles(settings: Settings) -> set[str]:
    return {item.title for path in landing.paths(settings.places) for item in landing.read(path)}


def test_a_source_of_which_only_the_counters_move_brings_nothing_new(web: Any, settings_for: Make) -> None:
    """Its changes land, and it is neither heard nor asked more often for them."""
    settings = settings_for(a=f"{web.url}/stubborn")
    for hour in range(12):
        web.feed = feed(range(10), replies=hour)
        summary = collect(settings, NOW + hour * HOUR, now=NOW + hour * HOUR)
    assert [line.new_entries for line in ledger(settings)] == [10] + [0] * 11
    assert len(landing.paths(settings.places)) == 12
    assert (summary.counts["new"], summary.counts["unchanged"]) == (0, 0)
    assert rate(settings) < 2


def test_an_old_entry_that_memory_let_go_of_is_not_new_when_it_is_shown_again(
    web: Any, settings_for: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kaders.jobs.memory.REMEMBERED", 4)
    settings = settings_for(a=f"{web.url}/stubborn")
    for hour, numbers in enumerate([(1, 2, 3), (4, 5, 3), (6, 7, 5), (1, 8, 6)]):
        web.feed = feed(numbers)
        collect(settings, NOW + hour * HOUR, now=NOW + hour * HOUR)
    assert [line.new_entries for line in ledger(settings)] == [3, 2, 2, 1]


def test_a_long_list_is_remembered_whole(
    web: Any, settings_for: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Though nearly all of it is cut out of the reply as read before."""
    monkeypatch.setattr("kaders.jobs.memory.REMEMBERED", 4)
    settings = settings_for(a=f"{web.url}/stubborn")
    for hour, numbers in enumerate([range(20), range(21)]):
        web.feed = feed(numbers)
        collect(settings, NOW + hour * HOUR, now=NOW + hour * HOUR)
    assert len(memory(settings).entries) == 21


def test_a_list_in_which_nothing_is_known_may_have_lost_some(web: Any, settings_for: Make) -> None:
    """It says so, once; what it brings is the least that came, so it is not asked more seldom for it."""
    settings = settings_for(a=f"{web.url}/stubborn")
    web.feed = feed(range(10))
    collect(settings, NOW, now=NOW)
    believed = rate(settings)
    web.feed = feed(range(1000, 1010))
    later = NOW + timedelta(days=20)
    collect(settings, later, now=later)
    assert rate(settings) >= believed
    collect(settings, later + HOUR, now=later + HOUR)
    web.feed = feed(range(1005, 1015))
    collect(settings, later + 2 * HOUR, now=later + 2 * HOUR)
    assert [(line.outcome, line.reason, line.new_entries) for line in ledger(settings)] == [
        ("OK", "", 10),
        ("PARTIAL", "full_page", 10),
        ("OK", "", 0),
        ("OK", "", 5),
    ]


def test_a_busy_list_is_asked_before_it_has_turned_whatever_it_asks_for(web: Any, settings_for: Make) -> None:
    settings = settings_for(a=f"{web.url}/stubborn")
    busy = settings.sources[0].model_copy(update={"expected_per_day": 60})
    settings = settings.model_copy(update={"sources": (busy,)})
    web.feed = feed(range(10), head="<ttl>1440</ttl>")
    collect(settings, NOW, now=NOW)
    due = memory(settings).next_visit
    assert due and HOUR < due - NOW < 4 * HOUR


def test_a_source_that_renames_its_entries_is_known_by_their_titles(web: Any, settings_for: Make) -> None:
    """Every entry has another guid and address at every visit: nothing was missed, and it does not hurry."""
    settings = settings_for(a=f"{web.url}/stubborn")
    for hour in range(6):
        web.feed = feed(range(hour, 10 + hour), guid=f"sessie-{hour}-")
        collect(settings, NOW + hour * HOUR, now=NOW + hour * HOUR)
    lines = ledger(settings)
    assert [line.outcome for line in lines] == ["OK"] * 6
    assert {line.detail for line in lines[1:]} == {"all entries have new identifiers"}
    assert rate(settings) < 5


@pytest.mark.parametrize("way", ["lying-anew", "lying-dated"])
def test_a_server_that_calls_everything_unchanged_is_found_out_within_a_day(
    web: Any, settings_for: Make, way: str
) -> None:
    settings = settings_for(a=f"{web.url}/{way}")
    for hour in range(0, 48, 4):
        now = NOW + hour * HOUR
        web.feed = feed(range(hour, 10 + hour), at=NOW - HOUR)
        collect(settings, now, now=now)
    assert memory(settings).lies
    assert {f"Bericht {n}" for n in range(24, 54)} <= titles(settings)


def test_a_server_that_is_right_about_it_is_believed(web: Any, settings_for: Make) -> None:
    """Also when its new entries are dated by the day alone."""
    settings = settings_for(a=f"{web.url}/feed")
    for hour in range(0, 48, 4):
        now = NOW + hour * HOUR
        web.feed = feed(range(hour // 8, 10 + hour // 8), at=now.replace(hour=0, minute=0))
        collect(settings, now, now=now)
    assert not memory(settings).lies


@pytest.mark.parametrize("status", [404, 403, 410])
def test_an_archive_that_is_gone_does_not_make_every_visit_the_first(
    web: Any, settings_for: Make, status: int
) -> None:
    settings = settings_for(a=f"{web.url}/fading/{status}")
    for hour in range(3):
        collect(settings, NOW + hour * HOUR, now=NOW + hour * HOUR)
    asked = [request["path"] for request in web.asked]
    assert asked.count(f"/status/{status}") == 1
    assert [line.status for line in ledger(settings)] == [200, 304, 304]
    assert {line.outcome for line in ledger(settings)} == {"OK"}
    assert ledger(settings)[0].detail.startswith("there are older pages, which could not be read: ")
    assert memory(settings).full == NOW


def test_an_archive_that_does_not_answer_is_asked_again_and_not_for_ever(
    web: Any, settings_for: Make
) -> None:
    settings = settings_for(a=f"{web.url}/fading/500")
    for hour in range(WALKS + 5):
        collect(settings, NOW + hour * HOUR, now=NOW + hour * HOUR)
    assert [request["path"] for request in web.asked].count("/status/500") == WALKS + 1
    outcomes = [line.outcome for line in ledger(settings)]
    assert outcomes == ["PARTIAL"] * WALKS + ["OK"] * 5


@pytest.mark.parametrize("status", [403, 429, 500, 503])
def test_a_moment_to_come_back_at_is_kept_to_with_any_refusal(
    web: Any, settings_for: Make, status: int
) -> None:
    """Though the server does not say what time it is: then our own counts."""
    settings = settings_for(a=f"{web.url}/refusing/{status}")
    for minutes in (0, 60, 239):
        at = NOW + timedelta(minutes=minutes)
        collect(settings, at, now=at)
    assert len(web.asked) == 1
    at = NOW + timedelta(minutes=241)
    collect(settings, at, now=at)
    assert len(web.asked) == 2
