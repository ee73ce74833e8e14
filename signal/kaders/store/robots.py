"""What sites said in their robots.txt, kept for a day (RFC 9309, section 2.4)."""

from __future__ import annotations

import json
from collections.abc import Iterator, MutableMapping
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

from kaders.read.items import digest
from kaders.settings import Places
from kaders.store import files

KEPT = timedelta(days=1)


class KeptRobots(MutableMapping[str, str]):
    """The texts by origin, one file each; what is older than a day, as of `now`, is not there any more."""

    def __init__(self, places: Places, now: datetime) -> None:
        self._folder, self._now = places.of("state") / "robots", now

    def __getitem__(self, origin: str) -> str:
        with suppress(OSError, ValueError, TypeError, LookupError):
            fields = json.loads(self._path(origin).read_text("utf-8"))
            if abs(self._now - datetime.fromisoformat(fields["at"])) < KEPT and fields["origin"] == origin:
                return str(fields["text"])
        raise KeyError(origin)

    def __setitem__(self, origin: str, text: str) -> None:
        fields = {"origin": origin, "at": self._now.isoformat(), "text": text}
        files.write(self._path(origin), json.dumps(fields).encode())

    def __delitem__(self, origin: str) -> None:
        self._path(origin).unlink(missing_ok=True)

    def __iter__(self) -> Iterator[str]:
        for path in sorted(self._folder.glob("*.json")):
            with suppress(OSError, ValueError, LookupError):
                yield str(json.loads(path.read_text("utf-8"))["origin"])

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def _path(self, origin: str) -> Path:
        return self._folder / f"{digest(origin)}.json"
