"""Object storage as a user meets it: whole objects, few requests, one sentence for each thing that fails."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from clouds import Cloud, forget_connections, moved, times
from stocked import START, Stocked, item

from kaders.cli import main
from kaders.errors import Quarantine
from kaders.settings import Settings, Storage
from kaders.store import files, landing, sums
from kaders.store.files import Unreachable


@pytest.fixture
def settings(loaded: Settings, cloud: Cloud, tmp_path: Path) -> Settings:
    """The small organisation with its files in a new bucket."""
    return moved(loaded, cloud.bucket(), tmp_path / "data")


@pytest.fixture
def folder(settings: Settings) -> Path:
    """Its landing folder."""
    return settings.places.of("landing")


def test_a_file_is_written_listed_read_and_removed(folder: Path) -> None:
    paths = [folder / "bode" / f"2026-11-0{day}" / f"{n}.gz" for day in (2, 3) for n in range(3)]
    files.write_all({path: path.name.encode() for path in paths})
    files.write(folder / "plein" / "2026-11-02" / "0.gz", b"ander")
    files.write(folder / "bode" / "2026-11-02" / "0.gz.changes", b"note")
    assert sorted(files.below(folder, "bode/*/*.gz")) == paths
    assert sorted(files.below(folder, "bode/2026-11-03/*.gz")) == paths[3:]
    assert len(files.below(folder, "*/*/*.gz")) == 7
    assert list(files.folders(folder)) == ["bode", "plein"]
    assert files.read(paths[1]) == b"1.gz"
    files.remove([*paths[:2], folder / "never"])
    assert files.there(paths) == set(paths[2:])
    with pytest.raises(FileNotFoundError):
        files.read(paths[0])
    assert not files.below(folder / "nothing", "*/*")
    assert not files.folders(folder / "nothing")


def test_of_two_writers_of_a_new_file_one_writes_it(folder: Path) -> None:
    path = folder / "bode" / "new"
    with ThreadPoolExecutor(8) as pool:
        wrote = list(pool.map(lambda n: files.write_new(path, str(n).encode()), range(16)))
    assert wrote.count(True) == 1
    assert files.read(path) == str(wrote.index(True)).encode()


def test_a_service_may_say_in_its_own_way_that_there_is_one_or_that_another_is_being_put(
    folder: Path, cloud: Cloud
) -> None:
    cloud.fault = times(("409 Conflict", "ConditionalRequestConflict"), 1, "PUT")
    assert files.write_new(folder / "x", b"mine")
    cloud.fault = times(("412 Precondition Failed", "PreconditionFailed"), 1, "PUT")  # without its condition
    assert not files.write_new(folder / "x", b"another's")
    assert files.read(folder / "x") == b"mine"


def test_what_was_taken_out_of_a_landing_file_does_not_come_back_with_a_repeated_visit(
    settings: Settings,
) -> None:
    visit = landing.prepared(settings.places, "bode", START, [item(1, START), item(2, START)])
    path = settings.places.of("landing") / visit.write()
    assert landing.empty(path, lambda each: each.guid == "g1") == 1
    visit.write()
    assert [each.title for each in landing.read(path)] == ["", "Titel 2"]
    assert sums.standing(path) is sums.Standing.CHANGED


def test_two_thousand_files_are_listed_in_three_requests_and_fetched_in_one_each(
    settings: Settings, cloud: Cloud, folder: Path
) -> None:
    bucket = str(folder).split("/")[2]
    for n in range(2_000):
        key = f"landing/dijkdorp/s{n % 20}/2026-11-{n % 9 + 1:02}/{n:06}Z-{n:016x}.jsonl.gz"
        cloud.put(bucket, key, b"x")
    assert len(landing.paths(settings.places)) == 2_000
    assert cloud.asked == {"LIST": 2}
    assert len(landing.paths(settings.places, "s3")) == 100
    assert cloud.asked == {"LIST": 3}
    some = landing.paths(settings.places, "s4")
    assert [files.read(path) for path in files.ahead(some)] == [b"x"] * 100
    assert cloud.asked == {"LIST": 4, "GET": 100}


@pytest.mark.parametrize(
    ("code", "said"),
    [
        (("403 Forbidden", "AccessDenied"), ["refused", "AccessDenied", "AWS_SECRET_ACCESS_KEY", "rights"]),
        (("503 Slow Down", "SlowDown"), ["too much at once", "AWS_RETRY_MODE"]),
        (("404 Not Found", "NoSuchBucket"), ["does not exist", "organisation.yaml"]),
        (("500 Internal", "InternalError"), ["cannot be reached", "InternalError", "AWS_ENDPOINT_URL"]),
        (1, ["cannot be reached", "ClientPayloadError", "run again"]),
    ],
    ids=["refused", "throttled", "no bucket", "their fault", "cut off"],
)
def test_each_failure_is_one_sentence_that_names_the_setting_and_the_mend(
    folder: Path, cloud: Cloud, code: tuple[str, str] | int, said: list[str]
) -> None:
    path = folder / "bode" / "2026-11-02" / "x.jsonl.gz"
    files.write(path, b"content")
    cloud.fault = lambda _: code
    with pytest.raises(Unreachable) as error:
        list(landing.read(path))
    for word in ["storage.landing", "s3://", *said]:
        assert word in str(error.value)
    assert str(error.value).count("\n") == 0
    cloud.fault = None
    with pytest.raises(Quarantine):  # it can be read again, and is no landing file
        list(landing.read(path))


@pytest.mark.parametrize("does", ["write", "write_new", "list", "folders", "remove", "there"])
def test_whatever_is_asked_of_a_bucket_that_is_gone_says_so(folder: Path, cloud: Cloud, does: str) -> None:
    cloud.fault = lambda _: ("404 Not Found", "NoSuchBucket")
    path = folder / "x"
    calls: dict[str, Callable[[], object]] = {
        "write": lambda: files.write(path, b""),
        "write_new": lambda: files.write_new(path, b""),
        "list": lambda: files.below(folder, "*/*"),
        "folders": lambda: files.folders(folder),
        "remove": lambda: files.remove([path]),
        "there": lambda: files.there([path]),
    }
    with pytest.raises(Unreachable, match="does not exist"):
        calls[does]()


@pytest.mark.parametrize(
    ("unset", "given", "said"),
    [
        ({}, {"AWS_ACCESS_KEY_ID": "another"}, "refused at storage.landing .*InvalidAccessKeyId"),
        ({}, {"AWS_ENDPOINT_URL": "http://127.0.0.1:9"}, "storage.landing .* cannot be reached"),
        (["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"], {}, "There is no key for storage.landing"),
    ],
    ids=["another key", "nobody there", "no key"],
)
def test_what_is_wrong_in_the_environment_is_said(
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    unset: list[str],
    given: dict[str, str],
    said: str,
) -> None:
    for name in unset:
        monkeypatch.delenv(name)
    for name, value in (given | {"AWS_EC2_METADATA_DISABLED": "true"}).items():
        monkeypatch.setenv(name, value)
    forget_connections()
    with pytest.raises(Unreachable, match=said):
        landing.paths(settings.places)


def test_a_connection_that_is_cut_once_or_a_service_that_is_busy_once_is_asked_again(
    folder: Path, cloud: Cloud
) -> None:
    path = folder / "bode" / "x"
    cloud.fault = times(("503 Slow Down", "SlowDown"), 2, "PUT")
    files.write(path, b"content")
    cloud.fault = times(3, 1, "GET")
    assert files.read(path) == b"content"


def test_a_visit_whose_put_fails_is_noted_nowhere_and_lands_the_next_time(
    settings: Settings, cloud: Cloud
) -> None:
    stock = Stocked(settings)
    cloud.fault = lambda asked: ("503 Slow Down", "SlowDown") if asked["REQUEST_METHOD"] == "PUT" else None
    file = landing.prepared(settings.places, "bode", START, [item(1, START)])
    with pytest.raises(Unreachable):
        file.write()
    cloud.fault = None
    assert landing.paths(settings.places) == []
    assert stock.settings.places.of("landing") / file.write() in landing.paths(settings.places)


def test_who_keeps_files_on_the_disk_never_loads_a_library_of_object_storage(tmp_path: Path) -> None:
    """Its libraries take a third of a second, on every command."""
    code = """
