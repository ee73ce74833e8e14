"""The evidence of a signal: representative and diverse items, the questions asked, who carries it."""

from __future__ import annotations

import re
from collections import Counter
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd

from kaders.detect.decide import Tested
from kaders.detect.frames import alphabet
from kaders.detect.novelty import words
from kaders.settings import Settings

MOST, FEWEST = 5, 3
MOST_QUESTIONS = 3


def utc(moment: datetime | pd.Timestamp) -> str:
    """A moment as ISO text in UTC with a 'Z'."""
    return pd.Timestamp(moment).tz_convert("UTC").strftime("%Y-%m-%dT%H:%M:%SZ")


def evidence(tested: Tested, settings: Settings) -> list[dict[str, Any]]:
    """Three to five items: those that show what makes this a signal, each from another story and, while
    there are any, from another source and another kind of source.

    What shows it: the frames behind the divergence, or the new words where nothing has been stated.
    """
    talk = tested.talk.drop_duplicates("story", keep="first")
    spread = tested.talk.groupby("story")["source"].nunique()
    ranked = talk.assign(fit=_fits(talk, tested), spread=talk["story"].map(spread))
    ranked = ranked.sort_values(["fit", "spread", "published", "doc"], ascending=[False, False, False, True])
    rows = ranked.to_dict("records")
    telling = [row for row in rows if row["fit"] > 0]
    return [_item(row, settings) for row in _diverse(telling if len(telling) >= FEWEST else rows)]


def telling(tested: Tested) -> pd.DataFrame:
    """The documents that a signal is about: without a stated message those with the new words, else all."""
    if tested.stated is not None:
        return tested.talk
    return tested.talk[np.array([fit > 0 for fit in _fits(tested.talk, tested)], dtype=bool)]


def _fits(talk: pd.DataFrame, tested: Tested) -> list[float]:
    """Per item how well it shows why its issue stands out."""
    if tested.stated is None:
        new = {term.term for term in tested.novelty.terms} if tested.novelty else set()
        texts = zip(talk["title"], talk["snippet"], strict=True)
        return [float(len(new & words(f"{title} {snippet}"))) for title, snippet in texts]
    weights = _weights(tested)
    return [_fit(f, c, weights) for f, c in zip(talk["frames"], talk["counters"], strict=True)]


def _weights(tested: Tested) -> dict[str, float]:
    """Per frame or counter-frame how much more it is heard than we say it; empty where nothing is stated."""
    gap, stated = tested.divergence, tested.stated
    if gap is None or stated is None:
        return {}
    return dict(zip(alphabet(stated), (gap.theirs - gap.ours).tolist(), strict=True))


def _fit(frames: dict[str, float], counters: list[str], weights: dict[str, float]) -> float:
    return sum(weights.get(f, 0) * s for f, s in frames.items()) + sum(weights.get(c, 0) for c in counters)


def _diverse(rows: list[dict[Any, Any]]) -> list[dict[Any, Any]]:
    """Greedy: first one item per source while kinds alternate, then whatever is left."""
    chosen: list[dict[Any, Any]] = []
    while rows and len(chosen) < MOST:
        sources, kinds = Counter(r["source"] for r in chosen), Counter(r["kind"] for r in chosen)
        best = min(range(len(rows)), key=lambda n: (sources[rows[n]["source"]], kinds[rows[n]["kind"]], n))
        chosen.append(rows.pop(best))
    return sorted(chosen, key=lambda row: (-row["fit"], row["doc"]))


def _item(row: dict[Any, Any], settings: Settings) -> dict[str, Any]:
    names = [settings.frame_name(c) for c in row["counters"]]
    names += [settings.frame_name(f) for f in sorted(row["frames"], key=lambda f: -row["frames"][f])]
    social = row["kind"] == "social"
    return {
        "title": "" if social else row["title"],
        "url": row["url"],
        "source": settings.source(row["source"]).name,
        "kind": row["kind"],
        "published": utc(row["published"]),
        "snippet": row["snippet"],
        "language": row["language"],
        "spread": int(row["spread"]),
        "frames": names[:2],
    }


def questions(talk: pd.DataFrame, most: int = MOST_QUESTIONS) -> list[dict[str, Any]]:
    """The literal questions, most asked first; a story asks a question once."""
    asked: Counter[str] = Counter()
    wording: dict[str, tuple[str, str]] = {}
    told: set[tuple[str, str]] = set()
    for row in talk[["story", "questions", "language"]].to_dict("records"):
        for question in row["questions"]:
            key = re.sub(r"\W+", " ", question.lower()).strip()
            wording.setdefault(key, (question, row["language"]))
            if (row["story"], key) not in told:
                told.add((row["story"], key))
                asked[key] += 1
    ranked = sorted(asked, key=lambda key: (-asked[key], key))[:most]
    return [{"text": wording[k][0], "language": wording[k][1], "times": asked[k]} for k in ranked]


def carriers(tested: Tested, settings: Settings) -> dict[str, Any]:
    """Kinds of source and the publishers' groups by their readable names; never accounts."""
    counts = tested.carriers.groups.items()
    groups = [{"name": settings.group_name(group), "stories": count} for group, count in counts]
    return {
        "kinds": tested.carriers.kinds,
        "groups": groups[:6],
        "largest_share": tested.carriers.largest_share,
    }


def top_items(talk: pd.DataFrame, settings: Settings, day: Any) -> list[dict[str, Any]]:
    """The most widely carried story of others in each policy area on a day, at most six areas."""
    today = talk[(talk["day"] == day) & ~talk["kind"].isin(["social", "own"])]
    today = today[np.array([bool(areas) for areas in today["areas"]], dtype=bool)].drop_duplicates("doc")
    if not len(today):
        return []
    spread = today.groupby("story")["owner_group"].nunique()
    rows = today.assign(spread=today["story"].map(spread), area=[areas[0] for areas in today["areas"]])
    rows = rows.sort_values(
        ["spread", "engagement", "published", "doc"], ascending=[False, False, False, True]
    )
    return [_top(row, settings) for row in rows.drop_duplicates("area").head(6).to_dict("records")]


def _top(row: dict[Any, Any], settings: Settings) -> dict[str, Any]:
    return {
        "policy_area": settings.area(row["area"]).label.both(),
        "title": row["title"],
        "url": row["url"],
        "source": settings.source(row["source"]).name,
        "published": utc(row["published"]),
        "spread": int(row["spread"]),
    }
