"""A tested issue as the plain data of a signal (the shape is documented in docs/signals-json.md)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np

from kaders.detect import decide, episodes, evidence, frames, volume, wording
from kaders.detect.decide import Tested
from kaders.detect.measure import Morning, Series
from kaders.model import SignalKind
from kaders.settings import Settings

SERIES_DAYS = 60


def as_data(tested: Tested, line: Series, morning: Morning, past: list[dict[str, Any]]) -> dict[str, Any]:
    """Everything a reader may see of one signal or watched issue, as JSON-ready data.

    past: the earlier findings that make one episode with this one: for a signal the signals alone.
    """
    settings, day = morning.settings, morning.window.day
    run = episodes.history(past, tested.issue, day)
    first = episodes.first_day(past, tested.issue, run, day)
    level = decide.level(tested, episodes.recent(past, tested.issue, day))
    measured = decide.kind(tested)
    before = episodes.latest(past, tested.issue, run)
    kind = decide.settled(measured, before)
    per_frame = _per_frame(tested, settings)
    return {
        "id": f"{first}/{tested.issue}",
        "issue": tested.issue,
        "day": day.isoformat(),
        "first_day": first,
        "day_number": (day - date.fromisoformat(first)).days + 1,
        "name": name(tested.issue, settings),
        "kind": kind if tested.is_signal else None,
        "measured_kind": measured if tested.is_signal else None,
        "level": level,
        "topic": _topic(tested.issue),
        "policy_area": area(tested.issue, settings),
        "headline": _headline(kind, tested, per_frame, settings),
        "explanation": _explanation(kind, tested, per_frame),
        "volume": _volume(tested, line, morning),
        "divergence": _divergence(tested, per_frame),
        "novelty": _novelty(tested),
        "p": tested.p,
        "q": tested.q,
        "stated": _stated(tested),
        "echo": tested.echo,
        "counter_frames": _counters(tested, settings),
        "evidence": evidence.evidence(tested, settings),
        "questions": evidence.questions(evidence.telling(tested)),
        "carriers": evidence.carriers(tested, settings),
        "certainty": _certainty(tested, settings),
        "owner": _owner(kind, tested, settings),
        "action": wording.ACTIONS[kind] if tested.is_signal else None,
        "answer_by": (before.get("answer_by") or _answer_by(tested, morning)) if tested.is_signal else None,
        "history": [*run, {"day": day.isoformat(), "level": level}],
    }


def name(issue: str, settings: Settings) -> dict[str, str]:
    """The readable name of an issue."""
    topic = _topic(issue)
    if topic:
        return settings.topic(topic).name.both()
    return wording.elsewhere(settings.area(issue.removeprefix("area:")).label.both())


def area(issue: str, settings: Settings) -> dict[str, Any]:
    """The level-1 policy area of an issue: code, URI and label."""
    topic = _topic(issue)
    found = settings.theme(settings.topic(topic).policy_area if topic else issue.removeprefix("area:"))
    return {"code": found.code, "uri": found.uri, "label": found.label.both()}


def _topic(issue: str) -> str | None:
    return issue.removeprefix("topic:") if issue.startswith("topic:") else None


def _per_frame(tested: Tested, settings: Settings) -> list[dict[str, Any]]:
    gap, stated = tested.divergence, tested.stated
    if gap is None or stated is None:
        return []
    letters = frames.alphabet(stated)
    rows = [
        {
            "frame": letter,
            "name": readable,
            "ours": float(gap.ours[n]),
            "theirs": float(gap.theirs[n]),
            "before": None if gap.before is None else float(gap.before[n]),
            "points": wording.points(float(gap.theirs[n] - gap.ours[n])),
            "part": float(gap.parts[n]),
        }
        for n, (letter, readable) in enumerate(zip(letters, frames.names(settings, letters), strict=True))
    ]
    return sorted(rows, key=lambda row: -abs(row["part"]))


def _moves(per_frame: list[dict[str, Any]]) -> list[tuple[dict[str, str], float, float]]:
    """The two frames heard most beyond ours and the one that is missed most."""
    by_gap = sorted(per_frame, key=lambda row: row["theirs"] - row["ours"])
    return [(row["name"], row["ours"], row["theirs"]) for row in [*by_gap[:-3:-1], *by_gap[:1]]]


def _headline(
    kind: SignalKind, tested: Tested, per_frame: list[dict[str, Any]], settings: Settings
) -> dict[str, str]:
    readable = name(tested.issue, settings)
    if not tested.is_signal:
        grows = tested.grows and tested.q_volume <= decide.Q
        stated, compared = tested.stated is not None, tested.divergence is not None
        return wording.watched(readable, grows=grows, stated=stated, compared=compared, fits=tested.fits)
    policy = [row for row in per_frame if "/" not in row["frame"]]
    nothing: dict[str, Any] = {"name": {}}
    theirs = max(policy, key=lambda r: float(r["theirs"] - r["ours"]), default=nothing)["name"]
    ours = max(policy, key=lambda r: float(r["ours"]), default=nothing)["name"]
    if kind == "contested":
        strongest = max(
            tested.counters,
            key=lambda counter: tested.counters[counter].share - tested.counters[counter].before_share,
        )
        theirs = settings.frame_name(strongest)
    terms = [(term.term, term.seen) for term in tested.novelty.terms] if tested.novelty else []
    return wording.headline(kind, readable, theirs, ours, terms)


def _explanation(kind: SignalKind, tested: Tested, per_frame: list[dict[str, Any]]) -> dict[str, str]:
    if not tested.is_signal and not per_frame:
        return wording.not_compared(stated=tested.stated is not None)
    return wording.explanation(kind, _moves(per_frame), tested.echo)


def _volume(tested: Tested, line: Series, morning: Morning) -> dict[str, Any]:
    found = tested.volume
    assert found is not None and line.expectation is not None
    rows = []
    for n in range(max(0, len(morning.days) - SERIES_DAYS), len(morning.days)):
        mean = float(line.expectation.mean[n])
        spread = mean**2 * float(line.expectation.log_variance[n])
        low, high = volume.interval(mean, line.expectation.phi, spread)
        there = morning.coverage[n] >= volume.MIN_COVERAGE
        seen = int(line.counts[n]) if there else None
        rows.append(
            {"date": morning.days[n].isoformat(), "seen": seen, "expected": mean, "low": low, "high": high}
        )
    return {
        "seen": found.seen,
        "expected": found.expected,
        "low": found.low,
        "high": found.high,
        "ratio": found.ratio,
        "p": found.p,
        "day_seen": found.day_seen,
        "day_expected": found.day_expected,
        "series": rows,
    }


def _divergence(tested: Tested, per_frame: list[dict[str, Any]]) -> dict[str, Any] | None:
    gap = tested.divergence
    if gap is None:
        return None
    framed = tested.talk[np.array([bool(f) or bool(c) for f, c in _frames(tested)], dtype=bool)]
    faces = {(True, True): "both", (True, False): "further", (False, True): "apart"}
    return {
        "value": gap.value,
        "low": gap.low,
        "high": gap.high,
        "p": gap.p,
        "usual": gap.usual,
        "change": gap.change,
        "change_low": gap.change_low,
        "change_high": gap.change_high,
        "face": faces.get((gap.further, gap.apart), "none"),
        "tolerance": gap.tolerance,
        "stories": int(tested.talk["story"].nunique()),
        "stories_heard": int(framed["story"].nunique()),
        "per_frame": per_frame,
    }


def _frames(tested: Tested) -> zip[tuple[dict[str, float], list[str]]]:
    """Per document of the issue its policy frames and its counter-frames."""
    return zip(tested.talk["frames"], tested.talk["counters"], strict=True)


def _novelty(tested: Tested) -> dict[str, Any] | None:
    if tested.novelty is None:
        return None
    terms = [{"term": t.term, "seen": t.seen, "before": t.before} for t in tested.novelty.terms]
    return {"p": tested.novelty.p, "terms": terms}


def _stated(tested: Tested) -> dict[str, Any] | None:
    stated = tested.stated
    if stated is None:
        return None
    return {
        "id": stated.id,
        "version": stated.version,
        "valid_from": stated.valid_from.isoformat(),
        "message": stated.message.both(),
        "source": stated.source,
    }


def _counters(tested: Tested, settings: Settings) -> list[dict[str, Any]]:
    return [
        {
            "id": counter,
            "name": settings.frame_name(counter),
            "share": found.share,
            "before": found.before_share,
        }
        for counter, found in tested.counters.items()
    ]


def _certainty(tested: Tested, settings: Settings) -> dict[str, Any]:
    groups = len(tested.carriers.groups)
    survives = tested.carriers.p_without_largest <= decide.LEAVE_OUT
    strong = tested.q <= decide.Q_ELEVATED and groups >= 5 and survives
    level = "high" if strong else "medium" if tested.q <= decide.Q / 2 and survives else "low"
    unheard = None
    if tested.stated is not None and len(tested.talk):
        silent = [not f and not c for f, c in _frames(tested)]
        unheard = sum(silent) / len(silent)
    largest = settings.group_name(next(iter(tested.carriers.groups), "-"))
    stories = int(tested.talk["story"].nunique())
    return {
        "level": level,
        "why": wording.certainty(groups, survives),
        "doubt": wording.doubt(largest, tested.carriers.largest_share, survives, unheard, stories),
    }


def _owner(kind: SignalKind, tested: Tested, settings: Settings) -> dict[str, Any]:
    """The topic's own owner, else the message's, else the one that the rules name for the kind."""
    topic = _topic(tested.issue)
    own = (settings.topic(topic).owner if topic else None) or (tested.stated.owner if tested.stated else None)
    owner_id = own or getattr(settings.organisation.owner_rules, kind)
    owner = settings.organisation.owners[owner_id]
    return {"id": owner_id, "role": owner.role, "name": owner.name.both()}


def _answer_by(tested: Tested, morning: Morning) -> str:
    topic = _topic(tested.issue)
    own = morning.settings.topic(topic).answer_within_hours if topic else None
    hours = own or morning.settings.organisation.answer_within_hours
    return evidence.utc(morning.window.cutoff + timedelta(hours=hours))
