"""Feeds as they should be, to be spoilt by the cases: three entries of 22 November 2026."""

from __future__ import annotations

import json
from collections.abc import Sequence

DATE = "Sun, 22 Nov 2026 10:00:00 +0100"
TITLES = ("Waterpeil stijgt", "Brug gaat dicht", "Afvalpas ingevoerd")


def entry(
    number: int = 1,
    *,
    title: str = "",
    link: str | None = None,
    guid: str | None = None,
    date: str | None = DATE,
    more: str = "",
) -> str:
    """One RSS entry as XML; '' leaves a field out, None gives the usual one."""
    link = f"https://krant.example/{number}" if link is None else link
    guid = f"krant-{number}" if guid is None else guid
    fields = {"guid": guid, "title": title or TITLES[number % 3], "link": link, "pubDate": date or ""}
    return f"<item>{''.join(f'<{k}>{v}</{k}>' for k, v in fields.items() if v)}{more}</item>"


THREE = tuple(entry(number) for number in (1, 2, 3))


def rss(*entries: str, head: str = "", namespaces: str = "", declaration: str = "utf-8") -> str:
    """An RSS 2.0 feed around entries."""
    top = f'<?xml version="1.0" encoding="{declaration}"?>' if declaration else ""
    spaces = (
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:content="http://purl.org/rss/1.0/modules/content/" '
        + namespaces
    )
    return (
        f'{top}\n<rss version="2.0" {spaces}><channel><title>Krant</title>'
        f"<link>https://krant.example/</link>{head}{''.join(entries)}</channel></rss>"
    )


GOOD = rss(*THREE).encode()
"""What a source should be like."""


def atom(*entries: str, namespace: str = "http://www.w3.org/2005/Atom", attributes: str = "") -> str:
    """An Atom feed around entries."""
    return (
        f'<?xml version="1.0" encoding="utf-8"?><feed xmlns="{namespace}" {attributes}><title>Krant</title>'
        f"<id>urn:krant</id><updated>2026-11-22T10:00:00Z</updated>{''.join(entries)}</feed>"
    )


def atom_entry(number: int, body: str = '<summary type="text">Kort.</summary>') -> str:
    """One Atom entry as XML."""
    return (
        f"<entry><id>urn:krant:{number}</id><title>{TITLES[number % 3]}</title>"
        f'<link href="https://krant.example/{number}"/><updated>2026-11-22T10:00:0{number % 10}Z</updated>{body}</entry>'
    )


ATOM_THREE = tuple(atom_entry(number) for number in (1, 2, 3))


def json_feed(items: Sequence[object] | None = None, version: str = "1.1") -> bytes:
    """A JSON Feed around items."""
    usual = [
        {
            "id": f"krant-{n}",
            "url": f"https://krant.example/{n}",
            "title": TITLES[n % 3],
            "content_text": "Kort.",
            "date_published": "2026-11-22T10:00:00Z",
        }
        for n in (1, 2, 3)
    ]
    shape = {
        "version": f"https://jsonfeed.org/version/{version}",
        "title": "Krant",
        "items": usual if items is None else items,
    }
    return json.dumps(shape).encode()


def rdf(items: str, namespace: str = "http://purl.org/rss/1.0/") -> bytes:
    """An RDF feed: RSS 0.90 or 1.0 by its namespace."""
    return (
        '<?xml version="1.0"?><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
        f'xmlns="{namespace}" xmlns:dc="http://purl.org/dc/elements/1.1/">'
        f'<channel rdf:about="https://krant.example/"><title>Krant</title></channel>{items}</rdf:RDF>'
    ).encode()


def page(body: str, title: str = "Krant", head: str = "") -> bytes:
    """An HTML page."""
    return (
        f"<!doctype html><html><head><title>{title}</title>{head}</head><body>{body}</body></html>".encode()
    )
