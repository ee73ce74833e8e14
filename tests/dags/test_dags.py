"""The DAG files: they load, they run when they should, and they leave the work to the jobs."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

import airflow_home

if TYPE_CHECKING:
    from airflow.dag_processing.dagbag import DagBag

DAGS = airflow_home.ROOT / "dags"
CRON = {
    "collect": "2-59/5 * * * *",
    "morning_signals": "30 6 * * *",
    "weekly_trends": "0 7 * * 1",
    "housekeeping": "0 3 * * *",
}
ON_ASSET = {"tag_and_load": "landing", "topic_alerts": "signals"}
OUTLETS = {
    ("collect", "landed"): ["landing"],
    ("tag_and_load", "load"): ["documents"],
    ("morning_signals", "load"): ["documents"],
    ("morning_signals", "announce"): ["signals"],
}
WRITERS = {
    ("tag_and_load", "load"),
    ("morning_signals", "load"),
    ("morning_signals", "detect"),
    ("topic_alerts", "alerts"),
    ("housekeeping", "clean"),
}
LONGEST = 80
"""Lines of a DAG file: more would be work that belongs in a job."""


def test_every_file_loads_and_no_dag_is_missing(bag: DagBag) -> None:
    assert bag.import_errors == {}
    assert set(bag.dags) == {*CRON, *ON_ASSET}


@pytest.mark.parametrize("dag_id", CRON)
def test_clocks_are_dutch(bag: DagBag, dag_id: str) -> None:
    timetable: Any = bag.dags[dag_id].timetable
    assert timetable.expression == CRON[dag_id]
    assert str(timetable.timezone) == "Europe/Amsterdam"


@pytest.mark.parametrize("dag_id", ON_ASSET)
def test_followers_wait_for_their_asset(bag: DagBag, dag_id: str) -> None:
    asked: Any = bag.dags[dag_id].timetable.asset_condition
    assert [asset.name for asset in asked.objects] == [ON_ASSET[dag_id]]


def test_assets_are_announced_by_the_last_step(bag: DagBag) -> None:
    announced = {
        (dag.dag_id, task.task_id): [asset.name for asset in task.outlets]
        for dag in bag.dags.values()
        for task in dag.tasks
        if task.outlets
    }
    assert announced == OUTLETS


def test_writers_share_one_slot_and_others_do_not_wait_for_it(bag: DagBag) -> None:
    pooled = {
        (dag.dag_id, task.task_id)
        for dag in bag.dags.values()
        for task in dag.tasks
        if task.pool == "warehouse"
    }
    assert pooled == WRITERS


def test_habits_that_all_share(bag: DagBag) -> None:
    for dag in bag.dags.values():
        assert dag.catchup is False
        assert dag.max_active_runs == 1
        assert dag.doc_md
        assert "kaders" in dag.tags
        assert {task.retries for task in dag.tasks} == {2}
        assert all(task.retry_exponential_backoff for task in dag.tasks)


def test_files_are_thin_and_import_the_work_only_inside_tasks() -> None:
    for path in DAGS.glob("*.py"):
        lines = path.read_text(encoding="utf-8").splitlines()
        assert len(lines) <= LONGEST, path.name
        assert not [line for line in lines if line.startswith(("from kaders", "import kaders"))], path.name


def test_the_late_alert_needs_a_scheduler(bag: DagBag, monkeypatch: pytest.MonkeyPatch) -> None:
    import lateness

    assert not bag.dags["morning_signals"].deadline
    monkeypatch.setenv("KADERS_SCHEDULER", "1")
    alert = lateness.deadline()
    assert alert is not None
    assert alert.interval == timedelta(minutes=90)
    assert "queued" in type(alert.reference).__name__.lower()  # a run begun at noon is not late at once
    assert alert.callback.path == "lateness.late"


@pytest.fixture
def town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the demo organisation beside empty data, at 08:00 in the morning; its folder."""
    folder = tmp_path / "town"
    shutil.copytree(airflow_home.ROOT / "organisations" / "waterdam", folder)
    monkeypatch.setenv("KADERS_ORG", str(folder))
    monkeypatch.setenv("KADERS_DATA", str(tmp_path))
    monkeypatch.setenv("KADERS_NOW", "2026-11-23T07:00:00+00:00")
    monkeypatch.delenv("KADERS_SMTP", raising=False)
    return folder


