"""The job: two pages, a list and a feed, whole or absent, the same on a rerun."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from kaders.errors import KadersError
from kaders.jobs.report import report
from kaders.settings import Organisation, Places, Settings

MOMENT = datetime(2026, 11, 23, 5, 30, tzinfo=UTC)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    owner = {"role": "policy", "name": {"nl": "beleid"}, "mail": "beleid@waterdam.example"}
    organisation = Organisation.model_validate(
        {
            "id": "waterdam",
            "name": {"nl": "Gemeente Waterdam"},
            "contact": "kaders@waterdam.example",
            "owners": {"beleid": owner},
            "owner_rules": dict.fromkeys(("absent", "contested", "reframed", "unframed"), "beleid"),
        }
    )
    places = Places(
        folder=tmp_path, data=tmp_path, reference=tmp_path, patterns=tmp_path, organisation="waterdam"
    )
    nothing: dict[str, tuple[()]] = dict.fromkeys(
        ("sources", "topics", "frames", "subscriptions", "policy_areas", "frame_names"), ()
    )
    return Settings.model_validate({"organisation": organisation, "places": places, **nothing})


def _land(settings: Settings, payload: dict[str, Any], day: str) -> Path:
    folder = settings.places.of("out") / "reports" / day
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "signals.json").write_text(json.dumps(payload | {"day": day}), encoding="utf-8")
    return folder


def test_a_morning_gets_its_pages_a_list_and_a_feed(settings: Settings, payload: dict[str, Any]) -> None:
    folder = _land(settings, payload, "2026-11-23")
    _land(settings, payload, "2026-11-22")
    summary = report(settings, MOMENT)
    out = settings.places.of("out")
    assert 'lang="nl"' in (folder / "report.nl.html").read_text(encoding="utf-8")
    assert 'lang="en"' in (folder / "report.en.html").read_text(encoding="utf-8")
    index = (out / "index.html").read_text(encoding="utf-8")
    assert index.index("reports/2026-11-23/report.nl.html") < index.index("reports/2026-11-22/report.nl.html")
    assert "reports/2026-11-22/report.en.html" in index
    assert payload["verdict"]["en"] in index
    assert "<entry>" in (out / "signals.atom").read_text(encoding="utf-8")
    assert summary.counts == {"signals": 4, "watch": 2, "pages": 2}
    assert len(summary.outputs) == 4


def test_a_rerun_gives_the_same_bytes_and_leaves_nothing_behind(
    settings: Settings, payload: dict[str, Any]
) -> None:
    _land(settings, payload, "2026-11-23")
    first = {path: Path(path).read_bytes() for path in report(settings, MOMENT).outputs}
    assert first == {path: Path(path).read_bytes() for path in report(settings, MOMENT).outputs}
    assert not list(settings.places.of("out").rglob("*.tmp"))


def test_the_morning_is_the_local_day(settings: Settings, payload: dict[str, Any]) -> None:
    folder = _land(settings, payload, "2026-11-23")
    report(settings, datetime(2026, 11, 22, 23, 30, tzinfo=UTC))
    assert (folder / "report.nl.html").is_file()


def test_a_morning_without_signals_is_one_clear_sentence(settings: Settings) -> None:
    with pytest.raises(KadersError, match="no signals of 2026-11-23 yet"):
        report(settings, MOMENT)


@pytest.mark.parametrize("content", ["", "{", "[]", '{"schema": "other/1"}'])
def test_unreadable_signals_are_one_clear_sentence(settings: Settings, content: str) -> None:
    (_land(settings, {}, "2026-11-23") / "signals.json").write_text(content, encoding="utf-8")
    with pytest.raises(KadersError, match="The signals of 2026-11-23"):
        report(settings, MOMENT)


def test_a_field_that_misses_is_named_and_nothing_is_written(
    settings: Settings, payload: dict[str, Any]
) -> None:
    del payload["signals"][0]["owner"]
    folder = _land(settings, payload, "2026-11-23")
    with pytest.raises(KadersError, match="owner"):
        report(settings, MOMENT)
    assert [path.name for path in folder.iterdir()] == ["signals.json"]


def test_an_older_morning_that_cannot_be_read_stops_nothing(
    settings: Settings, payload: dict[str, Any]
) -> None:
    _land(settings, payload, "2026-11-23")
    (_land(settings, payload, "2026-11-20") / "signals.json").write_text("{", encoding="utf-8")
    summary = report(settings, MOMENT)
    assert len(summary.failures) == 1
    assert "2026-11-20" in summary.failures[0]
