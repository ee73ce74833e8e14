"""Measurements written by hand, for the tests that judge them: by default an issue that is a signal."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from kaders.detect.decide import Carriers, CounterFrame, Tested
from kaders.detect.divergence import Divergence
from kaders.detect.frames import alphabet
from kaders.detect.novelty import Novelty, Term
from kaders.detect.volume import Volume

from .town import Row, frame, settings

STATED = settings().frames[0]
LETTERS = alphabet(STATED)


def one_frame(name: str) -> np.ndarray:
    """Shares of talk that is about one frame only."""
    return np.asarray(np.eye(len(LETTERS))[LETTERS.index(name)])


def mixed(**weights: float) -> np.ndarray:
    """Shares of talk by frame; `dubbel` is the counter-frame."""
    names = {"dubbel": "afvalpas/dubbel"}
    return np.asarray(sum(share * one_frame(names.get(name, name)) for name, share in weights.items()))


def volume(**changes: Any) -> Volume:
    """Thirty stories where ten were expected."""
    given: Row = {
        "seen": 30,
        "expected": 10.0,
        "low": 5.0,
        "high": 16.0,
        "day_seen": 6,
        "day_expected": 1.5,
        "p": 0.001,
        "big_enough": True,
    }
    return Volume(**given | changes)


def gap(**changes: Any) -> Divergence:
    """Talk that was near our message and left it for health and safety."""
    given: Row = {
        "value": 0.5,
        "low": 0.4,
        "high": 0.6,
        "usual": 0.05,
        "change": 0.45,
        "change_low": 0.3,
        "change_high": 0.6,
        "p_further": 0.001,
        "p_apart": 0.001,
        "tolerance": 0.25,
        "ours": mixed(economic=0.6, morality=0.4),
        "theirs": mixed(economic=0.3, health_and_safety=0.7),
        "before": mixed(economic=0.6, morality=0.4),
        "parts": mixed(morality=0.2, health_and_safety=0.3),
    }
    return Divergence(**given | changes)


def near(**changes: Any) -> Divergence:
    """Talk that stayed near our message."""
    calm: Row = {
        "value": 0.05,
        "low": 0.0,
        "change": 0.0,
        "change_low": -0.1,
        "p_further": 0.6,
        "p_apart": 1.0,
        "theirs": mixed(economic=0.6, morality=0.4),
    }
    return gap(**calm | changes)


def novelty(*terms: str, p: float = 0.002) -> Novelty:
    """Words that are new."""
    return Novelty(p, tuple(Term(term, 5, 0) for term in terms))


def carriers(groups: dict[str, int] | None = None, p_without_largest: float = 0.01) -> Carriers:
    """Three publishers of news and two networks, none larger than the others."""
    return Carriers(
        groups or dict.fromkeys(("krant", "bode", "radio", "fedi", "skies"), 6),
        {"news": 18, "social": 12},
        p_without_largest,
    )


def said(*rows: Row) -> pd.DataFrame:
    """Documents with the story they belong to: their own, unless they name another."""
    stories: dict[Any, Any] = {row["doc"]: row.get("story", row["doc"]) for row in rows}
    return frame(list(rows)).assign(story=lambda talk: [stories[doc] for doc in talk["doc"]])


def finding(issue: str = "topic:afvalpas", **changes: Any) -> Tested:
    """An issue that grew and left our message."""
    given: Row = {
        "issue": issue,
        "talk": said(),
        "stated": STATED,
        "volume": volume(),
        "divergence": gap(),
        "novelty": None,
        "carriers": carriers(),
        "echo": 0.1,
        "counters": {"afvalpas/dubbel": CounterFrame(0, 100, 0, 100)},
        "q": 0.02,
        "q_volume": 0.02,
        "q_divergence": 0.02,
    }
    return Tested(**given | changes)


def unframed(**changes: Any) -> Tested:
    """An issue that grew with new words, and on which nothing has been stated."""
    nothing: Row = {"stated": None, "divergence": None, "echo": None, "counters": {}}
    return finding("topic:markt", **nothing | {"novelty": novelty("scheuren")} | changes)
