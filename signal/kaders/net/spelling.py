"""How a key may be spelled in what a server sends back: as it is, or escaped for an address, JSON or HTML."""

from __future__ import annotations

import re
from html.entities import html5

_AND = r"(?:&|\\{1,2}u0026|%26)(?:amp;){0,2}"
"""How an HTML reference begins, also inside JSON, and when it was escaped twice."""
_NAMES: dict[str, list[str]] = {}
"""The names that HTML has for a character."""
for _name, _text in html5.items():
    if _name.endswith(";") and _text.isascii():
        _NAMES.setdefault(_text, []).append(_name[:-1])


def spelled(secret: str) -> str:
    """A regular expression for a secret of printable ASCII in any of these spellings, also mixed.

    Letters and digits stand for themselves, for nobody escapes those; so a key without other characters is
    found as fast as any word. Backslashes in a row count as one: who escapes them doubles them.
    """
    return "".join(_one(mark) for mark in re.findall(r"\\+|.", secret))


def _one(mark: str) -> str:
    if mark.isalnum():
        return mark
    sign, code = mark[0], ord(mark[0])
    names = "".join(f"|{name}" for name in _NAMES.get(sign, ()))
    itself = r"\\++" if sign == "\\" else r"\\{0,3}" + re.escape(sign)
    space = r"|\+" if sign == " " else ""
    address, json = rf"%(?:25){{0,2}}(?i:{code:02x})", rf"\\{{1,2}}u00(?i:{code:02x})"
    return rf"(?:{json}|{itself}|{address}|{_AND}(?:\#0*{code}|\#[xX]0*(?i:{code:x}){names});{space})"
