"""Two pictures per signal: ours against theirs per frame, and sixty days of seen against expected."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from kaders.report.svg import INK, LINE, OURS, SOFT, THEIRS, canvas, markup
from kaders.report.voice import Voice, tidy

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FRAMES_SHOWN = 5
"""Bars in a picture: what a reader takes in at a glance; the table has them all."""
ROW = 34.0
"""Units that a pair of bars takes; in print the style sheet shows the first three."""
POINTS_AT = 1.36
"""Where the difference is written, in lengths of the longest bar: its percentage stands in between."""
LINE_LENGTH, NAME_LINES = 21, 3
"""Characters on a line of a name and its lines: a counter-frame of eight words fits."""


def frame_bars(rows: Sequence[dict[str, Any]], voice: Voice, *, name: str) -> str:
    """Ours above theirs for the frames with the largest part of the distance.

    rows  per_frame of a signal: frame, name, ours, theirs (shares 0..1), largest part first
    """
    shown = rows[:FRAMES_SHOWN]
    figure = canvas(320, ROW * len(shown))
    axes = figure.add_axes((0.415, 0, 0.33, 1))
    top = max([0.2, *(max(r["ours"], r["theirs"]) for r in shown)])
    axes.set(xlim=(0, top * POINTS_AT), ylim=(len(shown) - 0.5, -0.5))
    axes.axis("off")
    for row, frame in enumerate(shown):
        _bar_pair(axes, row, frame, voice, top)
    label = "; ".join(_bar_words(frame, voice) for frame in shown)
    return markup(figure, name=name, label=voice.say("bars_alt", rows=label))


def _bar_pair(axes: Axes, row: int, frame: dict[str, Any], voice: Voice, top: float) -> None:
    for offset, key, colour in ((-0.19, "ours", OURS), (0.19, "theirs", THEIRS)):
        axes.barh(row + offset, frame[key], height=0.34, color=colour)
        axes.text(
            frame[key] + top * 0.02,
            row + offset,
            voice.percent(frame[key]),
            va="center",
            size=9.5,
            color=SOFT,
        )
    name = _lines(voice.both(frame["name"]))
    size = 10.5 if name.count("\n") < NAME_LINES - 1 else 9.5
    axes.text(-top * 0.04, row, name, ha="right", va="center", size=size, linespacing=1.1, color=INK)
    points = 100 * (frame["theirs"] - frame["ours"])
    words = voice.say("points", n=voice.number(points, signed=True))
    axes.text(top * POINTS_AT, row, words, va="center", size=10.5, color=INK, weight="bold")


def _bar_words(frame: dict[str, Any], voice: Voice) -> str:
    shares = {"ours": voice.percent(frame["ours"]), "theirs": voice.percent(frame["theirs"])}
    return voice.say("bars_alt_row", name=voice.both(frame["name"]), **shares)


def sparkline(series: Sequence[dict[str, Any]], voice: Voice, *, name: str) -> str:
    """Seen (line) over the band of what is expected, a day a step; a day without data breaks the line.

    series  date, seen (None: not observed), expected, low, high; stories a day, oldest first
    """
    figure = canvas(380, 92)
    axes = figure.add_axes((0.07, 0.2, 0.86, 0.72))
    days = range(len(series))
    low, high = ([_float(day[key]) for day in series] for key in ("low", "high"))
    seen = [_float(day["seen"]) for day in series]
    axes.fill_between(days, low, high, color=LINE, alpha=0.6, linewidth=0)
    axes.plot(days, [_float(day["expected"]) for day in series], color=SOFT, linewidth=1, dashes=(3, 2))
    axes.plot(days, seen, color=THEIRS, linewidth=1.6)
    _lonely_days(axes, seen)
    _plain_axes(axes, series, voice)
    return markup(figure, name=name, label=_series_words(series, voice))


def _lonely_days(axes: Axes, seen: Sequence[float]) -> None:
    """A dot for the last day and for a day between two gaps, which a line cannot show."""
    gaps = [True, *(math.isnan(value) for value in seen), True]
    last = len(seen) - 1
    lonely = [i for i in range(len(seen)) if not gaps[i + 1] and ((gaps[i] and gaps[i + 2]) or i == last)]
    axes.plot(lonely, [seen[i] for i in lonely], "o", color=THEIRS, markersize=4)


def _plain_axes(axes: Axes, series: Sequence[dict[str, Any]], voice: Voice) -> None:
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(LINE)
    axes.tick_params(length=0, labelsize=10, labelcolor=SOFT)
    axes.set_xlim(-0.5, max(len(series) - 0.4, 0.5))
    axes.set_ylim(bottom=0)
    ticks = range(len(series) - 1, -1, -14)
    axes.set_xticks(list(ticks), [voice.month_day(date.fromisoformat(series[i]["date"])) for i in ticks])
    top = math.floor(axes.get_ylim()[1])
    axes.set_yticks([0, top] if top else [0], ["0", voice.number(top)] if top else ["0"])


def _series_words(series: Sequence[dict[str, Any]], voice: Voice) -> str:
    seen = [day["seen"] for day in series if day["seen"] is not None]
    gaps = len(series) - len(seen)
    words = voice.say(
        "spark_alt",
        first=voice.day(series[0]["date"], short=True),
        last=voice.day(series[-1]["date"], short=True),
        top=voice.number(max(seen, default=None)),
        now=voice.number(series[-1]["seen"]),
    )
    return words + (voice.count("spark_alt_gaps", gaps) if gaps else "")


def _float(value: float | None) -> float:
    return math.nan if value is None else float(value)


def _lines(name: str) -> str:
    """A name on as many lines as fit beside a pair of bars; what does not fit is cut off."""
    lines = textwrap.wrap(name, LINE_LENGTH) or [""]
    return "\n".join([*lines[: NAME_LINES - 1], tidy(" ".join(lines[NAME_LINES - 1 :]), LINE_LENGTH)]).strip()
