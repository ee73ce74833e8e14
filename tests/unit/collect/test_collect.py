"""Collecting, from a real server into real files."""

from __future__ import annotations

import errno
import gzip
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from kaders.errors import ConfigurationError, KadersError
from kaders.jobs.collect import collect, shards
from kaders.jobs.housekeeping import remember
from kaders.model import Fetch
from kaders.settings import Places, Settings
from kaders.store import keys, landing, ledger_files
from kaders.store.retention import remove

NOW = datetime(2026, 11, 23, 6, 30, tzinfo=UTC)
QUARTER = timedelta(minutes=15)
Make = Callable[..., Settings]


def feed(*titles: str) -> bytes:
    items = "".join(f"<item><guid>{title.split()[0]}</guid><title>{title}</title></item>" for title in titles)
    return (
        f'<?xml version="1.0"?><rss version="2.0"><channel><title>T</title>{items}</channel></rss>'.encode()
    )


def titles(settings: Settings, source: str = "a") -> list[list[str]]:
    return [[item.title for item in landing.read(path)] for path in landing.paths(settings.places, source)]


def ledger(settings: Settings) -> list[Fetch]:
    return [fetch for path in ledger_files.paths(settings.places) for fetch in ledger_files.read(path)]


def test_what_is_new_lands_once(web: Any, settings_for: Make) -> None:
    settings = settings_for(a=f"{web.url}/feed")
    web.feed = feed("1 een", "2 twee")
    first = collect(settings, NOW, now=NOW)
    assert first.counts == {
        "sources": 1, "ok": 1, "partial": 0, "failed": 0, "not_expected": 0, "unchanged": 0, "entries": 2, "new": 2,
    }  # fmt: skip
    assert collect(settings, NOW + QUARTER, now=NOW).counts["unchanged"] == 1
    web.feed = feed("3 drie", "2 twee, gewijzigd", "1 een")
    assert collect(settings, NOW + 2 * QUARTER, now=NOW).counts["new"] == 1, "a change is no new entry"
    assert titles(settings) == [["1 een", "2 twee"], ["3 drie", "2 twee, gewijzigd"]]
    assert [(f.outcome, f.status, f.entries, f.new_entries) for f in ledger(settings)] == [
        ("OK", 200, 2, 2),
        ("OK", 304, 2, 0),
        ("OK", 200, 3, 1),
    ]


def test_entries_that_cannot_be_read_make_a_visit_partial_until_they_are_gone(
    web: Any, settings_for: Make
) -> None:
    """Also when nothing changed, and when what could be read is known by now."""
    settings = settings_for(a=f"{web.url}/feed")
    empty = b"<item><pubDate>Sun, 22 Nov 2026 10:00:00 +0100</pubDate></item>"
    web.feed = feed("1 een", "2 twee").replace(b"<item>", empty + b"<item>", 1)
    first = collect(settings, NOW, now=NOW)
    assert (first.counts["ok"], first.counts["partial"], first.counts["new"]) == (0, 1, 2)
    assert first.failures == (
        "a: 1 of 3 entries could not be read. Nothing to do for the other entries; tell the source of these.",
    )
    assert any(output.endswith(".jsonl.gz") for output in first.outputs), "what could be read has landed"
    collect(settings, NOW + QUARTER, now=NOW)
    web.feed = feed("3 drie", "1 een", "2 twee").replace(b"<item>", empty + b"<item>", 1)
    collect(settings, NOW + 2 * QUARTER, now=NOW)
    web.feed = feed("3 drie", "1 een", "2 twee")
    collect(settings, NOW + 3 * QUARTER, now=NOW)
    assert [(f.outcome, f.entries, f.new_entries, f.bad_entries) for f in ledger(settings)] == [
        ("PARTIAL", 2, 2, 1),
        ("PARTIAL", 2, 0, 1),
        ("PARTIAL", 3, 1, 1),
        ("OK", 3, 0, 0),
    ]


def test_a_source_without_validators_is_compared_by_its_body(web: Any, settings_for: Make) -> None:
    settings = settings_for(a=f"{web.url}/stubborn")
    collect(settings, NOW, now=NOW)
    assert collect(settings, NOW + QUARTER, now=NOW).counts["unchanged"] == 1
    assert len(titles(settings)) == 1


