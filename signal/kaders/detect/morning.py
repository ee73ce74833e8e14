"""The whole morning as plain data: verdict, signals, watch list, questions, sources and method."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd

from kaders import __version__
from kaders.detect import (
    calendar,
    decide,
    divergence,
    episodes,
    evidence,
    health,
    novelty,
    panel,
    signals,
    sources,
    stories,
    talk,
    volume,
    wording,
)
from kaders.detect.decide import Tested
from kaders.detect.measure import Morning, Series, measure, series
from kaders.model import Window
from kaders.settings import Settings

SCHEMA = "kaders/signals/1"
RANK = {"high": 0, "elevated": 1, "signal": 2, "watch": 3}
Counter = Callable[[pd.DataFrame], pd.DataFrame]
"""Counts items of count: (issue, day, story, owner_group) rows in, (issue, day, items) rows out."""


def morning(
    documents: pd.DataFrame,
    ledger: pd.DataFrame,
    past: list[dict[str, Any]],
    settings: Settings,
    window: Window,
    *,
    count: Counter,
    tagger: str,
    ordinary: frozenset[str] = frozenset(),
    alarms: Sequence[health.Alarm] = (),
) -> dict[str, Any]:
    """The payload of signals.json for the morning of `window`; docs/signals-json.md has every field.

    documents, ledger: as store.documents_as_of and store.coverage give them; past: earlier findings,
    signals and watched issues alike. ordinary: words of the languages themselves, which are never news.
    alarms: the sources that behave unlike themselves (detect.health).
    """
    documents = documents.assign(story=stories.assign(documents))
    followed = _followed(documents, settings)
    everything, first = _counted(followed, ledger, settings, window)
    outside, since = talk.public(everything), max(first, _retagged(everything, tagger, window))
    setting = _setting(ledger, window, since, settings, ordinary | said_by_us(followed, settings, window))
    lines = _lines(count(outside), setting, settings)
    tested = decide.adjust(_measure_all(everything, outside, lines, setting))
    earlier = [finding for finding in past if finding["level"] != "watch"]
    today = _told((t for t in tested if t.is_signal), lines, setting, earlier)
    watched = _told((t for t in tested if t.is_watch), lines, setting, past)
    issues = [_issue(t, today + watched, settings) for t in tested]
    note = {"sources_note": sources.note(today + watched, alarms, settings)}
    return {
        **_head(settings, window),
        "coverage": _coverage(documents, ledger, setting),
        "verdict": wording.verdict(today, [issue["status"] for issue in issues]),
        "attention_budget": settings.organisation.attention_budget,
        "signals": [signal | note for signal in today],
        "watch": [finding | note for finding in watched],
        "issues": issues,
        "questions": _questions(talk.public(followed), settings, window),
        "open_signals": episodes.open_signals(earlier, today, window.day),
        "top_items": evidence.top_items(followed, settings, window.analysed),
        "sources": sources.rows(ledger, settings, window),
        "source_alarms": [sources.alarm_row(alarm, settings) for alarm in alarms],
        "method": _method(settings, tagger),
    }


def _told(
    tested: Iterable[Tested], lines: dict[str, Series], setting: Morning, past: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Findings as data, the most urgent first."""
    found = [signals.as_data(each, lines[each.issue], setting, past) for each in tested]
    return sorted(found, key=lambda s: (RANK[s["level"]], s["q"], -s["volume"]["ratio"], s["issue"]))


def _head(settings: Settings, window: Window) -> dict[str, Any]:
    """Whose morning it is, and of which day."""
    own = settings.organisation
    whose = {"id": own.id, "name": own.name.both(), "synthetic": own.synthetic, "timezone": own.timezone}
    return {
        "schema": SCHEMA,
        "organisation": whose,
        "day": window.day.isoformat(),
        "analysed": window.analysed.isoformat(),
        "cutoff": evidence.utc(window.cutoff),
    }


