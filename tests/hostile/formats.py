"""What a source may serve: every dialect of feed, and everything that is none."""

from __future__ import annotations

import io
import json
import zipfile

from hostile.case import ATOM, HTML, JSON, RSS, XML, Case, says
from hostile.feeds import (
    ATOM_THREE,
    GOOD,
    THREE,
    TITLES,
    atom,
    atom_entry,
    entry,
    json_feed,
    page,
    rdf,
    rss,
)


def _good(body: bytes | str, kind: str = RSS, entries: int = 3, holds: tuple[str, ...] = TITLES[:1]) -> Case:
    body = body.encode() if isinstance(body, str) else body
    return Case(says(body, kind=kind), entries=entries, holds=holds)


def _bad(body: bytes | str, *reasons: str, kind: str = RSS) -> Case:
    body = body.encode() if isinstance(body, str) else body
    return Case(says(body, kind=kind), "FAILED", reasons)


def _rdf_items() -> str:
    return "".join(
        f'<item rdf:about="https://krant.example/{n}"><title>{TITLES[n % 3]}</title>'
        f"<link>https://krant.example/{n}</link></item>"
        for n in (1, 2, 3)
    )


def _zip() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("feed.xml", GOOD)
    return packed.getvalue()


def _old(version: str) -> str:
    return rss(*THREE).replace('version="2.0"', f'version="{version}"')


_TEXT = rss(*THREE)
_PREFIXED = (
    atom(*ATOM_THREE)
    .replace("<feed xmlns=", "<a:feed xmlns:a=")
    .replace("</feed>", "</a:feed>")
    .replace("<entry>", "<a:entry>")
    .replace("</entry>", "</a:entry>")
    .replace("<id>", "<a:id>")
    .replace("</id>", "</a:id>")
    .replace("<title>", "<a:title>")
    .replace("</title>", "</a:title>")
    .replace("<link ", "<a:link ")
    .replace("<updated>", "<a:updated>")
    .replace("</updated>", "</a:updated>")
    .replace("<summary ", "<a:summary ")
    .replace("</summary>", "</a:summary>")
)
_XHTML = '<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Lang <b>bericht</b>.</p></div></content>'
_DOCTYPE = '<!DOCTYPE rss PUBLIC "-//Netscape Communications//DTD RSS 0.91//EN" "http://my.netscape.com/rss-0.91.dtd">'

