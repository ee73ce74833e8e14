"""A small town for the tests of this folder: its settings, what is said in it, and its mornings."""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from kaders.desk import read_shelf
from kaders.detect.calendar import days_between, window
from kaders.detect.morning import morning
from kaders.entries import (
    CounterFrame,
    FrameName,
    Holidays,
    Organisation,
    Owner,
    OwnerRules,
    Phrases,
    PolicyArea,
    PolicyFrame,
    Source,
    StatedFrame,
    Text,
    Topic,
)
from kaders.load import root
from kaders.model import SourceKind
from kaders.settings import Places, Settings
from kaders.store.counts import items_of_count
from kaders.store.documents import COLUMNS
from kaders.store.ledger import COLUMNS as LEDGER_COLUMNS

Row = dict[str, Any]

MONDAY = date(2026, 11, 23)
"""The morning that is looked at; Sunday the 22nd is its last complete day."""
YESTERDAY = MONDAY - timedelta(days=1)
HISTORY = 63
"""Days of talk before the morning: two weeks now and guard, seven to compare with."""
TAGGER = "test"
REFERENCE, NOWHERE = root() / "data" / "reference", Path("nowhere")
NATURE, TRAFFIC, HOUSING = "c_afa30a11", "c_849842ac", "c_124eaf3a"

NEWS = {"krant": 4.0, "bode": 2.0, "radio": 2.0}
SOCIAL = {"fedi": 1.0, "skies": 1.0}
PUBLIC = NEWS | SOCIAL
"""The public sources and what they bring on an ordinary day: ten in all."""


def source(name: str, kind: SourceKind, per_day: float, **more: Any) -> Source:
    """A source that is its own publisher."""
    given: Row = {"url": f"https://{name}.example/feed", "owner_group": name} | more
    return Source(id=name, name=name.title(), kind=kind, expected_per_day=per_day, terms="test", **given)


def stated(
    topic: str, frames: dict[PolicyFrame, float], counters: tuple[str, ...] = (), **more: Any
) -> StatedFrame:
    """A message, with its counter-frames by id."""
    known = tuple(CounterFrame(id=c, name=Text(nl=c.title()), heard_by=Phrases(nl=(c,))) for c in counters)
    given: Row = {"version": 1, "valid_from": date(2025, 1, 1)} | more
    return StatedFrame(
        id=f"{topic}-kern",
        topic=topic,
        owner="pers",
        message=Text(nl=f"Onze boodschap over {topic}"),
        frames=frames,
        heard_by=Phrases(nl=(topic,)),
        counter_frames=known,
        **given,
    )


def organisation() -> Organisation:
    """A municipality with a press office that answers all but what has no message."""
    return Organisation(
        id="klein",
        name=Text(nl="Klein"),
        contact="pers@klein.example",
        holidays=Holidays(extra=(date(2026, 10, 8),)),
        owners={
            "pers": Owner(role="spokesperson", name=Text(nl="Pers"), mail="pers@klein.example"),
            "balie": Owner(role="customer_contact", name=Text(nl="Balie"), mail="balie@klein.example"),
            "bestuur": Owner(role="board", name=Text(nl="Bestuur"), mail="bestuur@klein.example"),
        },
        owner_rules=OwnerRules(absent="pers", contested="pers", reframed="pers", unframed="bestuur"),
    )


def topic(name: str, area: str, **more: Any) -> Topic:
    """A dossier that is recognised by its own name."""
    return Topic(id=name, name=Text(nl=name.title()), policy_area=area, any=Phrases(nl=(name,)), **more)


@cache
def policy_areas() -> tuple[PolicyArea, ...]:
    """The whole list, which everyone has."""
    shelf = read_shelf(REFERENCE / "policy_areas.yaml", "areas", PolicyArea, noun="policy area")
    return tuple(entry.item for entry in shelf.entries)


@cache
def frame_names() -> tuple[FrameName, ...]:
    """The names of the policy frames."""
    shelf = read_shelf(REFERENCE / "policy_frames.yaml", "frames", FrameName, noun="policy frame")
    return tuple(entry.item for entry in shelf.entries)


@cache
def settings() -> Settings:
    """Two topics with a message, one without, three policy areas, five public sources and our own."""
    areas = [area for area in policy_areas() if area.code in (NATURE, TRAFFIC, HOUSING)]
    return Settings(
        organisation=organisation(),
        sources=(
            *(source(name, "news", n) for name, n in NEWS.items()),
            *(source(name, "social", n, reader="mastodon") for name, n in SOCIAL.items()),
            source("gemeente", "own", 1.0),
        ),
        topics=(
            topic("afvalpas", NATURE, owner="balie", answer_within_hours=4),
            topic("brug", TRAFFIC),
            topic("markt", HOUSING),
        ),
        frames=(
            stated("afvalpas", {"economic": 60, "morality": 40}, counters=("dubbel",)),
            stated("brug", {"health_and_safety": 50, "capacity_and_resources": 50}),
        ),
        subscriptions=(),
        policy_areas=tuple(areas),
        frame_names=frame_names(),
        places=Places(
            folder=NOWHERE, data=NOWHERE, reference=REFERENCE, patterns=NOWHERE, organisation="klein"
        ),
    )


def changed(**parts: Any) -> Settings:
    """The town's settings with other parts."""
    return settings().model_copy(update=parts)


# -- what is said --------------------------------------------------------------------------------------

