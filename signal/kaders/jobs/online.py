"""Asks every source once, as the collector would: whether it answers, and if not, how it is mended.

Nothing lands, nothing is remembered, no line goes into the ledger.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

from kaders.collect.bluesky_session import token
from kaders.collect.secrets import Secrets, secret_of
from kaders.detect.wording import REASONS
from kaders.errors import Quarantine
from kaders.jobs.look import MENDS, OTHERWISE, Asking, Look, Read, look, mend
from kaders.model import Item, Question, Summary
from kaders.net.failures import FetchFailed
from kaders.read.items import Asked
from kaders.remarks import unfilled
from kaders.settings import Settings, Source

WORKERS = 8
"""Hosts that are asked side by side, as in collection; one host's sources are asked one after another."""
STALE = timedelta(days=60)
"""A source whose newest entry is older is likely to have moved, whatever it answers; summers are shorter."""
FULL = ("feed", "youtube", "bluesky", "sitemap")
"""The readers of sources that always hold something; a tag or a query may have nothing new."""
UNANSWERED = ("dns", "unreachable", "timeout")
"""The reasons that may as well lie with our own connection."""
PATIENCE = 12
"""Sites that may be silent before anybody has answered: more than WORKERS, so that one round of dead sites
stops nothing. Without a network every further one would only take its time to say the same."""
NOBODY = (
    "Nobody answered: look at this machine's connection. Does it go out through a proxy: name that in "
    "organisation.yaml, as 'network: {proxy: \"http://host:port\"}'."
)
WORDS = ("ok", "failed", "skipped")
"""What a source can be told to be; a skipped one cannot be asked a single question."""
ASKED_BY = frozenset({"reader", "url", "query", "secret"})
"""The fields by which a source is asked; an example in another one is no reason not to ask."""
NOT_TRIED = "not asked"
PAGE_MENDS = {
    "paywall": "Take `pages: true` away: its articles are for subscribers",
    "login_wall": "Take `pages: true` away: its articles are behind a login",
    "consent_wall": "Take `pages: true` away: its pages first want consent to cookies",
}
"""What to do about a page that cannot be read, where that differs from a feed."""


@dataclass(frozen=True, slots=True)
class _Result:
    """What became of one source: one of WORDS, its line, and the reason code when there is one."""

    word: str
    line: str
    reason: str = ""


@dataclass(slots=True)
class _Heard:
    """Whether anybody has answered yet, the sites that have not, and their lines, which wait until then."""

    anybody: bool = False
    silent: set[str] = field(default_factory=set)
    lines: list[str] = field(default_factory=list)

    @property
    def nobody(self) -> bool:
        """Whether it is of no use to ask on."""
        return not self.anybody and len(self.silent) >= PATIENCE

    def note(self, site: str, result: _Result) -> None:
        """Takes in what became of a source of a site."""
        if result.reason in UNANSWERED:
            self.silent.add(site)
        elif result.word == "ok" or result.reason:
            self.anybody = True


@dataclass(frozen=True, slots=True)
class _Check:
    """What all tries of one check share; `lock` is held to tell a line and to touch `heard`."""

    moment: datetime
    door: Asking
    read: Read
    read_page: Read
    secrets: Secrets
    tell: Callable[[str], None]
    lock: threading.Lock = field(default_factory=threading.Lock)
    heard: _Heard = field(default_factory=_Heard)


def online(
    settings: Settings,
    moment: datetime,
    *,
    door: Asking,
    read: Read,
    read_page: Read,
    secrets: Secrets,
    tell: Callable[[str], None],
) -> Summary:
    """Asks every visited source once, hosts side by side, and tells a line about each as it comes in.

    tell       gets one line for each source: OK with its entries, or what is wrong and how to mend it; never
               two at once. Lines of sites that are silent wait until somebody answers: when nobody does, the
               fault is our own and they say nothing
    read       look.guarded: the reader of each source, in a process of its own
    read_page  the reader of pages there, for the newest article of each source with `pages: true`

    When PATIENCE sites are silent and nobody has answered, the others are not asked. Failures of the summary
    are the lines of the sources that gave nothing; nothing is written anywhere.
    """
    check = _Check(moment, door, read, read_page, secrets, tell)
    hosts: dict[str, list[Source]] = defaultdict(list)
    for source in settings.visited:
        hosts[_site(source)].append(source)
    told = _side_by_side(hosts.values(), check)
    results = [told[source.id] for source in settings.visited]
    if len(check.heard.silent) == 1:  # one site alone says nothing about our connection
        for line in check.heard.lines:
            tell(line)
    counts = {word: sum(result.word == word for result in results) for word in WORDS}
    counts["nobody"] = int(not check.heard.anybody and len(check.heard.silent) > 1)
    counts["not_asked"] = sum(result.reason == NOT_TRIED for result in results)
    return Summary(
        job="online",
        moment=moment,
        counts={"sources": len(results), **counts},
        failures=tuple(result.line for result in results if result.word == "failed"),
    )


def summed_up(summary: Summary) -> list[str]:
    """The end of a check: how many work, and once more what does not.

    When nobody at all answered, it is our own connection that has to be mended, and that is what it says.
    """
    counts = ", ".join(f"{summary.counts[word]} {word}" for word in WORDS)
    lines = ["", f"{summary.counts['sources']} sources: {counts}"]
    if summary.counts["nobody"]:
        left = summary.counts["not_asked"]
        more = [f"It was stopped: {left} sources were not asked at all."] if left else []
        return ["", NOBODY, *more]
    again = ["", "To mend:", *(f"  {line}" for line in summary.failures)] if summary.failures else []
    return [*lines, *again]


