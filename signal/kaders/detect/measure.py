"""Measures one issue on one morning: volume, divergence, novelty and who carries it."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import pandas as pd

from kaders.detect import divergence, frames, novelty, volume
from kaders.detect.calendar import COMPARE_DAYS, NOW_DAYS
from kaders.detect.decide import Carriers, CounterFrame, Tested
from kaders.model import Window
from kaders.settings import Settings, StatedFrame


@dataclass(frozen=True, slots=True)
class Morning:
    """What every issue of one morning shares: the days, their kinds and how much was collected."""

    window: Window
    days: list[date]
    kinds: np.ndarray
    coverage: np.ndarray
    settings: Settings
    known: frozenset[str] = frozenset()
    """Words that are no news: of the languages, of our topics and messages, of what we published before."""

    @property
    def now(self) -> slice:
        """The last seven days."""
        return slice(len(self.days) - NOW_DAYS, len(self.days))

    @property
    def fit(self) -> np.ndarray:
        """The days on which a baseline may be fitted: before the guard."""
        return np.array([day < self.window.guard for day in self.days])

    def rng(self, issue: str) -> np.random.Generator:
        """Random numbers that depend on the day, the issue and the configuration alone."""
        text = f"{self.window.day}|{issue}|{self.settings.fingerprint()}"
        return np.random.default_rng(int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big"))


@dataclass(frozen=True, slots=True)
class Series:
    """Items of count per day of one issue, and the baseline that was fitted to them."""

    counts: np.ndarray
    expectation: volume.Expectation | None


def series(counts: np.ndarray, morning: Morning) -> Series:
    """The daily counts of an issue with the expectation of each day."""
    return Series(counts, volume.expect(counts, morning.kinds, morning.coverage, morning.fit))


def measure(issue: str, talk: pd.DataFrame, own: pd.DataFrame, line: Series, morning: Morning) -> Tested:
    """All measurements of one issue; `talk` is public, `own` the organisation's, both of this issue."""
    window, settings = morning.window, morning.settings
    topic = issue.removeprefix("topic:") if issue.startswith("topic:") else None
    stated = settings.stated(topic, window.analysed) if topic else None
    now, base = _split(talk, window)
    tested_volume, why_not = _volume(line, morning)
    # the expensive questions are asked where they can matter: messages always, the rest on growth
    gap = _divergence(issue, stated, now, base, own, morning) if stated else None
    grows = tested_volume is not None and tested_volume.p <= 0.1
    return Tested(
        issue=issue,
        talk=now,
        stated=stated,
        volume=tested_volume,
        divergence=gap,
        novelty=_novelty(issue, now, base, morning) if grows else None,
        carriers=_carriers(now, talk, line, morning),
        echo=_echo(now, topic) if stated else None,
        counters=_counters(stated, now, base) if stated else {},
        not_tested=why_not or ("few_stories" if stated and gap is None else ""),
    )


def _split(talk: pd.DataFrame, window: Window) -> tuple[pd.DataFrame, pd.DataFrame]:
    start = window.guard - timedelta(days=COMPARE_DAYS)
    now = talk[(talk["day"] >= window.now) & (talk["day"] <= window.analysed)]
    base = talk[(talk["day"] >= start) & (talk["day"] < window.guard)]
    return now, base[~base["story"].isin(set(now["story"]))]


def _volume(line: Series, morning: Morning) -> tuple[volume.Volume | None, str]:
    if line.expectation is None:
        return None, "short_history"
    if (morning.coverage[morning.now] >= volume.MIN_COVERAGE).sum() == 0:
        return None, "not_collected"
    return volume.test(line.expectation, line.counts, morning.coverage, morning.now), ""


