"""The last runs: what a job leaves behind of how it ended, and what status says of it."""

from __future__ import annotations

import errno
import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from kaders.errors import Busy
from kaders.jobs.export import export
from kaders.jobs.remembered import remembered
from kaders.jobs.status import FLOW, status
from kaders.load import load, root
from kaders.model import Summary
from kaders.settings import Settings
from kaders.store import files, runs
from kaders.store.runs import Ending, Result, Run

NOW = datetime(2026, 11, 23, 5, 30, tzinfo=UTC)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load(root() / "organisations" / "waterdam", data=tmp_path, world="http://127.0.0.1")


@remembered("collect")
def job(
    settings: Settings,
    moment: datetime,
    *,
    only: Sequence[str] | None = None,
    failures: tuple[str, ...] = (),
    error: BaseException | None = None,
) -> Summary:
    """A job that ends as it is told."""
    if error:
        raise error
    return Summary("collect", moment, failures=failures)


def last(settings: Settings) -> Run | None:
    return runs.last(settings.places, "collect")


def test_a_job_leaves_behind_how_it_ended(settings: Settings, tmp_path: Path) -> None:
    assert last(settings) is None
    job(settings, NOW)
    assert last(settings) == Run(NOW, Result(Ending.DONE))
    job(settings, NOW, failures=("bode is away", "krant is away"))
    assert last(settings) == Run(NOW, Result(Ending.FAILURES, 2, "bode is away"))
    job(settings, NOW)
    assert last(settings) == Run(NOW, Result(Ending.DONE)), "the same moment again, and mended"
    told = json.loads((tmp_path / "state/waterdam/runs/collect.json").read_text("utf-8"))
    assert (told["job"], told["moment"]) == ("collect", "2026-11-23T05:30:00+00:00")


@pytest.mark.parametrize(
    ("error", "first"),
    [
        (Busy("another run is working"), "another run is working"),
        (ValueError("@anna wrote this"), "unexpected: ValueError"),
        (KeyboardInterrupt(), "unexpected: KeyboardInterrupt"),
    ],
)
def test_a_job_that_breaks_off_is_remembered_and_raises(
    settings: Settings, error: BaseException, first: str
) -> None:
    with pytest.raises(type(error)) as raised:
        job(settings, NOW, error=error)
    assert raised.value is error
    assert last(settings) == Run(NOW, Result(Ending.BROKEN_OFF, 1, first))


def test_a_good_shard_hides_no_failure_of_the_same_moment(settings: Settings) -> None:
    job(settings, NOW, only=["a", "b"], failures=("a is away",))
    job(settings, NOW, only=["c"])
    assert last(settings) == Run(NOW, Result(Ending.FAILURES, 1, "a is away"))
    with pytest.raises(Busy):
        job(settings, NOW, only=["d"], error=Busy("not now"))
    assert last(settings) == Run(NOW, Result(Ending.BROKEN_OFF, 2, "not now"))
    job(settings, NOW, only=["d"])  # Airflow tries a shard again
    job(settings, NOW, only=["a", "b"])
    assert last(settings) == Run(NOW, Result(Ending.DONE))
    job(settings, NOW, only=["c"], failures=("c is away",))
    job(settings, NOW + timedelta(minutes=15), only=["a", "b"])
    assert last(settings) == Run(NOW + timedelta(minutes=15), Result(Ending.DONE))


def test_shards_that_end_at_once_are_all_kept(settings: Settings) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda n: job(settings, NOW, only=[f"s{n}"], failures=(f"s{n} is away",)), range(24)))
    found = last(settings)
    assert found is not None
    assert found.result.failures == 24


@pytest.mark.parametrize("content", ["", "{", "[]", '{"moment": "x"}', '{"moment": 1, "parts": {}}'])
def test_a_damaged_file_is_as_no_run(settings: Settings, tmp_path: Path, content: str) -> None:
    job(settings, NOW)
    (tmp_path / "state/waterdam/runs/collect.json").write_text(content, encoding="utf-8")
    assert last(settings) is None
    job(settings, NOW, only=["a"])
    assert last(settings) == Run(NOW, Result(Ending.DONE))


def test_a_full_disk_breaks_and_masks_nothing(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(files, "write", full)
    assert job(settings, NOW, failures=("x",)).failures == ("x",)
    with pytest.raises(Busy, match="not now"):
        job(settings, NOW, error=Busy("not now"))
    assert last(settings) is None


def test_wrong_use_stays_wrong_use(settings: Settings) -> None:
    with pytest.raises(TypeError, match="unknown"):
        job(settings, NOW, unknown=1)  # type: ignore[call-arg]


def test_the_jobs_themselves_are_remembered(settings: Settings) -> None:
    from kaders.jobs import (
        alerts,
        collect,
        detect,
        erase,
        housekeeping,
        imports,
        rebuild,
        report,
        rotate,
        tag,
    )
    from kaders.jobs import load as load_job

    done = [collect.collect, imports.import_file, tag.tag, load_job.load, detect.detect, report.report]
    done += [alerts.alerts, export, housekeeping.housekeeping, rebuild.rebuild, rotate.rotate, erase.erase]
    assert all(hasattr(each, "__wrapped__") for each in done) and len(done) == len(FLOW)
    export(settings, NOW)
    assert runs.last(settings.places, "export") == Run(NOW, Result(Ending.DONE))


def test_status_tells_of_the_last_runs_in_a_line_each(settings: Settings) -> None:
    runs.keep(settings.places, "alerts", NOW, Result(Ending.BROKEN_OFF, 1, "first\n" + "word " * 90))
    runs.keep(settings.places, "load", NOW, Result(Ending.DONE))
    runs.keep(settings.places, "collect", NOW, Result(Ending.FAILURES, 2, "bode is away"))
    head, *lines = status(settings, NOW)
    assert head == "waterdam: nothing has been loaded yet; run `kaders run` first"
    assert lines[:2] == [
        "last collect: 2026-11-23 06:30, with failures (2): bode is away",
        "last load: 2026-11-23 06:30, done",
    ]
    assert lines[2].startswith("last alerts: 2026-11-23 06:30, broken off: first word word")
    assert lines[2].endswith("word…") and len(lines[2]) < 150
