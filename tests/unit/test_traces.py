"""The search that says nothing is left finds what is there, however it is packed."""

from __future__ import annotations

import gzip
import zipfile
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path

import duckdb
import pytest
import zstandard

from traces import traces

SAID = "Wat Zwaluwstaartje zegt, dat het zo niet langer gaat en dat het anders moet " * 4


def zipped(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("sheet.xml", SAID)


def mailed(path: Path) -> None:
    mail = EmailMessage()
    mail.set_content(SAID, cte="base64")
    path.write_bytes(mail.as_bytes())


def stored(path: Path, *after: str) -> None:
    """A database with packed words among many others, as the warehouse has them."""
    with duckdb.connect(str(path), config={"storage_compatibility_version": "latest"}) as con:
        con.execute("CREATE TABLE t (n INTEGER, words VARCHAR USING COMPRESSION zstd)")
        con.execute("INSERT INTO t SELECT i, repeat('de brug ' || i || ' ', 30) FROM range(5000) AS r (i)")
        con.execute("INSERT INTO t VALUES (9999, ?)", [SAID])
        for statement in ("CHECKPOINT", *after):
            con.execute(statement)


def emptied(path: Path) -> None:
    """The same after an update, which leaves the old blocks in the file."""
    stored(path, "UPDATE t SET words = '' WHERE n = 9999", "CHECKPOINT")


@pytest.mark.parametrize(
    ("name", "made"),
    [
        ("a.txt", lambda path: path.write_text(SAID.upper())),
        ("a.gz", lambda path: path.write_bytes(gzip.compress(SAID.encode()))),
        ("a.tar.zst", lambda path: path.write_bytes(zstandard.compress(SAID.encode()))),
        ("a.bin", lambda path: path.write_bytes(b"x" + zstandard.compress(SAID.encode()) + b"y")),
        ("a.xlsx", zipped),
        ("a.eml", mailed),
        ("a.duckdb", stored),
        ("old.duckdb", emptied),
        ("zwaluwstaartje.txt", lambda path: path.write_text("leeg")),
    ],
)
def test_it_is_found(name: str, made: Callable[[Path], object], tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    made(tmp_path / "in" / name)
    assert {place.split()[0] for place in traces(tmp_path, "zwaluwstaartje")} == {f"in/{name}"}
    assert traces(tmp_path, "ekster") == []
