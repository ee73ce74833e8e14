"""The keys of an organisation's pseudonyms: made on first need, never in the warehouse, replaced when asked.

They are a ring, oldest first, in data/keys/<organisation>.key (mode 0600). The first key identifies posts for
good, so that nothing lands twice; authors' pseudonyms take all of them, one after the other (read/people.py).
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import blake2b
from pathlib import Path

from kaders.errors import ConfigurationError
from kaders.settings import Places
from kaders.store.files import room_on_disk

KEY_BYTES = 32
"""256 bits, so that names cannot be found back by trying keys. A file of just these is a ring of one, as all
were before keys could be replaced."""
_SUM_BYTES = 16
"""Of a checksum against damage, not against people: who can write the file can write that too."""


@dataclass(frozen=True, slots=True)
class Key:
    """One key of a ring: since when it is used, and why it was made."""

    secret: bytes
    since: datetime | None = None
    why: str = ""

    def __repr__(self) -> str:
        """Without the secret, so that it stands in no message and no log."""
        return f"Key(since={self.since})"


def key(places: Places) -> bytes:
    """The first key of the ring, by which posts and persons are known for good; made when there is none.

    Two runs that make it at once end with the same key. Raises ConfigurationError when the file is damaged,
    as a new key would give every known author a second pseudonym; files.Unwritable when it cannot be made.
    """
    return made(places)[0].secret


def made(places: Places) -> tuple[Key, ...]:
    """The keys of the ring, oldest first; the first is made when there is none. Raises as `key`."""
    path = path_of(places)
    if not path.exists():
        with _part(path, [Key(secrets.token_bytes(KEY_BYTES))]) as part:
            _link(part, path)
    return read(path)


def ring(places: Places) -> tuple[bytes, ...]:
    """The keys that there are, oldest first; none before the first need. ConfigurationError as `key`."""
    path = path_of(places)
    return tuple(each.secret for each in read(path)) if path.exists() else ()


def add(places: Places, moment: datetime, why: str = "") -> int:
    """Adds a key to the ring, at once and for good; its number. One process at a time may do this.

    Raises as `key`; then the ring is as it was.
    """
    path = path_of(places)
    keys = [*made(places), Key(secrets.token_bytes(KEY_BYTES), moment.astimezone(UTC), why)]
    with _part(path, keys) as part:
        part.replace(path)
    return len(keys)


def read(path: Path) -> tuple[Key, ...]:
    """The keys in a file, oldest first. Raises ConfigurationError when it is damaged."""
    content = path.read_bytes()
    made = datetime.fromtimestamp(path.stat().st_mtime, UTC).replace(microsecond=0)
    if len(content) == KEY_BYTES:
        return (Key(content, made),)
    try:
        fields = json.loads(content)
        found = tuple(_key(each, made) for each in fields["keys"])
        whole = fields["sum"] == _sum(fields["keys"])
    except (ValueError, TypeError, KeyError) as error:
        raise _damaged(path) from error
    if not (found and whole):
        raise _damaged(path)
    return found


def _key(fields: dict[str, str], made: datetime) -> Key:
    """One key of a file; the first is as old as the file, until a second is added."""
    since = datetime.fromisoformat(fields["since"]) if fields["since"] else made
    return Key(bytes.fromhex(fields["key"]), since, fields["why"])


def path_of(places: Places) -> Path:
    """Where the ring of an organisation lies."""
    return places.data / "keys" / f"{places.organisation}.key"


def _damaged(path: Path) -> ConfigurationError:
    return ConfigurationError(
        f"{path} is damaged: put it back from a backup, or remove it to start new pseudonyms."
    )


def _content(keys: list[Key]) -> bytes:
    listed = [
        {"key": each.secret.hex(), "since": each.since.isoformat() if each.since else "", "why": each.why}
        for each in keys
    ]
    return (json.dumps({"keys": listed, "sum": _sum(listed)}, indent=1) + "\n").encode()


def _sum(listed: object) -> str:
    return blake2b(json.dumps(listed, sort_keys=True).encode(), digest_size=_SUM_BYTES).hexdigest()


@contextmanager
def _part(path: Path, keys: list[Key]) -> Iterator[Path]:
    """A ring beside the place where it belongs, on the disk itself: a key that was used may not be lost."""
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    with room_on_disk(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(_content(keys))
                file.flush()
                os.fsync(file.fileno())
            yield part
            _sync(path.parent)
        finally:
            part.unlink(missing_ok=True)


def _sync(folder: Path) -> None:
    """Brings the names in a folder to the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _link(part: Path, path: Path) -> None:
    """Give the ring its name unless another run was first."""
    try:
        path.hardlink_to(part)
    except FileExistsError:
        return
