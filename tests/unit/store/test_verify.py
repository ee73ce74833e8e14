"""`kaders verify`: every kind of damage is found, named with its mend, and a sound house has no findings."""

from __future__ import annotations

import gzip
import random
import re
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from stocked import LATER, SOURCES, START, Make, Stocked, item, large, spoil

from kaders.jobs.housekeeping import housekeeping
from kaders.jobs.verify import verify
from kaders.model import Fetch
from kaders.store import landing, ledger_files, sums, withdrawn
from kaders.store.connection import writing
from kaders.store.findings import MOST, Finding, told
from kaders.store.inventory import tagged_files
from kaders.store.rebuild import rebuild_warehouse
from kaders.store.retention import Words
from kaders.store.sums import Standing
from traces import traces


def found(stocked: Stocked) -> tuple[str, ...]:
    return verify(stocked.settings, LATER).failures


def everything(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_sound_house_has_no_findings_and_is_not_touched(full: Stocked) -> None:
    before = everything(full.settings.places.data)
    summary = verify(full.settings, LATER)
    assert summary.failures == ()
    assert summary.counts == {
        "landing_files": 6, "changed": 0, "waiting": 0, "ledger_files": 6, "visits": 6, "tagged_files": 6,
        "documents": 24, "findings": 0,
    }  # fmt: skip
    assert everything(full.settings.places.data) == before


def test_an_empty_house_has_no_findings(organisation: Make) -> None:
    assert verify(organisation(SOURCES), LATER).failures == ()


def test_what_waits_is_no_finding(full: Stocked) -> None:
    full.land(LATER, item(99, LATER))
    summary = verify(full.settings, LATER)
    assert (summary.counts["waiting"], summary.failures) == (1, ())


def first(stocked: Stocked, room: str, pattern: str) -> Path:
    return sorted(stocked.settings.places.of(room).rglob(pattern))[0]


def other_lines(path: Path) -> None:
    path.write_bytes(gzip.compress(gzip.decompress(path.read_bytes()).replace(b"Titel", b"Tital"), mtime=0))


def older(stocked: Stocked) -> None:
    """The published copy of before the last load."""
    places = stocked.settings.places
    old = places.published.read_bytes()
    stocked.land(LATER, item(99, LATER))
    stocked.load()
    places.published.write_bytes(old)


def unread(stocked: Stocked) -> None:
    """A landing file that was written past the ledger."""
    landing.write(stocked.settings.places, "bode", LATER, [item(99, LATER)])


def emptied(stocked: Stocked) -> None:
    """A withdrawal that was killed between the note and the change."""
    path = first(stocked, "landing", "*.jsonl.gz")
    whole = path.read_bytes()
    landing.empty(path, lambda each: each.guid == "g0")
    path.write_bytes(whole)


DELIVERY = "INSERT INTO out_delivery VALUES ('pers', '2026-11-02/topic:x@high', now(), 'sent', 1, 'k')"
DAMAGES: dict[str, tuple[Callable[[Stocked], object], str]] = {
    "a landing file with a turned byte": (
        lambda s: spoil(first(s, "landing", "*.jsonl.gz"), size=8), "damaged: its lines are not those that landed.*restore",
    ),
    "a landing file with other lines": (
        lambda s: other_lines(first(s, "landing", "*.jsonl.gz")), "damaged: its lines are not those that landed.*restore",
    ),
    "an empty landing file": (
        lambda s: first(s, "landing", "*.jsonl.gz").write_bytes(b""), "damaged: its lines",
    ),
    "a landing file that is gone": (
        lambda s: first(s, "landing", "*.jsonl.gz").unlink(), "is in the ledger and not in landing.*restore",
    ),
    "documents of a landing file that is gone": (
        lambda s: first(s, "landing", "*.jsonl.gz").unlink(), "4 documents in the warehouse came from it.*restore",
    ),
    "a tagged file without its landing file": (
        lambda s: first(s, "landing", "*.jsonl.gz").unlink(), "made of a landing file that is gone",
    ),
    "a landing file that no visit names": (unread, "no line of the ledger names it"),
    "a file that was put there by hand": (
        lambda s: (s.settings.places.of("landing") / "bode" / "2026-11-02" / "mine.jsonl.gz").write_bytes(b""),
        "mine.jsonl.gz is in landing and no line",
    ),
    "words that were about to go": (emptied, "words that were about to be taken out.*housekeeping"),
    "a ledger file that is gone": (
        lambda s: first(s, "ledger", "*.jsonl").unlink(), "loaded and is gone from the ledger folder",
    ),
    "a ledger file that is cut off": (
        lambda s: first(s, "ledger", "*.jsonl").write_text('{"source'), "ledger file .* cannot be read",
    ),
    "a tagged file that is damaged": (
        lambda s: spoil(first(s, "tagged", "*.jsonl.gz"), size=8), r"tagged.* is damaged\. Remove it and run `kaders tag`",
    ),
    "tags of nothing": (
        lambda s: s.do("INSERT INTO core_tag VALUES ('x', 'y', 'topic', 'z', 1, 1)"), "1 tags without their document",
    ),
    "questions of nothing": (
        lambda s: s.do("INSERT INTO core_question VALUES ('x', 'y', 1, 'z')"), "1 questions without their document",
    ),
    "a file that was not loaded after all": (
        lambda s: s.do("DELETE FROM raw_landing WHERE file LIKE 'bode/2026-11-02%'"), "4 documents whose landing file was never loaded",
    ),
    "documents that are lost": (
        lambda s: s.do("DELETE FROM core_document WHERE title = 'Titel 1'"), "1 documents of .* are not in the warehouse.*rebuild",
    ),
    "tags that are there twice": (
        lambda s: s.do("INSERT INTO core_tag FROM core_tag WHERE code = 'c_a' LIMIT 1"), "core_tag has .* twice.*rebuild",
    ),
    "a delivery of no signal": (lambda s: s.do(DELIVERY), "1 deliveries of signals that are not there.*backfill"),
    "a warehouse that is gone": (
        lambda s: s.settings.places.warehouse.unlink(), r"duckdb is gone\. Run `kaders rebuild`",
    ),
    "a warehouse that is none": (
        lambda s: s.settings.places.warehouse.write_bytes(b"x"), r"damaged and cannot be opened\. Run `kaders rebuild`",
    ),
    "a published copy that is gone": (
        lambda s: s.settings.places.published.unlink(), r"published.* is gone\. Run `kaders load`",
    ),
    "a published copy that is cut off": (
        lambda s: s.settings.places.published.write_bytes(s.settings.places.published.read_bytes()[:9999]),
        r"published.* is damaged.*`kaders load`",
    ),
    "a published copy that is old": (older, "is older than the warehouse.*`kaders load`"),
}  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGES)
def test_damage_is_found_and_named_with_its_mend(full: Stocked, damage: str) -> None:
    spoiled, expected = DAMAGES[damage]
    spoiled(full)
    lines = found(full)
    assert any(re.search(expected, line) for line in lines), lines


