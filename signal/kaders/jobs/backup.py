"""Backs an organisation up into one archive, and restores it from one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from kaders.jobs.housekeeping import housekeeping
from kaders.jobs.remembered import remembered
from kaders.model import Summary
from kaders.settings import Places, Settings
from kaders.store import audit, keys
from kaders.store import backup as store

Again = Callable[[Settings, datetime], Summary]
"""Erases once more whoever is on the lists in `state/<organisation>/erased`."""


@remembered("backup")
def backup(
    settings: Settings,
    moment: datetime,
    target: Path,
    *,
    now: datetime | None = None,
    with_key: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> Summary:
    """Everything that cannot be made again in one archive: `target`, or a file named after `moment` in it.

    now: the clock, for the log, when it is not the moment. counts: files, bytes. Raises Busy, KadersError and
    Unwritable as store.backup.back_up.
    """
    path = target / store.name_of(settings.places, moment) if target.is_dir() else target
    counts = store.back_up(settings.places, path, moment, with_key=with_key, progress=progress)
    said = "with the key of pseudonyms" if with_key else ""
    audit.note(settings.places, now or moment, "backup", given=moment, counts=counts, note=said)
    return Summary("backup", moment, counts, outputs=(str(path),))


def restore(
    settings: Settings,
    moment: datetime,
    source: Path,
    *,
    now: datetime | None = None,
    replace: bool = False,
    again: Again | None = None,
    also: Places | None = None,
) -> Summary:
    """Puts an archive in the place of what is there, which is moved aside, and publishes.

    Who was erased since the backup is erased from it (`again`), and what is too old by now goes.
    also: another data folder whose lists of those hold as well. now: the clock, for the log, when it is not
    the moment. counts: files (that were restored), marks (of who was erased, in the lists of now), and those
    of the housekeeping. outputs: the published copy, and where the old lies. Raises as store.backup.restore,
    and then nothing has changed.
    """
    told = store.restore(source, settings.places, moment, replace=replace, also=also)
    said = "with the key of pseudonyms" if told["key"] else ""
    counts = {"files": len(told["files"])}
    audit.note(settings.places, now or moment, "restore", given=moment, counts=counts, note=said)
    after = [again(settings, moment)] if again else []
    after.append(housekeeping(settings, moment))
    counts["marks"] = told["marks"]
    counts |= {name: n for each in after for name, n in each.counts.items()}
    failures = tuple(failure for each in after for failure in each.failures)
    if not keys.path_of(settings.places).exists():
        failures += (
            f"The backup has no key of pseudonyms: put {keys.path_of(settings.places)} back before the next "
            "visit, or known authors get new pseudonyms",
        )
    outputs = tuple(filter(None, (str(settings.places.published), told["aside"])))
    return Summary("restore", moment, counts, failures, outputs)
