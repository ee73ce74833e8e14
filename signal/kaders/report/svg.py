"""Matplotlib figures as small SVG that takes its colours from the page and repeats byte for byte."""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.figure import Figure

INK, SOFT, LINE, OURS, THEIRS, ACT, WASH = (
    "#0a0b01",
    "#0a0b02",
    "#0a0b03",
    "#0a0b04",
    "#0a0b05",
    "#0a0b06",
    "#0a0b07",
)
"""Sentinel colours: drawn as such, replaced by the page's variables so that a dark page has a light pen."""
_VARIABLES = {
    INK: "var(--ink)",
    SOFT: "var(--soft)",
    LINE: "var(--line)",
    OURS: "var(--ours)",
    THEIRS: "var(--theirs)",
    ACT: "var(--act)",
    WASH: "var(--wash)",
}
PIXELS = 72
"""Dots per inch at which one point of Matplotlib is one unit of the SVG."""
_SETTINGS: dict[Any, Any] = {
    "svg.hashsalt": "kaders",
    "svg.fonttype": "none",
    "text.parse_math": False,
    "font.size": 11,
    "font.family": ["DejaVu Sans"],
    "path.simplify": False,
}


@contextmanager
def drawing() -> Iterator[None]:
    """Matplotlib's own defaults with ours on top, whatever the machine's matplotlibrc says."""
    import matplotlib

    with matplotlib.rc_context(), warnings.catch_warnings():
        # An emoji in a name: Matplotlib only measures with its own font, the reader's browser has the glyph.
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(_SETTINGS)
        yield


def canvas(width: float, height: float) -> Figure:
    """An empty transparent figure of `width` by `height` SVG units."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width / PIXELS, height / PIXELS), dpi=PIXELS)
    figure.patch.set_visible(False)
    return figure


def markup(figure: Figure, *, name: str, label: str) -> str:
    """The figure as an <svg role="img">; `name` keeps its ids apart from other figures'."""
    out = io.StringIO()
    figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    body = re.sub(
        r"<metadata>.*?</metadata>|<style[^>]*>.*?</style>|<!--.*?-->", "", out.getvalue(), flags=re.S
    )
    body = body[body.index("<svg") :]
    box = re.search(r'viewBox="([^"]*)"', body)
    head = f'<svg viewBox="{box[1] if box else ""}" role="img" aria-label="{escape(label)}">'
    body = head + body[body.index(">") + 1 :]
    return _coloured(_attributes(_own_ids(_lean(body), name)))


def _lean(body: str) -> str:
    """Without empty definitions, namespaces and line ends that a page does not need."""
    body = re.sub(r"<defs>\s*</defs>", "", body).replace("xlink:href", "href")
    return re.sub(r">\s+<", "><", re.sub(r"(\d\.\d)\d{2,}", r"\1", body)).strip()


def _own_ids(body: str, name: str) -> str:
    used = set(re.findall(r'href="#([^"]+)"|url\(#([^)]+)\)', body))
    kept = {one or other for one, other in used}

    def renamed(match: re.Match[str]) -> str:
        return f' id="{name}-{match[1]}"' if match[1] in kept else ""

    body = re.sub(r' id="([^"]+)"', renamed, body)
    return re.sub(r'(href="#|url\(#)', rf"\g<1>{name}-", body)


def _attributes(body: str) -> str:
    """Style attributes as plain attributes: the page's security policy allows no inline style."""

    def spread(match: re.Match[str]) -> str:
        pairs = [part.split(":", 1) for part in match[1].split(";") if ":" in part]
        return "".join(_attribute(key.strip(), value.strip()) for key, value in pairs)

    return re.sub(r' style="([^"]*)"', spread, body)


def _attribute(key: str, value: str) -> str:
    if key != "font":
        return f' {key}="{value}"'
    size = re.search(r"([\d.]+)px", value)
    weight = ' font-weight="700"' if re.match(r"(bold|[6-9]00)\b", value) else ""
    return f' font-size="{size[1] if size else 11}"{weight}'


def _coloured(body: str) -> str:
    for sentinel, variable in _VARIABLES.items():
        body = body.replace(sentinel, variable)
    return body
