"""Which documents count: copies once, loud accounts capped, robots not; and new words."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd

from kaders.detect import novelty, stories, talk

START = datetime(2026, 11, 20, 12, tzinfo=UTC)


def document(number: int, **changes: Any) -> dict[str, Any]:
    """A post of its own author with a sketch of its own."""
    rng = np.random.default_rng(number)
    return {
        "doc": f"d{number:04d}",
        "published": pd.Timestamp(START) + timedelta(minutes=37 * number),
        "day": date(2026, 11, 20),
        "kind": "social",
        "author": f"a{number}",
        "owner_group": "fediverse",
        "topics": ["afvalpas"],
        "areas": ["c_afa30a11"],
        "sketch": rng.integers(0, 2**31, 64).tolist(),
    } | changes


def frame(*rows: dict[str, Any]) -> pd.DataFrame:
    """Documents as the warehouse gives them."""
    return pd.DataFrame(list(rows))


def test_copies_are_one_story_and_others_are_not() -> None:
    copy = document(1)["sketch"]
    retouched = [*copy[:50], *document(9)["sketch"][50:]]
    rows = frame(document(1), document(2, sketch=retouched), document(3))
    assert stories.assign(rows) == ["d0001", "d0001", "d0003"]


def test_a_copy_after_three_days_is_another_story() -> None:
    late = pd.Timestamp(START) + timedelta(days=4)
    rows = frame(document(1), document(2, sketch=document(1)["sketch"], published=late))
    assert stories.assign(rows) == ["d0001", "d0002"]


def test_a_document_without_topic_counts_for_its_strongest_area() -> None:
    assert talk.issues_of([], ["c_1", "c_2"]) == ["area:c_1"]
    assert talk.issues_of(["a", "b"], ["c_1"]) == ["topic:a", "topic:b"]
    assert talk.issues_of([], []) == []


def test_one_account_counts_three_times_a_day() -> None:
    rows = frame(*(document(n, author="loud") for n in range(10)))
    assert len(talk.public(talk.by_issue(rows))) == talk.PER_ACCOUNT_DAY


def test_unnamed_news_is_not_capped_and_own_channels_do_not_count() -> None:
    rows = frame(
        *(document(n, author=None, kind="news") for n in range(6)), document(8, kind="own", author=None)
    )
    assert len(talk.public(talk.by_issue(rows))) == 6


def robots(count: int) -> list[dict[str, Any]]:
    """Posts of as many accounts within five minutes that are half the same."""
    text = document(500)["sketch"]
    return [
        document(
            n,
            published=pd.Timestamp(START) + timedelta(seconds=5 * n),
            sketch=[*text[:40], *document(n)["sketch"][40:]],
        )
        for n in range(count)
    ]


def test_a_burst_of_like_posts_is_held_out_and_people_are_not() -> None:
    people = [document(n) for n in range(100, 130)]
    kept = talk.public(talk.by_issue(frame(*robots(40), *people)))
    assert set(kept["doc"]) == {row["doc"] for row in people}


def test_many_people_at_once_with_words_of_their_own_are_no_robots() -> None:
    crowd = [document(n, published=pd.Timestamp(START) + timedelta(seconds=5 * n)) for n in range(40)]
    assert len(talk.public(talk.by_issue(frame(*crowd)))) == 40


def test_a_new_word_from_several_publishers_is_named() -> None:
    old = [novelty.words(f"gewone praat over verkeer nummer straat{n % 7}") for n in range(60)]
    new = [novelty.words(f"gewone praat over scheuren straat{n % 7}") for n in range(12)]
    groups = [f"g{n % 4}" for n in range(12)]
    found = novelty.novel(new, old, groups, rng=np.random.default_rng(1))
    assert found.p <= 0.01
    assert found.terms[0].term == "scheuren"


def test_ordinary_talk_has_no_new_words() -> None:
    rng = np.random.default_rng(2)
    word = [f"woord{n}" for n in range(40)]
    base = [frozenset(rng.choice(word, 6)) for _ in range(80)]
    p = [
        novelty.novel(
            [frozenset(rng.choice(word, 6)) for _ in range(15)], base, ["a", "b", "c"] * 5, rng=rng
        ).p
        for _ in range(60)
    ]
    assert np.mean(np.array(p) <= 0.05) <= 0.12
