"""Kaders: where the public talk no longer fits the frames an organisation has stated."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date, datetime
    from pathlib import Path

    from kaders.notebook import Published

__version__ = "0.1.0"


def open(
    organisation: str | Path, *, as_of: datetime | date | str | None = None, data: str | Path | None = None
) -> Published:
    """What was published of an organisation, as pandas frames (docs/notebook.md).

    organisation: its folder. as_of: the moment as which it is asked; without a zone on the organisation's own
    clock, a day stands for its morning, 06:30. data: where everything is kept, by default KADERS_DATA or
    `data`. Raises ConfigurationError for a wrong folder or moment, KadersError when nothing was published.
    """
    from kaders.notebook import published  # pandas and DuckDB take a second

    return published(organisation, as_of=as_of, data=data)
