"""What may be typed on the command line for days, moments and numbers, and what is said of anything else."""

from __future__ import annotations

import argparse
from datetime import date, datetime


def day(text: str) -> date:
    """A day as 2026-11-23."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no day; write it as 2026-11-23") from None


def instant(text: str) -> datetime:
    """A moment in ISO 8601; whether it has a zone is looked at later."""
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{text!r} is no moment; write it as 2026-11-23T06:30+01:00"
        ) from None


def whole(text: str) -> int:
    """A whole number that is not negative."""
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number; write it as 7")
    return int(text)


def positive(text: str) -> int:
    """A whole number of at least one."""
    if whole(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is less than one day")
    return int(text)
