"""A warehouse that is damaged, locked or full: one sentence, and `kaders rebuild` gives the same numbers back."""

from __future__ import annotations

import ctypes
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from stocked import LATER, START, Stocked, copied, item, large, spoil

from kaders.errors import Busy, KadersError
from kaders.jobs.verify import verify
from kaders.store.connection import publish, reading, writing
from kaders.store.files import Unwritable
from kaders.store.inventory import tagged_files
from kaders.store.rebuild import rebuild_warehouse
from kaders.store.retention import Words

ALL = "SELECT bit_xor(hash(COLUMNS(*))) FROM core_document"


@pytest.fixture(scope="module")
def big(stock: Stocked, tmp_path_factory: pytest.TempPathFactory) -> Stocked:
    """A warehouse of some megabytes, so that there is a middle."""
    folder = tmp_path_factory.mktemp("big") / "data"
    places = stock.settings.places.model_copy(update={"data": folder})
    return large(stock.settings.model_copy(update={"places": places}))


@pytest.fixture
def mine(big: Stocked, tmp_path: Path) -> Stocked:
    return copied(big, tmp_path / "mine")


def log_of_another(path: Path) -> None:
    """A log that a killed writer of another file left behind."""
    other = path.with_name("other.duckdb")
    code = (
        "import duckdb, os; c = duckdb.connect({0!r}); c.execute('CREATE TABLE core_document (id INT)');"
        "c.execute('CHECKPOINT'); c.execute('INSERT INTO core_document VALUES (1)'); os._exit(9)"
    )
    subprocess.run([sys.executable, "-c", code.format(str(other))], check=False)
    other.with_name("other.duckdb.wal").rename(path.with_name(path.name + ".wal"))
    other.unlink()


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


DAMAGES: dict[str, Callable[[Path], object]] = {
    "a turned block in the middle": spoil,
    "a turned header": lambda path: spoil(path, at=0.0),
    "the second half is gone": cut,
    "nothing in it": lambda path: path.write_bytes(b""),
    "no database": lambda path: path.write_bytes(b"nothing of the kind" * 999),
    "a log of another file beside it": log_of_another,
}
SAID = r"duckdb is damaged and cannot be read\. Nothing that landed is lost: run `kaders {}` to make it anew$"
SENTENCE, OF_COPY = SAID.format("rebuild"), SAID.format("load")


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_warehouse_is_one_sentence_and_is_rebuilt_with_equal_numbers(
    mine: Stocked, damage: str
) -> None:
    places = mine.settings.places
    with reading(places) as con:
        before = con.execute("FROM core_document ORDER BY ALL").fetchall()
    DAMAGES[damage](places.warehouse)
    with pytest.raises(KadersError, match=SENTENCE), writing(places) as con:
        con.execute(ALL).fetchall()
    told: list[tuple[int, int]] = []
    counts, failures = rebuild_warehouse(
        places,
        tagged_files(places),
        LATER,
        keep_words=Words(9999),
        progress=lambda done, of: told.append((done, of)),
    )
    assert counts["documents"] == 2000 and told[-1] == (1, 1)
    assert re.search("could not be read and was put aside as", " ".join(failures))
    with writing(places) as con:
        assert con.execute("FROM core_document ORDER BY ALL").fetchall() == before
    assert verify(mine.settings, LATER).failures == ()


@pytest.mark.parametrize("damage", sorted(DAMAGES.keys() - {"a log of another file beside it"}))
def test_a_damaged_copy_is_one_sentence_and_the_next_load_mends_it(mine: Stocked, damage: str) -> None:
    places = mine.settings.places
    DAMAGES[damage](places.published)
    with pytest.raises(KadersError, match=OF_COPY), reading(places) as con:
        con.execute(ALL).fetchall()
    assert mine.load().failures == ()
    with reading(places) as con:
        con.execute(ALL).fetchall()
    assert verify(mine.settings, LATER).failures == ()


def test_a_damaged_block_stops_publishing_and_the_old_copy_stands(mine: Stocked) -> None:
    places = mine.settings.places
    spoil(places.warehouse)
    with pytest.raises(KadersError, match=SENTENCE):
        publish(places)
    with reading(places) as con:
        assert con.execute("SELECT count(*) FROM core_document").fetchall() == [(2000,)]
    assert not list(places.published.parent.glob(".*"))


def test_a_load_into_a_damaged_warehouse_loses_nothing(mine: Stocked) -> None:
    places = mine.settings.places
    spoil(places.warehouse)
    mine.land(LATER, item(9999, LATER))
    with pytest.raises(KadersError, match=SENTENCE):
        mine.load()
    rebuild_warehouse(places, tagged_files(places), LATER, keep_words=Words(9999))
    assert mine.rows("SELECT count(*), count(DISTINCT id) FROM core_document") == [(2001, 2001)]
    assert verify(mine.settings, LATER).failures == ()


@pytest.fixture
def held(full: Stocked) -> Iterator[Stocked]:
    """Another process has the warehouse open, with another tool."""
    path = str(full.settings.places.warehouse)
    code = f"import duckdb, sys; c = duckdb.connect({path!r}); print('ready', flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdin and child.stdout and child.stdout.readline() == "ready\n"
        yield full
        child.stdin.close()


def test_who_holds_the_warehouse_is_waited_for_and_readers_read_on(held: Stocked) -> None:
    places = held.settings.places
    sentence = r"^Another process holds .*duckdb open for itself: run this again when it is done$"
    with pytest.raises(Busy, match=sentence):
        held.load()
    with pytest.raises(Busy, match=sentence):
        rebuild_warehouse(places, tagged_files(places), LATER, keep_words=Words(9999))
    with reading(places) as con:
        assert con.execute("SELECT count(*) FROM core_document").fetchall() == [(24,)]


