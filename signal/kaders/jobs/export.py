"""Writes the trends of the last complete week as a workbook and as CSV."""

from __future__ import annotations

from datetime import datetime

from kaders.deliver.tables import csv_bytes, workbook_bytes
from kaders.jobs.remembered import remembered
from kaders.model import Summary
from kaders.report.trends import NOTHING, Counted, Week, week_before, workbook
from kaders.settings import Settings
from kaders.store import audit
from kaders.store.connection import reading
from kaders.store.files import write
from kaders.store.published import is_there
from kaders.store.trends import counted


def _count(settings: Settings, week: Week, moment: datetime) -> Counted:
    """This week and the one before; nothing at all while nothing was published."""
    if not is_there(settings.places):
        return NOTHING
    zone = settings.organisation.timezone
    with reading(settings.places) as con:
        return counted(con, first=week.before.monday, last=week.sunday, cutoff=moment, zone=zone)


@remembered("export")
def export(settings: Settings, moment: datetime, *, now: datetime | None = None) -> Summary:
    """Write out/<organisation>/trends/<year>-W<week>/ for the ISO week before the local day of `moment`.

    A workbook with every table and one CSV for each; a rerun replaces them, with the same bytes as long as
    the warehouse says the same. A week without data gives sheets that say so. now: the clock, for the log,
    when it is not the moment. Raises KadersError when the published copy cannot be read.
    """
    week = week_before(moment.astimezone(settings.organisation.zone).date())
    tables = workbook(_count(settings, week, moment), week, settings)
    folder = settings.places.of("out") / "trends" / week.name
    counts = {table.id: len(table.frame) for table in tables[1:]}
    said = f"trends of {week.name}"
    audit.note(settings.places, now or moment, "export", given=moment, counts=counts, note=said)
    files = {folder / "trends.xlsx": workbook_bytes(tables, moment=moment)}
    files |= {folder / f"{table.id}.csv": csv_bytes(table) for table in tables}
    for path, content in files.items():
        write(path, content)
    return Summary("export", moment, counts, outputs=tuple(str(path) for path in files))
