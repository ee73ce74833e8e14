"""The session of an account at a Bluesky service: made with an app password, kept in a file of its own.

A service lets an account start 300 sessions a day (docs.bsky.app, rate limits) and a session's token lives
for about two hours, so it is kept between visits. It is started anew when it runs out, and not renewed: so
the token that would renew it for months is never written down.
"""

from __future__ import annotations

import base64
import json
import os
import secrets
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol

from kaders.model import Question
from kaders.net.failures import FetchFailed
from kaders.read.items import digest
from kaders.store.files import room_on_disk

CREATE = "com.atproto.server.createSession"
MARGIN = 300
"""Seconds before its end from which a token is not used any more: a visit takes less."""
UNKNOWN = 3600
"""Seconds that a token is used which does not say when it ends; services give two hours."""
REFUSED = (400, 401, 403)
"""How services answer to a wrong name or password."""


class Answer(Protocol):
    """As much of a reply as is needed here."""

    @property
    def body(self) -> bytes:
        """The reply, unpacked."""


class Asks(Protocol):
    """As much of the fetching door as is needed here."""

    def ask(self, question: Question) -> Answer:
        """The reply to a question; FetchFailed when there is none."""


def token(door: Asks, service: str, secret: str, keep: Path) -> str:
    """The token to ask a service with, from the file `keep` or from a session that is started now.

    service: the address of its API (https://host/xrpc). secret: "identifier:app-password". The file has mode
    0600 and holds the token and a hash of whose it is. Raises FetchFailed: no_secret when the secret has
    another form, secret_refused when the service does not take it, unreadable when its reply holds no token,
    and what the door raises; files.Unwritable when the disk is full. None of them says the secret.
    """
    identifier, colon, password = secret.partition(":")
    if identifier.startswith("did"):  # a DID has two colons of its own
        did, colon, password = secret.rpartition(":")
        identifier = did
    if not (identifier and colon and password):
        raise FetchFailed("no_secret", "the secret has another form than identifier:app-password")
    whose = digest(service, identifier)
    return _kept(keep, whose) or _started(door, service, identifier, password, keep, whose)


def forget(keep: Path) -> None:
    """Drops a session, as when the service takes its token no more; the next question starts another."""
    keep.unlink(missing_ok=True)


def _kept(keep: Path, whose: str) -> str:
    """The token in the file when it is of this account and has not run out; else ''."""
    with suppress(OSError, ValueError, TypeError, KeyError, AttributeError):
        fields = json.loads(keep.read_text("utf-8"))
        if fields["whose"] == whose and _age(keep) < _lifetime(str(fields["token"])) - MARGIN:
            return str(fields["token"])
    return ""


def _started(door: Asks, service: str, identifier: str, password: str, keep: Path, whose: str) -> str:
    body = json.dumps({"identifier": identifier, "password": password})
    try:
        reply = door.ask(Question(f"{service.rstrip('/')}/{CREATE}", body=body))
    except FetchFailed as failed:
        if failed.status in REFUSED:
            detail = "the service does not take the name and app password"
            raise FetchFailed("secret_refused", detail, failed.status) from None
        raise
    given = _token(reply.body)
    if not given:
        raise FetchFailed("unreadable", "the service started no session that can be read")
    _write(keep, json.dumps({"whose": whose, "token": given}))
    return given


def _token(body: bytes) -> str:
    with suppress(ValueError, RecursionError):
        fields: Any = json.loads(body)
        given = fields.get("accessJwt") if isinstance(fields, dict) else None
        return given if isinstance(given, str) and given.isprintable() and " " not in given else ""
    return ""


def _lifetime(given: str) -> float:
    """Seconds that a token lives by its own word (a JWT says when it was made and when it ends)."""
    with suppress(ValueError, TypeError, LookupError):
        middle = given.split(".")[1]
        fields = json.loads(base64.urlsafe_b64decode(middle + "=" * (-len(middle) % 4)))
        return float(fields["exp"]) - float(fields["iat"])
    return UNKNOWN


def _age(path: Path) -> float:
    """Seconds since a file was written, on the disk's own clock: a token's age is no matter of the run."""
    probe = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    with room_on_disk(probe):
        probe.touch(mode=0o600)
    try:
        return probe.stat().st_mtime - path.stat().st_mtime
    finally:
        probe.unlink()


def _write(path: Path, content: str) -> None:
    """Write a file that nobody else may read, whole or not at all."""
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}.tmp")
    with room_on_disk(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with os.fdopen(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as file:
                file.write(content)
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