def _site(source: Source) -> str:
    return urlsplit(source.address).netloc


def _side_by_side(hosts: Iterable[list[Source]], check: _Check) -> dict[str, _Result]:
    pool = ThreadPoolExecutor(max_workers=WORKERS)
    try:
        by_host = pool.map(lambda sources: [(each.id, _told(each, check)) for each in sources], hosts)
        return dict(one for host in by_host for one in host)
    finally:  # after Ctrl-C nothing new starts; a question that is under way ends within its own deadline
        pool.shutdown(wait=False, cancel_futures=True)


def _told(source: Source, check: _Check) -> _Result:
    with check.lock:
        if check.heard.nobody:
            return _Result("skipped", said(source, NOT_TRIED), NOT_TRIED)
    try:
        result = _tried(source, check)
    except Exception as error:  # the promise to the other sources; the name of the error is kept
        result = _failed(source, f"unexpected: {type(error).__name__}", OTHERWISE)
    with check.lock:
        _tell(source, result, check)
    return result


def _tell(source: Source, result: _Result, check: _Check) -> None:
    """The line of a source, with those that waited once somebody has answered."""
    heard = check.heard
    heard.note(_site(source), result)
    line = f"{result.word.upper():<7} {result.line}"
    if result.reason in UNANSWERED and not heard.anybody:
        heard.lines.append(line)
        return
    waited = heard.lines if heard.anybody else []
    for each in (*waited, line):
        check.tell(each)
    waited.clear()


def _tried(source: Source, check: _Check) -> _Result:
    if examples := [f"'{name}'" for name in unfilled(source) if name in ASKED_BY]:
        what = f"fill in {', '.join(examples)} first: what stands there is an example"
        return _Result("skipped", said(source, what))
    if source.address.startswith("ws"):
        return _Result("skipped", said(source, "a stream, which is listened to while collecting"))
    secret = secret_of(source, check.secrets)
    if secret is None and str(source.secret).startswith("connection:"):
        what = f"only Airflow knows the key {source.secret}"
        return _Result("skipped", said(source, what, "Look in its report whether it works"))
    if secret is None:
        return _failed(source, f"{source.secret} holds no key", MENDS["no_secret"])
    try:
        secret = _session(source, secret, check.door)
    except FetchFailed as failed:
        return _failed(source, failed.detail, mend(failed.reason), failed.reason)
    seen = look(source, check.moment, door=check.door, read=check.read, secret=secret)
    return _paged(seen, check) or _judged(seen, check.moment)


def _paged(seen: Look, check: _Check) -> _Result | None:
    """What is wrong with the page of the newest entry, of a source whose pages are to be read; else None."""
    source, page = seen.source, max((item for item in seen.items if item.url), key=_dated, default=None)
    if not source.pages or not seen.readable or page is None:
        return None
    asked = Asked(source, check.moment, question=Question(page.url))
    try:
        inside = check.door.is_inside(source.address)
        reply = check.door.ask(Question(page.url), page=True, pause=source.pause_seconds, inside=inside)
        check.read_page(reply.body, replace(asked, content_type=reply.content_type, url=reply.url))
    except FetchFailed as failed:
        return _page_failed(seen, failed.reason, failed.detail)
    except Quarantine as unreadable:
        return _page_failed(seen, str(unreadable), unreadable.detail)
    return None


def _page_failed(seen: Look, reason: str, detail: str) -> _Result:
    words = REASONS.get(reason, {"en": reason})["en"]
    what = f"{_gave(seen)}, but the page of the newest cannot be read: {words} ({detail or reason})"
    return _failed(seen.source, what, PAGE_MENDS.get(reason, mend(reason)), reason)


def _dated(item: Item) -> float:
    return item.published.timestamp() if item.published else 0.0


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
        return _failed(source, seen.why, mend(seen.reason), seen.reason)
    if not seen.items and source.reader in FULL:
        return _failed(source, "it can be read and holds no entries", MENDS["empty"], "empty")
    return _Result("ok", said(source, _gave(seen), _remark(seen, moment)))


def _gave(seen: Look) -> str:
    newest = f", newest of {seen.newest:%Y-%m-%d}" if seen.newest else ", no dates" if seen.items else ""
    return f"{len(seen.items)} entries{newest}"


def _remark(seen: Look, moment: datetime) -> str:
    """What is worth a look although the source works; '' for nothing."""
    told = [f"It has moved for good: write 'url: {seen.moved_to}'"] if seen.moved_to else []
    if seen.newest and moment - seen.newest > STALE:
        told.append("That is long ago: look whether the publisher still fills it")
    if seen.bad:
        told.append(f"{seen.bad} entries could not be read")
    return ". ".join(told)


def _failed(source: Source, what: str, remedy: str, reason: str = "") -> _Result:
    return _Result("failed", said(source, what, remedy), reason)


def said(source: Source, what: str, remedy: str = "") -> str:
    """One line about one source, on one line whatever a server wrote."""
    line = f"{source.id}: {what}" + (f". {remedy}" if remedy else "")
    return " ".join(line.split())
