"""The main job: how many DAG runs a plan is made of."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from kaders.jobs import run
from kaders.load import load, root


@pytest.mark.parametrize(
    ("moment", "weekly"),
    [
        (datetime(2026, 11, 22, 23, 30, tzinfo=UTC), True),  # half past midnight on Monday in Amsterdam
        (datetime(2026, 11, 23, 5, 30, tzinfo=UTC), True),
        (datetime(2026, 11, 23, 23, 30, tzinfo=UTC), False),  # Tuesday there
        (datetime(2026, 11, 22, 5, 30, tzinfo=UTC), False),
    ],
)
def test_the_week_ends_on_the_organisation_s_own_monday(moment: datetime, weekly: bool) -> None:
    """As scripts/run_dags.py counts; else a run is awaited that never comes."""
    settings = load(root() / "organisations" / "waterdam", data=root() / "data", world="http://127.0.0.1")
    assert ("weekly_trends" in run._dags(moment, settings)) is weekly
