"""A web server of raw sockets that keeps no rule: every path behaves as its case says."""

from __future__ import annotations

import re
import selectors
import socket
import struct
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from types import TracebackType

from hostile.case import Call, Case

HEAD = 64 * 1024
"""Bytes of a request's head at most; ours are a few hundred."""
TLS = b"\x16\x03"
"""What a client begins with that speaks TLS."""
HIDDEN = (
    b"<rss version='2.0'><channel><title>Intern</title><item><title>GEHEIM-77</title></item></channel></rss>"
)
"""What stands on the door that nobody may open."""


class Server:
    """Serves the cases on loopback, each case on an address of its own when the machine has them.

    Use it as a context. `home(path)` is the netloc of a case and `url(path)` its address; `treasure` is a
    second server that is not on the allow-list, and `robbed` says who came there all the same.
    """

    def __init__(self, cases: Mapping[str, Case]) -> None:
        self.cases = dict(cases)
        self.asked: list[Call] = []
        self.began: dict[str, float] = {}
        self.robbed: list[bytes] = []
        self._stop = threading.Event()
        self._counting = threading.Lock()
        self._selector = selectors.DefaultSelector()
        self._vault = _listening("127.0.0.1", 0)
        self.treasure = f"http://127.0.0.1:{self._vault.getsockname()[1]}"
        self._homes = self._listen()

    def _listen(self) -> dict[str, str]:
        """A listening socket for each case; one for all where only 127.0.0.1 answers."""
        self._selector.register(self._vault, selectors.EVENT_READ)
        first = _listening("127.0.0.1", 0)
        port = first.getsockname()[1]
        self._selector.register(first, selectors.EVENT_READ)
        homes = {}
        for number, path in enumerate(self.cases):
            host = f"127.7.{number // 250}.{number % 250 + 1}"
            try:
                self._selector.register(_listening(host, port), selectors.EVENT_READ)
            except OSError:
                host = "127.0.0.1"
            homes[path] = f"{host}:{port}"
        return homes

    @property
    def allowed(self) -> tuple[str, ...]:
        """What an organisation must allow to be able to visit the cases: everything but the treasure."""
        port = next(iter(self._homes.values())).rsplit(":", 1)[1]
        return (*dict.fromkeys(self._homes.values()), f"127.0.0.1:{port}")

    def url(self, path: str) -> str:
        """The address of a case."""
        case = self.cases[path]
        home = self._homes[path]
        return case.url(home, self.treasure) if case.url else f"http://{home}/{path}"

    def began_at(self, path: str, otherwise: float) -> float:
        """When a path was first asked for, by the clock of the files; `otherwise` when it never was."""
        return self.began.get(path, otherwise)

    def __enter__(self) -> Server:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        for key in list(self._selector.get_map().values()):
            assert isinstance(key.fileobj, socket.socket)
            key.fileobj.close()

    def _accept(self) -> None:
        while not self._stop.is_set():
            for key, _ in self._selector.select(timeout=0.2):
                assert isinstance(key.fileobj, socket.socket)
                with suppress(OSError):  # closed at the end of the test, or the caller has gone already
                    connection, _ = key.fileobj.accept()
                    talk = self._rob if key.fileobj is self._vault else self._talk
                    threading.Thread(target=talk, args=(connection,), daemon=True).start()

    def _rob(self, connection: socket.socket) -> None:
        with connection, suppress(OSError):
            connection.settimeout(2)
            self.robbed.append(_head(connection))
            size = len(HIDDEN)
            connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (size, HIDDEN))

    def _talk(self, connection: socket.socket) -> None:
        with connection, suppress(OSError):  # the caller hung up, as it often should
            connection.settimeout(60)
            head = _head(connection)
            if head.startswith(TLS):
                self._talk_in_secret(connection)
            elif call := self._call(head):
                path = re.split(r"[/?#]", call.path)[0]
                self.began.setdefault(path, time.time())
                self._send(connection, path, call)

    def _talk_in_secret(self, connection: socket.socket) -> None:
        """To a client that began with TLS: which case is meant, its address says."""
        host, port = connection.getsockname()
        path = next(name for name, home in self._homes.items() if home == f"{host}:{port}")
        self.began.setdefault(path, time.time())
        secure = self.cases[path].secure
        if secure is None:
            connection.recv(HEAD)
            self._send(connection, path, Call(path, {}, "", self.treasure, self._stop))
        else:
            secure().wrap_socket(connection, server_side=True)  # which no client of ours may accept

    def _call(self, head: bytes) -> Call | None:
        first, *lines = head.decode("latin-1").split("\r\n")
        words = first.split(" ")
        if len(words) != 3:
            return None
        named = (line.split(":", 1) for line in lines if ":" in line)
        headers = {name.strip().lower(): value.strip() for name, value in named}
        path, here = words[1].lstrip("/"), f"http://{headers.get('host', '')}"
        with self._counting:
            before = sum(call.path == path for call in self.asked)
            call = Call(path, headers, here, self.treasure, self._stop, before)
            self.asked.append(call)
        return call

    def _send(self, connection: socket.socket, path: str, call: Call) -> None:
        case = self.cases.get(path)
        if case is None:
            connection.sendall(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            return
        for part in case.answer(call):
            if part == "reset":
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                return
            assert isinstance(part, bytes)
            connection.sendall(part)
        with suppress(OSError):
            connection.shutdown(socket.SHUT_WR)
            connection.settimeout(1)
            connection.recv(1)  # so that what was sent arrives before the connection goes


def _head(connection: socket.socket) -> bytes:
    """The request up to its empty line."""
    head = b""
    while b"\r\n\r\n" not in head and len(head) < HEAD:
        if connection.recv(2, socket.MSG_PEEK) == TLS:
            return TLS
        part = connection.recv(4096)
        if not part:
            break
        head += part
    return head.split(b"\r\n\r\n")[0]


def _listening(host: str, port: int) -> socket.socket:
    made = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind((host, port))
    except OSError:
        made.close()
        raise
    made.listen(64)
    return made
