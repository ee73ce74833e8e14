"""Which line of a YAML file a value stands on, so that an error can point at it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from kaders.errors import ConfigurationError, Problem

Path_ = tuple[str | int, ...]


def read_with_lines(file: Path) -> tuple[Any, dict[Path_, int]]:
    """The content of a YAML file and the line (from 1) of each value by its path of keys and indices.

    Raises ConfigurationError with one Problem when the file is missing or no YAML.
    """
    try:
        text = file.read_text(encoding="utf-8")
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        content = yaml.safe_load(text)
    except FileNotFoundError as error:
        raise _fault(file, 1, "the file is not there", "Name a file that exists") from error
    except (OSError, UnicodeDecodeError) as error:
        raise _fault(file, 1, f"the file cannot be read: {error}", "Save it as UTF-8 text") from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        what = f"this is not YAML: {getattr(error, 'problem', None) or error}"
        raise _fault(file, line, what, "Mend the indentation or the quotes") from error
    lines: dict[Path_, int] = {(): 1}
    _note(node, (), lines)
    return content, lines


def line_of(lines: dict[Path_, int], path: Path_) -> int:
    """The line of a path, else of the nearest thing around it that is in the file."""
    while path not in lines:
        path = path[:-1]
    return lines[path]


def _fault(file: Path, line: int, what: str, mend: str) -> ConfigurationError:
    return ConfigurationError(problems=(Problem(str(file), line, what, mend),))


def _note(node: yaml.Node | None, path: Path_, lines: dict[Path_, int]) -> None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            lines[(*path, key.value)] = key.start_mark.line + 1
            _note(value, (*path, key.value), lines)
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            lines[(*path, index)] = value.start_mark.line + 1
            _note(value, (*path, index), lines)
