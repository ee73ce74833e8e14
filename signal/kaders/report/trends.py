"""Builds the sheets of the weekly export from counted rows; tables in, tables out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import pandas as pd

from kaders.report.trend_words import (
    COLUMNS,
    KINDS,
    LEVELS,
    NO,
    NOTES,
    OUTCOMES,
    STATUS,
    SYNTHETIC,
    TITLES,
    YES,
)
from kaders.settings import Settings

WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Counted:
    """What the warehouse counted, one table each; an empty table means that nothing was recorded.

    items    day, family (all, area, topic), subject, items: kept items of others, own channels left out
    issues   day, issue, status, divergence, low, high, tolerance: `day` is the day that was analysed
    signals  day (analysed), id, issue, kind, level, owner, first_day
    fetches  day, source, outcome: the day's last word per source
    """

    items: pd.DataFrame
    issues: pd.DataFrame
    signals: pd.DataFrame
    fetches: pd.DataFrame


NOTHING = Counted(
    pd.DataFrame(columns=["day", "family", "subject", "items"]),
    pd.DataFrame(columns=["day", "issue", "status", "divergence", "low", "high", "tolerance"]),
    pd.DataFrame(columns=["day", "id", "issue", "kind", "level", "owner", "first_day"]),
    pd.DataFrame(columns=["day", "source", "outcome"]),
)
"""What an empty warehouse counts."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One finished table. `formats` has percent, number or date per column; `chart` the rows to draw."""

    id: str
    title: str
    frame: pd.DataFrame
    formats: dict[str, str] = field(default_factory=dict)
    chart: Chart | None = None


@dataclass(frozen=True, slots=True)
class Chart:
    """A bar chart: a label column and the columns drawn beside each other, from row `first` to `last`."""

    title: str
    labels: str
    values: tuple[str, ...]
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Week:
    """An ISO week: Monday up to and including Sunday."""

    monday: date

    @property
    def sunday(self) -> date:
        """The last day of the week."""
        return self.monday + timedelta(days=6)

    @property
    def before(self) -> Week:
        """The week before this one."""
        return Week(self.monday - WEEK)

    @property
    def name(self) -> str:
        """As in 2026-W48."""
        year, week, _ = self.monday.isocalendar()
        return f"{year}-W{week:02d}"


def week_before(day: date) -> Week:
    """The last complete ISO week before `day`; on a Monday the week that ended the evening before."""
    return Week(day - timedelta(days=day.weekday()) - WEEK)


def _sheet(
    sheet_id: str, rows: list[list[Any]], formats: dict[str, str], chart: Chart | None = None
) -> Sheet:
    frame = pd.DataFrame(rows, columns=[COLUMNS[name] for name in _FIELDS[sheet_id]], dtype=object)
    return Sheet(sheet_id, TITLES[sheet_id], frame, {COLUMNS[k]: v for k, v in formats.items()}, chart)


_FIELDS = {
    "read_this": ("sheet", "column", "nl", "en"),
    "attention": ("family", "id", "nl", "en", "items", "items_before", "change", "share", "share_before"),
    "divergence": (
        "id", "nl", "en", "analysed", "divergence", "low", "high", "tolerance", "beyond", "gap", "status",
        "days",
    ),
    "signals": ("analysed", "signal", "nl", "en", "kind", "level", "owner", "first_day"),
    "sources": ("id", "name", "days_ok", "days_partial", "days_failed", "days_none", "covered"),
}  # fmt: skip


def _within(frame: pd.DataFrame, week: Week) -> pd.DataFrame:
    return frame[[week.monday <= day <= week.sunday for day in frame["day"]]] if len(frame) else frame


def _counts(items: pd.DataFrame, week: Week) -> dict[tuple[str, str], int]:
    """Items per (family, subject) in one week."""
    counts: dict[tuple[str, str], int] = {}
    for row in _within(items, week).itertuples():
        key = (str(row.family), str(row.subject))
        counts[key] = counts.get(key, 0) + int(str(row.items))
    return counts


def _subjects(settings: Settings) -> list[tuple[str, str, dict[str, str]]]:
    """Every theme and every topic as (family, id, name), in the order of the configuration."""
    themes = [("area", area.code, area.label.both()) for area in settings.policy_areas if area.parent is None]
    return themes + [("topic", topic.id, topic.name.both()) for topic in settings.topics]


def _attention_row(
    key: tuple[str, str],
    name: dict[str, str],
    now: dict[tuple[str, str], int],
    before: dict[tuple[str, str], int],
) -> list[Any]:
    """One line; a week in which nothing at all was seen is blank, for silence is not calm."""
    total, total_before = now.get(("all", "")), before.get(("all", ""))
    items = now.get(key, 0) if total else None
    earlier = before.get(key, 0) if total_before else None
    change = items - earlier if items is not None and earlier is not None else None
    share = items / total if total and items is not None else None
    share_before = earlier / total_before if total_before and earlier is not None else None
    family = "total" if key[0] == "all" else key[0]
    return [KINDS[family], key[1], name["nl"], name["en"], items, earlier, change, share, share_before]


