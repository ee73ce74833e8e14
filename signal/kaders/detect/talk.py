"""Which documents count for which issue: copies once, robots not at all, loud accounts capped."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from kaders.detect.stories import likeness

PER_ACCOUNT_DAY = 3
"""Items of one social account that count in one issue on one day (research/detection, units)."""
BURST_ACCOUNTS = 20
BURST_SECONDS = 600
"""Twenty accounts with the same text within ten minutes is no conversation (research/detection, bots)."""
BURST_LIKENESS = 0.3
"""Robots vary their text a little; people on one subject measured below .2 on the demo world."""


def issues_of(topics: Iterable[str], areas: Iterable[str]) -> list[str]:
    """The issues of one document: its topics, else its strongest policy area."""
    own = [f"topic:{topic}" for topic in topics]
    return own or [f"area:{area}" for area in list(areas)[:1]]


def by_issue(documents: pd.DataFrame) -> pd.DataFrame:
    """One row per document and issue, public and own, with the column `issue` added."""
    rows = documents.copy()
    pairs = zip(rows["topics"], rows["areas"], strict=True)
    rows["issue"] = [issues_of(topics, areas) for topics, areas in pairs]
    return rows.explode("issue").dropna(subset=["issue"]).reset_index(drop=True)


def public(talk: pd.DataFrame) -> pd.DataFrame:
    """What outsiders said and may be counted: no own channels, no bursts of robots, accounts capped."""
    outside = talk[talk["kind"] != "own"]
    kept = outside[~synchronous(outside)]
    rank = kept.groupby(["issue", "day", "author"]).cumcount()
    free = (kept["kind"] != "social") | kept["author"].isna()
    return kept[(rank < PER_ACCOUNT_DAY) | free].reset_index(drop=True)


def synchronous(talk: pd.DataFrame) -> np.ndarray:
    """Per row whether it belongs to a burst of like posts from many accounts within ten minutes."""
    marks = pd.Series(False, index=talk.index)
    social = talk[(talk["kind"] == "social") & talk["author"].notna()]
    for _, rows in social.groupby("issue"):
        if rows["author"].nunique() >= BURST_ACCOUNTS:
            marks.loc[_burst(rows.sort_values("published"))] = True
    return marks.to_numpy(dtype=bool)


def _burst(rows: pd.DataFrame) -> list[int]:
    """The index labels of the posts in a burst; none when there is no burst."""
    seconds = rows["published"].to_numpy("datetime64[s]").astype("int64")
    accounts = rows["author"].to_numpy()
    found: set[int] = set()
    for start in range(len(rows)):
        end = int(np.searchsorted(seconds, seconds[start] + BURST_SECONDS, side="right"))
        if len(set(accounts[start:end])) >= BURST_ACCOUNTS:
            found.update(range(start, end))
    alike = _alike(rows["sketch"].tolist(), sorted(found))
    return [int(rows.index[n]) for n in alike] if len(alike) >= BURST_ACCOUNTS else []


def _alike(sketches: list[list[int]], numbers: list[int]) -> list[int]:
    arrays = {n: np.asarray(sketches[n]) for n in numbers}
    return [
        n
        for n in numbers
        if any(m != n and likeness(arrays[n], arrays[m]) >= BURST_LIKENESS for m in numbers)
    ]
