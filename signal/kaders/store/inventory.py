"""Which tagged and ledger files there are, and which of them the warehouse has not seen."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from kaders.settings import Places
from kaders.store import files as store_files
from kaders.store import ledger_files, tagged
from kaders.store.connection import Connection


@dataclass(frozen=True, slots=True)
class TaggedFile:
    """One landing file as one tagger version saw it."""

    landing: str
    tagger: str
    path: Path

    @property
    def source(self) -> str:
        """The id of the source it came from: the first part of a landing path."""
        return self.landing.partition("/")[0]


def tagger_versions(places: Places) -> list[str]:
    """The tagger versions of which there are files."""
    return store_files.folders(places.of("tagged"))


def tagged_files(places: Places, *, current: str = "") -> list[TaggedFile]:
    """One tagged file for each landing file: of the current tagger if there is one, else the last written."""
    best: dict[str, tuple[bool, int, str, TaggedFile]] = {}
    versions = tagger_versions(places)
    for version in versions:
        root = places.of("tagged") / version
        age = store_files.age_of(root) if len(versions) > 1 else None
        for path in tagged.paths(places, version):
            landing = path.relative_to(root).as_posix()
            written = age(path) if age else 0
            offer = (version == current, written, version, TaggedFile(landing, version, path))
            if landing not in best or offer[:3] > best[landing][:3]:
                best[landing] = offer
    return [best[landing][3] for landing in sorted(best)]


def pending(con: Connection, files: list[TaggedFile]) -> list[TaggedFile]:
    """The files that were not loaded with the tags they have now."""
    loaded = dict(con.execute("SELECT file, tagger FROM raw_landing").fetchall())
    return [file for file in files if loaded.get(file.landing) != file.tagger]


def pending_ledger(con: Connection, places: Places) -> dict[str, Path]:
    """The ledger files that were not loaded, by their path within the ledger folder."""
    loaded = {file for (file,) in con.execute("SELECT file FROM raw_ledger").fetchall()}
    root = places.of("ledger")
    found = {path.relative_to(root).as_posix(): path for path in ledger_files.paths(places)}
    return {file: path for file, path in found.items() if file not in loaded}


def loaded_landing(con: Connection) -> set[str]:
    """The landing files that the warehouse has."""
    return {file for (file,) in con.execute("SELECT file FROM raw_landing").fetchall()}
