"""Redirects, and the ways to write an address that nobody was allowed to ask."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from hostile.case import Answer, Call, Case, Part, reply, says
from hostile.feeds import GOOD

NAMES = {
    301: "Moved Permanently",
    302: "Found",
    303: "See Other",
    307: "Temporary Redirect",
    308: "Permanent Redirect",
}


def _to(location: str | Callable[[Call], str], status: int = 302, body: bytes = b"") -> Answer:
    def answer(call: Call) -> Iterable[Part]:
        target = location if isinstance(location, str) else location(call)
        head = {"Location": target}
        return [reply(body, status=f"{status} {NAMES.get(status, 'Odd')}", headers=head)]

    return answer


def _chain(name: str, *statuses: int) -> Case:
    """As many hops as there are statuses, and then the feed."""

    def answer(call: Call) -> Iterable[Part]:
        at = int(call.path.partition("/")[2] or 0)
        if at == len(statuses):
            return [reply(GOOD)]
        return _to(f"/{name}/{at + 1}", statuses[at])(call)

    if len(statuses) > 5:
        return Case(answer, "FAILED", ("redirects",))
    return Case(answer, entries=3)


def _endless_hops(call: Call) -> Iterable[Part]:
    at = int(call.path.partition("/")[2] or 0)
    return _to(f"/move-endless/{at + 1}")(call)


def _fails(location: str | Callable[[Call], str], *reasons: str, status: int = 302) -> Case:
    return Case(_to(location, status), "FAILED", reasons, never=("GEHEIM-77",))


_REFUSED = ("refused_address", "unreachable")
CHAINS = {
    f"move-{status}": _chain(f"move-{status}", status) for status in NAMES
} | {
    "move-5-hops": _chain("move-5-hops", 301, 302, 303, 307, 308),
    "move-6-hops": _chain("move-6-hops", 302, 302, 302, 302, 302, 302),
    "move-permanent-chain": _chain("move-permanent-chain", 301, 308, 301),
    "move-mixed-chain": _chain("move-mixed-chain", 301, 302, 301),
    "move-to-itself": _fails("/move-to-itself", "redirects"),
    "move-ping": _fails(lambda call: "/move-ping/pong" if call.path == "move-ping" else "/move-ping", "redirects"),
    "move-endless": Case(_endless_hops, "FAILED", ("redirects",)),
    "move-nowhere": Case(says(b"", status="302 Found"), "FAILED", ("redirects", "unreachable", "http_4xx", "empty")),
    "move-empty-location": _fails("", "redirects", "unreachable", "empty"),
    "move-bad-location": _fails("http://[::1", *_REFUSED, "redirects", "dns"),
    "move-bad-port": _fails("http://127.0.0.1:99999/", *_REFUSED, "redirects", "dns"),
    "move-blank-host": _fails("http:///feed", *_REFUSED, "http_404", "redirects", "dns"),
    "move-latin-location": _fails("http://caf\xe9.invalid/\xff", *_REFUSED, "dns", "redirects"),
    "move-long-location": _fails("/" + "a" * 60_000, "http_404", "redirects", "refused_address", "unreachable", "too_large"),
    "move-to-file": _fails("file:///etc/passwd", *_REFUSED, "redirects"),
    "move-to-ftp": _fails("ftp://127.0.0.1/feed", *_REFUSED, "redirects"),
    "move-to-gopher": _fails("gopher://127.0.0.1:70/_x", *_REFUSED, "redirects"),
    "move-to-data": _fails("data:text/xml,<rss/>", *_REFUSED, "redirects"),
    "move-to-javascript": _fails("javascript:alert(1)", *_REFUSED, "redirects"),
    "move-to-unknown-host": _fails("http://bestaat-niet.invalid/feed", "dns", "unreachable"),
    "move-to-closed-port": _fails(lambda call: f"{call.here.rsplit(':', 1)[0]}:9/feed", "unreachable", "refused_address"),
    "move-relative": Case(
        lambda call: [reply(GOOD)] if "/" in call.path else _to("move-relative/feed")(call), entries=3
    ),
    "move-without-scheme": Case(
        lambda call: [reply(GOOD)] if "/" in call.path else _to(call.here[5:] + "/move-without-scheme/x")(call), entries=3
    ),
    "move-with-fragment": Case(
        lambda call: [reply(GOOD)] if "/" in call.path else _to("/move-with-fragment/x#deel")(call), entries=3
    ),
    "move-meta-refresh": Case(
        says(b"<html><head><meta http-equiv=refresh content='0;url=/feed'></head></html>"), "FAILED", ("html_instead_of_feed",)
    ),
    "move-with-huge-body": Case(
        lambda call: [reply(GOOD)] if "/" in call.path else _to("/move-with-huge-body/x", body=b"x" * 3_000_000)(call), entries=3
    ),
    "move-300": Case(says(b"kies", status="300 Multiple Choices"), "FAILED", ("unreadable", "unreachable", "redirects", "http_4xx")),
    "move-305": _fails(lambda call: call.treasure + "/", "refused_address", "unreachable", "redirects", "http_4xx", "unreadable", status=305),
}  # fmt: skip
"""Redirects: at most five are followed, to http and https only."""
SPELLINGS: dict[str, str] = {
    "plain": "http://127.0.0.1:{port}/",
    "name": "http://localhost:{port}/",
    "name-with-dot": "http://localhost.:{port}/",
    "dot-after": "http://127.0.0.1.:{port}/",
    "decimal": "http://2130706433:{port}/",
    "hexadecimal": "http://0x7f000001:{port}/",
    "hexadecimal-parts": "http://0x7f.0x0.0x0.0x1:{port}/",
    "octal": "http://0177.0.0.1:{port}/",
    "octal-long": "http://017700000001:{port}/",
    "short": "http://127.1:{port}/",
    "shorter": "http://127.0.1:{port}/",
    "zero": "http://0:{port}/",
    "zeroes": "http://0.0.0.0:{port}/",
    "wide-digits": "http://①②⑦.⓪.⓪.①:{port}/",
    "wide-dots": "http://127。0。0。1:{port}/",
    "percent": "http://%31%32%37.0.0.1:{port}/",
    "v6": "http://[::1]:{port}/",
    "v6-long": "http://[0:0:0:0:0:0:0:1]:{port}/",
    "v6-any": "http://[::]:{port}/",
    "v6-mapped": "http://[::ffff:127.0.0.1]:{port}/",
    "v6-mapped-hex": "http://[::ffff:7f00:1]:{port}/",
    "v6-compatible": "http://[::127.0.0.1]:{port}/",
    "v6-zone": "http://[::1%25lo]:{port}/",
    "nat64": "http://[64:ff9b::7f00:1]:{port}/",
    "nat64-local": "http://[64:ff9b:1::7f00:1]:{port}/",
    "6to4": "http://[2002:7f00:1::]:{port}/",
    "teredo": "http://[2001:0:7f00:1::]:{port}/",
    "link-local": "http://[fe80::1]:{port}/",
    "unique-local": "http://[fd00::1]:{port}/",
    "site-local": "http://[fec0::1]:{port}/",
    "v6-multicast": "http://[ff02::1]:{port}/",
    "metadata": "http://169.254.169.254/latest/meta-data/",
    "metadata-mapped": "http://[::ffff:169.254.169.254]/",
    "private-10": "http://10.0.0.1/",
    "private-172": "http://172.16.0.1/",
    "private-192": "http://192.168.1.1/",
    "cgnat": "http://100.64.0.1/",
    "benchmark-net": "http://198.18.0.1/",
    "documentation-net": "http://192.0.2.1/",
    "protocol-net": "http://192.0.0.1/",
    "multicast": "http://224.0.0.1/",
    "broadcast": "http://255.255.255.255/",
    "reserved": "http://240.0.0.1/",
    "port-22": "http://127.0.0.1:22/",
}
"""Addresses within; {port} is that of a server that would answer."""
DISGUISED: dict[str, str] = {
    "user-before": "http://krant.example@127.0.0.1:{port}/",
    "user-and-password": "http://a:b@127.0.0.1:{port}/",
    "backslash": "http://krant.example\\@127.0.0.1:{port}/",
    "fragment-trick": "http://127.0.0.1:{port}#@krant.example/",
    "question-trick": "http://127.0.0.1:{port}?@krant.example/",
    "tab-inside": "http://127.0.\t0.1:{port}/",
    "blank-before": " http://127.0.0.1:{port}/",
    "capitals": "HTTP://LOCALHOST:{port}/",
    "no-scheme": "//127.0.0.1:{port}/",
    "one-slash": "http:/127.0.0.1:{port}/",
    "three-slashes": "http:///127.0.0.1:{port}/",
    "secure": "https://127.0.0.1:{port}/",
}
"""Spellings that only a redirect can have: a source's own address is checked when it is written down."""
_WAYS_TO_REFUSE = ("refused_address", "dns", "unreachable", "redirects", "http_404")


