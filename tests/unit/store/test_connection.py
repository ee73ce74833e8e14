"""Opening, locking, migrating and publishing: one writer, any reader, one sentence when it cannot be."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import textwrap
from pathlib import Path

import duckdb
import pytest
from houses import START, House, tagged

from kaders.errors import Busy, KadersError
from kaders.store import connection, migrate, sql
from kaders.store.connection import publish, reading, writing
from kaders.store.files import Unwritable
from kaders.store.lock import run_lock

SIGNAL = Path(migrate.__file__).parents[2]


def in_another_process(house: House, body: str) -> subprocess.Popen[str]:
    """Runs `body` with `places` at hand; it says "ready" and waits for a line."""
    code = f"""
        from pathlib import Path
        import sys
        from kaders.settings import Places
        folder = Path({str(house.places.data)!r})
        places = Places(folder=folder, data=folder, reference=folder, patterns=folder, organisation="waterdam")
        def ready():
            print("ready", flush=True)
            sys.stdin.readline()
    """
    script = textwrap.dedent(code) + textwrap.dedent(body)
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    env = os.environ | {"PYTHONPATH": str(SIGNAL)}
    child = subprocess.Popen([sys.executable, "-c", script], text=True, env=env, **pipes)  # type: ignore[call-overload]
    assert child.stdout.readline() == "ready\n"
    return child  # type: ignore[no-any-return]


def test_the_tables_say_what_a_row_is(house: House) -> None:
    house.load()
    tables = house.rows("SELECT table_name, comment FROM duckdb_tables() WHERE NOT temporary")
    assert {name for name, _ in tables} == {
        "schema_migration", "raw_landing", "raw_ledger", "raw_fetch", "core_document", "core_tag",
        "core_question", "out_signal", "out_issue_day", "out_delivery",
    }  # fmt: skip
    assert all(comment and comment.startswith("one row per ") for _, comment in tables)
    columns = "SELECT table_name, column_name FROM duckdb_columns() WHERE comment IS NULL AND NOT internal"
    assert (
        house.rows(
            f"{columns} AND table_name IN (SELECT table_name FROM duckdb_tables() WHERE NOT temporary)"
        )
        == []
    )


def test_every_query_says_what_a_row_is() -> None:
    for path in sql.FOLDER.glob("*.sql"):
        assert path.read_text("utf-8").startswith("-- one row"), path.name


def test_migrations_are_applied_once(house: House) -> None:
    with writing(house.places) as con:
        applied = con.execute("SELECT * FROM schema_migration").fetchall()
        assert applied == [(number, path.name) for number, path in migrate.migrations().items()]
        assert migrate.migrate(con) == 0
        assert migrate.version(con) == max(migrate.migrations())


def test_a_migration_is_applied_whole_or_not(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.tag(tagged(1))
    house.load()
    known = migrate.migrations()
    number = max(known) + 1
    next_one = tmp_path / f"{number:04d}_next.sql"
    next_one.write_text("CREATE TABLE new_one (a INTEGER); SELECT nonsense FROM nowhere;", "utf-8")
    monkeypatch.setattr(migrate, "migrations", lambda: known | {number: next_one})
    with pytest.raises(duckdb.CatalogException), writing(house.places):
        pass
    next_one.write_text("CREATE TABLE new_one (a INTEGER);", "utf-8")
    assert house.rows("SELECT count(*) FROM new_one") == [(0,)]
    assert house.fates() == {"d1": "kept"}


def test_a_warehouse_of_a_newer_kaders_is_left_alone(house: House) -> None:
    with writing(house.places) as con:
        con.execute("INSERT INTO schema_migration VALUES (99, '0099_future.sql')")
    with pytest.raises(KadersError, match="newer Kaders"), writing(house.places):
        pass


def test_times_are_utc_and_nothing_is_fetched_from_outside(house: House) -> None:
    settings = "SELECT name, value FROM duckdb_settings() WHERE name IN "
    found = dict(
        house.rows(f"{settings} ('TimeZone', 'autoinstall_known_extensions', 'autoload_known_extensions')")
    )
    assert found == {
        "TimeZone": "UTC",
        "autoinstall_known_extensions": "false",
        "autoload_known_extensions": "false",
    }


@pytest.mark.parametrize("content", [b"no database" * 999, b"", b"x"])
def test_a_damaged_warehouse_is_one_sentence(house: House, content: bytes) -> None:
    house.load()
    house.places.warehouse.write_bytes(content)
    with pytest.raises(KadersError, match=r"damaged.*`kaders rebuild`"), writing(house.places):
        pass


def test_a_cut_off_warehouse_is_one_sentence(house: House) -> None:
    house.tag(*(tagged(n) for n in range(50)))
    house.load()
    whole = house.places.warehouse.read_bytes()
    house.places.warehouse.write_bytes(whole[: len(whole) // 3])
    with pytest.raises(KadersError, match="`kaders rebuild`"):
        house.fates()


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("IO Error: Could not write file: No space left on device", "disk that holds .* is full"),
        ("IO Error: Cannot open file: Permission denied", "may not be read or written"),
    ],
)
def test_what_the_disk_says_is_one_sentence(house: House, said: str, expected: str) -> None:
    with pytest.raises(Unwritable, match=expected), writing(house.places):
        raise duckdb.IOException(said)


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (duckdb.OutOfMemoryException("Out of Memory Error: failed to allocate"), "too little memory"),
        (
            duckdb.IOException("Trying to read a database file with storage version number 99, but we can"),
            "another version of DuckDB: update Kaders",
        ),
    ],
)
def test_what_is_no_damage_is_not_called_so_and_no_rebuild_throws_away(
    house: House, monkeypatch: pytest.MonkeyPatch, error: duckdb.Error, expected: str
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise error

    house.load()
    monkeypatch.setattr(duckdb, "connect", fails)
    with pytest.raises(KadersError, match=expected) as said, writing(house.places):
        pass
    assert not isinstance(said.value, connection.Damaged)


def test_a_full_disk_while_writing_is_one_sentence_and_nothing_is_lost(house: House) -> None:
    """A limit on the size of a file stands in for a full disk: the write fails in the same place."""
    house.tag(tagged(1))
    house.load()
    limit = house.places.warehouse.stat().st_size + 65536
    child = in_another_process(
        house,
        f"""
        import resource, signal
        from kaders.errors import KadersError
        from kaders.store.connection import writing
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))
        try:
            with writing(places) as con:
                con.execute("INSERT INTO core_question SELECT uuid()::VARCHAR, uuid()::VARCHAR, 1, "
                            "uuid()::VARCHAR FROM range(400000)")
        except KadersError as error:
            print("ready", flush=True)
            print(error, flush=True)
        """,
    )
    assert child.stdout is not None
    said = child.stdout.read()
    child.wait(timeout=30)
    assert re.search(r"The disk that holds .* is full", said), said
    assert house.fates() == {"d1": "kept"}


def test_a_second_writer_waits_and_then_says_so(house: House) -> None:
    child = in_another_process(
        house,
        """
        from kaders.store.connection import writing
        with writing(places) as con:
            ready()
        """,
    )
    with pytest.raises(Busy, match="did not let go in 0 seconds"), writing(house.places, patience=0.2):
        pass
    child.communicate("\n", timeout=30)
    house.load()


def test_somebody_who_opened_the_file_with_another_tool_is_said(house: House) -> None:
    house.load()
    child = in_another_process(
        house,
        """
        import duckdb
        con = duckdb.connect(str(places.warehouse))
        ready()
        """,
    )
    with pytest.raises(Busy, match="Another process holds"), writing(house.places):
        pass
    child.communicate("\n", timeout=30)


def test_a_writer_that_is_killed_leaves_what_it_had_finished(house: House) -> None:
    house.tag(tagged(1))
    house.load()
    child = in_another_process(
        house,
        """
        from kaders.store.connection import writing, transaction
        with writing(places) as con:
            con.execute("INSERT INTO core_question VALUES ('d1', 'c1', 2, 'af')")
            con.begin()
            con.execute("INSERT INTO core_question VALUES ('d1', 'c1', 3, 'niet af')")
            ready()
        """,
    )
    child.kill()
    child.wait(timeout=30)
    assert house.rows("SELECT text FROM core_question WHERE position > 1") == [("af",)]


def test_a_second_run_says_who_is_working(house: House) -> None:
    child = in_another_process(
        house,
        """
        from kaders.store.lock import run_lock
        with run_lock(places):
            ready()
        """,
    )
    for _ in range(2):  # asking does not make the holder forgotten
        with (
            pytest.raises(Busy, match=rf"^another run \(pid {child.pid}\) is working on waterdam; "),
            run_lock(house.places),
        ):
            pass
    child.kill()
    child.wait(timeout=30)
    with run_lock(house.places):
        pass


def test_nothing_published_is_one_sentence(house: House) -> None:
    with pytest.raises(KadersError, match="Nothing has been loaded for waterdam"), reading(house.places):
        pass


def test_a_reader_keeps_its_copy_while_a_newer_one_is_published(house: House) -> None:
    house.tag(tagged(1))
    house.load()
    publish(house.places)
    count = "SELECT count(*) FROM core_document"
    with reading(house.places) as old:
        assert old.execute(count).fetchall() == [(1,)]
        house.tag(tagged(2))
        house.load()
        publish(house.places)
        assert old.execute(count).fetchall() == [(1,)]
        with reading(house.places) as new:
            assert new.execute(count).fetchall() == [(2,)]


def test_the_published_copy_can_be_read_while_somebody_writes(house: House) -> None:
    house.tag(tagged(1))
    house.load()
    publish(house.places)
    with writing(house.places) as con:
        con.execute("DELETE FROM core_document")
        assert len(house.documents(START, published=True)) == 1


def test_the_published_copy_cannot_be_written_and_keeps_the_comments(house: House) -> None:
    house.load()
    publish(house.places)
    with reading(house.places) as con:
        comments = con.execute(
            "SELECT comment FROM duckdb_tables() WHERE database_name = 'published'"
        ).fetchall()
        assert comments and all(comment for (comment,) in comments)
        with pytest.raises(duckdb.InvalidInputException):
            con.execute("DELETE FROM core_document")


def test_a_publication_that_fails_leaves_the_copy_there_was(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.tag(tagged(1))
    house.load()
    publish(house.places)
    before = house.places.published.read_bytes()

    def full(self: Path, target: Path) -> Path:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", full)
        with pytest.raises(Unwritable, match="is full"):
            publish(house.places)
    assert house.places.published.read_bytes() == before
    assert [path.name for path in house.places.published.parent.iterdir()] == ["waterdam.duckdb"]


@pytest.mark.parametrize(
    ("number", "said"),
    [(99, "older Kaders: run `kaders load` first"), (1, "newer Kaders .*: update Kaders$")],
)
def test_a_copy_of_another_kaders_is_said(
    house: House, monkeypatch: pytest.MonkeyPatch, number: int, said: str
) -> None:
    house.load()
    publish(house.places)
    monkeypatch.setattr(connection, "migrations", lambda: {number: Path()})
    with pytest.raises(KadersError, match=said), reading(house.places):
        pass