@pytest.mark.parametrize(("run_type", "lines"), [("scheduled", 1), ("manual", 0), ("backfill", 0)])
def test_only_a_scheduled_morning_can_be_late(
    bag: DagBag, town: Path, tmp_path: Path, run_type: str, lines: int
) -> None:
    import lateness

    (town / "topics.yaml").write_text("- : [", "utf-8")  # a fault that may be why it is late
    lateness.late({"dag_run": {"run_type": run_type, "logical_date": "2026-11-23T05:30:00Z"}})
    log = tmp_path / "out" / "waterdam" / "late.log"
    said = log.read_text(encoding="utf-8").splitlines() if log.exists() else []
    assert said == ["2026-11-23T07:00:00Z the morning report of 2026-11-23 was not ready by 08:00"] * lines


def test_collecting_reads_no_topics_and_judging_does(bag: DagBag, town: Path) -> None:
    import common
    from kaders.errors import ConfigurationError

    (town / "subscriptions.yaml").write_text("- : [", "utf-8")
    assert len(common.settings(only_sources=True).sources) > 20
    with pytest.raises(ConfigurationError, match=r"subscriptions\.yaml"):
        common.settings()


def test_keys_come_by_name_from_airflow_or_the_environment(
    bag: DagBag, monkeypatch: pytest.MonkeyPatch
) -> None:
    from connections import secret

    monkeypatch.setenv("AIRFLOW_CONN_GUARDIAN", '{"conn_type": "http", "password": "of-airflow"}')
    monkeypatch.setenv("GUARDIAN_KEY", "of-the-environment")
    assert secret("connection:guardian") == "of-airflow"
    assert secret("env:GUARDIAN_KEY") == "of-the-environment"
    assert secret("connection:nobody") == secret("env:NOTHING") == ""


def at(day: int) -> datetime:
    """Midnight of a day in January 2026."""
    return datetime(2026, 1, day, tzinfo=UTC)


@pytest.mark.parametrize(
    ("context", "expected"),
    [
        ({"params": {"moment": "2026-11-23T06:30:00+01:00"}}, (2026, 11, 23, 5, 30)),
        ({"params": {"moment": "2026-07-23T06:30:00"}}, (2026, 7, 23, 4, 30)),
        (
            {"params": {"moment": None}, "data_interval_end": datetime(2026, 1, 2, tzinfo=UTC)},
            (2026, 1, 2, 0, 0),
        ),
        ({"params": {}, "logical_date": datetime(2026, 1, 3, tzinfo=UTC)}, (2026, 1, 3, 0, 0)),
        ({"dag_run": SimpleNamespace(run_after=datetime(2026, 1, 4, tzinfo=UTC))}, (2026, 1, 4, 0, 0)),
    ],
    ids=["params", "local time without offset", "interval", "logical date", "run time"],
)
def test_the_moment_of_a_run(bag: DagBag, context: dict[str, Any], expected: tuple[int, ...]) -> None:
    import common

    assert common.moment(context) == datetime(*expected, tzinfo=UTC)  # type: ignore[arg-type,misc]


FAKE_ERRORS = """
class ConfigurationError(Exception): pass
class Retry(Exception): pass
class Unfinished(Exception): pass
"""
FAKE_JOB = """
import json
import os
from pathlib import Path

class Done:
    failures = tuple(filter(None, [os.environ.get("FAKE_UNDONE_{name}")]))

    def as_dict(self):
        return {{"job": "{name}", "counts": {{"new": int(os.environ.get("FAKE_NEW", "1"))}}}}

def {name}(settings, moment, **options):
    with Path(os.environ["FAKE_LOG"]).open("a") as log:
        log.write(f"{name} {{moment:%Y-%m-%dT%H:%MZ}} {{options.get('only', '')}}\\n")
    if "{name} " + str(options.get("only", "")) in os.environ.get("FAKE_FAILURES", "").split(";"):
        {failure}
    return Done()

def shards(settings, moment):
    return [["a", "b"], ["c"]]

def groups(settings):
    return json.loads(os.environ.get("FAKE_GROUPS", "[null]"))

def judged(settings, moment):
    return None if "detect " in os.environ.get("FAKE_FAILURES", "").split(";") else "signals.json"
"""
JOBS = ("collect", "tag", "load", "detect", "report", "alerts", "export", "housekeeping")


