"""Looks whether the files are whole and belong together: landing, ledger, tagged files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from kaders.errors import Quarantine
from kaders.model import Fetch
from kaders.settings import Places
from kaders.store import files, journal, landing, ledger_files, packed, sums, tagged
from kaders.store.erasing import of_an_erasure
from kaders.store.findings import Finding
from kaders.store.inventory import tagger_versions
from kaders.store.sums import Standing

RESTORE = "Put it back from a backup (`kaders restore`)"
_STANDS = {
    Standing.DAMAGED: f"{RESTORE}; what was loaded of it is in the warehouse still",
    Standing.UNFINISHED: "Run `kaders housekeeping`, which finishes it",
}
_SAYS = {
    Standing.DAMAGED: "is damaged: its lines are not those that landed",
    Standing.UNFINISHED: "still has words that were about to be taken out, or pseudonyms of an old key",
}

Gone = Callable[[str], bool]
"""Whether a landing file, by its path in the landing folder, was removed by retention."""


@dataclass
class Files:
    """What was found of the files.

    landing  the landing files that are there, by their path in the landing folder
    ledger   the ledger files, likewise
    """

    landing: set[str] = field(default_factory=set)
    ledger: set[str] = field(default_factory=set)
    counts: Counter[str] = field(default_factory=Counter)
    findings: list[Finding] = field(default_factory=list)


def verify_files(places: Places, gone: Gone) -> Files:
    """Reads every landing, ledger and tagged file. Writes nothing."""
    found = Files()
    found.findings += [*_landing(places, found), *_ledger(places, gone, found), *_tagged(places, gone, found)]
    return found


def _landing(places: Places, found: Files) -> Iterator[Finding]:
    noted = sums.notes(places.of("landing"))
    for path in files.ahead(landing.paths(places)):
        stands = sums.standing(path, noted=path in noted)
        found.landing.add(path.relative_to(places.of("landing")).as_posix())
        found.counts.update(landing_files=1, changed=stands is Standing.CHANGED)
        if stands in _STANDS:
            yield Finding(f"landing files, {stands}", f"{path} {_SAYS[stands]}", _STANDS[stands])
    for path in sums.left_over(places.of("landing")):
        yield Finding("notes", f"{path} is about a file that is gone", "`kaders housekeeping` removes it")


@dataclass
class _Heard:
    """What the visits say of landing: which files they name, and which of them pages may have followed."""

    followed: frozenset[tuple[str, datetime]]
    named: set[str] = field(default_factory=set)
    rounds: set[tuple[str, datetime]] = field(default_factory=set)
    count: int = 0

    def hear(self, visits: Iterable[Fetch]) -> None:
        for visit in visits:
            self.count += 1
            self.named |= {visit.landing} if visit.landing else set()
            round_ = visit.source, visit.moment.astimezone(UTC).replace(microsecond=0)
            self.rounds |= {round_} & self.followed


def _ledger(places: Places, gone: Gone, found: Files) -> Iterator[Finding]:
    """The ledger against landing, in both directions."""
    heard = _Heard(frozenset(map(_round_of_pages, found.landing)))
    for path in ledger_files.paths(places):
        found.ledger.add(path.relative_to(places.of("ledger")).as_posix())
        try:
            heard.hear(ledger_files.read(path))
        except Quarantine as damaged:
            yield Finding("ledger files", str(damaged).removesuffix("."), RESTORE)
    found.counts.update(ledger_files=len(found.ledger), visits=heard.count)
    for name in sorted(name for name in heard.named - found.landing if not gone(name)):
        yield Finding("landing files that are gone", f"{name} is in the ledger and not in landing", RESTORE)
    heard.hear(journal.unfolded(places))
    for name in sorted(found.landing - heard.named):
        if _round_of_pages(name) not in heard.rounds and not _of_an_erasure(places, name):
            yield Finding(
                "landing files without a visit",
                f"{name} is in landing and no line of the ledger names it",
                "Its items are loaded all the same; a ledger file that is missing comes back from a backup",
            )


def _of_an_erasure(places: Places, name: str) -> bool:
    """Whether a landing file says of erased entries that they are withdrawn: no visit brought that."""
    with suppress(Quarantine):  # named as damaged already
        return of_an_erasure(places.of("landing") / name)
    return False


def _round_of_pages(name: str) -> tuple[str, datetime]:
    """The visit of which a landing file would hold the pages: those land a second later (jobs/visit.py)."""
    path = Path(name)
    try:
        return path.parts[0], landing.landed_at(path) - timedelta(seconds=1)
    except ValueError:
        return path.parts[0], datetime.max.replace(tzinfo=UTC)  # named by hand: no visit can have made it


def _tagged(places: Places, gone: Gone, found: Files) -> Iterator[Finding]:
    """Tagged files have no checksum of ours: gzip's own tells damage, and landing makes them anew."""
    for version in tagger_versions(places):
        for path in files.ahead(tagged.paths(places, version)):
            found.counts.update(tagged_files=1)
            name = path.relative_to(places.of("tagged") / version).as_posix()
            if name not in found.landing:
                kind = "tagged files without landing"
                mend = "`kaders housekeeping` removes it" if gone(name) else RESTORE
                yield Finding(kind, f"{path} was made of a landing file that is gone", mend)
            try:
                packed.lines_of(path, kind="tagged")
            except Quarantine:
                mend = "Remove it and run `kaders tag`, which makes it anew"
                yield Finding("tagged files", f"{path} is damaged", mend)
