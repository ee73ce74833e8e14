"""Every source once, as the collector would ask it: does it answer, and if not, how is it mended?

Nothing lands, nothing is remembered, no line goes into the ledger.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
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

WORDS = ("ok", "failed", "skipped")
"""What a source can be told to be; a skipped one cannot be asked a single question."""


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

    tell    gets one line for each source: OK with its entries, or what is wrong and how to mend it
    read    look.guarded: the reader of each source, in a process of its own
    Failures of the summary are the lines of the sources that gave nothing; nothing is written anywhere.
    """
    hosts: dict[str, list[Source]] = defaultdict(list)
    for source in settings.visited:
        hosts[urlsplit(source.address).netloc].append(source)

    def ask(sources: Sequence[Source]) -> list[tuple[Source, str, str]]:
        return [_told(source, moment, door, read, secrets, tell) for source in sources]

    with ThreadPoolExecutor(max_workers=WORKERS) as pool:
        told = [one for host in pool.map(ask, hosts.values()) for one in host]
    order = {source.id: number for number, source in enumerate(settings.visited)}
    told.sort(key=lambda one: order[one[0].id])
    return Summary(
        job="online",
        moment=moment,
        counts={"sources": len(told)} | {word: sum(one[1] == word for one in told) for word in WORDS},
        failures=tuple(line for _, word, line in told if word == "failed"),
    )


def summed_up(summary: Summary) -> list[str]:
    """The end of a check: how many work, and once more what does not."""
    counts = ", ".join(f"{summary.counts[word]} {word}" for word in WORDS)
    again = ["", "To mend:", *(f"  {line}" for line in summary.failures)] if summary.failures else []
    return ["", f"{summary.counts['sources']} sources: {counts}", *again]


def _told(
    source: Source,
    moment: datetime,
    door: Asking,
    read: Read,
    secrets: Secrets,
    tell: Callable[[str], None],
) -> tuple[Source, str, str]:
    try:
        word, line = _tried(source, moment, door, read, secrets)
    except Exception as error:  # the promise to the other sources; the name of the error is kept
        word, line = "failed", said(source, f"unexpected: {type(error).__name__}", OTHERWISE)
    tell(f"{word.upper():<7} {line}")
    return source, word, line


def _tried(source: Source, moment: datetime, door: Asking, read: Read, secrets: Secrets) -> tuple[str, str]:
    """The word and the line of one source."""
    if UNFILLED.search(source.address):
        return "failed", said(
            source, "its address is still an example", "Fill in your own, or remove the entry"
        )
    if source.address.startswith("ws"):
        return "skipped", said(source, "a stream, which is listened to while collecting", "")
    secret = secret_of(source, secrets)
    if secret is None:
        return "failed", said(source, f"{source.secret} holds no key", MENDS["no_secret"])
    try:
        secret = _session(source, secret, door)
    except FetchFailed as failed:
        return "failed", said(source, failed.detail, mend(failed.reason))
    return _judged(look(source, moment, door=door, read=read, secret=secret), moment)


def _session(source: Source, secret: str, door: Asking) -> str:
    """What goes along as the key: the secret itself, or for Bluesky's search a session that it starts."""
    if source.reader != "bluesky_search":
        return secret
    with TemporaryDirectory() as folder:
        return token(door, source.address, secret, Path(folder) / "session")


def _judged(seen: Look, moment: datetime) -> tuple[str, str]:
    """What one look amounts to."""
    source = seen.source
    if not seen.readable:
        words = REASONS.get(seen.reason, {"en": seen.reason})["en"]
        return "failed", said(source, f"{words} ({seen.detail or seen.reason})", mend(seen.reason))
    if not seen.items and source.kind != "social":
        return "failed", said(source, "it can be read and holds no entries", MENDS["empty"])
    gave = f"{len(seen.items)} entries" + (
        f", newest of {seen.newest:%Y-%m-%d}" if seen.newest else ", no dates"
    )
    if seen.moved_to:
        return "ok", said(source, gave, f"It has moved for good: write 'url: {seen.moved_to}'")
    if seen.newest and moment - seen.newest > STALE:
        return "ok", said(source, gave, "That is long ago: look whether the publisher still fills it")
    bad = f"{seen.bad} entries could not be read" if seen.bad else ""
    return "ok", said(source, gave, bad)


def said(source: Source, what: str, remedy: str) -> str:
    """One line about one source, on one line whatever a server wrote."""
    line = f"{source.id}: {what}" + (f". {remedy}" if remedy else "")
    return " ".join(line.split())
