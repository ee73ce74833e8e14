"""The bytes of a reply as text, whatever it says of itself: packed, mislabelled or half in another code."""

from __future__ import annotations

import codecs
import re
import zlib

from kaders.errors import Quarantine

LARGEST = 32 * 1024 * 1024
"""Bytes after unpacking a file that was served packed; the door has its own, smaller limit."""
GZIP = b"\x1f\x8b"
BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
"""Marks at the beginning; those of UTF-32 first, as one of UTF-16 is the beginning of one of them."""
ZEROS = (
    (re.compile(rb"[^\0]\0\0\0[^\0]\0\0\0", re.DOTALL), "utf-32-le"),
    (re.compile(rb"\0\0\0[^\0]\0\0\0[^\0]", re.DOTALL), "utf-32-be"),
    (re.compile(rb"[^\0]\0[^\0]\0", re.DOTALL), "utf-16-le"),
    (re.compile(rb"\0[^\0]\0[^\0]", re.DOTALL), "utf-16-be"),
)
"""How markup without a mark begins: XML 1.0, appendix F."""
_DECLARED = re.compile(rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w.:-]{1,40})["']""", re.IGNORECASE)
_META = re.compile(rb"""<meta\b[^<>]{0,200}?charset\s*=\s*["']?\s*([\w.:-]{1,40})""", re.IGNORECASE)
_META_WITHIN = 2048
"""Bytes in which a page says its charset: the HTML standard wants it in the first 1,024, and not all obey."""
_CHARSET = re.compile(r"""charset\s*=\s*["']?([\w.:-]{1,40})""", re.IGNORECASE)
_OTHER = re.compile(
    r"iso-?8859-(?!1$)\d{1,2}|windows-?125[013-8]|cp125[013-8]|koi8-[rut]|gb2312|gbk|gb18030|big5(?:-?hkscs)?"
    r"|shift[_-]jis|s?jis|euc-(?:jp|kr)|iso-2022-jp|ks_c_5601-1987|macintosh|mac[-_]?roman|tis-620|latin-?[2-9]"
    r"|iso-8859-8-i|windows-874",
    re.IGNORECASE,
)
"""Charsets in which bytes mean something else than in Windows-1252; no other codec of Python is tried."""
_WIDER = {
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "macintosh": "mac-roman",
    "jis": "shift_jis",
    "iso-8859-8-i": "iso-8859-8",
    "windows-874": "cp874",
}
_WINDOWS = {0xDC00 + byte: bytes([byte]).decode("cp1252", "replace") for byte in range(0x80, 0x100)}


def text_of(body: bytes, content_type: str = "") -> str:
    """The text of a reply, unpacked when it is a gzip file.

    A mark at the beginning decides, then the zeros of UTF-16 and UTF-32, then whether it is UTF-8, whatever
    was declared: text in another charset hardly ever is UTF-8 by accident. Single bytes that are not are read
    as Windows-1252, which holds Latin-1. Raises Quarantine too_large, or unreadable for a damaged file.
    """
    body = unpacked(body) if body[:2] == GZIP else body
    for mark, codec in BOMS:
        if body.startswith(mark):
            return _decoded(body[len(mark) :], codec)
    head = body.lstrip(b" \t\r\n")[:8]
    wide = next((codec for pattern, codec in ZEROS if pattern.match(head)), "")
    return body.decode(wide, "replace") if wide else _decoded(body, _declared(body, content_type))


def unpacked(body: bytes) -> bytes:
    """The content of a gzip file, as far as it goes when it breaks off.

    Raises Quarantine too_large beyond LARGEST, unreadable when nothing comes out.
    """
    machine = zlib.decompressobj(zlib.MAX_WBITS | 16)
    try:
        content = machine.decompress(body, LARGEST)
    except zlib.error:
        raise Quarantine("unreadable") from None
    if machine.unconsumed_tail:
        raise Quarantine("too_large")
    return content


def _declared(body: bytes, content_type: str) -> str:
    """The charset that a reply names, when it is one of those that have to be told apart; '' otherwise.

    The XML declaration counts first, then the header. A page's own <meta> counts when neither names anything
    but UTF-8, which the bytes are not.
    """
    inside = _DECLARED.match(body.lstrip()[:400])
    outside = _CHARSET.search(content_type)
    said = [inside[1].decode() if inside else "", outside[1] if outside else ""]
    if all(named.lower() in ("", "utf-8", "utf8") for named in said):
        within = _META.search(body, 0, _META_WITHIN)
        said.append(within[1].decode() if within else "")
    named = next(filter(_OTHER.fullmatch, said), "")
    return _known(_WIDER.get(named.lower(), named))


def _known(named: str) -> str:
    """The name of a charset as Python spells it; '' for one that nobody made, such as iso-8859-12."""
    for spelled in (named, named.replace("-", "")):  # latin-9 is latin9
        try:
            return codecs.lookup(spelled).name if named else ""
        except LookupError:
            continue
    return ""


def _decoded(body: bytes, codec: str) -> str:
    if codec.startswith("utf-") and codec != "utf-8":
        return body.decode(codec, "replace")
    try:
        if codec != "iso2022_jp":  # its bytes are all ASCII
            return body.decode("utf-8")
    except UnicodeDecodeError:
        pass
    if codec and codec != "utf-8":
        return body.decode(codec, "replace")
    return body.decode("utf-8", "surrogateescape").translate(_WINDOWS)
