"""Reading in a child process: the same as without one, and nothing that happens there comes out."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil
import pytest

from kaders.collect.sandbox import ReaderFault, Sandbox
from kaders.errors import Quarantine
from kaders.model import Question
from kaders.read import feed
from kaders.read.items import Asked
from kaders.settings import Source

FEEDS = Path(__file__).parents[2] / "feeds"
SOURCE = Source(
    id="bron", name="Bron", kind="news", url="https://bron.example/feed", owner_group="bron",
    expected_per_day=1, terms="test",
)  # fmt: skip
ASKED = Asked(SOURCE, datetime(2026, 11, 23, 8, tzinfo=UTC), b"a key for tests", first_visit=True)
FEED = (FEEDS / "gazet.rss").read_bytes()
ENDLESS = (
    b"<rss><channel>" + b"<item><guid>1</guid><br><title>t</title></item>" * 20_000 + b"</channel></rss>"
)
"""What takes any parser of broken markup some seconds."""


def children() -> set[psutil.Process]:
    return set(psutil.Process().children())


@pytest.fixture(scope="module")
def sandbox() -> Any:
    with Sandbox() as shared:
        yield shared


@pytest.mark.parametrize("name", ["gazet.rss", "raad.atom", "oud.rdf", "wijk.json"])
def test_a_child_reads_what_a_reader_reads(sandbox: Sandbox, name: str) -> None:
    body = (FEEDS / name).read_bytes()
    assert sandbox.read("feed", body, ASKED) == feed.parse(body, ASKED)


def test_what_belongs_to_a_page_comes_along(sandbox: Sandbox) -> None:
    body = b'<feed xmlns="http://www.w3.org/2005/Atom"><link rel="next" href="/2"/><title>x</title></feed>'
    assert sandbox.read("feed", body, ASKED).next == Question("https://bron.example/2")


def test_a_refusal_is_the_reader_s_own(sandbox: Sandbox) -> None:
    with pytest.raises(Quarantine, match=r"^html_instead_of_feed$"):
        sandbox.read("feed", b"<html></html>", ASKED)


def test_an_error_of_a_reader_keeps_its_name(sandbox: Sandbox) -> None:
    with pytest.raises(Quarantine, match=r"^unreadable$") as refused:
        sandbox.read("no such reader", FEED, ASKED)
    assert isinstance(refused.value.__cause__, ReaderFault)
    assert str(refused.value.__cause__) == "KeyError"


def test_threads_share_it(sandbox: Sandbox) -> None:
    expected, before = feed.parse(FEED, ASKED), children()
    with ThreadPoolExecutor(8) as threads:
        assert all(f == expected for f in threads.map(lambda _: sandbox.read("feed", FEED, ASKED), range(40)))
    assert len(children() - before) <= 2


@pytest.mark.parametrize("limits", [{"cpu_seconds": 0.2}, {"wall_seconds": 0.0}], ids=["processor", "clock"])
def test_a_document_that_takes_too_long_is_given_up_and_the_next_is_read(limits: dict[str, float]) -> None:
    with Sandbox(workers=1, **limits) as strict:
        strict.start()
        started = time.monotonic()
        with pytest.raises(Quarantine, match=r"^parser_stopped$"):
            strict.read("feed", ENDLESS, ASKED)
        assert time.monotonic() - started < 20
    with Sandbox(workers=1) as calm:
        assert calm.read("feed", FEED, ASKED).items


def test_a_child_that_is_gone_is_replaced() -> None:
    before = children()
    with Sandbox(workers=1) as one:
        one.read("feed", FEED, ASKED)
        (child,) = children() - before
        child.kill()
        child.wait()
        assert one.read("feed", FEED, ASKED).items
    assert not child.is_running()


def test_no_secret_of_its_parent_reaches_a_child(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEWS_KEY", "geheim")
    before = children()
    with Sandbox(workers=1) as one:
        one.read("feed", FEED, ASKED)
        (child,) = children() - before
        assert "NEWS_KEY" not in child.environ()


def test_a_parent_that_is_killed_leaves_no_child() -> None:
    script = (
        "import sys, time\n"
        "from kaders.collect.sandbox import Sandbox\n"
        "sandbox = Sandbox(workers=2); sandbox.start()\n"
        "print('ready', flush=True); time.sleep(60)\n"
    )
    parent = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert parent.stdout and parent.stdout.readline() == "ready\n"
    left = psutil.Process(parent.pid).children()
    assert len(left) == 2
    os.kill(parent.pid, signal.SIGKILL)
    parent.communicate()
    _, alive = psutil.wait_procs(left, timeout=10)
    assert not alive
