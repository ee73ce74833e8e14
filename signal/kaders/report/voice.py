"""How the report speaks: words, numbers, dates and moments in one language and one time zone."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from typing import Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import yaml

ReportLanguage = Literal["nl", "en"]
LONGEST = 240
"""Characters of a title or snippet that are shown: three full lines in print; the rest is behind the link."""
MINUS = "\N{MINUS SIGN}"
DASH = "\N{EN DASH}"


@cache
def words(language: ReportLanguage) -> dict[str, Any]:
    """Every text of the report in one language: key -> sentence, or list of names for the calendar."""
    text = files("kaders.report").joinpath("texts", f"{language}.yaml").read_text(encoding="utf-8")
    loaded: dict[str, Any] = yaml.safe_load(text)
    return loaded


def tidy(text: object, longest: int = LONGEST) -> str:
    """A stranger's text on one line: no control or direction characters, cut off after `longest`.

    Direction overrides (category Cf) can make a headline read as its opposite; they never carry meaning in
    Dutch or English, save the joiners inside emoji, which we can lose.
    """
    kept = "".join(" " if c.isspace() else c for c in str(text) if c.isspace() or _printable(c))
    line = re.sub(" +", " ", kept).strip()
    return line if len(line) <= longest else line[: longest - 1].rstrip() + "…"


def _printable(character: str) -> bool:
    return not unicodedata.category(character).startswith("C")


def safe_link(url: object) -> str | None:
    """The address when it is http or https with a host and no blanks in it; otherwise None."""
    text = str(url or "")
    if not text.isprintable() or any(c.isspace() for c in text):
        return None
    try:
        parts = urlsplit(text)
    except ValueError:
        return None
    return text if parts.scheme in ("http", "https") and parts.hostname else None


@dataclass(frozen=True, slots=True)
class Voice:
    """One language and the organisation's own time zone."""

    language: ReportLanguage
    zone: ZoneInfo

    def say(self, key: str, **values: object) -> str:
        """The text of `key` with its names filled in; KeyError for a text that does not exist."""
        text: str = words(self.language)[key]
        return text.format(**values)

    def count(self, key: str, n: float) -> str:
        """The text of `key` for a number, in the singular when it is 1."""
        return self.say(f"{key}_one" if abs(n) == 1 else key, n=self.number(n))

    def both(self, text: dict[str, Any] | None) -> str:
        """The text in this language, else in the other, tidied; "" when there is none."""
        text = text or {}
        other = "en" if self.language == "nl" else "nl"
        return tidy(text.get(self.language) or text.get(other) or "", 2 * LONGEST)

    def number(self, value: float | None, digits: int = 0, *, signed: bool = False) -> str:
        """With decimal comma in Dutch and a true minus sign; a dash when there is no number."""
        if value is None:
            return DASH
        shown = f"{value:+,.{digits}f}" if signed else f"{value:,.{digits}f}"
        if not shown.strip("+-0.,"):
            shown = shown.lstrip("+-")
        if self.language == "nl":
            shown = shown.translate(str.maketrans(",.", ".,"))
        return shown.replace("-", MINUS)

    def about(self, value: float | None) -> str:
        """An expected count: one decimal below ten, none above, for nobody expects 0.4 of a story at 37."""
        return self.number(value, 1 if value is not None and abs(value) < 10 and value % 1 else 0)

    def percent(self, share: float | None) -> str:
        """A share of 0..1 as whole percents."""
        return DASH if share is None else f"{self.number(100 * share)}%"

    def interval(self, low: float | None, high: float | None, digits: int) -> str:
        """An interval in brackets after a number; "" without ends."""
        if low is None or high is None:
            return ""
        return self.say("range", low=self.number(low, digits), high=self.number(high, digits))

    def day(self, iso: str, *, short: bool = False) -> str:
        """An ISO date as "maandag 23 november 2026", or short as "ma 23 nov"."""
        when = date.fromisoformat(iso)
        if short:
            return f"{self._name('weekdays_short', when.weekday())} {self.month_day(when)}"
        month = self._name("months", when.month - 1)
        return f"{self._name('weekdays', when.weekday())} {when.day} {month} {when.year}"

    def dated(self, iso: str) -> str:
        """An ISO date that may be of another year: "1 feb 2025"."""
        when = date.fromisoformat(iso)
        return f"{self.month_day(when)} {when.year}"

    def month_day(self, when: date) -> str:
        """ "23 nov"."""
        return f"{when.day} {self._name('months_short', when.month - 1)}"

    def moment(self, iso: str | None) -> str:
        """An ISO moment in the organisation's zone as "zo 22 nov 21:14"; a bare date stays a date."""
        if not iso:
            return DASH
        if len(iso) == len("2026-11-23"):
            return self.day(iso, short=True)
        local = datetime.fromisoformat(iso).astimezone(self.zone)
        return f"{self.day(local.date().isoformat(), short=True)} {local:%H:%M}"

    def _name(self, table: str, index: int) -> str:
        name: str = words(self.language)[table][index]
        return name