def test_a_landing_file_says_when_and_is_the_same_for_the_same(
    web: Any, settings_for: Make, tmp_path: Path
) -> None:
    settings = settings_for(a=f"{web.url}/feed")
    collect(settings, NOW, now=NOW)
    (path,) = landing.paths(settings.places)
    assert path.relative_to(tmp_path).as_posix().startswith("data/landing/toets/a/2026-11-23/063000Z-")
    assert landing.landed_at(path) == NOW
    before = path.read_bytes()
    (tmp_path / "data/state/toets/a.json").unlink()
    collect(settings, NOW, now=NOW)
    assert landing.paths(settings.places) == [path]
    assert path.read_bytes() == before


def test_one_source_never_stops_another(web: Any, refused: str, settings_for: Make) -> None:
    settings = settings_for(
        a=f"{web.url}/feed",
        gone=f"{web.url}/status/404",
        broken=f"{web.url}/status/500",
        page=f"{web.url}/html",
        nothing=f"{web.url}/empty",
        nobody=refused,
        file=None,
    )
    summary = collect(settings, NOW, now=NOW)
    assert {fetch.source: (fetch.outcome, fetch.reason) for fetch in ledger(settings)} == {
        "a": ("OK", ""),
        "gone": ("FAILED", "http_404"),
        "broken": ("FAILED", "http_5xx"),
        "page": ("FAILED", "html_instead_of_feed"),
        "nothing": ("FAILED", "empty"),
        "nobody": ("FAILED", "unreachable"),
    }
    assert (summary.counts["ok"], summary.counts["failed"]) == (1, 5)
    (told,) = (each for each in summary.failures if each.startswith("gone: "))
    assert told == (
        "gone: the address no longer exists (404). "
        f"Find the new address: “kaders source add {web.url.rstrip('/')}/”."
    )


