"""The picture of the day: how much each issue grows against how far it stands from our message."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kaders.report.svg import ACT, INK, LINE, OURS, SOFT, THEIRS, WASH, canvas, markup
from kaders.report.voice import Voice, tidy

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

LABELLED = ("signal", "watch", "standing_gap")
Size = tuple[float, float]
BROAD: Size = (430.0, 300.0)
NARROW: Size = (300.0, 330.0)
"""Width and height in units: on a phone the letters of the broad picture would be too small to read."""
NARROWEST, WIDEST = 0.5, 4.0
"""Ratio at the left edge, and the least that the right edge shows: one ordinary day looks ordinary."""
FURTHEST = 64.0
"""Ratio beyond which growth is drawn at the edge: the table has the number."""
NAME_LENGTH = 24
"""Characters of a label: a third of the picture."""
CHARACTER = 0.6
"""Mean width of a character in letter sizes in DejaVu Sans, wider than the fonts of most readers."""
LOUD, PLAIN, SOFT_SIZE = 11.0, 10.5, 9.5
"""Letter sizes: signals, what else stands out, ordinary topics."""
AXIS_HEIGHT, LANE_HEIGHT = 42.0, 38.0
"""Units at the bottom that the scale and its words take, where no label goes; and of the lane above it."""
TICK_ROOM = 0.3
"""Doublings that the words of a tick need before the right edge."""
CROWDED, FREE = 60.0, 4.0
"""Square units of a label that may cover something else: a small dot, not a word; of an ordinary topic."""
Box = tuple[float, float, float, float]
"""Left, bottom, right, top, in units of the picture."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A dot that wants a label: where it stands, what it says, how loud and in which order."""

    x: float
    y: float
    text: str
    size: float
    rank: float

    @property
    def loud(self) -> bool:
        """Whether it is a signal's, which always gets its label."""
        return self.size == LOUD


def day_map(
    issues: Sequence[dict[str, Any]],
    numbers: dict[str, int],
    voice: Voice,
    *,
    name: str,
    size: Size = BROAD,
) -> str:
    """Growth (x, log scale) against divergence beyond the tolerance (y, bits, with its interval).

    issues   of the payload; those without ratio are left out, those without divergence stand in a lane below
    numbers  issue id -> number of its signal in the report
    """
    shown = [issue for issue in issues if _drawable(issue)]
    figure = canvas(*size)
    axes = figure.add_axes(_part(size, AXIS_HEIGHT + LANE_HEIGHT + 6, size[1] - 6))
    lane = figure.add_axes(_part(size, AXIS_HEIGHT, AXIS_HEIGHT + LANE_HEIGHT), sharex=axes)
    _frame(axes, lane, shown, voice)
    taken = [*_corners(axes, voice), _lane_name(lane, voice), *_lines(axes)]
    taken += _dots(axes, lane, shown, numbers)
    spots = [_spot(axes, lane, issue, numbers, voice) for issue in shown]
    _labels(figure, size, spots, taken)
    return markup(figure, name=name, label=_words(shown, voice))


def _part(size: Size, bottom: float, top: float) -> Box:
    """The place of axes from `bottom` to `top`, in shares of the picture: left, bottom, width, height."""
    left, right = 26.0, size[0] - 8
    return left / size[0], bottom / size[1], (right - left) / size[0], (top - bottom) / size[1]


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
    """Limits, the two dashed lines (as expected; as far as we allow), ticks and the quadrant to look at."""
    keys = ("divergence_low", "divergence_high")
    ends = [_above(i, key) for i in shown if i["divergence"] is not None for key in keys]
    bottom, top = min([-0.3, *ends]) - 0.04, max([0.2, *ends]) + 0.08
    left = math.log2(NARROWEST) - 0.3
    right = max([math.log2(WIDEST), *(_x(issue) for issue in shown)]) + 0.35
    axes.fill_between([0, right], 0, top, color=WASH, linewidth=0)
    axes.axhline(0, color=SOFT, linewidth=1, dashes=(3, 3))
    axes.axvline(0, color=SOFT, linewidth=1, dashes=(3, 3))
    _quiet(axes)
    _quiet(lane)
    axes.set(xlim=(left, right), ylim=(bottom, top))
    lane.set_ylim(0, 1)
    axes.tick_params(labelbottom=False)
    powers = range(math.ceil(left), math.floor(right - TICK_ROOM) + 1)
    lane.set_xticks(list(powers), [_times(power) for power in powers])
    lane.set_xlabel(voice.say("map_x"), color=SOFT, size=10)
    axes.set_ylabel(voice.say("map_y"), color=SOFT, size=10)