DIALECTS = {
    "rss-0.90": _good(rdf(_rdf_items(), "http://my.netscape.com/rdf/simple/0.9/"), XML),
    "rss-0.91": _good(_old("0.91").replace("\n<rss", f"\n{_DOCTYPE}<rss")),
    "rss-0.92": _good(_old("0.92")),
    "rss-1.0": _good(rdf(_rdf_items()), XML),
    "rss-2.0": _good(GOOD),
    "rss-9.9": _good(_old("9.9")),
    "atom-0.3": _good(
        atom(*ATOM_THREE, namespace="http://purl.org/atom/ns#", attributes='version="0.3"'), ATOM
    ),
    "atom-1.0": _good(atom(*ATOM_THREE), ATOM),
    "atom-xhtml": _good(atom(*(atom_entry(n, _XHTML) for n in (1, 2, 3))), ATOM, holds=("Lang bericht.",)),
    "atom-prefixed": _good(_PREFIXED, ATOM),
    "json-feed-1": _good(json_feed(version="1"), JSON),
    "json-feed-1.1": _good(json_feed(), JSON),
    "json-as-html": _good(json_feed(), HTML),
    "json-with-bom": _good(b"\xef\xbb\xbf" + json_feed(), JSON),
}
"""Feeds as their makers mean them."""
SLOPPY = {
    "no-declaration": _good(_TEXT.split("\n", 1)[1]),
    "blank-before": _good("\n\n  " + _TEXT),
    "bom": _good(b"\xef\xbb\xbf" + GOOD),
    "comment-before": _good(_TEXT.replace("\n<rss", "\n<!-- door <html> gemaakt --><rss")),
    "stylesheet": _good(_TEXT.replace("\n<rss", "\n<?xml-stylesheet href='a.xsl' type='text/xsl'?><rss")),
    "html-entities": _good(rss(entry(1, title="Caf&eacute; &euro; 3 &ndash; open"), entry(2), entry(3)), holds=("Café € 3 – open",)),
    "bare-ampersand": _good(rss(entry(1, title="Boer & Zoon <b>sluit</b>"), entry(2), entry(3)), holds=("Boer & Zoon",)),
    "cdata": _good(rss(entry(1, title="<![CDATA[Peil & <i>dijk</i>]]>"), entry(2), entry(3)), holds=("Peil & dijk",)),
    "mismatched-tags": _good(rss(entry(1, more="<description><p>Los</description>"), entry(2), entry(3))),
    "undeclared-prefix": _good(rss(entry(1, more="<media:thumbnail url='x'/>"), entry(2), entry(3))),
    "text-after-the-end": _good(_TEXT + "\n<!-- 0.2 s --><script>var a=1</script>"),
    "php-warning-before": _good("<br />\n<b>Warning</b>: include() in /var/www/a.php on line 3<br />\n" + _TEXT),
    "no-channel-title": _good(_TEXT.replace("<title>Krant</title>", "")),
    "items-outside-channel": _good(
        '<?xml version="1.0"?><rss version="2.0"><channel><title>K</title></channel>' + "".join(THREE) + "</rss>"
    ),
    "control-characters": _good(rss(entry(1, title="Peil\x0b hoog\x08"), entry(2), entry(3)), holds=("Afvalpas",)),
    "nul-bytes": _good(GOOD.replace(b"Waterpeil", b"Water\0peil"), holds=("Afvalpas",)),
    "crlf": _good(_TEXT.replace("><", ">\r\n<")),
    "type-text": _good(GOOD, "text/plain"),
    "type-html": _good(GOOD, HTML),
    "type-octets": _good(GOOD, "application/octet-stream"),
    "type-picture": _good(GOOD, "image/png"),
    "type-none": _good(GOOD, ""),
    "type-nonsense": _good(GOOD, "feed;;;charset"),
    "no-entries-rss": _good(rss(), entries=0, holds=()),
    "no-entries-atom": _good(atom(), ATOM, entries=0, holds=()),
    "no-entries-json": _good(json_feed([]), JSON, entries=0, holds=()),
    "one-empty-entry": Case(says(rss("<item></item>", *THREE).encode()), "PARTIAL", ("partly_unreadable",), 3),
    "json-broken-entry": Case(
        says(json_feed([7, None, {"id": "a", "title": "Dijk"}]), kind=JSON), "PARTIAL", ("partly_unreadable",), 1
    ),
    "json-tab": _good(json_feed().replace(b"Waterpeil", b"Water\tpeil"), JSON, holds=("Kort.",)),
    "json-comma-too-many": _good(json_feed().replace(b"}]", b"},\n]"), JSON),
    "json-latin-1": _good(json_feed([{"id": "a", "title": "CAFE"}]).replace(b"CAFE", b"Caf\xe9"), JSON, 1, ("Café",)),
    "json-cut": Case(says(json_feed()[:-30], kind=JSON), "PARTIAL", ("cut_off",), 2),
    "json-loose-quotes": Case(
        says(json_feed().replace(b'"Kort."', b'"Kort "en" bondig"', 1), kind=JSON), "PARTIAL", ("partly_unreadable",), 2
    ),
    "cut-in-an-entry": Case(
        says(_TEXT[: _TEXT.rindex("<link>")].encode()), "PARTIAL", ("cut_off", "partly_unreadable", "truncated"), 2
    ),
}  # fmt: skip
"""Feeds with the faults that real ones have; what can be read is read."""
NO_FEED = {
    "empty": _bad(b"", "empty"),
    "only-blanks": _bad(b" \r\n\t\n ", "empty"),
    "only-nuls": _bad(b"\0" * 4096, "empty"),
    "html": _bad(page("<h1>Onderhoud</h1>"), "html_instead_of_feed", kind=HTML),
    "html-as-rss": _bad(page("<h1>Onderhoud</h1>"), "html_instead_of_feed"),
    "html-without-doctype": _bad(b"<head><title>x</title></head><body>x</body>", "html_instead_of_feed", kind=HTML),
    "html-fragment": _bad(b"<div class='fout'>Er ging iets mis</div>", "html_instead_of_feed", "unreadable", kind=HTML),
    "xhtml": _bad(
        b'<?xml version="1.0"?><!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0//EN" "x"><html xmlns="http://www.w3.org/1999/xhtml"><body/></html>',
        "html_instead_of_feed",
        kind="application/xhtml+xml",
    ),
    "html-long-comment-before": _bad(
        b"<!-- " + b"x" * 100_000 + b" -->" + page("Onderhoud"), "html_instead_of_feed", kind=HTML
    ),
    "plain-words": _bad(b"Service temporarily unavailable", "unreadable", kind="text/plain"),
    "random-bytes": _bad(bytes((n * 197 + n // 7) % 256 for n in range(40_000)), "unreadable"),
    "picture": _bad(b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20, "unreadable", kind="image/png"),
    "pdf": _bad(b"%PDF-1.7\n" + bytes(range(256)) * 20, "unreadable", kind="application/pdf"),
    "zip": _bad(_zip(), "unreadable", kind="application/zip"),
    "opml": _bad(
        b'<?xml version="1.0"?><opml version="2.0"><head/><body><outline text="a"/></body></opml>', "unreadable", kind=XML
    ),
    "sitemap-as-feed": _bad(
        b'<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url><loc>https://k.example/</loc></url></urlset>',
        "unreadable",
        kind=XML,
    ),
    "svg": _bad(b'<svg xmlns="http://www.w3.org/2000/svg"><circle r="4"/></svg>', "unreadable", kind="image/svg+xml"),
    "json-object": _bad(json.dumps({"error": "quota"}).encode(), "unreadable", kind=JSON),
    "json-array": _bad(b"[1, 2, 3]", "unreadable", kind=JSON),
    "json-cut-before-its-entries": _bad(json_feed()[:72], "unreadable", "truncated", kind=JSON),
    "page-with-items": _bad(b"<html><body><item><title>Menu</title></item></body></html>", "html_instead_of_feed", kind=HTML),
    "page-with-items-broken": _bad(b"<html><body><p><item><title>Menu</title></item></body></html>", "html_instead_of_feed", kind=HTML),
    "json-deep": _bad(b"[" * 200_000, "unreadable", "parser_stopped", kind=JSON),
    "json-huge-number": _bad(b'{"items": ' + b"9" * 100_000 + b"}", "unreadable", kind=JSON),
    "script": _bad(b"window.location='/'; var a = 1;", "unreadable", kind="text/javascript"),
}  # fmt: skip
"""What is no feed, and must not read as a day without news."""
WALLS = {
    "consent-page": _bad(
        page("<h1>DPG Media privacy gate</h1><p>Accepteer cookies om verder te gaan</p>", "Privacy gate | cookie consent"),
        "consent_wall", "html_instead_of_feed", kind=HTML,
    ),
    "consent-redirect": Case(
        lambda call: says(
            page("<form action='/accept'>Wij vragen uw toestemming voor cookies</form>", "Cookie consent"), kind=HTML
        )(call)
        if call.path != "consent-redirect"
        else says(b"", status="302 Found", headers={"Location": "/consent-redirect/consent?return=feed"})(call),
        "FAILED", ("consent_wall", "html_instead_of_feed"),
    ),
    "login-page": _bad(
        page("<form method='post' action='/login'><input type='password' name='password'></form>", "Inloggen"),
        "login_wall", "html_instead_of_feed", kind=HTML,
    ),
    "login-redirect": Case(
        lambda call: says(page("<form><input type='password'></form>", "Sign in"), kind=HTML)(call)
        if call.path != "login-redirect"
        else says(b"", status="302 Found", headers={"Location": "/login-redirect/login?next=feed"})(call),
        "FAILED", ("login_wall", "html_instead_of_feed"),
    ),
    "robot-check": _bad(
        page("<p>Enable JavaScript and cookies to continue</p>", "Just a moment..."),
        "html_instead_of_feed", "login_wall", "consent_wall", "robots", kind=HTML,
    ),
    "parked-domain": _bad(page("<a href='//park.example'>This domain is for sale</a>"), "html_instead_of_feed", kind=HTML),
    "moved-to-homepage": Case(
        lambda call: says(page("<h1>Welkom</h1>"), kind=HTML)(call)
        if call.path != "moved-to-homepage"
        else says(b"", status="301 Moved Permanently", headers={"Location": "/moved-to-homepage/"})(call),
        "FAILED", ("html_instead_of_feed",),
    ),
}  # fmt: skip
"""Pages that stand before a feed, with status 200."""
CASES = DIALECTS | SLOPPY | NO_FEED | WALLS
