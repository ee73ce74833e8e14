"""Every job leaves behind how its last run ended, also when it breaks off."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from typing import Any, ParamSpec

from kaders.errors import KadersError
from kaders.model import Summary
from kaders.store import runs
from kaders.store.runs import Ending, Result

P = ParamSpec("P")
Job = Callable[P, Summary]


def remembered(name: str) -> Callable[[Job[P]], Job[P]]:
    """A job that is remembered under this name; it takes `settings` and `moment`, and may take `only`.

    What the job returns or raises is not touched, whatever becomes of the writing down.
    """

    def around(job: Job[P]) -> Job[P]:
        signature = inspect.signature(job)

        @wraps(job)
        def run(*args: P.args, **kwargs: P.kwargs) -> Summary:
            try:
                summary = job(*args, **kwargs)
            except BaseException as error:  # Ctrl-C and a scheduler that ends the task are endings too
                _keep(name, signature, args, kwargs, _broken_off(error))
                raise
            _keep(name, signature, args, kwargs, _ended(summary))
            return summary

        return run

    return around


def _keep(
    name: str, signature: inspect.Signature, args: tuple[Any, ...], kwargs: dict[str, Any], result: Result
) -> None:
    """A full disk, or a call that the job itself refused, must not break or mask what the job did."""
    with suppress(Exception):
        given = signature.bind(*args, **kwargs).arguments
        only = given.get("only") or ()  # tasks side by side have nothing in common
        part = f"{only[0]} and {len(only) - 1} more" if only else ""
        runs.keep(given["settings"].places, name, given["moment"], result, part=part)


def _ended(summary: Summary) -> Result:
    if not summary.failures:
        return Result(Ending.DONE)
    return Result(Ending.FAILURES, len(summary.failures), summary.failures[0])


def _broken_off(error: BaseException) -> Result:
    """Only an error of Kaders has a text for a person; of another the name is kept."""
    why = str(error) if isinstance(error, KadersError) else f"unexpected: {type(error).__name__}"
    return Result(Ending.BROKEN_OFF, 1, why)
