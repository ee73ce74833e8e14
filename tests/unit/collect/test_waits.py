"""Hosts that asked to be left alone, as several processes keep them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from kaders.settings import Settings
from kaders.store.waits import Waits

NOW = datetime(2026, 11, 23, 6, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)
Make = Callable[..., Settings]


def test_processes_side_by_side_keep_what_the_others_were_told(settings_for: Make) -> None:
    places = settings_for(a=None).places
    one, other = Waits(places), Waits(places)
    one.wait("a.example", NOW + 2 * HOUR, now=NOW)
    other.wait("b.example", NOW + HOUR, now=NOW)
    other.wait("a.example", NOW + HOUR, now=NOW)
    kept = Waits(places)
    assert [kept.until(f"{name}.example") for name in "abc"] == [NOW + 2 * HOUR, NOW + HOUR, None]
    assert other.until("a.example") == NOW + 2 * HOUR, "the longer wait, whoever was told"


def test_what_has_passed_is_forgotten_and_a_damaged_file_is_an_empty_one(settings_for: Make) -> None:
    places = settings_for(a=None).places
    Waits(places).wait("a.example", NOW + HOUR, now=NOW)
    later = Waits(places)
    later.wait("b.example", NOW + 9 * HOUR, now=NOW + 2 * HOUR)
    assert (later.until("a.example"), Waits(places).until("a.example")) == (None, None)
    (places.of("state") / "hosts.json").write_text("{half")
    damaged = Waits(places)
    assert damaged.until("b.example") is None
    damaged.wait("c.example", NOW + HOUR, now=NOW)
    assert Waits(places).until("c.example") == NOW + HOUR
