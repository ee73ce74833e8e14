"""A small world for the tests: two weeks, ten sources, one plant of each sort."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

_TITLES = ("stadskrant", "wijkblad", "radio", "streekbode")
_FORMS = {"stadskrant": "feed.rss", "wijkblad": "feed.rss", "radio": "feed.json", "streekbode": "feed.atom"}


def _source(name: str, kind: str, path: str, per_day: float, extra: str = "") -> str:
    return (
        f"  - id: {name}\n    name: {name}\n    kind: {kind}\n    url: ${{WORLD}}/{name}/{path}\n"
        f"    owner_group: {name}\n    expected_per_day: {per_day}\n    terms: test\n{extra}"
    )


BLUESKY = "xrpc/app.bsky.feed.getAuthorFeed?actor=praat.example"
SOURCES = "sources:\n" + "".join(
    [
        *(_source(name, "news", _FORMS[name], 8, "    language: nl\n") for name in _TITLES),
        _source("english", "rss", "feed.rss", 3, "    language: en\n"),
        _source("toots", "social", "api/v1/timelines/tag/waterdam", 20, "    reader: mastodon\n"),
        _source(
            "skies",
            "social",
            "xrpc/app.bsky.feed.getAuthorFeed?actor=praat.example",
            12,
            "    reader: bluesky\n",
        ),
        _source("pers", "own", "feed.rss", 2, "    language: nl\n"),
        "  - id: buiten\n    name: buiten\n    kind: news\n    url: https://buiten.example/feed\n"
        "    owner_group: buiten\n    expected_per_day: 2\n    terms: not of the world\n",
    ]
)

SCENARIO = """\
end: 2026-11-22
days: 14
timezone: Europe/Amsterdam
languages: {nl: 0.8, en: 0.2}
background_per_day: 30
holidays: [2026-11-18]
topics:
  afvalpas:
    per_day: 5
    talk:
      economic: 60
      policy_prescription: 40
    counter_share: 0.1
    own_per_week: 3
  warmtenet:
    per_day: 4
    talk: {economic: 60, quality_of_life: 40}
  havenbrug:
    per_day: 0.1
    talk: {health_and_safety: 100}
  lichtfeest:
    per_day: 3
    talk: {cultural_identity: 100}
plants:
  - kind: unframed
    topic: havenbrug
    from: -3
    size: 25
    frames: {health_and_safety: 60, economic: 40}
  - kind: contested
    topic: warmtenet
    from: -3
    size: 28
    counter: wurgcontract
    stated_share: 0.3
  - kind: festival
    topic: lichtfeest
    from: -2
    size: x6
  - kind: wire_storm
    topic: afvalpas
    from: -1
    days: 1
    copies: 3
    frames: {political: 100}
  - kind: bot_burst
    topic: lichtfeest
    from: -1
    days: 1
    size: 120
    accounts: 30
    frames: {economic: 100}
  - kind: dead_source
    source: wijkblad
    from: -3
"""


@dataclass(frozen=True)
class Sample:
    """The small world's files."""

    scenario: str = SCENARIO
    sources: str = SOURCES

    def written(self, folder: Path, scenario: str = SCENARIO) -> Path:
        """Writes a scenario with its sources beside it; gives the scenario's file."""
        (folder / "sources.yaml").write_text(SOURCES, encoding="utf-8")
        file = folder / "scenario.yaml"
        file.write_text(scenario, encoding="utf-8")
        return file


@pytest.fixture(scope="session")
def sample() -> Sample:
    """The small world's files."""
    return Sample()
