"""Bodies that are XML to look at and a trap to parse."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import replace

from hostile.case import RSS, Call, Case, Ending, Part, reply
from hostile.feeds import THREE, atom, atom_entry, entry, rss

_SECONDS = 30.0
"""One hostile source may not hold up the others longer than this."""


def _made(
    make: Callable[[], str],
    outcome: Ending,
    entries: int = 0,
    *,
    holds: tuple[str, ...] = (),
    never: tuple[str, ...] = (),
) -> Case:
    """A case whose body is made when it is first asked for, as these are large."""

    @functools.cache
    def whole() -> bytes:
        return reply(make().encode("utf-8", "surrogatepass"), kind=RSS)

    def answer(call: Call) -> list[Part]:
        return [whole()]

    return Case(answer, outcome, (), entries, _SECONDS, holds=holds, never=never)


def _entities(doctype: str, title: str) -> str:
    """A feed with a DOCTYPE of its own, whose first title uses it."""
    feed = rss(entry(1, title=title), *THREE[1:])
    return feed.replace("\n<rss", f"\n<!DOCTYPE rss [{doctype}]>\n<rss")


def _laughs() -> str:
    steps = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    return _entities(f'<!ENTITY l0 "lol">{steps}', "&l9;")


def _quadratic() -> str:
    return _entities(f'<!ENTITY a "{"a" * 60_000}">', "&a;" * 5_000)


def _parameter_laughs() -> str:
    steps = "".join(f"<!ENTITY % p{n} '{f'%p{n - 1};' * 10}'>" for n in range(1, 9))
    return _entities(f"<!ENTITY % p0 'lol'>{steps}%p8;", "x")


def _first(more: str) -> Callable[[], str]:
    """The first of three entries with something in it."""
    return lambda: rss(entry(1, more=more), *THREE[1:])


def _nested(depth: int, tag: str = "b") -> str:
    return f"<{tag}>" * depth + "x" + f"</{tag}>" * depth


def _attributes(count: int) -> str:
    return "".join(f" a{number}='x'" for number in range(count))


def _many(count: int) -> str:
    return rss(*(entry(number, title=f"Bericht {number}") for number in range(count)))


_EXTERNAL = {
    "file": '<!ENTITY x SYSTEM "file:///etc/passwd">',
    "public": '<!ENTITY x PUBLIC "a" "file:///etc/hostname">',
    "parameter": '<!ENTITY % p SYSTEM "file:///etc/passwd"><!ENTITY x "%p;">',
}
_LEAKS = ("root:", "/bin/")

ENTITIES = {
    "billion-laughs": _made(_laughs, "ANY", never=("lollollollollol",)),
    "quadratic-blowup": _made(_quadratic, "ANY"),
    "parameter-laughs": _made(_parameter_laughs, "ANY"),
    "entity-in-itself": _made(lambda: _entities('<!ENTITY a "&b;"><!ENTITY b "&a;">', "&a;"), "ANY"),
    "external-dtd": _made(
        lambda: rss(*THREE).replace("\n<rss", '\n<!DOCTYPE rss SYSTEM "file:///etc/passwd">\n<rss'), "READ", 3
    ),
    "xinclude": _made(
        _first('<description><xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="/etc/passwd" parse="text"/></description>'),
        "READ", 3, never=_LEAKS,
    ),
} | {
    f"external-{name}": _made(lambda way=way: _entities(way, "&x;"), "ANY", never=_LEAKS)  # type: ignore[misc]
    for name, way in _EXTERNAL.items()
}  # fmt: skip
SIZES = {
    "author-64-kb": _made(_first(f"<author>{'a' * 65_536}</author>"), "READ", 3),
    "creator-64-kb": _made(_first(f"<dc:creator>{'a ' * 32_768}</dc:creator>"), "READ", 3),
    "author-64-kb-in-parts": _made(_first(f"<author>{'<b>a</b>(' * 7_000}</author>"), "READ", 2),
    "categories-50000": _made(_first("<category>a</category>" * 50_000), "READ", 3),
    "attributes-50000": _made(_first(f"<description{_attributes(50_000)}>x</description>"), "READ", 2),
    "links-20000": _made(lambda: atom(atom_entry(1, "<link href='https://k.example/x'/>" * 20_000), atom_entry(2)), "READ", 2),
    "enclosures-20000": _made(_first("<enclosure url='https://k.example/a.mp3' type='audio/mpeg' length='1'/>" * 20_000), "READ", 3),
    "namespaces-10000": _made(lambda: rss(*THREE, namespaces=" ".join(f'xmlns:n{n}="u:{n}"' for n in range(10_000))), "READ", 3),
    # some ten seconds of reading by itself, and the kit has others read beside it
    "entries-100000": replace(_made(lambda: _many(100_000), "READ", 100), seconds=60.0),
    "entry-of-9-mb": _made(_first(f"<content:encoded><![CDATA[{'<p>water</p>' * 780_000}]]></content:encoded>"), "READ", 2),
    "title-of-1-mb": _made(lambda: rss(entry(1, title="dijk " * 200_000), *THREE[1:]), "READ", 3),
    "link-of-1-mb": _made(lambda: rss(entry(1, link="https://krant.example/" + "a" * 1_000_000), *THREE[1:]), "READ", 2),
    "guid-of-1-mb": _made(lambda: rss(entry(1, guid="g" * 1_000_000), *THREE[1:]), "READ", 3),
    "tag-name-of-1-mb": _made(_first(f"<{'t' * 1_000_000}>x</{'t' * 1_000_000}>"), "READ", 2),
    "comment-of-5-mb": _made(_first(f"<!--{' -' * 2_500_000} -->"), "READ", 2),
    "unclosed-comment": _made(lambda: rss(*THREE).replace("<item>", "<!-- <item>", 1), "ANY"),
    "unclosed-cdata": _made(lambda: rss(entry(1, title="<![CDATA[" + "x" * 100_000), *THREE[1:]), "ANY"),
    "open-angles": _made(_first("<" * 100_000), "ANY"),
    "open-tags": _made(_first("<a " * 50_000), "ANY"),
    "ampersands": _made(_first(f"<description>{'&' * 200_000}</description>"), "READ", 2),
}  # fmt: skip
DEPTHS = {
    "nested-1000": _made(_first(_nested(1_000)), "READ", 2),
    "nested-100000": _made(_first(_nested(100_000)), "READ", 2),
    "nested-html-50000": _made(_first(f"<description><![CDATA[{_nested(50_000, 'div')}]]></description>"), "READ", 2),
    "nested-items-20000": _made(lambda: rss(*("<item><title>a</title>",) * 20_000), "ANY"),
    "nested-never-closed": _made(_first("<description><![CDATA[" + "<table><tr><td>" * 30_000 + "]]></description>"), "READ", 2),
}  # fmt: skip
CHARACTERS = {
    "surrogate-reference": _made(lambda: rss(entry(0, title="a&#xD800;b"), *(entry(n) for n in range(1, 12))), "READ", 12),
    "surrogate-pair-references": _made(lambda: rss(entry(1, title="a&#xD83D;&#xDE00;b"), *THREE[1:]), "READ", 3),
    "surrogate-bytes": _made(lambda: rss(entry(1, title="a\ud800b"), *THREE[1:]), "READ", 3),
    "surrogate-in-author": _made(_first("<author>&#xDFFF;x</author>"), "READ", 3),
    "reference-too-large": _made(lambda: rss(entry(1, title="a&#x110000;b &#99999999999;"), *THREE[1:]), "READ", 3),
    "reference-nul": _made(lambda: rss(entry(1, title="a&#0;b&#x0;"), *THREE[1:]), "READ", 3),
    "noncharacters": _made(lambda: rss(entry(1, title="a\ufffe\uffffb"), *THREE[1:]), "READ", 3),
    "right-to-left": _made(lambda: rss(entry(1, title="Peil \u202egnp.exe\u202c \u200bhoog"), *THREE[1:]), "READ", 3),
    "combining-marks": _made(lambda: rss(entry(1, title="Pe" + "\u0301" * 20_000 + "il"), *THREE[1:]), "READ", 3),
    "processing-instruction": _made(lambda: rss(*THREE).replace("<item>", "<?php system('id') ?><item>", 1), "READ", 3),
}  # fmt: skip
CASES = ENTITIES | SIZES | DEPTHS | CHARACTERS
