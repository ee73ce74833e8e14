"""What one visit makes of a source that moves, lies, breaks off, needs a key or asks us to wait."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from kaders.jobs.collect import collect
from kaders.model import Fetch
from kaders.read.readers import READERS
from kaders.settings import Settings, Source
from kaders.store import landing, ledger_files, state

NOW = datetime(2026, 11, 23, 6, 30, tzinfo=UTC)
HOUR = timedelta(hours=1)
Make = Callable[..., Settings]


def ledger(settings: Settings) -> list[Fetch]:
    return [line for path in ledger_files.paths(settings.places) for line in ledger_files.read(path)]


def titles(settings: Settings) -> list[str]:
    return sorted(item.title for path in landing.paths(settings.places) for item in landing.read(path))


def api(settings: Settings, url: str, **more: object) -> Settings:
    """The same organisation with one source, a JSON API of three pages."""
    query = {"items": "items", "id": "id", "url": "url", "title": "title", "pages": {"next": "next"}}
    source = Source.model_validate(
        {
            "id": "a", "name": "Bron a", "kind": "news", "reader": "json_api", "url": f"{url}/api",
            "owner_group": "groep", "expected_per_day": 2, "terms": "test", "query": query | more.pop("query", {}),  # type: ignore[operator]
        }
        | more
    )  # fmt: skip
    return settings.model_copy(update={"sources": (source,)})


def test_where_a_source_moved_for_good_is_remembered_until_it_is_mended(web: Any, settings_for: Make) -> None:
    settings = settings_for(a=f"{web.url}/moved")
    collect(settings, NOW, now=NOW)
    memory = state.load(settings.places, "a")
    assert memory and memory.moved_to == f"{web.url}/feed"
    mended = settings_for(a=f"{web.url}/feed")
    collect(mended, NOW + HOUR, now=NOW + HOUR)
    memory = state.load(settings.places, "a")
    assert memory and memory.moved_to == ""


def test_a_source_that_says_unchanged_when_it_is_not_is_found_out_within_a_day(
    web: Any, settings_for: Make
) -> None:
    settings = settings_for(a=f"{web.url}/lying")
    collect(settings, NOW, now=NOW)
    web.feed = web.feed.replace(b"<title>een</title>", b"<title>drie</title>")
    for hours in (1, 23):
        at = NOW + hours * HOUR
        assert collect(settings, at, now=at).counts["unchanged"] == 1
    at = NOW + 24 * HOUR
    collect(settings, at, now=at)
    assert titles(settings) == ["drie", "een", "twee"]
    web.feed = web.feed.replace(b"<title>drie</title>", b"<title>vier</title>")
    at = NOW + 25 * HOUR
    collect(settings, at, now=at)
    assert titles(settings) == ["drie", "een", "twee", "vier"], "it is not believed any more"


def test_a_visit_walks_all_pages(web: Any, settings_for: Make) -> None:
    settings = api(settings_for(b=f"{web.url}/feed"), web.url)
    assert collect(settings, NOW, now=NOW).counts["new"] == 3
    assert titles(settings) == ["Bericht 1", "Bericht 2", "Bericht 3"]


def test_what_came_before_a_page_that_fails_lands_and_the_next_visit_gets_the_rest(
    web: Any, settings_for: Make
) -> None:
    settings = api(settings_for(b=f"{web.url}/feed"), web.url)
    web.broken_page = 3
    collect(settings, NOW, now=NOW)
    assert titles(settings) == ["Bericht 1", "Bericht 2"]
    web.broken_page = 0
    collect(settings, NOW + HOUR, now=NOW + HOUR)
    assert titles(settings) == ["Bericht 1", "Bericht 2", "Bericht 3"]
    assert [(line.outcome, line.reason, line.new_entries) for line in ledger(settings)] == [
        ("PARTIAL", "http_5xx", 2),
        ("OK", "", 1),
    ]


def test_an_archive_without_end_is_read_a_way_back_and_the_ledger_says_so(
    web: Any, settings_for: Make
) -> None:
    settings = settings_for(a=f"{web.url}/archive/0")
    collect(settings, NOW, now=NOW)
    collect(settings, NOW + HOUR, now=NOW + HOUR)
    first, later = ledger(settings)
    assert (first.outcome, first.detail) == ("OK", "there are older pages, which are not read")
    assert first.new_entries == READERS["feed"].pages
    assert (later.outcome, later.detail, later.new_entries) == ("OK", "", 0)


@pytest.mark.parametrize(("secret", "reason", "shown"), [("geheim", "", "geheim"), ("", "no_secret", None)])
def test_a_key_goes_along_by_name_and_stands_in_no_file(
    web: Any, settings_for: Make, tmp_path: Any, secret: str, reason: str, shown: str | None
) -> None:
    query = {"key": "header:X-Api-Key"}
    settings = api(settings_for(b=f"{web.url}/feed"), web.url, query=query, secret="env:KEY_OF_A")
    collect(settings, NOW, now=NOW, secrets=lambda name: secret if name == "env:KEY_OF_A" else "")
    assert [line.reason for line in ledger(settings)] == [reason]
    assert set(web.keys) == ({shown} if shown else set())
    files = [path for path in (tmp_path / "data").rglob("*") if path.is_file()]
    assert files and not [path for path in files if b"geheim" in path.read_bytes()]


def test_two_rounds_at_once_lose_nothing(web: Any, settings_for: Make) -> None:
    """As when a person collects by hand beside the schedule: what lands twice is the same entry."""
    from concurrent.futures import ThreadPoolExecutor

    settings = settings_for(a=f"{web.url}/feed", b=f"{web.url}/stubborn")
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda n: collect(settings, NOW + n * timedelta(seconds=1), now=NOW), range(4)))
    assert {"een", "twee"} == set(titles(settings))
    memory = state.load(settings.places, "a")
    assert memory and memory.count == 2


def test_an_address_inside_our_walls_is_refused_unless_it_is_allowed(web: Any, settings_for: Make) -> None:
    settings = settings_for(a=f"{web.url}/feed").model_copy(update={"allowed": ()})
    collect(settings, NOW, now=NOW)
    assert [(line.outcome, line.reason) for line in ledger(settings)] == [("FAILED", "refused_address")]
    assert web.asked == []


def test_an_article_lands_as_a_later_revision_of_its_entry(web: Any, settings_for: Make) -> None:
    settings = settings_for(a=f"{web.url}/feed")
    entry = f"<item><guid>1</guid><title>Peil</title><link>{web.url}/story/1</link><description>Kort.</description></item>"
    web.feed = f'<rss version="2.0"><channel><title>T</title>{entry}</channel></rss>'.encode()
    whole = settings.sources[0].model_copy(update={"pages": True, "permission": "own"})
    settings = settings.model_copy(update={"sources": (whole,)})
    for at in (NOW, NOW + HOUR):
        collect(settings, at, now=at)
    items = [item for path in landing.paths(settings.places) for item in landing.read(path)]
    assert [(item.guid, "Alinea 8" in item.text) for item in items] == [("1", False), ("1", True)]
    assert items[0].fetched_at < items[1].fetched_at
    asked = [request["path"] for request in web.asked]
    assert asked.index("/robots.txt") < asked.index("/story/1") and asked.count("/story/1") == 1
    assert [line.new_entries for line in ledger(settings)] == [1, 0]


def test_a_round_that_is_killed_leaves_its_lines_to_the_next(
    web: Any, settings_for: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed before the ledger was written; nothing is due at the next round, and yet nothing is forgotten."""
    settings = settings_for(a=f"{web.url}/feed", gone=f"{web.url}/status/404")
    monkeypatch.setattr(ledger_files, "append", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        collect(settings, NOW, now=NOW)
    monkeypatch.undo()
    assert ledger(settings) == []
    later = NOW + timedelta(minutes=5)
    assert collect(settings, later, now=later, due=True).counts["sources"] == 0
    assert [(line.moment, line.source, line.reason, line.new_entries) for line in ledger(settings)] == [
        (NOW, "a", "", 2),
        (NOW, "gone", "http_404", 0),
    ]


def test_a_line_whose_entries_never_landed_is_not_told(
    web: Any, settings_for: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = settings_for(a=f"{web.url}/feed")
    monkeypatch.setattr(landing.Unwritten, "write", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        collect(settings, NOW, now=NOW)
    monkeypatch.undo()
    assert ledger(settings) == []
    assert collect(settings, NOW + HOUR, now=NOW + HOUR).counts["new"] == 2


def test_a_mended_address_is_asked_at_once_and_what_is_known_does_not_land_again(
    web: Any, settings_for: Make
) -> None:
    broken, mended = settings_for(a=f"{web.url}/status/404"), settings_for(a=f"{web.url}/stubborn")
    collect(settings_for(a=f"{web.url}/feed"), NOW, now=NOW)
    for hours in (1, 2, 3, 5, 9):
        collect(broken, NOW + hours * HOUR, now=NOW + hours * HOUR, due=True)
    memory = state.load(broken.places, "a")
    assert memory and memory.next_visit and memory.next_visit > NOW + 10 * HOUR
    at = NOW + 9 * HOUR + timedelta(minutes=5)
    assert collect(mended, at, now=at, due=True).counts == {
        "sources": 1, "ok": 1, "partial": 0, "failed": 0, "not_expected": 0, "unchanged": 1, "entries": 2, "new": 0,
    }  # fmt: skip


def test_a_key_that_comes_is_used_at_once(web: Any, settings_for: Make) -> None:
    query = {"key": "bearer"}
    settings = api(settings_for(b=f"{web.url}/feed"), web.url, query=query, secret="env:KEY_OF_A")
    for hours in (0, 1, 3):
        collect(settings, NOW + hours * HOUR, now=NOW + hours * HOUR, due=True)
    at = NOW + 3 * HOUR + timedelta(minutes=5)
    assert collect(settings, at, now=at, due=True, secrets=lambda _: "geheim").counts["new"] == 3


def test_a_source_that_asks_for_patience_gets_it_whoever_asks(web: Any, settings_for: Make) -> None:
    settings = settings_for(a=f"{web.url}/busy")
    collect(settings, NOW, now=NOW)
    asked = len(web.asked)
    for minutes in (5, 30, 59):
        at = NOW + timedelta(minutes=minutes)
        collect(settings, at, now=at)
    assert len(web.asked) == asked
    later = NOW + timedelta(minutes=61)
    collect(settings, later, now=later)
    assert len(web.asked) == asked + 1


def test_what_goes_wrong_with_pages_takes_nothing_back(
    web: Any, settings_for: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = settings_for(a=f"{web.url}/feed")
    whole = settings.sources[0].model_copy(update={"pages": True, "permission": "own"})
    settings = settings.model_copy(update={"sources": (whole,)})
    monkeypatch.setattr("kaders.jobs.visit.read_pages", lambda *_, **__: 1 / 0)
    collect(settings, NOW, now=NOW)
    collect(settings, NOW + HOUR, now=NOW)
    assert titles(settings) == ["een", "twee"]
    assert [(line.outcome, line.new_entries) for line in ledger(settings)] == [("OK", 2), ("OK", 0)]
    assert "ZeroDivisionError" in ledger(settings)[0].detail
