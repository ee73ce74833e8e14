"""p-values by resampling that are as fine as the question needs."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

ROUNDS = 10
"""Batches at most: with 999 draws each p can be 1 in 10,000, fine enough for a hundred issues a morning."""


def p_value(first: np.ndarray, more: Callable[[], np.ndarray], rounds: int = ROUNDS) -> float:
    """(1 + hits) / (1 + draws), drawing on while nothing is as extreme (Besag & Clifford 1991).

    first, more: a batch of draws and further ones, each draw true when it is at least as extreme as what was
    seen. rounds: batches at most.
    """
    hits, draws = int(first.sum()), len(first)
    for _ in range(rounds - 1):
        if hits:
            break
        batch = more()
        hits, draws = int(batch.sum()), draws + len(batch)
    return (1 + hits) / (1 + draws)