CAPABILITIES = 0x20080522
"""The version of Linux's capset that has two words of each kind (capabilities(7))."""


def give_up_privileges() -> None:
    """Root that may do no more than its files say, and can still read its own modules."""
    if os.geteuid():
        return
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.capset((ctypes.c_uint32 * 2)(CAPABILITIES, 0), (ctypes.c_uint32 * 6)()):
        raise OSError(ctypes.get_errno(), "capset")


def as_reader(folder: Path, body: Callable[[], object]) -> str:
    """What the KadersError says that `body` raises for a user who may only read below `folder`."""
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o555 if path.is_dir() else 0o444)
    read, write = os.pipe()
    child = os.fork()
    if not child:
        said = "nothing"
        try:
            give_up_privileges()
            body()
        except KadersError as error:
            said = f"{type(error).__name__}: {error}"
        except BaseException as error:
            said = repr(error)
        os.write(write, said.encode())
        os._exit(0)
    os.close(write)
    with os.fdopen(read) as answer:
        said = answer.read()
    os.waitpid(child, 0)
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    return said


def test_a_folder_that_may_only_be_read_is_one_sentence_and_readers_read_on(full: Stocked) -> None:
    places = full.settings.places

    def read() -> None:
        with reading(places) as con:
            rows = con.execute("SELECT count(*) FROM core_document").fetchall()
        raise Unwritable(f"read {rows}")

    for job in (lambda: full.load(), lambda: publish(places)):
        said = as_reader(places.data, job)
        assert re.search(r"^Unwritable: .* may not be (read or )?written: give this user the right", said), (
            said
        )
    assert as_reader(places.data, read) == "Unwritable: read [(24,)]"
    assert as_reader(places.data, lambda: verify(full.settings, LATER).failures) == "nothing"
    assert verify(full.settings, LATER).failures == ()


SMALL = """
import resource, signal, sys
from pathlib import Path
sys.path[:0] = [{here!r}]
from kaders.errors import KadersError
from kaders.settings import Places
from kaders.store.inventory import tagged_files
from kaders.store.loader import load_pending
from kaders.store.connection import writing
from kaders.store.connection import publish
from kaders.store.rebuild import rebuild_warehouse
from kaders.store.retention import Words
from stocked import LATER
folder = Path({data!r})
places = Places(folder=folder, data=folder, reference=folder, patterns=folder, organisation={name!r})
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, ({limit}, {limit}))
def load():
    with writing(places, publishing=True) as con:
        load_pending(con, places, tagged_files(places), LATER)
try:
    {job}
except KadersError as error:
    print(type(error).__name__, error)
"""
JOBS = {
    "load": "load()",
    "publish": "publish(places)",
    "rebuild": "rebuild_warehouse(places, tagged_files(places), LATER, keep_words=Words(9999))",
}


@pytest.mark.parametrize("job", JOBS)
def test_a_full_disk_is_one_sentence_and_the_next_run_goes_on(big: Stocked, tmp_path: Path, job: str) -> None:
    """A limit on the size of a file stands in for a full disk: the write fails in the same place."""
    mine = copied(big, tmp_path / "mine")
    places = mine.settings.places
    if job == "load":  # all is still to be loaded
        for path in (places.warehouse, places.published):
            path.unlink()
    limit = big.settings.places.warehouse.stat().st_size // 2
    text = SMALL.format(
        here=str(Path(__file__).parent),
        data=str(places.data),
        name=places.organisation,
        limit=limit,
        job=JOBS[job],
    )
    done = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, check=False)
    assert re.search(
        r"^Unwritable The disk that holds .* is full: make room and run again\.$", done.stdout
    ), done.stdout + done.stderr
    if job != "load":
        with reading(places) as con:
            assert con.execute("SELECT count(*) FROM core_document").fetchall() == [(2000,)]
    assert mine.load().failures == ()
    assert mine.rows("SELECT count(*), count(DISTINCT id) FROM core_document") == [(2000, 2000)]
    assert verify(mine.settings, LATER).failures == ()


def test_two_writers_at_once_lose_nothing(full: Stocked) -> None:
    """Both load the same and each something of its own; one waits for the other."""
    places = full.settings.places
    full.land(LATER, *(item(n, LATER) for n in range(100, 130)))
    text = SMALL.format(
        here=str(Path(__file__).parent),
        data=str(places.data),
        name=places.organisation,
        limit=-1,
        job="load()",
    )
    both = [
        subprocess.Popen(
            [sys.executable, "-c", text], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    assert [one.communicate() for one in both] == [("", ""), ("", "")]
    assert full.rows("SELECT count(*), count(DISTINCT id) FROM core_document") == [(54, 54)]
    assert verify(full.settings, LATER).failures == ()


def test_a_real_disk_that_is_full(stock: Stocked, tmp_path: Path) -> None:
    """A file system of 24 megabytes, where this user may make one."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", str(disk)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("this user may not mount a file system")
    try:
        mine = Stocked(
            stock.settings.model_copy(
                update={"places": stock.settings.places.model_copy(update={"data": disk / "data"})}
            )
        )
        mine.land(START, *(item(n, START) for n in range(50)))
        filler = disk / "filler"
        filler.write_bytes(b"x" * (shutil.disk_usage(disk).free - 8192))
        with pytest.raises(Unwritable, match=r"^The disk that holds .* is full: make room and run again\.$"):
            mine.load()
        with pytest.raises(Unwritable, match="is full"):
            mine.land(LATER, *(item(n, LATER, text=os.urandom(400).hex()) for n in range(99)))
        filler.unlink()
        assert mine.load().counts["documents"] == 50
    finally:
        subprocess.run(["umount", str(disk)], check=True)
