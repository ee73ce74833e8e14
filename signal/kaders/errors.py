"""The errors of Kaders, sorted by what happens next.

KadersError              one sentence for a person, and the exit code of the command
├── ConfigurationError   the operator mends a file; nothing is tried again (exit 2)
├── Retry                the outside world may be better later (exit 1)
├── Quarantine           this one thing can never be processed; the rest goes on
├── Busy                 another run holds the lock (exit 1)
└── Unfinished           a job did what it could and names what failed (exit 1)
"""

from __future__ import annotations

from dataclasses import dataclass


class KadersError(Exception):
    """An error whose text is meant for the person at the keyboard."""

    exit_code = 1


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One fault in one file: where it stands, what is wrong and how to mend it."""

    file: str
    line: int
    what: str
    mend: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.what}. {self.mend}"


class ConfigurationError(KadersError):
    """One or more faults in the organisation's files or in the way a command was called."""

    exit_code = 2

    def __init__(self, message: str = "", *, problems: tuple[Problem, ...] = ()) -> None:
        self.problems = tuple(sorted(problems))
        super().__init__(message or "\n".join(str(problem) for problem in self.problems))


class Retry(KadersError):
    """Something outside failed that may work later."""


class Quarantine(KadersError):
    """This item, file or reply cannot possibly be processed.

    Its text is the reason alone: a code, when a reader raises it. `detail` says more to a person.
    """

    def __init__(self, reason: str = "", detail: str = "") -> None:
        self.detail = detail
        super().__init__(reason)


class Busy(KadersError):
    """Another run is working on the same organisation."""


class Unfinished(KadersError):
    """A job did what it could; the text names what failed."""
