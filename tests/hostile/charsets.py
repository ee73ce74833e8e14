"""The same feed in many bytes: said rightly, wrongly, twice, or not at all."""

from __future__ import annotations

from hostile.case import HTML, Case, says
from hostile.feeds import entry, rss

WORDS = "Café sluit — één dag"
_RSS = "application/rss+xml"


def _feed(declared: str, title: str = WORDS) -> str:
    return rss(entry(1, title=title), entry(2), entry(3), declaration=declared)


def _case(
    codec: str, declared: str, kind: str = _RSS, *, mark: bytes = b"", title: str = WORDS, heard: bool = True
) -> Case:
    body = mark + _feed(declared, title).encode(codec)
    return Case(says(body, kind=kind), entries=3, holds=(title,) if heard else ())


_LATIN = "Café sluit één dag"

CASES = {
    "utf-8": _case("utf-8", "utf-8"),
    "utf-8-with-mark": _case("utf-8", "utf-8", mark=b"\xef\xbb\xbf"),
    "utf-8-undeclared": _case("utf-8", ""),
    "utf-16-le": _case("utf-16-le", "utf-16", mark=b"\xff\xfe"),
    "utf-16-be": _case("utf-16-be", "utf-16", mark=b"\xfe\xff"),
    "utf-16-unmarked": _case("utf-16-le", "utf-16", heard=False),
    "utf-32": _case("utf-32-le", "utf-32", mark=b"\xff\xfe\0\0", heard=False),
    "latin-1": _case("latin-1", "iso-8859-1", title=_LATIN),
    "latin-9": _case("iso-8859-15", "iso-8859-15", title="Café vraagt € 3"),
    "windows-1252": _case("cp1252", "windows-1252"),
    "windows-1252-called-latin-1": _case("cp1252", "iso-8859-1"),
    "windows-1252-in-header": _case("cp1252", "", f"{_RSS}; charset=windows-1252"),
    "latin-1-called-utf-8": _case("latin-1", "utf-8", title=_LATIN),
    "utf-8-called-latin-1": _case("utf-8", "iso-8859-1", heard=False),
    "header-and-declaration-differ": _case("utf-8", "utf-8", f"{_RSS}; charset=iso-8859-1", heard=False),
    "text-xml-without-charset": _case("utf-8", "utf-8", "text/xml"),
    "unknown-charset": _case("utf-8", "x-eigen", heard=False),
    "nonsense-charset": _case("utf-8", "utf-8", f"{_RSS}; charset=%00;x", heard=False),
    "python-codec-as-charset": _case("utf-8", "rot13", heard=False),
    "packing-as-charset": _case("utf-8", "zlib", heard=False),
    "utf-7": Case(says(_feed("utf-7").encode("utf-7")), "ANY"),
    "ascii-with-accents": _case("utf-8", "us-ascii", heard=False),
    "half-bad-bytes": Case(says(_feed("utf-8").encode().replace(b"Brug", b"Br\xff\xfeug")), entries=3, holds=(WORDS,)),
    "overlong-bytes": Case(says(_feed("utf-8").encode().replace(b"Brug", b"\xc0\xbcscript\xc0\xbe")), entries=3),
    "twice-encoded": Case(says(_feed("utf-8").encode().decode("latin-1").encode()), entries=3),
    "shift-jis": _case("shift_jis", "shift_jis", title="水位が上がる"),
    "koi8": _case("koi8-r", "koi8-r", title="Уровень воды"),
    "charset-that-nobody-made": _case("latin-1", "iso-8859-12", title=_LATIN),
    "html-charset": _case("utf-8", "utf-8", HTML),
}  # fmt: skip
