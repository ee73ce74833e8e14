"""The one error of a question: a sentence with the place, and how to write it."""

from __future__ import annotations

from kaders.errors import ConfigurationError


class Unclear(ConfigurationError):
    """A question that cannot be read.

    what   what is wrong and where
    mend   how to write it
    """

    def __init__(self, what: str, mend: str) -> None:
        self.what, self.mend = what, mend
        super().__init__(f"{what}: {mend}")


def at(place: int) -> str:
    return f"character {place + 1}"


def short(text: str) -> str:
    return text if len(text) <= 40 else f"{text[:39]}…"