OURS = {
    "afvalpas": ("economic", "morality", "economic", "morality", "economic"),
    "brug": ("health_and_safety", "capacity_and_resources"),
    "markt": ("economic",),
}
"""Per topic the frames of talk that fits our message, one a story in turn."""
WORDS = ("straat", "buurt", "plein", "school", "winkel", "stoep", "haven")


def document(name: str, day: date, place: str = "krant", **more: Any) -> Row:
    """A row as store.documents_as_of gives it: a text of its own, published at noon UTC."""
    given = {each.id: each for each in settings().sources}.get(place) or source(place, "news", 1.0)
    noon = pd.Timestamp(datetime.combine(day, time(12), UTC))
    row = dict.fromkeys(COLUMNS) | {
        "doc": name,
        "content": name,
        "day": day,
        "published": noon,
        "first_seen": noon,
        "source": place,
        "kind": given.kind,
        "owner_group": given.owner_group,
        "author": f"author-of-{name}" if given.kind == "social" else None,
        "language": "nl",
        "title": f"Titel {name}",
        "url": f"https://{place}.example/{name}",
        "snippet": "Gewone praat",
        "engagement": 0,
        "topics": [],
        "areas": [NATURE],
        "frames": {},
        "messages": [],
        "counters": [],
        "questions": [],
        "sketch": sketch(name),
        "fate": "kept",
        "tagger": TAGGER,
    }
    return row | more


def sketch(text: str) -> list[int]:
    """The signature of a text that looks like no other."""
    return np.random.default_rng(zlib.crc32(text.encode())).integers(0, 2**31, 64).tolist()  # type: ignore[no-any-return]


def talk(
    about: str,
    days: list[date],
    per_day: int,
    frames: Iterable[str] = (),
    *,
    places: Iterable[str] = tuple(PUBLIC),
    label: str = "",
    framed: bool = True,
    **more: Any,
) -> list[Row]:
    """So many stories a day on a topic, over the places in turn and with the frames in turn, if any."""
    mix, where = tuple(frames) or OURS[about], tuple(places)
    rows = []
    for at, day in enumerate(days):
        for n in range(per_day):
            turn = at * per_day + n
            name = f"{label or about}-{day:%m%d}-{n:02d}"
            said: Row = {"topics": [about], "frames": {mix[turn % len(mix)]: 1.0} if framed else {}}
            said["snippet"] = f"Gewone praat over {about} bij de {WORDS[turn % len(WORDS)]}"
            rows.append(document(name, day, where[turn % len(where)], **said | more))
    return rows


def until(last: date, count: int) -> list[date]:
    """The `count` days that end with `last`."""
    return days_between(last - timedelta(days=count - 1), last)


def usual(last: date = YESTERDAY, days: int = HISTORY) -> list[Row]:
    """Ordinary weeks in which people talk as we do: three stories a day of each topic with a message."""
    return [row for name in OURS for row in talk(name, until(last, days), 3)]


def frame(rows: list[Row]) -> pd.DataFrame:
    """The rows as the store gives them: by first_seen and doc."""
    ordered = sorted(rows, key=lambda row: (row["first_seen"], row["doc"]))
    documents = pd.DataFrame(ordered, columns=list(COLUMNS))
    for moment in ("published", "first_seen"):
        documents[moment] = pd.to_datetime(documents[moment], utc=True)
    return documents


# -- what was collected --------------------------------------------------------------------------------


def visit(
    place: str, day: date, outcome: str = "OK", reason: str = "", entries: int = 3, until: float = 0.0
) -> Row:
    """The last word of a day on one source."""
    return {
        "day": day,
        "source": place,
        "outcome": outcome,
        "last_outcome": outcome,
        "reason": reason,
        "detail": "",
        "until": until,
        "entries": entries,
        "bad_entries": 0,
    }


def visits(day: date = MONDAY, days: int = HISTORY, places: Iterable[str] = ()) -> list[Row]:
    """Every source answered on every morning up to and with `day`."""
    where = tuple(places) or (*PUBLIC, "gemeente")
    return [visit(place, each) for each in until(day, days) for place in where]


def ledger(rows: list[Row]) -> pd.DataFrame:
    """The visits as store.coverage gives them."""
    return pd.DataFrame(rows, columns=list(LEDGER_COLUMNS)).sort_values(["day", "source"], ignore_index=True)


# -- mornings ------------------------------------------------------------------------------------------


def moment(day: date, own: Settings | None = None) -> datetime:
    """Half past six on the town's clock."""
    return datetime.combine(day, time(6, 30), (own or settings()).organisation.zone)


def morning_of(
    rows: list[Row],
    seen: list[Row] | None = None,
    past: list[Row] | None = None,
    *,
    day: date = MONDAY,
    own: Settings | None = None,
) -> dict[str, Any]:
    """The payload of a morning; without `seen` everything was collected."""
    own = own or settings()
    visited = ledger(visits(day) if seen is None else seen)
    span = window(moment(day, own), own.organisation)
    return morning(frame(rows), visited, past or [], own, span, count=items_of_count, tagger=TAGGER)


def issue(payload: dict[str, Any], name: str) -> dict[str, Any]:
    """One issue of the map of the day."""
    return next(one for one in payload["issues"] if one["issue"] == name)


def found(payload: dict[str, Any]) -> list[str]:
    """The issues that are a signal."""
    return [signal["issue"] for signal in payload["signals"]]
