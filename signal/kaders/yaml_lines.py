"""Reads a YAML file so that every value knows its line, and every fault in the form is one plain sentence."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from kaders.errors import Problem

Path_ = tuple[str | int, ...]
"""Where a value stands in a file: keys and list positions from the top."""

KEPT_RESOLVERS = ("tag:yaml.org,2002:null", "tag:yaml.org,2002:int", "tag:yaml.org,2002:float")
"""What an unquoted word may turn into besides true and false. YAML 1.1 also turns `no` into false and a
date that does not exist into a crash; here those stay text, and the settings say what they should be."""

MENDS = (
    (
        "mapping values are not allowed",
        "Put a text that has a colon in it between double quotes, or indent this line as its neighbours are",
    ),
    ("undefined alias", "Put a text that begins with * between double quotes; in a phrase the * stands last"),
    ("'@'", "Take the handle away: persons and accounts are never followed"),
    ("cannot start any token", "Put the text on this line between double quotes"),
    ("single document", "Take the second '---' away: one file holds one document"),
)
DEFAULT_MEND = "Look at the indentation, the brackets and the quotes on this line and the one above"


class _Loader(yaml.SafeLoader):
    """YAML as people mean it: `no` is a word, `true` is a truth value, a date is checked later."""


def _resolvers() -> dict[str, list[tuple[str, re.Pattern[str]]]]:
    given = yaml.SafeLoader.yaml_implicit_resolvers
    kept = {k: [(tag, rule) for tag, rule in v if tag in KEPT_RESOLVERS] for k, v in given.items()}
    truth = ("tag:yaml.org,2002:bool", re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$"))
    return kept | {letter: [truth, *kept.get(letter, [])] for letter in "tTfF"}


_Loader.yaml_implicit_resolvers = _resolvers()


class _Quick(getattr(yaml, "CSafeLoader", _Loader)):  # type: ignore[misc]
    """The same in C, ten times as fast; some builds of PyYAML lack it."""


_Quick.yaml_implicit_resolvers = _resolvers()
SHALLOW = 2000
"""Characters of a line and brackets of a file up to which _Quick may read it: so no file can nest so deep
that its stack, which is the machine's own, ends; that of Python is guarded."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One YAML file: its name, its data (None when unreadable), and the line of every value."""

    file: str
    data: Any = None
    lines: Mapping[Path_, int] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()

    def line(self, path: Path_) -> int:
        """The line of the value at `path`, or of the nearest thing around it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)

    def problem(self, path: Path_, what: str, mend: str) -> Problem:
        """A problem at the line of `path`."""
        return Problem(self.file, self.line(path), what, mend)


def read_sheet(path: Path) -> Sheet:
    """The YAML file at `path`; faults of form are in `problems`, and then `data` is None."""
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        return _unread(path, 1, "the file is missing", _mend_missing(path))
    except OSError as error:
        return _unread(path, 1, f"the file cannot be read ({error.strerror})", "Check its permissions")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        return _unread(path, line, "a character here is not UTF-8", "Save the file with the encoding UTF-8")
    return _parse(path, text)


def _unread(path: Path, line: int, what: str, mend: str) -> Sheet:
    return Sheet(str(path), problems=(Problem(str(path), line, what, f"{mend}."),))


def _mend_missing(path: Path) -> str:
    other = next((p for p in (path.with_suffix(".yml"), path.with_suffix(".YAML")) if p.exists()), None)
    return (
        f"Rename {other.name} to {path.name}"
        if other
        else f"Make {path.name}, or copy it from a starter pack"
    )


def _parse(path: Path, text: str) -> Sheet:
    tab = next((n for n, line in enumerate(text.splitlines(), 1) if re.match(r" *\t+ *[^\s#]", line)), None)
    if tab:
        return _unread(path, tab, "a tab stands in the indentation", "Use spaces, two for each step")
    try:
        loader, node = _composed(text)
        if node is None:
            return _unread(path, 1, "the file is empty", "Fill it in, or copy the file from a starter pack")
        lines = dict(_lines(node, (), ()))
        doubles = tuple(_duplicate_keys(str(path), node, ()))
        data = loader.construct_document(node)
    except yaml.YAMLError as error:
        return _unread(path, *_explain(error))
    except RecursionError:
        return _unread(path, 1, "the brackets in this file are nested too deep", "Take some of them away")
    return Sheet(str(path), None if doubles else data, lines, doubles)


def _composed(text: str) -> tuple[yaml.SafeLoader, yaml.Node | None]:
    """The loader of a text and its top node; what the quick one cannot read the other one explains better."""
    deepest = max(map(len, text.splitlines()), default=0), text.count("[") + text.count("{")
    if max(deepest) <= SHALLOW:
        with suppress(yaml.YAMLError):
            quick = _Quick(text)
            return quick, quick.get_single_node()
    loader = _Loader(text)
    return loader, loader.get_single_node()


def _explain(error: yaml.YAMLError) -> tuple[int, str, str]:
    mark = getattr(error, "problem_mark", None)
    said = str(getattr(error, "problem", None) or getattr(error, "reason", None) or "it is not readable")
    mend = next((mend for key, mend in MENDS if key in said), DEFAULT_MEND)
    if isinstance(error, yaml.composer.ComposerError) and "single document" in str(error):
        mend = dict(MENDS)["single document"]
    return (mark.line + 1 if mark else 1), f"this is not YAML: {said}", mend


Parents = tuple[yaml.Node, ...]


def _children(node: yaml.Node) -> Iterator[tuple[str | int, yaml.Node, int]]:
    """Key or position, value and line of everything directly in a mapping or list."""
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield str(key.value), value, key.start_mark.line + 1
    elif isinstance(node, yaml.SequenceNode):
        for position, value in enumerate(node.value):
            yield position, value, value.start_mark.line + 1


def _lines(node: yaml.Node, path: Path_, parents: Parents) -> Iterator[tuple[Path_, int]]:
    if not path:
        yield path, node.start_mark.line + 1
    for key, value, line in _children(node):
        yield (*path, key), line
        if value not in parents:  # an alias may point at its own parent
            yield from _lines(value, (*path, key), (*parents, node))


def _duplicate_keys(file: str, node: yaml.Node, parents: Parents) -> Iterator[Problem]:
    seen: dict[str | int, int] = {}
    for key, value, line in _children(node):
        if key in seen:
            yield Problem(file, line, f"'{key}' already stands on line {seen[key]}", "Keep one of the two.")
        seen.setdefault(key, line)
        if value not in parents:
            yield from _duplicate_keys(file, value, (*parents, node))