def _divergence(
    issue: str,
    stated: StatedFrame,
    now: pd.DataFrame,
    base: pd.DataFrame,
    own: pd.DataFrame,
    morning: Morning,
) -> divergence.Divergence | None:
    letters = frames.alphabet(stated)
    ours = frames.stated_shares(stated, own, letters, morning.window.analysed)
    rows_now, rows_base = frames.stories(now, letters), frames.stories(base, letters)
    strata = (_strata(rows_now), _strata(rows_base))
    topic = morning.settings.topic(stated.topic)
    tolerance = topic.tolerance if topic.tolerance is not None else morning.settings.organisation.tolerance
    return divergence.compare(
        frames.matrix(rows_now, len(letters)),
        frames.matrix(rows_base, len(letters)),
        ours,
        strata,
        tolerance=tolerance,
        rng=morning.rng(issue),
    )


def _strata(rows: pd.DataFrame) -> np.ndarray:
    return (rows["language"].astype(str) + "/" + rows["kind"].astype(str)).to_numpy(dtype=str)


def _novelty(issue: str, now: pd.DataFrame, base: pd.DataFrame, morning: Morning) -> novelty.Novelty:
    firsts_now, firsts_base = (rows.drop_duplicates("story") for rows in (now, base))
    return novelty.novel(
        [novelty.words(f"{t} {s}") for t, s in zip(firsts_now["title"], firsts_now["snippet"], strict=True)],
        [
            novelty.words(f"{t} {s}")
            for t, s in zip(firsts_base["title"], firsts_base["snippet"], strict=True)
        ],
        list(firsts_now["owner_group"]),
        known=morning.known,
        rng=morning.rng(issue + "/terms"),
    )


def _carriers(now: pd.DataFrame, talk: pd.DataFrame, line: Series, morning: Morning) -> Carriers:
    """Items per owner group and kind, and the growth that is left without the largest group."""
    firsts = now.drop_duplicates(["story", "day"])
    groups = dict(Counter(firsts["owner_group"]).most_common())
    kinds = dict(Counter(firsts["kind"]).most_common())
    without = _p_without(next(iter(groups)), talk, line, morning) if groups else 1.0
    return Carriers(groups, kinds, without)


def _p_without(group: str, talk: pd.DataFrame, line: Series, morning: Morning) -> float:
    """p of the growth when one owner group had never been followed: neither counted nor expected."""
    firsts = talk.drop_duplicates(["story", "day"])
    per_day = Counter(firsts.loc[firsts["owner_group"] == group, "day"])
    counts = np.maximum(line.counts - np.array([per_day.get(day, 0) for day in morning.days]), 0)
    rest = series(counts, morning)
    if rest.expectation is None:
        return 1.0
    return volume.test(rest.expectation, counts, morning.coverage, morning.now).p


def _echo(now: pd.DataFrame, topic: str | None) -> float | None:
    """Share of the stories in which the organisation's message is heard."""
    if not len(now):
        return None
    heard = now.assign(heard=[topic in messages for messages in now["messages"]])
    return float(heard.groupby("story")["heard"].max().mean())


def _counters(stated: StatedFrame, now: pd.DataFrame, base: pd.DataFrame) -> dict[str, CounterFrame]:
    """Per registered counter-frame in how many stories it is heard, now and before, and what outgrew it."""
    letters = frames.alphabet(stated)
    shares = [frames.matrix(frames.stories(talk, letters), len(letters)) for talk in (now, base)]
    found = {}
    for place, name in enumerate(letters[len(frames.POLICY_FRAMES) :], start=len(frames.POLICY_FRAMES)):
        outgrown = frames.outgrown(shares[0], shares[1], place)
        found[name] = CounterFrame(*_heard(now, name), *_heard(base, name), outgrown)
    return found


def _heard(talk: pd.DataFrame, counter: str) -> tuple[int, int]:
    """Stories in which a counter-frame is heard, and all stories."""
    heard = [counter in counters for counters in talk["counters"]]
    stories = talk.assign(heard=heard).groupby("story")["heard"].max()
    return int(stories.sum()), len(stories)
