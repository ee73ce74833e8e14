"""Asks every source once, as the collector would: whether it answers, and if not, how it is mended.

Nothing lands, nothing is remembered, no line goes into the ledger.
"""

from __future__ import annotations

import re
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

from kaders.collect.bluesky_session import token
from kaders.collect.secrets import Secrets, secret_of
from kaders.detect.wording import REASONS
from kaders.jobs.look import MENDS, OTHERWISE, Asking, Look, Read, look, mend
from kaders.model import Summary
from kaders.net.failures import FetchFailed
from kaders.settings import Settings, Source

WORKERS = 8
"""Hosts that are asked side by side, as in collection; one host's sources are asked one after another."""
STALE = timedelta(days=60)
"""A source whose newest entry is older is likely to have moved, whatever it answers; summers are shorter."""
UNFILLED = re.compile(r"REPLACE|\$\{|^\w+://[^/]*\.example(?:[:/]|$)")
"""An address that cannot be asked: an example of a starter pack, or a demo world that is not served."""

FULL = ("feed", "youtube", "bluesky", "sitemap")
"""The readers of sources that always hold something; a tag or a query may have nothing new."""
UNANSWERED = ("dns", "unreachable", "timeout")
"""The reasons that may as well lie with our own connection."""
WORDS = ("ok", "failed", "skipped")
"""What a source can be told to be; a skipped one cannot be asked a single question."""


@dataclass(frozen=True, slots=True)
class _Result:
    """What became of one source: one of WORDS, its line, and the reason code when there is one."""

    word: str
    line: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class _Check:
    """What all tries of one check share."""

    moment: datetime
    door: Asking
    read: Read
    secrets: Secrets
    tell: Callable[[str], None]
    lock: threading.Lock


def online(
    settings: Settings,
    moment: datetime,
    *,
    door: Asking,
    read: Read,
    secrets: Secrets,
    tell: Callable[[str], None],
) -> Summary:
    """Asks every visited source once, hosts side by side, and tells a line about each as it comes in.

    tell    gets one line for each source: OK with its entries, or what is wrong and how to mend it; never two
            at once
    read    look.guarded: the reader of each source, in a process of its own
    Failures of the summary are the lines of the sources that gave nothing; nothing is written anywhere.
    """
    check = _Check(moment, door, read, secrets, tell, threading.Lock())
    hosts: dict[str, list[Source]] = defaultdict(list)
    for source in settings.visited:
        hosts[urlsplit(source.address).netloc].append(source)
    told = _side_by_side(hosts.values(), check)
    results = [told[source.id] for source in settings.visited]
    counts = {word: sum(result.word == word for result in results) for word in WORDS}
    unanswered = sum(result.reason in UNANSWERED for result in results)
    return Summary(
        job="online",
        moment=moment,
        counts={"sources": len(results), **counts, "unanswered": unanswered},
        failures=tuple(result.line for result in results if result.word == "failed"),
    )


def summed_up(summary: Summary) -> list[str]:
    """The end of a check: how many work, and once more what does not.

    When nobody at all answered, it is our own connection that has to be mended, and that is what it says.
    """
    counts = ", ".join(f"{summary.counts[word]} {word}" for word in WORDS)
    lines = ["", f"{summary.counts['sources']} sources: {counts}"]
    if summary.counts["unanswered"] > 1 and not summary.counts["ok"]:
        return [*lines, "Nobody answered: look at this machine's connection, or give 'network: {proxy: …}'."]
    again = ["", "To mend:", *(f"  {line}" for line in summary.failures)] if summary.failures else []
    return [*lines, *again]


def _side_by_side(hosts: Iterable[list[Source]], check: _Check) -> dict[str, _Result]:
    pool = ThreadPoolExecutor(max_workers=WORKERS)
    try:
        by_host = pool.map(lambda sources: [(each.id, _told(each, check)) for each in sources], hosts)
        return dict(one for host in by_host for one in host)
    finally:  # after Ctrl-C nothing new starts; a question that is under way ends within its own deadline
        pool.shutdown(wait=False, cancel_futures=True)


def _told(source: Source, check: _Check) -> _Result:
    try:
        result = _tried(source, check)
    except Exception as error:  # the promise to the other sources; the name of the error is kept
        result = _failed(source, f"unexpected: {type(error).__name__}", OTHERWISE)
    with check.lock:
        check.tell(f"{result.word.upper():<7} {result.line}")
    return result


def _tried(source: Source, check: _Check) -> _Result:
    if UNFILLED.search(source.address):
        return _failed(source, "its address is still an example", "Fill in your own, or remove the entry")
    if source.address.startswith("ws"):
        return _Result("skipped", said(source, "a stream, which is listened to while collecting"))
    secret = secret_of(source, check.secrets)
    if secret is None:
        return _failed(source, f"{source.secret} holds no key", MENDS["no_secret"])
    try:
        secret = _session(source, secret, check.door)
    except FetchFailed as failed:
        return _failed(source, failed.detail, mend(failed.reason), failed.reason)
    seen = look(source, check.moment, door=check.door, read=check.read, secret=secret)
    return _judged(seen, check.moment)


def _session(source: Source, secret: str, door: Asking) -> str:
    """What goes along as the key: the secret itself, or for Bluesky's search a session that it starts."""
    if source.reader != "bluesky_search":
        return secret
    with TemporaryDirectory() as folder:
        return token(door, source.address, secret, Path(folder) / "session")


def _judged(seen: Look, moment: datetime) -> _Result:
    """What one look amounts to."""
    source = seen.source
    if not seen.readable:
        words = REASONS.get(seen.reason, {"en": seen.reason})["en"]
        return _failed(source, f"{words} ({seen.detail or seen.reason})", mend(seen.reason), seen.reason)
    if not seen.items and source.reader in FULL:
        return _failed(source, "it can be read and holds no entries", MENDS["empty"], "empty")
    return _Result("ok", said(source, _gave(seen), _remark(seen, moment)))


def _gave(seen: Look) -> str:
    newest = f", newest of {seen.newest:%Y-%m-%d}" if seen.newest else ", no dates" if seen.items else ""
    return f"{len(seen.items)} entries{newest}"


def _remark(seen: Look, moment: datetime) -> str:
    """What is worth a look although the source works; '' for nothing."""
    if seen.moved_to:
        return f"It has moved for good: write 'url: {seen.moved_to}'"
    if seen.newest and moment - seen.newest > STALE:
        return "That is long ago: look whether the publisher still fills it"
    return f"{seen.bad} entries could not be read" if seen.bad else ""


def _failed(source: Source, what: str, remedy: str, reason: str = "") -> _Result:
    return _Result("failed", said(source, what, remedy), reason)


def said(source: Source, what: str, remedy: str = "") -> str:
    """One line about one source, on one line whatever a server wrote."""
    line = f"{source.id}: {what}" + (f". {remedy}" if remedy else "")
    return " ".join(line.split())
