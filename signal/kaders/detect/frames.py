"""The frames of stories and of the organisation, as rows of shares over one alphabet per issue."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
from scipy import stats

from kaders.settings import PolicyFrame, Settings, StatedFrame

POLICY_FRAMES: tuple[str, ...] = PolicyFrame.__args__  # type: ignore[attr-defined]
DECLARED = 20.0
"""Pseudo-statements that the declared weights are worth beside the own publications (R2)."""
CLEARLY = 0.05
OWN_DAYS, HALF_LIFE = 90, 30.0
"""Own publications count for 90 days, half as much every 30 (R2)."""


def alphabet(stated: StatedFrame) -> list[str]:
    """The policy frames, then the counter-frames registered for this message."""
    return [*POLICY_FRAMES, *(f"{stated.topic}/{counter.id}" for counter in stated.counter_frames)]


def stories(talk: pd.DataFrame, letters: list[str]) -> pd.DataFrame:
    """One row per story with a frame: story, language, kind and its mean shares in column `shares`."""
    place = {letter: n for n, letter in enumerate(letters)}
    found: list[object] = [
        shares(frames, counters, place)
        for frames, counters in zip(talk["frames"], talk["counters"], strict=True)
    ]
    rows = talk.assign(shares=pd.Series(found, index=talk.index, dtype=object))
    heard = rows[np.array([s is not None for s in rows["shares"]], dtype=bool)]
    grouped = heard.groupby("story", sort=True)
    firsts = grouped[["language", "kind"]].first()
    firsts["shares"] = [np.mean(np.vstack(list(group)), axis=0) for _, group in grouped["shares"]]
    return firsts.reset_index()


def shares(frames: dict[str, float], counters: list[str], place: dict[str, int]) -> np.ndarray | None:
    """The shares of one document; a registered counter-frame, being more exact, takes all of it."""
    known = [counter for counter in counters if counter in place]
    weights = dict.fromkeys(known, 1 / len(known)) if known else frames
    if not weights:
        return None
    row = np.zeros(len(place))
    for name, weight in weights.items():
        row[place[name]] = weight
    return np.asarray(row / row.sum())


def matrix(rows: pd.DataFrame, width: int) -> np.ndarray:
    """The column `shares` as an array of stories x frames."""
    return np.vstack(list(rows["shares"])) if len(rows) else np.zeros((0, width))


def stated_shares(stated: StatedFrame, own: pd.DataFrame, letters: list[str], day: date) -> np.ndarray:
    """The organisation's shares: declared weights and its own publications, recent ones counting more."""
    place = {letter: n for n, letter in enumerate(letters)}
    total = np.zeros(len(letters))
    for name, weight in stated.frames.items():
        total[place[name]] = weight
    total *= DECLARED / total.sum()
    for frames, published in zip(own["frames"], own["day"], strict=True):
        age = (day - published).days
        row = shares(frames, [], place)
        if row is not None and 0 <= age <= OWN_DAYS:
            total += row * 0.5 ** (age / HALF_LIFE)
    return np.asarray(total / total.sum())


def outgrown(now: np.ndarray, base: np.ndarray, letter: int) -> bool:
    """Whether the policy frame that grew most clearly grew more than frame `letter`, at 5 % one-sided.

    now, base: stories x frames, now and before. The difference of the two growths against its standard error.
    """
    if len(now) < 2 or len(base) < 2:
        return False
    rivals = slice(0, len(POLICY_FRAMES))
    gaps = [rows[:, rivals] - rows[:, [letter]] for rows in (now, base)]
    ahead = gaps[0].mean(axis=0) - gaps[1].mean(axis=0)
    most = int(np.argmax(ahead))
    variance = sum(float(gap[:, most].var(ddof=1)) / len(gap) for gap in gaps)
    return bool(ahead[most] > stats.norm.isf(CLEARLY) * np.sqrt(variance))


def names(settings: Settings, letters: list[str]) -> list[dict[str, str]]:
    """The readable name of every letter, in both languages."""
    return [settings.frame_name(letter) for letter in letters]
