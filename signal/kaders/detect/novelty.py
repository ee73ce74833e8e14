"""Which words are new in an issue: terms of the last seven days against the weeks before.

The log-likelihood ratio of Dunning (1993) over stories, not documents, and a permutation of stories for the
p-value of the strongest term, so that copied text cannot make a term new (docs/decisions/0010).
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

import numpy as np
from scipy.special import xlogy

from kaders.detect.chance import p_value

MIN_STORIES_WITH_TERM = 3
MIN_GROUPS = 3
"""A new term must come from three independent publishers (R3)."""
VOCABULARY = 1500
"""The commonest words that are weighed; keeps a busy issue under a tenth of a second."""
PERMUTATIONS, ROUNDS = 499, 4
"""Draws of one batch, and batches at most: p can be 1 in 2,000, enough for sixteen policy areas."""
SHOWN = 5
TINY = 1e-12
_WORD = re.compile(r"[^\W\d_][\w'-]{3,}")


@dataclass(frozen=True, slots=True)
class Term:
    """A term with the number of stories that have it now and had it before."""

    term: str
    seen: int
    before: int


@dataclass(frozen=True, slots=True)
class Novelty:
    """p of the strongest term under 'no term is new', and the terms that carry it."""

    p: float
    terms: tuple[Term, ...]


def words(text: str) -> frozenset[str]:
    """The lower-cased words of at least four letters."""
    return frozenset(match.group().lower() for match in _WORD.finditer(text))


def novel(
    now: list[frozenset[str]],
    base: list[frozenset[str]],
    groups: list[str],
    *,
    known: frozenset[str] = frozenset(),
    rng: np.random.Generator,
) -> Novelty:
    """New terms of the stories `now` against `base`; `groups` names the publisher of each story now.

    known: words that cannot be new, because the language is made of them or the organisation uses them.
    """
    terms = [term for term in _vocabulary(now + base) if term not in known]
    if not terms or not now or not base:
        return Novelty(1.0, ())
    matrix = np.array([[term in story for term in terms] for story in now + base], dtype=float)
    is_now = np.arange(len(matrix)) < len(now)
    spread = _spread(terms, now, groups)
    scores = np.where(spread, _scores(matrix, is_now[None, :])[0], -np.inf)
    first = _strongest(matrix, is_now, rng)
    most = scores.max()
    p = p_value(first >= most, lambda: _strongest(matrix, is_now, rng) >= most, ROUNDS)
    limit = float(np.percentile(first, 95))
    return Novelty(p, _named(terms, matrix, is_now, scores, limit))


def _strongest(matrix: np.ndarray, is_now: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The score of the strongest term of each of PERMUTATIONS dealings of the stories."""
    dealt = rng.permuted(np.tile(is_now, (PERMUTATIONS, 1)), axis=1)
    return np.asarray(_scores(matrix, dealt).max(axis=1))


def _vocabulary(stories: list[frozenset[str]]) -> list[str]:
    """Words of at least three stories, now and before together: choosing by 'now' alone would bias p."""
    counts = Counter(word for story in stories for word in story)
    often = [word for word, n in counts.items() if n >= MIN_STORIES_WITH_TERM]
    return sorted(often, key=lambda word: (-counts[word], word))[:VOCABULARY]


def _spread(terms: list[str], now: list[frozenset[str]], groups: list[str]) -> np.ndarray:
    """Per term whether enough stories of enough publishers have it now."""
    owners: dict[str, list[str]] = {}
    for story, group in zip(now, groups, strict=True):
        for word in story:
            owners.setdefault(word, []).append(group)
    return np.array(
        [
            len(owners.get(t, [])) >= MIN_STORIES_WITH_TERM and len(set(owners.get(t, []))) >= MIN_GROUPS
            for t in terms
        ]
    )


def _scores(matrix: np.ndarray, is_now: np.ndarray) -> np.ndarray:
    """Signed root of the log-likelihood ratio of every term, one row per dealing of the stories.

    Positive when a larger share of the stories now has the term than of those before.
    """
    total = matrix.sum(axis=0)
    n_now, n_base = is_now.sum(axis=1, keepdims=True), (~is_now).sum(axis=1, keepdims=True)
    now = is_now @ matrix
    base = total - now
    share = total / len(matrix)
    surprise = xlogy(now, now / (n_now * share)) + xlogy(base, base / (n_base * share))
    surprise += xlogy(n_now - now, (n_now - now) / (n_now * (1 - share) + TINY))
    surprise += xlogy(n_base - base, (n_base - base) / (n_base * (1 - share) + TINY))
    return np.asarray(np.sign(now / n_now - base / n_base) * np.sqrt(np.maximum(2 * surprise, 0)))


def _named(
    terms: list[str], matrix: np.ndarray, is_now: np.ndarray, scores: np.ndarray, limit: float
) -> tuple[Term, ...]:
    order = [n for n in np.argsort(-scores, kind="stable") if scores[n] > limit][:SHOWN]
    return tuple(Term(terms[n], int(matrix[is_now, n].sum()), int(matrix[~is_now, n].sum())) for n in order)
