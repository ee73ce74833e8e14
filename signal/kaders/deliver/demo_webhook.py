"""A real webhook on loopback that keeps every message as a file, for the demo run and the tests."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

LARGEST = 1_000_000
"""Bytes of a message that are taken; our choice: an alert is a few thousand."""


class _Folder(ThreadingHTTPServer):
    """Writes each message to <folder>/<number>.json, numbered in the order of arrival."""

    daemon_threads = True

    def __init__(self, folder: Path) -> None:
        super().__init__(("127.0.0.1", 0), _Keep)
        self._folder, self._turn = folder, threading.Lock()

    def keep(self, body: bytes) -> None:
        """One message at a time, so that no two get the same number."""
        with self._turn:
            number = len(list(self._folder.glob("*.json"))) + 1
            partial = self._folder / f"{number:04d}.part"
            partial.write_bytes(body)
            partial.replace(partial.with_suffix(".json"))


class _Keep(BaseHTTPRequestHandler):
    server: _Folder

    def do_POST(self) -> None:
        """Take a message and say so."""
        length = int(self.headers.get("Content-Length") or 0)
        taken = 0 < length <= LARGEST
        if taken:
            self.server.keep(self.rfile.read(length))
        self.send_response(204 if taken else 400)
        self.send_header("Connection", "close")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """The files are the log."""


@contextmanager
def demo_webhook(folder: Path) -> Iterator[str]:
    """Serve until the block ends; gives the address. Messages land in `folder`, made when missing."""
    folder.mkdir(parents=True, exist_ok=True)
    with _Folder(folder) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/alerts"
        finally:
            server.shutdown()
            thread.join()