def test_a_fault_of_ours_is_one_failed_source(
    web: Any, settings_for: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = settings_for(a=f"{web.url}/feed", b=f"{web.url}/feed")
    prepared = landing.prepared

    def fragile(places: Places, source: str, *rest: Any) -> landing.Unwritten:
        if source == "a":
            raise ZeroDivisionError
        return prepared(places, source, *rest)

    monkeypatch.setattr(landing, "prepared", fragile)
    assert collect(settings, NOW, now=NOW).failures == (
        "a: a fault of Kaders itself: unexpected: ZeroDivisionError. "
        "Tell whoever maintains Kaders, with this line and the address of the source.",
    )
    assert titles(settings, "b") == [["een", "twee"]]


def test_a_failure_keeps_what_was_remembered(web: Any, settings_for: Make) -> None:
    settings = settings_for(a=f"{web.url}/feed")
    collect(settings, NOW, now=NOW)
    broken = settings_for(a=f"{web.url}/status/500")
    assert collect(broken, NOW + QUARTER, now=NOW).counts["failed"] == 1
    assert collect(settings, NOW + 2 * QUARTER, now=NOW).counts["unchanged"] == 1


def test_a_past_that_is_not_kept_is_not_expected(web: Any, settings_for: Make) -> None:
    settings = settings_for(a=f"{web.url}/feed")
    summary = collect(settings, NOW - timedelta(days=2), now=NOW)
    assert (summary.counts["not_expected"], summary.failures) == (1, ())
    assert [(f.outcome, f.reason) for f in ledger(settings)] == [("NOT EXPECTED", "no_past")]
    assert titles(settings) == []


def test_a_backfill_lands_what_was_missed_and_leaves_the_memory_alone(web: Any, settings_for: Make) -> None:
    settings = settings_for(a=f"{web.url}/memento")
    days = {day: NOW - timedelta(days=day) for day in (3, 2, 1)}
    for day, content in ((3, feed("1 een")), (2, feed("2 twee", "1 een")), (1, feed("3 drie", "2 twee"))):
        web.past[days[day].strftime("%a, %d %b %Y %H:%M:%S GMT")] = content
    collect(settings, days[3], now=NOW)
    collect(settings, days[1], now=NOW)
    assert titles(settings) == [["1 een"], ["3 drie", "2 twee"]]
    assert collect(settings, days[2], now=NOW).counts["new"] == 1
    assert titles(settings) == [["1 een"], ["2 twee"], ["3 drie", "2 twee"]]
    assert collect(settings, days[2], now=NOW).counts["new"] == 0, "a second backfill finds nothing"
    assert collect(settings, days[1], now=NOW).counts["unchanged"] == 1


def test_what_retention_removed_does_not_land_again(web: Any, settings_for: Make) -> None:
    settings = settings_for(a=f"{web.url}/memento")
    day = NOW - timedelta(days=3)
    web.past[day.strftime("%a, %d %b %Y %H:%M:%S GMT")] = feed("1 een", "2 twee")
    web.past[(NOW - timedelta(days=2)).strftime("%a, %d %b %Y %H:%M:%S GMT")] = feed("3 drie", "2 twee")
    collect(settings, day, now=NOW)
    collect(settings, NOW - timedelta(days=2), now=NOW)
    gone = landing.paths(settings.places)
    remember(settings, gone)
    assert remove(gone) == 2
    assert collect(settings, day, now=NOW).counts["new"] == 0


def test_of_damaged_memory_the_one_before_serves(web: Any, settings_for: Make, tmp_path: Path) -> None:
    settings = settings_for(a=f"{web.url}/feed")
    for at in (NOW, NOW + QUARTER):
        collect(settings, at, now=at)
    (tmp_path / "data/state/toets/a.json").write_bytes(b"{half")
    assert collect(settings, NOW + 2 * QUARTER, now=NOW).counts["unchanged"] == 1
    assert [line.outcome for line in ledger(settings)] == ["OK"] * 3


@pytest.mark.parametrize("content", [b"{half", b'{"moment": "2026-11-23T06:30:00"}', b"[]"])
def test_memory_that_is_lost_is_said_and_nothing_lands_twice(
    web: Any, settings_for: Make, tmp_path: Path, content: bytes
) -> None:
    settings = settings_for(a=f"{web.url}/feed", b=f"{web.url}/feed")
    collect(settings, NOW, now=NOW)
    (tmp_path / "data/state/toets/a.json").write_bytes(content)
    assert shards(settings, NOW + QUARTER) == [["a"]]
    collect(settings, NOW + QUARTER, now=NOW, due=True)
    told = [(line.source, line.outcome, line.reason, line.new_entries) for line in ledger(settings)]
    assert told == [("a", "OK", "", 2), ("b", "OK", "", 2), ("a", "PARTIAL", "memory_lost", 0)]
    assert titles(settings, "a") == [["een", "twee"]]


@pytest.mark.parametrize("room", ["landing", "state", "ledger"])
def test_a_full_disk_is_one_sentence_and_the_next_run_mends_it(
    web: Any, settings_for: Make, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, room: str
) -> None:
    settings = settings_for(a=f"{web.url}/feed")
    real = Path.open

    def full(path: Path, mode: str = "r", *more: Any, **others: Any) -> Any:
        if f"/{room}/" in path.as_posix() and "r" not in mode:
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(path, mode, *more, **others)

    monkeypatch.setattr(Path, "open", full)
    with pytest.raises(KadersError, match=rf"The disk that holds .*/{room}/.* is full"):
        collect(settings, NOW, now=NOW)
    monkeypatch.undo()
    collect(settings, NOW, now=NOW)
    assert titles(settings) == [["een", "twee"]]
    assert not list(tmp_path.rglob("*.tmp"))


def test_only_the_shard_is_visited(web: Any, settings_for: Make, tmp_path: Path) -> None:
    settings = settings_for(**dict.fromkeys("abcde", f"{web.url}/feed"), file=None)
    for shard in (["a", "b"], ["c", "d"], ["e"]):
        collect(settings, NOW, now=NOW, only=shard)
    assert sorted(fetch.source for fetch in ledger(settings)) == list("abcde")
    assert len(list((tmp_path / "data/ledger/toets/2026-11-23").iterdir())) == 3
    with pytest.raises(ConfigurationError, match="zzz"):
        collect(settings, NOW, now=NOW, only=["a", "zzz"])


def test_shards_keep_hosts_together_and_hold_what_is_due(
    web: Any, settings_for: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kaders.jobs.collect.WORTH", 2)
    local = {f"a{n}": f"{web.url}/feed/{n}" for n in range(3)}
    away = {f"b{n}": f"https://site{n}.example/feed" for n in range(4)}
    settings = settings_for(**local, **away, file=None)
    assert shards(settings, NOW) == [["a0", "a1", "a2"], ["b0", "b3"], ["b1"], ["b2"]]
    assert shards(settings, NOW, most=2) == [["a0", "a1", "a2", "b3"], ["b0", "b1", "b2"]]
    collect(settings, NOW, now=NOW, only=["a0", "a1", "a2"], due=True)
    assert sorted(id for shard in shards(settings, NOW + QUARTER) for id in shard) == ["b0", "b1", "b2", "b3"]
    tomorrow = shards(settings, NOW + timedelta(days=1))
    assert sorted(id for shard in tomorrow for id in shard) == [*local, *away]


def test_what_is_not_due_is_left_alone_and_a_failure_is_told_once_a_day(web: Any, settings_for: Make) -> None:
    settings = settings_for(a=f"{web.url}/feed", gone=f"{web.url}/status/404")
    moments = [NOW + n * timedelta(hours=1) for n in range(60)]
    for moment in moments:
        collect(settings, moment, now=moment, due=True)
    asked = [request["path"] for request in web.asked]
    assert 8 <= asked.count("/feed") <= 30, "two a day: some hours apart, and before every morning"
    assert 5 <= asked.count("/status/404") <= 10, "ever more seldom"
    told = {(settings.day_of(line.moment), line.reason) for line in ledger(settings) if line.source == "gone"}
    assert told == {(settings.day_of(moment), "http_404") for moment in moments}


def test_the_ledger_never_changes_its_files(settings_for: Make, tmp_path: Path) -> None:
    places = settings_for(a=None).places
    failed, good = Fetch("a", NOW, "FAILED", "timeout"), Fetch("a", NOW, "OK", entries=1)
    for fetch in (failed, good, good):
        ledger_files.append(places, NOW, "all", [fetch])
    names = [path.name for path in ledger_files.paths(places)]
    assert names == ["063000Z-all.jsonl", "063000Z-all.2.jsonl"]
    assert [fetch for path in ledger_files.paths(places) for fetch in ledger_files.read(path)] == [
        failed,
        good,
    ]


def test_no_account_is_named_in_any_file(web: Any, settings_for: Make, tmp_path: Path) -> None:
    """A feed of posts, as Mastodon gives for a tag: links and guids hold the account."""
    link = b"<guid>https://s.example/@jan_de_wit/7</guid><link>https://s.example/@jan_de_wit/7</link>"
    web.feed = feed("1 een").replace(b"<guid>1</guid>", link)
    settings = settings_for(a=f"{web.url}/feed")
    collect(settings, NOW, now=NOW)
    (item,) = landing.read(landing.paths(settings.places)[0])
    assert item.url == "https://s.example/statuses/7"
    for path in (path for path in (tmp_path / "data").rglob("*") if path.is_file()):
        content = path.read_bytes()
        assert b"jan_de_wit" not in (gzip.decompress(content) if path.suffix == ".gz" else content), path


def test_nobody_is_named_in_any_file(web: Any, settings_for: Make, tmp_path: Path) -> None:
    web.feed = feed("1 een").replace(
        b"</item>", b"<author>Anna de Vries</author><description>@annadv</description></item>"
    )
    settings = settings_for(a=f"{web.url}/feed")
    collect(settings, NOW, now=NOW)
    (item,) = landing.read(landing.paths(settings.places)[0])
    assert item.author and "anna" not in json.dumps([item.author, item.text]).lower()
    key = tmp_path / "data/keys/toets.key"
    assert key.stat().st_mode & 0o777 == 0o600
    assert [len(each.secret) for each in keys.read(key)] == [32]
    key.write_bytes(b"kort")
    with pytest.raises(ConfigurationError, match=r"toets\.key is damaged"):
        collect(settings, NOW, now=NOW)
