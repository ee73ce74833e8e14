"""What the page of an article says of itself, in JSON-LD and in its meta elements."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lxml.html import HtmlElement

ARTICLES = ("article", "newsarticle", "reportagenewsarticle", "blogposting", "liveblogposting", "report")
"""The schema.org types that tell of one article, in small letters."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a page says of itself.

    article  the first node of JSON-LD that tells of one article; {} when there is none
    nodes    every node of JSON-LD, in the order of the page
    about    the first value of each meta element by its name, and the page's title
    """

    article: dict[str, Any]
    nodes: tuple[dict[str, Any], ...]
    about: dict[str, str]


def told(tree: HtmlElement) -> Told:
    """What a page says of itself; JSON that is none says nothing."""
    nodes = tuple(_said(tree))
    article = next((node for node in nodes if is_article(node)), {})
    return Told(article, nodes, _about(tree))


def is_article(node: dict[str, Any]) -> bool:
    """Whether a node tells of one article."""
    return any(kind in ARTICLES for kind in kinds(node))


def kinds(node: dict[str, Any]) -> list[str]:
    """The types of a node, in small letters."""
    given = node.get("@type")
    return [str(kind).lower() for kind in (given if isinstance(given, list) else [given]) if kind]


def several(value: object) -> list[Any]:
    """A value of JSON-LD as the list that it may be, as far as we look."""
    return value[:100] if isinstance(value, list) else [] if value is None else [value]


def first(*values: object) -> str:
    """The first of the values that is a text with something in it; of a list its first."""
    given = (value[0] if isinstance(value, list) and value else value for value in values)
    return next((value.strip() for value in given if isinstance(value, str) and value.strip()), "")


def _said(tree: HtmlElement) -> Iterator[dict[str, Any]]:
    for script in tree.xpath("//script[@type='application/ld+json']/text()")[:20]:
        try:
            parts = list(_nodes(json.loads(str(script), strict=False)))
        except (ValueError, RecursionError):
            continue
        yield from parts


def _nodes(value: Any) -> Iterator[dict[str, Any]]:
    for one in several(value):
        if isinstance(one, dict):
            yield one
            yield from (node for node in several(one.get("@graph")) if isinstance(node, dict))


def _about(tree: HtmlElement) -> dict[str, str]:
    about = {"title": str(tree.findtext(".//title") or "")}
    for meta in tree.xpath("//meta[@content]")[:300]:
        name = str(meta.get("property") or meta.get("name") or meta.get("itemprop") or "").lower()
        about.setdefault(name, str(meta.get("content")))
    return about