def _followed(documents: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """What the sources of today's sources.yaml brought, by issue."""
    return talk.by_issue(documents[documents["source"].isin({s.id for s in settings.sources})])


def _counted(
    followed: pd.DataFrame, ledger: pd.DataFrame, settings: Settings, window: Window
) -> tuple[pd.DataFrame, date]:
    """The documents that count, and the first of their days when all of them were imported."""
    members = followed[followed["source"].isin(panel.members(ledger, settings, window))]
    first = panel.first_day(ledger, settings, window)
    if not panel.began(ledger, settings):
        first = min(members["day"], default=window.analysed)
    late = settings.imported - panel.reaching_back(members, settings, first)
    return members[~members["source"].isin(late)], first


def said_by_us(followed: pd.DataFrame, settings: Settings, window: Window) -> frozenset[str]:
    """The words of our topics and messages, and of what we published before this week: not new to us."""
    own = followed[(followed["kind"] == "own") & (followed["day"] < window.now)].drop_duplicates("doc")
    texts = [f"{title} {snippet}" for title, snippet in zip(own["title"], own["snippet"], strict=True)]
    phrases = [topic.any for topic in settings.topics] + [frame.heard_by for frame in settings.frames]
    texts += [phrase for each in phrases for language in ("nl", "en") for phrase in each.of(language)]
    return frozenset[str]().union(*(novelty.words(text) for text in texts))


def _setting(
    ledger: pd.DataFrame, window: Window, since: date, settings: Settings, known: frozenset[str]
) -> Morning:
    """The days since all was followed, not before `since`, with their kinds and coverage."""
    first = min(max(since, panel.first_day(ledger, settings, window)), window.now)
    days = calendar.days_between(first, window.analysed)
    kinds = np.array(calendar.day_kinds(days, settings.organisation))
    return Morning(window, days, kinds, panel.covered(ledger, settings, window, days), settings, known)


def _retagged(documents: pd.DataFrame, tagger: str, window: Window) -> date:
    """The first day from which all documents have their tags from the present rules.

    What is older than the landing files keeps the tags of older rules; a topic that these did not know would
    seem to come out of nothing.
    """
    old = documents.loc[documents["tagger"] != tagger, "day"]
    return max(old) + timedelta(days=1) if len(old) else window.base


def _lines(items: pd.DataFrame, setting: Morning, settings: Settings) -> dict[str, Series]:
    """A counted series for every issue that can be: all topics and all themes, talked of or not."""
    names = [f"topic:{topic.id}" for topic in settings.topics]
    names += [f"area:{area.code}" for area in settings.policy_areas if area.parent is None]
    table = items.pivot(index="issue", columns="day", values="items") if len(items) else pd.DataFrame()
    table = table.reindex(index=names, columns=setting.days).fillna(0)
    return {name: series(table.loc[name].to_numpy(dtype=float), setting) for name in names}


def _measure_all(
    everything: pd.DataFrame, outside: pd.DataFrame, lines: dict[str, Series], setting: Morning
) -> list[Tested]:
    own = dict(list(everything[everything["kind"] == "own"].groupby("issue")))
    said = dict(list(outside.groupby("issue")))
    nothing = outside.iloc[:0]
    return [
        measure(issue, said.get(issue, nothing), own.get(issue, nothing), line, setting)
        for issue, line in lines.items()
    ]


def _coverage(documents: pd.DataFrame, ledger: pd.DataFrame, setting: Morning) -> dict[str, Any]:
    morning = ledger[ledger["day"] == setting.window.day]
    today = documents[(documents["day"] == setting.window.analysed) & (documents["kind"] != "own")]
    visited = {source.id for source in setting.settings.visited}
    return {
        "sources_total": len(visited),
        "sources_complete": int((morning["source"].isin(visited) & (morning["outcome"] == "OK")).sum()),
        "documents_day": len(today),
        "stories_day": int(today["story"].nunique()),
        "share": panel.answered(ledger, setting.settings, setting.window),
    }


def _issue(tested: Tested, found: list[dict[str, Any]], settings: Settings) -> dict[str, Any]:
    gap, seen = tested.divergence, tested.volume
    status = (
        "signal"
        if tested.is_signal
        else "watch"
        if tested.is_watch
        else "standing_gap"
        if tested.standing_gap
        else "not_tested"
        if tested.not_tested
        else "normal"
    )
    area = signals.area(tested.issue, settings)
    return {
        "issue": tested.issue,
        "name": signals.name(tested.issue, settings),
        "policy_area": {"code": area["code"], "label": area["label"]},
        "status": status,
        "why_not": wording.NOT_TESTED.get(tested.not_tested) if status == "not_tested" else None,
        "seen": seen.seen if seen else int(tested.talk.drop_duplicates(["story", "day"]).shape[0]),
        "expected": seen.expected if seen else None,
        "ratio": seen.ratio if seen else None,
        "divergence": gap.value if gap else None,
        "divergence_low": gap.low if gap else None,
        "divergence_high": gap.high if gap else None,
        "tolerance": gap.tolerance if gap else None,
        "level": next((s["level"] for s in found if s["issue"] == tested.issue), None),
        "kind": next((s["kind"] for s in found if s["issue"] == tested.issue), None),
        "echo": tested.echo,
        "p_volume": seen.p if seen else None,
        "p_other": None if tested.not_tested else tested.p_other,
        "q": None if tested.not_tested else tested.q,
    }


def _questions(outside: pd.DataFrame, settings: Settings, window: Window) -> list[dict[str, Any]]:
    """The most asked questions of the last seven days over all issues, one issue at most twice."""
    now = outside[(outside["day"] >= window.now) & (outside["day"] <= window.analysed)]
    found = [
        {**question, "issue": issue, "name": signals.name(str(issue), settings)}
        for issue, rows in now.groupby("issue")
        for question in evidence.questions(rows, most=2)
    ]
    return sorted(found, key=lambda q: (-q["times"], q["text"]))[:5]


def _method(settings: Settings, tagger: str) -> dict[str, Any]:
    return {
        "kaders": __version__,
        "settings": settings.fingerprint(),
        "tagger": tagger,
        "seed": "sha256(day, issue, settings)",
        "parameters": {
            "q": decide.Q,
            "resamples": divergence.RESAMPLES,
            "min_stories": divergence.MIN_STORIES,
            "base_days": calendar.BASE_DAYS,
            "compare_days": calendar.COMPARE_DAYS,
            "min_ratio": volume.MIN_RATIO,
            "same_story": stories.SAME_STORY,
            "tolerance": settings.organisation.tolerance,
        },
    }