import sys
from pathlib import Path
from kaders.settings import Places
from kaders.store import files, inventory, landing, verify_files
places = Places(folder=Path("."), data=Path("data"), reference=Path("."), patterns=Path("."), organisation="x")
landing.paths(places), inventory.tagged_files(places), files.there([Path("x")])
print(sorted({"upath", "fsspec", "s3fs", "botocore", "kaders.store.cloud"} & set(sys.modules)))
"""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    "url",
    [
        "s3://key:secret@bucket/x",
        "https://bucket/x",
        "/disk/landing",
        "s3://bucket/a?versionId=1",
        "gs://bucket/x",
    ],
)
def test_an_address_of_a_bucket_holds_no_key_and_nothing_else(url: str) -> None:
    with pytest.raises(ValueError, match="s3://bucket/prefix"):
        Storage(landing=url)
    assert Storage(landing="s3://bucket/some/prefix/").of("landing") == "s3://bucket/some/prefix"


def test_check_tries_out_the_bucket_and_says_in_a_sentence_what_is_wrong(
    settings: Settings, cloud: Cloud, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = shutil.copytree(settings.places.folder, tmp_path / "dijkdorp")
    bucket = str(settings.places.of("landing")).split("/")[2]
    file = folder / "organisation.yaml"
    text = file.read_text("utf-8")
    file.write_text(
        f"{text}storage: {{landing: s3://{bucket}/landing, published: s3://{bucket}/published}}\n"
    )
    assert main(["check", str(folder)]) == 0
    assert cloud.keys(bucket) == {}
    assert {"PUT": 4, "GET": 2, "LIST": 2, "DELETE": 2}.items() <= cloud.asked.items()
    cloud.fault = lambda asked: (
        ("403 Forbidden", "AccessDenied") if asked["REQUEST_METHOD"] == "PUT" else None
    )
    capsys.readouterr()
    assert main(["check", str(folder)]) == 1
    said = capsys.readouterr().err
    assert "refused at storage.landing" in said
    assert "refused at storage.published" in said
    cloud.fault = lambda asked: asked.pop("HTTP_IF_NONE_MATCH", None) and None
    assert main(["check", str(folder)]) == 1
    assert "storage.landing" in (said := capsys.readouterr().err)
    assert "conditional puts" in said
    file.write_text(f"{text}storage: {{landing: 's3://key:secret@{bucket}/landing'}}\n")
    assert main(["check", str(folder)]) == 2
    assert "organisation.yaml" in capsys.readouterr().err
