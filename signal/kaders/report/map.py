"""The picture of the day: how much each issue grows against how far it stands from our message."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from kaders.report.svg import ACT, INK, LINE, OURS, SOFT, THEIRS, WASH, canvas, markup
from kaders.report.voice import Voice, tidy

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LABELLED = ("signal", "watch", "standing_gap")
WIDTH, HEIGHT = 460.0, 320.0
NARROWEST, WIDEST = 0.5, 4.0
"""Ratio at the left edge, and the least that the right edge shows: one ordinary day looks ordinary."""
FURTHEST = 64.0
"""Ratio beyond which growth is drawn at the edge: the table has the number."""
NAME_LENGTH = 24
"""Characters of a label: a third of the picture."""
CHARACTER = 6.4
"""Mean width of a character of 11 units in DejaVu Sans, wider than the fonts of most readers."""
Box = tuple[float, float, float, float]


def day_map(issues: Sequence[dict[str, Any]], numbers: dict[str, int], voice: Voice, *, name: str) -> str:
    """Growth (x, log scale) against divergence beyond the tolerance (y, bits, with its interval).

    issues   of the payload; those without ratio are left out, those without divergence stand in a lane below
    numbers  issue id -> number of its signal in the report
    """
    shown = [issue for issue in issues if _drawable(issue)]
    figure = canvas(WIDTH, HEIGHT)
    axes = figure.add_axes((0.07, 0.27, 0.91, 0.71))
    lane = figure.add_axes((0.07, 0.13, 0.91, 0.12), sharex=axes)
    _frame(axes, lane, shown, voice)
    taken = list(_dots(axes, lane, shown, numbers))
    _labels(axes, lane, shown, numbers, voice, taken)
    return markup(figure, name=name, label=_words(shown, voice))


def _drawable(issue: dict[str, Any]) -> bool:
    if issue["ratio"] is None or issue["status"] == "not_tested":
        return False
    return issue["divergence"] is not None or issue["status"] in LABELLED


def _x(issue: dict[str, Any]) -> float:
    return math.log2(min(max(float(issue["ratio"]), NARROWEST), FURTHEST))


def _above(issue: dict[str, Any], key: str = "divergence") -> float:
    """Bits beyond the tolerance of the issue."""
    value = issue["divergence"] if issue[key] is None else issue[key]
    return float(value) - float(issue["tolerance"] or 0)


def _frame(axes: Axes, lane: Axes, shown: Sequence[dict[str, Any]], voice: Voice) -> None:
    right = max([math.log2(WIDEST), *(_x(issue) for issue in shown)]) + 0.35
    ends = [_above(i, key) for i in shown if i["divergence"] is not None for key in ("divergence_low", "divergence_high")]
    bottom, top = min([-0.3, *ends]) - 0.04, max([0.2, *ends]) + 0.08
    left = math.log2(NARROWEST) - 0.3
    axes.set(xlim=(left, right), ylim=(bottom, top))
    axes.fill_between([0, right], 0, top, color=WASH, linewidth=0)
    axes.plot([left, right], [0, 0], color=SOFT, linewidth=1, dashes=(3, 3))
    for area in (axes, lane):
        area.plot([0, 0], area.get_ylim(), color=SOFT, linewidth=1, dashes=(3, 3))
        area.spines[["top", "right"]].set_visible(False)
        area.spines[["left", "bottom"]].set_color(LINE)
        area.patch.set_visible(False)
        area.tick_params(length=0, labelsize=10, labelcolor=SOFT)
        area.set_yticks([])
    axes.set(ylim=(bottom, top))
    lane.set(ylim=(0, 1))
    axes.tick_params(labelbottom=False)
    powers = range(math.ceil(left), math.floor(right) + 1)
    lane.set_xticks(list(powers), [_times(power) for power in powers])
    lane.set_xlabel(voice.say("map_x"), color=SOFT, size=10)
    axes.set_ylabel(voice.say("map_y"), color=SOFT, size=10)
    _corners(axes, lane, voice)


def _times(power: int) -> str:
    return f"×{2**power}" if power >= 0 else "×½" if power == -1 else f"×1/{2**-power}"


def _corners(axes: Axes, lane: Axes, voice: Voice) -> None:
    corners = (("map_act", 0.99, 0.985, ACT, "bold"), ("map_gap", 0.01, 0.985, SOFT, "normal"))
    corners += (("map_fits", 0.99, 0.015, SOFT, "normal"), ("map_quiet", 0.01, 0.015, SOFT, "normal"))
    for key, x, y, colour, weight in corners:
        axes.text(
            x,
            y,
            voice.say(key),
            transform=axes.transAxes,
            color=colour,
            weight=weight,
            size=10,
            ha="right" if x > 0.5 else "left",
            va="top" if y > 0.5 else "bottom",
        )
    lane.text(0.01, 0.5, voice.say("map_lane"), transform=lane.transAxes, color=SOFT, size=10, va="center")


def _place(axes: Axes, lane: Axes, issue: dict[str, Any]) -> tuple[Axes, float, float]:
    if issue["divergence"] is None:
        return lane, _x(issue), 0.5
    return axes, _x(issue), _above(issue)


def _dots(axes: Axes, lane: Axes, shown: Sequence[dict[str, Any]], numbers: dict[str, int]) -> Iterator[Box]:
    """Draw each issue's dot and whisker; yields the box, in pixels, that each takes."""
    for issue in shown:
        area, x, y = _place(axes, lane, issue)
        loud = issue["issue"] in numbers
        colour = THEIRS if loud else OURS
        size = 10 if loud else 6 if issue["status"] in LABELLED else 4
        if area is axes and issue["status"] in LABELLED:
            ends = [_above(issue, "divergence_low"), _above(issue, "divergence_high")]
            area.plot([x, x], ends, color=colour, linewidth=1.5)
            yield _box(area, x, ends[0], x, ends[1], 2)
        area.plot([x], [y], "o", color=colour, markersize=size, markeredgewidth=0)
        yield _box(area, x, y, x, y, size / 2 + 1)


def _box(area: Axes, x0: float, y0: float, x1: float, y1: float, margin: float) -> Box:
    left, bottom = area.transData.transform((x0, y0))
    right, top = area.transData.transform((x1, y1))
    return left - margin, bottom - margin, right + margin, top + margin


def _labels(
    axes: Axes,
    lane: Axes,
    shown: Sequence[dict[str, Any]],
    numbers: dict[str, int],
    voice: Voice,
    taken: list[Box],
) -> None:
    """Names beside the dots that matter, the most urgent first, each where nothing stands yet."""
    taken += [text.get_window_extent().bounds_box for text in ()]
    wanted = [issue for issue in shown if issue["status"] in LABELLED]
    for issue in sorted(wanted, key=lambda i: (numbers.get(i["issue"], len(numbers) + 1), -float(i["ratio"]))):
        area, x, y = _place(axes, lane, issue)
        number = numbers.get(issue["issue"])
        text = tidy(voice.both(issue["name"]), NAME_LENGTH)
        text = f"{number} {text}" if number else text
        px, py = (float(v) for v in area.transData.transform((x, y)))
        box, align = _free_spot(px, py, CHARACTER * len(text), taken)
        taken.append(box)
