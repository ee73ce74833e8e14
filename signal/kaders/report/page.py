"""Paints the morning report: a payload and a language in, one HTML page out."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from functools import cache, partial
from importlib.resources import files
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, PackageLoader, StrictUndefined, UndefinedError
from markupsafe import Markup

from kaders.report import unseen, view
from kaders.report.daymap import NARROW, day_map
from kaders.report.pictures import frame_bars, sparkline
from kaders.report.svg import drawing
from kaders.report.view import Payload, Row
from kaders.report.voice import ReportLanguage, Voice, safe_link, tidy

PAGES: dict[ReportLanguage, str] = {"nl": "report.nl.html", "en": "report.en.html"}
"""The file name of each language, so that the pages can point at each other."""


def page(payload: Payload, language: ReportLanguage) -> str:
    """The morning report as one self-contained HTML page without scripts.

    payload   signals.json as read (docs/signals-json.md)
    language  of the page; a text that misses in it is shown in the other one

    The same payload gives the same bytes. Raises KeyError when a field of the contract misses.
    """
    voice = Voice(language, ZoneInfo(payload["organisation"]["timezone"]))
    with drawing():
        pictures = _pictures(payload, voice)
    template = _speaking(environment(), voice).get_template("page.html.j2")
    other: ReportLanguage = "en" if language == "nl" else "nl"
    scene = {
        "p": payload,
        "voice": voice,
        "view": view,
        "unseen": unseen,
        "other": other,
        "other_page": PAGES[other],
    }
    scene["order"] = view.numbers(payload)
    try:
        html = template.render(**scene, **stylesheet(), **pictures)
    except UndefinedError as error:
        raise KeyError(error.message) from error
    return "\n".join(line.rstrip() for line in html.splitlines() if line.strip()) + "\n"


def _pictures(payload: Payload, voice: Voice) -> dict[str, Any]:
    signals = payload["signals"]
    named = {signal["id"]: f"s{number}" for number, signal in enumerate(signals, start=1)}
    return {
        "map_svg": Markup(day_map(payload["issues"], view.numbers(payload), voice, name="map")),
        "narrow_map_svg": Markup(
            day_map(payload["issues"], view.numbers(payload), voice, name="narrow", size=NARROW)
        ),
        "bars": dict(_bars(signals, named, voice)),
        "sparks": dict(_sparks(signals, named, voice)),
    }


def _bars(signals: list[Row], named: dict[str, str], voice: Voice) -> Iterator[tuple[str, Markup]]:
    for signal in signals:
        if signal["divergence"] and signal["divergence"]["per_frame"]:
            drawn = frame_bars(signal["divergence"]["per_frame"], voice, name=f"{named[signal['id']]}b")
            yield signal["id"], Markup(drawn)


def _sparks(signals: list[Row], named: dict[str, str], voice: Voice) -> Iterator[tuple[str, Markup]]:
    for signal in signals:
        if signal["volume"]["series"]:
            drawn = sparkline(signal["volume"]["series"], voice, name=f"{named[signal['id']]}s")
            yield signal["id"], Markup(drawn)


def environment() -> Environment:
    """Where templates come from: everything is escaped and a name that misses is an error."""
    return Environment(
        loader=PackageLoader("kaders.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _speaking(environment: Environment, voice: Voice) -> Environment:
    environment.globals.update(t=voice.say, count=voice.count)
    environment.filters.update(
        both=voice.both,
        num=voice.number,
        about=voice.about,
        pct=voice.percent,
        day=voice.day,
        short_day=partial(voice.day, short=True),
        dated=voice.dated,
        moment=voice.moment,
        tidy=tidy,
        link=safe_link,
        lang=_lang,
    )
    return environment


def _lang(code: str) -> str:
    """A lang attribute of a quoted text; "" says that the language is not known."""
    return code if code in PAGES else ""


@cache
def stylesheet() -> dict[str, str]:
    """The style of every page, and its hash: the only style that the security policy lets through."""
    css = files("kaders.report").joinpath("templates", "style.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()
    return {"css": Markup(css), "css_hash": f"sha256-{digest}"}
