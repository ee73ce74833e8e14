"""Headlines that a site changes after it published them: pure, the same for the same item."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

from kaders.world.piece import Piece

EDITED = 0.01
"""Share of the articles. Ours, not measured: some on every day of the demo, too few to change a count."""
HOURS = (1, 20)
"""After publication: some before the next visit, which never sees the first headline, most after it."""
ENDINGS = {"nl": "bijgewerkt", "en": "updated"}


def edit(piece: Piece) -> tuple[datetime, str] | None:
    """When an item gets another title, in UTC, and that title; None for most, and for what has none."""
    rng = Random(f"{piece.source}|{piece.identity.id}|edit")
    if not piece.title or rng.random() >= EDITED:
        return None
    ending = ENDINGS.get(piece.language, ENDINGS["nl"])
    later = timedelta(minutes=rng.randrange(60 * HOURS[0], 60 * HOURS[1]))
    return piece.published + later, f"{piece.title} ({ending})"
