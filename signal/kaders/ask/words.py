"""What a word is to a question: letters and digits, without capitals and accents."""

from __future__ import annotations

import re
import unicodedata

TOKEN = r"[\p{L}\p{N}][\p{L}\p{N}\p{M}]*"
"""A word in the notation of DuckDB; store/ finds words by it and folds them after, to the same words."""
_WORD = re.compile(r"[^\W_]+")
_FINAL_SIGMA = "ς"
"""Python makes it of a capital at the end of a word, DuckDB does not: here both write σ."""


def fold(text: str) -> str:
    """The text in small letters, each without its accent: `Één` and `een` are one word."""
    if text.isascii():
        return text.lower()
    bare = unicodedata.normalize("NFD", text)
    for sign in set(bare):
        if unicodedata.category(sign).startswith("M"):
            bare = bare.replace(sign, "")
    return unicodedata.normalize("NFC", bare).lower().replace(_FINAL_SIGMA, "σ")


def words(text: str) -> tuple[str, ...]:
    """The folded words of a text in their order: runs of letters and digits, so `e-mail` is two."""
    return tuple(_WORD.findall(fold(text)))
