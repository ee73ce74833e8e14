"""Every path of the hostile server: what it does, and the end that a source at it must come to."""

from __future__ import annotations

from hostile import (
    bombs,
    charsets,
    dates,
    formats,
    identities,
    injections,
    moves,
    statuses,
    tls,
    transports,
    xml_attacks,
)
from hostile.case import Case

FAMILIES: dict[str, dict[str, Case]] = {
    "formats": formats.CASES,
    "moves": moves.CASES,
    "transports": transports.CASES,
    "tls": tls.CASES,
    "bombs": bombs.CASES,
    "charsets": charsets.CASES,
    "xml": xml_attacks.CASES,
    "injections": injections.CASES,
    "dates": dates.CASES,
    "identities": identities.CASES,
    "statuses": statuses.CASES,
}
PATHS: dict[str, Case] = {name: case for cases in FAMILIES.values() for name, case in cases.items()}
"""By the first part of the path, which is also the id of the source; no two families share a name."""