def _quiet(area: Axes) -> None:
    area.spines[["top", "right"]].set_visible(False)
    area.spines[["left", "bottom"]].set_color(LINE)
    area.patch.set_visible(False)
    area.tick_params(length=0, labelsize=10, labelcolor=SOFT)
    area.set_yticks([])


def _times(power: int) -> str:
    return f"×{2**power}" if power >= 0 else "×½"


def _corners(axes: Axes, voice: Voice) -> Iterator[Box]:
    """What each quadrant means, in its corner; yields the boxes that the words take."""
    corners = (
        ("map_act", 0.99, 0.985),
        ("map_gap", 0.01, 0.985),
        ("map_fits", 0.99, 0.015),
        ("map_quiet", 0.01, 0.015),
    )
    for key, x, y in corners:
        loud, text = key == "map_act", _fitted(voice.say(key), axes, right=x > 0.5)
        ends = ("right" if x > 0.5 else "left", "top" if y > 0.5 else "bottom")
        style: dict[str, Any] = {
            "color": ACT if loud else SOFT,
            "weight": "bold" if loud else "normal",
            "size": 10,
        }
        axes.text(x, y, text, transform=axes.transAxes, ha=ends[0], va=ends[1], **style)
        px, py = axes.transAxes.transform((x, y))
        yield _corner_box(float(px), float(py), text, *ends)


def _fitted(text: str, axes: Axes, *, right: bool) -> str:
    """The words of a corner on as many lines as its side of the dashed line needs."""
    left, middle, edge = (
        float(axes.transData.transform((x, 0))[0]) for x in (axes.get_xlim()[0], 0, axes.get_xlim()[1])
    )
    width = (edge - middle if right else middle - left) - 6
    return "\n".join(textwrap.wrap(text, max(int(width / (CHARACTER * 10)), 8)))


def _corner_box(x: float, y: float, text: str, side: str, end: str) -> Box:
    lines = text.splitlines()
    width, height = CHARACTER * 10 * max(map(len, lines)), 13.0 * len(lines)
    left = x - width if side == "right" else x
    bottom = y - height if end == "top" else y
    return left, bottom, left + width, bottom + height


def _lines(axes: Axes) -> tuple[Box, Box]:
    """The two dashed lines, which a label had better not cross."""
    (left, right), (bottom, top) = axes.get_xlim(), axes.get_ylim()
    return _box(axes, 0, bottom, 0, top, 2), _box(axes, left, 0, right, 0, 2)


def _lane_name(lane: Axes, voice: Voice) -> Box:
    text = voice.say("map_lane")
    lane.text(0.01, 0.98, text, transform=lane.transAxes, color=SOFT, size=10, va="top")
    px, py = (float(v) for v in lane.transAxes.transform((0.01, 0.98)))
    return px, py - 13, px + CHARACTER * 10 * len(text), py


def _spot(axes: Axes, lane: Axes, issue: dict[str, Any], numbers: dict[str, int], voice: Voice) -> Spot:
    area, x, y = _place(axes, lane, issue)
    px, py = area.transData.transform((x, y))
    number, name = numbers.get(issue["issue"]), tidy(voice.both(issue["name"]), NAME_LENGTH)
    if area is lane:
        name = name.split(" (")[0]  # the lane itself says that there is no message
    special = issue["status"] in LABELLED
    size = LOUD if number else PLAIN if special else SOFT_SIZE
    rank = number or len(numbers) + (1 if special else 2) + 1 / (1 + float(issue["ratio"]))
    return Spot(float(px), float(py), f"{number} {name}" if number else name, size, rank)