def test_a_damaged_block_is_found_by_reading_all(organisation: Make) -> None:
    big = large(organisation(SOURCES))
    assert found(big) == ()
    spoil(big.settings.places.warehouse)
    (line,) = found(big)
    assert re.search(r"duckdb is damaged in 1 of 10 tables \(core_document\)\. Run `kaders rebuild`$", line)
    path = big.settings.places.warehouse
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    (line,) = found(big)
    assert re.search(r"damaged in \d+ of 10 tables \(core_document.*\)\. Run `kaders rebuild`$", line)


def test_what_retention_removed_is_no_finding(full: Stocked) -> None:
    late = START + timedelta(days=full.settings.organisation.retention.landing + 2)
    assert housekeeping(full.settings, late).counts["files_removed"] > 0
    assert verify(full.settings, late).failures == ()
    assert verify(full.settings, LATER).failures == (), "nor when the rule is another one by now"


def test_what_was_taken_out_is_no_damage_and_old_names_are_read(full: Stocked) -> None:
    places = full.settings.places
    assert withdrawn.withdraw(places, "plein", ["g5"]) == 1
    path = next(path for path in landing.paths(places, "plein") if sums.beside(path).exists())
    assert sums.standing(path) is Standing.CHANGED
    assert withdrawn.withdraw(places, "plein", ["g6"]) == 1
    assert sums.standing(path) is Standing.CHANGED, "a second time as well"
    summary = verify(full.settings, LATER)
    assert (summary.counts["changed"], summary.failures) == (1, ())
    other_lines(path)
    assert sums.standing(path) is Standing.DAMAGED, "a change that nobody noted"
    fresh = landing.paths(places, "bode")[0]
    lines = gzip.decompress(fresh.read_bytes())
    old = fresh.with_name(f"{fresh.name[:8]}{sums.digest(lines, 8)}.jsonl.gz")
    fresh.rename(old)
    assert sums.standing(old) is Standing.WHOLE
    landing.empty(old, lambda each: True)
    assert sums.standing(old) is Standing.CHANGED
    assert [each.title for each in landing.read(old)] == [""] * 4


