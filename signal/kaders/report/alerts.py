"""Decides which signals a subscription must still hear of; plain data in, plain data out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, get_args

from kaders.model import Level
from kaders.settings import Subscription

Signal = Mapping[str, Any]
"""One signal of signals.json (schema kaders/signals/1)."""

LEVELS: tuple[str, ...] = get_args(Level)
WEEK = 7
MONDAY = 0
RETRY_DAYS = 7
"""Days that an undelivered message is tried again; our choice: older news alarms nobody."""


@dataclass(frozen=True, slots=True)
class Told:
    """One line of the delivery ledger: what a subscription was sent, or should have been.

    subject  "<signal id>@<level>"
    state    sending (begun, outcome unknown), sent or failed
    detail   the key of the message it went in, or for failed: why, for a person
    """

    subject: str
    state: str
    detail: str = ""


def subject_of(signal: Signal) -> str:
    """What is told at most once to a subscription: this signal at this level."""
    return f"{signal['id']}@{signal['level']}"


def rank(level: str) -> int:
    """0 for watch to 3 for high."""
    return LEVELS.index(level)


def reasons(signal: Signal, subscription: Subscription, areas: frozenset[str]) -> list[str]:
    """What the subscription follows that this signal falls under; empty when nothing.

    `areas` are the level-1 codes of the subscription's policy areas. A subscription that names neither a
    topic nor a policy area follows everything, written "*".
    """
    if not subscription.topics and not subscription.policy_areas:
        return ["*"]
    topics = [signal["topic"]] if signal.get("topic") in subscription.topics else []
    area = signal.get("policy_area") or {}
    named = [area["label"][subscription.language]] if area.get("code") in areas else []
    return topics + named


def wanted(signal: Signal, subscription: Subscription, areas: frozenset[str]) -> bool:
    """Whether the signal is of a followed subject and at least of the level asked for."""
    enough = rank(signal["level"]) >= rank(subscription.min_level)
    return enough and bool(reasons(signal, subscription, areas))


def _heard(told: Iterable[Told], states: set[str]) -> dict[str, int]:
    """The highest level per signal id among the lines in one of these states."""
    heard: dict[str, int] = {}
    for line in told:
        signal_id, _, level = line.subject.rpartition("@")
        if line.state in states and level in LEVELS:
            heard[signal_id] = max(heard.get(signal_id, -1), rank(level))
    return heard


def _highest(signals: Iterable[Signal]) -> list[Signal]:
    """One per signal id, at its highest level and then its latest day; most urgent first, order kept."""
    best: dict[str, Signal] = {}
    for signal in signals:
        known = best.get(signal["id"])
        if known is None or (rank(signal["level"]), signal["day"]) > (rank(known["level"]), known["day"]):
            best[signal["id"]] = signal
    return sorted(best.values(), key=lambda s: -rank(s["level"]))


def _fresh(subscription: Subscription, mornings: Mapping[date, Sequence[Signal]], day: date) -> list[Signal]:
    """The signals that this run would tell of, before asking what was told already."""
    if subscription.frequency != "weekly":
        return list(mornings.get(day, ()))
    if day.weekday() != MONDAY:
        return []
    week = [day - timedelta(days=back) for back in range(WEEK)]
    return [signal for one in week for signal in mornings.get(one, ())]


def _interrupted(told: Iterable[Told], known: Mapping[str, Signal]) -> list[list[Signal]]:
    """Messages of a run that was cut off: sent again as they were, so that a repeat is recognisable."""
    groups: dict[str, list[Signal]] = {}
    for line in told:
        if line.state == "sending" and line.subject in known:
            groups.setdefault(line.detail, []).append(known[line.subject])
    return [groups[key] for key in sorted(groups)]


def plan(
    subscription: Subscription,
    areas: frozenset[str],
    mornings: Mapping[date, Sequence[Signal]],
    told: Sequence[Told],
    *,
    day: date,
) -> list[list[Signal]]:
    """The messages due now, each a list of signals, never empty.

    `mornings` has the signals (watch level included) of the recent mornings by date. There is one message,
    save after a run that was cut off: what that run was sending goes again as it was, before the new one. A
    signal comes back only at a higher level than was told before.
    """
    if subscription.paused:
        return []
    known = {subject_of(s): s for one in sorted(mornings) for s in mornings[one]}
    failed = [known[line.subject] for line in told if line.state == "failed" and line.subject in known]
    again = _interrupted(told, known)
    heard = _heard(told, {"sent", "sending"})
    fresh = [s for s in _fresh(subscription, mornings, day) + failed if wanted(s, subscription, areas)]
    new = [s for s in _highest(fresh) if rank(s["level"]) > heard.get(s["id"], -1)]
    return again + ([new] if new else [])
