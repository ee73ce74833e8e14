"""Which language a text is in, as far as Kaders minds: nl, en or other."""

from __future__ import annotations

from functools import cache

from py3langid.langid import MODEL_FILE, LanguageIdentifier

from kaders.model import Language

LOOKED_AT = 400
"""Characters: the identifier is sure of a language after two sentences, and each letter costs time."""
FEWEST_WORDS = 5
"""Below this a text is too short to tell Dutch from its neighbours."""
CANDIDATES = ("nl", "en", "de", "fr", "es", "it", "pt", "pl", "tr", "ar", "uk")
"""What Dutch municipalities meet; without Frisian and Afrikaans, for which short Dutch texts are taken."""


def language(text: str, declared: str | None = None) -> Language:
    """The language of a text: heard in its first LOOKED_AT characters, or `declared` when it is too short.

    `declared` is a code such as nl, nl-NL or en_US. A text without letters or declaration is `other`.
    """
    words = [word for word in text[:LOOKED_AT].split() if any(c.isalpha() for c in word)]
    if declared and len(words) < FEWEST_WORDS:
        return _ours(declared)
    return _ours(str(_identifier().classify(text[:LOOKED_AT])[0])) if words else "other"


def _ours(code: str) -> Language:
    primary = code.strip().lower().replace("_", "-").split("-")[0]
    return "nl" if primary in ("nl", "dut", "nld") else "en" if primary in ("en", "eng") else "other"


@cache
def _identifier() -> LanguageIdentifier:
    """The model, read once for each process: that takes a third of a second."""
    identifier = LanguageIdentifier.from_model_file(MODEL_FILE)
    identifier.set_languages(list(CANDIDATES))
    return identifier