def _redirected(spelling: str) -> Case:
    return _fails(lambda call: spelling.format(port=call.vault), *_WAYS_TO_REFUSE)


def _direct(spelling: str) -> Case:
    nothing = says(b"", status="404 Not Found")
    return Case(
        nothing,
        "FAILED",
        _WAYS_TO_REFUSE[:3],
        url=lambda home, treasure: spelling.format(port=treasure.rsplit(":", 1)[1]),
        never=("GEHEIM-77",),
    )


NAMES_WITHIN: dict[str, tuple[str, ...]] = {
    "loopback.binnen.example": ("127.0.0.1",),
    "private.binnen.example": ("10.1.2.3",),
    "metadata.binnen.example": ("169.254.169.254",),
    "mapped.binnen.example": ("::ffff:127.0.0.1",),
    "second.binnen.example": ("198.51.100.7", "127.0.0.1"),
    "none.binnen.example": (),
}
"""Names that look public, and the addresses that they give."""
CASES = (
    CHAINS
    | {f"ssrf-name-{host.split('.')[0]}": _direct(f"http://{host}:{{port}}/") for host in NAMES_WITHIN}
    | {f"ssrf-to-{name}": _redirected(spelling) for name, spelling in (SPELLINGS | DISGUISED).items()}
    | {f"ssrf-at-{name}": _direct(spelling) for name, spelling in SPELLINGS.items()}
)
