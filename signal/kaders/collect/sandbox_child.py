"""The process in which replies are read: it may compute a little, and nothing else.

Its parent (collect.sandbox) sends one document at a time over standard input and gets its items, or the
reason why there are none, over standard output. A document that takes too much time or memory ends the
process and nothing more. It holds no secrets but the key of pseudonyms, and ends with its input.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import struct
import sys
from dataclasses import fields
from datetime import datetime
from functools import lru_cache
from typing import Any, BinaryIO

from kaders.errors import Quarantine
from kaders.model import Item, Question
from kaders.read.items import Asked, Found
from kaders.read.readers import READERS
from kaders.settings import Source

MEMORY = 768 * 1024 * 1024
"""Bytes of address space: 100,000 entries in 15 MB, the most that the door lets in, take 300 MB."""
CPU_SECONDS = 18.0
"""Processor time for one document: 100,000 entries take nine seconds, and half as much again on a machine
that is busy with others; a usual feed takes a hundredth of one."""
DIED = 3
"""The exit code of a child that ran out of memory."""
LENGTHS = struct.Struct(">II")
"""What stands before a message: the length of its JSON and that of the body that follows."""
_FIELDS = tuple(each.name for each in fields(Item) if each.name not in ("source", "fetched_at", "published"))


def answer(head: dict[str, Any], body: bytes) -> dict[str, Any]:
    """What a reader makes of a document: its items under `found`, or why not under `quarantine` or `fault`.

    `fault` names an error that a reader should not make: that document is lost, the process goes on.
    """
    asked = _asked(head)
    try:
        return {"found": _written(READERS[head["reader"]].parse(body, asked))}
    except Quarantine as reason:
        return {"quarantine": str(reason), "detail": reason.detail}
    except MemoryError:
        raise
    except Exception as error:  # the parent names it; the others in line are not to blame
        return {"fault": type(error).__name__}


def found(answered: dict[str, Any], asked: Asked) -> Found:
    """The Found that `answer` gave in a child, in the words of its parent."""
    written = answered["found"]
    question = written.pop("next")
    items = [_item(fields, asked) for fields in written.pop("items")]
    for several in ("gone", "gone_authors"):
        written[several] = tuple(written[several])
    return Found(tuple(items), next=Question(**question) if question else None, **written)


def message(head: dict[str, Any], body: bytes = b"") -> bytes:
    """A message as it travels."""
    packed = json.dumps(head, separators=(",", ":")).encode()
    return b"".join((LENGTHS.pack(len(packed), len(body)), packed, body))


def _asked(head: dict[str, Any]) -> Asked:
    question = head["question"]
    return Asked(
        _source(head["source"]),
        datetime.fromisoformat(head["fetched_at"]),
        bytes.fromhex(head["key"]) if head["key"] is not None else None,
        question=Question(**question) if question else None,
        **{name: head[name] for name in ("content_type", "url", "link", "cursor", "first_visit", "again")},
    )


@lru_cache(maxsize=256)
def _source(dumped: str) -> Source:
    return Source.model_validate_json(dumped)


def _written(made: Found) -> dict[str, Any]:
    question = made.next
    return {
        "items": [
            [each.published.isoformat() if each.published else None, *(getattr(each, f) for f in _FIELDS)]
            for each in made.items
        ],
        "bad": made.bad,
        "next": {f.name: getattr(question, f.name) for f in fields(question)} if question else None,
        "cursor": dict(made.cursor),
        "gone": made.gone,
        "gone_authors": made.gone_authors,
        "every": made.every,
        "short": made.short,
        "left": made.left,
    }


def _item(written: list[Any], asked: Asked) -> Item:
    published = datetime.fromisoformat(written[0]) if written[0] else None
    values = dict(zip(_FIELDS, written[1:], strict=True))
    return Item(source=asked.source.id, published=published, fetched_at=asked.fetched_at, **values)


def confine() -> None:
    """Takes from this process what reading does not need: memory, files to write, other processes, a core."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, which decides what ends
    signal.signal(signal.SIGPROF, signal.SIG_DFL)  # ends the process also within a library of C
    limits = {
        resource.RLIMIT_AS: MEMORY,
        resource.RLIMIT_CORE: 0,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_NPROC: 0,
    }
    for kind, most in limits.items():
        hard = resource.getrlimit(kind)[1]
        most = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(kind, (most, most))


def serve(given: BinaryIO, taken: BinaryIO) -> None:
    """Says that it is there, and answers until the input ends, so also when the parent is killed."""
    taken.write(message({"ready": True}))
    taken.flush()
    while len(lengths := given.read(LENGTHS.size)) == LENGTHS.size:
        size, rest = LENGTHS.unpack(lengths)
        head, body = json.loads(given.read(size)), given.read(rest)
        signal.setitimer(signal.ITIMER_PROF, head.pop("cpu_seconds"))
        try:
            reply = message(answer(head, body))
        except MemoryError:
            os._exit(DIED)
        signal.setitimer(signal.ITIMER_PROF, 0)
        taken.write(reply)
        taken.flush()


if __name__ == "__main__":
    confine()
    serve(sys.stdin.buffer, sys.stdout.buffer)
