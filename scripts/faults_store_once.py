"""Does one job on the warehouse, as the process that `faults_store.py` kills: faults_store_once.py.

Says `ready` when all is imported, and reads a line of JSON: the folder of the organisation, its data folder
and the job. Says `began` when only the job is left to do, and `done` after it.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from kaders.jobs.erase import erase as erase_job
from kaders.jobs.erase_look import Request, look
from kaders.jobs.load import files_to_load
from kaders.jobs.load import load as load_job
from kaders.load import load as settings_of
from kaders.settings import Settings
from kaders.store.connection import publish, writing
from kaders.store.rebuild import rebuild_warehouse
from kaders.store.retention import Words

MOMENT = datetime(2026, 11, 20, 5, 30, tzinfo=UTC)
"""Of every job: after all that landed."""


PERSON = "Zwaluwstaartje"
"""Who is in some of the documents, and is erased."""
ASKED = Request(texts=(PERSON,))


def load(settings: Settings) -> None:
    """Load what is pending, and publish."""
    load_job(settings, MOMENT)


def migrate(settings: Settings) -> None:
    """Bring an older warehouse up to date, as any writer does."""
    with writing(settings.places):
        pass


def rebuild(settings: Settings) -> None:
    """Make the warehouse anew from what was tagged."""
    rebuild_warehouse(settings.places, files_to_load(settings), MOMENT, keep_words=Words(9999))


def erase(settings: Settings) -> None:
    """Erase a person, as `kaders erase` does."""
    erase_job(settings, MOMENT, ASKED, look(settings, ASKED), why="a trial")


JOBS: dict[str, Callable[[Settings], None]] = {
    "load": load,
    "first load": load,
    "publish": lambda settings: publish(settings.places),
    "migrate": migrate,
    "rebuild": rebuild,
    "erase": erase,
}


def main() -> int:
    """Do one job."""
    print("ready", flush=True)
    organisation, data, job = json.loads(sys.stdin.readline())
    settings = settings_of(Path(organisation), data=Path(data))
    print("began", flush=True)
    JOBS[job](settings)
    print("done", flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
