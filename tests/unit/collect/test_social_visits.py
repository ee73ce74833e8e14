"""Whole visits to a Mastodon instance and a Bluesky service on loopback, through the door, into landing."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "read"))

import platforms
from platforms import DID, Instance, Service, served, uri

from kaders.jobs.collect import collect
from kaders.model import Question, Summary
from kaders.settings import Settings, Source
from kaders.store import landing, ledger_files

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
NEXT = NOW + timedelta(days=1)
TIMELINE = "/api/v1/timelines/tag/afvalpas"
FEED = f"/xrpc/app.bsky.feed.getAuthorFeed?actor={DID}"
Visit = Callable[[datetime], Summary]


def town(settings: Settings, reader: str, base: str, path: str) -> Settings:
    """An organisation that reads one social source from that server."""
    source = Source.model_validate(
        {"id": "bron", "name": "Bron", "kind": "social", "reader": reader, "url": base + path}
        | {"owner_group": "bron", "expected_per_day": 2, "terms": "test"}
    )
    return settings.model_copy(update={"sources": (source,), "allowed": (base.removeprefix("http://"),)})


def visit(settings: Settings, at: datetime) -> Summary:
    return collect(settings, at, now=at)


def told(settings: Settings) -> list[str]:
    """Outcome and reason of every visit, as the ledger has them."""
    lines = (line for path in ledger_files.paths(settings.places) for line in ledger_files.read(path))
    return [f"{line.outcome} {line.reason}".strip() for line in lines]


def landed(settings: Settings, at: datetime | None = None) -> list[tuple[str, str, bool]]:
    """Guid, text and whether it was withdrawn of everything in landing, or of one visit; sorted."""
    paths = [path for path in landing.paths(settings.places) if at in (None, landing.landed_at(path))]
    return sorted((item.guid, item.text, item.withdrawn) for path in paths for item in landing.read(path))


def test_a_mastodon_timeline_from_day_to_day(settings_for: Callable[..., Settings]) -> None:
    instance = Instance()
    for number in (1, 2, 3):
        instance.post(number, f"bericht {number}", NOW)
    with served(instance.answer) as base:
        settings = town(settings_for(), "mastodon", base, TIMELINE)
        visit(settings, NOW)
        del instance.posts[1]
        instance.post(2, "verbeterd", NOW)
        instance.post(4, "nieuw", NEXT)
        summary = visit(settings, NEXT)
        asked = len(instance.asked)
        visit(settings, NEXT + timedelta(hours=1))
    assert summary.failures == ()
    assert landed(settings, NEXT) == [("1", "", True), ("2", "verbeterd", False), ("4", "nieuw", False)]
    assert landed(settings, NOW) == [("1", "", True), ("2", "bericht 2", False), ("3", "bericht 3", False)]
    assert instance.asked[asked:] == ["/timelines/tag/afvalpas?limit=40&min_id=4"], "a quiet visit asks once"


def test_a_first_page_that_has_not_changed_says_nothing_of_the_next_one(
    settings_for: Callable[..., Settings], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A timeline that is visited once a day: the walk over the last days begins with the same full page."""
    monkeypatch.setattr(platforms, "PAGE", 20)
    instance = Instance()
    for number in range(101, 121):
        instance.post(number, f"bericht {number}", NOW)
    with served(instance.answer) as base:
        settings = town(settings_for(), "mastodon", base, TIMELINE)
        visit(settings, NOW)
        for day in (1, 2):
            instance.post(120 + day, f"dag {day}", NOW + timedelta(days=day))
            visit(settings, NOW + timedelta(days=day))
    assert {guid for guid, _, _ in landed(settings)} == {str(number) for number in range(101, 123)}


def test_a_bluesky_feed_from_day_to_day(settings_for: Callable[..., Settings]) -> None:
    service = Service()
    for number in (1, 2, 3):
        service.post(number, f"bericht {number}", NOW - timedelta(hours=4 - number))
    with served(service.answer) as base:
        settings = town(settings_for(), "bluesky", base, FEED)
        visit(settings, NOW)
        del service.posts[2]
        service.post(3, "verbeterd", NOW - timedelta(hours=1), cid="ander")
        summary = visit(settings, NEXT)
    assert summary.failures == ()
    assert landed(settings, NEXT) == [(uri(2), "", True), (uri(3), "verbeterd", False)]
    assert "bericht 2" not in {text for _, text, _ in landed(settings)}


@pytest.mark.parametrize("status", [401, 403, 422])
def test_a_closed_instance_is_a_failure_that_is_named(
    settings_for: Callable[..., Settings], status: int
) -> None:
    def closed(question: Question) -> tuple[Any, ...]:
        return status, {"error": "This API requires an authenticated user"}

    with served(closed) as base:
        settings = town(settings_for(), "mastodon", base, TIMELINE)
        visit(settings, NOW)
    assert told(settings) == ["FAILED closed"]


def test_what_one_visit_to_a_busy_account_leaves_comes_in_the_next(
    settings_for: Callable[..., Settings],
) -> None:
    service = Service()
    service.post(1, "eerste", NOW)
    with served(service.answer) as base:
        settings = town(settings_for(), "bluesky", base, FEED)
        visit(settings, NOW)
        for number in range(2, 82):
            service.post(number, "druk", NOW + timedelta(minutes=number))
        later = NOW + timedelta(hours=2)
        moments = [later + timedelta(hours=6 * n) for n in range(3)]
        for at in moments:
            visit(settings, at)
    guids = [guid for guid, _, _ in landed(settings)]
    assert sorted(guids) == sorted(uri(number) for number in range(1, 82)), "all of it, and each once"
    assert told(settings) == ["OK", "PARTIAL cut_off", "OK", "OK"]


def test_a_tag_that_nobody_used_yet_is_no_failure(settings_for: Callable[..., Settings]) -> None:
    def quiet(question: Question) -> tuple[Any, ...]:
        known = question.url.endswith("/api/v1/instance")
        return (200, {"version": "4.3.1"}) if known else (404, {"error": "Record not found"})

    with served(quiet) as base:
        settings = town(settings_for(), "mastodon", base, TIMELINE)
        visit(settings, NOW)
        visit(settings, NEXT)
    assert told(settings) == ["OK", "OK"]


def test_an_address_that_is_no_instance_stays_a_failure(settings_for: Callable[..., Settings]) -> None:
    with served(lambda question: (404, {})) as base:
        settings = town(settings_for(), "mastodon", base, TIMELINE)
        visit(settings, NOW)
    assert told(settings) == ["FAILED http_404"]


def test_an_account_that_is_gone_is_told_of_and_its_posts_go(settings_for: Callable[..., Settings]) -> None:
    service = Service()
    for number in (1, 2):
        service.post(number, "bericht", NOW - timedelta(hours=number))
    with served(service.answer) as base:
        settings = town(settings_for(), "bluesky", base, FEED)
        visit(settings, NOW)
        service.refuses, service.posts = True, {}
        for day in range(1, 6):
            visit(settings, NOW + timedelta(days=day))
    assert {(guid, withdrawn) for guid, _, withdrawn in landed(settings)} == {(uri(1), True), (uri(2), True)}
    assert told(settings) == ["OK", *["PARTIAL http_4xx"] * 4, "FAILED http_4xx"]
