"""Starting another program so that Ctrl-C ends it and all that it started, whatever it does with signals."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import IO, NoReturn

import psutil

MARK = "@@"
"""What a line of a supervised program starts with when it is meant for its parent."""
PATIENCE = 0.5
"""Seconds between asking and forcing: every write of ours is whole or not there, so none needs longer."""
ENDINGS = (signal.SIGINT, signal.SIGTERM)


def supervise(
    command: Sequence[str],
    *,
    env: Mapping[str, str] | None = None,
    on_line: Callable[[str], None],
    log: Path | None = None,
) -> int:
    """Run a command in its own process group and return its exit code.

    command  program and arguments; no shell
    env      the whole environment of the command; None passes on our own
    on_line  gets each line of standard output that starts with `@@`, without that mark
    log      file for all other output; None passes it on to our standard error

    KeyboardInterrupt on SIGINT or SIGTERM, after the whole group has ended: SIGTERM first, SIGKILL
    half a second later. The same when on_line raises. Call it from the main thread, where signals arrive.
    """
    with _sink(log) as sink, _interruptible():
        process = subprocess.Popen(
            command,
            env=None if env is None else dict(env),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            _forward(process, on_line, sink)
            return process.wait()
        finally:
            _end(process)


def started(pid_file: Path, variable: str, folder: Path) -> int:
    """The number of a living process named in a file of "pid birth" lines that works for a folder; else 0.

    variable: what its environment calls the folder. One whose environment cannot be read counts as working
    for it.
    """
    for line in pid_file.read_text("utf-8").splitlines() if pid_file.is_file() else []:
        pid, born = line.split()
        with suppress(psutil.NoSuchProcess):
            process = psutil.Process(int(pid))
            same = abs(process.create_time() - float(born)) < 1  # else another program has this number by now
            if same and _works_for(process, variable, folder):
                return int(process.pid)
    return 0


def _works_for(process: psutil.Process, variable: str, folder: Path) -> bool:
    try:
        named = process.environ().get(variable)
        return named is None or (Path(process.cwd()) / named).resolve() == folder.resolve()
    except psutil.AccessDenied:
        return True


def _forward(process: subprocess.Popen[bytes], on_line: Callable[[str], None], sink: IO[bytes]) -> None:
    assert process.stdout is not None
    for line in process.stdout:
        text = line.decode("utf-8", "replace")
        if text.startswith(MARK):
            on_line(text.removeprefix(MARK).rstrip("\n"))
        else:
            sink.write(line)
            sink.flush()


def _end(process: subprocess.Popen[bytes]) -> None:
    """End what is left of the group; a further Ctrl-C does not keep us from it."""
    with _deaf():
        _signal(process, signal.SIGTERM)
        _await_end(process)
        _signal(process, signal.SIGKILL)
        process.wait()
        _await_end(process)  # also a forced end takes the others of the group a moment
        if process.stdout is not None:
            process.stdout.close()


def _await_end(process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + PATIENCE
    while _alive(process) and time.monotonic() < until:
        time.sleep(0.02)


def _alive(process: subprocess.Popen[bytes]) -> bool:
    process.poll()  # takes the leader's exit code, so that the group can be empty
    try:
        os.killpg(process.pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # how macOS speaks of a group in which only the dead are left
        return False
    return any(_runs_in(one, process.pid) for one in psutil.process_iter())


def _runs_in(process: psutil.Process, group: int) -> bool:
    """Whether a process is of a group and not merely dead and waiting for its parent to notice."""
    try:
        return os.getpgid(process.pid) == group and process.status() != psutil.STATUS_ZOMBIE
    except (ProcessLookupError, PermissionError, psutil.Error):
        return False


def _signal(process: subprocess.Popen[bytes], number: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, number)


@contextmanager
def _sink(log: Path | None) -> Iterator[IO[bytes]]:
    if log is None:
        with os.fdopen(os.dup(2), "wb") as standard_error:
            yield standard_error
        return
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as file:
        yield file


def _raise(_number: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt


@contextmanager
def _handlers(handler: Callable[[int, FrameType | None], object] | signal.Handlers) -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():
        yield  # only the main thread may set handlers, and only it gets the signals
        return
    before = [(number, signal.signal(number, handler)) for number in ENDINGS]
    try:
        yield
    finally:
        for number, handler_before in before:
            signal.signal(number, handler_before)


@contextmanager
def _interruptible() -> Iterator[None]:
    with _handlers(_raise):
        yield


@contextmanager
def _deaf() -> Iterator[None]:
    with _handlers(signal.SIG_IGN):
        yield
