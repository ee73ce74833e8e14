"""What landed, and what the ledger says of it, read as it grows: files that were read are not read again."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bench_changing import Version
from kaders.settings import Settings
from kaders.store import landing, ledger_files

Entry = tuple[str, str]
"""Source and address of an entry."""


@dataclass
class Landed:
    """All that landed so far.

    versions  of every entry, those that were withdrawn since too
    articles  entries of which the page was read
    back      source and guid of what was taken back
    """

    settings: Settings
    versions: set[Version] = field(default_factory=set)
    articles: set[Entry] = field(default_factory=set)
    back: set[Entry] = field(default_factory=set)
    _guids: dict[Entry, str] = field(default_factory=dict)
    _where: dict[Entry, list[Path]] = field(default_factory=lambda: defaultdict(list))
    _landed: Counter[str] = field(default_factory=Counter)
    _first: Counter[str] = field(default_factory=Counter)
    _shown: set[Entry] = field(default_factory=set)
    _told: Counter[str] = field(default_factory=Counter)
    _seen: set[Path] = field(default_factory=set)

    def look(self) -> None:
        """Read what is new."""
        places = self.settings.places
        for path in landing.paths(places):
            if path not in self._seen:
                self._seen.add(path)
                self._file(path, path.relative_to(places.of("landing")).as_posix())
        for path in ledger_files.paths(places):
            if path not in self._seen:
                self._seen.add(path)
                self._told.update(_told(path))

    def unaccounted(self) -> list[str]:
        """Landing files that no visit names, or of which its new entries are not those that landed.

        A change of an entry and the word that one was taken back land too, and are no new entries; so there
        are at most as many as lines. Nor fewer than entries that stand in no earlier file: more there may be,
        as what landed before its visit was killed lands once more and is new to the next one. Pages aside.
        """
        files = sorted(self._landed.keys() | self._told.keys())
        return [
            f"{file or 'no file'}: {self._landed[file]} lines landed, {self._first[file]} of them for the "
            f"first time; the ledger says {dict(self._told).get(file)}"
            for file in files
            if file not in self._told or not self._first[file] <= self._told[file] <= self._landed[file]
        ]

    def kept(self, gone: Iterable[Entry]) -> list[str]:
        """Entries that their source deleted, and that were not taken back or whose words are still there."""
        return [f"{one} was deleted and is still there" for one in sorted(gone) if self._is_kept(one)]

    def _is_kept(self, one: Entry) -> bool:
        guid = self._guids.get(one)
        if guid is None:
            return False  # it never landed
        words = (
            item.title or item.text
            for path in self._where[one]
            for item in landing.read(path)
            if item.guid == guid
        )
        return (one[0], guid) not in self.back or any(words)

    def _file(self, path: Path, name: str) -> None:
        of_pages = landing.landed_at(path).second != 0  # pages land a second after their entries
        for item in landing.read(path):
            if not of_pages:
                self._landed[name] += 1
                self._first[name] += not item.withdrawn and (item.source, item.guid) not in self._shown
                self._shown.add((item.source, item.guid))
            if item.withdrawn:
                self.back.add((item.source, item.guid))
                continue
            one = (item.source, item.url)
            self.versions.add((*one, item.title))
            self._guids[one] = item.guid
            self._where[one].append(path)
            if of_pages:
                self.articles.add(one)


def _told(path: Path) -> Mapping[str, int]:
    """The entries of each landing file that one ledger file names."""
    told = Counter[str]()
    for line in ledger_files.read(path):
        told[line.landing] += line.new_entries
    return told
