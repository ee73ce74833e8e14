"""A real mail server on loopback that keeps every mail as a file, for the demo run and the tests."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


class _Folder:
    """Writes each mail to <folder>/<number>.eml, numbered in the order of arrival."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        """Keep the mail; aiosmtpd's own name for the hook."""
        number = len(list(self._folder.glob("*.eml"))) + 1
        partial = self._folder / f"{number:04d}.part"
        partial.write_bytes(envelope.original_content or b"")
        partial.replace(partial.with_suffix(".eml"))
        return "250 kept"


class _AnyPort(Controller):
    """aiosmtpd wakes its server by connecting to the port asked for; with port 0 that is not the real one."""

    def _trigger_server(self) -> None:
        sockets: Any = getattr(self.server, "sockets", ())
        self.port = sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]


@contextmanager
def demo_mail(folder: Path) -> Iterator[str]:
    """Serve until the block ends; gives 'host:port'. Mails land in `folder`, which is made when missing."""
    folder.mkdir(parents=True, exist_ok=True)
    controller = _AnyPort(_Folder(folder), hostname="127.0.0.1", port=0)
    controller.start()
    try:
        yield f"127.0.0.1:{controller.port}"
    finally:
        controller.stop()
