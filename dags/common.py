"""What the DAG files share: the moment of a run, the organisation's settings, assets, pool and retries."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pendulum
from airflow.sdk import Asset, CronTriggerTimetable, Param

from failing import RETRIES

if TYPE_CHECKING:
    from kaders.settings import Settings

ROOT = Path(__file__).resolve().parents[1]
ZONE = "Europe/Amsterdam"
WAREHOUSE = "warehouse"
"""The pool of one slot: whatever writes the warehouse waits for its turn here."""

LANDING = Asset("landing")
DOCUMENTS = Asset("documents")
SIGNALS = Asset("signals")

DEFAULTS: dict[str, Any] = {
    "catchup": False,
    "max_active_runs": 1,
    # before any day somebody may wish to run again; catchup is off, so nothing is made up from it
    "start_date": pendulum.datetime(2020, 1, 1, tz=ZONE),
    "params": {"moment": Param(None, type=["null", "string"], description="ISO time to run as-of")},
    "default_args": RETRIES,
}


def every(cron: str) -> CronTriggerTimetable:
    """The timetable of a cron line on the clock of Dutch local time, summer and winter."""
    return CronTriggerTimetable(cron, timezone=ZONE)


def moment(context: Mapping[str, Any]) -> datetime:
    """The UTC moment a run stands for: params, then data interval, then logical date, then run time.

    A moment without an offset is read as Dutch local time. Asset-triggered and manual runs have no
    interval and no logical date. ValueError when the parameter is no ISO time.
    """
    given = (context.get("params") or {}).get("moment")
    if given:
        parsed = datetime.fromisoformat(given)
        return (parsed if parsed.tzinfo else parsed.replace(tzinfo=ZoneInfo(ZONE))).astimezone(UTC)
    known = context.get("data_interval_end") or context.get("logical_date") or context["dag_run"].run_after
    return datetime.fromtimestamp(known.timestamp(), tz=UTC)


def now() -> datetime:
    """The clock, or the moment that KADERS_NOW puts in its place for runs that belong together."""
    given = os.environ.get("KADERS_NOW")
    return datetime.fromisoformat(given) if given else clock()


def clock() -> datetime:
    """The clock, whatever stands in its place: for the audit log."""
    return datetime.now(UTC)


def settings(*, only_sources: bool = False) -> Settings:
    """The organisation of KADERS_ORG over the data in KADERS_DATA; ConfigurationError when it is wrong.

    only_sources: without topics, frames and subscriptions, so that a fault in those files is none here
    """
    from kaders.load import load

    folder = ROOT / os.environ.get("KADERS_ORG", "organisations/waterdam")
    data = ROOT / os.environ.get("KADERS_DATA", "data")
    return load(folder, data=data, world=os.environ.get("KADERS_WORLD", ""), only_sources=only_sources)
