"""Where replies are read: in a child process with little to lose, as what others write may be hostile."""

from __future__ import annotations

import json
import os
import queue
import select
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any

import kaders
from kaders.collect.sandbox_child import CPU_SECONDS, LENGTHS, found, message
from kaders.errors import KadersError, Quarantine
from kaders.read.items import Asked, Found

WALL_SECONDS = 60.0
"""For one document on the clock: a net under the child's own limit, for a machine that is busy or asleep."""
STARTING_SECONDS = 30.0
"""What a child may take to load the readers: 0.4 s on a quiet machine, some seconds on a very busy one."""
_PACKAGES = str(Path(kaders.__file__).resolve().parents[1])


class Stopped(KadersError):
    """A child ended, or had to be ended, before it had read its document."""


class ReaderFault(KadersError):
    """A reader made an error that it should not make; the text is the name of that error."""


class Sandbox:
    """Reads replies in `workers` child processes, which are started when they are needed.

    A context manager that can be shared by threads; a thread waits while all children are busy. At its end
    the children end too. They also end when this process is killed: at the end of their input, or, when they
    are in the middle of a document, at their own limit of processor time.
    """

    def __init__(
        self, *, workers: int = 2, cpu_seconds: float = CPU_SECONDS, wall_seconds: float = WALL_SECONDS
    ) -> None:
        self._cpu, self._wall = cpu_seconds, wall_seconds
        self._children: queue.LifoQueue[_Child | None] = queue.LifoQueue()
        self._workers = workers
        for _ in range(workers):
            self._children.put(None)

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def start(self) -> None:
        """Starts the children now, so that the first documents need not wait for them.

        Raises Stopped when one does not start.
        """
        children = [self._children.get() or _Child() for _ in range(self._workers)]
        for child in children:
            try:
                child.ready()
            finally:
                self._children.put(child)

    def close(self) -> None:
        """Ends the children, each as soon as it is done with its document."""
        for _ in range(self._workers):
            if child := self._children.get():
                child.end()
        for _ in range(self._workers):
            self._children.put(None)

    def read(self, reader: str, body: bytes, asked: Asked) -> Found:
        """What the reader with this name makes of a reply.

        Raises the reader's own Quarantine. A reply that ends its child is read once more, a feed with the
        second parser alone; when that ends too, Quarantine parser_stopped. One that brings a reader to an
        error of its own is Quarantine unreadable, with ReaderFault as its cause.
        """
        try:
            answered = self._answered(reader, body, asked, second=False)
        except Stopped:
            answered = None
        if answered is None or "fault" in answered:
            try:
                answered = self._answered(reader, body, asked, second=True)
            except Stopped as stopped:
                raise Quarantine("parser_stopped") from stopped
        if fault := answered.get("fault"):
            raise Quarantine("unreadable") from ReaderFault(fault)
        if reason := answered.get("quarantine"):
            raise Quarantine(reason, answered.get("detail", ""))
        return found(answered, asked)

    def _answered(self, reader: str, body: bytes, asked: Asked, *, second: bool) -> dict[str, Any]:
        child = self._children.get()
        try:
            if child is None or not child.alive:
                child = _Child()
            sent = _head(reader, asked) | {"again": asked.again or second, "cpu_seconds": self._cpu}
            return child.ask(message(sent, body), self._wall)
        except BaseException:  # whatever broke in on it, its answer would be mistaken for that to the next
            if child is not None:
                child.kill()
                child = None
            raise
        finally:
            self._children.put(child)


class _Child:
    """One process, and what it says."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-s", "-m", "kaders.collect.sandbox_child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd="/",
            env={"PYTHONPATH": _PACKAGES, "PYTHONDONTWRITEBYTECODE": "1", "PATH": os.defpath},
        )
        self._fresh = True

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def ask(self, asked: bytes, seconds: float) -> dict[str, Any]:
        """The answer to one message. Raises Stopped when the child ends, or has taken too long."""
        self.ready()
        until = time.monotonic() + seconds
        given = self._process.stdin
        assert given is not None
        try:
            given.write(asked)
            given.flush()
        except OSError:
            raise Stopped("the process that reads has ended") from None
        return self._said(until)

    def ready(self) -> None:
        """Waits until it has started. Raises Stopped when it does not."""
        if self._fresh:
            self._said(time.monotonic() + STARTING_SECONDS)
            self._fresh = False

    def _said(self, until: float) -> dict[str, Any]:
        size, rest = LENGTHS.unpack(self._exactly(LENGTHS.size, until))
        said: dict[str, Any] = json.loads(self._exactly(size + rest, until))
        return said

    def _exactly(self, size: int, until: float) -> bytes:
        taken = self._process.stdout
        assert taken is not None
        parts, left = [], size
        while left:
            ready, _, _ = select.select([taken], [], [], max(0.0, until - time.monotonic()))
            part = os.read(taken.fileno(), min(left, 1 << 20)) if ready else b""
            if not part:
                raise Stopped("the process that reads has ended" if ready else "it took too long")
            parts.append(part)
            left -= len(part)
        return b"".join(parts)

    def end(self) -> None:
        """Lets it go: its input ends, and so does it."""
        with suppress(OSError):
            self._process.communicate(timeout=5)
        self.kill()

    def kill(self) -> None:
        """Ends it at once and waits for that."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()


def _head(reader: str, asked: Asked) -> dict[str, Any]:
    question = asked.question
    return {
        "reader": reader,
        "source": asked.source.model_dump_json(),
        "fetched_at": asked.fetched_at.isoformat(),
        "key": asked.key.hex() if asked.key is not None else None,
        "question": {name: getattr(question, name) for name in question.__slots__} if question else None,
        "content_type": asked.content_type,
        "url": asked.url,
        "link": asked.link,
        "cursor": dict(asked.cursor),
        "first_visit": asked.first_visit,
    }
