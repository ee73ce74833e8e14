"""What can be said of a text without word lists: its sketch and the questions in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from zlib import crc32

from datasketch import MinHash

SKETCH_LENGTH = 64
"""Values in a sketch. The estimated Jaccard then has a standard error of at most sqrt(.25/64) = .06, enough
to tell copies (above .6) from texts on one subject (below .3)."""
SKETCH_SEED = 1997
"""Fixed for ever: sketches of another seed cannot be compared. (Broder published MinHash in 1997.)"""
SKETCH_VALUES = 2**16
"""Only the last 16 bits of each value are kept, half the size: two that differ then look equal once in 65,536
times (Li and König 2010, b-bit minwise hashing), against the standard error of .06."""
SHINGLE = 3
"""Words per shingle: short enough for a post of ten, long enough that a shared subject is no likeness."""
QUESTION_WORDS = (4, 30)
"""Fewest and most words of a question worth reading: "Echt waar?" asks nothing, and above 30 words the
splitter has usually missed a full stop."""
MOST_QUESTIONS = 3
"""Per document, so that one list of questions does not fill a report."""

_ADDRESS = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_WORD = re.compile(r"[^\W_]+")
_SENTENCE_END = re.compile(r"""(?<=[.!?…])["'”’»)\]]*\s+|\n+""")
_BEFORE_SENTENCE = "\"'“”‘’«»„([-–—•*>:#"
_AFTER_SENTENCE = "\"'“”‘’«»)]"


def _hash(shingle: bytes) -> int:
    return crc32(shingle)


_EMPTY = MinHash(num_perm=SKETCH_LENGTH, seed=SKETCH_SEED, hashfunc=_hash, scheme="affine32")


def sketch(text: str) -> tuple[int, ...]:
    """MinHash signature (Broder 1997) of the 3-word shingles of a text: 64 integers below 2^16.

    Small letters, digits kept, punctuation and web addresses dropped. The share of equal values in two
    sketches estimates the Jaccard similarity of the two texts. A text without words gives ().
    """
    shingles = _shingles(text)
    if not shingles:
        return ()
    signature = _EMPTY.copy()
    signature.update_batch(shingles)
    return tuple((signature.hashvalues % SKETCH_VALUES).tolist())


def _shingles(text: str) -> list[bytes]:
    words = _WORD.findall(_ADDRESS.sub(" ", text.lower()))
    if len(words) <= SHINGLE:
        return [" ".join(words).encode()] if words else []
    grams = zip(*(words[start:] for start in range(SHINGLE)), strict=False)
    return sorted({" ".join(gram).encode() for gram in grams})


def questions(text: str) -> tuple[str, ...]:
    """The sentences of a text that end in a question mark: 4 to 30 words, each once, at most three."""
    return tuple(islice(dict.fromkeys(_asked(text)), MOST_QUESTIONS))


def _asked(text: str) -> Iterator[str]:
    fewest, most = QUESTION_WORDS
    for piece in _SENTENCE_END.split(_ADDRESS.sub(" ", text)):
        sentence = " ".join(piece.split()).lstrip(_BEFORE_SENTENCE + " ").rstrip(_AFTER_SENTENCE)
        if sentence.endswith("?") and fewest <= len(sentence.split()) <= most:
            yield sentence
