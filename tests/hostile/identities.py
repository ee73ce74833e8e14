"""Feeds that say badly which entry is which."""

from __future__ import annotations

import itertools
from collections.abc import Iterable

from hostile.case import ATOM, JSON, Call, Case, Part, in_turn, reply, says
from hostile.feeds import GOOD, THREE, atom, atom_entry, entry, json_feed, rss


def _feed(*entries: str, head: str = "") -> Case:
    return Case(says(rss(*entries, head=head).encode()), entries=len(entries))


def _then(first: str, second: str, entries: int, holds: tuple[str, ...] = ()) -> Case:
    """Visited twice: first one body, then another."""
    return Case(in_turn(says(first.encode()), says(second.encode())), entries=entries, visits=2, holds=holds)


def _changing(call: Call) -> Iterable[Part]:
    """The same three entries under new guids each time."""
    body = rss(*(entry(n, guid=f"g{call.number}-{n}") for n in (1, 2, 3)))
    return [reply(body.encode())]


_NO_IDS = tuple(entry(n, guid="", link="", title=f"Bericht {n}") for n in (1, 2, 3))

CASES = {
    "guids-equal": _feed(*(entry(n, guid="gelijk") for n in (1, 2, 3))),
    "guids-and-links-equal": Case(
        says(rss(*(entry(n, guid="a", link="https://krant.example/") for n in (1, 2, 3))).encode()), entries=1
    ),
    "guids-missing": _feed(*(entry(n, guid="") for n in (1, 2, 3))),
    "guids-blank": _feed(*(entry(n, guid="  ") for n in (1, 2, 3))),
    "no-guid-no-link": _feed(*_NO_IDS),
    "guids-changing": Case(_changing, entries=3, visits=2),
    "guid-used-again": _then(
        rss(entry(1, guid="top", title="Oud verhaal")),
        rss(entry(2, guid="top", title="Nieuw verhaal")), 1, ("Oud verhaal", "Nieuw verhaal"),
    ),
    "retitled": _then(
        rss(entry(1, title="Dijk zwak")), rss(entry(1, title="Dijk sterk")), 1, ("Dijk zwak", "Dijk sterk")
    ),
    "retitled-and-moved": _then(
        rss(entry(1, title="Dijk zwak")),
        rss(entry(1, title="Dijk sterk", link="https://krant.example/1-nieuw")), 1, ("Dijk zwak", "Dijk sterk"),
    ),
    "entry-twice": Case(says(rss(THREE[0], *THREE).encode()), entries=3),
    "order-changes": _then(rss(*THREE), rss(*THREE[::-1]), 3),
    "shrinks": _then(rss(*THREE), rss(THREE[0]), 1),
    "empties": _then(rss(*THREE), rss(), 0),
    "grows": _then(rss(THREE[0]), rss(*THREE), 3, ("Afvalpas ingevoerd",)),
    "turns-to-html": Case(
        in_turn(says(GOOD), says(b"<!doctype html><html><body>weg</body></html>")), "FAILED", ("html_instead_of_feed",), visits=2
    ),
    "turns-to-json": Case(in_turn(says(GOOD), says(json_feed(), kind=JSON)), entries=3, visits=2),
    "links-relative": Case(
        says(rss(*(entry(n, link=f"/{n}.html") for n in (1, 2, 3))).encode()), entries=3,
        holds=("https://krant.example/1.html",),
    ),
    "links-relative-to-xml-base": Case(
        says(atom(*(atom_entry(n).replace("https://krant.example/", "") for n in (1, 2, 3)),
                  attributes='xml:base="https://krant.example/nieuws/"').encode(), kind=ATOM),
        entries=3, holds=("https://krant.example/nieuws/1",),
    ),
    "links-without-scheme": _feed(*(entry(n, link=f"//krant.example/{n}") for n in (1, 2, 3))),
    "links-with-blanks": _feed(*(entry(n, link=f"\n  https://krant.example/een twee {n}\n") for n in (1, 2, 3))),
    "links-with-tracking": Case(
        says(rss(*(entry(n, link=f"https://krant.example/{n}?utm_source=rss&amp;fbclid=x") for n in (1, 2, 3))).encode()),
        entries=3, never=("utm_source", "fbclid"),
    ),
    "guid-names-an-account": Case(
        says(rss(entry(1, guid="https://mastodon.example/@janjansen/1", link="https://mastodon.example/@janjansen/1"), *THREE[1:]).encode()),
        entries=3, never=("janjansen",),
    ),
    "json-ids-are-numbers": Case(
        says(json_feed([{"id": n, "title": f"Bericht {n}", "url": f"https://krant.example/{n}"} for n in (1, 2, 3)]), kind=JSON),
        entries=3,
    ),
    "json-ids-that-cannot-be-written": Case(
        says(json_feed([{"id": i, "title": i, "language": i, "url": f"https://krant.example/{n}"} for n, i in enumerate(("a\ud800", "b\0", "c"))]), kind=JSON),
        entries=3,
    ),
    "json-ids-equal": Case(
        says(json_feed([{"id": "a", "title": f"Bericht {n}", "url": f"https://krant.example/{n}"} for n in (1, 2, 3)]), kind=JSON),
        entries=3,
    ),
    "thousand-entries": _feed(*itertools.islice((entry(n, title=f"Bericht {n}") for n in itertools.count()), 1000)),
}  # fmt: skip