@pytest.fixture
def fake_jobs(tmp_path: Path) -> Path:
    """A package `kaders` whose jobs only write down that they were called."""
    jobs = tmp_path / "kaders" / "jobs"
    jobs.mkdir(parents=True)
    (tmp_path / "kaders" / "__init__.py").touch()
    (jobs / "__init__.py").touch()
    (tmp_path / "kaders" / "errors.py").write_text(FAKE_ERRORS)
    (tmp_path / "kaders" / "load.py").write_text("def load(folder, **options): return None")
    raising = "from kaders.errors import ConfigurationError; raise ConfigurationError('mend it')"
    for name in JOBS:
        failure = raising if name == "detect" else "raise RuntimeError('broken')"
        (jobs / f"{name}.py").write_text(FAKE_JOB.format(name=name, failure=failure))
    return tmp_path


def run_dags(
    fake: Path, *options: str, failures: str = "", **undone: str
) -> tuple[int, list[dict[str, Any]], list[str]]:
    """The exit code, the told runs and the calls of the jobs of one run of scripts/run_dags.py."""
    log = fake / "calls.log"
    log.unlink(missing_ok=True)
    env = {
        **os.environ,
        "PYTHONPATH": str(fake),
        "AIRFLOW_HOME": str(fake / "airflow"),
        "FAKE_LOG": str(log),
        "FAKE_FAILURES": failures,
        **{f"FAKE_UNDONE_{name}": text for name, text in undone.items()},
        "KADERS_RETRY_SECONDS": "0.1",
    }
    command = [sys.executable, str(airflow_home.ROOT / "scripts" / "run_dags.py"), *options]
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=110, check=False)
    told = [json.loads(line[2:]) for line in done.stdout.splitlines() if line.startswith("@@")]
    return done.returncode, told, log.read_text().splitlines() if log.exists() else [done.stderr]


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_whole_morning_runs_in_order_and_a_failure_is_named(fake_jobs: Path) -> None:
    monday, sunday = "2026-11-23T06:30+01:00", "2026-11-22T06:30+01:00"
    code, told, calls = run_dags(fake_jobs, "--moment", monday)
    assert code == 0, calls
    names = ["collect", "tag_and_load", "morning_signals", "topic_alerts", "weekly_trends"]
    assert [run["dag"] for run in told] == names
    steps = ["collect", "collect", "tag", "load", "tag", "load", "detect", "report", "alerts"]
    assert [call.split()[0] for call in calls] == [*steps, "export"]
    assert {call.split()[1] for call in calls} == {"2026-11-23T05:30Z"}

    both = ("--moment", sunday, "--moment", monday)
    code, told, calls = run_dags(fake_jobs, *both, "--dags", "topic_alerts,weekly_trends")
    assert [run["dag"] for run in told] == ["topic_alerts", "topic_alerts", "weekly_trends"]
    assert [call.split()[1] for call in calls] == ["2026-11-22T05:30Z", *["2026-11-23T05:30Z"] * 2]

    code, told, calls = run_dags(fake_jobs, "--moment", monday, failures="collect ['a', 'b'];detect ")
    assert code == 1
    assert {run["dag"]: run["state"] for run in told} == {
        "collect": "failed",
        "tag_and_load": "success",
        "morning_signals": "failed",
        "topic_alerts": "success",
        "weekly_trends": "success",
    }
    assert told[0]["failures"] == ["fetch: broken"]
    tries = [call for call in calls if "['a', 'b']" in call]
    assert len(tries) == 3  # tried again, with back-off
    assert any("['c']" in call for call in calls)  # the other shard went on
    assert sum(call.startswith("detect") for call in calls) == 1  # wrong settings are not tried again


