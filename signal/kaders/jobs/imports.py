"""Imports: documents from a CSV or JSONL file as one visit to a source."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from kaders.errors import ConfigurationError
from kaders.jobs.remembered import remembered
from kaders.jobs.visit import PARTLY, landed_before
from kaders.model import Fetch, Outcome, Summary
from kaders.read import imported
from kaders.read.items import Asked, is_known
from kaders.settings import Settings, Source
from kaders.store import erased, keys, landing, ledger_files


@remembered("import")
def import_file(settings: Settings, path: Path, moment: datetime, *, source: str) -> Summary:
    """Land the rows of a file under `source`, as seen for the first time at `moment`.

    Rows that landed before are not landed again. A bad row is one sentence in the summary, with file and
    line, and the others go on. Raises ConfigurationError when the source is unknown, when the file cannot be
    opened or when nothing in it can be read.
    """
    entry = _source(settings, source)
    at = moment.astimezone(UTC)
    erased.marks(settings.places)  # a list that does not fit the key is found before a key is made
    key = keys.key(settings.places)
    found = imported.parse(_content(path), Asked(entry, at, key), name=path.name)
    known = landed_before(settings, source)
    new = [item for item in found.items if not is_known(item, known)]
    fresh, left_out = erased.sift(settings.places, new)
    landed = landing.write(settings.places, source, at, fresh) if fresh else ""
    visit = _visit(source, at, found, len(fresh), landed)
    ledger = ledger_files.append(settings.places, at, f"import-{source}", [visit])
    counts = {"rows": found.rows, "entries": len(found.items), "new": len(fresh), "bad": len(found.problems)}
    counts |= {"erased": left_out} if left_out else {}
    return Summary(
        job="import",
        moment=moment,
        counts=counts | {"other_kind": found.other_kind},
        failures=tuple(str(problem) for problem in found.problems),
        outputs=tuple(filter(None, (landed, ledger))),
    )


def _visit(source: str, at: datetime, found: imported.Imported, new: int, landed: str) -> Fetch:
    bad = len(found.problems)
    if not found.items:
        return Fetch(source, at, "FAILED", "unreadable", f"none of the {bad} rows could be read")
    detail = f"{bad} of {found.rows} rows could not be read" if bad else ""
    outcome: Outcome = "PARTIAL" if bad else "OK"
    counts = {"entries": len(found.items), "new_entries": new, "bad_entries": bad}
    return Fetch(source, at, outcome, PARTLY if bad else "", detail, **counts, landing=landed)


def _source(settings: Settings, source: str) -> Source:
    try:
        return settings.source(source)
    except KeyError:
        fitting = [each.id for each in settings.sources if each.reader == "import"]
        known = (
            f" These are meant for files: {', '.join(fitting)}."
            if fitting
            else " Add one with `reader: import`."
        )
        raise ConfigurationError(f"There is no source '{source}' in sources.yaml.{known}") from None


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ConfigurationError(f"{path} cannot be opened: {error.strerror or error}.") from error
