"""Reads what is shipped in nlp_models/: the word lists and spaCy configurations the tagger is made of.

The only file of this room that opens files, and only fixed ones that belong to the code, as a language
identifier opens its model; documents always come in as arguments.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import yaml

from kaders.errors import ConfigurationError
from kaders.settings import Settings
from kaders.tag.patterns import TAGGED_LANGUAGES, PhraseLists, WordLists, phrase_list

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The C reader is ten times as fast; some builds of PyYAML lack it."""


def word_lists(settings: Settings) -> WordLists:
    """Word lists and configurations of every language; raises ConfigurationError naming the bad file."""
    themes = {area.code for area in settings.policy_areas if area.parent is None}
    frames = {frame.id for frame in settings.frame_names}
    folder = settings.places.patterns
    return WordLists(
        areas={each: _phrases(folder / each / "policy_areas.yaml", themes) for each in TAGGED_LANGUAGES},
        frames={each: _phrases(folder / each / "policy_frames.yaml", frames) for each in TAGGED_LANGUAGES},
        configs={each: _text(folder.parent / "configs" / f"{each}.cfg") for each in TAGGED_LANGUAGES},
    )


def _phrases(path: Path, known: Iterable[str]) -> PhraseLists:
    try:
        data = yaml.load(_text(path), Loader=_Loader)
    except yaml.YAMLError as error:
        raise ConfigurationError(
            f"{path} is not valid YAML: {error}. Restore the file or mend it."
        ) from error
    return phrase_list(data, name=str(path), known=known)


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError(f"{path} cannot be read. It is part of Kaders: restore it.") from error
