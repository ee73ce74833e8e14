"""What may stand behind the fields of a question, for one organisation: ids and the names people know."""

from __future__ import annotations

from kaders.ask.question import Names
from kaders.settings import Settings, Text


def names_of(settings: Settings) -> Names:
    """Per field the ids and the names, each with its id. Areas are the themes, which is what is tagged."""
    themes = [area for area in settings.policy_areas if area.parent is None]
    return {
        "source": {name: source.id for source in settings.sources for name in (source.name, source.id)},
        "topic": {name: topic.id for topic in settings.topics for name in _names(topic.id, topic.name)},
        "area": {name: area.code for area in themes for name in _names(area.code, area.label)},
        "frame": {name: frame.id for frame in settings.frame_names for name in _names(frame.id, frame.name)},
    }


def _names(id_: str, name: Text) -> tuple[str, ...]:
    """Both names and the id, which has the last word."""
    return tuple(said for said in (name.nl, name.en, id_) if said)
