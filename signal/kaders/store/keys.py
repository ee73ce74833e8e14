"""The key of an organisation's author pseudonyms: made on first need, never in the warehouse."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from kaders.errors import ConfigurationError
from kaders.settings import Places
from kaders.store.files import room_on_disk

KEY_BYTES = 32
"""256 bits, so that names cannot be found back by trying keys."""


def key(places: Places) -> bytes:
    """The key in data/keys/<organisation>.key (mode 0600), made when there is none.

    Two runs that make it at once end with the same key. Raises ConfigurationError when the file is damaged,
    as a new key would give every known author a second pseudonym.
    """
    path = places.data / "keys" / f"{places.organisation}.key"
    if not path.exists():
        with room_on_disk(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            part = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
            descriptor = os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
            try:
                with os.fdopen(descriptor, "wb") as file:
                    file.write(secrets.token_bytes(KEY_BYTES))
                _link(part, path)
            finally:
                part.unlink()
    found = path.read_bytes()
    if len(found) != KEY_BYTES:
        raise ConfigurationError(
            f"{path} is damaged: put it back from a backup, or remove it to start new pseudonyms."
        )
    return found


def _link(part: Path, path: Path) -> None:
    """Give the key its name unless another run was first."""
    try:
        path.hardlink_to(part)
    except FileExistsError:
        return