@pytest.mark.slow
def test_what_a_job_could_not_do_is_named_and_the_rest_goes_on(fake_jobs: Path) -> None:
    dags = "morning_signals,topic_alerts"
    code, told, calls = run_dags(
        fake_jobs,
        "--moment",
        "2026-11-22T06:30+01:00",
        "--dags",
        dags,
        tag="x is damaged",
        alerts="no server",
    )
    assert code == 1
    assert {run["dag"]: run["state"] for run in told} == {
        "morning_signals": "failed",
        "topic_alerts": "failed",
    }
    assert {run["dag"]: run["failures"] for run in told} == {
        "morning_signals": ["tag: x is damaged"],
        "topic_alerts": ["alerts: no server"],
    }
    jobs = [call.split()[0] for call in calls]
    assert jobs == ["tag", "load", "detect", "report", "alerts", "alerts", "alerts"]  # mail may work later


def announced(fake: Path) -> list[tuple[str, str]]:
    """The assets that were announced in Airflow's own database, with the task that did it, in order."""
    with closing(sqlite3.connect(next((fake / "airflow").glob("*.db")))) as con:
        return con.execute(
            "SELECT asset.name, source_task_id FROM asset_event JOIN asset ON asset.id = asset_id ORDER BY asset_event.id"
        ).fetchall()


@pytest.mark.slow
def test_signals_are_announced_whatever_else_of_the_morning_failed(fake_jobs: Path) -> None:
    options = ("--moment", "2026-11-24T06:30+01:00", "--dags", "morning_signals,topic_alerts")
    code, told, calls = run_dags(fake_jobs, *options, report="the signals of 2026-11-20 cannot be read")
    assert code == 1
    assert [(run["dag"], run["state"]) for run in told] == [
        ("morning_signals", "failed"),
        ("topic_alerts", "success"),
    ]
    assert told[0]["failures"] == ["report: the signals of 2026-11-20 cannot be read"]
    assert [call.split()[0] for call in calls] == ["tag", "load", "detect", "report", "alerts"]
    assert announced(fake_jobs) == [("documents", "load"), ("signals", "announce")]

    code, told, _ = run_dags(fake_jobs, *options[:2], "--dags", "morning_signals", failures="detect ")
    assert (code, told[0]["state"], told[0]["failures"]) == (1, "failed", ["detect: mend it"])
    assert announced(fake_jobs)[2:] == [("documents", "load")], "a morning that was not judged has no signals"


@pytest.mark.slow
def test_partitions_are_tagged_in_groups_and_one_that_fails_holds_no_other_back(
    fake_jobs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    groups = [["bode/2026-11-22", "plein/2026-11-22"], ["bode/2026-11-23"]]
    monkeypatch.setenv("FAKE_GROUPS", json.dumps(groups))
    options = ("--moment", "2026-11-24T06:30+01:00", "--dags", "tag_and_load")
    code, told, calls = run_dags(fake_jobs, *options, failures=f"tag {groups[0]}")
    assert (code, told[0]["failures"]) == (1, ["tag: broken"])
    assert [call.split(" ", 2)[2] for call in calls if call.startswith("tag")].count(str(groups[1])) == 1
    assert calls[-1].startswith("load")


@pytest.mark.slow
def test_a_round_that_brought_nothing_wakes_nobody(fake_jobs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAKE_NEW", "0")
    code, told, _ = run_dags(fake_jobs, "--moment", "2026-11-24T06:30+01:00", "--dags", "collect")
    assert (code, [(run["dag"], run["state"]) for run in told]) == (0, [("collect", "success")])
    assert announced(fake_jobs) == []


@pytest.mark.slow
def test_an_unknown_dag_is_wrong_use(fake_jobs: Path) -> None:
    code, told, calls = run_dags(fake_jobs, "--moment", "2026-11-23T06:30", "--dags", "collect,nothing")
    assert (code, told) == (2, [])
    assert "no such DAG: nothing" in calls[-1]