def test_a_half_done_withdrawal_is_finished_by_housekeeping(full: Stocked) -> None:
    at = START + timedelta(hours=3)
    full.land(at, item(0, at, title="", text="", url="", withdrawn=True))
    emptied(full)
    assert any("about to be taken out" in line for line in found(full))
    full.load()
    housekeeping(full.settings, LATER)
    assert found(full) == ()


def test_after_the_next_housekeeping_not_one_byte_has_the_words(full: Stocked) -> None:
    """The load takes them from the rows; to write a large file anew each time would take too long."""
    places, guids = full.settings.places, [f"g{n}" for n in range(50, 70)]
    chance, later = random.Random(5), LATER + timedelta(hours=1)
    words = ["zwaluwstaartje"] * 20 + ["ekster"] * 180
    texts = {n: f"{word} {n}: {chance.getrandbits(4000):x}" for n, word in enumerate(words, start=50)}
    full.land(LATER, *(item(n, LATER, "plein", text=text) for n, text in texts.items()), source="plein")
    full.load()
    assert withdrawn.withdraw(places, "plein", guids) == 20
    gone = (item(int(g[1:]), later, "plein", title="", text="", url="", withdrawn=True) for g in guids)
    full.land(later, *gone, source="plein")
    full.load()
    assert full.rows("SELECT 1 FROM core_document WHERE text LIKE 'zwaluw%'") == []
    assert traces(places.data, "zwaluwstaartje"), "so that looking for it means something"
    housekeeping(full.settings, later)
    assert traces(places.data, "zwaluwstaartje") == []
    assert full.rows("SELECT count(*) FROM core_document WHERE text <> ''") == [(204,)]


def test_notes_go_with_their_file(full: Stocked) -> None:
    places = full.settings.places
    withdrawn.withdraw(places, "bode", ["g0"])
    housekeeping(full.settings, START + timedelta(days=400))
    assert not list(places.of("landing").rglob("*"))


def test_pages_are_named_by_the_visit_before_them(full: Stocked) -> None:
    places, at = full.settings.places, START + timedelta(seconds=1)
    full.tag(places.of("landing") / landing.write(places, "bode", at, [item(0, at, text="De hele pagina.")]))
    assert found(full) == ()


def test_a_visit_in_a_journal_counts(full: Stocked) -> None:
    places = full.settings.places
    file = landing.prepared(places, "bode", LATER, [item(99, LATER)])
    visit = Fetch("bode", LATER, "OK", entries=1, new_entries=1, landing=file.name)
    folder = places.of("state") / "journal"
    folder.mkdir(parents=True)
    (folder / "20261105T053000Z_a_00.jsonl").write_text(ledger_files.text_of(visit), "utf-8")
    file.write()
    assert found(full) == ()


def test_a_writer_is_waited_for_by_a_sentence(full: Stocked) -> None:
    code = f"import duckdb,sys; c=duckdb.connect({str(full.settings.places.warehouse)!r}); print('ready', flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout and child.stdin and child.stdout.readline() == "ready\n"
        with pytest.raises(Exception, match=r"Another process writes .*: run this again"):
            verify(full.settings, LATER)
        child.stdin.close()


def test_many_findings_of_a_kind_are_counted() -> None:
    lines = told([Finding("a", f"a{n}", "Mend it") for n in range(MOST + 3)] + [Finding("b", "b", "Mend it")])
    assert len(lines) == MOST + 2 and lines[-1] == "and 3 more: a"


@pytest.mark.parametrize(
    "damage", ["documents that are lost", "tags that are there twice", "a warehouse that is none"]
)
def test_what_says_rebuild_is_mended_by_it(full: Stocked, damage: str) -> None:
    before = full.documents()
    DAMAGES[damage][0](full)
    assert found(full)
    places = full.settings.places
    rebuild_warehouse(places, tagged_files(places), LATER, keep_words=Words(9999))
    assert found(full) == ()
    with writing(places) as con:
        assert (
            con.execute(
                "SELECT id, content, title, text, fate, landing FROM core_document ORDER BY ALL"
            ).fetchall()
            == before
        )