def _place(axes: Axes, lane: Axes, issue: dict[str, Any]) -> tuple[Axes, float, float]:
    if issue["divergence"] is None:
        return lane, _x(issue), 0.3
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
    left, bottom = (float(v) for v in area.transData.transform((x0, y0)))
    right, top = (float(v) for v in area.transData.transform((x1, y1)))
    return left - margin, bottom - margin, right + margin, top + margin


def _labels(figure: Figure, size: Size, spots: Sequence[Spot], taken: list[Box]) -> None:
    """Names beside the dots, the most urgent first, each where nothing stands yet.

    A signal is always named; another name that finds no room is left to the table.
    """
    for spot in sorted(spots, key=lambda s: s.rank):
        ordinary = spot.size == SOFT_SIZE
        box = min(_around(spot), key=lambda b: _crowding(b, taken, size))
        if not spot.loud and _crowding(box, taken, size) > (FREE if ordinary else CROWDED):
            continue
        taken.append(box)
        left, bottom, right, top = box
        figure.text(
            (left + right) / 2 / size[0],
            (bottom + top) / 2 / size[1],
            spot.text,
            ha="center",
            va="center",
            size=spot.size,
            color=SOFT if ordinary else INK,
            weight="bold" if spot.loud else "normal",
        )


def _around(spot: Spot) -> Iterator[Box]:
    """Places for a label, best first: beside the dot, above or below it, then further away.

    An ordinary topic's label stays beside its dot: further away nobody sees whose it is.
    """
    width, height = CHARACTER * spot.size * len(spot.text) * (1.18 if spot.loud else 1), 13.0
    if spot.size == SOFT_SIZE:
        yield from (_centred(spot.x + side * (6 + width / 2), spot.y, width, height) for side in (1, -1))
        return
    for away in (8.0, 15.0, 26.0, 38.0):
        side, over = away + width / 2, away + height / 2
        for dx, dy in ((side, 0.0), (-side, 0.0), (0.0, over), (0.0, -over)):
            yield _centred(spot.x + dx, spot.y + dy, width, height)
        for dx, dy in ((side, over), (side, -over), (-side, over), (-side, -over)):
            yield _centred(spot.x + dx * 0.8, spot.y + dy, width, height)


def _centred(x: float, y: float, width: float, height: float) -> Box:
    return x - width / 2, y - height / 2, x + width / 2, y + height / 2


def _crowding(box: Box, taken: Sequence[Box], size: Size) -> float:
    """Square units of `box` that cover something or stick out of the picture."""
    area = (box[2] - box[0]) * (box[3] - box[1])
    room = (26, AXIS_HEIGHT, size[0] - 2, size[1] - 2)
    return area - _overlap(box, room) + sum(_overlap(box, other) for other in taken)


def _overlap(one: Box, two: Box) -> float:
    width = min(one[2], two[2]) - max(one[0], two[0])
    height = min(one[3], two[3]) - max(one[1], two[1])
    return max(width, 0.0) * max(height, 0.0)


def _words(shown: Sequence[dict[str, Any]], voice: Voice) -> str:
    named = [issue for issue in shown if issue["status"] in LABELLED]
    points = "; ".join(_point(issue, voice) for issue in named) or voice.say("map_alt_none")
    return voice.say("map_alt", points=points)


def _point(issue: dict[str, Any], voice: Voice) -> str:
    key = "map_alt_point_bare" if issue["divergence"] is None else "map_alt_point"
    return voice.say(
        key,
        name=voice.both(issue["name"]),
        ratio=voice.number(issue["ratio"], 1),
        value=voice.number(issue["divergence"], 2),
    )