def attention(counted: Counted, week: Week, settings: Settings) -> Sheet:
    """Items per policy area and per topic, this week and the one before, as a number and a share of all."""
    now, before = _counts(counted.items, week), _counts(counted.items, week.before)
    formats = {"items": "number", "items_before": "number", "change": "number"}
    formats |= {"share": "percent", "share_before": "percent"}
    if not now and not before:
        return _sheet("attention", [], formats)
    ordered = sorted(_subjects(settings), key=lambda s: (s[0], -now.get((s[0], s[1]), 0), s[1]))
    total = _attention_row(("all", ""), {"nl": "alle berichten", "en": "all items"}, now, before)
    rows = [total] + [_attention_row((family, one), name, now, before) for family, one, name in ordered]
    topics = [number for number, row in enumerate(rows) if row[0] == KINDS["topic"]]
    columns = (COLUMNS["items_before"], COLUMNS["items"])
    title = f"{TITLES['attention']} {week.name}"
    chart = Chart(title, COLUMNS["nl"], columns, topics[0], topics[-1]) if topics else None
    return _sheet("attention", rows, formats, chart)


def _number(value: Any) -> float | None:
    return None if pd.isna(value) else float(value)


def _flag(answer: bool | None) -> str:
    return "" if answer is None else (YES if answer else NO)


def divergence(counted: Counted, week: Week, settings: Settings) -> Sheet:
    """How far the talk stands from our message per topic, at the last day of the week that was analysed."""
    rows = []
    for topic in settings.topics:
        mine = _within(counted.issues, week)
        mine = mine[mine["issue"] == f"topic:{topic.id}"].sort_values("day", kind="stable")
        if len(mine):
            rows.append([topic.id, topic.name.in_("nl"), topic.name.in_("en"), *_gap(mine)])
    bits = dict.fromkeys(("divergence", "low", "high", "tolerance"), "bits")
    return _sheet("divergence", rows, bits | {"analysed": "date", "days": "number"})


def _gap(days: pd.DataFrame) -> list[Any]:
    """The numbers of the last day with a divergence, else of the last day; and the days that had one."""
    known = days[days["divergence"].notna()]
    last = (known if len(known) else days).iloc[-1]
    low, tolerance = _number(last["low"]), _number(last["tolerance"])
    beyond = low > tolerance if low is not None and tolerance is not None else None
    status = str(last["status"])
    numbers = [_number(last["divergence"]), low, _number(last["high"]), tolerance]
    gap = _flag(status == "standing_gap")
    return [last["day"], *numbers, _flag(beyond), gap, STATUS.get(status, status), len(known)]


def _issue_names(settings: Settings) -> dict[str, dict[str, str]]:
    return {f"{family}:{one}": name for family, one, name in _subjects(settings)}


def _owner(settings: Settings, owner: Any) -> str:
    known = settings.organisation.owners.get(str(owner))
    return f"{known.name.in_('nl')} / {known.name.in_('en')}" if known else str(owner or "")


def signals(counted: Counted, week: Week, settings: Settings) -> Sheet:
    """The signals that stood on a day of the week, one line per day and signal."""
    names = _issue_names(settings)
    rows = []
    for row in _within(counted.signals, week).sort_values(["day", "id"], kind="stable").to_dict("records"):
        name = names.get(str(row["issue"]), {"nl": str(row["issue"]), "en": str(row["issue"])})
        kind, level = (
            KINDS.get(str(row["kind"]), str(row["kind"])),
            LEVELS.get(str(row["level"]), str(row["level"])),
        )
        owner = _owner(settings, row["owner"])
        rows.append([row["day"], row["id"], name["nl"], name["en"], kind, level, owner, row["first_day"]])
    return _sheet("signals", rows, {"analysed": "date", "first_day": "date"})


def sources(counted: Counted, week: Week, settings: Settings) -> Sheet:
    """Per source on how many days of the week it was heard; what was never asked counts as not heard."""
    fetches = _within(counted.fetches, week)
    if not len(fetches):
        return _sheet("sources", [], {})
    rows = []
    for source in settings.sources:
        mine = fetches[fetches["source"] == source.id]
        days = [int((mine["outcome"] == outcome).sum()) for outcome in OUTCOMES]
        rows.append([source.id, source.name, *days, days[0] / WEEK.days])
    counts = dict.fromkeys(("days_ok", "days_partial", "days_failed", "days_none"), "number")
    return _sheet("sources", rows, counts | {"covered": "percent"})


def read_this(week: Week, settings: Settings, sheets: Iterable[Sheet]) -> Sheet:
    """What this is, of which week, and what every column means, in Dutch and in English."""
    name = settings.organisation.name
    period = f"{week.name}: {week.monday.isoformat()} – {week.sunday.isoformat()}"
    rows: list[list[Any]] = [["", "", f"{name.in_('nl')}, {period}", f"{name.in_('en')}, {period}"]]
    if settings.organisation.synthetic:
        rows.append(["", "", SYNTHETIC["nl"], SYNTHETIC["en"]])
    for sheet in sheets:
        rows.append([sheet.title, "", NOTES[sheet.id]["nl"], NOTES[sheet.id]["en"]])
        for column in _FIELDS[sheet.id]:
            if note := NOTES.get(f"{sheet.id}.{column}") or NOTES.get(column):
                rows.append([sheet.title, COLUMNS[column], note["nl"], note["en"]])
    return _sheet("read_this", rows, {})


def workbook(counted: Counted, week: Week, settings: Settings) -> list[Sheet]:
    """All sheets of the week, the explanation first."""
    tables = [make(counted, week, settings) for make in (attention, divergence, signals, sources)]
    return [read_this(week, settings, tables), *tables]
